// The corner that says who is signed in.

import { byId, element } from './element.js';
import { icon } from './icons.js';
import { keyCount } from './keys.js';
import { onViewer, signOut } from './session.js';
import { askToSignOut, openSignIn } from './sign-in.js';
import { toast } from './toast.js';

export function showAccount() {
  const account = byId('account');
  onViewer((profile, reason) => {
    if (reason) toast(reason);
    if (!profile) {
      account.replaceChildren(element('button', { type: 'button', onclick: () => openSignIn() }, icon('person'), 'Sign in'));
      return;
    }
    account.replaceChildren(
      element('span', { class: 'who', title: profile.displayName }, `@${profile.handle}`),
      element('button', { type: 'button', class: 'quiet round', title: 'Sign out', 'aria-label': 'Sign out', onclick: leave }, icon('leave')),
    );
  });
}

/** Signing out takes the keys along, so it is asked for once more when there are any. */
function leave() {
  if (keyCount() > 0) askToSignOut(keyCount(), signOut);
  else signOut();
}

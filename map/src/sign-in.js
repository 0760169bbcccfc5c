// The dialog to sign in, to join, or to sign out when something is lost by it.

import { byId, element } from './element.js';
import { field, form, formError } from './forms.js';
import { icon } from './icons.js';
import { signIn, signUp } from './session.js';

const dialog = byId('sign-in');
let afterwards = null;

// A click beside it closes it; Escape does so by itself.
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener('close', () => {
  afterwards = null;
  // No password stays in the page.
  dialog.replaceChildren();
});

/** Asks to sign in, says what for, and goes on with `then` when it is done. */
export function openSignIn(reason = null, then = null) {
  afterwards = then;
  show(false, reason);
  dialog.showModal();
  dialog.querySelector('input').focus();
}

/** Says that the tab forgets so many manage keys, and goes on with `then` when that is well. */
export function askToSignOut(count, then) {
  const which = count === 1 ? 'the key of an anonymous beacon' : `the keys of ${count} anonymous beacons`;
  const press = () => {
    dialog.close();
    then();
  };
  fill(
    'Sign out?',
    element('p', {}, `This tab keeps ${which}. Signing out forgets ${count === 1 ? 'it' : 'them'}: only who has a copy can end or delete such a beacon then.`),
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'button', class: 'primary', onclick: press }, 'Sign out and forget'),
      element('button', { type: 'button', onclick: () => dialog.close() }, 'Stay'),
    ),
  );
  dialog.showModal();
}

function fill(heading, ...content) {
  const close = element('button', { type: 'button', class: 'quiet round', 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close'));
  const head = element('div', { class: 'panel-head' }, element('h2', { id: 'sign-in-heading' }, heading), close);
  dialog.setAttribute('aria-labelledby', 'sign-in-heading');
  dialog.replaceChildren(head, element('div', { class: 'panel-body' }, ...content.filter(Boolean)));
}

function show(isNew, reason) {
  const heading = isNew ? 'Create an account' : 'Sign in';
  const other = element(
    'button',
    {
      type: 'button',
      class: 'link',
      onclick: () => {
        show(!isNew, reason);
        dialog.querySelector('input').focus();
      },
    },
    isNew ? 'I have an account' : 'Create an account',
  );
  const inner = form(
    { class: 'stack' },
    async (values) => {
      const errors = await (isNew ? signUp({ ...values, displayName: values.displayName || null }) : signIn(values));
      if (errors.length > 0) return errors;
      const then = afterwards;
      dialog.close();
      then?.();
      return [];
    },
    ...(isNew ? newFields() : fields()),
    formError(),
    element('div', { class: 'actions' }, element('button', { type: 'submit', class: 'primary' }, heading), other),
  );
  fill(heading, reason && element('p', { class: 'reason' }, reason), inner);
}

function input(name, attributes) {
  return element('input', { name, autocapitalize: 'none', spellcheck: 'false', ...attributes });
}

function fields() {
  return [
    field('E-mail or handle', input('login', { autocomplete: 'username' })),
    field('Password', input('password', { type: 'password', autocomplete: 'current-password' })),
  ];
}

function newFields() {
  return [
    field('Handle', input('handle', { autocomplete: 'username', maxlength: 30 }), '3 to 30 letters, digits, _ and .'),
    field('Name', input('displayName', { autocomplete: 'name', autocapitalize: 'words', maxlength: 50 }), 'To be shown instead of the handle, if you like.'),
    field('E-mail', input('email', { type: 'email', autocomplete: 'email' }), 'Nobody else sees it.'),
    field('Password', input('password', { type: 'password', autocomplete: 'new-password' }), '8 characters or more.'),
  ];
}

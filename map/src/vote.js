// What the viewer says of a beacon: it holds, it does not, or nothing.

import { element } from './element.js';
import { icon } from './icons.js';
import { manageKey } from './keys.js';
import { UNVOTE, VOTE } from './operations/index.js';
import { ask, viewer } from './session.js';
import { openSignIn } from './sign-in.js';
import { fail, toast } from './toast.js';
import { sentence } from './wire.js';

export function voteSection(beacon, onVoted) {
  // Nobody votes on what is one's own; of a beacon without an author its key tells.
  if ((beacon.author && beacon.author.id === viewer()?.id) || manageKey(beacon.id)) {
    return element('p', { class: 'soft votes-own' }, `Your beacon: ${beacon.vouchCount} vouched for it, ${beacon.reportCount} reported it.`);
  }
  return element(
    'div',
    { class: 'votes', role: 'group', 'aria-label': 'Is it so?' },
    button(beacon, 'VOUCH', { sign: 'check', word: 'Vouch', count: beacon.vouchCount, title: 'It is so' }, onVoted),
    button(beacon, 'REPORT', { sign: 'flag', word: 'Report', count: beacon.reportCount, title: 'It is not so, or should not be here' }, onVoted),
  );
}

function button(beacon, vote, { sign, word, count, title }, onVoted) {
  const press = async () => {
    if (!viewer()) return openSignIn('Sign in to say whether it is so. Nobody else learns what you say.');
    made.disabled = true;
    try {
      onVoted(await change(beacon, vote));
    } catch (error) {
      fail(error);
    } finally {
      made.disabled = false;
    }
  };
  const isMine = beacon.viewerVote === vote;
  const made = element(
    'button',
    { type: 'button', class: `vote ${vote.toLowerCase()}`, title, 'aria-pressed': String(isMine), 'data-focus': vote, onclick: press },
    icon(sign),
    element('span', {}, word),
    element('span', { class: 'count' }, String(count)),
  );
  return made;
}

/** The same again takes it back. Answers the beacon as it is then. */
async function change(beacon, vote) {
  const isMine = beacon.viewerVote === vote;
  const beaconId = beacon.id;
  const data = isMine ? await ask(UNVOTE, { input: { beaconId } }) : await ask(VOTE, { input: { beaconId, vote } });
  const payload = data.voteBeacon ?? data.unvoteBeacon;
  if (payload.userErrors.length === 0) return payload.beacon;
  toast(sentence(payload.userErrors[0].message), 'failure');
  return beacon;
}

// What the maker of a beacon may do with it: say that it is over or never was so, and delete it.

import { element } from './element.js';
import { field, form, formError, showErrors } from './forms.js';
import { forgetKey, keepKey, manageKey } from './keys.js';
import { DELETE, RESOLVE } from './operations/index.js';
import { ask, viewer } from './session.js';
import { fail } from './toast.js';
import { send } from './wire.js';

/** `onEnded` is told how it ended: RESOLVED, FALSE_ALARM or DELETED; `onKey` when a key has come or gone. */
export function manageSection(beacon, { onEnded, onKey }) {
  const section = element('div', { class: 'manage' });
  show(section, beacon, { onEnded, onKey });
  return section;
}

function show(section, beacon, { onEnded, onKey }) {
  const again = () => {
    show(section, beacon, { onEnded, onKey });
    onKey();
  };
  const isMine = beacon.author !== null && beacon.author.id === viewer()?.id;
  if (isMine || manageKey(beacon.id)) section.replaceChildren(buttons(beacon, onEnded, onKey));
  else if (beacon.author === null) section.replaceChildren(keyForm(beacon, again));
}

/** Somebody may have written the key down elsewhere. */
function keyForm(beacon, onKey) {
  const input = element('input', { name: 'manageKey', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', 'data-focus': 'key' });
  const inner = form(
    { class: 'stack' },
    ({ manageKey: key }) => {
      if (!key.trim()) return [{ message: 'that is no key', path: ['manageKey'] }];
      keepKey(beacon.id, key.trim());
      onKey();
      return [];
    },
    field('Manage key', input),
    element('button', { type: 'submit' }, 'Use it'),
  );
  return element('details', { class: 'key-form' }, element('summary', {}, 'I made it, and have its key'), inner);
}

function buttons(beacon, onEnded, onKey) {
  const act = (word, run) => element('button', { type: 'button', onclick: run, 'data-focus': word }, word);
  const inner = element(
    'div',
    { class: 'stack' },
    element(
      'div',
      { class: 'actions' },
      act('It is over', () => end(false)),
      act('False alarm', () => end(true)),
      act('Delete', ({ currentTarget }) => (currentTarget.dataset.sure ? remove() : askAgain(currentTarget))),
    ),
    formError(),
  );
  const end = (falseAlarm) => run(falseAlarm ? 'FALSE_ALARM' : 'RESOLVED', RESOLVE, 'resolveBeacon', { falseAlarm });
  const remove = () => run('DELETED', DELETE, 'deleteBeacon', {});
  async function run(kind, query, name, more) {
    try {
      const payload = (await manage(query, beacon.id, more))[name];
      if (payload.userErrors.length > 0) return refuse(payload.userErrors);
      forgetKey(beacon.id);
      onEnded(kind);
    } catch (error) {
      fail(error);
    }
  }
  function refuse(errors) {
    forgetKey(beacon.id);
    onKey();
    showErrors(inner, errors.map(({ message }) => ({ message, path: [] })));
  }
  return inner;
}

function askAgain(button) {
  button.dataset.sure = true;
  button.textContent = 'Really delete?';
  button.classList.add('danger');
}

/** With the key there is no need to be signed in, so the server is not told who holds it. */
function manage(query, beaconId, more) {
  const key = manageKey(beaconId);
  return key ? send(query, { input: { beaconId, manageKey: key, ...more } }) : ask(query, { input: { beaconId, ...more } });
}

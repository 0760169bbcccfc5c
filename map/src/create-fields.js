// The fields of a new beacon.

import { element } from './element.js';
import { field } from './forms.js';
import { PRECISIONS } from './words.js';

const LIVES = { 30: '30 minutes', 60: '1 hour', 120: '2 hours', 240: '4 hours' };
/** For what official profiles sign. */
const LONG_LIVES = { 1440: '1 day', 4320: '3 days', 10080: '7 days' };

function options(words) {
  return Object.entries(words).map(([value, word]) => element('option', { value }, word));
}

export function bodyField() {
  const control = element('textarea', { name: 'body', rows: 3, maxlength: 5_000, placeholder: 'Ice on the bridge, almost invisible' });
  return field('What should others nearby know?', control);
}

/** One word of the schema out of several. */
export function choices(label, name, words, chosen) {
  const control = element('select', { name }, options(words));
  control.value = chosen;
  return field(label, control);
}

export function precisionField() {
  const radio = (value) => element('input', { type: 'radio', name: 'precision', value, checked: value === 'NEIGHBORHOOD' });
  const choice = ([value, { name, about }]) =>
    element('label', { class: 'choice' }, radio(value), element('span', {}, element('b', {}, name), element('span', { class: 'about' }, about)));
  const made = element(
    'fieldset',
    { class: 'field choices' },
    element('legend', {}, 'How exact is the place that others see?'),
    ...Object.entries(PRECISIONS).map(choice),
    element('p', { class: 'error', 'data-error-of': 'precision' }),
  );
  // An exact place needs a name; what was chosen before falls back to the next best.
  made.setAnonymous = (isAnonymous) => {
    const exact = made.querySelector('[value=EXACT]');
    exact.disabled = isAnonymous;
    if (isAnonymous && exact.checked) made.querySelector('[value=BLOCK]').checked = true;
  };
  return made;
}

export function anonymityField() {
  return element(
    'label',
    { class: 'choice' },
    element('input', { type: 'checkbox', name: 'anonymous', checked: true }),
    element('span', {}, element('b', {}, 'Anonymous'), element('span', { class: 'about' }, 'Your name is not stored with it. You get a key to end it with.')),
  );
}

export function lifeField() {
  const control = element('select', { name: 'expiresInMinutes' });
  const made = field('When does it leave the map?', control);
  made.setLongest = (isLong) => {
    const chosen = control.value || '240';
    control.replaceChildren(...options(isLong ? { ...LIVES, ...LONG_LIVES } : LIVES));
    control.value = chosen;
    if (!control.value) control.value = '240';
  };
  made.setLongest(false);
  return made;
}

// What the colours mean, and from which on beacons are shown.

import { byId, element } from './element.js';
import { SEVERITIES } from './words.js';

export function showSeverities(onChosen) {
  const place = byId('severities');
  // In sight: that a press shows this and what is worse, and hides the rest, cannot be seen from a word and a colour.
  place.append(element('span', { class: 'from', 'aria-hidden': 'true' }, 'From'));
  const order = Object.keys(SEVERITIES);
  for (const [value, word] of Object.entries(SEVERITIES)) {
    const title = value === 'LOW' ? 'Show all' : `Show only what is ${word.toLowerCase()}${value === 'CRITICAL' ? '' : ' or worse'}`;
    const radio = element('input', { type: 'radio', name: 'severity', value, checked: value === 'LOW' });
    place.append(element('label', { 'data-severity': value, title }, radio, element('span', { class: 'dot' }), word));
  }
  place.addEventListener('change', ({ target }) => {
    const least = order.indexOf(target.value);
    for (const label of place.querySelectorAll('label')) label.classList.toggle('hidden', order.indexOf(label.dataset.severity) < least);
    onChosen(target.value);
  });
}

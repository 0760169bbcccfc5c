// What a beacon says of itself.

import { byId, element } from './element.js';
import { icon } from './icons.js';
import { PRECISIONS, SEVERITIES, ago, leaves, placeName } from './words.js';

export function facts(beacon, gone) {
  const { severity, body, imageUrl, isPriority, isOfficial } = beacon;
  const tags = [
    element('span', { class: 'tag severity', 'data-severity': severity }, icon(beacon.type), SEVERITIES[severity]),
    isOfficial && element('span', { class: 'tag' }, icon('check'), 'Official'),
    isPriority && element('span', { class: 'tag' }, 'Confirmed by several'),
  ];
  return [
    gone && element('p', { class: 'gone', role: 'status' }, gone),
    element('p', { class: 'tags' }, ...tags),
    element('p', { class: 'text' }, body),
    // Not shown in the page: whoever keeps the picture would learn who looks.
    imageUrl && element('p', {}, element('a', { href: imageUrl, target: '_blank', rel: 'noopener noreferrer' }, 'Picture (elsewhere)')),
    element('ul', { class: 'facts' }, by(beacon), when(beacon, gone), where(beacon)),
    confidence(beacon),
  ];
}

function fact(sign, ...content) {
  return element('li', {}, icon(sign), element('span', {}, ...content));
}

function by({ author }) {
  if (!author) return fact('person', 'Anonymous');
  return fact('person', author.displayName, ' ', element('span', { class: 'soft' }, `@${author.handle}`));
}

function when({ createdAt, expiresAt }, gone) {
  const isLeaving = expiresAt && !gone;
  return fact(
    'clock',
    element('time', { datetime: createdAt, 'data-ago': createdAt, title: new Date(createdAt).toLocaleString() }, ago(createdAt)),
    isLeaving && ' · ',
    isLeaving && element('time', { datetime: expiresAt, 'data-leaves': expiresAt, title: new Date(expiresAt).toLocaleString() }, leaves(expiresAt)),
  );
}

function where({ location, precision, radiusMeters }) {
  const reach = radiusMeters < 1_000 ? `${radiusMeters} m` : `${Math.round(radiusMeters / 100) / 10} km`;
  return fact(
    'pin',
    `${placeName(location)}, ${PRECISIONS[precision].shown}`,
    element('span', { class: 'soft' }, ` · matters within ${reach}`),
  );
}

function confidence({ confidence: value }) {
  const percent = Math.round(value * 100);
  return element(
    'div',
    { class: 'confidence' },
    element('span', { id: 'confidence-label' }, 'Confidence'),
    element('progress', { max: 100, value: percent, 'aria-labelledby': 'confidence-label' }),
    element('span', { class: 'number' }, `${percent} %`),
  );
}

/** Brings the times that are shown up to date, and calls back when the beacon has left. */
export function tick(ended) {
  for (const time of byId('panel').querySelectorAll('[data-ago]')) time.textContent = ago(time.dataset.ago);
  for (const time of byId('panel').querySelectorAll('[data-leaves]')) {
    if (Date.parse(time.dataset.leaves) <= Date.now()) ended();
    else time.textContent = leaves(time.dataset.leaves);
  }
}

// What stands on the map: a beacon with the sign of its type, or a cluster with its number. Colour says how bad it is.

import { DomEvent, Marker, divIcon } from 'leaflet/dist/leaflet-src.esm.js';

import { element } from './element.js';
import { icon } from './icons.js';
import { isCalm } from './motion.js';
import { SEVERITIES, TYPES } from './words.js';

/** As large as a finger needs; the picture in it is smaller. */
const TARGET = 44;

/** A marker that can be clicked, and reached and pressed by the keyboard. `paint` says what it shows. */
export function makeMarker(position, onPress) {
  const face = element('div');
  const marker = new Marker(position, { icon: divIcon({ html: face, className: 'target', iconSize: [TARGET, TARGET] }), riseOnHover: true });
  marker.face = face;
  marker.on('click', onPress);
  marker.on('keydown', ({ originalEvent }) => {
    if (originalEvent.key !== 'Enter' && originalEvent.key !== ' ') return;
    DomEvent.stop(originalEvent);
    onPress();
  });
  return marker;
}

/** Shows a cluster of the API, which may be a single beacon. Must be on the map. */
export function paint(marker, { count, maxSeverity, beacon }, isSelected) {
  const { face } = marker;
  if (beacon) {
    face.className = 'beacon';
    face.replaceChildren(icon(beacon.type));
    if (beacon.isOfficial) face.append(element('span', { class: 'seal' }, icon('check')));
    face.dataset.severity = beacon.severity;
  } else {
    face.className = `cluster digits-${String(count).length}`;
    face.replaceChildren(element('span', {}, short(count)));
    face.dataset.severity = maxSeverity;
  }
  face.classList.toggle('priority', Boolean(beacon?.isPriority));
  face.classList.toggle('selected', isSelected);
  // What others must not overlook stands above what they may.
  marker.setZIndexOffset(Object.keys(SEVERITIES).indexOf(face.dataset.severity) * 1_000 + (isSelected ? 10_000 : 0));
  marker.getElement().setAttribute('aria-label', beacon ? nameOf(beacon) : `${count} beacons, the worst: ${SEVERITIES[maxSeverity]}`);
}

function nameOf({ type, severity, isPriority, isOfficial }) {
  const marks = [isOfficial && 'official', isPriority && 'confirmed by several'].filter(Boolean);
  return [`${TYPES[type]}, ${SEVERITIES[severity]}`, ...marks].join(', ');
}

/** "999", "12k", "3M". */
export function short(count) {
  if (count < 1_000) return String(count);
  if (count < 10_000) return `${Math.floor(count / 100) / 10}k`;
  return count < 1_000_000 ? `${Math.floor(count / 1_000)}k` : `${Math.floor(count / 1_000_000)}M`;
}

/** Lets it light up once. */
export function flash({ face }) {
  if (!face.animate) return;
  const ring = element('span', { class: 'flash' });
  face.append(ring);
  // Where nothing is to grow, the ring stands for as long.
  const still = [{ opacity: 0.9 }, { opacity: 0.9 }];
  const frames = [
    { transform: 'scale(1)', opacity: 0.9 },
    { transform: 'scale(2.6)', opacity: 0 },
  ];
  ring.animate(isCalm() ? still : frames, { duration: 900, iterations: 2, easing: 'ease-out' }).finished.finally(() => ring.remove());
}

// "Beacon here": where? A cross stands in the middle of the map, and the map moves under it.

import { wrap } from './area.js';
import { byId, element } from './element.js';
import { icon } from './icons.js';
import { isCalm } from './motion.js';
import { placeName } from './words.js';

const bar = byId('placing');
const cross = byId('cross');

/** Points of screen that a press of an arrow moves the map by. */
const STRIDE = 80;
const STRIDES = { ArrowLeft: [-STRIDE, 0], ArrowRight: [STRIDE, 0], ArrowUp: [0, -STRIDE], ArrowDown: [0, STRIDE] };

/** Asks for a place, and answers it; null when the reader has changed his mind. */
export function askForPlace(map) {
  return new Promise((resolve) => {
    const name = element('output', { class: 'number' });
    const place = () => {
      const { lat, lng } = map.getCenter();
      return { latitude: lat, longitude: wrap(lng) };
    };
    const onMove = () => (name.textContent = placeName(place()));
    const onClick = ({ latlng }) => map.panTo(latlng, { animate: !isCalm() });
    const onKey = (event) => {
      const { key, target, altKey, ctrlKey, metaKey } = event;
      if (key === 'Escape') return end(null);
      // The map itself knows arrows, and so do choices.
      if (altKey || ctrlKey || metaKey || target === map.getContainer() || target.matches('input')) return;
      if (STRIDES[key]) map.panBy(STRIDES[key], { animate: !isCalm() });
      else if (key === '+') map.zoomIn();
      else if (key === '-') map.zoomOut();
      else return;
      event.preventDefault();
    };
    const end = (chosen) => {
      map.off('move', onMove).off('click', onClick);
      document.removeEventListener('keydown', onKey);
      bar.hidden = cross.hidden = true;
      delete document.body.dataset.placing;
      // The bar is gone, and with it the place of the keyboard. The form takes it from here when there is one.
      byId('beacon-here').focus({ preventScroll: true });
      resolve(chosen);
    };
    const set = element('button', { type: 'button', class: 'primary', onclick: () => end(place()) }, 'Set place');
    bar.replaceChildren(
      element('p', {}, 'Move the map, click or use the arrow keys until the cross is where it is.'),
      element('p', { class: 'soft' }, name),
      element('div', { class: 'actions' }, set, element('button', { type: 'button', onclick: () => end(null) }, 'Cancel')),
    );
    cross.replaceChildren(icon('plus'));
    bar.hidden = cross.hidden = false;
    document.body.dataset.placing = 'yes';
    map.on('move', onMove).on('click', onClick);
    document.addEventListener('keydown', onKey);
    onMove();
    set.focus({ preventScroll: true });
  });
}

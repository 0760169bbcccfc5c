// "Beacon here": where? A cross stands in the middle of the map, and the map moves under it.

import { wrap } from './area.js';
import { byId, element } from './element.js';
import { icon } from './icons.js';
import { placeName } from './words.js';

const bar = byId('placing');
const cross = byId('cross');

/** Asks for a place, and answers it; null when the reader has changed his mind. */
export function askForPlace(map) {
  return new Promise((resolve) => {
    const name = element('output', { class: 'number' });
    const place = () => {
      const { lat, lng } = map.getCenter();
      return { latitude: lat, longitude: wrap(lng) };
    };
    const onMove = () => (name.textContent = placeName(place()));
    const onClick = ({ latlng }) => map.panTo(latlng);
    const onKey = ({ key }) => key === 'Escape' && end(null);
    const end = (chosen) => {
      map.off('move', onMove).off('click', onClick);
      document.removeEventListener('keydown', onKey);
      bar.hidden = cross.hidden = true;
      delete document.body.dataset.placing;
      resolve(chosen);
    };
    const set = element('button', { type: 'button', class: 'primary', onclick: () => end(place()) }, 'Set place');
    bar.replaceChildren(
      element('p', {}, 'Move the map, or click, until the cross is where it is.'),
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

// The names of the lines of latitude and longitude, along the edges of the map.

import { DomUtil, Layer } from 'leaflet/dist/leaflet-src.esm.js';

import { wrap } from './area.js';
import { lineName, stepFor } from './degrees.js';
import { element } from './element.js';

export const Graticule = Layer.extend({
  onAdd(map) {
    // Not in a pane: panes move with the map, and these stay at its edge.
    this._labels = element('div', { class: 'graticule', 'aria-hidden': 'true' });
    map.getContainer().append(this._labels);
    this._draw();
  },

  onRemove() {
    this._labels.remove();
  },

  getEvents() {
    return { move: this._draw, zoomstart: this._hide, zoomend: this._draw, resize: this._draw };
  },

  _hide() {
    this._labels.replaceChildren();
  },

  _draw() {
    const map = this._map;
    const step = stepFor(map.getZoom());
    const bounds = map.getBounds();
    const { x: width, y: height } = map.getSize();
    const labels = [];
    const label = (kind, text, x, y) => {
      const made = element('span', { class: kind }, text);
      DomUtil.setPosition(made, { x: Math.round(x), y: Math.round(y) });
      labels.push(made);
    };
    for (let nth = Math.ceil(bounds.getWest() / step); nth * step <= bounds.getEast(); nth += 1) {
      const { x } = map.latLngToContainerPoint([0, nth * step]);
      if (x > 130 && x < width - 60) label('meridian', lineName(wrap(nth * step), step, 'EW'), x, height);
    }
    for (let nth = Math.ceil(bounds.getSouth() / step); nth * step <= bounds.getNorth(); nth += 1) {
      const { y } = map.latLngToContainerPoint([nth * step, 0]);
      if (y > 130 && y < height - 40) label('parallel', lineName(nth * step, step, 'NS'), 0, y);
    }
    this._labels.replaceChildren(...labels);
  },
});

// The map itself: its ground, its controls, and the place in the address.

import { Control, Map, circle, circleMarker, control, tileLayer } from 'leaflet/dist/leaflet-src.esm.js';

import { wrap } from './area.js';
import { element } from './element.js';
import { readView, viewFragment } from './fragment.js';
import { Graticule } from './graticule.js';
import { Ground } from './ground.js';
import { icon } from './icons.js';
import { isCalm } from './motion.js';
import { NEWEST } from './operations/index.js';
import { free } from './panel.js';
import { ask } from './session.js';
import { toast } from './toast.js';

export const MAX_ZOOM = 18;
const WORLD = { zoom: 2, latitude: 25, longitude: 0 };
/** How near the map begins at most: there may be but one beacon. */
const START_ZOOM = 13;

export function makeMap(container) {
  const map = new Map(container, {
    zoomControl: false,
    attributionControl: false,
    minZoom: 2,
    maxZoom: MAX_ZOOM,
    worldCopyJump: true,
    zoomAnimation: !isCalm(),
    inertia: !isCalm(),
    // Up to the edge of the square and not beyond; to the sides it goes on.
    maxBounds: [
      [-85.06, -100_000],
      [85.06, 100_000],
    ],
    maxBoundsViscosity: 1,
  });
  show(map, readView(location.hash) ?? WORLD);
  map.on('moveend', () => {
    const { lat, lng } = map.getCenter();
    // A flight that was stopped leaves it between two zooms.
    const view = { zoom: Math.round(map.getZoom()), latitude: lat, longitude: wrap(lng) };
    history.replaceState(null, '', viewFragment(view));
  });
  window.addEventListener('hashchange', () => {
    const view = readView(location.hash);
    if (view) show(map, view);
  });
  map.addControl(control.zoom({ position: 'bottomright', zoomInText: '', zoomOutText: '' }));
  container.querySelector('.leaflet-control-zoom-in').replaceChildren(icon('plus'));
  container.querySelector('.leaflet-control-zoom-out').replaceChildren(icon('minus'));
  map.addControl(new Locate({ position: 'bottomright' }));
  map.addControl(control.scale({ position: 'bottomleft', imperial: false }));
  return map;
}

function show(map, { zoom, latitude, longitude }) {
  map.setView([latitude, longitude], Math.min(zoom, MAX_ZOOM));
}

/** Without a place in the address, begins where something is, unless the reader has gone somewhere meanwhile. */
export async function goToBeacons(map) {
  let hasMoved = false;
  map.once('movestart', () => (hasMoved = true));
  const area = { bounds: { south: -85, west: -180, north: 85, east: 180 } };
  const { beacons } = await ask(NEWEST, { area });
  const places = beacons.nodes.map(({ location: { latitude, longitude } }) => [latitude, longitude]);
  if (places.length > 0 && !hasMoved) map.fitBounds(places, { ...free(40), maxZoom: START_ZOOM, animate: false });
}

/** Tiles of the server that the operator has named, or a ground of our own. */
export async function addGround(map) {
  // Without an answer the ground of our own is better than none.
  const { tiles } = await fetch('/map/settings.json').then((response) => response.json()).catch(() => ({}));
  if (tiles) {
    map.addLayer(tileLayer(tiles.template, { className: 'tiles', maxZoom: MAX_ZOOM }));
    // Leaflet would take it as markup.
    const owed = element('span', {}, tiles.attribution).innerHTML;
    map.addControl(control.attribution({ prefix: false, position: 'bottomleft' }).addAttribution(owed));
    return;
  }
  const ground = new Ground();
  map.addLayer(ground).addLayer(new Graticule());
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => ground.redraw());
}

/** Goes to where the viewer is. Asked for by a click only, and kept in the browser: nothing but the box in view is asked of the server. */
const Locate = Control.extend({
  onAdd(map) {
    const button = element('button', { class: 'locate', type: 'button', title: 'Where am I?', 'aria-label': 'Show where I am' }, icon('locate'));
    button.addEventListener('click', (event) => {
      event.stopPropagation();
      button.setAttribute('aria-busy', 'true');
      map.locate({ setView: true, maxZoom: 15, timeout: 10_000, enableHighAccuracy: true });
    });
    button.addEventListener('dblclick', (event) => event.stopPropagation());
    const own = { interactive: false, className: 'own-place' };
    let shown = [];
    map.on('locationfound', ({ latlng, accuracy }) => {
      button.removeAttribute('aria-busy');
      shown.forEach((layer) => layer.remove());
      shown = [circle(latlng, { ...own, radius: accuracy, className: 'own-place around' }), circleMarker(latlng, { ...own, radius: 7 })];
      shown.forEach((layer) => layer.addTo(map));
    });
    map.on('locationerror', () => {
      button.removeAttribute('aria-busy');
      toast('Your browser does not tell where you are.');
    });
    return element('div', { class: 'leaflet-bar' }, button);
  },
});

// A cluster that was pressed: the map goes closer until its beacons stand apart. Those that share one cell never will, and become
// a list.

import { latLngBounds } from 'leaflet/dist/leaflet-src.esm.js';

import { cellOf, nearest } from './area.js';
import { element } from './element.js';
import { icon } from './icons.js';
import { MAX_ZOOM } from './map.js';
import { BEACONS_OF_CLUSTER } from './operations/index.js';
import { free, openPanel } from './panel.js';
import { ask } from './session.js';
import { fail } from './toast.js';
import { SEVERITIES, TYPES, ago } from './words.js';

/** Where one square of precision is as large as a hand. */
const NEAR = 13;
const FLIGHT = { duration: 0.6 };

/** Opens what was pressed. `openBeacon` shows one of a list, with a way back to the list. */
export async function openCluster({ map, clusters, cluster, zoom, openBeacon }) {
  try {
    // A cluster is counted by whole cells, whatever of them is in view.
    const bounds = cellOf(cluster.center, zoom).box;
    const { beacons } = await ask(BEACONS_OF_CLUSTER, { area: { bounds }, filter: clusters.filter });
    const middle = map.getCenter().lng;
    const places = beacons.nodes.map(({ location }) => [location.latitude, nearest(location.longitude, middle)]);
    const isWhole = beacons.totalCount === beacons.nodes.length;
    const apart = new Set(places.map(String)).size;
    if ((isWhole && apart === 1) || map.getZoom() >= MAX_ZOOM) {
      if (map.getZoom() < NEAR) map.flyTo(places[0], NEAR, FLIGHT);
      return openList(beacons.nodes, openBeacon);
    }
    // At least one step, or pressing would do nothing.
    if (isWhole && apart > 1) {
      const target = Math.max(map.getBoundsZoom(latLngBounds(places), false), map.getZoom() + 1);
      map.flyToBounds(latLngBounds(places), { ...free(40), maxZoom: Math.min(target, MAX_ZOOM), ...FLIGHT });
    } else {
      map.flyTo([cluster.center.latitude, nearest(cluster.center.longitude, middle)], Math.min(map.getZoom() + 2, MAX_ZOOM), FLIGHT);
    }
  } catch (error) {
    fail(error);
  }
}

function openList(beacons, openBeacon) {
  const show = () => openList(beacons, openBeacon);
  const item = (beacon) =>
    element(
      'li',
      {},
      element(
        'button',
        { type: 'button', class: 'item', onclick: () => openBeacon(beacon.id, show) },
        element('span', { class: 'beacon', 'data-severity': beacon.severity }, icon(beacon.type)),
        element(
          'span',
          { class: 'item-words' },
          element('span', { class: 'item-head' }, `${TYPES[beacon.type]} · ${SEVERITIES[beacon.severity]}`, element('span', { class: 'soft' }, ago(beacon.createdAt))),
          element('span', { class: 'item-body' }, beacon.body),
        ),
      ),
    );
  openPanel({ name: 'list', heading: `${beacons.length} beacons at one place`, content: [element('ul', { class: 'items' }, beacons.map(item))] });
}

// A cluster that was pressed: the map goes closer until its beacons stand apart. Those that share one cell never will, and become
// a list.

import { latLngBounds } from 'leaflet/dist/leaflet-src.esm.js';

import { cellOf, nearest } from './area.js';
import { element } from './element.js';
import { icon } from './icons.js';
import { MAX_ZOOM } from './map.js';
import { isCalm } from './motion.js';
import { BEACONS_OF_CLUSTER } from './operations/index.js';
import { free, openPanel } from './panel.js';
import { ask } from './session.js';
import { fail, toast } from './toast.js';
import { SEVERITIES, TYPES, ago } from './words.js';

/** Where one square of precision is as large as a hand. */
const NEAR = 13;
/** From here on, more than a page of beacons in one cell is a list: closer they would hardly stand apart. */
const CLOSE = 16;

const flight = () => ({ duration: 0.6, animate: !isCalm() });

/** Opens what was pressed. `openBeacon` shows one of a list, with a way back to the list. */
export async function openCluster({ map, clusters, cluster, zoom, openBeacon }) {
  try {
    // A cluster is counted by whole cells, whatever of them is in view.
    const bounds = cellOf(cluster.center, zoom).box;
    const asked = { area: { bounds }, filter: clusters.filter };
    const { beacons } = await ask(BEACONS_OF_CLUSTER, asked);
    if (beacons.nodes.length === 0) {
      toast('They are no longer there.');
      return clusters.load();
    }
    const middle = map.getCenter().lng;
    const places = beacons.nodes.map(({ location }) => [location.latitude, nearest(location.longitude, middle)]);
    const isWhole = beacons.totalCount === beacons.nodes.length;
    const apart = new Set(places.map(String)).size;
    const zoomNow = Math.floor(map.getZoom());
    if (apart === 1 || zoomNow >= (isWhole ? MAX_ZOOM : CLOSE)) {
      if (zoomNow < NEAR) map.flyTo(places[0], NEAR, flight());
      return openList({ ...beacons, asked, openBeacon });
    }
    // At least one step, or pressing would do nothing.
    if (isWhole) {
      const target = Math.max(map.getBoundsZoom(latLngBounds(places), false), zoomNow + 1);
      map.flyToBounds(latLngBounds(places), { ...free(40), maxZoom: Math.min(target, MAX_ZOOM), ...flight() });
    } else {
      map.flyTo([cluster.center.latitude, nearest(cluster.center.longitude, middle)], Math.min(zoomNow + 2, MAX_ZOOM), flight());
    }
  } catch (error) {
    fail(error);
  }
}

/** A list of the beacons that have come so far, and a button for more of what was `asked`. */
function openList(list) {
  const { nodes, totalCount, pageInfo, asked, openBeacon } = list;
  const show = () => openList(list);
  const more = async ({ currentTarget: button }) => {
    button.disabled = true;
    try {
      const { beacons } = await ask(BEACONS_OF_CLUSTER, { ...asked, after: pageInfo.endCursor });
      // A page may have lost the reader meanwhile, to something else or to nothing.
      if (!button.isConnected) return;
      openList({ ...list, ...beacons, nodes: [...nodes, ...beacons.nodes] });
      document.querySelectorAll('#panel .item')[nodes.length]?.focus({ preventScroll: true });
    } catch (error) {
      fail(error);
      button.disabled = false;
    }
  };
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
  const content = [element('ul', { class: 'items' }, nodes.map(item))];
  if (pageInfo.hasNextPage) content.push(element('button', { type: 'button', class: 'more', onclick: more }, `More (${totalCount - nodes.length})`));
  const heading = totalCount === 1 ? 'One beacon' : `${totalCount} beacons at one place`;
  openPanel({ name: 'list', heading, content });
}

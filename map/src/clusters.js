// The beacons in view, as the API gathers them for the zoom. Markers that stay are kept, so that nothing flickers and the keyboard
// does not lose its place.

import { boxOf, cellOf, nearest, padded, zoomFor } from './area.js';
import { flash, makeMarker, paint } from './marker.js';
import { CLUSTERS } from './operations/index.js';
import { ask } from './session.js';
import { fail } from './toast.js';

/** Milliseconds for which moves and events are gathered. */
const PAUSE = 300;
/** What is asked for beyond the view, as a share of it, so that small moves show no empty edge. */
const MARGIN = 0.15;

export class Clusters {
  #map;
  #onPress;
  #markers = new Map();
  #abort = null;
  #timer;
  #selected = null;
  #flashes = [];
  minSeverity = 'LOW';

  /** `onPress` gets the cluster of the API that was clicked, and the zoom that it was made for. */
  constructor(map, onPress) {
    this.#map = map;
    this.#onPress = onPress;
    map.on('moveend', () => this.loadSoon());
  }

  get filter() {
    return this.minSeverity === 'LOW' ? null : { minSeverity: this.minSeverity };
  }

  /** Loads once it has been quiet for a moment. */
  loadSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.load(), PAUSE);
  }

  async load() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const { x, y } = this.#map.getSize();
    const zoom = zoomFor(x * (1 + 2 * MARGIN), y * (1 + 2 * MARGIN), this.#map.getZoom());
    const bounds = boxOf(padded(edges(this.#map), MARGIN));
    try {
      const { beaconClusters } = await ask(CLUSTERS, { bounds, zoom, filter: this.filter }, { signal });
      if (!signal.aborted) this.#show(beaconClusters, zoom);
    } catch (error) {
      fail(error);
    }
  }

  #show(clusters, zoom) {
    const middle = this.#map.getCenter().lng;
    const gone = new Map(this.#markers);
    for (const cluster of clusters) {
      const key = cluster.beacon?.id ?? cellOf(cluster.center, zoom).name;
      const place = cluster.beacon?.location ?? cluster.center;
      const position = [place.latitude, nearest(place.longitude, middle)];
      let marker = this.#markers.get(key);
      if (marker) marker.setLatLng(position);
      else {
        marker = makeMarker(position, () => this.#onPress(marker.cluster, marker.zoom)).addTo(this.#map);
        this.#markers.set(key, marker);
      }
      Object.assign(marker, { cluster, zoom });
      paint(marker, cluster, key === this.#selected);
      gone.delete(key);
    }
    for (const [key, marker] of gone) {
      marker.remove();
      this.#markers.delete(key);
    }
    this.#flashes.splice(0).forEach((beacon) => this.#flash(beacon, zoom));
  }

  /** Marks the beacon that is looked at; null for none. */
  select(id) {
    this.#selected = id;
    for (const [key, marker] of this.#markers) paint(marker, marker.cluster, key === id);
  }

  /** Gives the keyboard back to a beacon that was looked at; says whether it is there. */
  focus(id) {
    const shown = this.#markers.get(id)?.getElement();
    shown?.focus();
    return Boolean(shown);
  }

  /** Loads, and lights up what stands for a beacon then: its marker, or the cluster that it is in. */
  changed(beacon) {
    if (beacon) this.#flashes.push(beacon);
    this.loadSoon();
  }

  #flash(beacon, zoom) {
    const marker = this.#markers.get(beacon.id) ?? this.#markers.get(cellOf(beacon.location, zoom).name);
    if (marker) flash(marker);
  }
}

/** What the map shows, in degrees that go on beyond 180. */
export function edges(map) {
  const bounds = map.getBounds();
  return { south: bounds.getSouth(), west: bounds.getWest(), north: bounds.getNorth(), east: bounds.getEast() };
}

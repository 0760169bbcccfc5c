// The beacons in view, as the API gathers them for the zoom. Markers that stay are kept, so that nothing flickers and the keyboard
// does not lose its place.

import { boxOf, cellOf, nearest, padded, zoomFor } from './area.js';
import { flash, makeMarker, paint } from './marker.js';
import { CLUSTERS } from './operations/index.js';
import { ask } from './session.js';
import { fail } from './toast.js';

/** Milliseconds for which moves and events are gathered; where they do not end, the longest wait. */
const PAUSE = 300;
const LONGEST_PAUSE = 1_000;
/** A map that has not stirred for so long stands still, though nobody has said so: a press stops a flight without a word. */
const STILL = 150;
/** An answer that takes longer will not come. */
const LONGEST_LOAD = 60_000;
/** What is asked for beyond the view, as a share of it, so that small moves show no empty edge. */
const MARGIN = 0.15;

export class Clusters {
  #map;
  #onPress;
  #markers = new Map();
  #abort = null;
  #timer;
  /** Since when a load is waited for; null when none is. */
  #waiting = null;
  /** Whether what is wanted is other than what is asked for, or only newer. */
  #isOther = false;
  #isOutdated = false;
  #stirred = 0;
  #hasFailed = false;
  #selected = null;
  #flashes = [];
  minSeverity = 'LOW';

  /** `onPress` gets the cluster of the API that was clicked, and the zoom that it was made for. */
  constructor(map, onPress) {
    this.#map = map;
    this.#onPress = onPress;
    map.on('move', () => (this.#stirred = Date.now()));
    map.on('moveend', () => {
      this.#stirred = 0;
      this.#isOther = true;
      this.loadSoon();
    });
  }

  get filter() {
    return this.minSeverity === 'LOW' ? null : { minSeverity: this.minSeverity };
  }

  /** Loads once it has been quiet for a moment. */
  loadSoon() {
    this.#waiting ??= Date.now();
    const longest = this.#waiting + LONGEST_PAUSE - Date.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.load(), Math.max(0, Math.min(PAUSE, longest)));
  }

  /** Loads for another filter or viewer: what was asked for before is of no use. */
  loadOther() {
    this.#isOther = true;
    this.load();
  }

  /** Looks again. A load that runs is let end first: on a slow network, events would let none ever end. */
  load() {
    clearTimeout(this.#timer);
    this.#waiting = null;
    // What is in view only in passing is not asked for; at the end of the move is what is.
    if (Date.now() - this.#stirred < STILL) return this.loadSoon();
    if (this.#abort && !this.#isOther) {
      this.#isOutdated = true;
      return;
    }
    this.#abort?.abort();
    this.#isOther = this.#isOutdated = false;
    this.#run((this.#abort = new AbortController()));
  }

  async #run(abort) {
    const { signal } = abort;
    const { x, y } = this.#map.getSize();
    // A flight that was stopped leaves the map between two zooms, and the API knows whole ones.
    const zoom = zoomFor(x * (1 + 2 * MARGIN), y * (1 + 2 * MARGIN), Math.floor(this.#map.getZoom()));
    const bounds = boxOf(padded(edges(this.#map), MARGIN));
    const limit = setTimeout(() => abort.abort(), LONGEST_LOAD);
    this.#map.getContainer().setAttribute('aria-busy', 'true');
    // What is heard of from here on may not be in the answer yet, and lights up with the next one.
    const heard = this.#flashes.length;
    try {
      const { beaconClusters } = await ask(CLUSTERS, { bounds, zoom, filter: this.filter }, { signal });
      if (!signal.aborted) {
        this.#show(beaconClusters, zoom);
        this.#flashes.splice(0, heard).forEach((beacon) => this.#flash(beacon, zoom));
      }
      this.#hasFailed = false;
    } catch (error) {
      // It is tried again and again, and said once.
      if (error.name !== 'AbortError' && !this.#hasFailed) {
        this.#hasFailed = true;
        fail(error);
      }
    } finally {
      clearTimeout(limit);
    }
    if (abort !== this.#abort) return;
    this.#abort = null;
    this.#map.getContainer().removeAttribute('aria-busy');
    if (this.#isOutdated) this.loadSoon();
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

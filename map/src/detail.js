// One beacon: what it says, how sure it is, and what the viewer says of it.

import { circle } from 'leaflet/dist/leaflet-src.esm.js';

import { nearest } from './area.js';
import { cellRadius } from './cell.js';
import { facts, tick } from './facts.js';
import { manageSection } from './manage.js';
import { isCalm } from './motion.js';
import { BEACON } from './operations/index.js';
import { closePanel, free, openPanel, shownPanel } from './panel.js';
import { ask, onViewer } from './session.js';
import { fail, toast } from './toast.js';
import { voteSection } from './vote.js';
import { TYPES } from './words.js';

/** By the states of a beacon and the kinds of events; MISSING when it is not known why. */
const GONE = {
  RESOLVED: 'This is over: its author has ended it.',
  FALSE_ALARM: 'It never was so: its author has called it a false alarm.',
  EXPIRED: 'Its time has passed. It has left the map.',
  DELETED: 'It was deleted, or reported away.',
  MISSING: 'It is no longer there.',
};

/** How often "5 min ago" is looked at. */
const TICK = 15_000;

export class Detail {
  #map;
  #clusters;
  #beacon = null;
  #wanted = null;
  #gone = null;
  #back = null;
  #manage = null;
  #circle = null;

  constructor(map, clusters) {
    this.#map = map;
    this.#clusters = clusters;
    // What the viewer may do, and has said, is another's for another.
    onViewer(() => {
      this.#manage = null;
      this.refresh();
    });
    setInterval(() => this.#isShown() && tick(() => this.#end('EXPIRED')), TICK);
  }

  /** Shows a beacon, and a way back to where the reader came from. */
  async open(id, back = null) {
    this.#clusters.select(id);
    this.#wanted = id;
    try {
      const { beacon } = await ask(BEACON, { id });
      // Another one was pressed in the meantime.
      if (this.#wanted !== id) return;
      if (beacon) return this.show(beacon, back);
      toast('This beacon is no longer there.');
    } catch (error) {
      fail(error);
    }
    this.#clusters.select(this.#isShown() ? this.#beacon.id : null);
    this.#clusters.loadSoon();
  }

  show(beacon, back = null) {
    const isOther = this.#beacon?.id !== beacon.id || !this.#isShown();
    if (isOther) {
      this.#back = back;
      this.#manage = null;
    }
    this.#beacon = beacon;
    this.#gone = beacon.state === 'ACTIVE' ? null : GONE[beacon.state];
    this.#render();
    this.#clusters.select(beacon.id);
    if (isOther) this.#bringIntoView();
  }

  /** Asks anew for what is shown, after it may have changed unheard. */
  async refresh() {
    if (!this.#isShown()) return;
    const { id } = this.#beacon;
    const { beacon } = await ask(BEACON, { id }).catch(() => ({}));
    if (beacon === undefined || !this.#isShown() || this.#beacon.id !== id) return;
    if (beacon) this.show(beacon);
    else if (!this.#gone) this.#end(Date.parse(this.#beacon.expiresAt) <= Date.now() ? 'EXPIRED' : 'MISSING');
  }

  /** Takes a change that came live. */
  onEvent({ kind, beaconId, beacon }) {
    if (!this.#isShown() || beaconId !== this.#beacon.id) return;
    // How it has ended is in the beacon, when that comes along: over, or a false alarm.
    if (beacon && !(GONE[kind] && beacon.state === 'ACTIVE')) this.show(beacon);
    else if (GONE[kind]) this.#end(kind);
  }

  #isShown() {
    return this.#beacon !== null && shownPanel() === `detail ${this.#beacon.id}`;
  }

  #end(kind) {
    this.#gone = GONE[kind];
    this.#render();
    this.#clusters.loadSoon();
  }

  #render() {
    const beacon = this.#beacon;
    this.#manage ??= manageSection(beacon, { onEnded: (kind) => this.#end(kind), onKey: () => this.#render() });
    const sections = this.#gone ? [] : [voteSection(beacon, (next) => this.#voted(next)), this.#manage];
    openPanel({
      name: `detail ${beacon.id}`,
      heading: TYPES[beacon.type],
      content: [...facts(beacon, this.#gone), ...sections],
      back: this.#back,
      closed: () => this.#closed(beacon.id),
    });
    this.#circle?.remove();
    const radius = cellRadius(beacon.precision);
    const at = [beacon.location.latitude, nearest(beacon.location.longitude, this.#map.getCenter().lng)];
    const look = { radius, interactive: false, className: `cell ${beacon.severity}` };
    this.#circle = radius && !this.#gone ? circle(at, look).addTo(this.#map) : null;
  }

  /** The beacon after a vote; null when the viewer's report has hidden it. */
  #voted(beacon) {
    if (beacon) {
      this.show(beacon);
    } else {
      closePanel();
      toast('It was reported so often that nobody sees it any more.');
    }
    this.#clusters.loadSoon();
  }

  #closed(id) {
    this.#circle?.remove();
    this.#circle = null;
    this.#clusters.select(null);
    if (document.activeElement === document.body) this.#clusters.focus(id);
  }

  #bringIntoView() {
    const { latitude, longitude } = this.#beacon.location;
    const at = [latitude, nearest(longitude, this.#map.getCenter().lng)];
    this.#map.panInside(at, { ...free(60), animate: !isCalm() });
  }
}

// What changes while one looks: a subscription to the box in view, as server-sent events, one connection for each.

import { boxOf, holds, padded } from './area.js';
import { CHANGED } from './operations/index.js';
import { accessToken, refused } from './session.js';
import { events } from './sse.js';
import { post } from './wire.js';

/** How far beyond the view is listened to, as a share of it: small moves need no new stream. */
const MARGIN = 0.5;
/** An area that has become this many times as wide as the view brings too much that nobody sees. */
const TOO_WIDE = 16;
/** Milliseconds to wait before the next try; the last one again and again. */
const WAITS = [1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/** When the server has refused rather than failed, the next try can wait. */
const REFUSED_WAIT = 120_000;
/** Without a sign of life for so long, the connection is dead, though nobody has said so. */
const SILENCE = 60_000;
/** A stream that stood for so long was a good one: the next try comes soon again. */
const GOOD = 10_000;

/** `onEvent` gets each change, `onState` whether the stream is open. */
export class Live {
  #onEvent;
  #onState;
  #area = null;
  #view = null;
  #abort = null;
  #failures = 0;
  #retry;
  #isRefused = false;

  constructor({ onEvent, onState }) {
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  /** Listens to what is in view, a box in degrees as the map counts them. */
  watch(view) {
    this.#view = view;
    const width = (box) => box.east - box.west;
    const isHeard = !this.#isRefused && this.#area && holds(this.#area, view) && width(this.#area) <= TOO_WIDE * width(view);
    // What was refused may have been too large; from much nearer it is worth another try.
    const isNearer = this.#area && width(this.#area) > 3 * width(view);
    if (!isHeard && (!this.#isRefused || isNearer)) this.#connect();
  }

  /** Listens anew, as somebody else. */
  restart() {
    if (this.#view) this.#connect();
  }

  async #connect() {
    clearTimeout(this.#retry);
    this.#abort?.abort();
    this.#isRefused = false;
    const abort = (this.#abort = new AbortController());
    this.#area = padded(this.#view, MARGIN);
    let opened = null;
    try {
      opened = await this.#listen(boxOf(this.#area), abort);
    } catch {
      // Unreachable or broken off: tried again below.
    }
    // Another stream has taken its place, and tells how it stands.
    if (abort !== this.#abort) return;
    abort.abort();
    this.#onState(false);
    if (opened && Date.now() - opened > GOOD) this.#failures = 0;
    const wait = this.#isRefused ? REFUSED_WAIT : WAITS[Math.min(this.#failures++, WAITS.length - 1)];
    // Spread, so that a server that comes back is not asked by all at once.
    this.#retry = setTimeout(() => this.#connect(), wait * (0.75 + Math.random() / 2));
  }

  /** Answers when the stream was opened, once it has ended. */
  async #listen(bounds, abort) {
    const { signal } = abort;
    const token = await accessToken();
    const response = await post(CHANGED, { area: { bounds } }, { token, accept: 'text/event-stream', signal });
    const isStream = response.ok && response.headers.get('content-type')?.startsWith('text/event-stream');
    if (response.status === 401 && token) {
      // The token is no longer good: with another the stream opens, so there is nothing to wait for.
      await refused(token);
      return null;
    }
    if (!isStream) {
      this.#isRefused = response.status < 500 && abort === this.#abort;
      return null;
    }
    const opened = Date.now();
    if (abort === this.#abort) this.#onState(true);
    let watchdog = setTimeout(() => abort.abort(), SILENCE);
    try {
      for await (const message of events(response.body)) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => abort.abort(), SILENCE);
        if (message?.event === 'complete') break;
        if (message?.event === 'next') this.#take(JSON.parse(message.data), abort);
      }
    } catch {
      // Broken off.
    } finally {
      clearTimeout(watchdog);
    }
    return opened;
  }

  #take({ data, errors }, abort) {
    if (abort !== this.#abort) return;
    if (data?.beaconChanged) this.#onEvent(data.beaconChanged);
    else if (errors) this.#isRefused = true;
  }
}

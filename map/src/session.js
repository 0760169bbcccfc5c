// Who looks at the map.

import { forgetKeys } from './keys.js';
import { REFRESH, SIGN_IN, SIGN_OUT, SIGN_UP } from './operations/index.js';
import * as store from './store.js';
import { Refused, send } from './wire.js';

/** A token that runs out within this time is renewed before it is used. */
const MARGIN = 60_000;
/** Milliseconds until the next try where the server could not renew it; the last one again and again. */
const WAITS = [5_000, 10_000, 20_000, 60_000];

const listeners = new Set();
let session = null;
/** What the session goes by in the store of this tab. */
let id = null;
let refreshing = null;
let failures = 0;
let timer;

/** The profile of whoever is signed in; null when nobody is. */
export function viewer() {
  return session?.viewer.profile ?? null;
}

/** Calls back now and at each change, with the profile, and with why when a session has ended by itself. */
export function onViewer(listener) {
  listeners.add(listener);
  listener(viewer(), null);
}

function change(next, reason = null) {
  const before = viewer()?.id;
  session = next;
  clearTimeout(timer);
  if (next) {
    store.write(id, next);
    const life = Date.parse(next.accessTokenExpiresAt) - Date.now();
    // Streams that stay open need a good token too, so it does not wait for a request.
    timer = setTimeout(() => refresh().catch(() => {}), Math.max(life - MARGIN, 5_000));
  } else {
    store.clear();
  }
  const isOther = viewer()?.id !== before;
  // What somebody made without a name is not for whoever looks next.
  if (before && isOther && forgetKeys() && reason) reason += ' The keys of anonymous beacons that this tab kept are gone.';
  if (isOther || reason) listeners.forEach((listener) => listener(viewer(), reason));
}

/** Goes on with the session of this tab from before it was loaded anew. Asks nothing; whoever asks first renews it if need be. */
export async function resume() {
  const kept = store.read();
  if (!kept) return;
  const isOurs = await store.claim(kept.id);
  // Signed in anew in the meantime.
  if (session) return;
  if (isOurs) {
    id = kept.id;
    return change(kept.session);
  }
  // The other tab has the keys still; when it is signed out, they must not stay here.
  forgetKeys();
  change(null, 'This tab is a copy of another, which stays signed in. Sign in here too, if you like.');
}

/** One at a time: a refresh token that is spent twice ends the session. */
function refresh() {
  refreshing ??= renew().finally(() => (refreshing = null));
  return refreshing;
}

async function renew() {
  if (!session) return;
  const { refreshToken } = session;
  let answer;
  try {
    answer = await send(REFRESH, { input: { refreshToken } });
  } catch (error) {
    const wait = WAITS[Math.min(failures++, WAITS.length - 1)];
    clearTimeout(timer);
    if (session) timer = setTimeout(() => refresh().catch(() => {}), wait);
    throw error;
  }
  failures = 0;
  // Signed out, or in as somebody else, in the meantime.
  if (session?.refreshToken !== refreshToken) return;
  const next = answer.refreshSession.session;
  change(next, next ? null : 'Your session has ended. Please sign in again.');
}

/** Renews the session after the server has refused its access token, unless that was done meanwhile. */
export async function refused(token) {
  if (session?.accessToken === token) await refresh();
}

/** A token that is good for a while; null when nobody is signed in. */
export async function accessToken() {
  if (session && Date.parse(session.accessTokenExpiresAt) - Date.now() < MARGIN) {
    // When it cannot be renewed now, the old one may still do.
    await refresh().catch(() => {});
  }
  return session?.accessToken ?? null;
}

/** Asks as whoever is signed in. */
export async function ask(query, variables, { signal } = {}) {
  const token = await accessToken();
  try {
    return await send(query, variables, { token, signal });
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'UNAUTHENTICATED' || !token) throw error;
    // Ended elsewhere, or a clock that runs wrong: the refresh token decides.
    await refused(token);
    return send(query, variables, { token: session?.accessToken, signal });
  }
}

/** Signs in and answers why not, as a list of user errors that is empty when it went well. */
export function signIn(input) {
  return begin(SIGN_IN, 'signIn', input);
}

export function signUp(input) {
  return begin(SIGN_UP, 'signUp', input);
}

async function begin(query, field, input) {
  const payload = (await send(query, { input }))[field];
  if (payload.session) {
    id = newId();
    // Nobody else can have it.
    store.claim(id);
    change(payload.session);
  }
  return payload.userErrors;
}

/** No secret: it only tells the sessions of one browser apart. */
function newId() {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
}

export async function signOut() {
  const refreshToken = session?.refreshToken;
  change(null);
  // Gone from here in any case; if the server cannot be told, the session ends by itself.
  if (refreshToken) await send(SIGN_OUT, { input: { refreshToken } }).catch(() => {});
}

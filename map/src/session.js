// Who looks at the map. The access token is kept in memory, the refresh token in the store that ends with this tab.

import { REFRESH, SIGN_IN, SIGN_OUT, SIGN_UP } from './operations/index.js';
import { Refused, send } from './wire.js';

const KEY = 'sojorn:refreshToken';
/** A token that runs out within this time is renewed before it is used. */
const MARGIN = 60_000;

const listeners = new Set();
let session = null;
let refreshing = null;
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
    sessionStorage.setItem(KEY, next.refreshToken);
    const life = Date.parse(next.accessTokenExpiresAt) - Date.now();
    // Streams that stay open need a good token too, so it does not wait for a request.
    timer = setTimeout(() => refresh().catch(() => {}), Math.max(life - MARGIN, 5_000));
  } else {
    sessionStorage.removeItem(KEY);
  }
  if (viewer()?.id !== before) listeners.forEach((listener) => listener(viewer(), reason));
}

/** Goes on with the session of this tab from before it was loaded anew. */
export async function resume() {
  if (sessionStorage.getItem(KEY)) await refresh().catch(() => {});
}

/** One at a time: a refresh token that is spent twice ends the session. */
function refresh() {
  refreshing ??= renew().finally(() => (refreshing = null));
  return refreshing;
}

async function renew() {
  const refreshToken = sessionStorage.getItem(KEY);
  if (!refreshToken) return;
  const { refreshSession } = await send(REFRESH, { input: { refreshToken } });
  // Signed out, or in as somebody else, in the meantime.
  if (sessionStorage.getItem(KEY) !== refreshToken) return;
  change(refreshSession.session, refreshSession.session ? null : 'Your session has ended. Please sign in again.');
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
    await refresh();
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
  if (payload.session) change(payload.session);
  return payload.userErrors;
}

export async function signOut() {
  const refreshToken = session?.refreshToken;
  change(null);
  // Gone from here in any case; if the server cannot be told, the session ends by itself.
  if (refreshToken) await send(SIGN_OUT, { input: { refreshToken } }).catch(() => {});
}

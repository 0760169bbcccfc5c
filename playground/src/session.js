// The access token: where it is kept and whose it is.

import { useSyncExternalStore } from 'react';

const KEY = 'sojorn:accessToken';
const listeners = new Set();

/** `state` is one of `out`, `checking`, `in` (with `handle`), `refused` and `unknown`. */
let session = { token: sessionStorage.getItem(KEY) ?? '', state: 'out', handle: null };

function change(next) {
  session = { ...session, ...next };
  listeners.forEach((listener) => listener());
}

export function accessToken() {
  return session.token;
}

/** Only for the life of this browser tab: the store that outlives it is open to every later visitor of the machine. */
export function setAccessToken(token) {
  token = token.trim().replace(/^Bearer\s+/i, '');
  if (token === session.token) return;
  if (token) sessionStorage.setItem(KEY, token);
  else sessionStorage.removeItem(KEY);
  change({ token, state: token ? 'checking' : 'out', handle: null });
  scheduleCheck();
}

/** The server refused the token of a request, which may no longer be the present one. */
export function tokenRefused(token) {
  if (token === session.token) change({ state: 'refused', handle: null });
}

export function useSession() {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

let timer;

/** Waits until typing pauses. */
function scheduleCheck() {
  clearTimeout(timer);
  if (session.token) timer = setTimeout(check, 300);
}

/** Asks the server whose token this is, so that the hint tells what is so rather than what was typed. */
async function check() {
  const { token } = session;
  let next = { state: 'unknown', handle: null };
  try {
    const response = await fetch('/graphql', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json, application/json',
        authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: 'query WhoAmI { viewer { profile { handle } } }' }),
    });
    if (response.status === 401) {
      next = { state: 'refused', handle: null };
    } else {
      const handle = (await response.json()).data?.viewer?.profile.handle;
      if (handle) next = { state: 'in', handle };
    }
  } catch {
    // The server could not be asked: `unknown` says so.
  }
  if (token === session.token) change(next);
}

if (session.token) {
  session.state = 'checking';
  check();
}

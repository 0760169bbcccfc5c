// What a tab keeps of a session, so that it goes on when the page is loaded anew. It ends with the tab.
//
// The access token is kept beside the refresh token: a page that is loaded anew goes on with it, and spends no refresh token whose
// answer could get lost when it is loaded anew once more. It opens nothing that the refresh token would not open.

const KEY = 'sojorn:session';
/** How long a page that is loaded anew waits for the one before it to be gone. */
const PATIENCE = 2_000;

let release = () => {};

/** The session of this tab with the id that it goes by here; null when there is none. */
export function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    return kept?.id && kept.session.refreshToken && kept.session.viewer.profile ? kept : null;
  } catch {
    return null;
  }
}

export function write(id, session) {
  sessionStorage.setItem(KEY, JSON.stringify({ id, session }));
}

export function clear() {
  sessionStorage.removeItem(KEY);
  release();
}

/**
 * Takes a session for this page alone, as long as the page lives, and says whether that went well. Browsers copy the store into a tab
 * that is duplicated; if both spent the same refresh token, the server would take it for stolen, and end the session of both.
 */
export function claim(id) {
  release();
  // Not over plain HTTP, except on one's own machine.
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((resolve) => {
    const hold = () => {
      resolve(true);
      return new Promise((done) => (release = done));
    };
    navigator.locks.request(`${KEY}:${id}`, { signal: AbortSignal.timeout(PATIENCE) }, hold).catch(() => resolve(false));
  });
}

// Manage keys of anonymous beacons that were made in this tab. They end with it, and when its viewer goes, as they are the only thing
// that connects a beacon with whoever made it.

const KEY = 'sojorn:manageKeys';

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

export function manageKey(id) {
  return read()[id] ?? null;
}

export function keepKey(id, key) {
  sessionStorage.setItem(KEY, JSON.stringify({ ...read(), [id]: key }));
}

export function forgetKey(id) {
  const { [id]: _, ...rest } = read();
  if (Object.keys(rest).length > 0) sessionStorage.setItem(KEY, JSON.stringify(rest));
  else sessionStorage.removeItem(KEY);
}

export function keyCount() {
  return Object.keys(read()).length;
}

/** Says how many there were. */
export function forgetKeys() {
  const count = keyCount();
  sessionStorage.removeItem(KEY);
  return count;
}

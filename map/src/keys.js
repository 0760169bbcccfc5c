// Manage keys of anonymous beacons that were made in this tab. They end with it, as they are the only thing that connects a beacon
// with whoever made it.

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
  sessionStorage.setItem(KEY, JSON.stringify(rest));
}

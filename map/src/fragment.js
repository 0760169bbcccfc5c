// Where the map is, in the part of the address behind the #. A place that somebody looks at tells about that person; this part is
// never sent to a server, so the address can be shared, and is in nobody's log. Nothing of it may move into the path or the query.

/** "#12/44.978/-93.265" as a view; null when it is none. */
export function readView(fragment) {
  const match = /^#(\d{1,2})\/(-?\d+(?:\.\d+)?)\/(-?\d+(?:\.\d+)?)$/.exec(fragment);
  if (!match) return null;
  const [zoom, latitude, longitude] = match.slice(1).map(Number);
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { zoom, latitude, longitude } : null;
}

/** As many digits as the zoom shows. */
export function viewFragment({ zoom, latitude, longitude }) {
  const digits = Math.min(6, Math.max(1, Math.round(zoom / 3)));
  return `#${zoom}/${latitude.toFixed(digits)}/${longitude.toFixed(digits)}`;
}

// From what Leaflet shows to what the API asks for: degrees that are degrees, and boxes that may cross the antimeridian.

/** The side of a cluster's cell in points, and how many of them a request may touch. Both are the server's. */
const CELL = 64;
const MAX_CELLS = 4_096;
/** Where the square of the web's maps ends. */
const EDGE = 85.05112878;

/** A longitude from -180 to 180. */
export function wrap(longitude) {
  if (longitude >= -180 && longitude <= 180) return longitude;
  return ((((longitude + 180) % 360) + 360) % 360) - 180;
}

/** That of a longitude's copies which is nearest to `around`; the map goes on beyond its edges. */
export function nearest(longitude, around) {
  return longitude + Math.round((around - longitude) / 360) * 360;
}

/** A box of the API; west is greater than east where it crosses the antimeridian. */
export function boxOf({ south, west, north, east }) {
  const latitudes = { south: Math.max(south, -EDGE), north: Math.min(north, EDGE) };
  if (east - west >= 360) return { ...latitudes, west: -180, east: 180 };
  return { ...latitudes, west: wrap(west), east: wrap(east) };
}

/** A box with some more on each side, as a share of its own size. */
export function padded({ south, west, north, east }, share) {
  const height = (north - south) * share;
  const width = (east - west) * share;
  return { south: south - height, west: west - width, north: north + height, east: east + width };
}

/** Whether one box holds another, wherever around the Earth the two are counted from. */
export function holds(outer, inner) {
  if (outer.south > Math.max(inner.south, -EDGE) || outer.north < Math.min(inner.north, EDGE)) return false;
  if (outer.east - outer.west >= 360) return true;
  const shift = nearest(inner.west, (outer.west + outer.east) / 2) - inner.west;
  return [shift - 360, shift, shift + 360].some((by) => outer.west <= inner.west + by && outer.east >= inner.east + by);
}

/** The deepest zoom, from `zoom` upwards, at which so many points of screen are no more cells than may be asked for. */
export function zoomFor(width, height, zoom) {
  for (let points = CELL; zoom > 0; points *= 2, zoom -= 1) {
    // One more each way, since a screen seldom begins where a cell does.
    if ((Math.ceil(width / points) + 1) * (Math.ceil(height / points) + 1) <= MAX_CELLS) return zoom;
  }
  return 0;
}

/** The cell that a place is in, with its name and its box. Those at the edge of the square reach to the poles, as the server has them. */
export function cellOf({ latitude, longitude }, zoom) {
  const size = 2 ** (zoom + 2);
  const number = (share) => Math.min(Math.max(Math.floor(share * size), 0), size - 1);
  const radians = (Math.min(Math.max(latitude, -EDGE), EDGE) * Math.PI) / 180;
  const column = number((longitude + 180) / 360);
  const row = number((1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2);
  const meridian = (at) => (at / size) * 360 - 180;
  const parallel = (at) => (at === 0 ? 90 : at === size ? -90 : (Math.atan(Math.sinh(Math.PI * (1 - (2 * at) / size))) * 180) / Math.PI);
  return {
    name: `${zoom}/${column}/${row}`,
    box: { south: parallel(row + 1), west: meridian(column), north: parallel(row), east: meridian(column + 1) },
  };
}

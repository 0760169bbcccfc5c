// What the server keeps of a place (src/domain/beacon/cell.rs), so that the form can show it before anything is sent.

const EARTH_RADIUS_METERS = 6_371_008.77;
const SIZES = { NEIGHBORHOOD: 1_000, BLOCK: 150, EXACT: null };

/** The centre of the cell that a place is in; the place itself when it is to be exact. */
export function storedPoint(place, precision) {
  const size = SIZES[precision];
  if (!size) return place;
  const rings = Math.round((Math.PI * EARTH_RADIUS_METERS) / size);
  const height = 180 / rings;
  const ring = Math.min(Math.floor((place.latitude + 90) / height), rings - 1);
  const latitude = (ring + 0.5) * height - 90;
  const circumference = 2 * Math.PI * EARTH_RADIUS_METERS * Math.cos((latitude * Math.PI) / 180);
  const cells = Math.max(Math.round(circumference / size), 1);
  const width = 360 / cells;
  const cell = Math.min(Math.floor(((place.longitude + 180) % 360) / width), cells - 1);
  return { latitude, longitude: (cell + 0.5) * width - 180 };
}

/** The radius in metres of the circle that holds a cell; null when the place is exact. */
export function cellRadius(precision) {
  const size = SIZES[precision];
  return size ? size * Math.SQRT1_2 : null;
}

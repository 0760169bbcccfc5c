// The lines of latitude and longitude: how far apart they are, and what they are called.

/** Steps that divide degrees, minutes and seconds without a rest, in degrees. */
const STEPS = [30, 20, 10, 5, 2, 1, ...[30, 20, 10, 5, 2, 1].map((minutes) => minutes / 60), ...[30, 20, 10, 5, 2, 1].map((seconds) => seconds / 3600)];
/** Points between two lines at least. */
const ROOM = 110;

/** How many degrees are between two lines at a zoom. */
export function stepFor(zoom) {
  const points = (256 * 2 ** zoom) / 360;
  return STEPS.filter((step) => step * points >= ROOM).at(-1) ?? STEPS[0];
}

/** "93° W", "44°58′ N", "44°58′30″ N", as finely as the step needs. */
export function lineName(degrees, step, [positive, negative]) {
  const seconds = Math.round(Math.abs(degrees) * 3600);
  const [whole, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, '0');
  let name = `${whole}°`;
  if (step < 1) name += `${two(minutes)}′`;
  if (step < 1 / 60) name += `${two(rest)}″`;
  if (seconds === 0 || (positive === 'E' && whole === 180)) return name;
  return `${name} ${degrees < 0 ? negative : positive}`;
}

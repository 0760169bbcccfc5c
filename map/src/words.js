// The words of the schema, as people say them.

export const TYPES = {
  SAFETY: 'Safety',
  HAZARD: 'Hazard',
  FIRE: 'Fire',
  SUSPICIOUS: 'Suspicious',
  CHECKPOINT: 'Checkpoint',
  OFFICIAL_PRESENCE: 'Official presence',
  TRAFFIC: 'Traffic',
  NOISE: 'Noise',
  PACKAGE_THEFT: 'Package theft',
  LOST_PET: 'Lost or found pet',
  COMMUNITY: 'Community',
  EVENT: 'Event',
  RESOURCE: 'Resource',
  QUESTION: 'Question',
};

/** From the least to the worst. */
export const SEVERITIES = { LOW: 'Low', MEDIUM: 'Medium', HIGH: 'High', CRITICAL: 'Critical' };

export const PRECISIONS = {
  NEIGHBORHOOD: { name: 'Neighbourhood', shown: 'within about 1 km', about: 'A square of 1 km: nobody can tell which street.' },
  BLOCK: { name: 'Block', shown: 'within about 150 m', about: 'A square of 150 m: a few houses.' },
  EXACT: { name: 'Exact', shown: 'an exact place', about: 'The very point. Only with your name.' },
};

const MINUTE = 60_000;

/** "now", "5 min", "3 h", "2 days". */
export function span(milliseconds) {
  const minutes = Math.floor(milliseconds / MINUTE);
  if (minutes < 1) return 'less than a minute';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours < 6 && minutes % 60 > 0 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}

export function ago(time, now = Date.now()) {
  const passed = now - Date.parse(time);
  return passed < MINUTE ? 'just now' : `${span(passed)} ago`;
}

/** When it leaves; null when it stays. */
export function leaves(time, now = Date.now()) {
  if (!time) return null;
  const left = Date.parse(time) - now;
  return left <= 0 ? 'has left' : `leaves in ${span(left)}`;
}

/** A place as people read it: "44.978° N, 93.265° W". */
export function placeName({ latitude, longitude }, digits = 3) {
  const side = (value, positive, negative) => `${Math.abs(value).toFixed(digits)}° ${value < 0 ? negative : positive}`;
  return `${side(latitude, 'N', 'S')}, ${side(longitude, 'E', 'W')}`;
}

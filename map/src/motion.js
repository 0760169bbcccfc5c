// Whether the reader wants things to move.

const wish = matchMedia('(prefers-reduced-motion: reduce)');

/** True where nothing is to fly, slide or grow. */
export function isCalm() {
  return wish.matches;
}

// Short messages at the edge, read out by screen readers, gone after a while.

import { byId, element } from './element.js';
import { icon } from './icons.js';

const LIFE = 7_000;

export function toast(message, kind = 'plain') {
  // What stands there already is not said twice.
  const shown = [...byId('toasts').children];
  if (shown.some((other) => other.dataset.message === message)) return;
  const close = element('button', { type: 'button', class: 'quiet round', 'aria-label': 'Close', onclick: () => made.remove() }, icon('close'));
  const made = element('div', { class: `toast ${kind}`, 'data-message': message }, element('p', {}, message), close);
  byId('toasts').append(made);
  setTimeout(() => made.remove(), LIFE);
}

export function fail(error) {
  if (error.name !== 'AbortError') toast(error.message, 'failure');
}

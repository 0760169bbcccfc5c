// The one panel at the side (on a phone: at the bottom) in which a beacon, a list or the form stands.

import { byId, element } from './element.js';
import { icon } from './icons.js';

const panel = byId('panel');
let onClosed = null;

/** Shows content under a heading. `closed` is called when it goes, by the reader or because something else comes. */
export function openPanel({ name, heading, content, back = null, closed = null }) {
  const isNew = panel.dataset.name !== name;
  if (isNew) leave();
  onClosed = closed;
  const backButton =
    back && element('button', { type: 'button', class: 'quiet round', 'aria-label': 'Back', onclick: back }, icon('back'));
  const closeButton = element('button', { type: 'button', class: 'quiet round', 'aria-label': 'Close', onclick: closePanel }, icon('close'));
  // What is only shown anew stays where it was, also for the keyboard.
  const scrolled = isNew ? 0 : panel.lastElementChild.scrollTop;
  const focused = panel.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
  panel.replaceChildren(
    element('div', { class: 'panel-head' }, backButton, element('h2', { id: 'panel-heading' }, heading), closeButton),
    element('div', { class: 'panel-body' }, content),
  );
  panel.dataset.name = name;
  panel.setAttribute('aria-labelledby', 'panel-heading');
  panel.hidden = false;
  document.body.dataset.panel = name.split(' ')[0];
  panel.lastElementChild.scrollTop = scrolled;
  if (isNew) panel.focus({ preventScroll: true });
  else if (focused) panel.querySelector(`[data-focus="${focused}"]`)?.focus({ preventScroll: true });
}

/** The name of what is shown; null when the panel is closed. */
export function shownPanel() {
  return panel.hidden ? null : panel.dataset.name;
}

export function closePanel() {
  if (panel.hidden) return;
  panel.hidden = true;
  panel.replaceChildren();
  delete panel.dataset.name;
  delete document.body.dataset.panel;
  leave();
}

function leave() {
  const closed = onClosed;
  onClosed = null;
  closed?.();
}

/** How much of the map the panel covers, in points from its left and from its bottom. */
export function covered() {
  if (panel.hidden) return { left: 0, bottom: 0 };
  const { left, right, top, width } = panel.getBoundingClientRect();
  const isSheet = width >= window.innerWidth - 2 && left <= 1;
  return isSheet ? { left: 0, bottom: window.innerHeight - top } : { left: right, bottom: 0 };
}

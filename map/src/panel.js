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

/** The part of the map that nothing covers, and `margin` points less, as the padding that Leaflet asks for. */
export function free(margin) {
  const head = document.querySelector('.bar').getBoundingClientRect().bottom;
  const { left, right, top, width } = panel.getBoundingClientRect();
  const isSheet = width > 0 && left < 1;
  const side = panel.hidden || isSheet ? 0 : right;
  const foot = isSheet ? window.innerHeight - top : 40;
  return { paddingTopLeft: [side + margin, head + margin], paddingBottomRight: [margin, foot + margin] };
}

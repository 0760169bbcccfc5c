// "Beacon here": the form, and the manage key once.

import { circle, circleMarker } from 'leaflet/dist/leaflet-src.esm.js';

import { nearest } from './area.js';
import { cellRadius, storedPoint } from './cell.js';
import { byId, element } from './element.js';
import { anonymityField, bodyField, choices, lifeField, precisionField } from './create-fields.js';
import { form, formError } from './forms.js';
import { icon } from './icons.js';
import { keepKey } from './keys.js';
import { isCalm } from './motion.js';
import { CREATE } from './operations/index.js';
import { closePanel, free, openPanel, shownPanel } from './panel.js';
import { askForPlace } from './place.js';
import { ask, onViewer, viewer } from './session.js';
import { openSignIn } from './sign-in.js';
import { SEVERITIES, TYPES, placeName } from './words.js';

export class Create {
  #map;
  #onCreated;
  #preview = [];
  /** What was written and not sent, and by whom: another place, a look at a beacon or Escape must not cost it. */
  #draft = null;

  /** `onCreated` gets the new beacon when it is to be shown on the map, `onDone` when the reader is through with it. */
  constructor(map, { onCreated, onDone }) {
    this.#map = map;
    this.#onCreated = onCreated;
    this.onDone = onDone;
    onViewer((profile, reason) => {
      // Who signs out leaves nothing to be read; who was signed out may still want to copy it.
      if (!profile && !reason && shownPanel() === 'form') closePanel();
    });
  }

  async start() {
    if (!viewer()) return openSignIn('Sign in to make a beacon. It is anonymous all the same, unless you say otherwise.', () => this.start());
    closePanel();
    const place = await askForPlace(this.#map);
    if (place) this.#openForm(place);
  }

  #openForm(place) {
    const body = bodyField();
    const precision = precisionField();
    const anonymity = anonymityField();
    const life = lifeField();
    const made = form(
      { class: 'stack' },
      (values) => this.#send(place, values),
      body,
      element('div', { class: 'pair' }, choices('What is it?', 'type', TYPES, 'HAZARD'), choices('How bad is it?', 'severity', SEVERITIES, 'MEDIUM')),
      precision,
      anonymity,
      life,
      formError(),
      element(
        'div',
        { class: 'actions' },
        element('button', { type: 'submit', class: 'primary' }, 'Make the beacon'),
        element('button', { type: 'button', onclick: () => this.start() }, 'Another place'),
      ),
    );
    const by = viewer()?.id;
    const update = () => {
      const isAnonymous = made.elements.anonymous.checked;
      precision.setAnonymous(isAnonymous);
      life.setLongest(!isAnonymous && Boolean(viewer()?.isOfficial));
      this.#show(place, made.elements.precision.value, made.elements.severity.value);
    };
    made.addEventListener('change', update);
    const content = [element('p', { class: 'soft where' }, icon('pin'), placeName(place)), made];
    const closed = () => {
      this.#hide();
      this.#draft = { by, values: Object.fromEntries(new FormData(made)) };
      // The keyboard goes on from where the form came from.
      if (document.activeElement === document.body) byId('beacon-here').focus({ preventScroll: true });
    };
    openPanel({ name: 'form', heading: 'New beacon', content, closed });
    update();
    if (this.#draft?.by === by) refill(made, this.#draft.values, update);
    this.#map.panInside([place.latitude, this.#longitude(place)], { ...free(60), animate: !isCalm() });
    made.elements.body.focus({ preventScroll: true });
  }

  /** What others will see of the place: not the point, but the cell that it is in. */
  #show(place, precision, severity) {
    this.#hide();
    const stored = storedPoint(place, precision);
    const at = [stored.latitude, this.#longitude(stored)];
    const radius = cellRadius(precision);
    const look = { interactive: false, className: `cell ${severity}` };
    this.#preview = [
      radius && circle(at, { ...look, radius }),
      circleMarker([place.latitude, this.#longitude(place)], { ...look, radius: 6, className: `cell point ${severity}` }),
    ].filter(Boolean);
    this.#preview.forEach((layer) => layer.addTo(this.#map));
  }

  #longitude({ longitude }) {
    return nearest(longitude, this.#map.getCenter().lng);
  }

  #hide() {
    this.#preview.splice(0).forEach((layer) => layer.remove());
  }

  async #send(location, { body, type, severity, precision, anonymous, expiresInMinutes }) {
    const input = { body, type, severity, precision, location, anonymous: anonymous === 'on', expiresInMinutes: Number(expiresInMinutes) };
    const { beacon, manageKey, userErrors } = (await ask(CREATE, { input })).createBeacon;
    if (!beacon) return userErrors;
    this.#onCreated(beacon);
    if (manageKey) {
      keepKey(beacon.id, manageKey);
      this.#showKey(beacon, manageKey);
    } else {
      this.onDone(beacon);
    }
    // The form has closed by now.
    this.#draft = null;
    return [];
  }

  /** The key is shown here and never again. */
  #showKey(beacon, key) {
    const shown = element('code', { class: 'key', tabindex: '0' }, key);
    const words = element('span', {}, 'Copy');
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(key);
        words.textContent = 'Copied';
      } catch {
        // Not over plain HTTP: then it is selected, to be copied by hand.
        getSelection().selectAllChildren(shown);
        words.textContent = 'Selected';
      }
    };
    const content = [
      element('p', {}, 'Nothing on it says that it is yours. This key alone lets you end or delete it later:'),
      element('div', { class: 'key-row' }, shown, element('button', { type: 'button', onclick: copy }, icon('copy'), words)),
      element('p', { class: 'soft' }, 'It is shown this once. Until you sign out or close this tab, the map remembers it for you.'),
      element('div', { class: 'actions' }, element('button', { type: 'button', class: 'primary', onclick: () => this.onDone(beacon) }, 'Done')),
    ];
    openPanel({ name: 'key', heading: 'Your beacon is on the map', content });
  }
}

/** Fills in what was written before. `update` lets the choices follow: which there are depends on whether it is anonymous. */
function refill({ elements }, { anonymous, body, type, severity, precision, expiresInMinutes }, update) {
  elements.anonymous.checked = anonymous === 'on';
  update();
  Object.entries({ body, type, severity, precision, expiresInMinutes }).forEach(([name, value]) => (elements[name].value = value));
  update();
}

// Fields with their labels, and what the server says of them.

import { element } from './element.js';
import { fail } from './toast.js';
import { sentence } from './wire.js';

let count = 0;

/** A field with its label, a word of explanation, and room for what is wrong with it. */
export function field(label, control, about = null) {
  const id = `field-${(count += 1)}`;
  control.id = id;
  control.setAttribute('aria-describedby', `${id}-about ${id}-error`);
  return element(
    'div',
    { class: 'field' },
    element('label', { for: id }, label),
    control,
    element('p', { id: `${id}-about`, class: 'about' }, about ?? ''),
    element('p', { id: `${id}-error`, class: 'error', 'data-error-of': control.name }),
  );
}

/** Room for what is wrong with no field in particular. */
export function formError() {
  return element('p', { class: 'error', role: 'alert', 'data-error-of': '' });
}

/** Puts user errors of the API beside the fields that they name, and the rest where the form has room for it. */
export function showErrors(form, errors) {
  for (const place of form.querySelectorAll('[data-error-of]')) place.textContent = '';
  for (const control of form.querySelectorAll('[aria-invalid]')) control.removeAttribute('aria-invalid');
  let first = null;
  for (const { message, path } of errors) {
    const name = path.at(-1) ?? '';
    const place = [...form.querySelectorAll('[data-error-of]')].find((other) => other.dataset.errorOf === name);
    const control = place && name ? form.elements[name] : null;
    (place ?? form.querySelector('[data-error-of=""]')).textContent = sentence(message);
    control?.setAttribute?.('aria-invalid', 'true');
    first ??= control;
  }
  first?.focus?.();
}

/** A form that sends itself once at a time. `send` answers the user errors; the browser itself never sends it anywhere. */
export function form(attributes, send, ...children) {
  const made = element('form', { ...attributes, novalidate: true }, ...children);
  made.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = made.querySelector('[type=submit]');
    if (button.disabled) return;
    button.disabled = true;
    try {
      showErrors(made, await send(Object.fromEntries(new FormData(made))));
    } catch (error) {
      fail(error);
    } finally {
      button.disabled = false;
    }
  });
  return made;
}

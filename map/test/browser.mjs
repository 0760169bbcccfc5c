// A headless Chromium that keeps a list of what a page must not do: errors, requests to other hosts, breaches of its policy.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const PLACES = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export function launch() {
  const executablePath = PLACES.find((place) => place && existsSync(place));
  if (!executablePath) throw new Error('There is no Chromium: install it, or say where it is with CHROMIUM=/path');
  return chromium.launch({ executablePath, args: QUIET });
}

/** A page in a context of its own, and `faults`, the list. `allow` says which refusals of the server are expected. */
export async function open(browser, url, { options = {}, allow = () => false, origins = [url] } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !allow(message.text())) faults.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on('request', (request) => {
    const { origin, search } = new URL(request.url());
    if (!origins.some((known) => new URL(known).origin === origin)) faults.push(`elsewhere: ${request.url()}`);
    // What is looked at stands in no address that is sent.
    if (search) faults.push(`told in an address: ${request.url()}`);
  });
  await page.exposeFunction('onBreach', (breach) => faults.push(`policy: ${breach}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => onBreach(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return { page, context, faults };
}

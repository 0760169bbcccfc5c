// Pictures of the map in its states, wide and narrow, light and dark: node test/look.mjs URL FOLDER
// For the demo network, and a server that lets ada make some beacons (BEACONS_PER_HOUR=100). To be looked at; test/run.mjs is what
// passes or fails.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { launch, open } from './browser.mjs';

const [url, folder] = process.argv.slice(2);
if (!folder) throw new Error('node test/look.mjs URL FOLDER');
await mkdir(folder, { recursive: true });
const browser = await launch();

const SCREENS = {
  wide: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 780 }, deviceScaleFactor: 2, hasTouch: true },
};

for (const [screen, size] of Object.entries(SCREENS)) {
  for (const colorScheme of ['light', 'dark']) {
    const { page, context } = await open(browser, url, { options: { ...size, colorScheme } });
    const take = async (name) => {
      // Moves and fades are over.
      await page.waitForTimeout(900);
      await page.screenshot({ path: join(folder, `${screen}-${colorScheme}-${name}.png`) });
    };
    await page.goto(`${url}/map#3/30/-60`);
    await page.locator('.cluster').first().waitFor();
    await take('1-world');
    await page.goto(`${url}/map#13/44.9778/-93.265`);
    await page.locator('.target .beacon').first().waitFor();
    await take('2-city');
    await page.locator('.target:has(.beacon)').first().press('Enter');
    await page.locator('.votes').waitFor();
    await take('3-detail');
    await page.locator('.vote.vouch').click();
    await take('4-sign-in');
    await page.getByRole('button', { name: 'Create an account' }).click();
    await take('5-sign-up');
    await page.getByRole('button', { name: 'I have an account' }).click();
    await page.getByLabel('E-mail or handle').fill('ada');
    await page.getByLabel('Password').fill('sojorn-demo');
    await page.locator('#sign-in [type=submit]').click();
    await page.locator('.who').waitFor();
    await take('6-signed-in');
    await page.locator('#panel').getByLabel('Close').click();
    await page.locator('#beacon-here').click();
    await take('7-place');
    await page.getByRole('button', { name: 'Set place' }).click();
    await take('8-form');
    await page.getByRole('button', { name: 'Make the beacon' }).click();
    await page.locator('.error:not(:empty)').first().waitFor();
    await take('9-errors');
    await page.getByLabel('What should others nearby know?').fill('Ice on the bridge, almost invisible.');
    await page.getByRole('button', { name: 'Make the beacon' }).click();
    await page.locator('.key').waitFor();
    await take('10-key');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.locator('.votes-own').waitFor();
    await take('11-own');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await take('12-sign-out');
    await context.close();
  }
}
await browser.close();

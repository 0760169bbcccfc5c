// What a slow network must not break, and what is asked while the map moves.

import assert from 'node:assert/strict';
import { open } from './browser.mjs';

export async function slowSteps({ browser, url, step }) {
  const { page, context, faults } = await open(browser, url);
  const hash = () => page.evaluate(() => location.hash);

  await step('before the first answer everything can be pressed, and what the reader moves stays where it is', async () => {
    let release;
    const held = new Promise((done) => (release = done));
    await page.route('**/graphql', async (route) => {
      if (route.request().postData().includes('query Newest')) await held;
      await route.fallback();
    });
    await page.goto(`${url}/map`);
    assert.equal(await page.locator('#map').getAttribute('aria-busy'), 'true');
    await page.getByRole('button', { name: 'Sign in' }).click();
    assert.ok(await page.locator('#sign-in').isVisible());
    await page.keyboard.press('Escape');
    await page.locator('#severities').getByText('High').click();
    await page.locator('.leaflet-control-zoom-in').click();
    await page.waitForFunction(() => location.hash.startsWith('#3/'));
    const before = await hash();
    release();
    await page.waitForTimeout(800);
    assert.equal(await hash(), before);
    await page.locator('#map:not([aria-busy])').waitFor();
    await page.unroute('**/graphql');
  });

  await step('only whole zooms are asked for, also when something is chosen in mid-flight', async () => {
    const zooms = [];
    page.on('request', (request) => {
      const body = request.postData();
      if (body?.includes('query Clusters')) zooms.push(JSON.parse(body).variables.zoom);
    });
    await page.goto(`${url}/map#4/44/-93`);
    await page.reload();
    await page.locator('.target .cluster').first().waitFor();
    await page.locator('.target:has(.cluster)').first().press('Enter');
    await page.waitForFunction(() => document.querySelector('.leaflet-control-scale-line').textContent !== '');
    for (const severity of ['Medium', 'High', 'Low', 'Medium', 'Low']) {
      await page.locator('#severities').getByText(severity).click();
      await page.waitForTimeout(120);
    }
    // A press in mid-flight stops it without a word.
    await page.goto(`${url}/map#4/44/-93`);
    await page.locator('.target:has(.cluster)').first().press('Enter');
    await page.waitForTimeout(250);
    await page.mouse.move(640, 650);
    await page.mouse.down();
    await page.mouse.up();
    await page.locator('#severities').getByText('High').click();
    await page.waitForTimeout(1_000);
    assert.ok(zooms.length > 1 && zooms.every(Number.isInteger), zooms.join());
    assert.equal(await page.locator('.toast').count(), 0);
  });

  await step('without its settings the map draws its own ground; a server that stays away is said once', async () => {
    await page.clock.install();
    await page.route('**/map/settings.json', (route) => route.abort());
    // Without a stream the map looks again by itself.
    let isAway = false;
    await page.route('**/graphql', (route) => (isAway || route.request().headers().accept === 'text/event-stream' ? route.abort() : route.fallback()));
    await page.goto(`${url}/map#12/44.9/-93.2`);
    await page.reload();
    await page.locator('.ground canvas').first().waitFor();
    await page.unroute('**/map/settings.json');
    await page.locator('.target').first().waitFor();
    isAway = true;
    const failed = () => page.waitForEvent('requestfailed', (request) => request.postData()?.includes('query Clusters'));
    await Promise.all([failed(), page.locator('.leaflet-control-zoom-in').click()]);
    await page.locator('.toast.failure').waitFor();
    await page.clock.fastForward(8_000);
    await page.locator('.toast.failure').waitFor({ state: 'detached' });
    await Promise.all([failed(), page.clock.fastForward(21_000)]);
    await page.waitForTimeout(300);
    assert.equal(await page.locator('.toast.failure').count(), 0);
    await page.unroute('**/graphql');
    // The browser's own word for it.
    faults.splice(0, faults.length, ...faults.filter((fault) => !fault.includes('ERR_FAILED')));
  });

  await step('where nothing is to move the map goes closer without a flight', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.goto(`${url}/map#5/44/-93`);
    await page.reload();
    await page.locator('.target .cluster').first().waitFor();
    await page.evaluate(() => {
      window.zooms = new Set();
      const replace = history.replaceState.bind(history);
      history.replaceState = (...all) => replace(...all) ?? zooms.add(all[2]);
    });
    await page.locator('.target:has(.cluster)').first().press('Enter');
    await page.waitForFunction(() => Number(location.hash.split(/[#/]/)[1]) > 5);
    assert.equal(await page.evaluate(() => zooms.size), 1);
    assert.equal(await page.evaluate(() => document.querySelector('.leaflet-zoom-anim') === null), true);
  });

  await step('slow: no error, no breach of the policy, no other host', () => assert.deepEqual(faults, []));
  await context.close();
}

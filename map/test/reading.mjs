// What everybody may do: look.

import assert from 'node:assert/strict';
import { open } from './browser.mjs';

/** Where the demo network is. */
const CITY = '#13/44.9778/-93.265';

export async function readingSteps({ browser, url, step }) {
  const { page, context, faults } = await open(browser, url);
  const clusters = page.locator('.target .cluster');
  const beacons = page.locator('.target .beacon');
  /** Anew: with nothing on the map that was there before. */
  const go = async (place) => {
    await page.goto(`${url}/map${place}`);
    await page.reload();
  };

  await step('without a place in the address the map begins where beacons are', async () => {
    await page.goto(`${url}/map`);
    await beacons.first().waitFor();
    assert.match(new URL(page.url()).hash, /^#\d+\/4\d\.\d+\/-9\d\.\d+$/);
  });

  await step('clusters are shown with their number, and a press goes closer until there are single beacons', async () => {
    await go('#5/44/-93');
    await clusters.first().waitFor();
    assert.ok(Number(await clusters.first().textContent()) >= 2);
    await page.locator('.target:has(.cluster)').first().click();
    await beacons.first().waitFor();
    assert.ok(Number(/^#(\d+)/.exec(new URL(page.url()).hash)[1]) > 8, page.url());
  });

  await step('a beacon opens by the keyboard, Escape closes it and gives the keyboard back', async () => {
    await go(CITY);
    const target = page.locator('.target:has(.beacon)').first();
    await target.press('Enter');
    await page.locator('#panel .votes').waitFor();
    for (const part of ['.tag.severity', '.text', '[data-ago]', 'progress']) assert.ok(await page.locator(`#panel ${part}`).isVisible(), part);
    await page.keyboard.press('Escape');
    assert.ok(await page.locator('#panel').isHidden());
    assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /, (Low|Medium|High|Critical)/);
  });

  await step('signed out, a vote asks to sign in', async () => {
    await page.locator('.target:has(.beacon)').first().press('Enter');
    await page.locator('.vote.vouch').click();
    assert.ok(await page.locator('#sign-in').isVisible());
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  });

  await step('the legend leaves out what is less bad', async () => {
    await page.locator('#severities').getByText('Critical').click();
    await page.waitForFunction(() => [...document.querySelectorAll('.target > div')].every((face) => face.dataset.severity === 'CRITICAL'));
    assert.ok((await page.locator('.target').count()) > 0);
    await page.locator('#severities').getByText('Low').click();
    await page.locator('.target [data-severity=LOW]').first().waitFor();
  });

  await step('the whole Earth and the antimeridian are no error', async () => {
    for (const place of ['#2/0/0', '#3/80/170', '#6/-17/179.9', '#18/44.9778/-93.265', '#2/0/-180']) {
      const asked = page.waitForRequest((request) => request.postData()?.includes('query Clusters'));
      await page.goto(`${url}/map${place}`);
      const { bounds } = JSON.parse((await asked).postData()).variables;
      if (place.startsWith('#6')) assert.ok(bounds.west > bounds.east, JSON.stringify(bounds));
      await page.waitForTimeout(300);
    }
    assert.equal(await page.locator('.toast').count(), 0);
  });

  await step('a cluster at one place becomes a list', async () => {
    const point = { latitude: 44.95, longitude: -93.2 };
    const beacon = (id) => ({ id, type: 'NOISE', severity: 'LOW', body: `Noise ${id}`, createdAt: new Date().toISOString(), expiresAt: null, location: point });
    await page.route('**/graphql', (route) => {
      const { query } = route.request().postDataJSON();
      if (query.includes('query Clusters')) return route.fulfill({ json: { data: { beaconClusters: [{ count: 2, center: point, maxSeverity: 'LOW', beacon: null }] } } });
      if (query.includes('query BeaconsOfCluster')) return route.fulfill({ json: { data: { beacons: { totalCount: 2, nodes: [beacon('a'), beacon('b')], pageInfo: { hasNextPage: false, endCursor: null } } } } });
      return route.fallback();
    });
    await go('#14/44.95/-93.2');
    await page.locator('.target:has(.cluster)').first().press('Enter');
    await page.locator('#panel .item').first().waitFor();
    assert.equal(await page.locator('#panel .item').count(), 2);
    await page.unroute('**/graphql');
    await page.keyboard.press('Escape');
  });

  await step('more beacons at one place than a page are a list with the number of all, and a button for more', async () => {
    const point = { latitude: 44.95, longitude: -93.2 };
    const page1 = Array.from({ length: 100 }, (_, nth) => nth);
    const nodes = (numbers) =>
      numbers.map((nth) => ({ id: `n${nth}`, type: 'NOISE', severity: 'LOW', body: `Noise ${nth}`, createdAt: new Date().toISOString(), expiresAt: null, location: point }));
    await page.route('**/graphql', (route) => {
      const { query, variables } = route.request().postDataJSON();
      const answer = (data) => route.fulfill({ json: { data } });
      if (query.includes('query Clusters')) return answer({ beaconClusters: [{ count: 102, center: point, maxSeverity: 'LOW', beacon: null }] });
      if (!query.includes('query BeaconsOfCluster')) return route.fallback();
      if (variables.after === 'c100') return answer({ beacons: { totalCount: 102, nodes: nodes([100, 101]), pageInfo: { hasNextPage: false, endCursor: 'c102' } } });
      return answer({ beacons: { totalCount: 102, nodes: nodes(page1), pageInfo: { hasNextPage: true, endCursor: 'c100' } } });
    });
    await go('#14/44.95/-93.2');
    await page.locator('.target:has(.cluster)').first().press('Enter');
    await page.getByRole('heading', { name: '102 beacons at one place' }).waitFor();
    await page.getByRole('button', { name: 'More (2)' }).click();
    await page.locator('.item', { hasText: 'Noise 101' }).waitFor();
    assert.equal(await page.locator('.item').count(), 102);
    assert.match(await page.evaluate(() => document.activeElement.textContent), /Noise 100/);
    assert.equal(await page.locator('.more').count(), 0);
    await page.unroute('**/graphql');
    await page.keyboard.press('Escape');
  });

  await step('a cluster beyond the square of the map is asked for up to the pole; an empty list is said', async () => {
    let bounds;
    await page.route('**/graphql', (route) => {
      const { query, variables } = route.request().postDataJSON();
      if (query.includes('query Clusters')) return route.fulfill({ json: { data: { beaconClusters: [{ count: 2, center: { latitude: 88, longitude: 10 }, maxSeverity: 'LOW', beacon: null }] } } });
      if (!query.includes('query BeaconsOfCluster')) return route.fallback();
      bounds = variables.area.bounds;
      return route.fulfill({ json: { data: { beacons: { totalCount: 0, nodes: [], pageInfo: { hasNextPage: false, endCursor: null } } } } });
    });
    await go('#5/85/10');
    await page.locator('.target:has(.cluster)').first().press('Enter');
    await page.locator('.toast', { hasText: 'no longer there' }).waitFor();
    assert.equal(bounds.north, 90);
    await page.unroute('**/graphql');
  });

  await step('an unreachable server is said in a toast', async () => {
    await page.route('**/graphql', (route) => route.abort());
    await page.goto(`${url}/map#12/44.9/-93.2`);
    await page.locator('.toast.failure').waitFor();
    await page.unroute('**/graphql');
    // The browser's own word for it.
    assert.ok(faults.splice(0).every((fault) => fault.includes('ERR_FAILED')));
  });

  await step('nothing stands on anything else, wide or narrow', async () => {
    for (const width of [1280, 700, 390, 320]) {
      await page.setViewportSize({ width, height: 780 });
      const parts = ['.name', '#severities', '#account', '#beacon-here', '.leaflet-bottom.leaflet-right', '.leaflet-control-scale'];
      const boxes = await Promise.all(parts.map(async (part) => ({ part, ...(await page.locator(part).boundingBox()) })));
      const shown = boxes.filter(({ width: isShown }) => isShown);
      shown.forEach((a, nth) => {
        assert.ok(a.x >= 0 && a.x + a.width <= width, `${a.part} is outside at ${width}`);
        for (const b of shown.slice(nth + 1)) {
          const isApart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          assert.ok(isApart, `${a.part} and ${b.part} at ${width}`);
        }
      });
    }
  });

  await step('on a phone held sideways the panel leaves "Beacon here" free, and a long text the votes', async () => {
    await page.setViewportSize({ width: 844, height: 390 });
    await go(CITY);
    await page.locator('.target:has(.beacon)').first().press('Enter');
    await page.locator('#panel .text').evaluate((text) => (text.textContent = 'So it goes on and on. '.repeat(200)));
    const [panel, button, votes] = await Promise.all(['#panel', '#beacon-here', '.votes'].map((part) => page.locator(part).boundingBox()));
    assert.ok(panel.x + panel.width <= button.x, JSON.stringify({ panel, button }));
    assert.ok(votes.y + votes.height <= panel.y + panel.height + 1, JSON.stringify({ panel, votes }));
  });

  await step('looking: no error, no breach of the policy, no other host', () => assert.deepEqual(faults, []));
  await context.close();
}

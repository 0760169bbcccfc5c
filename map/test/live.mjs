// What changes by itself. A stand-in between the page and the server answers the subscription, so that a stream can be refused,
// speak, and break off when the test wants it.

import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { createBeacon, deleteBeacon, join, resolveBeacon } from './api.mjs';
import { open } from './browser.mjs';
import { storedPoint } from '../src/cell.js';

const PLACE = { latitude: 44.9021, longitude: -93.1512 };
const HERE = `#15/${PLACE.latitude}/${PLACE.longitude}`;

/** Passes everything on but subscriptions. */
async function standIn(url) {
  const standing = { refuses: true, areas: [], streams: new Set() };
  const server = createServer((asked, answer) => {
    if (asked.headers.accept === 'text/event-stream') return subscribe(asked, answer);
    const onward = request(url + asked.url, { method: asked.method, headers: asked.headers }, (given) => {
      answer.writeHead(given.statusCode, given.headers);
      given.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    asked.pipe(onward);
  });
  async function subscribe(asked, answer) {
    let body = '';
    for await (const part of asked) body += part;
    if (standing.refuses) return answer.writeHead(406, { 'content-type': 'application/json' }).end('{"errors":[{"message":"no streams"}]}');
    standing.areas.push(JSON.parse(body).variables.area.bounds);
    answer.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    answer.write(':\n\n');
    standing.streams.add(answer);
    answer.on('close', () => standing.streams.delete(answer));
  }
  standing.tell = (beaconChanged) => {
    for (const stream of standing.streams) stream.write(`event: next\ndata: ${JSON.stringify({ data: { beaconChanged } })}\n\n`);
  };
  standing.cut = () => standing.streams.forEach((stream) => stream.destroy());
  standing.close = () => {
    standing.cut();
    server.close();
    server.closeAllConnections();
  };
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  standing.url = `http://127.0.0.1:${server.address().port}`;
  return standing;
}

export async function liveSteps({ browser, url, step }) {
  const server = await standIn(url);
  const isExpected = (text) => /406|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/.test(text);
  const { page, context, faults } = await open(browser, server.url, { allow: isExpected, origins: [url, server.url] });
  const dot = (state) => page.locator(`#live[data-state=${state}]`).waitFor();
  /** Says how to wait for what lights up from now on: a ring stands for two seconds, in which a busy machine may not look. */
  const flashes = async () => {
    await page.evaluate(() => {
      const root = document.documentElement;
      delete root.dataset.lit;
      const look = (_, observer) => {
        if (!document.querySelector('.flash')) return;
        root.dataset.lit = '';
        observer.disconnect();
      };
      new MutationObserver(look).observe(root, { childList: true, subtree: true });
    });
    return () => page.locator('html[data-lit]').waitFor({ state: 'attached' });
  };
  // A person may make but a few an hour.
  const tokens = [await join(url), await join(url)];
  const made = [];
  let count = 0;
  const make = async (body, place = PLACE) => {
    made.push(await createBeacon(url, tokens[count++ % 2], place, body));
    return made.at(-1).beacon;
  };

  await step('where the stream is refused the dot is grey, and the map looks again by itself', async () => {
    await page.clock.install();
    await page.goto(`${server.url}/map${HERE}`);
    await dot('off');
    await page.waitForTimeout(500);
    const { location } = await make('One that is found by looking again');
    // What the form shows before is what the server keeps.
    const foreseen = storedPoint(PLACE, 'BLOCK');
    for (const side of ['latitude', 'longitude']) assert.ok(Math.abs(foreseen[side] - location[side]) < 1e-9, side);
    assert.equal(await page.locator('.target').count(), 0);
    await page.clock.fastForward(21_000);
    await page.locator('.target .beacon').first().waitFor();
  });

  await step('while the stream is open the dot is green, and the area is the view and some more', async () => {
    server.refuses = false;
    await page.clock.fastForward(160_000);
    await dot('on');
    const { south, west, north, east } = server.areas.at(-1);
    assert.ok(south < PLACE.latitude && PLACE.latitude < north && west < PLACE.longitude && PLACE.longitude < east);
    assert.ok(east - west < 0.2, JSON.stringify(server.areas));
  });

  await step('a beacon that somebody makes appears, and lights up', async () => {
    const beacon = await make('One that comes live');
    const flash = await flashes();
    server.tell({ kind: 'CREATED', beaconId: beacon.id, beacon });
    await page.locator('.target .cluster').first().waitFor();
    await flash();
    assert.equal(await page.locator('.target .cluster').textContent(), '2');
  });

  await step('what is heard of while the map loads lights up with the load after', async () => {
    let release;
    const held = new Promise((done) => (release = done));
    await page.route('**/graphql', async (route) => {
      const isLoad = route.request().postData().includes('query Clusters');
      const answer = isLoad && (await route.fetch());
      if (isLoad) await held;
      await (isLoad ? route.fulfill({ response: answer }) : route.fallback());
    });
    const loading = page.waitForRequest((request) => request.postData()?.includes('query Clusters'));
    server.tell({ kind: 'CHANGED', beaconId: made[0].beacon.id, beacon: null });
    await loading;
    const beacon = await make('One that comes meanwhile', { ...PLACE, longitude: PLACE.longitude + 0.005 });
    const flash = await flashes();
    server.tell({ kind: 'CREATED', beaconId: beacon.id, beacon });
    await page.waitForTimeout(300);
    release();
    await flash();
    await page.unroute('**/graphql');
    await deleteBeacon(url, made.pop());
    server.tell({ kind: 'DELETED', beaconId: beacon.id, beacon: null });
    await page.locator('.target:has(.beacon)').waitFor({ state: 'detached' });
  });

  await step('an open beacon changes under the eyes, and says when it is gone', async () => {
    await page.locator('.target').first().press('Enter');
    await page.locator('.item').first().click();
    await page.locator('#panel .votes').waitFor();
    const text = await page.locator('#panel .text').textContent();
    const { beacon } = made.find((one) => one.beacon.body === text);
    server.tell({ kind: 'CHANGED', beaconId: beacon.id, beacon: { ...beacon, vouchCount: 7, confidence: 1, isPriority: true } });
    await page.locator('.vote.vouch .count', { hasText: '7' }).waitFor();
    server.tell({ kind: 'DELETED', beaconId: beacon.id, beacon: null });
    await page.locator('#panel .gone').waitFor();
    assert.equal(await page.locator('.votes').count(), 0);
    await page.keyboard.press('Escape');
  });

  await step('a stream that breaks off comes back', async () => {
    server.cut();
    await dot('off');
    await page.clock.fastForward(2_000);
    await dot('on');
  });

  await step('what has ended unheard is found to be over when the stream comes back, and why', async () => {
    const lost = made.at(-1);
    await deleteBeacon(url, made.shift());
    server.cut();
    await dot('off');
    await page.clock.fastForward(3_000);
    await dot('on');
    await page.locator('.target:has(.beacon)').first().press('Enter');
    await page.locator('#panel .votes').waitFor();
    await resolveBeacon(url, lost);
    server.cut();
    await dot('off');
    await page.clock.fastForward(5_000);
    await page.locator('#panel .gone', { hasText: 'its author has ended it' }).waitFor();
    assert.equal(await page.locator('.votes, .manage, [data-leaves]').count(), 0);
    await page.keyboard.press('Escape');
    made.splice(0);
    await make('One that will be missing');
    await dot('on');
    server.tell({ kind: 'CREATED', beaconId: made[0].beacon.id, beacon: made[0].beacon });
    await page.locator('.target:has(.beacon)').first().press('Enter');
    await page.locator('#panel .votes').waitFor();
    await deleteBeacon(url, made.pop());
    server.cut();
    await dot('off');
    await page.clock.fastForward(9_000);
    await page.locator('#panel .gone', { hasText: 'no longer there' }).waitFor();
    await page.keyboard.press('Escape');
    await dot('on');
  });

  await step('many events on a slow network do not keep the map from being drawn', async () => {
    await page.route('**/graphql', async (route) => {
      if (route.request().postData().includes('query Clusters')) await new Promise((done) => setTimeout(done, 700));
      await route.fallback();
    });
    let asked = 0;
    page.on('request', (request) => (asked += request.postData()?.includes('query Clusters') ? 1 : 0));
    const beacon = await make('One of many');
    const until = Date.now() + 6_000;
    let isThere = false;
    while (!isThere && Date.now() < until) {
      server.tell({ kind: 'CREATED', beaconId: beacon.id, beacon });
      await page.waitForTimeout(150);
      isThere = (await page.locator('.target').count()) > 0;
    }
    assert.ok(isThere, 'nothing is drawn while events come');
    assert.ok(asked >= 1 && asked <= 6, `${asked} loads`);
    await page.unroute('**/graphql');
  });

  await step('another view is another stream, a little move is none', async () => {
    const before = server.areas.length;
    await page.goto(`${server.url}/map#15/${PLACE.latitude + 0.002}/${PLACE.longitude}`);
    await page.waitForTimeout(500);
    assert.equal(server.areas.length, before);
    await page.goto(`${server.url}/map#15/10/20`);
    while (server.areas.length === before) await page.waitForTimeout(50);
    await page.waitForTimeout(200);
    assert.equal(server.areas.length, before + 1);
    assert.equal(server.streams.size, 1);
    await dot('on');
  });

  await step('where the server itself has a stream, a new beacon comes by it', async () => {
    await page.goto(`${url}/map${HERE}`);
    const isLive = await page.locator('#live[data-state=on]').waitFor({ timeout: 3_000 }).then(() => true, () => false);
    if (!isLive) return console.log('      (it has none)');
    await page.locator('.target').first().waitFor();
    const flash = await flashes();
    await make('One that the server tells of');
    await flash();
  });

  await step('live: no error, no breach of the policy, no other host', () => assert.deepEqual(faults, []));
  await context.close();
  server.close();
  for (const one of made) await deleteBeacon(url, one);
}

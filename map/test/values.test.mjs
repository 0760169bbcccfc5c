// What can be tested without a browser: npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { boxOf, cellOf, holds, nearest, wrap, zoomFor } from '../src/area.js';
import { storedPoint } from '../src/cell.js';
import { lineName, stepFor } from '../src/degrees.js';
import { readView, viewFragment } from '../src/fragment.js';
import { events } from '../src/sse.js';
import { leaves, placeName, span } from '../src/words.js';

test('boxes cross the antimeridian', () => {
  assert.deepEqual(boxOf({ south: -20, west: 170, north: 10, east: 190 }), { south: -20, north: 10, west: 170, east: -170 });
  assert.deepEqual(boxOf({ south: -89, west: -300, north: 89, east: 100 }), { south: -85.05112878, north: 85.05112878, west: -180, east: 180 });
  assert.deepEqual([wrap(180), wrap(-180), wrap(181), wrap(-541)], [180, -180, -179, 179]);
  assert.equal(nearest(-179, 178), 181);
});

test('a box that holds another does so wherever it is counted from', () => {
  const outer = { south: -10, west: 170, north: 10, east: 200 };
  assert.ok(holds(outer, { south: -5, west: 175, north: 5, east: 185 }));
  assert.ok(holds(outer, { south: -5, west: -185, north: 5, east: -175 }));
  assert.ok(!holds(outer, { south: -5, west: 165, north: 5, east: 185 }));
  assert.ok(!holds(outer, { south: -15, west: 175, north: 5, east: 185 }));
});

test('no request asks for more cells than the server counts', () => {
  assert.equal(zoomFor(1280, 800, 12), 12);
  assert.equal(zoomFor(3840, 2160, 12), 12);
  assert.equal(zoomFor(7680, 4320, 12), 11);
  assert.equal(zoomFor(1e6, 1e6, 3), 0);
});

test('a cell is named and has its box', () => {
  const { name, box } = cellOf({ latitude: 44.98, longitude: -93.27 }, 3);
  assert.equal(name, '3/7/11');
  assert.ok(box.south < 44.98 && 44.98 < box.north && box.west < -93.27 && -93.27 < box.east, JSON.stringify(box));
});

test('the cells at the edge of the square reach to the poles', () => {
  const [north, south] = [86, -89].map((latitude) => cellOf({ latitude, longitude: 10 }, 5));
  assert.deepEqual([north.name, north.box.north, south.name, south.box.south], ['5/67/0', 90, '5/67/127', -90]);
  assert.ok(north.box.south < 85.1 && south.box.north > -85.1);
});

test('the centre of a precision cell stands for itself, and is that of the server', () => {
  const place = { latitude: 44.9778, longitude: -93.265 };
  const stored = storedPoint(place, 'BLOCK');
  assert.deepEqual(storedPoint(stored, 'BLOCK'), stored);
  assert.ok(Math.abs(stored.latitude - place.latitude) < 0.001 && Math.abs(stored.longitude - place.longitude) < 0.0015);
  assert.deepEqual(storedPoint(place, 'EXACT'), place);
});

test('lines have names as fine as their step', () => {
  assert.deepEqual([stepFor(3), stepFor(13)], [20, 2 / 60]);
  assert.deepEqual(
    [lineName(-93, 1, 'EW'), lineName(44 + 58 / 60, 1 / 60, 'NS'), lineName(-0.5 / 60, 30 / 3600, 'NS'), lineName(180, 30, 'EW'), lineName(0, 1, 'NS')],
    ['93° W', '44°58′ N', '0°00′30″ S', '180°', '0°'],
  );
});

test('the place in the address is read as it was written', () => {
  assert.deepEqual(readView(viewFragment({ zoom: 12, latitude: 44.97784, longitude: -93.265 })), { zoom: 12, latitude: 44.9778, longitude: -93.265 });
  for (const fragment of ['', '#12', '#12/95/0', '#12/0/200', '#a/b/c', '#12/1/2?x']) assert.equal(readView(fragment), null, fragment);
});

test('events come whole, however the stream is cut', async () => {
  const text = ': hello\n\nevent: next\ndata: {"a":\ndata: 1}\n\n:\n\nevent: complete\ndata:\n\n';
  for (const size of [1, 7, text.length]) {
    const parts = text.match(new RegExp(`[^]{1,${size}}`, 'g')).map((part) => new TextEncoder().encode(part));
    const seen = [];
    for await (const event of events(ReadableStream.from(parts))) if (event) seen.push(event);
    assert.deepEqual(seen, [{ event: 'next', data: '{"a":\n1}' }, { event: 'complete', data: '' }]);
  }
});

test('times and places are said as people say them', () => {
  assert.deepEqual([59_000, 300_000, 5_400_000, 36_000_000, 259_200_000].map(span), ['less than a minute', '5 min', '1 h 30 min', '10 h', '3 days']);
  assert.equal(leaves('2026-03-01T12:00:00Z', Date.parse('2026-03-01T12:00:01Z')), 'has left');
  assert.equal(placeName({ latitude: -1.5, longitude: 2 }, 1), '1.5° S, 2.0° E');
});

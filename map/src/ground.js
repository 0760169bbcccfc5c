// The ground of a map without tiles: coasts, as long as they are not too coarse for the zoom, and lines of latitude and longitude.

import { DomUtil, GridLayer } from 'leaflet/dist/leaflet-src.esm.js';
import { feature } from 'topojson-client';
import world from 'world-atlas/land-110m.json';

import { stepFor } from './degrees.js';

/** Up to the first zoom the coasts are as good as the screen; from the second on they would mislead. */
const COASTS = [6, 9];

/** A place in the square of the web's maps, from 0 to 1. */
function project([longitude, latitude]) {
  const radians = (Math.min(Math.max(latitude, -85.0511), 85.0511) * Math.PI) / 180;
  return [(longitude + 180) / 360, (1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2];
}

/** The rings of the land, each with the box that it fills. */
const rings = feature(world, world.objects.land)
  .features.flatMap(({ geometry }) => geometry.coordinates.flat())
  .map((ring) => {
    const points = ring.map(project);
    const xs = points.map(([x]) => x);
    const ys = points.map(([, y]) => y);
    return { points, left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
  });

export const Ground = GridLayer.extend({
  options: { className: 'ground', updateWhenZooming: false, keepBuffer: 3 },

  createTile({ x, y, z }) {
    const tile = DomUtil.create('canvas', 'leaflet-tile');
    const size = this.getTileSize().x;
    const ratio = window.devicePixelRatio || 1;
    tile.width = tile.height = size * ratio;
    const colours = getComputedStyle(document.documentElement);
    const colour = (name) => colours.getPropertyValue(name);
    const context = tile.getContext('2d');
    context.scale(ratio, ratio);
    context.fillStyle = colour('--ground');
    context.fillRect(0, 0, size, size);
    const count = 2 ** z;
    const column = ((x % count) + count) % count;
    if (z < COASTS[1]) {
      context.globalAlpha = Math.min(1, (COASTS[1] - z) / (COASTS[1] - COASTS[0]));
      drawSea(context, { column, row: y, count, size, colour });
      context.globalAlpha = 1;
    }
    context.strokeStyle = colour('--graticule');
    drawLines(context, { column, row: y, count, size, zoom: z });
    return tile;
  },
});

/** All of the tile that is not land. */
function drawSea(context, { column, row, count, size, colour }) {
  const edge = { left: (column - 0.1) / count, right: (column + 1.1) / count, top: (row - 0.1) / count, bottom: (row + 1.1) / count };
  const path = new Path2D();
  path.rect(-2, -2, size + 4, size + 4);
  const coasts = new Path2D();
  for (const ring of rings) {
    if (ring.right < edge.left || ring.left > edge.right || ring.bottom < edge.top || ring.top > edge.bottom) continue;
    for (const target of [path, coasts]) {
      ring.points.forEach(([x, y], nth) => target[nth ? 'lineTo' : 'moveTo']((x * count - column) * size, (y * count - row) * size));
      target.closePath();
    }
  }
  context.fillStyle = colour('--sea');
  context.fill(path, 'evenodd');
  context.strokeStyle = colour('--coast');
  context.lineWidth = 1.2;
  context.stroke(coasts);
}

function drawLines(context, { column, row, count, size, zoom }) {
  const step = stepFor(zoom);
  context.lineWidth = 1;
  context.beginPath();
  const longitude = (at) => (at / count) * 360 - 180;
  for (let nth = Math.ceil(longitude(column) / step - 1e-9); nth * step < longitude(column + 1) - 1e-9; nth += 1) {
    const x = Math.round((((nth * step + 180) / 360) * count - column) * size) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, size);
  }
  const latitude = (at) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * at) / count))) * 180) / Math.PI;
  for (let nth = Math.ceil(latitude(row + 1) / step); nth * step <= latitude(row); nth += 1) {
    const y = Math.round((project([0, nth * step])[1] * count - row) * size) + 0.5;
    context.moveTo(0, y);
    context.lineTo(size, y);
  }
  context.stroke();
}

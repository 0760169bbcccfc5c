// The ground of a map without tiles: coasts, as long as they are not too coarse for the zoom, and lines of latitude and longitude.

import { DomUtil, GridLayer } from 'leaflet/dist/leaflet-src.esm.js';
import { feature } from 'topojson-client';
import world from 'world-atlas/land-110m.json';

import { stepFor } from './degrees.js';

/** Up to the first zoom the coasts are as good as the screen; from the second on they would mislead. */
const COASTS = [4, 8];

/** A place in the square of the web's maps, from 0 to 1. */
function project([longitude, latitude]) {
  const radians = (Math.min(Math.max(latitude, -85.0511), 85.0511) * Math.PI) / 180;
  return [(longitude + 180) / 360, (1 - Math.asinh(Math.tan(radians)) / Math.PI) / 2];
}

/**
 * The rings of the land, each with the box that it fills. One that crosses the antimeridian goes on beyond the square's edge, and one
 * around the pole goes once around it, and is closed below the map.
 */
const rings = feature(world, world.objects.land)
  .features.flatMap(({ geometry }) => geometry.coordinates.flat())
  .map((ring) => {
    const coast = ring.map(project);
    for (let nth = 1; nth < coast.length; nth += 1) coast[nth][0] += Math.round(coast[nth - 1][0] - coast[nth][0]);
    const [first, last] = [coast[0][0], coast.at(-1)[0]];
    const area = Math.abs(last - first) > 0.5 ? [...coast, [last, 1.1], [first, 1.1]] : coast;
    const xs = area.map(([x]) => x);
    const ys = area.map(([, y]) => y);
    return { coast, area, left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
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
    const step = stepFor(z);
    context.lineWidth = 1;
    context.strokeStyle = colour('--graticule');
    // Finer lines between give a sense of scale where there are no coasts.
    if (z >= COASTS[1]) drawLines(context, { column, row: y, count, size, step: step / 4 });
    drawLines(context, { column, row: y, count, size, step });
    return tile;
  },
});

/** All of the tile that is not land. */
function drawSea(context, { column, row, count, size, colour }) {
  const sea = new Path2D();
  const coasts = new Path2D();
  sea.rect(-2, -2, size + 4, size + 4);
  for (const { ring, shift } of ringsIn({ column, row, count })) {
    const onTile = ([x, y]) => [((x + shift) * count - column) * size, (y * count - row) * size];
    trace(sea, ring.area.map(onTile));
    trace(coasts, ring.coast.map(onTile));
  }
  context.fillStyle = colour('--sea');
  context.fill(sea, 'evenodd');
  context.strokeStyle = colour('--coast');
  context.lineWidth = 1.2;
  context.stroke(coasts);
}

/** The rings that a tile may show something of, and by how many worlds they are shifted. */
function ringsIn({ column, row, count }) {
  const edge = { left: (column - 0.1) / count, right: (column + 1.1) / count, top: (row - 0.1) / count, bottom: (row + 1.1) / count };
  const isIn = ({ ring, shift }) =>
    ring.left + shift <= edge.right && ring.right + shift >= edge.left && ring.top <= edge.bottom && ring.bottom >= edge.top;
  return rings.flatMap((ring) => [-1, 0, 1].map((shift) => ({ ring, shift }))).filter(isIn);
}

function trace(path, points) {
  points.forEach(([x, y], nth) => path[nth ? 'lineTo' : 'moveTo'](x, y));
}

function drawLines(context, { column, row, count, size, step }) {
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

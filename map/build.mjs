// Bundles the map into the folder that the server embeds. No time, path or random value enters the output, so the same lock file
// always gives the same bytes.

import { build } from 'esbuild';
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { notices } from '../script/notices.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../src/http/map/assets');

/** Leaflet's style sheet names pictures of controls that the page does not have, and a trick of Internet Explorer's. */
const withoutPictures = {
  name: 'without-pictures',
  setup({ onLoad }) {
    onLoad({ filter: /leaflet[\\/]dist[\\/]leaflet\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/[^{}]*\{[^{}]*url\([^{}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { app: 'src/main.js' },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  loader: { '.graphql': 'text' },
  charset: 'utf8',
  // All notices are in licenses.txt.
  legalComments: 'none',
  metafile: true,
  plugins: [withoutPictures],
  logLevel: 'warning',
});

await cp(join(here, 'static'), out, { recursive: true });
const coasts = 'The coasts are those of Natural Earth (naturalearthdata.com), which are in the public domain.';
const introduction = `The map is built from these packages. ${coasts}`;
await writeFile(join(out, 'licenses.txt'), await notices(here, metafile.outputs, introduction));

for (const name of (await readdir(out)).sort()) {
  console.log(`${String((await stat(join(out, name))).size).padStart(8)}  ${name}`);
}

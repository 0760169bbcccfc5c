// Bundles the playground into the folder that the server embeds. No time, path or random value enters the output, so the same
// lock file always gives the same bytes.

import { build } from 'esbuild';
import { cp, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { notices } from '../script/notices.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '../src/http/playground/assets');

/** GraphiQL's style sheet carries two web fonts, 300 kB of base64. The page uses the reader's own fonts instead. */
const withoutFonts = {
  name: 'without-fonts',
  setup({ onLoad }) {
    onLoad({ filter: /graphiql[\\/]dist[\\/]style\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

/** GraphiQL makes the titles of its icons from the names of their functions, which a minified bundle does not keep. */
const withIconNames = {
  name: 'with-icon-names',
  setup({ onLoad }) {
    onLoad({ filter: /@graphiql[\\/]react[\\/]dist[\\/]icons[\\/]index\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(
        /generateIcon\((Svg\w+)\)/g,
        'generateIcon(Object.defineProperty($1, "name", { value: "$1" }))',
      ),
    }));
  },
};

/** Two modules do what the page's Content-Security-Policy forbids; each stand-in says what it does instead. */
const standIns = {
  name: 'stand-ins',
  setup({ onResolve }) {
    onResolve({ filter: /^react-style-singleton$/ }, () => ({ path: join(here, 'src/stand-in/style-singleton.js') }));
    onResolve({ filter: /\/image-preview\.js$/ }, () => ({ path: join(here, 'src/stand-in/image-preview.js') }));
  },
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: { app: 'src/main.jsx' },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  loader: { '.graphql': 'text' },
  charset: 'utf8',
  // All notices are in licenses.txt.
  legalComments: 'none',
  metafile: true,
  plugins: [withoutFonts, withIconNames, standIns],
  logLevel: 'warning',
});

await cp(join(here, 'static'), out, { recursive: true });
await writeFile(join(out, 'licenses.txt'), await notices(here, metafile.outputs, 'The playground is built from these packages.'));

for (const name of (await readdir(out)).sort()) {
  console.log(`${String((await stat(join(out, name))).size).padStart(8)}  ${name}`);
}

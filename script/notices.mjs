// What the licences of bundled packages ask for, of the pages that the server embeds.

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The licence of every package below `here` of which something is in the bundle, behind an introduction; equal texts once. */
export async function notices(here, outputs, introduction) {
  const paths = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0));
  const folders = new Set(paths.map((path) => path.match(/.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
  const packages = new Map();
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(here, folder, 'package.json'), 'utf8'));
    const file = (await readdir(join(here, folder))).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file ? (await readFile(join(here, folder, file), 'utf8')).replace(/\r\n/g, '\n').trim() : 'Without a text of its own.';
    packages.set(text, [...(packages.get(text) ?? []), `${name} ${version} (${license})`]);
  }
  const parts = [...packages].map(([text, names]) => `${names.join('\n')}\n\n${text}\n`);
  return `${introduction}\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

// The map in a headless Chromium, against a server with the demo network:
//
//   node test/run.mjs http://127.0.0.1:8000
//
// Says what it has tried, and ends with an exit status that is not 0 when something is wrong. CHROMIUM says where the browser is.

import { launch } from './browser.mjs';
import { liveSteps } from './live.mjs';
import { readingSteps } from './reading.mjs';
import { sessionSteps } from './sessions.mjs';
import { slowSteps } from './slow.mjs';
import { writingSteps } from './writing.mjs';

const url = process.argv[2]?.replace(/\/$/, '');
if (!url) throw new Error('node test/run.mjs URL');

const browser = await launch();
let failures = 0;

/** One step: a name, and what has to go well. */
async function step(name, run) {
  try {
    await run();
    console.log(`ok    ${name}`);
  } catch (error) {
    failures += 1;
    console.log(`WRONG ${name}\n      ${String(error.message).split('\n').slice(0, 12).join('\n      ')}`);
  }
}

try {
  await readingSteps({ browser, url, step });
  await slowSteps({ browser, url, step });
  await writingSteps({ browser, url, step });
  await sessionSteps({ browser, url, step });
  await liveSteps({ browser, url, step });
} finally {
  await browser.close();
}
console.log(failures ? `${failures} wrong` : 'all well');
process.exit(failures ? 1 : 0);

// Runs every test, once with a browser that shows its addresses over our own tracker, and once
// with the browser's default over the npm tracker. Ends with one line that counts.
//
//   node run.mjs [--shape host|hidden] [--tracker ours|npm] [FILE-PART…]
//
// DAYFLY_BIN names the binary. A test that cannot run here is skipped with its reason; with
// CI=true a skip is a failure.

import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromiumPath, launchServer } from './lib/browser.mjs';
import { serve } from './lib/serve.mjs';

const FILE_DEADLINE_MS = 90_000;
const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { shape: { type: 'string' }, tracker: { type: 'string' } },
});
const count = { passed: 0, failed: 0, skipped: 0 };
const secondTries = [];

async function files(folder) {
  const names = (await readdir(join(here, 'test', folder))).filter((name) => name.endsWith('.test.mjs')).sort();
  const wanted = positionals.length ? names.filter((name) => positionals.some((part) => name.includes(part))) : names;
  return wanted.map((name) => join(here, 'test', folder, name));
}

/** Runs test files; gives those that failed, each with what failed in it, and counts the rest. */
async function attempt(paths, concurrency, word) {
  const failed = new Map();
  const tally = new Map(paths.map((path) => [path, { passed: 0, failed: 0, skipped: 0 }]));
  const stream = run({ files: paths, concurrency, timeout: FILE_DEADLINE_MS });
  stream.on('test:pass', ({ name, details, skip, file }) => {
    if (details.type === 'suite' || paths.includes(name)) return;
    const reason = typeof skip === 'string' && skip ? `: ${skip}` : '';
    tally.get(file)[skip === undefined ? 'passed' : 'skipped'] += 1;
    console.log(`${skip === undefined ? 'ok  ' : 'skip'} ${name}${reason} (${Math.round(details.duration_ms)} ms)`);
  });
  stream.on('test:fail', ({ name, details, file }) => {
    if (details.type === 'suite') return;
    tally.get(file).failed += 1;
    failed.set(file, [...(failed.get(file) ?? []), name]);
    const error = details.error?.cause ?? details.error;
    console.log(`${word} ${name} (${file})\n${error?.stack ?? error}`);
  });
  stream.on('test:stderr', ({ message }) => process.stderr.write(message));
  await new Promise((resolve, reject) => stream.on('error', reject).on('end', resolve).resume());
  for (const [path, counted] of tally) {
    // What failed is counted when it has failed for good.
    if (word === 'again' && failed.has(path)) continue;
    for (const key of Object.keys(count)) count[key] += counted[key];
  }
  return failed;
}

async function stage(title, paths, environment) {
  if (!paths.length) return;
  Object.assign(process.env, environment);
  const started = performance.now();
  console.log(`# ${title}`);
  const again = await attempt(paths, 2, 'again');
  if (again.size) {
    const still = await attempt([...again.keys()], 1, 'FAIL');
    for (const [path, names] of again) if (!still.has(path)) secondTries.push(...names);
  }
  console.log(`# ${title}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

if (!chromiumPath()) {
  console.log('no Chromium found: install the system package "chromium", or set CHROMIUM to its path');
  process.exit(1);
}
if (!existsSync(process.env.DAYFLY_BIN ?? '')) {
  console.log('DAYFLY_BIN must hold the path of the dayfly binary');
  process.exit(1);
}
const pages = await serve();
process.env.INTEROP_ORIGIN = pages.origin;
try {
  for (const [shape, tracker, title] of [
    ['host', 'ours', 'pages that show their addresses, our tracker'],
    ['hidden', 'npm', 'pages as browsers are by default, npm tracker'],
  ]) {
    if (values.shape && values.shape !== shape) continue;
    const browser = await launchServer(shape);
    try {
      const environment = {
        INTEROP_SHAPE: shape,
        INTEROP_TRACKER: values.tracker ?? tracker,
        INTEROP_BROWSER: browser.wsEndpoint(),
      };
      const once = shape === 'host' ? await files('once') : [];
      await stage(title, [...(await files('.')), ...once], environment);
    } finally {
      await browser.close();
    }
  }
} finally {
  await pages.stop();
}
for (const name of secondTries) console.log(`note: passed on the second try only: ${name}`);
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exit(count.failed || (process.env.CI === 'true' && count.skipped) ? 1 : 0);

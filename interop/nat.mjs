// Which kinds of network can speak to which: two terminals beside two bare pages in Chromium, with
// the same relay, for every pair of kinds. A benchmark, not a test: prints docs/benchmarks.md's
// table.
//
//   node nat.mjs [--rounds N] [--peers dayfly,chromium] [--servers stun,turn,tcp,tls] [KIND-PART [KIND-PART]]
//
// `--servers` says what the terminals may ask. DAYFLY_BIN names the binary. Namespaces need root on Linux.

import { parseArgs } from 'node:util';
import { connectBare } from './lib/bare.mjs';
import { chromiumPath, launch } from './lib/browser.mjs';
import { Internet, KINDS, missing, TURN } from './lib/netns.mjs';
import { joins } from './lib/pair.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    peers: { type: 'string', default: 'dayfly,chromium' },
    servers: { type: 'string', default: 'stun,turn,tcp,tls' },
  },
});
const rounds = Number(values.rounds);
const peers = values.peers.split(',');
const servers = values.servers.split(',');

/** A device with an address of the open internet, without any router. */
const OPEN = 'open';

/** Two devices on one network that leads nowhere. */
const ISLAND = 'one network, no internet';

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** What a row says of some attempts: which way, the median, and the slowest. */
function cell(attempts) {
  const opened = attempts.filter(Boolean);
  if (!opened.length) return 'no';
  const ways = [...new Set(opened.map(({ via }) => via))].join(', ');
  const missed = opened.length < attempts.length ? `, ${opened.length} of ${attempts.length}` : '';
  const took = opened.map(({ ms }) => ms);
  const [half, most] = [median(took), Math.max(...took)].map((ms) => (ms / 1000).toFixed(2));
  return `${ways}, ${half} s${opened.length > 1 ? ` (${most} s)` : ''}${missed}`;
}

/** One test's worth of clean-ups, outside the test runner. */
async function scope(body) {
  const cleanups = [];
  try {
    return await body({ after: (cleanup) => cleanups.push(cleanup) });
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup();
  }
}

async function pages(t, internet, devices) {
  const ends = [];
  for (const { namespace, urls } of devices) {
    const executablePath = await internet.chromiumIn(namespace, chromiumPath());
    const browser = await launch('host', { executablePath, args: ['--ignore-certificate-errors'] });
    t.after(() => browser.close());
    ends.push([browser, urls ? [{ urls: urls.stun }, { urls: [urls.turn, urls.tcp, urls.tls], ...TURN }] : []]);
  }
  const attempts = [];
  for (let round = 0; round < rounds; round += 1) attempts.push(await connectBare(...ends));
  return attempts;
}

async function pair(kinds) {
  return scope(async (t) => {
    const internet = await Internet.start(t);
    await internet.turn();
    await internet.tracker();
    const device = (name, kind) => (kind === OPEN ? internet.open(name) : internet.device(name, kind));
    const devices = kinds[0] === ISLAND ? await internet.island(['one', 'two']) : [await device('one', kinds[0]), await device('two', kinds[1])];
    const dayfly = peers.includes('dayfly') ? cell(await joins(t, internet, devices, { rounds, servers })) : '';
    const chromium = peers.includes('chromium') ? cell(await pages(t, internet, devices)) : '';
    return `| ${kinds[0]} | ${kinds[1]} | ${dayfly} | ${chromium} |`;
  });
}

const why = missing() ?? (chromiumPath() ? undefined : 'no Chromium found');
if (why) throw new Error(why);
const names = [OPEN, ...Object.keys(KINDS)];
const [first = '', second = ''] = positionals;
const wanted = names.flatMap((one, index) => names.slice(index).map((two) => [one, two]));
const fits = ([one, two]) =>
  (one.includes(first) && two.includes(second)) || (two.includes(first) && one.includes(second));
console.log('| one | other | Dayfly | Chromium |\n|---|---|---|---|');
for (const kinds of [...wanted, [ISLAND, ISLAND]].filter(fits)) console.log(await pair(kinds));

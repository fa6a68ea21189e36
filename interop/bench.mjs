// Figures of rooms with pages in them, and of rooms across NATs: a benchmark, not a test. Prints
// Markdown rows for docs/benchmarks.md; peers (page to page) stand beside us in the same run.
//
//   node bench.mjs [join|pages|five|message|idle|nat …]
//
// DAYFLY_BIN names the binary: an optimised one, if the figures are to mean anything.

import { readFile } from 'node:fs/promises';
import { launchServer } from './lib/browser.mjs';
import { Dayfly } from './lib/dayfly.mjs';
import { Internet, missing } from './lib/netns.mjs';
import { serve } from './lib/serve.mjs';
import { trackerCommand } from './lib/tracker.mjs';
import { World } from './lib/world.mjs';

const ROUNDS = 20;
const PEER_ROUNDS = 4;
const IDLE_S = 60;
// More than a page needs to draw: what comes sooner waits its turn.
const PAGE_SPACING_MS = 400;
const TICKS_PER_S = 100;

const rows = [];
const wanted = process.argv.slice(2);
const wall = () => performance.timeOrigin + performance.now();
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function quantile(values, q) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

function spread(values) {
  const digits = quantile(values, 0.5) < 10 ? 1 : 0;
  return `median ${quantile(values, 0.5).toFixed(digits)} ms, worst ${Math.max(...values).toFixed(digits)} ms of ${values.length}`;
}

function row(what, figure) {
  rows.push(`| ${what} | ${figure} |`);
  console.log(rows.at(-1));
}

/** Runs a part in a world of its own that is taken down after it. */
async function part(name, body) {
  if (wanted.length && !wanted.includes(name)) return;
  const ends = [];
  try {
    await body({ after: (end) => ends.push(end) });
  } catch (error) {
    row(name, `failed: ${String(error.message).split('\n')[0]}`);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** From the link's line on the standard input of a running process to both rows. */
async function join(world, url, resident, name) {
  const native = new Dayfly(name, ['join', '-', '--json', '--local', '--no-lan', '--name', name, '--tracker', world.tracker.url]);
  await native.until({ event: 'hello' });
  await pause(500);
  const since = resident.mark();
  const started = performance.now();
  native.raw(url);
  const shown = (entry) => entry.event === 'shown' ? entry.name === name : entry.event === 'member_joined' && entry.member.name === name;
  const [here, there] = await Promise.all([
    native.until({ event: 'member_joined' }, { within: 40_000 }),
    resident.until(shown, { since, within: 40_000 }),
  ]);
  const took = Math.max(here.seen, there.seen) - started;
  await native.leave();
  await resident.until((entry) => entry.event === 'left' || entry.event === 'member_left', { since });
  return took;
}

const pages = await serve();
const browser = await launchServer('host');
Object.assign(process.env, { INTEROP_ORIGIN: pages.origin, INTEROP_BROWSER: browser.wsEndpoint(), INTEROP_TRACKER: 'ours' });

await part('join', async (t) => {
  const world = await World.start(t);
  const url = world.url(world.room());
  const page = await world.page('Paul', url);
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await join(world, url, page, `N${round}`));
  row('join a resident page (its id is always the greater)', spread(times));
});

await part('join', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await join(world, ready.url, native, `N${round}`));
  row('join a resident terminal, ids by chance', spread(times));
});

for (const [order, id] of [
  ['smaller', '0'.repeat(20)],
  ['greater', 'z'.repeat(20)],
]) {
  await part('pages', async (t) => {
    const world = await World.start(t);
    const times = [];
    for (let round = 0; round < PEER_ROUNDS; round += 1) {
      const url = world.url(world.room());
      const resident = await world.page('R', url, { id: 'M'.repeat(20) });
      await pause(2_500);
      const started = performance.now();
      const guest = await world.page('G', url, { id });
      const [a, b] = await Promise.all([resident.shows('G', { within: 45_000 }), guest.shows('R', { within: 45_000 })]);
      times.push(Math.max(a.seen, b.seen) - started);
      await Promise.all([resident.dispose(), guest.dispose()]);
    }
    row(`the same, page to page, newcomer’s id ${order}, from opening the page`, spread(times));
  });
}

await part('five', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('N1');
  const url = ready.url;
  const terminals = { N1: native, N2: await world.joins('N2', url) };
  const browsers = { P1: await world.page('P1', url), P2: await world.page('P2', url) };
  await Promise.all(Object.values(browsers).map((page) => page.until({ event: 'loaded' })));
  const started = performance.now();
  terminals.N3 = await world.joins('N3', url);
  const all = [...Object.keys(terminals), ...Object.keys(browsers)];
  const seen = await Promise.all([
    ...Object.entries(terminals).flatMap(([self, terminal]) =>
      all.filter((name) => name !== self).map((name) => terminal.until((e) => e.event === 'member_joined' && e.member.name === name)),
    ),
    ...Object.values(browsers).flatMap((page) => Object.keys(terminals).map((name) => page.shows(name))),
  ]);
  row('five members, 3 terminals and 2 pages: every pair with a terminal, after the last opens', `${Math.round(Math.max(...seen.map((e) => e.seen)) - started)} ms`);
  const pair = await browsers.P1.shows('P2', { within: 60_000 });
  row('the pair of pages beside it', `${Math.max(0, Math.round(pair.seen - started))} ms`);
});

await part('message', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const other = await world.joins('Nils', ready.link);
  const page = await world.page('Paul', ready.url);
  await Promise.all([page.shows('Nora'), native.member({ name: 'Nils' }), native.member({ name: 'Paul' }), other.member({ name: 'Nora' })]);
  await page.evaluate(() => {
    const report = window.report;
    window.report = (entry) => report({ ...entry, wall: performance.timeOrigin + performance.now() });
  });
  const toNative = [];
  const toPage = [];
  const fromPage = [];
  for (let round = 0; round < 3 * ROUNDS; round += 1) {
    await pause(PAGE_SPACING_MS);
    const text = `round ${round}`;
    const started = wall();
    native.raw(JSON.stringify({ cmd: 'say', text }));
    const [heard, drawn] = await Promise.all([other.until({ event: 'message', text }), page.until({ event: 'message', text })]);
    toNative.push(performance.timeOrigin + heard.seen - started);
    toPage.push(drawn.wall - started);
    const said = await page.evaluate((words) => {
      const now = performance.timeOrigin + performance.now();
      window.rooms.at().say(words);
      return now;
    }, `back ${round}`);
    fromPage.push(performance.timeOrigin + (await native.until({ event: 'message', text: `back ${round}` })).seen - said);
  }
  row('message one way, terminal to terminal, stdin to stdout', spread(toNative));
  row('message one way, terminal’s stdin to the page’s handler', spread(toPage));
  row('message one way, page’s call to the terminal’s stdout', spread(fromPage));
});

await part('idle', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const other = await world.joins('Nils', ready.link);
  await Promise.all([native.member({ name: 'Nils' }), other.member({ name: 'Nora' })]);
  const usage = async () => {
    const stat = (await readFile(`/proc/${native.pid}/stat`, 'utf8')).split(') ')[1].split(' ');
    const pss = /^Pss:\s+(\d+)/m.exec(await readFile(`/proc/${native.pid}/smaps_rollup`, 'utf8'))[1];
    return { cpu: (Number(stat[11]) + Number(stat[12])) / TICKS_PER_S, pss: Number(pss) / 1024, stats: await native.ask({ cmd: 'stats' }) };
  };
  await pause(5_000);
  const before = await usage();
  await pause(IDLE_S * 1000);
  const after = await usage();
  row('idle room of two, one process', `${after.pss.toFixed(1)} MB PSS, ${(((after.cpu - before.cpu) / IDLE_S) * 100).toFixed(2)} % of a core`);
  const counters = (usage) => usage.stats.stats ?? usage.stats;
  row('tracker bytes sent in a minute by it', `${counters(after).tracker_bytes_sent - counters(before).tracker_bytes_sent} B`);
});

await part('nat', async (t) => {
  if (missing()) throw new Error(missing());
  const internet = await Internet.start(t);
  const { stun } = await internet.turn();
  await internet.service(internet.core, trackerCommand('ours', internet.address, 8000));
  const [one, two] = [await internet.home('one'), await internet.home('two')];
  const common = ['--json', '--stun', stun, '--tracker', `ws://${internet.address}:8000`];
  const nora = new Dayfly('Nora', ['open', '--web', 'http://localhost:3000', '--name', 'Nora', ...common], { prefix: internet.within(one) });
  t.after(() => nora.kill());
  const { link } = await nora.until({ event: 'ready' });
  const times = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const nils = new Dayfly('Nils', ['join', '-', '--name', `Nils ${round}`, ...common], { prefix: internet.within(two) });
    await nils.until({ event: 'hello' });
    await pause(500);
    const since = nora.mark();
    const started = performance.now();
    nils.raw(link);
    const seen = await nils.until({ event: 'member_joined' }, { within: 30_000 });
    times.push(seen.seen - started);
    await nils.leave();
    await nora.until({ event: 'member_left' }, { since });
  }
  row('join across two port-restricted NATs, STUN between', spread(times));
});

await browser.close();
await pages.stop();
console.log(`\n| what | measured |\n|---|---|\n${rows.join('\n')}`);

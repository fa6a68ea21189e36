// Devices of one network without an internet find each other by multicast DNS and talk, with
// nothing but the link.

import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Lan } from '../../lib/lan.mjs';
import { missing } from '../../lib/netns.mjs';

const skip = missing() ?? false;

/** From scanning a link to talking, at most; measured in `docs/benchmarks.md`. */
const SCAN_TO_TALKING_MS = 1_000;

function on(t, { prefix }, name, args) {
  const native = new Dayfly(name, [...args, '--name', name, '--json', '--yes'], { prefix });
  t.after(() => native.kill());
  return native;
}

/** A room of two, and how long it took from the link to a message. */
async function meet(t, lan) {
  const [one, two] = [await lan.device(), await lan.device()];
  const ada = on(t, one, 'Ada', ['open']);
  const { link } = await ada.until({ event: 'ready' });
  const started = performance.now();
  const bob = on(t, two, 'Bob', ['join', link]);
  await bob.member({ name: 'Ada' });
  await bob.say('found you');
  const { seen } = await ada.until({ event: 'message', text: 'found you' });
  return { ada, bob, link, took: seen - started };
}

test('two devices meet and a third comes', { skip }, async (t) => {
  const lan = await Lan.start(t);
  const { ada, bob, link, took } = await meet(t, lan);
  t.diagnostic(`scan to talking: ${Math.round(took)} ms`);
  const cleo = on(t, await lan.device(), 'Cleo', ['join', link]);
  await Promise.all([cleo.member({ name: 'Ada' }), cleo.member({ name: 'Bob' }), bob.member({ name: 'Cleo' })]);
  const lanRow = ada.all({ event: 'rendezvous', backend: 'lan' }).at(-1);
  assert.equal(lanRow.state, 'up');
});

test('ten times, the median within a second', { skip }, async (t) => {
  const all = [];
  for (let n = 0; n < 10; n += 1) {
    const lan = await Lan.start(t);
    const { ada, bob, took } = await meet(t, lan);
    all.push(took);
    await Promise.all([ada.kill(), bob.kill()]);
  }
  all.sort((a, b) => a - b);
  const [least, median, most] = [all[0], (all[4] + all[5]) / 2, all[9]].map(Math.round);
  t.diagnostic(`scan to talking, ten runs: median ${median} ms, ${least}–${most} ms`);
  assert.ok(median <= SCAN_TO_TALKING_MS, `${all}`);
});

test('who left is gone, and who comes later meets the rest', { skip }, async (t) => {
  const lan = await Lan.start(t);
  const { ada, bob, link } = await meet(t, lan);
  const since = bob.mark();
  // Whoever opened the room was the first to be found; nothing hangs on it.
  await ada.leave();
  await bob.until({ event: 'member_left' }, { since });
  const cleo = on(t, await lan.device(), 'Cleo', ['join', link]);
  await cleo.member({ name: 'Bob' });
  await cleo.say('only us');
  await bob.until({ event: 'message', text: 'only us' });
});

test('a device that announces a thousand of itself is in nobodys way', { skip }, async (t) => {
  const lan = await Lan.start(t);
  const liar = await lan.liar(1_000);
  const { ada, link, took } = await meet(t, lan);
  await liar.came;
  const cleo = on(t, await lan.device(), 'Cleo', ['join', link]);
  await Promise.all([cleo.member({ name: 'Ada' }), cleo.member({ name: 'Bob' })]);
  await cleo.say('never mind it');
  await ada.until({ event: 'message', text: 'never mind it' });
  t.diagnostic(`beside a liar: ${Math.round(took)} ms; it got ${liar.most} connections at once, ${liar.total} in all`);
  // Two at one address for each of three devices, and as many that are being given up.
  assert.ok(liar.most <= 12, `${liar.most} connections at once`);
});

test('what goes over multicast names no room and nobody in it', { skip }, async (t) => {
  const lan = await Lan.start(t);
  const heard = await lan.listener();
  const { link } = await meet(t, lan);
  const all = Buffer.concat(heard).toString('latin1');
  assert.ok(all.includes('_dayfly'), 'the capture holds the announcements');
  for (const told of ['Ada', 'Bob', link.slice(-16), hostname()]) {
    assert.ok(!all.includes(told), `${told} is in what goes over multicast`);
  }
  // Whatever reads as text is the service or a name made up for the occasion.
  for (const [text] of all.matchAll(/[\x20-\x7e]{5,}/g)) {
    assert.match(text, /^(_dayfly|local|_services|_dns-sd|[0-9a-f]{16}.{0,3})$/);
  }
});

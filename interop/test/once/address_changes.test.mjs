// A device of the open internet gets another address in the middle of a conversation: the
// connection goes on from there, and every message arrives once, in order. In real namespaces, on
// real sockets; the longest pause that either side noticed is printed.
//
// ADDRESS_ROUNDS=20 makes the figure of docs/benchmarks.md.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Internet, missing } from '../../lib/netns.mjs';

const run = promisify(execFile);
const ROUNDS = Number(process.env.ADDRESS_ROUNDS ?? 2);
/** How long both talk around a change, and the pause between two messages, in ms. */
const TALK = 4_000;
const PAUSE = 200;
/** Until a member may say as much again without being slowed. */
const REST = 17_000;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function ip(namespace, ...lines) {
  for (const line of lines) await run('ip', ['-n', namespace, ...line.split(' ')]);
}

/** Two who have met, and the device of the first. */
async function pair(t) {
  const internet = await Internet.start(t);
  await internet.tracker();
  const member = (name, { namespace, tracker }, words) => {
    const args = [...words, '--name', name, '--json', '--yes', '--tracker', tracker, '--stun', 'none'];
    const dayfly = new Dayfly(name, args, { prefix: internet.within(namespace) });
    t.after(() => dayfly.kill());
    return dayfly;
  };
  const [one, two] = [await internet.open('one'), await internet.open('two')];
  const nora = member('Nora', one, ['open', '--native']);
  const { link } = await nora.until({ event: 'ready' });
  const nils = member('Nils', two, ['join', link]);
  await Promise.all([nora.until({ event: 'member_joined' }), nils.until({ event: 'member_joined' })]);
  return { nora, nils, device: one };
}

/** Both talk while `change` happens; gives the longest pause either noticed, in ms. */
async function talk(nora, nils, mark, change) {
  const count = TALK / PAUSE;
  const says = async (from, name) => {
    for (let n = 0; n < count; n += 1) {
      from.raw(JSON.stringify({ cmd: 'say', text: `${mark} ${name} ${n}` }));
      await wait(PAUSE);
    }
  };
  const changes = wait(TALK / 3).then(change);
  await Promise.all([says(nora, 'Nora'), says(nils, 'Nils'), changes]);
  const heard = async (by, name) => {
    await by.until({ event: 'message', text: `${mark} ${name} ${count - 1}` }, { within: 20_000 });
    const theirs = by.all((entry) => entry.event === 'message' && !entry.mine && entry.text.startsWith(mark));
    assert.deepEqual(theirs.map(({ text }) => text), [...Array(count).keys()].map((n) => `${mark} ${name} ${n}`));
    return Math.max(...theirs.slice(1).map(({ seen }, at) => seen - theirs[at].seen));
  };
  return Math.max(...(await Promise.all([heard(nora, 'Nils'), heard(nils, 'Nora')])));
}

const cases = {
  'the address changes and the shell says so': {
    told: true,
    within: 1_000,
    change: ({ namespace }, old, next) => ip(namespace, `addr del ${old}/24 dev wan`, `addr add ${next}/24 dev wan`),
  },
  'the address changes and the terminal notices': {
    told: false,
    within: 3_500,
    change: ({ namespace }, old, next) => ip(namespace, `addr del ${old}/24 dev wan`, `addr add ${next}/24 dev wan`),
  },
};

for (const [name, { told, within, change }] of Object.entries(cases)) {
  test(name, { skip: missing() ?? false, timeout: 600_000 }, async (t) => {
    const { nora, nils, device } = await pair(t);
    const pauses = [];
    let address = device.address;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round > 0) await wait(REST);
      const next = `203.0.113.${100 + round}`;
      pauses.push(
        await talk(nora, nils, `r${round}`, async () => {
          await change(device, address, next);
          if (told) nora.raw(JSON.stringify({ cmd: 'network_changed' }));
        }),
      );
      address = next;
    }
    console.log(`${name}: median ${Math.round(median(pauses))} ms, worst ${Math.round(Math.max(...pauses))} ms of ${ROUNDS}`);
    assert.ok(median(pauses) <= within, `${median(pauses)} ms`);
    for (const side of [nora, nils]) {
      const rows = side.all((entry) => ['member_joined', 'member_left'].includes(entry.event));
      assert.equal(rows.length, 1, 'nobody comes twice');
    }
  });
}

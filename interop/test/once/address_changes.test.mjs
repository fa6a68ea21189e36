// A device of the open internet gets another address in the middle of a conversation, or one of its
// two networks goes: the connection goes on from there, and every message arrives once, in order. In
// real namespaces, on real sockets; the longest pause that either side noticed is printed.
//
// ADDRESS_ROUNDS=20 makes the figures of docs/benchmarks.md (run the file by itself: it takes longer
// than a file of the whole run may).

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromiumPath, launch } from '../../lib/browser.mjs';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Internet, missing } from '../../lib/netns.mjs';
import { Page } from '../../lib/page.mjs';

const run = promisify(execFile);
const serve = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'lib', 'serve.mjs');
const ROUNDS = Number(process.env.ADDRESS_ROUNDS ?? 2);
/** How long both talk around a change, and the pause between two messages, in ms: as many as a
    member may say without being slowed. */
const TALK = 2_400;
const PAUSE = 120;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function ip(namespace, ...lines) {
  for (const line of lines) await run('ip', ['-n', namespace, ...line.split(' ')]);
}

/** Two who have met, each on a device. */
async function pair(internet, one, two) {
  const member = (name, { namespace, tracker }, words) => {
    const args = [...words, '--name', name, '--json', '--yes', '--tracker', tracker, '--stun', 'none'];
    return new Dayfly(name, args, { prefix: internet.within(namespace) });
  };
  const nora = member('Nora', one, ['open', '--native']);
  const { link } = await nora.until({ event: 'ready' });
  const nils = member('Nils', two, ['join', link]);
  await Promise.all([nora.until({ event: 'member_joined' }), nils.until({ event: 'member_joined' })]);
  return { nora, nils };
}

/** Both talk while `change` happens; gives the longest pause either noticed, in ms. */
async function talk(nora, nils, change) {
  const count = TALK / PAUSE;
  const says = async (from, name) => {
    for (let n = 0; n < count; n += 1) {
      from.raw(JSON.stringify({ cmd: 'say', text: `${name} ${n}` }));
      await wait(PAUSE);
    }
  };
  const changes = wait(TALK / 4).then(change);
  await Promise.all([says(nora, 'Nora'), says(nils, 'Nils'), changes]);
  const heard = async (by, name) => {
    await by.until({ event: 'message', text: `${name} ${count - 1}` }, { within: 20_000 });
    const theirs = by.all((entry) => entry.event === 'message' && !entry.mine);
    assert.deepEqual(theirs.map(({ text }) => text), [...Array(count).keys()].map((n) => `${name} ${n}`));
    return Math.max(...theirs.slice(1).map(({ seen }, at) => seen - theirs[at].seen));
  };
  return Math.max(...(await Promise.all([heard(nora, 'Nils'), heard(nils, 'Nora')])));
}

/** Another address in place of the old one. */
const moves = (device, next) => async () => {
  await ip(device.namespace, `addr del ${device.address}/24 dev wan`, `addr add ${next}/24 dev wan`);
  device.address = next;
};

const cases = {
  'the address changes and the shell says so': { told: true, within: 1_000 },
  'the address changes and the terminal notices': { told: false, within: 3_500 },
  'one of two networks goes and the shell says so': { told: true, within: 1_000, second: true },
};

for (const [name, { told, within, second = false }] of Object.entries(cases)) {
  test(name, { skip: missing() ?? false, timeout: 600_000 }, async (t) => {
    const internet = await Internet.start(t);
    await internet.tracker();
    const [one, two] = [await internet.open('one'), await internet.open('two')];
    if (second) {
      // Another network of the first device's, by which it reaches the middle as well.
      await ip(
        internet.core,
        `link add second type veth peer name mobile netns ${one.namespace}`,
        'addr add 198.51.100.1/24 dev second',
        'link set second up',
      );
      await ip(two.namespace, 'route add 198.51.100.0/24 via 203.0.113.1');
    }
    const pauses = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { nora, nils } = await pair(internet, one, two);
      try {
        if (second) {
          await ip(
            one.namespace,
            'link set mobile up',
            'addr add 198.51.100.2/24 dev mobile',
            'route add 203.0.113.0/24 via 198.51.100.1 metric 100',
          );
        }
        const change = second ? () => ip(one.namespace, 'link set wan down') : moves(one, `203.0.113.${100 + round}`);
        pauses.push(
          await talk(nora, nils, async () => {
            await change();
            if (told) nora.raw(JSON.stringify({ cmd: 'network_changed' }));
          }),
        );
        for (const side of [nora, nils]) {
          const rows = side.all((entry) => ['member_joined', 'member_left'].includes(entry.event));
          assert.equal(rows.length, 1, 'nobody comes twice');
        }
      } finally {
        await Promise.all([nora.kill(), nils.kill()]);
      }
      if (second) await ip(one.namespace, 'link set wan up', 'link set mobile down', 'addr flush dev mobile');
    }
    console.log(
      `${name}: median ${Math.round(median(pauses))} ms, worst ${Math.round(Math.max(...pauses))} ms of ${ROUNDS}`,
    );
    assert.ok(median(pauses) <= within, `${median(pauses)} ms`);
  });
}

test('a page goes on with a terminal whose address changes', { skip: missing() ?? false, timeout: 80_000 }, async (t) => {
  const internet = await Internet.start(t);
  await internet.tracker();
  const [one, two] = [await internet.open('one'), await internet.open('two')];
  const { line: origin } = await internet.service(two.namespace, [process.execPath, serve, '0']);
  const args = ['open', '--web', origin, '--name', 'Nora', '--json', '--tracker', one.tracker, '--stun', 'none'];
  const native = new Dayfly('Nora', args, { prefix: internet.within(one.namespace) });
  t.after(() => native.kill());
  const { links } = await native.until({ event: 'ready' });
  const url = links.find((link) => link.startsWith(origin));
  const browser = await launch('host', { executablePath: await internet.chromiumIn(two.namespace, chromiumPath()) });
  t.after(() => browser.close());
  const page = await Page.open(browser, 'Paul', url, { trackers: [two.tracker], name: 'Paul', rtc: { iceServers: [] } });
  await page.shows('Nora', { within: 30_000 });
  await native.member({ name: 'Paul' });
  await moves(one, '203.0.113.100')();
  native.raw(JSON.stringify({ cmd: 'network_changed' }));
  const changed = performance.now();
  const ms = async (arrives) => (await arrives, Math.round(performance.now() - changed));
  await Promise.all([native.say('from elsewhere'), page.call('say', 'from where it was')]);
  const [there, back] = await Promise.all([
    ms(page.until({ event: 'message', text: 'from elsewhere' }, { within: 20_000 })),
    ms(native.until({ event: 'message', text: 'from where it was' }, { within: 20_000 })),
  ]);
  console.log(`a page hears the terminal after ${there} ms, and is heard after ${back} ms`);
  const rows = native.all((entry) => ['member_joined', 'member_left'].includes(entry.event));
  assert.equal(rows.length, 1, 'the page neither left nor came again');
});

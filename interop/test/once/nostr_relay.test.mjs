// Terminals in a native room meet at a real Nostr relay (the npm package `@nostr-relay/core`, on
// loopback), with no tracker that answers; the relay goes and comes back, and a newcomer is met.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Dayfly } from '../../lib/dayfly.mjs';
import { freePort, startService } from '../../lib/tracker.mjs';

const script = join(dirname(fileURLToPath(import.meta.url)), '../../lib/npm-relay.mjs');

test('by a relay alone', async (t) => {
  const port = await freePort();
  const command = [process.execPath, script, String(port)];
  let relay = await startService(command, /listening/);
  const all = [];
  t.after(async () => {
    await Promise.all(all.map((one) => one.leave?.().catch(() => {})));
    await relay.stop();
  });
  // Nobody listens on port 1.
  const places = ['--tracker', 'ws://127.0.0.1:1', '--nostr', `ws://127.0.0.1:${port}`, '--stun', 'none', '--yes'];
  const enter = (name, args) => {
    const one = new Dayfly(name, [...args, '--json', '--name', name, ...places]);
    all.push(one);
    return one;
  };
  const host = enter('Ada', ['open']);
  const { link } = await host.until({ event: 'ready' });
  await host.until((row) => row.event === 'rendezvous' && row.backend === 'nostr' && row.state === 'up');
  for (const name of ['Bob', 'Cleo']) enter(name, ['join', link]);
  const names = ['Ada', 'Bob', 'Cleo'];
  for (const [at, one] of all.entries()) {
    for (const name of names.filter((_, other) => other !== at)) await one.member({ name });
  }
  await all[1].say('by relay');
  await host.until({ event: 'message', text: 'by relay' });
  assert.deepEqual(
    host.all((row) => row.event === 'rendezvous' && row.backend === 'tracker' && row.state === 'up'),
    [],
  );

  await relay.stop();
  await host.until((row) => row.event === 'rendezvous' && row.backend === 'nostr' && row.state === 'waiting');
  relay = await startService(command, /listening/);
  const late = enter('Dan', ['join', link]);
  await late.member({ name: 'Ada' });
  await host.member({ name: 'Dan' });
});

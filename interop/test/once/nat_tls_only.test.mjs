// Two whole terminals that go through a relay over TLS and no other way talk both ways, on networks
// that let TCP to 443 out and nothing else. Each contacts the tracker and the relay and nobody else:
// packets are counted in its own namespace, where nothing is blocked yet.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Internet, missing, WATCH } from '../../lib/netns.mjs';
import { asking } from '../../lib/pair.mjs';

test('a relay over TLS alone', { skip: missing() ?? false }, async (t) => {
  const internet = await Internet.start(t);
  await internet.turn();
  await internet.tracker();
  const asks = await asking(internet, ['tls']);
  const member = async (name, words) => {
    const device = await internet.device(name, 'only TCP 443');
    await internet.rules(device.namespace, WATCH);
    const args = [...words, '--json', '--yes', '--no-lan', '--name', name, '--route', 'relay', ...asks(device)];
    const native = new Dayfly(name, args, { prefix: internet.within(device.namespace) });
    t.after(() => native.kill());
    return { native, device };
  };
  const { native: nora, device: home } = await member('Nora', ['open', '--native']);
  const { link } = await nora.until({ event: 'ready' });
  const { native: nils, device: cafe } = await member('Nils', ['join', link]);
  const within = 40_000;
  const [there, here] = await Promise.all([nils.member({ via: 'relay' }, { within }), nora.member({ via: 'relay' }, { within })]);
  assert.deepEqual([there.name, here.name], ['Nora', 'Nils']);
  await nils.say('through the relay');
  await nora.until({ event: 'message', text: 'through the relay' });
  await nora.say('and back');
  await nils.until({ event: 'message', text: 'and back' });

  for (const { namespace } of [home, cafe]) {
    const { tracker, relay, relay_tls: tls, other } = await internet.counters(namespace);
    assert.ok(tracker > 0 && tls > 0, `${tracker} to the tracker, ${tls} to the relay`);
    assert.deepEqual({ relay, other }, { relay: 0, other: 0 });
  }
});

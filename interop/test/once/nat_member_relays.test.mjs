// Two terminals behind symmetric NATs, no TURN server anywhere, and a third member on an open
// address that relays for others: the two meet through it. It sees how much passes, and nothing of
// what. That they do not meet without it is `nat_pairs`'s to show.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Internet, missing } from '../../lib/netns.mjs';

test('a member relays for two who cannot reach each other', { skip: missing() ?? false }, async (t) => {
  const internet = await Internet.start(t);
  const { stun } = await internet.turn();
  await internet.tracker();
  const [one, two, third] = [
    await internet.device('one', 'symmetric'),
    await internet.device('two', 'symmetric'),
    await internet.open('third'),
  ];
  const member = (name, device, args) => {
    const all = [...args, '--json', '--yes', '--name', name, '--tracker', device.tracker, '--stun', stun];
    const native = new Dayfly(name, all, { prefix: internet.within(device.namespace) });
    t.after(() => native.kill());
    return native;
  };
  const nora = member('Nora', one, ['open', '--native']);
  const { link } = await nora.until({ event: 'ready' });
  const nils = member('Nils', two, ['join', link]);
  const rae = member('Rae', third, ['join', link, '--relay-for-others']);
  await Promise.all([nora.member({ name: 'Rae' }), nils.member({ name: 'Rae' })]);
  const [there, here] = await Promise.all([nils.member({ name: 'Nora' }, { within: 60_000 }), nora.member({ name: 'Nils' }, { within: 60_000 })]);
  await Promise.all([nils.member({ id: there.id, via: 'relay' }), nora.member({ id: here.id, via: 'relay' })]);
  await nils.dm(there.id, 'through Rae, for Nora alone');
  await nora.until({ event: 'message', text: 'through Rae, for Nora alone' });
  const { stats } = await rae.ask({ cmd: 'stats' });
  assert.ok(stats.relayed_bytes > 1_000, JSON.stringify(stats));
  assert.ok(stats.relaying_for >= 1);
  assert.deepEqual(rae.all({ text: 'through Rae, for Nora alone' }), []);
});

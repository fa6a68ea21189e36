// Two terminals behind two port-restricted NATs, with nothing but a tracker and a STUN server
// between them, connect directly. Without the STUN server they do not: the NATs are real.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Internet, missing } from '../../lib/netns.mjs';
import { trackerCommand } from '../../lib/tracker.mjs';

const ISLAND = 'http://localhost:3000';

test('two terminals behind NATs', { skip: missing() ?? false }, async (t) => {
  const internet = await Internet.start(t);
  const { stun } = await internet.turn();
  await internet.service(internet.core, trackerCommand('ours', internet.address, 8000));
  const tracker = ['--json', '--tracker', `ws://${internet.address}:8000`];
  const [one, two] = [await internet.home('one'), await internet.home('two')];

  const member = (name, device, args) => {
    const native = new Dayfly(name, [...args, '--name', name, ...tracker], { prefix: internet.within(device) });
    t.after(() => native.kill());
    return native;
  };

  const deaf = member('Dora', one, ['open', '--web', ISLAND, '--stun', 'none']);
  const { link: deafLink } = await deaf.until({ event: 'ready' });
  const mute = member('Milo', two, ['join', deafLink, '--stun', 'none', '--for', '6']);
  assert.equal(await mute.exited({ within: 20_000 }), 3);
  await deaf.leave();

  const nora = member('Nora', one, ['open', '--web', ISLAND, '--stun', stun]);
  const { link } = await nora.until({ event: 'ready' });
  const nils = member('Nils', two, ['join', link, '--stun', stun]);
  const there = await nils.member({ name: 'Nora' });
  assert.equal(there.via, 'direct');
  await nils.say('through both');
  await nora.until({ event: 'message', text: 'through both' });
});

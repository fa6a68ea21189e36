// Two terminals in a web room find each other fast, whoever is first, without a page, and speak
// natively: each owns its key, and nothing more was checked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../lib/world.mjs';

test('two terminals meet, eight times over', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  // Ids are drawn anew for each: both orders come up.
  for (let round = 0; round < 8; round += 1) {
    const name = `Nils ${round}`;
    const other = await world.joins(name, ready.link);
    const [there, here] = await Promise.all([other.member({ name: 'Nora', kind: 'native' }, { within: 5_000 }), native.member({ name, kind: 'native' }, { within: 5_000 })]);
    assert.equal(there.trust, 'unverified');
    await other.say(`round ${round}`);
    await native.until({ event: 'message', text: `round ${round}`, from: here.id });
    await other.leave();
    await native.until({ event: 'member_left', id: here.id, reason: 'left' });
  }
});

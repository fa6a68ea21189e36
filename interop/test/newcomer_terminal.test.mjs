// A page sits in a room; a terminal joins by the page's own URL. It is fast whichever id sorts
// first: a page's id can only be greater than ours, and for the other order one is made up that
// no page could draw.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

const RESIDENT_MS = 4_000;

for (const [order, id] of [
  ['greater', 'z'.repeat(20)],
  ['smaller', '!'.repeat(20)],
]) {
  test(`a terminal joins a page whose id is ${order}`, async (t) => {
    const world = await World.start(t);
    const url = world.url(world.room());
    const page = await world.page('Paul', url, { id });
    await page.until({ event: 'loaded' });
    const native = await world.joins('Nora', url);
    const [nora, paul] = await Promise.all([
      page.shows('Nora', { within: order === 'greater' ? RESIDENT_MS : 25_000 }),
      native.member({ name: 'Paul' }, { within: order === 'greater' ? RESIDENT_MS : 25_000 }),
    ]);
    assert.equal(nora.peer < id, order === 'greater');
    await page.call('say', 'one');
    await native.until({ event: 'message', text: 'one', from: paul.id });
    await native.say('two');
    await page.until({ event: 'message', text: 'two', peer: nora.peer });
  });
}

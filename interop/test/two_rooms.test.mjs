// A page in two rooms of one island uses one connection for both towards another such page, and
// tells every connection of each room. A terminal in one of the rooms is not confused: it is in
// its room, hears nothing of the other, and stays when the page leaves the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('a page in two rooms', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const room = decodeURIComponent(new URL(ready.url).pathname.split('/')[2]);
  const second = world.room();
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  const paul = await native.member({ name: 'Paul' });
  await page.enter({ room: second });
  const neighbour = await world.joins('Nils', world.url(second));
  await page.until({ event: 'shown', room: second, name: 'Nils' });
  const there = await neighbour.member({ name: 'Paul' });
  assert.equal(there.fingerprint, paul.fingerprint);

  await page.callIn(second, 'say', 'for the second');
  await neighbour.until({ event: 'message', text: 'for the second' });
  await page.callIn(room, 'say', 'for the first');
  await native.until({ event: 'message', text: 'for the first' });
  await page.callIn(second, 'leave');
  await neighbour.until({ event: 'member_left', id: there.id, reason: 'left' });
  await native.say('still here');
  await page.until({ event: 'message', room, text: 'still here' });
  await page.callIn(room, 'say', 'so am I');
  await native.until({ event: 'message', text: 'so am I' });
  assert.deepEqual(native.all({ event: 'message', text: 'for the second' }), []);
  assert.deepEqual(native.all({ event: 'member_left' }), []);
});

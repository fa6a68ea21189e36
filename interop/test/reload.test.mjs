// A reloaded page comes back with a new peer id and its old key: the old row goes, one row stands
// at the end, and the chat goes on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('a page reloads and is back', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  const before = await native.member({ name: 'Paul' });
  await native.say('before');
  await page.until({ text: 'before' });

  const seen = native.mark();
  const since = await page.reload(ready.url);
  await page.shows('Nora', { since });
  await native.until((entry) => entry.event === 'member_joined' || entry.event === 'member_changed', { since: seen });
  await page.call('say', 'back');
  const back = await native.until({ event: 'message', text: 'back' }, { since: seen });
  const { members } = await native.ask({ cmd: 'members' });
  const pauls = members.filter((member) => member.name === 'Paul');
  assert.equal(pauls.length, 1, JSON.stringify(members));
  assert.equal(pauls[0].id, back.from);
  assert.equal(pauls[0].fingerprint, before.fingerprint);
  assert.equal(pauls[0].same_key, false);
  assert.equal((await page.until({ event: 'history' }, { since })).messages[0].text, 'before');
});

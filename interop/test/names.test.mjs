// A new name is shown on the other side without a new row. A name made to deceive arrives cleaned
// and short.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('renaming is seen both ways', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  const nora = await page.shows('Nora');
  const paul = await native.member({ name: 'Paul' });

  await native.rename('Nadja');
  const renamed = await page.until({ event: 'renamed', name: 'Nadja' });
  assert.equal(renamed.peer, nora.peer);
  assert.ok(renamed.verified);
  await page.call('rename', 'Pål');
  const changed = await native.until((entry) => entry.event === 'member_changed' && entry.member.name === 'Pål');
  assert.equal(changed.member.id, paul.id);
  assert.equal(native.all({ event: 'member_joined' }).length, 1);

  const since = native.mark();
  await page.call('rename', `\u202e\u0000\u200b${'x'.repeat(100)}\n`);
  const { member } = await native.until({ event: 'member_changed', member: { id: paul.id } }, { since });
  assert.match(member.name, /^x{30}$/);
});

test('a page without a name gets one that is the same everywhere', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const other = await world.joins('Nils', ready.link);
  await world.page('', ready.url);
  const isPage = (entry) => entry.event === 'member_joined' && entry.member.kind === 'web' && !['Nora', 'Nils'].includes(entry.member.name);
  const [one, two] = await Promise.all([native.until(isPage), other.until(isPage)]);
  assert.ok(one.member.name.length > 0);
  assert.equal(one.member.name, two.member.name);
});

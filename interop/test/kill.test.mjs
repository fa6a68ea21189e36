// Who dies without a goodbye is noticed: a page by us as lost within 15 s, a terminal by a page
// as ICE finds out. The others' chat goes on meanwhile.

import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('a killed page is lost', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  const paul = await native.member({ name: 'Paul' });
  await page.crash();
  await native.until({ event: 'member_left', id: paul.id, reason: 'lost' }, { within: 20_000 });
});

test('a killed terminal goes from the page', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  const other = await world.joins('Nils', ready.link);
  const nora = await page.shows('Nora');
  await page.shows('Nils');
  await native.kill();
  await other.say('still here');
  await page.until({ text: 'still here' });
  await page.until({ event: 'left', peer: nora.peer }, { within: 40_000 });
});

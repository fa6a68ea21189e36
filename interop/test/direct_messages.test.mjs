// What is said to one is heard by that one alone, whoever says it, page or terminal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('direct messages reach one member only', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const other = await world.joins('Nils', ready.link);
  const page = await world.page('Paul', ready.url);
  const [nora] = await Promise.all([page.shows('Nora'), page.shows('Nils')]);
  const paul = await native.member({ name: 'Paul' });
  const nils = await native.member({ name: 'Nils' });
  await other.member({ name: 'Paul' });

  await native.dm(paul.id, 'to the page');
  await page.until({ event: 'message', direct: true, text: 'to the page', peer: nora.peer });
  await page.call('tell', nora.peer, 'to the terminal');
  const heard = await native.until({ event: 'message', direct: true, text: 'to the terminal' });
  assert.equal(heard.from, paul.id);
  await native.dm('Nils', 'between terminals');
  const between = await other.until({ event: 'message', direct: true, text: 'between terminals' });
  assert.equal(between.name, 'Nora');
  const own = await native.until({ event: 'message', direct: true, text: 'between terminals' });
  assert.equal(own.with, nils.id);

  // What comes last was sent last on the same channels, so nothing direct can be under way.
  await native.say('over');
  await page.call('say', 'and out');
  await Promise.all([other.until({ text: 'over' }), other.until({ text: 'and out' }), page.until({ text: 'over' })]);
  const texts = (journal) => journal.all({ event: 'message' }).map((entry) => entry.text);
  assert.deepEqual(texts(other).filter((text) => text.includes('to the')), []);
  assert.deepEqual(texts(page).filter((text) => text.includes('between')), []);
  const refusal = await native.ask({ cmd: 'dm', to: 'nobody', text: 'lost' }, { refused: true });
  assert.ok(refusal.message);
});

// The real page keeps only the last of the messages that arrive while it draws. Ours come slowly
// enough for it: ten said in one breath are all still shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('a burst from a terminal stays whole on a page', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  const texts = Array.from({ length: 10 }, (_, i) => `line ${i}`);
  await Promise.all(texts.map((text) => native.say(text)));
  await page.until({ event: 'message', text: 'line 9' });
  assert.deepEqual((await page.log()).map(({ text }) => text), texts);
});

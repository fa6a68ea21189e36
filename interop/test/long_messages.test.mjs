// 10,000 UTF-16 units pass both ways unharmed, in public and in direct, across several frames.
// One unit more is refused where it is written, and costs a page that sends it nothing more than
// that message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

const LIMIT = 10_000;
// Three bytes a unit in UTF-8, so that a message needs two frames; no two halves alike.
const LONG = Array.from({ length: LIMIT }, (_, i) => String.fromCharCode(0x4e00 + (i % 20_000))).join('');

test('the longest message passes both ways', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  const nora = await page.shows('Nora');
  const paul = await native.member({ name: 'Paul' });

  await native.say(LONG);
  assert.equal((await page.until({ event: 'message', direct: false })).text, LONG);
  await page.call('say', LONG);
  assert.equal((await native.until({ event: 'message', from: paul.id, direct: false })).text, LONG);
  await native.dm(paul.id, LONG);
  assert.equal((await page.until({ event: 'message', direct: true })).text, LONG);
  await page.call('tell', nora.peer, LONG);
  assert.equal((await native.until({ event: 'message', from: paul.id, direct: true })).text, LONG);

  const refusal = await native.ask({ cmd: 'say', text: `${LONG}x` }, { refused: true });
  assert.match(refusal.message, /10,?000/);
});

test('an over-long message is not shown, and the room goes on', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  const other = await world.page('Otto', ready.url);
  await Promise.all([page.shows('Nora'), other.shows('Nora')]);
  await page.call('say', 'a'.repeat(LIMIT + 1));
  await other.call('say', 'still here');
  await native.until({ event: 'message', text: 'still here' });
  assert.deepEqual(native.all((entry) => entry.event === 'message' && entry.text.length > LIMIT), []);
});

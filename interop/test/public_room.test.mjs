// A room opened in a terminal is joined by following its printed link in a browser. Each shows
// the other: the page says verified, the terminal says claimed, both of the same key. They talk,
// and the page's going is seen as going.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

function fingerprint(spki) {
  const digest = createHash('sha256').update(Buffer.from(spki, 'base64')).digest('hex');
  return digest.slice(0, 16).match(/.{4}/g).join('-');
}

test('a page follows the link of a public room', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  assert.equal(ready.kind, 'web');
  assert.ok(ready.url.startsWith(`${world.origin}/public/`), ready.url);

  const page = await world.page('Paul', ready.url);
  const paul = await native.member({ name: 'Paul' });
  const nora = await page.shows('Nora');
  assert.ok(nora.verified);
  assert.equal(nora.peer < (await page.selfId()), true, 'our id sorts before a page’s');
  const { member: me } = await native.until((entry) => entry.event === 'member_changed' && entry.member.id === ready.me.id);
  assert.equal(fingerprint(nora.key), me.fingerprint);
  assert.equal(paul.kind, 'web');
  assert.equal(paul.trust, 'claimed');
  assert.deepEqual(paul.islands, [world.origin]);

  const { id } = await native.say('hello from the terminal');
  const heard = await page.until({ event: 'message', text: 'hello from the terminal' });
  assert.equal(heard.direct, false);
  assert.equal(heard.authorId, nora.user);
  assert.ok(Math.abs(heard.timeSent - Date.now()) < 60_000);
  const own = await native.until({ event: 'message', id });
  assert.ok(own.mine);

  await page.call('say', 'hello from the page');
  const answer = await native.until({ event: 'message', text: 'hello from the page' });
  assert.equal(answer.from, paul.id);
  assert.equal(answer.name, 'Paul');
  assert.equal(answer.direct || answer.history || answer.mine, false);

  await page.call('leave');
  await native.until({ event: 'member_left', id: paul.id, reason: 'left' });
  assert.equal(await native.leave(), 0);
  assert.deepEqual(page.all({ event: 'page_error' }), []);
});

test('a terminal leaves politely and the page drops its row at once', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  const nora = await page.shows('Nora');
  assert.equal(await native.leave(), 0);
  await page.until({ event: 'left', peer: nora.peer, shown: true }, { within: 5_000 });
});

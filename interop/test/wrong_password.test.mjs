// With another password nobody gets in and nobody is shown; a terminal says so in a sentence, and
// with a time limit it ends with the exit code that means this.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

function isSentence(text) {
  return /^[A-Z].*password.*\.$/i.test(text);
}

test('a terminal in the room hears of a page with another password', async (t) => {
  const world = await World.start(t);
  const file = await world.passwordFile('right');
  const { native, ready } = await world.opens('Nora', ['--private', '--password-file', file]);
  const room = decodeURIComponent(new URL(ready.url).pathname.split('/')[2]);
  const page = await world.page('Paul', world.url(room, { password: 'wrong' }));
  const notice = await native.until({ event: 'notice', code: 'wrong_password' });
  assert.ok(isSentence(notice.message), notice.message);
  assert.deepEqual(native.all({ event: 'member_joined' }), []);
  assert.deepEqual(page.all({ event: 'shown' }), []);
});

test('a terminal with another password ends with exit code 4', async (t) => {
  const world = await World.start(t);
  const room = world.room();
  const page = await world.page('Paul', world.url(room, { password: 'right' }));
  await page.until({ event: 'loaded' });
  const native = await world.joins('Nora', world.url(room, { password: 'wrong' }), ['--for', '6']);
  const notice = await native.until({ event: 'notice', code: 'wrong_password' });
  assert.ok(isSentence(notice.message), notice.message);
  assert.equal(await native.exited({ within: 15_000 }), 4);
  assert.deepEqual(page.all({ event: 'shown' }), []);
});

// A newcomer to a public room is told what was said: a terminal by a page, as hearsay; a page by
// a terminal, in the page's own form, direct messages left out.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('a terminal learns a page’s history, unconfirmed', async (t) => {
  const world = await World.start(t);
  const url = world.url(world.room());
  const page = await world.page('Paul', url);
  await page.until({ event: 'loaded' });
  await page.call('say', 'first');
  await page.call('say', 'second');
  const native = await world.joins('Nora', url);
  const first = await native.until({ event: 'message', text: 'first' });
  const second = await native.until({ event: 'message', text: 'second' });
  for (const message of [first, second]) {
    assert.equal(message.history, true);
    assert.equal(message.confirmed, false);
    assert.equal(message.mine, false);
  }
  assert.ok(first.sent_at <= second.sent_at);
  assert.ok(native.entries.indexOf(first) < native.entries.indexOf(second));
});

test('a page learns a terminal’s history', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const early = await world.page('Paul', ready.url);
  const nora = await early.shows('Nora');
  const paul = await native.member({ name: 'Paul' });
  await native.say('one');
  await early.until({ text: 'one' });
  await early.call('say', 'two');
  await native.until({ text: 'two' });
  await native.dm(paul.id, 'between us');
  await early.until({ text: 'between us' });
  await early.call('leave');
  await native.until({ event: 'member_left', id: paul.id });

  const late = await world.page('Lena', ready.url);
  await late.shows('Nora');
  const { messages } = await late.until({ event: 'history' });
  assert.deepEqual(messages.map(({ text }) => text), ['one', 'two']);
  assert.deepEqual(messages.map(({ authorId }) => authorId), [nora.user, await early.userId()]);
  for (const message of messages) {
    assert.deepEqual(Object.keys(message), ['authorId', 'text', 'timeSent', 'id', 'timeReceived']);
    assert.ok(Number.isInteger(message.timeSent) && Number.isInteger(message.timeReceived));
  }
  assert.equal(new Set(messages.map(({ id }) => id)).size, 2);
});

test('what a newcomer already heard from one member it is not shown again by another', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  await native.say('only once');
  await page.until({ text: 'only once' });
  const late = await world.joins('Nils', ready.link);
  await late.member({ name: 'Paul' });
  await late.member({ name: 'Nora' });
  await native.say('now');
  await page.call('say', 'then');
  await Promise.all([late.until({ text: 'now' }), late.until({ text: 'then' })]);
  assert.equal(late.all({ event: 'message', text: 'only once' }).length, 1);
});

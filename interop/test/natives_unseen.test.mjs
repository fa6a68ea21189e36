// Two Dayflies in a room with a page speak natively with each other: they verify by codes and
// whisper, and the page notices nothing. It hears the actions it hears from Dayflies that have
// nobody to speak natively with, over the one channel it has with each, and no word that is not
// for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

// Chitchatter's, and what Trystero says on its own.
const PAGE_ACTION = /^(g\.[0-8]|dm\.[08]|@_[a-z]+)$/;

const wire = (page) => page.evaluate(() => window.heardOnWire);
const names = (heard) => [...new Set(heard.filter(({ what }) => what === 'action').map(({ action }) => action))].sort();
const channels = (heard) => heard.filter(({ what }) => what === 'channel').map(({ label }) => label);

/** What a page hears while `talk` goes on. */
async function hears(world, ready, talk) {
  const page = await world.page('Paul', ready.url, { listen: true });
  await talk(page);
  return { page, heard: await wire(page) };
}

test('a page notices nothing of what two terminals say natively', async (t) => {
  const world = await World.start(t);
  const { native: nora, ready } = await world.opens('Nora');
  const nils = await world.joins('Nils', ready.link);

  const native = (entry) =>
    ['member_joined', 'member_changed'].includes(entry.event) && entry.member.kind === 'native' && entry.member.state === 'here';
  const [{ member: nilsRow }, { member: noraRow }] = await Promise.all([nora.until(native), nils.until(native)]);
  assert.equal(nilsRow.trust, 'unverified');
  assert.equal(noraRow.trust, 'unverified');

  const { page, heard } = await hears(world, ready, async (page) => {
    await Promise.all([page.shows('Nora'), page.shows('Nils')]);
    await Promise.all([nora.member({ name: 'Paul' }), nils.member({ name: 'Paul' })]);

    await nora.ask({ cmd: 'verify', member: nilsRow.id });
    await nils.until({ event: 'verification', state: 'asked' });
    await nils.ask({ cmd: 'verify', member: noraRow.id });
    const [here, there] = await Promise.all(
      [nora, nils].map((one) => one.until({ event: 'verification', state: 'compare' })),
    );
    assert.equal(here.digits, there.digits);
    assert.deepEqual(here.emoji, there.emoji);
    await nora.ask({ cmd: 'verify_confirm', member: nilsRow.id });
    await nils.ask({ cmd: 'verify_confirm', member: noraRow.id });
    const verified = (entry) => entry.event === 'member_changed' && entry.member.trust === 'verified';
    await Promise.all([nora.until(verified), nils.until(verified)]);

    await nora.dm(nilsRow.id, 'not for the page');
    await nils.until({ event: 'message', text: 'not for the page', direct: true, from: noraRow.id });
    const { id } = await nora.say('for everybody');
    await nils.until({ event: 'message', text: 'for everybody', id });
    await page.until({ event: 'message', text: 'for everybody' });
    await page.call('say', 'the page speaks');
    await Promise.all([nora, nils].map((one) => one.until({ event: 'message', text: 'the page speaks' })));
  });

  // Each of them came as one page row, said its word once, and nothing that is no action of a page.
  assert.equal((await page.peers()).length, 2);
  assert.equal(page.all({ event: 'message', text: 'for everybody' }).length, 1);
  assert.equal(nils.all({ event: 'message', text: 'for everybody' }).length, 1);
  assert.deepEqual(page.all({ event: 'message', text: 'not for the page' }), []);
  assert.deepEqual(
    heard.filter(({ what, action }) => what === 'action' && !PAGE_ACTION.test(action)),
    [],
  );
  assert.deepEqual(heard.filter(({ what }) => what === 'string'), []);
  assert.ok(channels(heard).every((label) => label === 'data'), JSON.stringify(channels(heard)));
  assert.deepEqual(page.all({ event: 'page_error' }), []);
  assert.deepEqual(page.all({ event: 'console_error' }), []);

  // The same from a Dayfly that has nobody to speak natively with.
  const { native: alone, ready: other } = await world.opens('Vera');
  const { heard: plain } = await hears(world, other, async (page) => {
    await page.shows('Vera');
    await alone.member({ name: 'Paul' });
    await alone.say('for everybody');
    await page.until({ event: 'message', text: 'for everybody' });
    await page.call('say', 'the page speaks');
    await alone.until({ event: 'message', text: 'the page speaks' });
  });
  assert.deepEqual(names(heard), names(plain));
  assert.deepEqual(new Set(channels(heard)), new Set(channels(plain)));
});

test('a page that only says it is a Dayfly stays a page', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url, { claims: { dayfly: 1 } });
  const paul = await native.member({ name: 'Paul' });
  assert.equal(paul.kind, 'web');
  await page.shows('Nora');
  await page.call('say', 'still here');
  await native.until({ event: 'message', text: 'still here', from: paul.id });
  // Until its claim has come to nothing, no word for it alone falls back to the page's channel.
  const refused = await native.ask({ cmd: 'dm', to: paul.id, text: 'for a Dayfly' }, { refused: true });
  assert.equal(refused.code, 'busy');
  await native.say('for everybody');
  await page.until({ event: 'message', text: 'for everybody' });
  assert.deepEqual(page.all({ event: 'message', direct: true }), []);
  assert.deepEqual(native.all((entry) => entry.member?.kind === 'native' && entry.member.name === 'Paul'), []);
});

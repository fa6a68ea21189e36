// A private room is entered by its password, or by the secret in its link; both are one room.
// Nothing of what was said before is told to a newcomer there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../lib/world.mjs';

const PASSWORD = 'grüße & 100% über';

async function talk(page, native, word) {
  await page.call('say', `${word} from the page`);
  await native.until({ event: 'message', text: `${word} from the page` });
  await native.say(`${word} from the terminal`);
  await page.until({ event: 'message', text: `${word} from the terminal` });
}

test('a page enters a terminal’s private room by password and by secret', async (t) => {
  const world = await World.start(t);
  const file = await world.passwordFile(PASSWORD);
  const { native, ready } = await world.opens('Nora', ['--private', '--password-file', file]);
  const link = ready.url;
  assert.match(link, /\/private\/[^#]+#secret=/);
  const room = decodeURIComponent(new URL(link).pathname.split('/')[2]);

  const bySecret = await world.page('Sue', link);
  await bySecret.shows('Nora');
  await native.member({ name: 'Sue' });
  await talk(bySecret, native, 'secret');

  const byPassword = await world.page('Pia', world.url(room, { password: PASSWORD }));
  await byPassword.shows('Nora');
  await native.member({ name: 'Pia' });
  await talk(byPassword, native, 'password');
  assert.deepEqual(byPassword.all({ event: 'history' }), []);
});

test('a terminal enters a page’s private room by either link', async (t) => {
  const world = await World.start(t);
  const room = world.room();
  const url = world.url(room, { password: PASSWORD });
  const page = await world.page('Paul', url);
  await page.until({ event: 'loaded' });
  const first = await world.joins('Nora', url);
  await Promise.all([page.shows('Nora'), first.member({ name: 'Paul' })]);
  await talk(page, first, 'first');

  const secret = await page.evaluate(
    async ([name, password]) => (await import('/page/identity.js')).secretOf(name, password),
    [room, PASSWORD],
  );
  const second = await world.joins('Nils', world.url(room, { secret }));
  await Promise.all([page.shows('Nils'), second.member({ name: 'Paul' }), second.member({ name: 'Nora' })]);
  await talk(page, second, 'second');
  assert.deepEqual(second.all({ event: 'message', history: true }), []);
});

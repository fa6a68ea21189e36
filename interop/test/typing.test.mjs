// Typing shows on the other side, in the room and in a direct thread, and ends by saying so or by
// a message.

import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('typing is seen both ways and ends', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  const nora = await page.shows('Nora');
  const paul = await native.member({ name: 'Paul' });

  for (const direct of [false, true]) {
    const to = direct ? paul.id : undefined;
    for (const on of [true, false]) {
      const since = page.mark();
      await native.typing(on, to);
      await page.until({ event: 'typing', direct, on, peer: nora.peer }, { since });
    }

    const target = direct ? nora.peer : undefined;
    await page.call('type', true, target);
    await native.until({ event: 'typing', direct, on: true, from: paul.id });
    await page.call('type', false, target);
    await native.until({ event: 'typing', direct, on: false, from: paul.id });
  }

  await page.call('type', true);
  const since = native.mark();
  await page.call('say', 'done');
  await native.until({ event: 'typing', direct: false, on: false, from: paul.id }, { since });
});

// The tracker dies and returns in the middle of a room. Who is in the room talks on; we say that
// it is gone and that it is back; who comes afterwards gets in.

import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('a room outlives its tracker and takes newcomers again', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  await page.shows('Nora');
  await native.until({ event: 'rendezvous', url: world.tracker.url, state: 'up' });

  await world.tracker.stop();
  await native.until({ event: 'rendezvous', url: world.tracker.url, state: 'waiting' });
  await native.say('without a tracker');
  await page.until({ text: 'without a tracker' });
  await page.call('say', 'me too');
  await native.until({ text: 'me too' });

  const since = native.mark();
  await world.tracker.start();
  await native.until({ event: 'rendezvous', url: world.tracker.url, state: 'up' }, { since, within: 30_000 });
  const late = await world.page('Lena', ready.url);
  await late.shows('Nora', { within: 25_000 });
  await native.member({ name: 'Lena' }, { within: 25_000 });
});

// A page turns its camera on: its offer over the data channel is answered, its description
// settles, and the chat goes on; a second time too.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../lib/world.mjs';

test('a page’s camera does not disturb the chat', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('Nora');
  const page = await world.page('Paul', ready.url);
  const nora = await page.shows('Nora');
  await native.member({ name: 'Paul' });

  for (const [films, round] of [[1, 'first'], [2, 'second']]) {
    await page.call('film');
    await page.evaluate(async ([peer, wanted]) => {
      const connection = window.rooms.at().connection(peer);
      const answered = () => (connection.currentRemoteDescription?.sdp.match(/^m=video/gm) ?? []).length >= wanted;
      while (!(connection.signalingState === 'stable' && answered())) {
        await new Promise((resolve) => connection.addEventListener('signalingstatechange', resolve, { once: true }));
      }
    }, [nora.peer, films]);
    await page.call('say', `${round} from the page`);
    await native.until({ event: 'message', text: `${round} from the page` });
    await native.say(`${round} from the terminal`);
    await page.until({ event: 'message', text: `${round} from the terminal` });
  }
  assert.deepEqual(page.all({ event: 'left' }), []);
  assert.deepEqual(native.all({ event: 'member_left' }), []);
});

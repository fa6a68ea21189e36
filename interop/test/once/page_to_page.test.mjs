// The stand-in page speaks to itself: two pages in a public room show each other as verified,
// talk, whisper, type, rename and part. What fails here is the harness, not the product; once
// only, because pages that hide their addresses find each other by multicast, which is the
// machine's to allow.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../lib/world.mjs';

test('two pages meet, talk and part', async (t) => {
  const world = await World.start(t, { tracker: 'npm' });
  const url = world.url(world.room());
  const a = await world.page('Ann', url, { id: 'b'.repeat(20) });
  await a.until({ event: 'loaded' });
  const b = await world.page('Ben', url, { id: 'a'.repeat(20) });
  const ben = await a.shows('Ben', { within: 30_000 });
  const ann = await b.shows('Ann', { within: 30_000 });
  assert.ok(ben.verified && ann.verified);

  await a.call('say', 'hello');
  await b.until({ event: 'message', text: 'hello', direct: false });
  await b.call('tell', ann.peer, 'psst');
  await a.until({ event: 'message', text: 'psst', direct: true, peer: ben.peer });
  await b.call('type', true);
  await a.until({ event: 'typing', on: true, direct: false });
  await b.call('rename', 'Bea');
  await a.until({ event: 'renamed', name: 'Bea' });
  await b.call('leave');
  await a.until({ event: 'left', peer: ben.peer });
});

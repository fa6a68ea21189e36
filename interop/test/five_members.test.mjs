// Three terminals and two pages: every pair with a terminal in it finds each other within
// seconds of the last one's coming, and everybody hears everybody.

import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('five members, mixed', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('N1');
  const terminals = { N1: native, N2: await world.joins('N2', ready.link), N3: await world.joins('N3', ready.link) };
  // The later page gets the smaller id: the other order may take pages 20 s by their own rules.
  const pages = {
    P1: await world.page('P1', ready.url, { id: 'z'.repeat(20) }),
    P2: await world.page('P2', ready.url, { id: 'a'.repeat(20) }),
  };
  const names = [...Object.keys(terminals), ...Object.keys(pages)];

  await Promise.all([
    ...Object.entries(terminals).flatMap(([self, terminal]) =>
      names.filter((name) => name !== self).map((name) => terminal.member({ name })),
    ),
    ...Object.values(pages).flatMap((page) => Object.keys(terminals).map((name) => page.shows(name))),
  ]);
  await Promise.all([pages.P1.shows('P2', { within: 45_000 }), pages.P2.shows('P1', { within: 45_000 })]);

  for (const [name, terminal] of Object.entries(terminals)) await terminal.say(`from ${name}`);
  for (const [name, page] of Object.entries(pages)) await page.call('say', `from ${name}`);
  await Promise.all(
    [...Object.entries(terminals), ...Object.entries(pages)].flatMap(([self, member]) =>
      names
        .filter((name) => name !== self)
        .map((name) => member.until({ event: 'message', text: `from ${name}`, direct: false })),
    ),
  );
});

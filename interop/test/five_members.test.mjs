// Three terminals and two pages: every pair with a terminal in it finds each other within
// seconds of the last one's coming, and everybody hears everybody. The two pages are asked for
// nothing of each other: among three others, pages may miss each other for a minute by their own
// rules, and by default they need the machine's multicast.

import { test } from 'node:test';
import { World } from '../lib/world.mjs';

test('five members, mixed', async (t) => {
  const world = await World.start(t);
  const { native, ready } = await world.opens('N1');
  const terminals = { N1: native, N2: await world.joins('N2', ready.link), N3: await world.joins('N3', ready.link) };
  const pages = {
    P1: await world.page('P1', ready.url),
    P2: await world.page('P2', ready.url),
  };
  const names = [...Object.keys(terminals), ...Object.keys(pages)];
  const othersOf = (self) => names.filter((name) => name !== self && !(self in pages && name in pages));

  await Promise.all([
    ...Object.entries(terminals).flatMap(([self, terminal]) =>
      othersOf(self).map((name) => terminal.member({ name })),
    ),
    ...Object.values(pages).flatMap((page) => Object.keys(terminals).map((name) => page.shows(name))),
  ]);

  for (const [name, terminal] of Object.entries(terminals)) await terminal.say(`from ${name}`);
  for (const [name, page] of Object.entries(pages)) await page.call('say', `from ${name}`);
  await Promise.all(
    [...Object.entries(terminals), ...Object.entries(pages)].flatMap(([self, member]) =>
      othersOf(self).map((name) => member.until({ event: 'message', text: `from ${name}`, direct: false })),
    ),
  );
});

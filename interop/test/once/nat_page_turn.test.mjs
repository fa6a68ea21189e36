// A page that can reach nothing but its site's TURN relay, and a terminal behind a port-restricted
// NAT with a STUN server: they connect, and both say that it goes through a relay.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromiumPath, launch } from '../../lib/browser.mjs';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Internet, missing, TURN } from '../../lib/netns.mjs';
import { Page } from '../../lib/page.mjs';
import { trackerCommand } from '../../lib/tracker.mjs';

const serve = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'lib', 'serve.mjs');

test('a page with only a relay, and a terminal', { skip: missing() ?? false }, async (t) => {
  const internet = await Internet.start(t);
  const { stun, turn } = await internet.turn();
  await internet.service(internet.core, trackerCommand('ours', internet.address, 8000));
  const tracker = `ws://${internet.address}:8000`;
  const cafe = await internet.home('cafe', { udpOnlyTo: internet.address });
  const home = await internet.home('home');
  const { line: origin } = await internet.service(cafe, [process.execPath, serve, '0']);

  const native = new Dayfly('Nora', ['open', '--web', origin, '--json', '--name', 'Nora', '--tracker', tracker, '--stun', stun], {
    prefix: internet.within(home),
  });
  t.after(() => native.kill());
  const { links } = await native.until({ event: 'ready' });
  const url = links.find((link) => link.startsWith(origin));

  const browser = await launch('hidden', { executablePath: await internet.chromiumIn(cafe, chromiumPath()) });
  t.after(() => browser.close());
  const page = await Page.open(browser, 'Paul', url, {
    trackers: [tracker],
    name: 'Paul',
    rtc: { iceServers: [{ urls: turn, ...TURN }] },
  });
  const nora = await page.shows('Nora', { within: 30_000 });
  const paul = await native.member({ name: 'Paul' });
  await page.call('say', 'through the relay');
  await native.until({ event: 'message', text: 'through the relay' });
  await native.say('and back');
  await page.until({ event: 'message', text: 'and back' });
  assert.equal((await page.call('paths'))[nora.peer].local, 'relay');
  assert.equal((await native.member({ id: paul.id, via: 'relay' })).via, 'relay');
});

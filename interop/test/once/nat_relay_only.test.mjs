// With `--route relay` a device contacts the tracker and the relay and nobody else, whatever is
// said in the room, and whoever gets its offers sees the relay's address only. Packets are counted
// in the device's own namespace.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chromiumPath, launch } from '../../lib/browser.mjs';
import { Dayfly } from '../../lib/dayfly.mjs';
import { Internet, missing, TURN, WATCH } from '../../lib/netns.mjs';
import { Page } from '../../lib/page.mjs';
import { fileURLToPath } from 'node:url';

const serve = fileURLToPath(new URL('../../lib/serve.mjs', import.meta.url));

// What other programs fetch as soon as it is shown.
const TEMPTING = [
  'https://example.com/picture.png',
  '![a picture](https://198.51.100.9/picture.png)',
  '<img src="http://198.51.100.9/pixel.gif">',
  'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
  'https://youtu.be/dQw4w9WgXcQ',
  '[![](https://i.ytimg.com/vi/x/hq.jpg)](https://youtu.be/x)',
  '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://198.51.100.9/a.svg"/></svg>',
  'data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4=',
  'file:///etc/passwd',
  'dayfly:AEBAA4AAACUXWVZOYCU5ECU6ONEB3V527HDAAAAAAAN3TULURG',
];

const counted = ({ tracker, relay, other }) => ({ tracker: tracker > 0, relay: relay > 0, other });

test('relay only contacts the tracker and the relay', { skip: missing() ?? false }, async (t) => {
  const internet = await Internet.start(t);
  await internet.turn();
  await internet.tracker();
  const [home, cafe] = [await internet.device('home', 'port restricted'), await internet.device('cafe', 'port restricted')];
  await internet.rules(home.namespace, WATCH);
  const password = await internet.file(TURN.credential);
  const { line: origin } = await internet.service(cafe.namespace, [process.execPath, serve, '0']);

  const nora = new Dayfly(
    'Nora',
    [
      'open', '--web', origin, '--json', '--yes', '--name', 'Nora', '--tracker', home.tracker, '--route', 'relay',
      '--turn', home.urls.turn, '--turn-user', TURN.username, '--turn-password-file', password,
    ],
    { prefix: internet.within(home.namespace) },
  );
  t.after(() => nora.kill());
  const { links } = await nora.until({ event: 'ready' });

  const browser = await launch('host', { executablePath: await internet.chromiumIn(cafe.namespace, chromiumPath()) });
  t.after(() => browser.close());
  const page = await Page.open(browser, 'Paul', links.find((link) => link.startsWith(origin)), {
    trackers: [cafe.tracker],
    name: 'Paul',
    rtc: { iceServers: [{ urls: cafe.urls.stun }] },
    listen: true,
  });
  await page.shows('Nora', { within: 30_000 });
  const paul = await nora.member({ name: 'Paul' });
  assert.equal((await nora.member({ id: paul.id, via: 'relay' })).via, 'relay');

  const descriptions = await page.call('remoteDescriptions');
  const candidates = descriptions.flatMap((sdp) => sdp.split(/\r?\n/).filter((line) => line.startsWith('a=candidate:')));
  assert.ok(candidates.length > 0);
  for (const candidate of candidates) {
    assert.match(candidate, new RegExp(` ${internet.address.replaceAll('.', '\\.')} [0-9]+ typ relay`));
    assert.doesNotMatch(candidate, /raddr (?!0\.0\.0\.0)/);
  }
  for (const sdp of descriptions) assert.ok(!sdp.includes(home.address), sdp);

  for (const text of TEMPTING) {
    await page.call('say', text);
    await nora.until({ event: 'message', text });
    await nora.say(`and you: ${text}`);
  }
  await page.until({ event: 'message', text: `and you: ${TEMPTING.at(-1)}` });
  assert.deepEqual(counted(await internet.counters(home.namespace)), { tracker: true, relay: true, other: 0 });
});

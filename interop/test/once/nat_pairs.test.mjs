// Pairs of networks that tell kinds of routers apart, as two terminals meet across them: directly
// where that can be, else through a relay. The table of all pairs is made by `nat.mjs`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Internet, missing } from '../../lib/netns.mjs';
import { joins } from '../../lib/pair.mjs';

const PAIRS = [
  ['carrier NAT', 'carrier NAT', 'direct'],
  ['port restricted', 'symmetric', 'relay'],
  ['symmetric', 'symmetric', 'relay'],
  ['IPv6 only', 'IPv6 only', 'direct'],
  ['IPv6 only', 'port restricted', 'relay'],
];

for (const [one, two, via] of PAIRS) {
  test(`${one} and ${two}`, { skip: missing() ?? false }, async (t) => {
    const internet = await Internet.start(t);
    await internet.turn();
    await internet.tracker();
    const devices = [await internet.device('one', one), await internet.device('two', two)];
    if (via === 'relay') {
      // Without the relay there is no way, or the routers are not what they are said to be.
      const [none] = await joins(t, internet, devices, { servers: ['stun'], within: 4_000 });
      assert.equal(none, undefined);
    }
    const [met] = await joins(t, internet, devices);
    assert.equal(met?.via, via);
  });
}

// A network that lets no UDP out, and a usual one: the relay is reached over TLS on 443, known by
// the pin of its key, and there is no other way.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Internet, missing } from '../../lib/netns.mjs';
import { joins } from '../../lib/pair.mjs';

test('UDP blocked, and port restricted', { skip: missing() ?? false }, async (t) => {
  const internet = await Internet.start(t);
  await internet.turn();
  await internet.tracker();
  const devices = [await internet.device('cafe', 'UDP blocked'), await internet.device('home', 'port restricted')];
  // Without TLS there is no way, or UDP is not blocked.
  const [none] = await joins(t, internet, devices, { servers: ['stun', 'turn'], within: 6_000 });
  assert.equal(none, undefined);
  const [met] = await joins(t, internet, devices, { servers: ['stun', 'turn', 'tls'], within: 40_000 });
  t.diagnostic(`from the link to both rows: ${Math.round(met?.ms)} ms`);
  assert.equal(met?.via, 'relay');
});

// Two terminals on two devices of a test's internet, in a native room, joined again and again.

import { Dayfly } from './dayfly.mjs';
import { TURN } from './netns.mjs';

/** The way a member is reached, which may be known a moment after it is here. */
async function via(native, id) {
  const known = (entry) => ['member_joined', 'member_changed'].includes(entry.event) && entry.member.id === id && entry.member.via;
  await native.until(known, { within: 5_000 });
  return native.all(known).at(-1).member.via;
}

/**
 * Gives what a device is told of the trackers and servers it may ask, by the names of `relayUrls`.
 * One that reaches neither is told of nothing.
 */
export async function asking(internet, servers) {
  const relays = servers.filter((name) => name !== 'stun');
  const password = await internet.file(TURN.credential);
  return ({ urls, tracker }) => !tracker ? [] : [
    '--tracker', tracker,
    '--stun', servers.includes('stun') ? urls.stun : 'none',
    ...relays.flatMap((name) => ['--turn', urls[name]]),
    ...(relays.length ? ['--turn-user', TURN.username, '--turn-password-file', password] : []),
    ...(relays.includes('tls') ? ['--turn-pin', internet.relayPin] : []),
  ];
}

/**
 * Opens a room on one device and joins it on the other `rounds` times. Gives for each how long it
 * took, from the link until each had the other's row, and which way it goes; `undefined` where they
 * did not meet `within` ms. `servers` names what a device asks.
 */
export async function joins(t, internet, [one, two], { rounds = 1, within = 30_000, servers = ['stun', 'turn'], args = [] } = {}) {
  const asks = await asking(internet, servers);
  const common = (device) => ['--json', '--yes', ...asks(device), ...args];
  const member = (name, device, words) => {
    const native = new Dayfly(name, [...words, '--name', name, ...common(device)], { prefix: internet.within(device.namespace) });
    t.after(() => native.kill());
    return native;
  };
  const nora = member('Nora', one, ['open', '--native']);
  const { link } = await nora.until({ event: 'ready' });
  await nora.until({ event: 'rendezvous', backend: one.tracker ? 'tracker' : 'lan', state: 'up' });
  const attempts = [];
  for (let round = 0; round < rounds; round += 1) {
    const name = `Nils ${round}`;
    const nils = member(name, two, ['join', '-']);
    await nils.until({ event: 'hello' });
    const started = performance.now();
    nils.raw(link);
    const here = (entry) => entry.event === 'member_joined' && entry.member.name === name;
    try {
      const [there, seen] = await Promise.all([nils.until({ event: 'member_joined' }, { within }), nora.until(here, { within })]);
      attempts.push({ ms: Math.max(there.seen, seen.seen) - started, via: await via(nils, there.member.id) });
      await nils.say(`round ${round}`);
      await nora.until({ event: 'message', text: `round ${round}` }, { within: 10_000 });
      await nils.leave();
    } catch (error) {
      if (process.env.INTEROP_VERBOSE) console.error(error);
      attempts.push(undefined);
      await nils.kill();
    }
  }
  await nora.leave().catch(() => {});
  return attempts;
}

// The page a test drives: opened at a room's URL it is in that room, as the real page is. What
// happens goes to `window.report`, which the test provides; commands stand under `window.rooms`.
//
// `window.interop` may hold: `trackers`, `name`, `rtc`, `id` (instead of a
// drawn peer id), `app` (another island's app id), `claims` (further fields of its metadata).

import { ownIdentity, secretOf } from './identity.js';
import { Room } from './room.js';

const settings = window.interop ?? {};
const report = (event, fields) => window.report({ event, ...fields });

const { selfId } = await import('@trystero-p2p/torrent');
const identity = await ownIdentity();

async function secretIn(room, fragment) {
  const parameters = new URLSearchParams(fragment);
  const secret = parameters.get('secret');
  if (secret) return secret;
  const password = parameters.get('pwd');
  return password ? secretOf(room, password) : undefined;
}

window.rooms = {
  selfId,
  userId: identity.userId,
  open: new Map(),
  enter(options) {
    const room = new Room({ ...settings, ...options }, identity, report);
    this.open.set(options.room, room);
    return room;
  },
  at(room) {
    return this.open.get(room ?? this.open.keys().next().value);
  },
};

const [, kind, encoded] = location.pathname.split('/');
if (encoded) {
  const room = decodeURIComponent(encoded);
  const secret = kind === 'private' ? await secretIn(room, location.hash.slice(1)) : undefined;
  if (location.hash) history.replaceState(history.state, '', '#');
  if (kind === 'private' && secret === undefined) report('asks_password', { room });
  else window.rooms.enter({ room, secret });
}
report('loaded', { peer: selfId, user: identity.userId, origin: location.origin });

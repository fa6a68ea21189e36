// A real Nostr relay as a process of its own: the npm packages `@nostr-relay/core` and `ws`. It
// checks ids, signatures and filters, and stores what is not ephemeral in memory:
//   node lib/npm-relay.mjs PORT

import { EventRepository } from '@nostr-relay/common';
import { NostrRelay } from '@nostr-relay/core';
import { WebSocketServer } from 'ws';

/** Keeps nothing: whatever of ours it were asked to keep would be a fault. */
class Nothing extends EventRepository {
  isSearchSupported() {
    return false;
  }

  upsert() {
    console.error('an event was to be stored');
    process.exit(1);
  }

  find() {
    return [];
  }

  async destroy() {}
}

const server = new WebSocketServer({ port: Number(process.argv[2]), host: '127.0.0.1' });
const relay = new NostrRelay(new Nothing());
server.on('connection', (socket) => {
  relay.handleConnection(socket);
  socket.on('message', (data) => relay.handleMessage(socket, JSON.parse(data.toString())));
  socket.on('close', () => relay.handleDisconnect(socket));
  socket.on('error', () => {});
});
server.on('listening', () => console.log('listening'));

// One room on this page: Chitchatter's actions over Trystero, with the receiving habits of the
// real page. It shows a peer only once that peer's metadata was parsed, takes a transcript only
// into an empty log, believes the author a message names, and shows a peer whose signature is
// wrong as unverified.

import { joinRoom } from '@trystero-p2p/torrent';
import { claim, fits } from './identity.js';

const HISTORY_LIMIT = 150;
// How long the real page takes to draw; measured on two busy cores, where of ten messages 50 ms
// apart two were lost, and 80 ms apart none.
const DRAWING_MS = 40;

// Action names are a namespace and a number.
const METADATA = 'g.3';
const TRANSCRIPT = 'g.2';
const TEXT = { room: 'g.0', direct: 'dm.0' };
const TYPING = { room: 'g.8', direct: 'dm.8' };
const MEDIA_STATE = { 'g.1': 'media', 'g.4': 'audio', 'g.5': 'video', 'g.6': 'screen', 'g.7': 'file' };

/** The app id of a Chitchatter build served from this origin. */
export function appId() {
  return `${encodeURI(location.origin)}_undefined`;
}

export class Room {
  /** Row per shown peer, by peer id. */
  peers = new Map();
  /** What was said to everybody and is still shown, oldest first. */
  log = [];
  /** What was said between two, by peer id. */
  direct = new Map();

  #name;
  #identity;
  #report;
  #isPrivate;
  #claims;
  #room;
  #actions = {};
  #typing = false;
  #drawn = this.log;
  #drawing;

  constructor({ room, secret, name = '', trackers, rtc = { iceServers: [] }, app = appId(), claims = {} }, identity, report) {
    this.id = room;
    this.#name = name;
    this.#identity = identity;
    this.#claims = claims;
    this.#isPrivate = secret !== undefined;
    this.#report = (event, fields) => report(event, { room, ...fields });
    this.#room = joinRoom(
      {
        appId: app,
        password: secret ?? room,
        relayConfig: { urls: trackers, redundancy: 4 },
        rtcConfig: rtc,
      },
      room,
      { onJoinError: ({ error, peerId }) => this.#report('join_error', { error, peer: peerId }) },
    );
    this.#room.onPeerJoin = (peer) => this.#welcome(peer);
    this.#room.onPeerLeave = (peer) => this.#farewell(peer);
    this.#room.onPeerStream = (stream, peer) =>
      this.#report('stream', { peer, tracks: stream.getTracks().map((track) => track.kind) });

    this.#action(METADATA, (data, peer) => this.#meet(data, peer));
    this.#action(TRANSCRIPT, (data) => this.#learn(data));
    this.#action(TEXT.room, (data, peer) => this.#hear(data, peer));
    this.#action(TYPING.room, (data, peer) => this.#watch(data, peer, false));
    for (const [action, what] of Object.entries(MEDIA_STATE)) {
      this.#action(action, (data, peer) => this.#report('state', { peer, what, data }));
    }
  }

  #action(name, receive) {
    const action = this.#room.makeAction(name);
    action.onMessage = (data, context) => receive(data, context.peerId);
    this.#actions[name] = action;
  }

  #send(name, data, peer) {
    return this.#actions[name].send(data, peer === undefined ? undefined : { target: peer });
  }

  async #metadata() {
    return {
      userId: this.#identity.userId,
      customUsername: this.#name,
      publicKeyString: this.#identity.spki,
      identitySignatureBase64: await claim(this.#identity, this.id),
      ...this.#claims,
    };
  }

  async #welcome(peer) {
    this.#report('active', { peer });
    await this.#send(METADATA, await this.#metadata(), peer);
    if (!this.#isPrivate) {
      await this.#send(TRANSCRIPT, this.log.filter((message) => 'timeReceived' in message), peer);
    }
  }

  #farewell(peer) {
    const shown = this.peers.delete(peer);
    this.#report('left', { peer, shown });
  }

  async #meet(data, peer) {
    let verified;
    try {
      verified = await fits(data.publicKeyString, data.identitySignatureBase64, this.id, data.userId);
    } catch (error) {
      this.#report('unreadable', { peer, error: String(error) });
      return;
    }
    const known = this.peers.get(peer);
    const row = { peer, user: data.userId, name: data.customUsername, verified, key: data.publicKeyString };
    if (known) {
      Object.assign(known, row);
      this.#report('renamed', row);
      return;
    }
    this.peers.set(peer, { ...row, typing: false, typingDirect: false });
    this.#report('shown', row);
    if (!this.#actions[TEXT.direct]) {
      this.#action(TEXT.direct, (message, from) => this.#hearDirect(message, from));
      this.#action(TYPING.direct, (status, from) => this.#watch(status, from, true));
    }
    this.#send(TYPING.room, { isTyping: this.#typing }, peer);
    this.#send(TYPING.direct, { isTyping: false }, peer);
  }

  #keep(log) {
    this.log = log.slice(-HISTORY_LIMIT);
    this.#drawing ??= setTimeout(() => {
      this.#drawn = this.log;
      this.#drawing = undefined;
    }, DRAWING_MS);
  }

  #learn(transcript) {
    if (this.#drawn.length > 0) return;
    this.#keep(transcript);
    this.#report('history', { messages: this.log });
  }

  #hear(message, peer) {
    this.#keep([...this.#drawn, { ...message, timeReceived: Date.now() }]);
    const row = this.peers.get(peer);
    if (row) row.typing = false;
    this.#report('message', { peer, direct: false, ...message });
  }

  #hearDirect(message, peer) {
    this.#thread(peer).push({ ...message, timeReceived: Date.now() });
    this.#report('message', { peer, direct: true, ...message });
  }

  #thread(peer) {
    if (!this.direct.has(peer)) this.direct.set(peer, []);
    return this.direct.get(peer);
  }

  #watch({ isTyping }, peer, direct) {
    const row = this.peers.get(peer);
    if (row) row[direct ? 'typingDirect' : 'typing'] = isTyping;
    this.#report('typing', { peer, direct, on: isTyping });
  }

  #message(text) {
    return { authorId: this.#identity.userId, text, timeSent: Date.now(), id: crypto.randomUUID() };
  }

  /** Says `text` to everybody; gives the message's id once the channel took it. */
  async say(text) {
    const message = this.#message(text);
    await this.#send(TEXT.room, message);
    this.#keep([...this.log, { ...message, timeReceived: Date.now() }]);
    return message.id;
  }

  /** Says `text` to one peer. */
  async tell(peer, text) {
    const message = this.#message(text);
    await this.#send(TEXT.direct, message, peer);
    this.#thread(peer).push({ ...message, timeReceived: Date.now() });
    return message.id;
  }

  /** Shows the others, or one peer, that this person types or ceased to. */
  async type(on, peer) {
    if (peer === undefined) this.#typing = on;
    await this.#send(peer === undefined ? TYPING.room : TYPING.direct, { isTyping: on }, peer);
  }

  /** Takes another name: the metadata goes out again, the name first, as the real page sends it. */
  async rename(name) {
    this.#name = name;
    const { customUsername, ...rest } = await this.#metadata();
    await this.#send(METADATA, { customUsername, ...rest });
  }

  /** Sends any data under any of the room's actions, for tests that misbehave. */
  async misbehave(action, data) {
    await this.#send(action, data);
  }

  /** Turns a made-up camera on, in the real page's order: stream note, state, tracks, offer. */
  async film() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    this.#send('g.5', 'PLAYING');
    await Promise.all(this.#room.addStream(stream, { metadata: { type: 'WEBCAM' } }));
  }

  /** The connection to one peer. */
  connection(peer) {
    return this.#room.getPeers()[peer];
  }

  /** State of the connection to each peer: which kind of path, and what each side negotiated. */
  async paths() {
    const paths = {};
    for (const [peer, connection] of Object.entries(this.#room.getPeers())) {
      const stats = await connection.getStats();
      for (const report of stats.values()) {
        if (report.type !== 'candidate-pair' || !report.nominated || report.state !== 'succeeded') continue;
        paths[peer] = {
          local: stats.get(report.localCandidateId)?.candidateType,
          remote: stats.get(report.remoteCandidateId)?.candidateType,
          signalling: connection.signalingState,
          description: connection.localDescription?.sdp,
        };
      }
    }
    return paths;
  }

  /** What each peer said of how it is reached, as it stands. */
  remoteDescriptions() {
    return Object.values(this.#room.getPeers()).map((connection) => connection.remoteDescription.sdp);
  }

  /** Leaves as navigating within the real page does. */
  async leave() {
    await this.#send(TYPING.room, { isTyping: false });
    await this.#room.leave();
    this.peers.clear();
    this.#report('gone', {});
  }
}

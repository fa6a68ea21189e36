// Run in a page before its own scripts: keeps what reaches it over its data channels, below
// everything that might drop it unseen. `window.heardOnWire` has one entry for each channel and
// each action frame.

(() => {
  const heard = [];
  window.heardOnWire = heard;
  const ROOM = 1;
  const text = new TextDecoder();
  const listen = (channel, how) => {
    heard.push({ what: 'channel', how, label: channel.label, id: channel.id });
    channel.addEventListener('message', ({ data }) => {
      if (typeof data === 'string') return heard.push({ what: 'string', label: channel.label });
      const bytes = new Uint8Array(data.slice?.(0) ?? data);
      if (bytes[0] !== ROOM) return heard.push({ what: 'presence', label: channel.label });
      // Kind, length of the token as u16, token; then the chunk, which begins with the action's name.
      const chunk = bytes.subarray(3 + ((bytes[1] << 8) | bytes[2]));
      const action = text.decode(chunk.subarray(0, 32)).replace(/\0+$/, '');
      heard.push({ what: 'action', action, bytes: bytes.length, label: channel.label });
    });
  };
  const create = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (...args) {
    const channel = create.apply(this, args);
    listen(channel, 'own');
    return channel;
  };
  const Plain = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Plain {
    constructor(...args) {
      super(...args);
      this.addEventListener('datachannel', ({ channel }) => listen(channel, 'theirs'));
    }
  };
})();

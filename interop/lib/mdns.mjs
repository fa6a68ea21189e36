// Multicast DNS as two devices of the tests speak it, within a namespace: one that only listens and
// prints every packet in hexadecimal, and one that announces services which nobody runs.
//
//   node mdns.mjs listen ADDRESS
//   node mdns.mjs lie ADDRESS COUNT

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const [, , role, address, count] = process.argv;
const GROUP = '224.0.0.251';
const PORT = 5353;
const SERVICE = '_dayfly._tcp.local';

const name = (text) =>
  Buffer.concat([
    ...text.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

function record(owner, type, unique, data) {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(unique ? 0x8001 : 1, 2);
  head.writeUInt32BE(4_500, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([name(owner), head, data]);
}

/** An announcement of one instance at a port of this device. */
function announcement(instance, port) {
  const target = name(`${instance}.local`);
  const where = Buffer.alloc(6);
  where.writeUInt16BE(port, 4);
  const records = [
    record(SERVICE, 12, false, name(`${instance}.${SERVICE}`)),
    record(`${instance}.${SERVICE}`, 33, true, Buffer.concat([where, target])),
    record(`${instance}.${SERVICE}`, 16, true, Buffer.from([0])),
    record(`${instance}.local`, 1, true, Buffer.from(address.split('.').map(Number))),
  ];
  const head = Buffer.from([0, 0, 0x84, 0, 0, 0, 0, records.length, 0, 0, 0, 0]);
  return Buffer.concat([head, ...records]);
}

const socket = createSocket({ type: 'udp4', reuseAddr: true });
await new Promise((resolve) => socket.bind(PORT, resolve));
socket.addMembership(GROUP, address);
socket.setMulticastInterface(address);

if (role === 'listen') {
  socket.on('message', (packet) => console.log(packet.toString('hex')));
  console.log('listening');
} else {
  // Connections are taken and never answered: what costs a client most.
  const counts = { open: 0, most: 0, total: 0 };
  const tell = () => console.log(JSON.stringify(counts));
  const server = createServer((connection) => {
    counts.open += 1;
    counts.total += 1;
    counts.most = Math.max(counts.most, counts.open);
    tell();
    connection.on('error', () => {});
    connection.resume();
    connection.on('close', () => {
      counts.open -= 1;
      tell();
    });
  });
  await new Promise((resolve) => server.listen(0, address, resolve));
  const { port } = server.address();
  const announce = async () => {
    for (let n = 0; n < Number(count); n += 1) {
      const packet = announcement(`0000${String(n).padStart(6, '0')}`, port);
      await new Promise((resolve) => socket.send(packet, PORT, GROUP, resolve));
    }
  };
  await announce();
  console.log('announced');
  // Whoever asks is told everything again.
  let busy = false;
  socket.on('message', async (packet) => {
    const asks = (packet[2] & 0x80) === 0 && packet.includes('_dayfly');
    if (!asks || busy) return;
    busy = true;
    await announce();
    busy = false;
  });
}

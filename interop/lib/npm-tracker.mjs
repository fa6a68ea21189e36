// The npm tracker as a process of its own, so that a test can take it away as a crash would:
//   node lib/npm-tracker.mjs PORT

import Server from 'bittorrent-tracker/server';

const server = new Server({ udp: false, http: false, ws: true, stats: false });
server.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
server.on('warning', () => {});
server.listen(Number(process.argv[2]), '127.0.0.1', () => console.log('listening'));

// Trackers to meet at: ours (`dayfly tracker`) and the npm package `bittorrent-tracker`. Each is a
// process that comes back on the port it had, so that a test can take one away and return it.

import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { binary } from './dayfly.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** The command that listens on `HOST:port`; it prints a line once it does. */
export function trackerCommand(kind, host, port) {
  return kind === 'npm'
    ? [process.execPath, join(here, 'npm-tracker.mjs'), String(port)]
    : [binary(), 'tracker', '--listen', `${host}:${port}`];
}

/** A port on 127.0.0.1 that nobody listens on now. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts a command and waits for the first line that fits; gives the line and a way to end it at
 * once. `hear` gets every line.
 */
export async function startService([command, ...args], ready = /./, hear = () => {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = new Promise((resolve) => child.once('close', resolve));
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const line = await new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      said = `${said}${text}\n`.slice(-10_000);
      hear(text);
      if (ready.test(text)) resolve(text);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command} ${args[0]} ended with ${code}: ${said}`)));
  });
  return {
    line,
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** A tracker of the kind this run uses (`INTEROP_TRACKER`), or of the kind asked for. */
export async function startTracker(kind = process.env.INTEROP_TRACKER ?? 'ours') {
  const port = await freePort();
  const command = trackerCommand(kind, '127.0.0.1', port);
  let service = await startService(command);
  return {
    kind,
    url: `ws://127.0.0.1:${port}`,
    async stop() {
      await service?.stop();
      service = undefined;
    },
    async start() {
      service = await startService(command);
    },
  };
}

// A small internet of the test's own: network namespaces joined by a bridge, with homes behind
// NATs. Everything has an address set aside for documentation or private use, lives in namespaces
// made here, and is removed with them. The machine's own network is not touched.

import { execFile, execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startService } from './tracker.mjs';

const run = promisify(execFile);
const TURN_USER = 'interop';
const TURN_PASSWORD = 'relay-of-the-test';
export const TURN = { username: TURN_USER, credential: TURN_PASSWORD };

let networks = 0;

/** Why namespaces cannot be had here, or `undefined` when they can. */
export function missing() {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid() !== 0) return 'network namespaces need root';
  for (const tool of ['ip', 'nft', 'turnserver']) {
    try {
      execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]);
    } catch {
      return `the system tool ${tool} is not installed`;
    }
  }
  return undefined;
}

export class Internet {
  #prefix = `df${process.pid}n${(networks += 1)}`;
  #namespaces = [];
  #services = [];
  #folders = [];
  #homes = 0;
  core;
  /** Address of whatever runs in the middle. */
  address = '203.0.113.1';

  static async start(t) {
    const internet = new Internet();
    t.after(() => internet.#end());
    internet.core = await internet.#namespace('core');
    await internet.#ip(internet.core, 'link add br0 type bridge');
    await internet.#ip(internet.core, `addr add ${internet.address}/24 dev br0`);
    await internet.#ip(internet.core, 'link set br0 up');
    // Private addresses lead nowhere, silently: without any route a relay gives up the client that
    // tries them.
    await internet.#ip(internet.core, 'neigh add 203.0.113.254 lladdr 02:00:00:00:00:01 dev br0');
    await internet.#ip(internet.core, 'route add default via 203.0.113.254');
    return internet;
  }

  async #ip(namespace, words) {
    await run('ip', ['-n', namespace, ...words.split(' ')]);
  }

  async #namespace(name) {
    const full = `${this.#prefix}-${name}`;
    await run('ip', ['netns', 'add', full]);
    this.#namespaces.push(full);
    await this.#ip(full, 'link set lo up');
    return full;
  }

  /** The command that runs another within a namespace. */
  within(namespace) {
    return ['ip', 'netns', 'exec', namespace];
  }

  /**
   * A device behind a port-restricted NAT of its own; gives its namespace. With `udpOnlyTo` the
   * NAT lets UDP through to that address alone.
   */
  async home(name, { udpOnlyTo } = {}) {
    const number = (this.#homes += 1);
    const device = await this.#namespace(name);
    const router = await this.#namespace(`${name}-nat`);
    await this.#ip(router, `link add wan type veth peer name p${number} netns ${this.core}`);
    await this.#ip(this.core, `link set p${number} master br0 up`);
    await this.#ip(router, `addr add 203.0.113.${10 + number}/24 dev wan`);
    await this.#ip(router, 'link set wan up');
    await this.#ip(router, `link add lan type veth peer name eth0 netns ${device}`);
    await this.#ip(router, `addr add 10.${number}.0.1/24 dev lan`);
    await this.#ip(router, 'link set lan up');
    await this.#ip(device, `addr add 10.${number}.0.2/24 dev eth0`);
    await this.#ip(device, 'link set eth0 up');
    await this.#ip(device, `route add default via 10.${number}.0.1`);
    await run('ip', ['netns', 'exec', router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    // Dropping what comes unasked before its flow is confirmed keeps the NAT's choice of port for
    // a later packet outwards, as a home router does.
    const limit = udpOnlyTo ? `iifname "lan" ip daddr != ${udpOnlyTo} udp dport 0-65535 drop` : '';
    const rules = `
      table ip nat {
        chain input { type filter hook input priority 0; policy drop; ct state established,related accept; iifname "lan" accept; }
        chain forward { type filter hook forward priority 0; policy drop; ${limit}; ct state established,related accept; iifname "lan" accept; }
        chain out { type nat hook postrouting priority 100; oifname "wan" masquerade; }
      }`.replace(/;\s*;/g, ';');
    const folder = await mkdtemp(join(tmpdir(), 'dayfly-nat-'));
    this.#folders.push(folder);
    await writeFile(join(folder, 'rules'), rules);
    await run('ip', ['netns', 'exec', router, 'nft', '-f', join(folder, 'rules')]);
    return device;
  }

  /** Runs a service in a namespace until the end of the test; gives its first line. */
  async service(namespace, command, ready) {
    const service = await startService([...this.within(namespace), ...command], ready);
    this.#services.push(service);
    return service;
  }

  /** A STUN and TURN server in the middle, from the system package `coturn`. */
  async turn() {
    const folder = await mkdtemp(join(tmpdir(), 'dayfly-turn-'));
    this.#folders.push(folder);
    await this.service(
      this.core,
      [
        'turnserver', '-n', '--log-file', 'stdout', '--simple-log', '--no-cli', '--no-tls', '--no-dtls',
        '--listening-ip', this.address, '--relay-ip', this.address, '--listening-port', '3478',
        '--pidfile', join(folder, 'pid'), '--userdb', join(folder, 'db'),
        '--lt-cred-mech', '--user', `${TURN_USER}:${TURN_PASSWORD}`, '--realm', 'interop',
      ],
      /UDP listener opened|relay [0-9.]+ initialization done/,
    );
    return { stun: `stun:${this.address}:3478`, turn: `turn:${this.address}:3478` };
  }

  /** A file that starts Chromium within a namespace. */
  async chromiumIn(namespace, chromium) {
    const folder = await mkdtemp(join(tmpdir(), 'dayfly-chromium-'));
    this.#folders.push(folder);
    const path = join(folder, 'chromium');
    await writeFile(path, `#!/bin/sh\nexec ${this.within(namespace).join(' ')} ${chromium} "$@"\n`);
    await chmod(path, 0o755);
    return path;
  }

  async #end() {
    await Promise.allSettled(this.#services.map((service) => service.stop()));
    for (const namespace of this.#namespaces) await run('ip', ['netns', 'del', namespace]).catch(() => {});
    await Promise.allSettled(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

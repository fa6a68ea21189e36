// A small internet of the test's own: network namespaces joined by a bridge, with devices behind
// routers of every kind. Everything has an address set aside for documentation or private use,
// lives in namespaces made here, and is removed with them. The machine's own network is not touched.

import { execFile, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KINDS, udpOnlyTo as onlyTo } from './netns/kinds.mjs';
import { coturn, MEETING, MIDDLE, relayUrls, trackerUrl } from './netns/middle.mjs';
import { startService, trackerCommand } from './tracker.mjs';

export { KINDS } from './netns/kinds.mjs';
export { TURN, WATCH } from './netns/middle.mjs';

const run = promisify(execFile);

let networks = 0;

/** Why namespaces cannot be had here, or `undefined` when they can. */
export function missing() {
  if (process.platform !== 'linux') return 'network namespaces are of Linux';
  if (process.getuid() !== 0) return 'network namespaces need root';
  for (const tool of ['ip', 'nft', 'turnserver', 'openssl']) {
    try {
      execFileSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]);
    } catch {
      return `the system tool ${tool} is not installed`;
    }
  }
  return undefined;
}

/** Gives a command lines to read; rejects with what it complains of. */
async function feed([command, ...args], text) {
  const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  child.stdin.end(text);
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${said}\n${text}`);
}

export class Internet {
  #prefix = `df${process.pid}n${(networks += 1)}`;
  #namespaces = [];
  #services = [];
  #folders = [];
  #homes = 0;
  core;
  /** Address of whatever runs in the middle. */
  address = MIDDLE.v4;
  /** What to know the relay by over TLS, once it runs. */
  relayPin;

  static async start(t) {
    const internet = new Internet();
    t.after(() => internet.#end());
    internet.core = await internet.#namespace('core');
    await internet.#ip(internet.core, [
      'link add br0 type bridge',
      ...[MIDDLE, MEETING].flatMap(({ v4, v6 }) => [`addr add ${v4}/24 dev br0`, `addr add ${v6}/64 dev br0 nodad`]),
      'link set br0 up',
      // Private addresses lead nowhere, silently: without any route a relay gives up the client
      // that tries them.
      'neigh add 203.0.113.254 lladdr 02:00:00:00:00:01 dev br0',
      'route add default via 203.0.113.254',
    ]);
    await internet.#forwards(internet.core);
    return internet;
  }

  async #ip(namespace, lines) {
    await feed(['ip', '-n', namespace, '-batch', '-'], `${lines.join('\n')}\n`);
  }

  async #namespace(name) {
    const full = `${this.#prefix}-${name}`;
    await run('ip', ['netns', 'add', full]);
    this.#namespaces.push(full);
    await this.#ip(full, ['link set lo up']);
    // Nobody else could have these addresses, and looking for whoever does costs a second a wire.
    await run('ip', ['netns', 'exec', full, 'sh', '-c', 'echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad']);
    return full;
  }

  /** Lets a namespace pass packets on; those without routers of version 6 never see any. */
  async #forwards(namespace) {
    const set = 'echo 1 > /proc/sys/net/ipv4/ip_forward; echo 1 > /proc/sys/net/ipv6/conf/all/forwarding';
    await run('ip', ['netns', 'exec', namespace, 'sh', '-c', set]);
  }

  /** The command that runs another within a namespace. */
  within(namespace) {
    return ['ip', 'netns', 'exec', namespace];
  }

  /** Loads rules for packets in a namespace. */
  async rules(namespace, rules) {
    await feed([...this.within(namespace), 'nft', '-f', '-'], rules);
  }

  /** Packets that each counter named in the rules of a namespace has seen. */
  async counters(namespace) {
    const { stdout } = await run('ip', ['netns', 'exec', namespace, 'nft', '-j', 'list', 'counters']);
    const counters = JSON.parse(stdout).nftables.filter((item) => item.counter);
    return Object.fromEntries(counters.map(({ counter }) => [counter.name, counter.packets]));
  }

  /** A namespace whose `wan` is on the bridge in the middle. */
  async #onBridge(name, number, v6) {
    const namespace = await this.#namespace(name);
    const own = v6 ? `2001:db8::${10 + number}` : `203.0.113.${10 + number}`;
    await this.#ip(namespace, [
      `link add wan type veth peer name p${number} netns ${this.core}`,
      v6 ? `addr add ${own}/64 dev wan nodad` : `addr add ${own}/24 dev wan`,
      'link set wan up',
      ...(v6 ? [`route add default via ${MIDDLE.v6}`] : []),
    ]);
    await this.#ip(this.core, [`link set p${number} master br0 up`]);
    return { namespace, own };
  }

  /** Joins `inner` to `router`, which is its way out; gives the inner address. */
  async #behind(router, inner, [subnet, length], { port = 'eth0', v6 = false } = {}) {
    const [first, second] = v6 ? [`${subnet}::1`, `${subnet}::2`] : [`${subnet}.1`, `${subnet}.2`];
    const nodad = v6 ? ' nodad' : '';
    await this.#ip(router, [
      `link add lan type veth peer name ${port} netns ${inner}`,
      `addr add ${first}/${length} dev lan${nodad}`,
      'link set lan up',
    ]);
    await this.#ip(inner, [`addr add ${second}/${length} dev ${port}${nodad}`, `link set ${port} up`, `route add default via ${first}`]);
    await this.#forwards(router);
    return second;
  }

  /**
   * A device behind a router of one of `KINDS`; gives its namespace, its address, and by which
   * address it reaches the middle.
   */
  async device(name, kind) {
    const { rules, carrier, v6 = false } = KINDS[kind];
    const number = (this.#homes += 1);
    const namespace = await this.#namespace(name);
    const middle = v6 ? MIDDLE.v6 : MIDDLE.v4;
    let router;
    if (carrier) {
      const outer = await this.#onBridge(`${name}-carrier`, number);
      router = await this.#namespace(`${name}-nat`);
      const between = await this.#behind(outer.namespace, router, [`100.64.${number}`, 24], { port: 'wan' });
      await this.rules(outer.namespace, carrier(between));
    } else {
      const outer = await this.#onBridge(`${name}-nat`, number, v6);
      router = outer.namespace;
      if (v6) await this.#ip(this.core, [`route add 2001:db8:${number}::/64 via ${outer.own}`]);
    }
    const subnet = v6 ? [`2001:db8:${number}`, 64] : [`10.${number}.0`, 24];
    const address = await this.#behind(router, namespace, subnet, { v6 });
    await this.rules(router, rules(address));
    return { namespace, router, address, urls: relayUrls(middle), tracker: trackerUrl(v6 ? MEETING.v6 : MEETING.v4) };
  }

  /** A device on the open internet, without any router. */
  async open(name) {
    const number = (this.#homes += 1);
    const { namespace, own } = await this.#onBridge(name, number);
    return { namespace, address: own, urls: relayUrls(MIDDLE.v4), tracker: trackerUrl(MEETING.v4) };
  }

  /** Devices on one network that leads nowhere. */
  async island(names) {
    const wire = await this.#namespace('wire');
    await this.#ip(wire, ['link add br0 type bridge', 'link set br0 up']);
    const devices = [];
    for (const [index, name] of names.entries()) {
      const namespace = await this.#namespace(name);
      const address = `192.168.7.${10 + index}`;
      await this.#ip(namespace, [
        `link add eth0 type veth peer name p${index} netns ${wire}`,
        `addr add ${address}/24 dev eth0`,
        'link set eth0 up',
        // As where a router stands whose line is dead: nobody is at the address.
        'route add default via 192.168.7.1',
      ]);
      await this.#ip(wire, [`link set p${index} master br0 up`]);
      devices.push({ namespace, address });
    }
    return devices;
  }

  /**
   * The namespace of a device behind a port-restricted NAT of its own. With `udpOnlyTo` the NAT
   * lets UDP through to that address alone.
   */
  async home(name, { udpOnlyTo } = {}) {
    const { namespace, router } = await this.device(name, 'port restricted');
    if (udpOnlyTo) {
      await this.rules(router, `flush ruleset\n${onlyTo(udpOnlyTo)}`);
    }
    return namespace;
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
    const { command, ready, pin } = await coturn(folder);
    this.relayPin = pin;
    await this.service(this.core, command, ready);
    return relayUrls(MIDDLE.v4);
  }

  /** A tracker in the middle: on port 8000, and on 443 of an address that the relay leaves free. */
  async tracker() {
    await this.rules(
      this.core,
      `table inet tracker { chain inwards { type nat hook prerouting priority -100;
        ip daddr ${MEETING.v4} tcp dport 443 redirect to :8000;
        ip6 daddr ${MEETING.v6} tcp dport 443 redirect to :8000; }
      }`,
    );
    await this.service(this.core, trackerCommand('ours', '[::]', 8000));
    return `ws://${this.address}:8000`;
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

  /** A file with these lines, gone after the test. */
  async file(text) {
    const folder = await mkdtemp(join(tmpdir(), 'dayfly-file-'));
    this.#folders.push(folder);
    const path = join(folder, 'text');
    await writeFile(path, text);
    return path;
  }

  async #end() {
    await Promise.allSettled(this.#services.map((service) => service.stop()));
    for (const namespace of this.#namespaces) await run('ip', ['netns', 'del', namespace]).catch(() => {});
    await Promise.allSettled(this.#folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

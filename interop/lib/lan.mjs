// A local network without an internet: devices in namespaces of their own, joined by one bridge,
// without a route to anywhere else. Nothing of the machine's own network is touched.

import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { startService } from './tracker.mjs';

const run = promisify(execFile);
const here = dirname(fileURLToPath(import.meta.url));

let networks = 0;

export class Lan {
  #prefix = `df${process.pid}l${(networks += 1)}`;
  #namespaces = [];
  #services = [];
  #devices = 0;
  #bridge;

  static async start(t) {
    const lan = new Lan();
    t.after(() => lan.#end());
    lan.#bridge = await lan.#namespace('switch');
    await lan.#ip(lan.#bridge, 'link add br0 type bridge');
    await lan.#ip(lan.#bridge, 'link set br0 up');
    return lan;
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

  /** A device: the prefix that runs a command on it, and its address. */
  async device() {
    const number = (this.#devices += 1);
    const address = `192.168.77.${number}`;
    const namespace = await this.#namespace(`d${number}`);
    await this.#ip(namespace, `link add eth0 type veth peer name p${number} netns ${this.#bridge}`);
    await this.#ip(this.#bridge, `link set p${number} master br0 up`);
    await this.#ip(namespace, `addr add ${address}/24 dev eth0`);
    await this.#ip(namespace, 'link set eth0 up');
    return { prefix: ['ip', 'netns', 'exec', namespace], address };
  }

  /** A device that hears the network's multicast DNS; gives what it heard so far. */
  async listener() {
    const { prefix, address } = await this.device();
    const heard = [];
    const service = await startService(
      [...prefix, process.execPath, join(here, 'mdns.mjs'), 'listen', address],
      /listening/,
      (line) => heard.push(Buffer.from(line, 'hex')),
    );
    this.#services.push(service);
    return heard;
  }

  /**
   * A device that announces `count` Dayflies of its own, with names that come before any other's,
   * and counts who comes. Gives the counts so far, and `came`, which resolves with the first.
   */
  async liar(count) {
    const { prefix, address } = await this.device();
    const counts = { open: 0, most: 0, total: 0 };
    let come;
    counts.came = new Promise((resolve) => (come = resolve));
    const hear = (line) => {
      if (!line.startsWith('{')) return;
      Object.assign(counts, JSON.parse(line));
      come();
    };
    const service = await startService(
      [...prefix, process.execPath, join(here, 'mdns.mjs'), 'lie', address, String(count)],
      /announced/,
      hear,
    );
    this.#services.push(service);
    return counts;
  }

  async #end() {
    await Promise.allSettled(this.#services.map((service) => service.stop()));
    for (const namespace of this.#namespaces) await run('ip', ['netns', 'del', namespace]).catch(() => {});
  }
}

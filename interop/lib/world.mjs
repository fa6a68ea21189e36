// What a test starts from: a tracker of its own, the run's browser and page origin, and members
// that are gone when the test is over.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { connect } from './browser.mjs';
import { Dayfly } from './dayfly.mjs';
import { Page } from './page.mjs';
import { startTracker } from './tracker.mjs';

export class World {
  #browser;
  #cleanups = [];
  origin = process.env.INTEROP_ORIGIN;
  tracker;

  static async start(t, { tracker } = {}) {
    const world = new World();
    t.after(() => world.#end());
    world.tracker = await startTracker(tracker);
    world.#cleanups.push(() => world.tracker.stop());
    return world;
  }

  async #end() {
    await Promise.allSettled(this.#cleanups.reverse().map((cleanup) => cleanup()));
    await this.#browser?.close();
  }

  /** A room's URL on the test island. */
  url(room, { password, secret } = {}) {
    const fragment = password ? `#pwd=${encodeURIComponent(password)}` : secret ? `#secret=${encodeURIComponent(secret)}` : '';
    return `${this.origin}/${fragment ? 'private' : 'public'}/${encodeURIComponent(room)}${fragment}`;
  }

  /** A room name nobody else uses. */
  room() {
    return randomUUID();
  }

  /** A file with a password in it, gone after the test. */
  async passwordFile(password) {
    const folder = await mkdtemp(join(tmpdir(), 'dayfly-interop-'));
    this.#cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const path = join(folder, 'password');
    await writeFile(path, password);
    return path;
  }

  #native(name, args) {
    const all = [...args, '--json', '--local', '--no-lan', '--name', name, '--tracker', this.tracker.url];
    const native = new Dayfly(name, all);
    this.#cleanups.push(() => native.kill());
    return native;
  }

  /** Opens a room on the test island; gives the member and its `ready`, with the page's `url`. */
  async opens(name, args = []) {
    const native = this.#native(name, ['open', '--web', this.origin, ...args]);
    const ready = await native.until({ event: 'ready' });
    return { native, ready: { ...ready, url: ready.links.find((link) => link.startsWith(this.origin)) } };
  }

  /** Joins by a link. */
  async joins(name, link, args = []) {
    const native = this.#native(name, ['join', link, ...args]);
    await native.until({ event: 'ready' });
    return native;
  }

  /** Opens a page at a URL, or an empty one without. */
  async page(name, url, settings = {}) {
    this.#browser ??= await connect();
    const page = await Page.open(this.#browser, name, url, { trackers: [this.tracker.url], name, ...settings });
    this.#cleanups.push(() => page.dispose());
    return page;
  }
}

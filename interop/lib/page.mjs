// One page of ours in a browser profile of its own: its reports as a journal, its commands as
// calls.

import { readFile } from 'node:fs/promises';
import { Journal } from './journal.mjs';

const LISTEN = await readFile(new URL('./listen.js', import.meta.url), 'utf8');

export class Page extends Journal {
  #context;
  #page;

  /** Opens `url` with the settings that `page/main.js` reads. Without a URL nothing is opened yet. */
  static async open(browser, name, url, settings) {
    const page = new Page(name);
    page.#context = await browser.newContext();
    page.#page = await page.#context.newPage();
    await page.#page.exposeFunction('report', (entry) => page.add(entry));
    await page.#page.addInitScript((value) => (window.interop = value), settings);
    if (settings.listen) await page.#page.addInitScript(LISTEN);
    page.#page.on('pageerror', (error) => page.add({ event: 'page_error', error: String(error) }));
    page.#page.on('console', (message) => {
      if (message.type() === 'error') page.add({ event: 'console_error', text: message.text() });
    });
    if (url) await page.goto(url);
    return page;
  }

  async goto(url) {
    const since = this.mark();
    await this.#page.goto(url);
    return this.until({ event: 'loaded' }, { since });
  }

  /** Loads the same URL again, as the reload key does; the profile stays. */
  async reload(url) {
    const since = this.mark();
    await this.#page.goto('about:blank');
    await this.goto(url);
    return since;
  }

  /** Runs `method` of a room (the first entered, unless named) in the page. */
  call(method, ...args) {
    return this.#page.evaluate(([name, values]) => window.rooms.at()[name](...values), [method, args]);
  }

  callIn(room, method, ...args) {
    return this.#page.evaluate(([id, name, values]) => window.rooms.at(id)[name](...values), [room, method, args]);
  }

  enter(options) {
    return this.#page.evaluate((value) => void window.rooms.enter(value), options);
  }

  evaluate(body, argument) {
    return this.#page.evaluate(body, argument);
  }

  /** The peers the page shows, as rows. */
  peers(room) {
    return this.#page.evaluate((id) => [...window.rooms.at(id).peers.values()], room);
  }

  log(room) {
    return this.#page.evaluate((id) => window.rooms.at(id).log, room);
  }

  selfId() {
    return this.#page.evaluate(() => window.rooms.selfId);
  }

  userId() {
    return this.#page.evaluate(() => window.rooms.userId);
  }

  /** Waits until the page shows a peer of this name. */
  shows(name, options) {
    return this.until((entry) => ['shown', 'renamed'].includes(entry.event) && entry.name === name, options);
  }

  /** Ends the page's process, without a goodbye. */
  async crash() {
    const crashed = this.#page.waitForEvent('crash');
    const session = await this.#context.newCDPSession(this.#page);
    session.send('Page.crash').catch(() => {}); // It is never answered.
    await crashed;
  }

  /** Closes the page as a person closes a tab. */
  async close() {
    await this.#page.close({ runBeforeUnload: true });
  }

  async dispose() {
    await this.#context.close().catch(() => {});
  }
}

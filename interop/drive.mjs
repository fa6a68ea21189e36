// One page of ours for a test in another language: serves the pages, starts a browser that shows its
// addresses, and does what the lines on the standard input say. It ends with its input.
//
//   {"cmd":"open","url":…,"name":…,"trackers":[…]}   opens the page in a room
//   {"cmd":"say","text":…}                            says it there
//
// What the page reports comes as JSON, one object a line; the first is {"event":"serving","origin":…}.

import { createInterface } from 'node:readline';
import { launch } from './lib/browser.mjs';
import { Page } from './lib/page.mjs';
import { serve } from './lib/serve.mjs';

const tell = (entry) => console.log(JSON.stringify(entry));

const pages = await serve();
const browser = await launch('host');
tell({ event: 'serving', origin: pages.origin });
let page;
for await (const line of createInterface({ input: process.stdin })) {
  const { cmd, url, text, ...settings } = JSON.parse(line);
  if (cmd === 'open') {
    page = await Page.open(browser, settings.name, undefined, settings);
    const add = page.add.bind(page);
    page.add = (entry) => {
      add(entry);
      tell(entry);
    };
    await page.goto(url);
  } else if (cmd === 'say') {
    await page.call('say', text);
  } else {
    throw new Error(`no such command: ${cmd}`);
  }
}
await browser.close();
await pages.stop();

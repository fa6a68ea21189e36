// Headless Chromium from the system, in the two shapes that matter: one that shows its addresses
// (as with camera permission), and the default, which hides them behind `.local` names.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const COMMON = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const SHAPES = {
  host: [
    '--disable-features=WebRtcHideLocalIpsWithMdns',
    '--allow-loopback-in-peer-connection',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
  ],
  hidden: [],
};

/** Where Chromium is, or `undefined`. `CHROMIUM` overrides. */
export function chromiumPath() {
  return process.env.CHROMIUM ?? CANDIDATES.find(existsSync);
}

/** Starts a browser that several test files connect to. */
export function launchServer(shape, { executablePath = chromiumPath(), args = [] } = {}) {
  return chromium.launchServer({ executablePath, headless: true, args: [...COMMON, ...SHAPES[shape], ...args] });
}

/** Starts a browser for this process alone. */
export function launch(shape, { executablePath = chromiumPath(), args = [] } = {}) {
  return chromium.launch({ executablePath, headless: true, args: [...COMMON, ...SHAPES[shape], ...args] });
}

/** Connects to the browser of this run. */
export function connect() {
  return chromium.connect(process.env.INTEROP_BROWSER);
}

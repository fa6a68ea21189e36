// Serves the page and Trystero's own modules over plain HTTP. One change is made to Trystero on
// its way out: its peer id, otherwise random, may be set by the test.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const FOLDERS = {
  '/page/': join(here, '..', 'page'),
  '/modules/torrent/': dirname(require.resolve('@trystero-p2p/torrent')),
  '/modules/core/': join(dirname(require.resolve('@trystero-p2p/torrent')), '..', '..', 'core', 'dist'),
};
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript' };
const DRAWN_ID = 'const selfId = genId(20);';
const SETTABLE_ID = 'const selfId = globalThis.interop?.id ?? genId(20);';

async function body(path) {
  const folder = Object.keys(FOLDERS).find((prefix) => path.startsWith(prefix));
  if (!folder) return { type: '.html', text: await readFile(join(FOLDERS['/page/'], 'index.html'), 'utf8') };
  const relative = normalize(path.slice(folder.length));
  if (relative.startsWith('..')) throw new Error('outside the folder');
  let text = await readFile(join(FOLDERS[folder], relative), 'utf8');
  if (path === '/modules/core/utils.mjs') {
    if (!text.includes(DRAWN_ID)) throw new Error('Trystero draws its peer id in another way: lib/serve.mjs must follow');
    text = text.replace(DRAWN_ID, SETTABLE_ID);
  }
  return { type: extname(relative), text };
}

/** Serves on `http://localhost:port` (0: any) and gives the origin and a way to stop. */
export async function serve(port = 0) {
  const server = createServer(async (request, response) => {
    try {
      const { type, text } = await body(new URL(request.url, 'http://localhost').pathname);
      response.writeHead(200, { 'content-type': `${TYPES[type] ?? 'text/plain'}; charset=utf-8` }).end(text);
    } catch (error) {
      response.writeHead(404).end(String(error));
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, 'localhost', resolve));
  return {
    origin: `http://localhost:${server.address().port}`,
    stop: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log((await serve(Number(process.argv[2] ?? 0))).origin);
}

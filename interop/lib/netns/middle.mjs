// What runs in the middle of the test's internet: addresses and the relay.

import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TURN_USER = 'interop';
const TURN_PASSWORD = 'relay-of-the-test';

/** What the relay asks for. */
export const TURN = { username: TURN_USER, credential: TURN_PASSWORD };

/** Addresses of the relay (and of whatever else has ports to itself), and of trackers on port 443. */
export const MIDDLE = { v4: '203.0.113.1', v6: '2001:db8::1' };
export const MEETING = { v4: '203.0.113.2', v6: '2001:db8::2' };

const host = (address) => (address.includes(':') ? `[${address}]` : address);

/** URLs of the relay as a device reaches it; over TLS it shows a certificate that no authority knows. */
export function relayUrls(address) {
  const at = host(address);
  return {
    stun: `stun:${at}:3478`,
    turn: `turn:${at}:3478`,
    tcp: `turn:${at}:3478?transport=tcp`,
    tls: `turns:${at}:443?transport=tcp`,
  };
}

/** URL of a tracker on port 443, as a device reaches it. */
export const trackerUrl = (address) => `ws://${host(address)}:443`;

/** Makes a certificate for the relay's addresses; gives its files, and its key's pin (RFC 7469). */
async function certificate(folder) {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const names = `subjectAltName=IP:${MIDDLE.v4},IP:${MIDDLE.v6},DNS:relay.test`;
  const words = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  await run('openssl', [...words, '-subj', '/CN=relay.test', '-addext', names, '-keyout', key, '-out', cert]);
  const { publicKey } = new X509Certificate(await readFile(cert));
  const pin = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('hex');
  return { cert, key, pin };
}

/** The command of coturn with STUN and TURN over UDP and TCP on 3478 and TLS on 443, and the pin of its key. */
export async function coturn(folder) {
  const { cert, key, pin } = await certificate(folder);
  const addresses = Object.values(MIDDLE).flatMap((ip) => ['--listening-ip', ip, '--relay-ip', ip]);
  const command = [
    'turnserver', '-n', '--log-file', 'stdout', '--simple-log', '--no-cli', '--no-dtls', ...addresses,
    '--listening-port', '3478', '--tls-listening-port', '443', '--cert', cert, '--pkey', key,
    '--pidfile', join(folder, 'pid'), '--userdb', join(folder, 'db'),
    '--lt-cred-mech', '--user', `${TURN_USER}:${TURN_PASSWORD}`, '--realm', 'interop',
  ];
  return { command, pin, ready: /relay [0-9.]+ initialization done|Total General servers/i };
}

/**
 * Rules that count what a device sends: to the tracker, to the relay over UDP and over TLS, and to
 * anybody else. What the kernel says to its neighbours by itself is left out.
 */
export const WATCH = `table inet watch {
  counter tracker {}
  counter relay {}
  counter relay_tls {}
  counter other {}
  chain sent { type filter hook output priority 0;
    oifname "lo" accept
    meta l4proto ipv6-icmp accept
    ip daddr ${MEETING.v4} tcp dport 443 counter name tracker accept
    ip daddr ${MIDDLE.v4} udp dport 3478 counter name relay accept
    ip daddr ${MIDDLE.v4} tcp dport 443 counter name relay_tls accept
    counter name other
  }
}`;

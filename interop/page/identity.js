// The key a page shows to a room: RSA-2048, kept with the user id across reloads of one profile.
// Refuses to judge anything but a signature over `ROOM_USERID`.

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const KEPT_AS = 'identity';

const utf8 = new TextEncoder();

export function toBase64(buffer) {
  let binary = '';
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** The secret of a private room: base64 of SHA-256 over `ROOM_PASSWORD`. */
export async function secretOf(room, password) {
  return toBase64(await crypto.subtle.digest('SHA-256', utf8.encode(`${room}_${password}`)));
}

/** This profile's identity, made at its first load. */
export async function ownIdentity() {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept) {
    const { userId, spki, pkcs8 } = JSON.parse(kept);
    const privateKey = await crypto.subtle.importKey('pkcs8', fromBase64(pkcs8), ALGORITHM, true, ['sign']);
    return { userId, spki, privateKey };
  }
  const pair = await crypto.subtle.generateKey(
    { ...ALGORITHM, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true,
    ['sign', 'verify'],
  );
  const userId = crypto.randomUUID();
  const spki = toBase64(await crypto.subtle.exportKey('spki', pair.publicKey));
  const pkcs8 = toBase64(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  localStorage.setItem(KEPT_AS, JSON.stringify({ userId, spki, pkcs8 }));
  return { userId, spki, privateKey: pair.privateKey };
}

/** Signs `ROOM_USERID`. */
export async function claim(identity, room) {
  const text = utf8.encode(`${room}_${identity.userId}`);
  return toBase64(await crypto.subtle.sign(ALGORITHM.name, identity.privateKey, text));
}

/** Whether the signature fits the key. Throws when the key itself cannot be read. */
export async function fits(spki, signature, room, userId) {
  const key = await crypto.subtle.importKey('spki', fromBase64(spki), ALGORITHM, true, ['verify']);
  const text = utf8.encode(`${room}_${userId}`);
  return crypto.subtle.verify(ALGORITHM.name, key, fromBase64(signature), text);
}

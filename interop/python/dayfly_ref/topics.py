"""Where a native room meets: its keys, its topics by the hour, and the sealed offers on them
(docs/protocol.md, "Keys, topics, offers")."""

import base64
import unicodedata

from argon2.low_level import Type, hash_secret_raw

from .primitives import D, E, H, HMAC, KDF, Reader, Refused, lp, u8, u32, u64

HOUR, NEAR = 3600, 300
KEYS = ("topic", "signal", "psk", "skdm", "ack", "phase")
ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


class RoomKeys:
    def __init__(self, room_id, generation, secret):
        for name in KEYS:
            setattr(self, name, KDF(room_id, secret, name, u32(generation)))


def phase(keys):
    return int.from_bytes(keys.phase[:2], "big") % HOUR


def slots(keys, seconds):
    """The slot of a Unix time, and the neighbour that is announced too near a boundary, or None."""
    since = max(0, seconds - phase(keys))
    now, into = divmod(since, HOUR)
    if into <= NEAR:
        return now, now - 1 if now else None
    return now, now + 1 if HOUR - into <= NEAR else None


def topic(keys, backend, number):
    """As a meeting point sees it: twenty characters, like any page's."""
    mac = HMAC(keys.topic, backend.encode() + b"\0" + u64(number))[:20]
    return "".join(ALPHABET[byte % 36] for byte in mac)


OFFER, ANSWER, CANDIDATES = 1, 2, 3
SIZES = (900, 2000, 4000, 8000)
COMPACT = 1
FRESH_MS = 15 * 60 * 1000


def seal_offer(keys, topic_text, sender, to, kind, time_ms, body, salt):
    """The text that a tracker carries in the place of a session description."""
    topic_bytes = topic_text.encode()
    plain = sender + to + u8(kind) + u64(time_ms) + lp(body) + lp(b"")
    size = next((size for size in SIZES if len(plain) + 32 <= size), None)
    if size is None:
        raise Refused("a body too long for any box")
    key = KDF(salt, keys.signal, "box", topic_bytes)
    return base64.b64encode(salt + E(key, topic_bytes, plain.ljust(size - 32, b"\0"))).decode()


def open_offer(keys, topic_text, text, now_ms):
    """(from, to, kind, time, body). Whether the box was seen before is the caller's to know."""
    topic_bytes = topic_text.encode()
    sealed = base64.b64decode(text, validate=True)
    if len(sealed) not in SIZES:
        raise Refused("no length that a box has")
    reader = Reader(D(KDF(sealed[:16], keys.signal, "box", topic_bytes), topic_bytes, sealed[16:]))
    sender, to, kind, time_ms = reader.take(16), reader.take(16), reader.int(1), reader.int(8)
    body, _puzzle = reader.lp(), reader.lp()
    if kind not in (OFFER, ANSWER, CANDIDATES) or reader.rest().strip(b"\0"):
        raise Refused("malformed")
    if abs(time_ms - now_ms) > FRESH_MS:
        raise Refused("too old")
    return sender, to, kind, time_ms, body


def dht_seed(topic_text, writer):
    """The Ed25519 seed by which a writer's slot in the DHT is signed."""
    return H(b"dayfly/1 dht\0", topic_text.encode(), u8(writer))


def dht_value(kind, sender, to, offer_id, sealed):
    """A BEP 44 value: an offer or answer (1, 2) in its envelope. `to` is None for whoever reads it."""
    box = base64.b64decode(sealed)
    if len(box) != SIZES[0]:
        raise Refused("a box that does not fit the DHT")
    return u8(1) + u8(kind) + sender.encode() + (to.encode() if to else bytes(20)) + offer_id.encode() + box


def password(text, room_id):
    """Argon2id of the password in Unicode's form C: the input of CPace."""
    salt = H(b"dayfly/1 pw\0", room_id)[:16]
    secret = unicodedata.normalize("NFC", text).encode()
    return hash_secret_raw(secret, salt, time_cost=3, memory_cost=64 * 1024, parallelism=1, hash_len=32, type=Type.ID)

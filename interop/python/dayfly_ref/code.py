"""The exchange behind a short code (docs/protocol.md, 2.5): its keys, messages, boxes and secrets."""

import base64

from . import cpace, kem
from .primitives import E, H, HMAC, KDF, D, Reader, Refused, lp, u8, u64
from .topics import ALPHABET

SLOT = 600
CHANNEL = b"dayfly/1 code"
SIZES = (2000, 4000, 8000)
ASK, BEACON, C1, C2, C3, C4, REFUSAL = range(7)


class Keys:
    """What follows from a code's number, for anybody."""

    def __init__(self, number):
        self.topic = H(b"dayfly/1 code", b"\0", number.encode())
        self.box = KDF(b"", self.topic, "code box")


def slots(seconds):
    """The slot of a Unix time, and the one beyond the nearer boundary."""
    now, into = divmod(seconds, SLOT)
    return now, max(0, now - 1) if into < SLOT // 2 else now + 1


def topic(keys, backend, slot):
    mac = HMAC(keys.topic, backend.encode() + b"\0" + u64(slot))[:20]
    return "".join(ALPHABET[byte % 36] for byte in mac)


def seal(keys, topic_text, message, salt):
    name = topic_text.encode()
    size = next((size for size in SIZES if len(message) + 34 <= size), None)
    if size is None:
        raise Refused("a message too long for any box")
    plain = lp(message).ljust(size - 32, b"\0")
    return base64.b64encode(salt + E(KDF(salt, keys.box, "box", name), name, plain)).decode()


def unseal(keys, topic_text, text):
    name, sealed = topic_text.encode(), base64.b64decode(text, validate=True)
    if len(sealed) not in SIZES:
        raise Refused("no box of a code")
    reader = Reader(D(KDF(sealed[:16], keys.box, "box", name), name, sealed[16:]))
    message = reader.take(reader.int(2))
    if any(reader.take(len(sealed) - 34 - len(message))):
        raise Refused("padding that is not zero")
    return message


def _key(c1, c2, isk, ss):
    transcript = H(c1, c2)
    return KDF(transcript, isk + ss, "code"), transcript


class Joiner:
    """`wide` (64) makes the scalar, `seed` (64) the key of ML-KEM."""

    def __init__(self, code, host, joiner, wide, seed):
        self.host, self.cid, self.sid = host, joiner, host + joiner
        self.y = cpace.scalar(wide)
        self.share = cpace.share(self.y, cpace.generator(code.encode(), CHANNEL, self.sid))
        ek, self.dk = kem.keypair(seed)
        self.c1 = host + joiner + self.share + ek

    def read(self, c2):
        reader = Reader(c2)
        if reader.take(16) != self.cid:
            raise Refused("the answer to another exchange")
        theirs, ct = reader.take(32), reader.take(kem.CT)
        reader.end()
        isk = cpace.isk(self.y, theirs, self.sid, self.share, b"", theirs, b"")
        self.key, self.transcript = _key(self.c1, c2, isk, kem.decapsulate(self.dk, ct))
        return self.host + self.cid + HMAC(self.key, b"J")

    def open(self, sealed):
        return D(KDF(self.key, b"", "inv"), self.transcript, sealed)


class Host:
    """Answers one C1. `wide` (64) makes the scalar, `m` (32) the secret of ML-KEM."""

    def __init__(self, code, c1, wide, m):
        reader = Reader(c1)
        sid, theirs, ek = reader.take(32), reader.take(32), reader.take(kem.EK)
        reader.end()
        y = cpace.scalar(wide)
        share = cpace.share(y, cpace.generator(code.encode(), CHANNEL, sid))
        isk = cpace.isk(y, theirs, sid, theirs, b"", share, b"")
        ct, ss = kem.encapsulate(ek, m)
        self.sid, self.c2 = sid, sid[16:] + share + ct
        self.key, self.transcript = _key(c1, self.c2, isk, ss)

    def confirm(self, c3):
        return c3 == self.sid + HMAC(self.key, b"J")

    def seal(self, record):
        return E(KDF(self.key, b"", "inv"), self.transcript, record)


def message(kind, body=b""):
    return u8(kind) + body

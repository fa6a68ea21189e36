"""A session above a finished handshake: a hash chain per direction, X-Wing between epochs
(docs/protocol.md, "Session frames and the ratchet")."""

from . import kem
from .primitives import D, E, H, KDF, Reader, Refused, u8, u32

MAX_PADDED = 65536 - 8 - 16  # a frame is at most 64 KiB

APP, REKEY_ASK, REKEY1, REKEY2 = range(4)


class Chain:
    def __init__(self, root, direction, epoch):
        self.ck, self.n, self.epoch, self.direction = KDF(root, b"", "chain", u8(direction)), 0, epoch, direction

    def next_key(self):
        key, self.ck = KDF(self.ck, b"", "msg"), KDF(self.ck, b"", "next")
        self.n += 1
        return key


class Session:
    def __init__(self, secrets):
        self.role, self.h, self.sid, self.root = secrets.role, secrets.h, secrets.sid, secrets.root
        self.epoch = 0
        self.sending, self.receiving = self._chain(self.role, 0), self._chain(3 - self.role, 0)
        self.dk = None

    def _chain(self, direction, epoch):
        return Chain(self.root, direction, epoch)

    def _ad(self, chain, n):
        return self.sid + u8(chain.direction) + u32(chain.epoch) + u32(n)

    def seal(self, kind, body):
        n = self.sending.n
        ad = self._ad(self.sending, n)
        return u32(self.sending.epoch) + u32(n) + E(self.sending.next_key(), ad, pad(u8(kind) + body))

    def open(self, frame):
        """(kind, body). Anything but the next frame is refused, and ends the session."""
        reader = Reader(frame)
        epoch, n = reader.int(4), reader.int(4)
        chain = self.receiving
        if (epoch, n) != (chain.epoch, chain.n):
            raise Refused("not the next frame")
        ad = self._ad(chain, n)
        plain = unpad(D(chain.next_key(), ad, reader.rest()))
        return plain[0], plain[1:]

    # --- the next epoch, driven by I ---------------------------------------------------------------

    def rekey1(self, seed):
        """I: the frame that begins the next epoch; `seed` is 32 random bytes."""
        self.ek, self.dk = kem.xwing_keypair(seed)
        return self.seal(REKEY1, u32(self.epoch + 1) + self.ek)

    def _advance(self, ss, ek, ct):
        self.epoch += 1
        self.root = KDF(self.root, ss, "rekey", H(u32(self.epoch), ek, ct))
        self.sending = self._chain(self.role, self.epoch)
        self.receiving = self._chain(3 - self.role, self.epoch)

    def answer_rekey(self, body, random):
        """R: the answer to REKEY1, sealed in the old epoch; 64 random bytes."""
        epoch, ek = _rekey(body, kem.XWING_EK)
        if self.role != 2 or epoch != self.epoch + 1:
            raise Refused("a rekey out of turn")
        ct, ss = kem.xwing_encapsulate(ek, random)
        frame = self.seal(REKEY2, u32(epoch) + ct)
        self._advance(ss, ek, ct)
        return frame

    def finish_rekey(self, body):
        """I: takes REKEY2."""
        epoch, ct = _rekey(body, kem.XWING_CT)
        if self.dk is None or epoch != self.epoch + 1:
            raise Refused("a rekey nobody asked for")
        ss = kem.xwing_decapsulate(self.dk, ct)
        self.dk = None
        self._advance(ss, self.ek, ct)


def _rekey(body, length):
    reader = Reader(body)
    epoch, key = reader.int(4), reader.take(length)
    reader.end()
    return epoch, key


def pad(content):
    """To 64·2ᵏ bytes in all; the largest class is cut to what fits a frame."""
    content += b"\x80"
    size = 64
    while size < len(content):
        size *= 2
    size = min(size, MAX_PADDED)
    if len(content) > size:
        raise ValueError("too long for a frame")
    return content.ljust(size, b"\0")


def unpad(padded):
    content = padded.rstrip(b"\0")
    if not content.endswith(b"\x80") or pad(content[:-1]) != padded:
        raise Refused("padded otherwise than it should be")
    return content[:-1]

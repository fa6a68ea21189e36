"""A session above a finished handshake: a hash chain per direction, X-Wing between epochs
(docs/protocol.md, section 6)."""

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import identity, kem
from .primitives import D, E, H, KDF, Reader, Refused, public_of, u8, u32

PROOF, REKEY1, REKEY2, REKEY_ASK = 112, 113, 114, 115
RESERVED = range(112, 128)
REKEY_MESSAGES, MAX_MESSAGES = 100, 1000
MAX_FRAME = 65536
MAX_PADDED = MAX_FRAME - 8 - 16
WRONG_PASSWORD = u8(5)


class Chain:
    """One direction of one epoch."""

    def __init__(self, root, direction, epoch):
        self.direction, self.epoch, self.n = direction, epoch, 0
        self.ck = KDF(root, b"", "chain", u8(direction))

    def place(self):
        return u32(self.epoch) + u32(self.n)

    def peek(self):
        return KDF(self.ck, b"", "msg")

    def step(self):
        self.ck = KDF(self.ck, b"", "next")
        self.n += 1


class Session:
    """From `handshake.Secrets`. What is received is the next frame or it is refused, and whoever
    refused a frame closes the connection."""

    def __init__(self, secrets):
        self.role, self.h, self.sid = secrets.role, secrets.h, secrets.sid
        self.sending, self.receiving = (Chain(secrets.root, role, 0) for role in (self.role, 3 - self.role))
        self.next = KDF(secrets.root, b"", "chain", u8(0))
        self.upcoming = None  # R's next receiving chain, until I's first frame of that epoch
        self.offered = None  # I's X-Wing key
        self.used = 0  # messages of this epoch, both directions
        self.peer = None

    @property
    def epoch(self):
        return self.sending.epoch

    def _seal(self, content):
        chain = self.sending
        place = chain.place()
        frame = place + E(chain.peek(), self.sid + u8(chain.direction) + place, pad(content))
        chain.step()
        return frame

    def _open(self, frame):
        place = frame[:8]
        turned = self.upcoming is not None and self.upcoming.place() == place
        chain = self.upcoming if turned else self.receiving
        if len(frame) > MAX_FRAME or chain.place() != place:
            raise Refused("not the next frame")
        padded = D(chain.peek(), self.sid + u8(chain.direction) + place, frame[8:])
        chain.step()
        if turned:
            self.receiving, self.upcoming = chain, None
        return unpad(padded)

    # --- who is there, first of all ---------------------------------------------------------------

    def prove(self, seed, room_id, capabilities=0, ext=b""):
        self.own = public_of(seed)
        return self._seal(u8(PROOF) + identity.proof(seed, self.role, self.h, room_id, capabilities, ext))

    def check(self, frame, room_id):
        if frame == WRONG_PASSWORD:
            raise Refused("the other end says that the password differs")
        content = self._open(frame)
        if content[:1] != u8(PROOF):
            raise Refused("something came before the proof")
        self.peer, capabilities, ext = identity.check(content[1:], 3 - self.role, self.h, room_id, self.own)
        return self.peer, capabilities, ext

    # --- then messages ----------------------------------------------------------------------------

    def seal(self, content):
        if self.peer is None or content[0] in RESERVED:
            raise ValueError("not before the proof, and not a type of the session's own")
        if self.sending.n >= MAX_MESSAGES:
            raise Refused("this epoch's keys are used up")
        self.used += 1
        return self._seal(content)

    def open(self, frame, random):
        """(content, answers): the content is None for a frame of the session's own."""
        content = self._open(frame)
        kind, body = content[0], content[1:]
        if kind not in RESERVED:
            self.used += 1
            return content, []
        if kind == REKEY_ASK and self.role == 1 and not body:
            return None, [self.rekey(random)] if self.offered is None else []
        if kind == REKEY1 and self.role == 2 and self.upcoming is None:
            ek = self._share(body, kem.XWING_EK)
            ct, ss = kem.xwing_encapsulate(ek, random(64))
            answer = self._seal(u8(REKEY2) + u32(self.epoch + 1) + ct)
            self._turn(ss, ek, ct)
            return None, [answer]
        if kind == REKEY2 and self.role == 1 and self.offered is not None:
            ct = self._share(body, kem.XWING_CT)
            (ek, dk), self.offered = self.offered, None
            self._turn(kem.xwing_decapsulate(dk, ct), ek, ct)
            return None, []
        raise Refused("a key change out of turn")

    # --- the next epoch ---------------------------------------------------------------------------

    def is_due(self):
        """I: whether keys are to be changed for their use (there is a limit of time besides)."""
        return self.role == 1 and self.offered is None and self.used >= REKEY_MESSAGES

    def rekey(self, random):
        """I: begins."""
        self.offered = kem.xwing_keypair(random(32))
        return self._seal(u8(REKEY1) + u32(self.epoch + 1) + self.offered[0])

    def ask(self):
        """R: asks I to begin."""
        return self._seal(u8(REKEY_ASK))

    def _share(self, body, length):
        reader = Reader(body)
        if reader.int(4) != self.epoch + 1:
            raise Refused("a key change out of turn")
        share = reader.take(length)
        reader.end()
        return share

    def _turn(self, ss, ek, ct):
        epoch = self.epoch + 1
        root = KDF(self.next, ss, "rekey", H(u32(epoch), ek, ct))
        receiving = Chain(root, 3 - self.role, epoch)
        self.sending = Chain(root, self.role, epoch)
        self.next = KDF(root, b"", "chain", u8(0))
        self.used = 0
        if self.role == 1:
            self.receiving = receiving
        else:
            self.upcoming = receiving


def chunk(key, lane, number, transfer, content):
    """One chunk of bulk data: its number is the nonce."""
    nonce = number.to_bytes(12, "big")
    return nonce + AESGCM(key).encrypt(nonce, content, transfer + u32(lane))


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
    if not content.endswith(b"\x80") or pad(content[:-1]) != padded or len(content) == 1:
        raise Refused("padded otherwise than it should be")
    return content[:-1]

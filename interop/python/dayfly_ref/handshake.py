"""The handshake: three messages in, `h`, `sid` and `root` out (docs/protocol.md, "Handshake").

I is the DTLS client of the connection, R the other. A failure at 1 means another room, generation
or connection; at 3 another password.
"""

from . import cpace, kem
from .noise import Noise
from .primitives import H, KDF, Reader, Refused, lp, u8, u32

ROOM, WEB, MANUAL = 1, 2, 3
VERSION = 1


class Failed(Refused):
    """A handshake that failed at message `step`."""

    def __init__(self, step, why):
        super().__init__(f"message {step}: {why}")
        self.step = step


def prologue(mode, room_id, generation, fp_i, fp_r, context=b""):
    return b"dayfly/1 hs\0" + u8(mode) + room_id + u32(generation) + fp_i + fp_r + lp(context)


class Secrets:
    """What a finished handshake leaves."""

    def __init__(self, role, h, k1, k2):
        self.role, self.h = role, h
        self.root = KDF(h, k1 + k2, "root")
        self.sid = KDF(h, self.root, "sid")[:16]


class _Side:
    """`random(n)` is drawn in this order: s, e, then what the KEM and CPace need."""

    def __init__(self, prologue_bytes, psk0, w, random):
        self.prologue, self.w = prologue_bytes, w
        self.noise = Noise(prologue_bytes, psk0, random(32), random(32))
        self.random = random

    def _cpace(self):
        """Our share and scalar, if the room has a password."""
        if self.w is None:
            return b""
        self.y = cpace.scalar(self.random(64))
        self.share = cpace.share(self.y, cpace.generator(self.w, self.prologue, H(self.prologue)))
        return self.share

    def _read_share(self, reader, step):
        flag = reader.int(1)
        if flag > 1 or bool(flag) != (self.w is not None):
            raise Failed(step, "one side has a password, the other has none")
        return reader.take(32) if flag else b""

    def _isk(self, theirs, ya, yb):
        return b"" if self.w is None else cpace.isk(self.y, theirs, H(self.prologue), ya, b"", yb, b"")

    def _psk3(self, ss, isk):
        return KDF(self.noise.h, ss + isk, "psk3")


def _at(step):
    """Any refusal inside is a failure at this message."""

    def wrap(function):
        def inner(*args):
            try:
                return function(*args)
            except Failed:
                raise
            except Refused as why:
                raise Failed(step, str(why)) from None

        return inner

    return wrap


class Initiator(_Side):
    def message1(self):
        ek, self.dk = kem.keypair(self.random(64))
        share = self._cpace()
        payload = u8(VERSION) + u8(VERSION) + ek + u8(self.w is not None) + share
        return u8(1) + self.noise.write1(payload)

    @_at(2)
    def message3(self, message2):
        if message2[:1] != u8(2):
            raise Refused("not message 2")
        reader = Reader(self.noise.read2(message2[1:]))
        if reader.int(1) != VERSION:
            raise Refused("another version")
        ct = reader.take(kem.CT)
        theirs = self._read_share(reader, 2)
        reader.end()
        isk = self._isk(theirs, self.share, theirs) if self.w is not None else b""
        message = u8(3) + self.noise.write3(self._psk3(kem.decapsulate(self.dk, ct), isk), b"")
        return message, Secrets(1, self.noise.h, *self.noise.split())


class Responder(_Side):
    @_at(1)
    def message2(self, message1):
        if message1[:1] != u8(1):
            raise Refused("not message 1")
        reader = Reader(self.noise.read1(message1[1:]))
        low, high = reader.int(1), reader.int(1)
        if not low <= VERSION <= high:
            raise Refused("another version")
        ek = reader.take(kem.EK)
        theirs = self._read_share(reader, 1)
        reader.end()
        ct, self.ss = kem.encapsulate(ek, self.random(32))
        share = self._cpace()
        self.isk = self._isk(theirs, theirs, share) if self.w is not None else b""
        return u8(2) + self.noise.write2(u8(VERSION) + ct + u8(self.w is not None) + share)

    @_at(3)
    def finish(self, message3):
        if message3[:1] != u8(3):
            raise Refused("not message 3")
        if self.noise.read3(self._psk3(self.ss, self.isk), message3[1:]) != b"":
            raise Refused("message 3 carries something")
        return Secrets(2, self.noise.h, *self.noise.split())

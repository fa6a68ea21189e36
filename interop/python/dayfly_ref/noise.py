"""The one Noise pattern of the protocol: Noise_XXpsk0+psk3_25519_AESGCM_SHA256 (Noise revision 34).

A symmetric state, and the three messages written out token by token. Psk 3 is not known when the
handshake starts, so it is an argument of the third message.
"""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .primitives import H, HMAC, Refused, x25519, x25519_public

NAME = b"Noise_XXpsk0+psk3_25519_AESGCM_SHA256"


def _hkdf(ck, ikm, n):
    prk = HMAC(ck, ikm)
    out, last = [], b""
    for i in range(1, n + 1):
        last = HMAC(prk, last, bytes([i]))
        out.append(last)
    return out


class Symmetric:
    def __init__(self, prologue):
        self.h = NAME.ljust(32, b"\0") if len(NAME) <= 32 else H(NAME)
        self.ck, self.k, self.n = self.h, None, 0
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.h = H(self.h, data)

    def mix_key(self, ikm):
        self.ck, self.k = _hkdf(self.ck, ikm, 2)
        self.n = 0

    def mix_psk(self, psk):
        self.ck, mixed, self.k = _hkdf(self.ck, psk, 3)
        self.n = 0
        self.mix_hash(mixed)

    def _nonce(self):
        nonce = bytes(4) + self.n.to_bytes(8, "big")
        self.n += 1
        return nonce

    def seal(self, plain):
        sealed = AESGCM(self.k).encrypt(self._nonce(), plain, self.h)
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed):
        try:
            plain = AESGCM(self.k).decrypt(self._nonce(), sealed, self.h)
        except InvalidTag:
            raise Refused("a handshake message does not open") from None
        self.mix_hash(sealed)
        return plain

    def split(self):
        return tuple(_hkdf(self.ck, b"", 2))


class Noise:
    """One side. `s` and `e` are 32 random bytes each, used for this handshake only."""

    def __init__(self, prologue, psk0, s, e):
        self.state, self.psk0, self.s, self.e = Symmetric(prologue), psk0, s, e
        self.rs = self.re = None

    def _mix_e(self, public):
        self.state.mix_hash(public)
        self.state.mix_key(public)  # in a pattern with a psk, an ephemeral key is mixed in as well

    def _take(self, message, n):
        if len(message) < n:
            raise Refused("a handshake message is cut short")
        return message[:n], message[n:]

    # -> psk, e
    def write1(self, payload):
        self.state.mix_psk(self.psk0)
        e = x25519_public(self.e)
        self._mix_e(e)
        return e + self.state.seal(payload)

    def read1(self, message):
        self.state.mix_psk(self.psk0)
        self.re, sealed = self._take(message, 32)
        self._mix_e(self.re)
        return self.state.open(sealed)

    # <- e, ee, s, es
    def write2(self, payload):
        e = x25519_public(self.e)
        self._mix_e(e)
        self.state.mix_key(x25519(self.e, self.re))
        s = self.state.seal(x25519_public(self.s))
        self.state.mix_key(x25519(self.s, self.re))
        return e + s + self.state.seal(payload)

    def read2(self, message):
        self.re, rest = self._take(message, 32)
        self._mix_e(self.re)
        self.state.mix_key(x25519(self.e, self.re))
        sealed, rest = self._take(rest, 48)
        self.rs = self.state.open(sealed)
        self.state.mix_key(x25519(self.e, self.rs))
        return self.state.open(rest)

    # -> s, se, psk
    def write3(self, psk3, payload):
        s = self.state.seal(x25519_public(self.s))
        self.state.mix_key(x25519(self.s, self.re))
        self.state.mix_psk(psk3)
        return s + self.state.seal(payload)

    def read3(self, psk3, message):
        sealed, rest = self._take(message, 48)
        self.rs = self.state.open(sealed)
        self.state.mix_key(x25519(self.e, self.rs))
        self.state.mix_psk(psk3)
        return self.state.open(rest)

    @property
    def h(self):
        return self.state.h

    def split(self):
        return self.state.split()

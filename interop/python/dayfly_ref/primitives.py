"""The notation of docs/protocol.md: H, KDF, E, Sig, lp, and a reader that refuses what is left over."""

import hashlib
import hmac as _hmac

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from . import edwards


class Refused(Exception):
    """What was received must not be accepted. The message says why."""


def u8(n):
    return n.to_bytes(1, "big")


def u16(n):
    return n.to_bytes(2, "big")


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def lp(x):
    return u16(len(x)) + x


def lp32(x):
    return u32(len(x)) + x


def H(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def HMAC(key, *parts):
    return _hmac.digest(key, b"".join(parts), "sha256")


def same(a, b):
    return _hmac.compare_digest(a, b)


def hkdf(salt, ikm, info, length):
    """HKDF-SHA-256 (RFC 5869)."""
    prk = _hmac.digest(salt, ikm, "sha256")
    out, block, i = b"", b"", 1
    while len(out) < length:
        block = _hmac.digest(prk, block + info + bytes([i]), "sha256")
        out, i = out + block, i + 1
    return out[:length]


def KDF(salt, ikm, label, x=b"", length=32):
    return hkdf(salt, ikm, b"dayfly/1 " + label.encode() + b"\0" + x, length)


def E(key, ad, m):
    return AESGCM(key).encrypt(bytes(12), m, ad)


def D(key, ad, sealed):
    try:
        return AESGCM(key).decrypt(bytes(12), sealed, ad)
    except InvalidTag:
        raise Refused("the sealed bytes do not open with this key") from None


def Sig(seed, context, m):
    return Ed25519PrivateKey.from_private_bytes(seed).sign(_framed(context, m))


def verify(public, context, m, signature):
    """The strict check: neither the key nor the signature's point may have a small order."""
    for point in (public, signature[:32]):
        decoded = edwards.decode(point)
        if decoded is None or edwards.is_small(decoded):
            raise Refused("a signature or key of low order")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, _framed(context, m))
    except InvalidSignature:
        raise Refused("the signature does not fit") from None


def _framed(context, m):
    return b"dayfly/1 sig " + context.encode() + b"\0" + m


def public_of(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def x25519_public(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def x25519(secret, public):
    """The shared secret; a point of low order, which would give zeros, is refused."""
    try:
        shared = X25519PrivateKey.from_private_bytes(secret).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise Refused("a point of low order") from None
    if shared == bytes(32):
        raise Refused("a point of low order")
    return shared


class Reader:
    """Takes fields off the front of received bytes."""

    def __init__(self, data):
        self.data = bytes(data)

    def take(self, n):
        if len(self.data) < n:
            raise Refused("cut short")
        taken, self.data = self.data[:n], self.data[n:]
        return taken

    def int(self, n):
        return int.from_bytes(self.take(n), "big")

    def lp(self):
        return self.take(self.int(2))

    def lp32(self):
        return self.take(self.int(4))

    def rest(self):
        taken, self.data = self.data, b""
        return taken

    def end(self):
        if self.data:
            raise Refused("something is left over")


class Random:
    """Bytes from a seed, so that vectors come out the same: the key stream of ChaCha20 under the seed
    with a nonce and a counter of zero. Whoever needs real randomness seeds it with some."""

    def __init__(self, seed):
        self._stream = Cipher(ChaCha20(seed, bytes(16)), None).encryptor()

    def __call__(self, n):
        return self._stream.update(bytes(n))

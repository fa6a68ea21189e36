"""CPace on ristretto255 with SHA-512, initiator and responder (draft-irtf-cfrg-cpace-21)."""

import hashlib

from . import edwards
from .primitives import Refused

DSI = b"CPaceRistretto255"
BLOCK = 128  # bytes SHA-512 takes at once


def leb128(n):
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def lv_cat(*parts):
    return b"".join(leb128(len(part)) + part for part in parts)


def generator_string(prs, ci, sid):
    pad = max(0, BLOCK - 1 - len(lv_cat(prs)) - len(lv_cat(DSI)))
    return lv_cat(DSI, prs, bytes(pad), ci, sid)


def generator(prs, ci, sid):
    return edwards.ristretto_from_uniform(hashlib.sha512(generator_string(prs, ci, sid)).digest())


def scalar(wide):
    """A scalar from 64 random bytes."""
    return int.from_bytes(wide, "little") % edwards.ORDER


def share(y, g):
    return edwards.ristretto_encode(edwards.mul(y, g))


def isk(y, theirs, sid, ya, ad_a, yb, ad_b):
    """The intermediate session key, 64 bytes. `theirs` is the peer's share."""
    point = edwards.ristretto_decode(theirs)
    if point is None:
        raise Refused("a share that is no element")
    shared = edwards.mul(y, point)
    if edwards.ristretto_is_identity(shared):
        raise Refused("a share of low order")
    k = edwards.ristretto_encode(shared)
    return hashlib.sha512(lv_cat(DSI + b"_ISK", sid, k) + lv_cat(ya, ad_a) + lv_cat(yb, ad_b)).digest()

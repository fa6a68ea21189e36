"""ML-KEM-768 (FIPS 203, by kyber-py) and X-Wing (draft-connolly-cfrg-xwing-kem) composed by hand.

Every function takes its randomness.
"""

import hashlib

from kyber_py.ml_kem import ML_KEM_768

from .primitives import Refused, x25519, x25519_public

EK, CT = 1184, 1088
XWING_EK, XWING_CT = EK + 32, CT + 32
_LABEL = rb"\.//^" + b"\\"


def keypair(seed):
    """(ek, dk) of the 64-byte seed d ‖ z."""
    return ML_KEM_768.key_derive(seed)


def encapsulate(ek, m):
    """(ct, shared secret) for `m`, 32 random bytes. The key's modulus is checked."""
    try:
        ss, ct = ML_KEM_768._encaps_internal(ek, m)
    except ValueError:
        raise Refused("no key of ML-KEM-768") from None
    return ct, ss


def decapsulate(dk, ct):
    if len(ct) != CT:
        raise Refused("no ciphertext of ML-KEM-768")
    return ML_KEM_768.decaps(dk, ct)


def xwing_keypair(seed):
    """(ek, dk) of a 32-byte seed."""
    expanded = hashlib.shake_256(seed).digest(96)
    ek_m, dk_m = keypair(expanded[:64])
    x = expanded[64:]
    ek_x = x25519_public(x)
    return ek_m + ek_x, (dk_m, x, ek_x)


def xwing_encapsulate(ek, random):
    """(ct, shared secret) for 64 random bytes: m for ML-KEM, then the X25519 secret."""
    if len(ek) != XWING_EK:
        raise Refused("no key of X-Wing")
    ct_m, ss_m = encapsulate(ek[:EK], random[:32])
    ct_x = x25519_public(random[32:])
    return ct_m + ct_x, _combine(ss_m, x25519(random[32:], ek[EK:]), ct_x, ek[EK:])


def xwing_decapsulate(dk, ct):
    if len(ct) != XWING_CT:
        raise Refused("no ciphertext of X-Wing")
    dk_m, x, ek_x = dk
    return _combine(decapsulate(dk_m, ct[:CT]), x25519(x, ct[CT:]), ct[CT:], ek_x)


def _combine(ss_m, ss_x, ct_x, ek_x):
    return hashlib.sha3_256(ss_m + ss_x + ct_x + ek_x + _LABEL).digest()

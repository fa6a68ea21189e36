"""What this implementation rests on, held to values that others published.

    python -m dayfly_ref.selftest
"""

import hashlib

from . import cpace, edwards, identity, kem
from .primitives import Refused, hkdf, public_of, verify, x25519


def ristretto255():
    """RFC 9496, appendices A.1 and A.3."""
    base = edwards.decode(bytes.fromhex("58" + "66" * 31))
    assert edwards.ristretto_encode(base).hex() == "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"
    assert edwards.ristretto_encode(edwards.mul(2, base)).hex() == "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"
    uniform = hashlib.sha512(b"Ristretto is traditionally a short shot of espresso coffee").digest()
    assert edwards.ristretto_encode(edwards.ristretto_from_uniform(uniform)).hex() == (
        "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46")
    for wrong in (b"\1" + bytes(31), b"\xff" * 32, (edwards.P).to_bytes(32, "little")):
        assert edwards.ristretto_decode(wrong) is None


def hkdf_sha256():
    """RFC 5869, appendix A.1."""
    out = hkdf(bytes(range(13)), b"\x0b" * 22, bytes(range(0xF0, 0xFA)), 42)
    assert out.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"


def did_key():
    """The did:key method's Ed25519 vectors."""
    for last, did in ((0, "z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp"), (1, "z6MkjchhfUsD6mmvni8mCdXHw216Xrm9bQe2mBH1P5RDjVJG")):
        public = public_of(bytes(31) + bytes([last]))
        assert identity.did_key(public) == "did:key:" + did
        assert identity.from_did_key("did:key:" + did) == public


def x_wing():
    """draft-connolly-cfrg-xwing-kem, the first vector; key and ciphertext by their SHA-256."""
    ek, dk = kem.xwing_keypair(bytes.fromhex("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"))
    ct, ss = kem.xwing_encapsulate(ek, bytes.fromhex(
        "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2"
        "35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2"))
    assert ss.hex() == "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384"
    assert hashlib.sha256(ek).hexdigest() == "2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb"
    assert hashlib.sha256(ct).hexdigest() == "17cd532d657e44c897ca6583e548a5424fc70bf54f99515a4d2bcf99e3469f33"
    assert kem.xwing_decapsulate(dk, ct) == ss


def cpace_agrees():
    """Both ends have one key, and another password gives another. (The values are held to those of
    the Rust crate, which is held to the draft's.)"""
    g, other = cpace.generator(b"word", b"ci", b"sid"), cpace.generator(b"wort", b"ci", b"sid")
    ya, yb, wrong = cpace.share(5, g), cpace.share(7, g), cpace.share(7, other)
    assert cpace.isk(5, yb, b"sid", ya, b"", yb, b"") == cpace.isk(7, ya, b"sid", ya, b"", yb, b"")
    assert cpace.isk(5, wrong, b"sid", ya, b"", wrong, b"") != cpace.isk(7, ya, b"sid", ya, b"", wrong, b"")


def weak_keys_are_refused():
    for refused in (
        lambda: x25519(b"\1" * 32, bytes(32)),
        lambda: verify(b"\1" + bytes(31), "op", b"", b"\1" + bytes(63)),
        lambda: cpace.isk(5, bytes(32), b"", b"", b"", b"", b""),
    ):
        try:
            refused()
        except Refused:
            continue
        raise AssertionError("a weak key went through")


if __name__ == "__main__":
    for check in (ristretto255, hkdf_sha256, did_key, x_wing, cpace_agrees, weak_keys_are_refused):
        check()
        print("ok  ", check.__name__)

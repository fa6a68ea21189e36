"""The identity proof, and did:key (docs/protocol.md, "Identity")."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from .primitives import E, KDF, Reader, Refused, Sig, lp, public_of, u8, u32, verify

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"


def proof(seed, role, h, room_id, capabilities=0, ext=b""):
    public = public_of(seed)
    signature = Sig(seed, "id", u8(role) + h + public + room_id)
    return u8(1) + public + signature + lp(u32(capabilities)) + lp(ext)


def check(frame, role, h, room_id, own):
    """(id, capabilities, ext) of a proof made by the side `role`."""
    reader = Reader(frame)
    if reader.int(1) != 1:
        raise Refused("no identity proof")
    public, signature = reader.take(32), reader.take(64)
    capabilities, ext = reader.lp(), reader.lp()
    reader.end()
    if len(capabilities) != 4:
        raise Refused("capabilities of another length")
    if public == own:
        raise Refused("our own identity")
    verify(public, "id", u8(role) + h + public + room_id, signature)
    return public, int.from_bytes(capabilities, "big"), ext


def kept_ext(kept_seed, role, h, public, hardware=b""):
    """The optional proof of a kept identity, for one pair only. `hardware` is `lp(spki) ‖ r ‖ s`."""
    return public_of(kept_seed) + Sig(kept_seed, "kept", u8(role) + h + public) + hardware


def hardware(secret, role, h, public):
    """`lp(spki) ‖ r ‖ s` of a P-256 key, as a device's key store would make it; deterministic here (RFC 6979)."""
    key = ec.derive_private_key(int.from_bytes(secret, "big") % (P256_ORDER - 1) + 1, ec.SECP256R1())
    algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
    r, s = decode_dss_signature(key.sign(b"dayfly/1 sig kept\0" + u8(role) + h + public, algorithm))
    spki = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return lp(spki) + r.to_bytes(32, "big") + min(s, P256_ORDER - s).to_bytes(32, "big")


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def check_kept(ext, role, h, public):
    """(the kept key, the hardware key's SPKI or None)."""
    reader = Reader(ext)
    kept, signature = reader.take(32), reader.take(64)
    verify(kept, "kept", u8(role) + h + public, signature)
    if not reader.data:
        return kept, None
    spki, r, s = reader.lp(), reader.int(32), reader.int(32)
    reader.end()
    key = serialization.load_der_public_key(spki)
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused("a key of another curve")
    if key.public_bytes(serialization.Encoding.DER, form) != spki or s > P256_ORDER // 2:
        raise Refused("not the one form of this key or signature")
    try:
        key.verify(encode_dss_signature(r, s), b"dayfly/1 sig kept\0" + u8(role) + h + public, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("the hardware key did not sign this") from None
    return kept, spki


def export_kept(seed, salt, w):
    """A kept identity outside a session; `w` is Argon2id of a passphrase with that salt."""
    head = u8(1) + salt
    return head + E(KDF(salt, w, "kept"), head, seed)


def did_key(public):
    number = int.from_bytes(_ED25519 + public, "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = _BASE58[digit] + text
    return "did:key:z" + text


def from_did_key(text):
    if not text.startswith("did:key:z"):
        raise Refused("no did:key in base58")
    number = 0
    for letter in text[9:]:
        if letter not in _BASE58:
            raise Refused("a letter that base58 does not have")
        number = number * 58 + _BASE58.index(letter)
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    if len(data) != 34 or data[:2] != _ED25519:
        raise Refused("no Ed25519 key")
    return data[2:]

"""The identity proof, and did:key (docs/protocol.md, "Identity")."""

from .primitives import Reader, Refused, Sig, lp, public_of, u8, verify

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"


def proof(seed, role, h, room_id, capabilities=b"", ext=b""):
    public = public_of(seed)
    signature = Sig(seed, "id", u8(role) + h + public + room_id)
    return u8(1) + public + signature + lp(capabilities) + lp(ext)


def check(frame, role, h, room_id, own):
    """(id, capabilities, ext) of a proof made by the side `role`."""
    reader = Reader(frame)
    if reader.int(1) != 1:
        raise Refused("no identity proof")
    public, signature = reader.take(32), reader.take(64)
    capabilities, ext = reader.lp(), reader.lp()
    reader.end()
    if public == own:
        raise Refused("our own identity")
    verify(public, "id", u8(role) + h + public + room_id, signature)
    return public, capabilities, ext


def kept_ext(kept_seed, role, h, public):
    """The optional proof of a kept identity, for one pair only."""
    return public_of(kept_seed) + Sig(kept_seed, "kept", u8(role) + h + public)


def check_kept(ext, role, h, public):
    reader = Reader(ext)
    kept, signature = reader.take(32), reader.take(64)
    verify(kept, "kept", u8(role) + h + public, signature)
    return kept


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

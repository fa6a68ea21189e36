"""Verification: the short code of two, of a group, and in person (docs/protocol.md)."""

import base64

from .primitives import H, HMAC, KDF, Sig, u8, u32

EMOJI = (
    "Dog Cat Lion Horse Unicorn Pig Elephant Rabbit Panda Rooster Penguin Turtle Fish Octopus "
    "Butterfly Flower Tree Cactus Mushroom Globe Moon Cloud Fire Banana Apple Strawberry Corn Pizza "
    "Cake Heart Smiley Robot Hat Glasses Spanner Santa Thumbs-Up Umbrella Hourglass Clock Gift "
    "Light-Bulb Book Pencil Paperclip Scissors Lock Key Hammer Telephone Flag Train Bicycle Aeroplane "
    "Rocket Trophy Ball Guitar Trumpet Bell Anchor Headphones Folder Pin"
).replace("-", "\xa0").split(" ")
EMOJI = [name.replace("\xa0", " ") for name in EMOJI]


def commitment(h, id_i, id_r, r_i):
    return H(b"dayfly/1 sas commit\0", h, id_i, id_r, r_i)


def code(h, r_i, r_r, room_id, id_i, id_r):
    return KDF(h, r_i + r_r, "sas", room_id + id_i + id_r)


def emoji(bits):
    """Seven numbers of the table, from the first 42 bits."""
    first = int.from_bytes(bits[:8], "big")
    return [first >> (58 - 6 * i) & 63 for i in range(7)]


def digits(bits):
    text = f"{int.from_bytes(bits[8:16], 'big') % 10**12:012}"
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def confirmation(h, r_i, r_r, room_id, id_i, id_r, role):
    return HMAC(KDF(h, r_i + r_r, "sas ok", room_id + id_i + id_r), u8(role))


def group_commitment(gcid, ids, own, r):
    return H(b"dayfly/1 gc\0", gcid, H(*sorted(ids)), own, r)


def group_code(gcid, room_id, reveals):
    """`reveals` maps each id to its r."""
    ids = sorted(reveals)
    return KDF(H(*ids), b"".join(reveals[i] for i in ids), "gc", room_id + gcid)


def group_proposal(seed, gcid, generation, ids):
    """The signature in the first message."""
    return Sig(seed, "gc", gcid + u32(generation) + b"".join(sorted(ids)))


def shown(room_id, shower, s):
    """What stands in the QR code on the shower's screen; `s` is 16 random bytes."""
    code = u8(1) + room_id[:8] + shower + s
    return "dayfly-check:" + base64.b32encode(code).decode().rstrip("=")


def tick(s, h, scanner, shower):
    return HMAC(s, h, scanner, shower)

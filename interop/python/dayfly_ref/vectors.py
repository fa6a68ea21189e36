"""Makes core/proto/tests/vectors/native-*.json, the same every time.

    python -m dayfly_ref.vectors            writes them
    python -m dayfly_ref.vectors --check    fails if the committed ones differ

All bytes are in hexadecimal. What is random in the protocol comes from `Random(H(name))` here and
stands in the file, so that whoever checks can put the same bytes in.
"""

import json
import sys
from pathlib import Path

from . import cpace, handshake, identity, kem, sas, topics
from .invite import Invite
from .primitives import E, H, HMAC, KDF, Random, Sig, lp, public_of, u8, u32

FOLDER = Path(__file__).parents[3] / "core/proto/tests/vectors"


def random(name):
    return Random(H(name.encode()))


def fixed(name, n=32):
    return random(name)(n)


class Recorder:
    """Hands out random bytes and remembers them in order."""

    def __init__(self, name):
        self.source, self.drawn = random(name), []

    def __call__(self, n):
        self.drawn.append(self.source(n))
        return self.drawn[-1]


def base():
    """Every primitive by itself."""
    key, room = fixed("key"), fixed("room")
    seed = fixed("ed25519")
    ek, dk = kem.keypair(fixed("ml-kem", 64))
    ct, ss = kem.encapsulate(ek, fixed("ml-kem m"))
    xek, xdk = kem.xwing_keypair(fixed("x-wing"))
    xct, xss = kem.xwing_encapsulate(xek, fixed("x-wing m", 64))
    prs, ci, sid = fixed("prs"), b"ci", b"sid"
    g = cpace.generator(prs, ci, sid)
    wide_a, wide_b = fixed("ya", 64), fixed("yb", 64)
    a, b = cpace.scalar(wide_a), cpace.scalar(wide_b)
    ya, yb = cpace.share(a, g), cpace.share(b, g)
    return {
        "hash": {"parts": [b"ab", b"c"], "out": H(b"abc")},
        "hmac": {"key": key, "message": b"abc", "out": HMAC(key, b"abc")},
        "kdf": [
            {"salt": salt, "ikm": ikm, "label": label, "x": x, "out": KDF(salt, ikm, label, x)}
            for salt, ikm, label, x in [(b"", b"", "root", b""), (room, key, "psk", u32(7)), (b"s", b"i", "", b"inv")]
        ],
        "seal": {"key": key, "ad": b"beside", "plain": b"within", "out": E(key, b"beside", b"within")},
        "sign": {"seed": seed, "public": public_of(seed), "context": "op", "message": b"abc",
                 "signature": Sig(seed, "op", b"abc"), "did": identity.did_key(public_of(seed))},
        # The neutral element as key and as R, zero as S: fits every message unless it is refused.
        "small_order": {"public": u8(1) + bytes(31), "signature": u8(1) + bytes(63)},
        "ml_kem": {"seed": fixed("ml-kem", 64), "m": fixed("ml-kem m"), "ek": ek, "ct": ct, "ss": ss},
        "x_wing": {"seed": fixed("x-wing"), "m": fixed("x-wing m", 64), "ek": xek, "ct": xct, "ss": xss},
        "cpace": {"prs": prs, "ci": ci, "sid": sid, "wide_a": wide_a, "wide_b": wide_b, "ya": ya, "yb": yb,
                  "isk": cpace.isk(a, yb, sid, ya, b"", yb, b"")},
    }


def invite():
    """Invites, room ids, keys, topics, sealed offers."""
    cases = []
    for name, given in {
        "plain": {},
        "everything": {"history": 20, "password": True, "expire": 300, "receipts": True, "name": "Kitchen, 7 o'clock",
                       "trackers": ["wss://tracker.example", "wss://other.example:8443/announce"], "generation": 3},
        "no history": {"history": 0, "owner": bytes(32)},
        "from a later version": {"flags": 0x0042, "extra_options": [(7, b"later")], "extra_hints": [(5, b""), (9, bytes(200))]},
    }.items():
        made = Invite(fixed(name + " rid", 16), given.pop("generation", 0), fixed(name + " secret"),
                      given.pop("owner", public_of(fixed(name + " owner"))), **given)
        keys = topics.RoomKeys(made.room_id(), made.generation, made.secret)
        at = 1_790_000_000
        slot, _ = topics.slots(keys, at)
        topic = topics.topic(keys, "tracker", slot)
        offer = {"from": fixed("from", 16), "to": bytes(16), "kind": topics.OFFER, "time": at * 1000,
                 "body": fixed(name + " sdp", 700), "salt": fixed(name + " salt", 16)}
        boundary = topics.phase(keys) + 497_000 * topics.HOUR
        cases.append({
            "name": name, "link": made.link(), "record": made.record(), "flags": made.flags, "rid": made.rid,
            "generation": made.generation, "secret": made.secret, "owner": made.owner, "options": made.options(),
            "history": made.history, "password": made.password, "expire": made.expire, "receipts": made.receipts,
            "room_name": made.name, "trackers": made.trackers, "room_id": made.room_id(),
            "keys": {key: getattr(keys, key) for key in topics.KEYS},
            "phase_seconds": topics.phase(keys),
            "slots": [{"unix": boundary + off, "now": now, "neighbour": near}
                      for off in (-1800, -301, -300, -1, 0, 300, 301) for now, near in [topics.slots(keys, boundary + off)]],
            "topics": [{"backend": backend, "slot": number, "topic": topics.topic(keys, backend, number)}
                       for backend, number in (("tracker", slot), ("tracker", slot + 1), ("dht", slot))],
            "offer": {**offer, "topic": topic, "sealed": topics.seal_offer(
                keys, topic, offer["from"], offer["to"], offer["kind"], offer["time"], offer["body"], offer["salt"])},
        })
    word = "Tulpe e\u0301"
    return {"cases": cases, "password": {"text": word, "room_id": fixed("room"), "word": topics.password(word, fixed("room"))}}


def check():
    """Codes that people compare."""
    h, room = fixed("h"), fixed("room")
    ids = [public_of(fixed(f"id {n}")) for n in range(4)]
    i, r = ids[:2]
    r_i, r_r, gcid = fixed("r_i"), fixed("r_r"), fixed("gcid", 16)
    code = sas.code(h, r_i, r_r, room, i, r)
    reveals = {one: fixed(f"reveal {n}") for n, one in enumerate(ids)}
    group = sas.group_code(gcid, room, reveals)
    return {
        "emoji": sas.EMOJI,
        "pair": {"h": h, "room_id": room, "id_i": i, "id_r": r, "r_i": r_i, "r_r": r_r,
                 "commitment": sas.commitment(h, i, r, r_i), "code": code, "emoji": sas.emoji(code), "digits": sas.digits(code),
                 "confirmations": [sas.confirmation(h, r_i, r_r, room, i, r, role) for role in (1, 2)]},
        "group": {"gcid": gcid, "room_id": room, "ids": ids, "reveals": [reveals[one] for one in ids],
                  "commitments": [sas.group_commitment(gcid, ids, one, reveals[one]) for one in ids],
                  "code": group, "emoji": sas.emoji(group), "digits": sas.digits(group)},
    }


FILES = {"base": base, "invite": invite, "check": check}


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def text(make):
    return json.dumps({"about": make.__doc__, **plain(make())}, indent=1, ensure_ascii=False) + "\n"


def main():
    stale = []
    for name, make in FILES.items():
        path, made = FOLDER / f"native-{name}.json", text(make)
        if "--check" not in sys.argv[1:]:
            path.write_text(made, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != made:
            stale.append(path.name)
    if stale:
        sys.exit(f"Not what this makes: {', '.join(stale)}")


if __name__ == "__main__":
    main()

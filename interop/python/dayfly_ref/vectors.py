"""Makes core/proto/tests/vectors/native-*.json, the same every time.

    python -m dayfly_ref.vectors            writes them
    python -m dayfly_ref.vectors --check    fails if the committed ones differ

All bytes are in hexadecimal. What is random in the protocol comes from `Random(H(name))` here and
stands in the file, so that whoever checks can put the same bytes in.
"""

import json
import sys
from pathlib import Path

from . import code as codes
from . import cpace, description, frames, handshake, identity, kem, sas, signed, topics
from . import manual as by_hand
from .invite import Invite
from .primitives import E, H, HMAC, KDF, Random, Sig, lp, public_of, u8, u16, u32
from .session import REKEY_MESSAGES, Session, chunk

FOLDER = Path(__file__).parents[3] / "core/proto/tests/vectors"


def random(name):
    return Random(H(name.encode()))


def fixed(name, n=32):
    return random(name)(n)


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
        described = ("actpass", b"nXgsLJPyMSTMaUZs", b"LDCHGuPbDRfGWcNnjAGYrfWsVfgtDRVX", fixed(name + " certificate"), [
            ("host", 2_130_706_431, 40_000, "192.0.2.7"), ("host", 2_130_706_175, 40_001, "2001:db8::7"),
            ("srflx", 1_694_498_815, 50_000, "198.51.100.7"), ("relay", 16_777_215, 60_000, "203.0.113.7")][:len(cases) + 1])
        assert description.decode(description.encode(*described)) == described
        offer = {"from": fixed("from", 16), "to": bytes(16), "kind": topics.OFFER, "time": at * 1000,
                 "body": u8(topics.COMPACT) + description.encode(*described), "salt": fixed(name + " salt", 16)}
        sealed = topics.seal_offer(
            keys, topic, offer["from"], offer["to"], offer["kind"], offer["time"], offer["body"], offer["salt"])
        sender, to, offer_id = "peer0000000000000001", "peer0000000000000002" if cases else None, "offer000000000000001"
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
            "offer": {**offer, "topic": topic, "sdp": description.to_sdp(*described), "sealed": sealed},
            "dht": {"topic": topic, "writer": len(cases), "public": public_of(topics.dht_seed(topic, len(cases))),
                    "from": sender, "to": to, "offer_id": offer_id, "sealed": sealed,
                    "value": topics.dht_value(topics.OFFER, sender, to, offer_id, sealed)},
        })
    word = "Tulpe e\u0301"
    return {"cases": cases, "password": {"text": word, "room_id": fixed("room"), "word": topics.password(word, fixed("room"))}}


def check():
    """Codes that people compare."""
    h, room = fixed("h"), fixed("room")
    seeds = [fixed(f"id {n}") for n in range(4)]
    ids = [public_of(seed) for seed in seeds]
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
        "scan": {"h": h, "room_id": room, "shower": i, "scanner": r, "s": fixed("s", 16), "text": sas.shown(room, i, fixed("s", 16)),
                 "tick": sas.tick(fixed("s", 16), h, r, i)},
        "group": {"gcid": gcid, "room_id": room, "generation": 3, "seeds": seeds, "ids": ids,
                  "signature": sas.group_proposal(seeds[0], gcid, 3, ids), "reveals": [reveals[one] for one in ids],
                  "commitments": [sas.group_commitment(gcid, ids, one, reveals[one]) for one in ids],
                  "code": group, "emoji": sas.emoji(group), "digits": sas.digits(group)},
    }


def session():
    """Handshakes with what follows: proofs, messages, two key changes. `seed_i` and `seed_r` seed ChaCha20 streams that
    each side draws from in this order: s, e, then I the 64 bytes of its ML-KEM key, R the 32 for the ciphertext, then
    64 for CPace if there is a password, and later 32 (I) or 64 (R) for each X-Wing exchange."""
    cases = []
    for name, given in {"room": {}, "password": {"w": fixed("w")}, "web": {"mode": 2, "context": b"a context"}}.items():
        mode, w, context = given.get("mode", 1), given.get("w"), given.get("context", b"")
        room, psk0, fp_i, fp_r = (fixed(f"{name} {what}") for what in ("room", "psk0", "fp_i", "fp_r"))
        seeds = [fixed(f"{name} {side}") for side in "ir"]
        keys = [fixed(f"{name} id {side}") for side in "ir"]
        prologue = handshake.prologue(mode, room, 7, fp_i, fp_r, context)
        random_i, random_r = map(Random, seeds)
        i = handshake.Initiator(prologue, psk0, w, random_i)
        r = handshake.Responder(prologue, psk0, w, random_r)
        messages = [i.message1()]
        messages.append(r.message2(messages[0]))
        last, secrets = i.message3(messages[1])
        messages.append(last)
        r.finish(last)
        side = {1: Session(secrets), 2: Session(_Mirror(secrets))}
        # I shows an identity that it keeps in the second room, in the third with a hardware key beside it.
        kept, vouched, ext = None, b"", b""
        if name != "room":
            kept = fixed(f"{name} kept")
            if name == "web":
                vouched = identity.hardware(fixed("hardware"), 1, secrets.h, public_of(keys[0]))
            ext = identity.kept_ext(kept, 1, secrets.h, public_of(keys[0]), vouched)
        proofs = [side[1].prove(keys[0], room, 1, ext), side[2].prove(keys[1], room, 2)]
        for n in (1, 2):
            side[n].check(proofs[2 - n], room)
        if ext:
            identity.check_kept(ext, 1, secrets.h, public_of(keys[0]))
        made = []

        def send(role, content):
            frame = side[role].seal(content)
            made.append({"from": role, "content": content, "frame": frame})
            other, answers = side[3 - role].open(frame, None)
            assert other == content and not answers

        def control(role, frame, what, random):
            made.append({"from": role, what: True, "frame": frame})
            return side[3 - role].open(frame, random)[1]

        send(1, b"\x01hello")
        send(2, b"\x02" + bytes(100))
        (ask,) = control(2, side[2].ask(), "ask", random_i)
        (answer,) = control(1, ask, "rekey1", random_r)
        control(2, answer, "rekey2", None)
        send(2, b"\x01in the next epoch, before the other end is there")
        send(1, b"\x01there")
        for n in range(REKEY_MESSAGES - 2):
            send(1 + n % 2, b"\x02" + u8(n))
        (answer,) = control(1, side[1].rekey(random_i), "rekey1", random_r)
        control(2, answer, "rekey2", None)
        send(1, b"\x03" + fixed("long", 3000))
        cases.append({
            "name": name, "mode": mode, "room_id": room, "generation": 7, "fp_i": fp_i, "fp_r": fp_r, "context": context,
            "prologue": prologue, "psk0": psk0, "w": w, "seed_i": seeds[0], "seed_r": seeds[1], "messages": messages,
            "h": secrets.h, "root": secrets.root, "sid": secrets.sid, "key_i": keys[0], "key_r": keys[1],
            "capabilities": [1, 2], "kept_seed": kept, "spki": vouched[2:-64], "hardware": vouched[-64:], "proofs": proofs, "epochs": side[1].epoch,
            "frames": [step if len(step["frame"]) < 3000 and (n < 8 or n % 20 == 0 or n > len(made) - 4) else
                       {**step, "frame": H(step["frame"]), "hashed": True} for n, step in enumerate(made)],
        })
    lane, transfer = fixed("lane"), fixed("transfer", 16)
    return {"cases": cases,
            "lane": {"id": 7, "key": lane, "transfer": transfer, "contents": [b"first", b"", fixed("bulk", 100)],
                     "chunks": [chunk(lane, 7, n, transfer, part) for n, part in enumerate([b"first", b"", fixed("bulk", 100)])]},
            "export": {"seed": fixed("kept"), "salt": fixed("kept salt", 16), "w": fixed("kept w"),
                       "blob": identity.export_kept(fixed("kept"), fixed("kept salt", 16), fixed("kept w"))}}


class _Mirror:
    """The same secrets, seen from the other end."""

    def __init__(self, secrets):
        self.role, self.h, self.sid, self.root = 3 - secrets.role, secrets.h, secrets.sid, secrets.root


def said():
    """What is signed: events, owner operations, sender keys; and the frames that carry them."""
    room, generation = fixed("room"), 3
    seed, owner, other = fixed("author"), fixed("owner"), public_of(fixed("other"))
    author = public_of(seed)
    at = 1_790_000_000_000
    events, prev, seq = [], bytes(32), 0
    for name, kind_body, flags, ref in [
        ("text", signed.text("hello"), 0, bytes(16)),
        ("answer that vanishes", signed.text("Grüße, 👋🏽", 300), 0, fixed("ref", 16)),
        ("to be looked at once", signed.text("psst"), signed.VIEW_ONCE | signed.NO_HISTORY, bytes(16)),
        ("reaction", signed.reaction("👍🏽", True), 0, fixed("ref", 16)),
        ("reaction taken back", signed.reaction("👍🏽", False), 0, fixed("ref", 16)),
        ("edit", signed.edit("hello, all"), 0, fixed("ref", 16)),
        ("unsend", (signed.UNSEND, b""), 0, fixed("ref", 16)),
        ("direct", signed.text("between us"), signed.DIRECT, bytes(16)),
        ("of a later version", (200, b"whatever"), 0x20, bytes(16)),
    ]:
        seq += 1
        data = signed.event(room, generation, author, seq, prev, at + seq, kind_body, flags, ref)
        events.append({"name": name, "seq": seq, "prev": prev, "time": at + seq, "kind": kind_body[0], "body": kind_body[1],
                       "flags": flags, "ref": ref, "event": data, "hash": H(data), "id": signed.event_id(data),
                       "signature": signed.sign_event(seed, data)})
        prev = H(data)
    next_secret = fixed("next secret")
    ops, prev = [], bytes(32)
    for number, (name, kind, args) in enumerate([
        ("mute", signed.MUTE, other + u8(1)),
        ("slow", signed.SLOW, u32(30)),
        ("expire", signed.EXPIRE, u32(86_400)),
        ("lock", signed.LOCK, u8(1)),
        ("remove", signed.REMOVE, signed.removal(other, 9, fixed("last"), next_secret)),
        ("hand over", signed.HAND_OVER, author),
        ("close", signed.CLOSE, b""),
    ], 1):
        data = signed.op(room, generation, number, prev, kind, args)
        ops.append({"name": name, "seq": number, "prev": prev, "op": data, "hash": H(data),
                    "signature": signed.sign_op(owner, data)})
        prev = H(data)
    k_skdm, salt = fixed("k skdm"), fixed("salt", 16)
    key = signed.SenderKey(4, 0, fixed("sender chain"), fixed("media"))
    skdm = signed.skdm(room, generation, k_skdm, seed, salt, key.plain())
    groups = []
    for n, event in enumerate(events[:4]):
        groups.append(signed.group(room, generation, author, key, event["event"] + event["signature"]))
    later = signed.skdm(room, generation, k_skdm, seed, fixed("salt 2", 16), key.plain())
    gcid, ids = fixed("gcid", 16), sorted([author, other])
    h, ack_secret = fixed("h"), fixed("ack secret")
    k_ack = topics.RoomKeys(room, generation, ack_secret).ack
    marks = {author: (2, events[1]["hash"]), other: (7, fixed("mark"))}
    box = frames.signal_box(fixed("signals"), fixed("box salt", 16), author, other,
                            frames.signal(0, fixed("offer id", 16), generation, fixed("description"))[1:])
    frame = {
        "profile": frames.profile("Zoë"),
        "typing": frames.typing(True, False), "typing direct": frames.typing(True, True), "typed": frames.typing(False, False),
        "leave": frames.bare(frames.LEAVE), "refused": frames.refused(4), "got": frames.got(5, 2),
        "read": frames.read([event["id"] for event in events[:3]]),
        "sas ask": frames.bare(frames.SAS_ASK), "sas 1": frames.sas_1(1, fixed("commit")),
        "sas 2": frames.bare(frames.SAS_2, fixed("r_r")), "sas 3": frames.bare(frames.SAS_3, fixed("r_i")),
        "sas 4": frames.bare(frames.SAS_4, fixed("tag")), "sas no": frames.bare(frames.SAS_NO),
        "sas cancel": frames.bare(frames.SAS_CANCEL), "scanned": frames.bare(frames.SCANNED, fixed("tag")),
        "scan seen": frames.bare(frames.SCAN_SEEN), "scan no": frames.bare(frames.SCAN_NO),
        "group check 0": frames.group_check_0(gcid, generation, ids, sas.group_proposal(seed, gcid, generation, ids)),
        "group check 1": frames.group_check(frames.GC_1, gcid, fixed("commit")),
        "group check 2": frames.group_check(frames.GC_2, gcid, fixed("reveal")),
        "group check end": frames.group_check(frames.GC_END, gcid, u8(2)),
        "ops head": frames.ops_head(7, ops[-1]["hash"]), "no ops": frames.ops_head(0, bytes(32)),
        "op": frames.op(ops[0]["op"], ops[0]["signature"]),
        "removal": frames.op(ops[4]["op"], ops[4]["signature"], next_secret),
        "generation ack": frames.generation_ack(generation, signed.ack(k_ack, h, 1)),
        "sender key": frames.bare(frames.SENDER_KEY, skdm), "group": frames.bare(frames.GROUP, groups[0]),
        "direct": frames.bare(frames.DIRECT, events[7]["event"]),
        "frontier": frames.frontier(3, marks), "empty frontier": frames.frontier(0, {}),
        "history event": frames.history_event(events[0]["event"] + events[0]["signature"]),
        "history tombstone": frames.tombstone(author, 3, events[2]["hash"], events[1]["hash"]),
        "history end": frames.bare(frames.HISTORY_END),
        "signal": frames.signal(1, fixed("offer id", 16), generation, fixed("description")),
        "pass on": frames.passing(frames.PASS_ON, other, box),
        "passed on": frames.passing(frames.PASSED_ON, author, box),
        "parked": frames.parked(1),
    }
    return {"room_id": room, "generation": generation, "author_seed": seed, "author": author, "owner_seed": owner,
            "other": other, "events": events, "ops": ops, "next_secret": next_secret, "k_skdm": k_skdm,
            "skdm": {"salt": salt, "skid": 4, "ck": fixed("sender chain"), "media": key.media, "sealed": skdm,
                     "later_salt": fixed("salt 2", 16), "later": later, "groups": groups},
            "ack": {"secret": ack_secret, "h": h, "tags": [signed.ack(k_ack, h, role) for role in (1, 2)]}, "frames": frame}


def code():
    """Short codes: keys, topics, boxes, whole exchanges."""
    cases = []
    for words, theirs in [("4821-tulip-anchor", "4821-tulip-anchor"), ("0007-айва-якір", "0007-айва-якір"),
                          ("4821-tulip-anchor", "4821-anchor-tulip")]:
        name = words + theirs
        keys = codes.Keys(words[:4])
        host_cid, joiner_cid = fixed(name + " H", 16), fixed(name + " J", 16)
        wide_j, seed, wide_h, m = fixed(name + " yJ", 64), fixed(name + " ek", 64), fixed(name + " yH", 64), fixed(name + " m")
        joiner = codes.Joiner(theirs, host_cid, joiner_cid, wide_j, seed)
        host = codes.Host(words, joiner.c1, wide_h, m)
        c3 = joiner.read(host.c2)
        right = host.confirm(c3)
        assert right == (words == theirs)
        record = fixed(name + " record", 150)
        sealed = host.seal(record) if right else b""
        assert not right or joiner.open(sealed) == record
        name_here = codes.topic(keys, "tracker", 2_983_333)
        salt, beacon = fixed(name + " salt", 16), codes.message(codes.BEACON, host_cid)
        box = codes.seal(keys, name_here, beacon, salt)
        assert codes.unseal(keys, name_here, box) == beacon
        cases.append({
            "code": words, "typed": theirs, "host": host_cid, "joiner": joiner_cid, "wide_j": wide_j, "seed": seed,
            "wide_h": wide_h, "m": m, "right": right, "record": record,
            "c1": codes.message(codes.C1, joiner.c1), "c2": codes.message(codes.C2, host.c2),
            "c3": codes.message(codes.C3, c3), "c4": codes.message(codes.C4, joiner_cid + lp(sealed)),
            "topics": [{"backend": kind, "slot": slot, "topic": codes.topic(keys, kind, slot)}
                       for kind, slot in (("tracker", 2_983_333), ("nostr", 2_983_333), ("lan", 0))],
            "box": {"topic": name_here, "salt": salt, "message": beacon, "text": box},
        })
    at = [0, 299, 300, 599, 600, 1_790_000_000]
    return {"cases": cases, "slots": [{"unix": unix, "slots": codes.slots(unix)} for unix in at]}


def manual():
    """Codes exchanged by hand, and the keys of the handshake between them."""

    def described(setup, name, addresses):
        ufrag, pwd = b"nXgsLJPyMSTMaUZs", b"LDCHGuPbDRfGWcNnjAGYrfWsVfgtDRVX"
        candidates = b"".join(u8(1) + u32(2130706431 - at) + u16(40000 + at) + bytes([192, 168, 43, at])
                              for at in range(addresses))
        return (u8(setup) + u8(len(ufrag)) + ufrag + u8(len(pwd)) + pwd + fixed(name) + u8(addresses) + candidates)

    cases = []
    for addresses in (0, 1, 3, 6):
        ids, nonces = [public_of(fixed("host")), public_of(fixed("guest"))], [fixed("n1", 16), fixed("n2", 16)]
        first = by_hand.offer(ids[0], nonces[0], described(1, "host's certificate", addresses))
        second = by_hand.answer(first, ids[1], nonces[1], described(2, "guest's certificate", addresses))
        room_id, psk = by_hand.keys(first, second)
        cases.append({
            "ids": ids, "nonces": nonces, "fingerprints": [fixed("host's certificate"), fixed("guest's certificate")],
            "links": [by_hand.link(first), by_hand.link(second)], "hashes": [H(first), H(second)],
            "addresses": addresses, "room_id": room_id, "psk": psk,
            "prologue": handshake.prologue(handshake.MANUAL, room_id, 0, fixed("guest's certificate"),
                                           fixed("host's certificate")),
        })
    return {"cases": cases}


FILES = {"base": base, "invite": invite, "manual": manual, "check": check, "session": session, "said": said,
         "code": code}


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

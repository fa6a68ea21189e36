"""The frames inside a session: a type byte and a body (docs/protocol.md, section 7)."""

from .primitives import E, KDF, Refused, lp, u8, u16, u32, u64

PROFILE, TYPING, LEAVE, REFUSED, GOT, READ = range(1, 7)
SAS_ASK, SAS_1, SAS_2, SAS_3, SAS_4, SAS_NO, SAS_CANCEL = range(16, 23)
SCANNED, SCAN_SEEN, SCAN_NO = range(24, 27)
GC_0, GC_1, GC_2, GC_END = range(28, 32)
OPS_HEAD, OP, GENERATION_ACK, SENDER_KEY, GROUP, DIRECT, FRONTIER, HISTORY, HISTORY_END = range(32, 41)
SIGNAL, PASS_ON, PASSED_ON, PARKED = range(128, 132)
KNOWN = {*range(1, 7), *range(16, 23), *range(24, 27), *range(28, 41), *range(128, 132)}


def profile(name):
    return u8(PROFILE) + lp(name.encode())


def typing(on, direct):
    return u8(TYPING) + u8(on | direct << 1)


def refused(code):
    return u8(REFUSED) + u8(code)


def got(room, direct):
    return u8(GOT) + u64(room) + u64(direct)


def read(ids):
    return u8(READ) + u16(len(ids)) + b"".join(ids)


def sas_1(suite, commitment):
    return u8(SAS_1) + u8(suite) + commitment


def group_check_0(gcid, generation, ids, signature):
    return u8(GC_0) + gcid + u32(generation) + u8(len(ids)) + b"".join(sorted(ids)) + signature


def group_check(kind, gcid, body):
    return u8(kind) + gcid + body


def ops_head(seq, digest):
    return u8(OPS_HEAD) + u64(seq) + digest


def op(data, signature, secret=None):
    return u8(OP) + lp(data) + signature + (u8(0) if secret is None else u8(1) + secret)


def generation_ack(generation, tag):
    return u8(GENERATION_ACK) + u32(generation) + tag


def signal(answer, offer_id, generation, description):
    return u8(SIGNAL) + u8(answer) + offer_id + u32(generation) + lp(description)


def passing(kind, who, box):
    """PASS_ON to `who`, PASSED_ON from `who`."""
    return u8(kind) + who + lp(box)


def parked(on):
    return u8(PARKED) + u8(on)


def signal_box(signals, salt, sender, receiver, body):
    """`signals` is of the session between the two, `body` a SIGNAL without its type."""
    return salt + E(KDF(salt, signals, "signal box"), sender + receiver, body)


def frontier(direct, marks):
    """`marks` maps each author to (seq, hash)."""
    rows = b"".join(author + u64(seq) + digest for author, (seq, digest) in sorted(marks.items()))
    return u8(FRONTIER) + u64(direct) + u16(len(marks)) + rows


def history_event(signed):
    return u8(HISTORY) + u8(1) + signed


def tombstone(author, seq, digest, prev):
    return u8(HISTORY) + u8(2) + author + u64(seq) + digest + prev


def bare(kind, body=b""):
    return u8(kind) + body


def kind_of(frame):
    """The type, or None for an unknown one that may be passed over."""
    if not frame:
        raise Refused("an empty frame")
    if frame[0] in KNOWN:
        return frame[0]
    if frame[0] < 128:
        raise Refused("an unknown type that must be known")
    return None

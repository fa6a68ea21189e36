"""What outlives its session, and is therefore signed: EVENT, OP, and the handing over of sender keys
(docs/protocol.md, sections 9 and 10)."""

from .primitives import D, E, H, HMAC, KDF, Reader, Refused, Sig, lp32, public_of, u8, u32, u64, verify

TEXT, REACTION, EDIT, UNSEND = 1, 2, 3, 4
VIEW_ONCE, NO_HISTORY, DIRECT = 1, 2, 4
REMOVE, MUTE, SLOW, EXPIRE, LOCK, HAND_OVER, CLOSE = range(1, 8)
SKIP = 256


# --- EVENT ----------------------------------------------------------------------------------------


def text(words, life=0):
    return TEXT, u32(life) + words.encode()


def reaction(emoji, on):
    return REACTION, u8(on) + emoji.encode()


def edit(words):
    return EDIT, words.encode()


def event(room_id, generation, author, seq, prev, time_ms, kind_body, flags=0, ref=bytes(16)):
    kind, body = kind_body
    return (u8(1) + room_id + u32(generation) + author + u64(seq) + prev + u64(time_ms)
            + u8(kind) + u8(flags) + ref + lp32(body))


EVENT_HEAD = 1 + 32 + 4 + 32 + 8 + 32 + 8 + 1 + 1 + 16


def split_event(data):
    """(EVENT, author, seq, kind, flags, body, what follows)."""
    reader = Reader(data)
    head = reader.take(EVENT_HEAD)
    body = reader.lp32()
    if head[0] != 1:
        raise Refused("no EVENT")
    return (head + lp32(body), head[37:69], int.from_bytes(head[69:77], "big"), head[117], head[118], body, reader.rest())


def sign_event(seed, data):
    return Sig(seed, "event", data)


def event_id(data):
    return H(data)[:16]


# --- OP -------------------------------------------------------------------------------------------


def op(room_id, generation, seq, prev, kind, args=b""):
    return room_id + u32(generation) + u64(seq) + prev + u8(kind) + args


def removal(member, last_seq, last_hash, next_secret):
    return member + u64(last_seq) + last_hash + H(next_secret)


def sign_op(seed, data):
    return Sig(seed, "op", data)


def ack(k_ack, h, role):
    """Proof for one session that its sender has a generation's secret."""
    return HMAC(k_ack, h, u8(role))


# --- sender keys ----------------------------------------------------------------------------------


class SenderKey:
    """The chain of one author. A receiver's copy skips at most SKIP messages."""

    def __init__(self, skid, n, ck, media):
        self.skid, self.n, self.ck, self.media = skid, n, ck, media
        self.skipped = {}

    def plain(self):
        return u32(self.skid) + u32(self.n) + self.ck + self.media

    @classmethod
    def of(cls, plain):
        reader = Reader(plain)
        key = cls(reader.int(4), reader.int(4), reader.take(32), reader.take(32))
        reader.end()
        return key

    def step(self):
        key, self.ck = KDF(self.ck, b"", "msg"), KDF(self.ck, b"", "next")
        self.n += 1
        return key

    def key_for(self, n):
        """The key of message `n`, and what makes the chain forget it. Nothing moves before that is
        called, which is after the signature within was checked."""
        if n < self.n:
            if n not in self.skipped:
                raise Refused("a message that was opened before, or too old")
            return self.skipped[n], lambda: self.skipped.pop(n)
        if n - self.n > SKIP:
            raise Refused("too many messages missing")
        ahead = SenderKey(self.skid, self.n, self.ck, self.media)
        missed = {}
        while ahead.n < n:
            at = ahead.n
            missed[at] = ahead.step()
        key = ahead.step()

        def commit():
            self.n, self.ck = ahead.n, ahead.ck
            self.skipped.update(missed)
            while len(self.skipped) > SKIP:
                del self.skipped[min(self.skipped)]

        return key, commit


def skdm(room_id, generation, k_skdm, seed, salt, key_plain):
    head = public_of(seed) + u32(generation)
    unsigned = head + salt + E(KDF(salt, k_skdm, "skdm"), head, key_plain)
    return unsigned + Sig(seed, "skdm", room_id + unsigned)


def open_skdm(room_id, k_skdm, data):
    """(author, generation, SenderKey)."""
    reader = Reader(data)
    author, generation, salt, sealed, signature = (
        reader.take(32), reader.int(4), reader.take(16), reader.take(88), reader.take(64))
    reader.end()
    verify(author, "skdm", room_id + data[:-64], signature)
    return author, generation, SenderKey.of(D(KDF(salt, k_skdm, "skdm"), author + u32(generation), sealed))


AROUND = 1 + 44 + 16 + 1  # type, header and tag, and the session's mark of padding


def group(room_id, generation, author, key, signed):
    """GROUP of `EVENT ‖ sig` under the author's sender key, which moves on."""
    header = u32(generation) + author + u32(key.skid) + u32(key.n)
    size = 64
    while size < len(signed) + AROUND:
        size *= 2
    return header + E(key.step(), room_id + header, signed.ljust(size - AROUND, b"\0"))


def group_header(data):
    """(generation, author, skid, n)."""
    reader = Reader(data)
    return reader.int(4), reader.take(32), reader.int(4), reader.int(4)


def open_group(room_id, key, data):
    """(EVENT, signature), once its author's signature was checked."""
    generation, author, skid, n = group_header(data)
    if skid != key.skid:
        raise Refused("another sender key")
    message_key, commit = key.key_for(n)
    plain = D(message_key, room_id + data[:44], data[44:])
    inner, inner_author, *_, rest = split_event(plain)
    signature, pad = rest[:64], rest[64:]
    if pad.strip(b"\0") or inner_author != author or int.from_bytes(inner[33:37], "big") > generation:
        raise Refused("an event that does not belong into this frame")
    verify(author, "event", inner, signature)
    commit()
    return inner, signature

"""The record behind a `dayfly:` link, kind 2: a native room (docs/protocol.md, "Invite")."""

import base64
import binascii

from .cpace import leb128
from .primitives import H, Reader, Refused, lp, u8, u16, u32

VERSION, NATIVE = 1, 2
CRITICAL = 0x80
PASSWORD, RECEIPTS = 0x0100, 0x0001
HISTORY, EXPIRY = 1 | CRITICAL, 2 | CRITICAL
NAME, TRACKER = 1, 2
NOBODY = bytes(32)


class Invite:
    """Known options by name; `extra_*` are fields a later version added, as (tag, value)."""

    def __init__(self, rid, generation, secret, owner=NOBODY, history=None, password=False, expire=0,
                 receipts=False, name="", trackers=(), flags=0, extra_options=(), extra_hints=()):
        self.rid, self.generation, self.secret, self.owner = rid, generation, secret, owner
        self.history, self.password, self.expire, self.receipts = history, password, expire, receipts
        self.name, self.trackers, self.other_flags = name, list(trackers), flags
        self.extra_options, self.extra_hints = list(extra_options), list(extra_hints)

    @property
    def flags(self):
        return self.other_flags | PASSWORD * self.password | RECEIPTS * self.receipts

    def options(self):
        """`history` is None for "members", 0 for off, else how many items newcomers get."""
        fields = list(self.extra_options)
        if self.history is not None:
            fields.append((HISTORY, u16(self.history)))
        if self.expire:
            fields.append((EXPIRY, u32(self.expire)))
        return write_fields(fields)

    def hints(self):
        fields = [(NAME, self.name.encode())] if self.name else []
        fields += [(TRACKER, tracker.encode()) for tracker in self.trackers]
        return write_fields(fields + self.extra_hints)

    def body(self):
        return (u16(self.flags) + self.rid + u32(self.generation) + self.secret + self.owner
                + lp(self.options()) + lp(self.hints()))

    def room_id(self):
        form = u8(VERSION) + u8(NATIVE)
        return H(b"dayfly/1 room\0", form, u16(self.flags), self.rid, self.owner, lp(self.options()))

    def record(self):
        body = self.body()
        return u8(VERSION) + u8(NATIVE) + u16(len(body)) + body + check(VERSION, NATIVE, body)

    def link(self):
        return "dayfly:" + base64.b32encode(self.record()).decode().rstrip("=")


def check(version, kind, body):
    return H(b"dayfly invite\0", u8(version) + u8(kind), body)[:4]


def write_fields(fields):
    """By number; of one number the optional form first. The order among equals is kept."""
    fields = sorted(fields, key=lambda field: ((field[0] & 0x7F), field[0] >> 7))
    return b"".join(u8(tag) + leb128(len(value)) + value for tag, value in fields)


def read_fields(data):
    reader, last, fields = Reader(data), (0, 0), []
    while reader.data:
        tag, length = reader.int(1), reader.int(1)
        if length > 127:
            high = reader.int(1)
            if not 0 < high < 128:
                raise Refused("a length not in its shortest form")
            length = length & 127 | high << 7
        rank = (tag & 0x7F, tag >> 7)
        if rank < last or rank[0] == 0:
            raise Refused("a field out of order")
        last = rank
        fields.append((tag, reader.take(length)))
    return fields


def parse_link(link):
    scheme, _, payload = link.partition(":")
    if scheme.lower() != "dayfly":
        raise Refused("no link of Dayfly's")
    payload = payload.upper()
    try:
        record = base64.b32decode(payload + "=" * (-len(payload) % 8))
    except binascii.Error:
        raise Refused("no Base32") from None
    if base64.b32encode(record).decode().rstrip("=") != payload:
        raise Refused("not the one encoding of these bytes")
    return parse(record)


def parse(record):
    reader = Reader(record)
    version, kind, length = reader.int(1), reader.int(1), reader.int(2)
    body, found = reader.take(length), reader.take(4)
    reader.end()
    if found != check(version, kind, body):
        raise Refused("damaged")
    if (version, kind) != (VERSION, NATIVE):
        raise Refused("this invite needs a newer Dayfly, or is no native one")
    return parse_body(body)


def parse_body(body):
    reader = Reader(body)
    flags, rid, generation, secret, owner = reader.int(2), reader.take(16), reader.int(4), reader.take(32), reader.take(32)
    options, hints = read_fields(reader.lp()), read_fields(reader.lp())
    reader.end()
    if flags & 0xFF00 & ~PASSWORD:
        raise Refused("this invite needs a newer Dayfly")
    invite = Invite(rid, generation, secret, owner, password=bool(flags & PASSWORD), receipts=bool(flags & RECEIPTS),
                    flags=flags & ~(PASSWORD | RECEIPTS))
    for tag, value in options:
        if tag == HISTORY and invite.history is None and len(value) == 2:
            invite.history = int.from_bytes(value, "big")
            _within(invite.history, 0, 1000)
        elif tag == EXPIRY and not invite.expire and len(value) == 4:
            invite.expire = int.from_bytes(value, "big")
            _within(invite.expire, 5, 86_400)
        else:
            invite.extra_options.append(_optional(tag, value))
    for tag, value in hints:
        if tag == NAME and not invite.name and value:
            invite.name = value.decode()
        elif tag == TRACKER:
            invite.trackers.append(value.decode())
        else:
            invite.extra_hints.append(_optional(tag, value, NAME))
    return invite


def _within(value, least, most):
    if not least <= value <= most:
        raise Refused("an option out of its range")


def _optional(tag, value, *known):
    if tag & CRITICAL or tag in known:
        raise Refused("this invite needs a newer Dayfly, or says something twice")
    return tag, value

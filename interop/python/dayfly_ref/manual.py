"""Codes exchanged by hand: kind 4 of the record, and what follows from two of them
(docs/protocol.md, "Codes exchanged by hand"). A description is bytes here."""

import base64

from .invite import VERSION, check
from .primitives import H, KDF, Refused, u8, u16

KIND = 4
OFFER, ANSWER = 1, 2


def offer(identity, nonce, description):
    return _record(u8(OFFER) + identity + nonce + description)


def answer(first, identity, nonce, description):
    """The record that answers the offer whose record is `first`."""
    return _record(u8(ANSWER) + identity + nonce + H(first)[:16] + description)


def _record(body):
    return u8(VERSION) + u8(KIND) + u16(len(body)) + body + check(VERSION, KIND, body)


def link(record):
    return "dayfly:" + base64.b32encode(record).decode().rstrip("=")


def keys(first, second):
    """`room_id` and `psk0` of the handshake between an offer and its answer."""
    nonces = _nonce(first, OFFER) + _nonce(second, ANSWER)
    return H(first + second), KDF(H(first) + H(second), nonces, "manual psk")


def _nonce(record, form):
    if record[1] != KIND or record[4] != form:
        raise Refused("not this half of an exchange")
    return record[37:53]

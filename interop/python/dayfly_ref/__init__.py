"""A second implementation of Dayfly's native protocol, written from docs/protocol.md.

It exists to find out whether that page is exact: it makes the vectors that the Rust code is checked
against, and it talks to the Rust code over a pipe. It owns the invite, keys, topics, sealed offers,
handshake, identity, ratchet, sender keys, the forms of signed things, and verification. It is not a
room, and it is no place for secrets: nothing here runs in constant time or is wiped.
"""

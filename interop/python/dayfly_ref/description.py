"""A data channel's session description without the words (docs/protocol.md, "Descriptions")."""

import ipaddress
import re

from .primitives import Reader, Refused, u8, u16, u32

SETUP = {"actpass": 1, "active": 2, "passive": 3}
KIND = {"host": 1, "srflx": 2, "prflx": 3, "relay": 4}
IPV6, MOST = 16, 16
UFRAG, PWD = re.compile(rb"[A-Za-z0-9+/]{4,255}"), re.compile(rb"[A-Za-z0-9+/]{22,255}")


def _name(table, code):
    for name, number in table.items():
        if number == code:
            return name
    raise Refused("no such value")


def encode(setup, ufrag, pwd, fingerprint, candidates):
    """`candidates` are (kind, priority, port, address as text)."""
    out = u8(SETUP[setup]) + u8(len(ufrag)) + ufrag + u8(len(pwd)) + pwd + fingerprint + u8(len(candidates))
    for kind, priority, port, address in candidates:
        address = ipaddress.ip_address(address)
        out += u8(KIND[kind] + (IPV6 if address.version == 6 else 0)) + u32(priority) + u16(port) + address.packed
    return out


def decode(data):
    """(setup, ufrag, pwd, fingerprint, candidates)."""
    reader = Reader(data)
    setup = _name(SETUP, reader.int(1))
    ufrag, pwd = reader.take(reader.int(1)), reader.take(reader.int(1))
    if not UFRAG.fullmatch(ufrag) or not PWD.fullmatch(pwd):
        raise Refused("no credential")
    fingerprint, count = reader.take(32), reader.int(1)
    if count > MOST:
        raise Refused("too many candidates")
    candidates = []
    for _ in range(count):
        code, priority, port = reader.int(1), reader.int(4), reader.int(2)
        address = ipaddress.ip_address(reader.take(16 if code & IPV6 else 4))
        if not 0 < priority < 1 << 31 or not port:
            raise Refused("no candidate")
        candidates.append((_name(KIND, code & ~IPV6), priority, port, str(address)))
    if reader.rest():
        raise Refused("something is left over")
    return setup, ufrag, pwd, fingerprint, candidates


def to_sdp(setup, ufrag, pwd, fingerprint, candidates):
    lines = [
        "v=0", "o=- 1 1 IN IP4 0.0.0.0", "s=-", "t=0 0",
        "a=fingerprint:sha-256 " + ":".join(f"{byte:02X}" for byte in fingerprint),
        "a=group:BUNDLE 0", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "c=IN IP4 0.0.0.0",
        f"a=setup:{setup}", "a=mid:0", "a=sendrecv", "a=sctp-port:5000", "a=max-message-size:262144",
        f"a=ice-ufrag:{ufrag.decode()}", f"a=ice-pwd:{pwd.decode()}",
    ]
    for number, (kind, priority, port, address) in enumerate(candidates, 1):
        base = "" if kind == "host" else f" raddr {'::' if ':' in address else '0.0.0.0'} rport 0"
        lines.append(f"a=candidate:{number} 1 udp {priority} {address} {port} typ {kind}{base}")
    return "".join(line + "\r\n" for line in [*lines, "a=end-of-candidates"])

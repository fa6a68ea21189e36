"""Makes again what stands in core/proto/tests/vectors/native-wire.json, which the Rust side wrote from
its own idea of each value. (The other files are made here and checked there.)

    python -m dayfly_ref.wire
"""

import json
import uuid

from . import frames, signed
from .primitives import E, H
from .vectors import FOLDER


def content(given):
    """(kind, body) from the fields as they are written down."""
    if "life" in given:
        return signed.text(given["text"], given["life"])
    if "emoji" in given:
        return signed.reaction(given["emoji"], given["on"])
    if "text" in given:
        return signed.edit(given["text"])
    if "kind" in given:
        return given["kind"], bytes.fromhex(given["body"])
    return signed.UNSEND, b""


def event_of(fields):
    raw = {name: bytes.fromhex(fields[name]) for name in ("room_id", "author", "prev", "ref")}
    return signed.event(raw["room_id"], fields["generation"], raw["author"], fields["seq"], raw["prev"], fields["time"],
                        content(fields["content"]), fields["flags"], raw["ref"])


def main():
    given = json.loads((FOLDER / "native-wire.json").read_text(encoding="utf-8"))
    for case in given["events"]:
        made, seed = event_of(case["fields"]), bytes.fromhex(case["author_seed"])
        assert made.hex() == case["event"], case["name"]
        assert H(made).hex() == case["hash"], case["name"]
        assert str(uuid.UUID(bytes=signed.event_id(made))) == case["id"], case["name"]
        assert signed.sign_event(seed, made).hex() == case["sig"], case["name"]
    for case in given["ops"]:
        data = bytes.fromhex(case["op"])
        again = signed.op(data[:32], case["generation"], case["seq"], data[44:76], data[76], data[77:])
        assert again == data and H(data).hex() == case["hash"], case["name"]
        assert signed.sign_op(bytes.fromhex(case["owner_seed"]), data).hex() == case["sig"], case["name"]
    skdm = {name: bytes.fromhex(value) for name, value in given["skdm"].items() if isinstance(value, str)}
    made = signed.skdm(skdm["room_id"], given["skdm"]["generation"], skdm["k_skdm"], skdm["author_seed"], skdm["salt"], skdm["key"])
    assert made == skdm["skdm"]
    group = given["group"]
    case = next(case for case in given["events"] if case["name"] == group["event"])
    plain, ad = bytes.fromhex(group["plain"]), bytes.fromhex(group["ad"])
    assert plain.rstrip(b"\0") == bytes.fromhex(case["event"] + case["sig"]).rstrip(b"\0")
    sealed = ad[32:] + E(bytes.fromhex(group["mk"]), ad, plain)
    assert sealed.hex() == group["group"]
    assert len(plain) + signed.AROUND in (64 << k for k in range(10))
    for case in given["frames"]:
        frame = bytes.fromhex(case["frame"])
        assert frames.kind_of(frame) == case["type"], case["name"]
    print(f"ok   {len(given['events'])} events, {len(given['ops'])} operations, a sender key, a group message, {len(given['frames'])} frames")


if __name__ == "__main__":
    main()

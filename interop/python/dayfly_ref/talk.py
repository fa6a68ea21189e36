"""Talks to the Rust implementation through `core/proto/examples/native_pipe.rs`.

    python -m dayfly_ref.talk PATH-OF-NATIVE_PIPE

Every line of output is one check; the last is the sum. Frames cross as `u32 length ‖ frame`, as they
would on a data channel. The other side is told its role, room, password and seed as arguments, does
what it is asked inside the session, and at the end says on its standard error what it saw.
"""

import json
import os
import struct
import subprocess
import sys
import time

from . import frames, handshake, sas, signed
from .invite import Invite
from .primitives import E, H, Random, Refused, public_of, u8, u32
from .session import Session
from .topics import RoomKeys

MESSAGES, BURST = 300, 20
AT = 1_790_000_000_000
ECHO, ASK_FOR_KEYS = 129, 130  # types that nothing else uses


class Pipe:
    """The Rust side, and the frames to and from it."""

    def __init__(self, program, *args):
        self.process = subprocess.Popen([program, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def send(self, frame):
        try:
            self.process.stdin.write(struct.pack(">I", len(frame)) + frame)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has gone; what it said before is still to be read

    def receive(self):
        return self._read(struct.unpack(">I", self._read(4))[0])

    def _read(self, n):
        data = self.process.stdout.read(n)
        if len(data) < n:
            raise EOFError("the other side has gone")
        return data

    def report(self):
        """What the other side says at its end."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        said = self.process.stderr.read()
        self.process.wait(20)
        return json.loads(said.decode().splitlines()[-1])


class Talk:
    """One connection with one room."""

    def __init__(self, program, role, password=None, their_password=None, their_secret=None, seed=b""):
        self.random = Random(H(b"talk", u8(role), seed))
        self.key = self.random(32)
        self.invite = Invite(self.random(16), 2, self.random(32), public_of(self.random(32)), password=password is not None)
        self.room_id, self.role = self.invite.room_id(), role
        self.keys = RoomKeys(self.room_id, 2, self.invite.secret)
        self.w = password and H(password)
        fp_i, fp_r = self.random(32), self.random(32)
        self.prologue = handshake.prologue(handshake.ROOM, self.room_id, 2, fp_i, fp_r)
        theirs = Invite(self.invite.rid, 2, their_secret or self.invite.secret, self.invite.owner, password=password is not None)
        word = H(their_password or password).hex() if password else "-"
        self.pipe = Pipe(program, "ri"[role - 1], theirs.link(), fp_i.hex(), fp_r.hex(), word, self.random(32).hex())

    def shake(self):
        """The handshake and both proofs."""
        if self.role == 1:
            side = handshake.Initiator(self.prologue, self.keys.psk, self.w, self.random)
            self.pipe.send(side.message1())
            message, secrets = side.message3(self.pipe.receive())
            self.pipe.send(message)
        else:
            side = handshake.Responder(self.prologue, self.keys.psk, self.w, self.random)
            self.pipe.send(side.message2(self.pipe.receive()))
            secrets = side.finish(self.pipe.receive())
        self.session = Session(secrets)
        self.pipe.send(self.session.prove(self.key, self.room_id))
        self.peer, _, _ = self.session.check(self.pipe.receive(), self.room_id)

    def say(self, content):
        self.pipe.send(self.session.seal(content))
        self._change_keys()

    def _change_keys(self):
        if self.session.is_due():
            self.pipe.send(self.session.rekey(self.random))

    def hear(self):
        """The next message; key changes on the way are carried out."""
        while True:
            content, answers = self.session.open(self.pipe.receive(), self.random)
            for answer in answers:
                self.pipe.send(answer)
            self._change_keys()
            if content is not None:
                return content

    # --- what is done inside ----------------------------------------------------------------------

    def messages(self):
        """Echoes in bursts, so that key changes fall between messages under way."""
        for start in range(0, MESSAGES, BURST):
            sent = [u8(ECHO) + u32(n) + b"m" * (n % 200) for n in range(start, start + BURST)]
            for content in sent:
                self.say(content)
            for content in sent:
                if self.hear() != content:
                    raise AssertionError("an echo came back altered or out of order")
            if start == 5 * BURST:  # and once because it is asked for
                if self.role == 1:
                    self.say(u8(ASK_FOR_KEYS))
                else:
                    self.pipe.send(self.session.ask())
        return self.session.epoch

    def compare(self):
        """A whole SAS; the code, as both show it."""
        i, r = (public_of(self.key), self.peer)[:: 1 if self.role == 1 else -1]
        h, mine = self.session.h, self.random(32)
        if self.role == 1:
            self.say(frames.sas_1(1, sas.commitment(h, i, r, mine)))
            theirs = self._body(frames.SAS_2)
            self.say(u8(frames.SAS_3) + mine)
            r_i, r_r = mine, theirs
        else:
            self.say(u8(frames.SAS_ASK))
            committed = self._body(frames.SAS_1)
            self.say(u8(frames.SAS_2) + mine)
            theirs = self._body(frames.SAS_3)
            r_i, r_r = theirs, mine
            if committed != u8(1) + sas.commitment(h, i, r, r_i):
                raise Refused("the commitment was not to this")
        tag = self._body(frames.SAS_4)
        if tag != sas.confirmation(h, r_i, r_r, self.room_id, i, r, 3 - self.role):
            raise Refused("the confirmation does not fit")
        self.say(u8(frames.SAS_4) + sas.confirmation(h, r_i, r_r, self.room_id, i, r, self.role))
        return sas.digits(sas.code(h, r_i, r_r, self.room_id, i, r))

    def _body(self, kind):
        content = self.hear()
        if content[0] != kind:
            raise AssertionError(f"type {content[0]} instead of {kind}")
        return content[1:]

    def group(self):
        """Sender keys and three messages each way, one of them overtaken; what was read of theirs."""
        key = signed.SenderKey(1, 0, self.random(32), self.random(32))
        self.say(u8(frames.SENDER_KEY) + signed.skdm(self.room_id, 2, self.keys.skdm, self.key, self.random(16), key.plain()))
        made, prev = [], bytes(32)
        for seq in (1, 2, 3):
            data = signed.event(self.room_id, 2, public_of(self.key), seq, prev, AT, signed.text(f"from Python {seq}"))
            prev = H(data)
            made.append(signed.group(self.room_id, 2, public_of(self.key), key, data + signed.sign_event(self.key, data)))
        for n in (1, 0, 2):
            self.say(u8(frames.GROUP) + made[n])
        author, generation, theirs = signed.open_skdm(self.room_id, self.keys.skdm, self._body(frames.SENDER_KEY))
        if (author, generation) != (self.peer, 2):
            raise Refused("somebody else's key")
        read = []
        for _ in range(3):
            data, _ = signed.open_group(self.room_id, theirs, self._body(frames.GROUP))
            read.append(signed.split_event(data)[5][4:].decode())
        return read


def good(program, role, password):
    talk = Talk(program, role, password)
    talk.shake()
    epochs = talk.messages()
    code = talk.compare()
    read = talk.group()
    talk.say(u8(frames.LEAVE))
    report = talk.pipe.report()
    assert read == ["from Rust 2", "from Rust 1", "from Rust 3"], read
    # One for every hundred, less what is under way while keys change.
    assert epochs >= 5, f"{2 * MESSAGES} messages in {epochs} key changes"
    wanted = {"end": "left", "echoed": MESSAGES, "epoch": talk.session.epoch, "digits": code,
              "read": ["from Python 2", "from Python 1", "from Python 3"]}
    assert report == wanted, (report, wanted)


def wrong_password(program, role):
    """R finds out at message 3 and says so; I hears it where the proof should be."""
    talk = Talk(program, role, b"tulip", b"rose")
    try:
        talk.shake()
    except handshake.Failed as failed:
        assert role == 2 and failed.step == 3, failed
        talk.pipe.send(u8(5))
        assert talk.pipe.report() == {"end": "told of another password"}
    except Refused as refused:
        assert role == 1 and "password" in str(refused), refused
        assert talk.pipe.report() == {"end": "another password, at message 3"}
    else:
        raise AssertionError("another password went through")


def wrong_room(program, role):
    """R cannot open message 1; nothing goes back."""
    talk = Talk(program, role, their_secret=bytes(32))
    try:
        talk.shake()
    except handshake.Failed as failed:
        assert role == 2 and failed.step == 1, failed
        assert talk.pipe.report() == {"end": "closed"}
    except EOFError:
        assert role == 1
        assert talk.pipe.report() == {"end": "another room, at message 1"}
    else:
        raise AssertionError("another room went through")


def misbehave(program, what):
    """What the other side says when this one breaks a rule that only its own end can break."""
    talk = Talk(program, 1)
    side = handshake.Initiator(talk.prologue, talk.keys.psk, None, talk.random)
    first = side.message1()
    if what == "message 1 altered":
        first = first[:-1] + bytes([first[-1] ^ 1])
    elif what == "a KEM key out of range":
        side = handshake.Initiator(talk.prologue, talk.keys.psk, None, talk.random)
        first = u8(1) + side.noise.write1(u8(1) + u8(1) + b"\xff" * 1184 + u8(0))
    elif what == "a version to come":
        side = handshake.Initiator(talk.prologue, talk.keys.psk, None, talk.random)
        first = u8(1) + side.noise.write1(u8(2) + u8(3) + b"whatever they will hold")
    talk.pipe.send(first)
    try:
        second = talk.pipe.receive()
    except EOFError:
        return talk.pipe.report()["end"]
    if second[:1] == u8(4):
        assert second == bytes([4, 1, 1]), "it says which versions it speaks"
        return talk.pipe.report()["end"]
    third, secrets = side.message3(second)
    if what == "message 3 altered":
        third = third[:-1] + bytes([third[-1] ^ 1])
    talk.pipe.send(third)
    session = Session(secrets)
    room_id = bytes(32) if what == "a proof for another room" else talk.room_id
    proof = session.prove(talk.key, room_id)
    if what == "a message before the proof":
        proof = Session(secrets)._seal(u8(ECHO))
    talk.pipe.send(proof)
    if what in ("message 3 altered", "a proof for another room", "a message before the proof"):
        return talk.pipe.report()["end"]
    session.check(talk.pipe.receive(), talk.room_id)
    frame = session.seal({"an unknown type below 128": u8(99), "a frame twice": u8(ECHO), "another padding": u8(ECHO)}[what])
    if what == "another padding":
        again = Session(secrets)
        again.prove(talk.key, talk.room_id)
        chain = again.sending
        frame = chain.place() + E(chain.peek(), again.sid + u8(1) + chain.place(), u8(ECHO) + bytes(63))
    talk.pipe.send(frame)
    if what == "a frame twice":
        talk.pipe.send(frame)
    return talk.pipe.report()["end"]


MISBEHAVIOUR = {
    "message 1 altered": "another room, at message 1",
    "a version to come": "the other end speaks versions 2 to 3, this one speaks 1",
    "a KEM key out of range": "the other end sent a key that no honest end would send",
    "message 3 altered": "the handshake was altered on its way",
    "a proof for another room": "the other end's proof of identity does not hold here",
    "a message before the proof": "the other end said something before it proved who it is",
    "a frame twice": "a frame does not open here and now",
    "another padding": "the other end sent a frame that is not of the form it should have",
    "an unknown type below 128": "the bytes are not of the form they should have",
}


def refused(program, what):
    end = misbehave(program, what)
    assert end == MISBEHAVIOUR[what], end


def main(program):
    passed = failed = 0
    cases = []
    for role in (1, 2):
        who = "Python begins" if role == 1 else "Rust begins"
        cases += [
            (f"{who}", lambda role=role: good(program, role, None)),
            (f"{who}, with a password", lambda role=role: good(program, role, b"tulip")),
            (f"{who}, with another password", lambda role=role: wrong_password(program, role)),
            (f"{who}, with another room's secret", lambda role=role: wrong_room(program, role)),
        ]
    cases += [(f"{what} is refused", lambda what=what: refused(program, what)) for what in MISBEHAVIOUR]
    for name, case in cases:
        started = time.monotonic()
        try:
            case()
            passed += 1
            print(f"ok   {name} ({time.monotonic() - started:.1f} s)")
        except Exception as error:  # the others are worth running
            failed += 1
            print(f"FAIL {name}: {type(error).__name__}: {error}")
            if os.environ.get("TRACE"):
                import traceback

                traceback.print_exc()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return failed == 0


if __name__ == "__main__":
    sys.exit(0 if main(sys.argv[1]) else 1)

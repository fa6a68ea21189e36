"""Runs what must be run: a step is skipped while what it is made from stays the same.

Steps that several worktrees share write below a temporary name and rename at the end, since they
may run at the same time.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from tools.project import BUILD, CACHE, Failed

STARTED = time.monotonic()


def say(sentence):
    """A word of progress, with the time since the start."""
    print(f"[{time.monotonic() - STARTED:5.1f}s] {sentence}", file=sys.stderr, flush=True)


def run(*command, log=None, **options):
    """Runs a command; where it fails, says what it said."""
    words = [str(word) for word in command]
    try:
        if log:
            with open(log, "wb") as into:
                ended = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=into, stderr=subprocess.STDOUT, **options)
        else:
            ended = subprocess.run(words, stdin=subprocess.DEVNULL, **options)
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{pathlib.Path(words[0]).name} did not end within {late.timeout:.0f} s.") from late
    if ended.returncode:
        if log:
            sys.stderr.write(pathlib.Path(log).read_text(encoding="utf-8", errors="replace")[-20000:])
        raise Failed(f"{pathlib.Path(words[0]).name} failed ({ended.returncode}).")


def output(*command):
    """What a command prints."""
    ended = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if ended.returncode:
        raise Failed(f"{command[0]} failed: {ended.stdout}{ended.stderr}")
    return ended.stdout


def which(program):
    """Where a program is."""
    if found := shutil.which(program):
        return found
    raise Failed(f"{program} is missing.")


def digest(*inputs):
    """One hash over strings, files and lists of them."""
    whole = hashlib.sha256()
    for item in inputs:
        if isinstance(item, pathlib.Path):
            whole.update(f"\0{item.name}\0".encode())
            with open(item, "rb") as file:
                whole.update(hashlib.file_digest(file, "sha256").digest())
        elif isinstance(item, (list, tuple)):
            whole.update(digest(*item).encode())
        else:
            whole.update(f"\0{item}".encode())
    return whole.hexdigest()


def step(name, inputs, outputs, make):
    """Calls `make` unless `outputs` are there and were made from the same inputs; says whether it did."""
    stamp = BUILD / "stamps" / name
    wanted = digest(*inputs)
    if all(path.exists() for path in outputs) and stamp.exists() and stamp.read_text() == wanted:
        return False
    stamp.unlink(missing_ok=True)
    say(name)
    for path in outputs:
        path.parent.mkdir(parents=True, exist_ok=True)
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)
    return True


def shared(path, make):
    """`path` in the cache of all worktrees: made once, by `make(temporary path)`, and kept."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix=".making-", dir=path.parent))
    try:
        make(folder / path.name)
        with contextlib.suppress(OSError):  # another one was faster, and made the same
            os.rename(folder / path.name, path)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return path


@contextlib.contextmanager
def alone(name):
    """Held by one process of this machine at a time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{name}.lock", "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fresh(folder):
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder

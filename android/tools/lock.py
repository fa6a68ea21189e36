"""The lock: every file that a build here takes from Maven, with its SHA-256, by class path.

`tools/lock.txt` is written by `scripts/android lock` and otherwise only read. Its first line is a
hash over what was asked for, so that a catalogue or a build file that moved on is found offline.
"""

import functools
import hashlib

from tools import maven, project, resolve, steps
from tools.maven import Artifact
from tools.project import Failed

PATH = project.ANDROID / "tools" / "lock.txt"
FIRST = "# Written by scripts/android lock, from what hashes to "

# The tools by class path; of `alone` each is one file that needs no other.
TOOLS = {
    "kotlin-compiler": "tools-kotlin-compiler",
    "manifest-merger": "tools-manifest-merger",
    "ktlint": "tools-ktlint",
}
ALONE = [
    "tools-compose-compiler",
    "tools-junit-console",
    "tools-platform-compile",
    "tools-platform-find",
    "tools-platform-resources",
    "tools-platform-test",
    "tools-r8",
]


def asked():
    """What the lock answers: the roots of each class path."""
    libraries = project.catalogue()
    return {
        "main": project.dependencies(project.MAIN),
        "test": project.dependencies(project.MAIN | project.TEST),
        **{name: [libraries[alias]] for name, alias in TOOLS.items()},
        "alone": [libraries[alias] for alias in ALONE],
    }


def fingerprint(roots):
    """A hash over the roots."""
    return hashlib.sha256(repr(sorted(roots.items())).encode()).hexdigest()


def write():
    """Resolves everything anew and writes the lock."""
    roots = asked()
    paths = {"main": with_native(resolve.closure(roots["main"]))}
    paths["test"] = resolve.closure(roots["test"], floor=paths["main"])
    for name in TOOLS:
        paths[name] = resolve.closure(roots[name])
    paths["alone"] = [Artifact(*root, "jar") for root in roots["alone"]]
    wanted = sorted({artifact for found in paths.values() for artifact in found})
    maven.fetch(wanted)
    if missing := [str(artifact) for artifact in wanted if not artifact.path().exists()]:
        raise Failed("Not to be had: " + ", ".join(missing))
    lines = [FIRST + fingerprint(roots)]
    for name, artifacts in paths.items():
        lines += ["", f"[{name}]"]
        lines += [f"{artifact} {hashed(artifact)}" for artifact in artifacts]
    PATH.write_text("\n".join(lines) + "\n")
    read.cache_clear()


def with_native(artifacts):
    """JNA as the AAR beside the jar: its classes are the same, the AAR holds the native half."""
    natives = [artifact._replace(kind="aar") for artifact in artifacts if artifact.name == "jna"]
    return sorted(artifacts + natives)


def hashed(artifact):
    with open(artifact.path(), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def read():
    """Class path → {artefact: hash}; fails where the lock is not of this catalogue."""
    lines = PATH.read_text().splitlines()
    if lines[0] != FIRST + fingerprint(asked()):
        raise Failed("The lock is not of these dependencies: scripts/android lock")
    paths, current = {}, None
    for line in filter(None, lines[1:]):
        if line.startswith("["):
            current = paths.setdefault(line.strip("[]"), {})
        else:
            name, hash_ = line.split()
            current[Artifact(*name.split(":"))] = hash_
    return paths


def fetch():
    """Has everything of the lock, each file with the hash that the lock says."""
    paths = read()
    done = project.CACHE / "fetched" / steps.digest(PATH)
    wanted = {artifact: hash_ for found in paths.values() for artifact, hash_ in found.items()}
    if done.exists() and all(artifact.path().exists() for artifact in wanted):
        return
    for _ in range(2):  # of hundreds of downloads one may break off
        maven.fetch(sorted(wanted))
    if missing := [str(artifact) for artifact in wanted if not artifact.path().exists()]:
        raise Failed("Maven could not fetch " + ", ".join(missing))
    if other := [str(artifact) for artifact, hash_ in wanted.items() if hashed(artifact) != hash_]:
        raise Failed("Not the files that the lock names: " + ", ".join(other))
    done.parent.mkdir(parents=True, exist_ok=True)
    done.touch()


def path(name):
    """The artefacts of a class path."""
    return list(read()[name])


def one(alias):
    """The file of a tool that needs no other."""
    group, name, version = project.catalogue()[alias]
    return Artifact(group, name, version, "jar").path()

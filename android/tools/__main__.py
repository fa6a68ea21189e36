"""The commands of scripts/android and scripts/build-android."""

import sys

from tools import aar, lint, lock, looks, modules, pack, robolectric
from tools.project import Failed

COMMANDS = {
    "check": lambda _: modules.app(),
    "test": robolectric.run,
    "shots": lambda words: robolectric.run(words, rewrite=True),
    "lint": lambda _: lint.run(),
    "format": lambda _: lint.run("--format"),
    "lock": lambda _: lock.write(),
    "fetch": lambda _: lock.fetch(),
    "apk": lambda _: looks.run(),
    "pack": lambda words: print(pack.build(*words).apk),
    "aar": lambda words: print(aar.build(*words)),
}

try:
    COMMANDS[sys.argv[1]](sys.argv[2:])
except Failed as failed:
    sys.exit(str(failed))

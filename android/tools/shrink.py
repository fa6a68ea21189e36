"""Calls R8 with the rules that ship: the library's, those in the AARs and jars, and the manifest's."""

import os
import pathlib
import re
import zipfile

from tools import kotlin, lock, project, steps
from tools.project import ANDROID

# Where jars keep rules: for R8 alone, or for every shrinker. For R8 of a version: by its range.
RULES = re.compile(r"META-INF/(?:com\.android\.tools/r8(?:-from-([\d.]+))?(?:-upto-([\d.]+))?|(proguard))/[^/]+")


def embedded(jars, folder):
    """The rules in these jars, each as a file of the folder."""
    found = []
    for jar in jars:
        with zipfile.ZipFile(jar) as archive:
            names = [name for name in archive.namelist() if (rule := RULES.fullmatch(name)) and in_range(rule)]
            if any("/com.android.tools/" in name for name in names):
                names = [name for name in names if "/proguard/" not in name]
            for name in names:
                file = folder / f"{len(found)}-{jar.stem}.pro"
                file.write_bytes(archive.read(name))
                found.append(file)
    return found


def in_range(rule):
    own = numbers(project.version("r8"))
    return (not rule[1] or numbers(rule[1]) <= own) and (not rule[2] or own < numbers(rule[2]))


def numbers(version):
    return [int(number) for number in version.split(".")]


def jdk():
    """The JDK, as a library to compile against."""
    return pathlib.Path(os.path.realpath(steps.which("javac"))).parent.parent


def run(into, jars, rules, *options, platform):
    """R8 over the jars into a zip or jar."""
    words = [word for rule in rules for word in ("--pg-conf", rule)]
    words += [word for library in platform for word in ("--lib", library)]
    steps.run(
        "java", "-Xmx3g", "-XX:+UseSerialGC", "-cp", lock.one("tools-r8"), "com.android.tools.r8.R8",
        "--release", *options, "--output", into, *words, *jars,
        log=into.with_suffix(".log"),
    )  # fmt: skip


def consumer_rules():
    """What whoever uses the library gets with it."""
    return ANDROID / "dayfly" / "consumer-rules.pro"


def as_jar(folder):
    """A folder of classes as a jar beside it."""
    jar = folder.with_suffix(".jar")
    kotlin.jar(folder, jar)
    return jar

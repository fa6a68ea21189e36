"""What the project says of itself: folders, settings, versions, and each module's dependencies.

Read from the files Gradle reads; nothing is said here a second time.
"""

import os
import pathlib
import re
import tomllib

ANDROID = pathlib.Path(__file__).resolve().parent.parent
ROOT = ANDROID.parent
BUILD = ANDROID / "build"
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "dayfly" / "android"
CARGO = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or CACHE.parent / "target")
# Where the host's library, the terminal client and uniffi-bindgen are.
BIN = CARGO / "debug"

NAMESPACE = "app.dayfly.android"
APPLICATION_ID = "app.dayfly"


class Failed(Exception):
    """Ends the program with this sentence and no trace."""


def catalogue(text=None):
    """The libraries of the catalogue: alias → (group, artifact, version)."""
    read = tomllib.loads(text or (ANDROID / "gradle/libs.versions.toml").read_text(encoding="utf-8"))
    libraries = {}
    for alias, entry in read["libraries"].items():
        group, artifact = entry["module"].split(":")
        libraries[alias] = (group, artifact, read["versions"][entry["version"]["ref"]])
    return libraries


def version(name):
    """A version of the catalogue by its name."""
    return tomllib.loads((ANDROID / "gradle/libs.versions.toml").read_text(encoding="utf-8"))["versions"][name]


def settings():
    """The `dayfly.` lines of gradle.properties, without that word."""
    lines = (ANDROID / "gradle.properties").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line.startswith("dayfly."))
    return {name.removeprefix("dayfly."): value.strip() for name, value in pairs}


def modules():
    """The modules that settings.gradle.kts includes."""
    return re.findall(r'":(\w+)"', (ANDROID / "settings.gradle.kts").read_text(encoding="utf-8"))


DEPENDENCY = re.compile(r"^ {4}(\w+)\((?:variantOf\()?libs\.([a-zA-Z0-9.]+)", re.M)
# The configurations, by the class path on which they end here.
MAIN = {"api", "implementation"}
TEST = {"testImplementation", "debugImplementation"}


def dependencies(configurations):
    """(group, artifact, version) of all that the modules ask for in these configurations."""
    libraries = {alias.replace("-", "."): library for alias, library in catalogue().items()}
    found = []
    for module in modules():
        build = (ANDROID / module / "build.gradle.kts").read_text(encoding="utf-8")
        for configuration, accessor in DEPENDENCY.findall(build[build.index("\ndependencies {") :]):
            if configuration not in MAIN | TEST:
                raise Failed(f"{module}/build.gradle.kts: what is '{configuration}' on here?")
            if configuration in configurations:
                found.append(libraries[accessor])
    return sorted(set(found))


def sources(folder, pattern="*.kt"):
    """The files below a folder, in a fixed order."""
    return sorted((ANDROID / folder).rglob(pattern))

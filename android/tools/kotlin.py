"""Calls the Kotlin compiler, with Compose's plugin where composables are."""

import os
import pathlib
import subprocess
import zipfile

from tools import lock, project, steps

# For programs that live for seconds: the quick compiler of the JVM alone and its smallest collector
# take half the processor's time.
SHORT_LIVED = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


def compile_(name, sources, classpath, into, *options, compose=False, log=None):
    """Compiles sources into a folder of classes."""
    steps.fresh(into)
    words = ["-no-stdlib", "-no-reflect", "-jvm-target", "17", "-module-name", name]
    words += ["-cp", ":".join(map(str, classpath)), "-d", str(into), *options]
    if compose:
        words.append(f"-Xplugin={lock.one('tools-compose-compiler')}")
    words += [str(source) for source in sources]
    arguments = project.BUILD / "arguments" / f"{name}.txt"
    if name == "generated":  # shared: below its own temporary folder
        arguments = pathlib.Path(into).parent / "arguments.txt"
    arguments.parent.mkdir(parents=True, exist_ok=True)
    arguments.write_text("\n".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words))
    path = ":".join(str(artifact.path()) for artifact in lock.path("kotlin-compiler"))
    # The compiler's own classes, as the JVM has them in memory: kept by the first run for the others.
    java = subprocess.run(["java", "-version"], capture_output=True, text=True, check=True).stderr
    classes = project.CACHE / f"kotlin-compiler-{steps.digest(path, java)[:12]}.jsa"
    making = classes.with_suffix(f".{os.getpid()}")
    kept = f"-XX:SharedArchiveFile={classes}" if classes.exists() else f"-XX:ArchiveClassesAtExit={making}"
    steps.run(
        "java", "-Xmx1500m", *SHORT_LIVED, kept, "-Xlog:cds=off", "-Xlog:cds+dynamic=off", "-cp", path,
        "org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", f"@{arguments}",
        log=log,
    )  # fmt: skip
    if making.exists():
        making.rename(classes)


def jar(folder, into):
    """The files of a folder as a jar: sorted, without times."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                entry = zipfile.ZipInfo(file.relative_to(folder).as_posix(), (1980, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, file.read_bytes())

"""The core for a phone where there is no NDK: linked for arm64 to see that it links.

rustup's standard library for the target, clang and lld of the system, and in place of the NDK what
ndk_less/ says: wrappers, three headers, libraries of names alone, an unwinder that finds nothing.
So a panic ends the process: a check of the linking, and of nothing that runs. The release is built
with the NDK (scripts/build-android).
"""

import os
import pathlib
import subprocess

from tools import project, steps
from tools.project import ANDROID, CARGO, ROOT

TARGET = "aarch64-linux-android"
HERE = ANDROID / "tools" / "ndk_less"
CHECK = "android-link-check"


def names():
    """Library → the names bionic has on arm64 at API 26."""
    found, current = {}, None
    for line in (ANDROID / "tools/bionic-26.txt").read_text().splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            current.append(line)
    return found


def substitutes(into):
    """The libraries to link against, in a folder."""
    into.mkdir()
    clang = ["clang", f"--target={TARGET}26", "-fPIC", "-O1", "-w"]
    for library, exported in names().items():
        source = into / f"{library}.c"
        source.write_text("".join(f'void s{at}(void) __asm__("{name}"); void s{at}(void) {{}}\n' for at, name in enumerate(exported)))
        shared = ["-shared", "-nostdlib", "-fuse-ld=lld", f"-Wl,-soname,{library}.so", "-fno-builtin"]
        steps.run(*clang, *shared, "-o", into / f"{library}.so", source)
        source.unlink()
    steps.run(*clang, "-c", HERE / "unwind.c", "-o", into / "unwind.o")
    steps.run("llvm-ar", "rcs", into / "libunwind.a", into / "unwind.o")


def linking():
    """The environment in which ndk_less/link links."""
    inputs = sorted(file for file in HERE.rglob("*") if file.is_file()) + [ANDROID / "tools/bionic-26.txt"]
    folder = steps.shared(project.CACHE / "ndk-less" / steps.digest(inputs, pathlib.Path(__file__))[:12], substitutes)
    return os.environ | {"DAYFLY_NDK_LESS": str(folder)}


def link(source, into):
    """Compiles and links one file of C, and gives what the linker said."""
    words = [str(HERE / "link"), "-fPIC", "-shared", "-o", str(into), str(source)]
    return subprocess.run(words, env=linking(), capture_output=True, text=True).stderr


def build(profile=CHECK):
    """Builds the core for arm64 with a profile of Cargo.toml; where it is, with its symbols."""
    variable = TARGET.replace("-", "_")
    environment = linking() | {
        f"CARGO_TARGET_{variable.upper()}_LINKER": str(HERE / "link"),
        f"CARGO_TARGET_{variable.upper()}_RUSTFLAGS": "-C link-arg=-Wl,-soname,libdayfly.so",
        f"CC_{variable}": str(HERE / "compile"),
        f"AR_{variable}": "llvm-ar",
        # Whatever the profile says: there is nothing that could unwind.
        f"CARGO_PROFILE_{profile.upper().replace('-', '_')}_PANIC": "abort",
        "CARGO_TARGET_DIR": str(CARGO / "android"),
    }
    installed = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout
    if not pathlib.Path(installed.strip(), "lib/rustlib", TARGET).exists():
        steps.run("rustup", "target", "add", TARGET)
    steps.say(f"core ({profile})")
    steps.run(
        "cargo", "rustc", "--locked", "--quiet", "--package", "dayfly-bindings", "--lib", "--crate-type", "cdylib",
        "--no-default-features", "--profile", profile, "--target", TARGET,
        "--", "-C", "linker-flavor=gcc",  # it guesses by the name, and `link` is another's
        cwd=ROOT, env=environment,
    )  # fmt: skip
    return CARGO / "android" / TARGET / profile / "libdayfly.so"


def stripped(library, into):
    """The library as a phone gets it."""
    steps.run("llvm-strip", "--strip-unneeded", "-o", into, library)
    return into

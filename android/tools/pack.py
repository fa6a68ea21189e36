"""The APK, without Gradle: shrunk by R8, packed to the same bytes each time, aligned, signed for debugging.

It holds the core as core.py links it, which cannot unwind: a check of everything up to the phone,
and never a release. Its name and the build it shows say so.
"""

import collections
import pathlib
import struct
import subprocess
import zipfile

from tools import core, libraries, lock, modules, project, resources, shrink, steps
from tools.project import ANDROID, BUILD, CACHE, ROOT

ABI = "arm64-v8a"
PAGE = 16384
FOLDER = BUILD / "apk"
APK = BUILD / "outputs" / "dayfly-link-check.apk"
Packed = collections.namedtuple("Packed", "apk unsigned build code mapping core")


def build(profile=core.CHECK):
    """Builds it; the core with a profile of Cargo.toml."""
    compiled = modules.app()
    library = core.build(profile)
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True)
    told = f"link check of {commit.stdout.strip() or 'no commit'}"
    made = resources.build("apk", compiled.libraries, build=told)
    FOLDER.mkdir(parents=True, exist_ok=True)
    native = {"libdayfly.so": core.stripped(library, FOLDER / "libdayfly.so")}
    jna = next(library for library in compiled.libraries if library.name == "jna" and library.folder)
    native["libjnidispatch.so"] = jna.folder / "jni" / ABI / "libjnidispatch.so"
    for other in compiled.libraries:
        if other.folder:
            native |= {file.name: file for file in (other.folder / "jni" / ABI).glob("*.so")}
    code, mapping = shrunk(compiled, made)
    unsigned = FOLDER / "unsigned.apk"
    steps.say("packing")
    pack(unsigned, made.apk, code, native)
    sign(unsigned, APK)
    return Packed(APK, unsigned, told, code, mapping, library)


def shrunk(compiled, made):
    """Dex and resources of the classes, in a zip; and the mapping of their names."""
    into, mapping = FOLDER / "code.zip", FOLDER / "code.map"
    # JNA's classes from its AAR: its jar brings native halves for desktops.
    jars = [jar for library in compiled.libraries for jar in library.jars if library.name != "jna" or library.folder]
    folders = [shrink.as_jar(folder) for folder in compiled.own if folder.is_dir()]
    folders[-1:] = [shrink.as_jar(made.classes)]
    own = folders + [jar for jar in compiled.own if jar.is_file()]
    rules = [ANDROID / "tools/r8.pro", shrink.consumer_rules(), ANDROID / "app/proguard-rules.pro", made.rules]
    rules += [rule for library in compiled.libraries for rule in library.rules]
    rules += shrink.embedded(jars, steps.fresh(FOLDER / "rules"))
    inputs = [*own, [str(jar) for jar in jars], rules, lock.PATH, pathlib.Path(shrink.__file__)]

    def make():
        options = ["--min-api", project.settings()["minSdk"], "--pg-map-output", mapping]
        platform = [lock.one("tools-platform-compile"), shrink.jdk()]
        shrink.run(into, own + jars, rules, *options, platform=platform)

    steps.step("r8", inputs, [into, mapping], make)
    return into, mapping


def pack(into, linked, code, native):
    """One zip: sorted, without times; what is stored is aligned, native libraries to 16 KiB."""
    files = {}
    with zipfile.ZipFile(linked) as archive:
        for entry in archive.infolist():
            files[entry.filename] = (archive.read(entry), entry.compress_type)
    with zipfile.ZipFile(code) as archive:
        for name in archive.namelist():
            if name.endswith(".dex") or name.startswith("META-INF/services/"):
                files[name] = (archive.read(name), zipfile.ZIP_DEFLATED)
    for name, file in native.items():
        files[f"lib/{ABI}/{name}"] = (file.read_bytes(), zipfile.ZIP_STORED)
    into.unlink(missing_ok=True)
    with zipfile.ZipFile(into, "w") as archive:
        for name, (content, compression) in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (1981, 1, 1, 1, 1, 2))
            entry.compress_type, entry.external_attr = compression, 0
            if compression == zipfile.ZIP_STORED:
                entry.extra = padding(archive.fp.tell() + 30 + len(name.encode()), PAGE if name.endswith(".so") else 4)
            archive.writestr(entry, content)


def padding(at, alignment):
    """The extra field after which data begins at a multiple; its form tells the signer to keep that."""
    return struct.pack("<HHH", 0xD935, 2 + (gap := -(at + 6) % alignment), alignment) + bytes(gap)


def sign(unsigned, into):
    """With a key for debugging, made here; v2 and v3 (v1 is for Android 6 and before)."""
    store = CACHE / "debug.keystore"
    words = ["-storepass", "android", "-alias", "androiddebugkey"]
    steps.shared(
        store,
        lambda made: steps.run(
            "keytool", "-genkeypair", "-keystore", made, *words, "-keyalg", "RSA", "-keysize", "2048",
            "-validity", "10000", "-dname", "CN=Android Debug,O=Android,C=US", "-storetype", "PKCS12",
            log=made.with_name("keytool.log"),
        ),
    )  # fmt: skip
    into.parent.mkdir(parents=True, exist_ok=True)
    minimum = ["--min-sdk-version", project.settings()["minSdk"]]
    steps.run(
        "apksigner", "sign", "--ks", store, "--ks-pass", "pass:android", *minimum,
        "--v2-signing-enabled", "true", "--v3-signing-enabled", "true", "--out", into, unsigned,
    )  # fmt: skip

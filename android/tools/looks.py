"""Looks at the APK, and at what it was made from: what must hold, and what must be found where it does not.

One line for each, and a last line with the sum. What stands in it is a check of packing and linking;
nothing here ran on a phone.
"""

import collections
import re
import traceback
import unittest.mock
import zipfile

from tools import core, elf, libraries, lock, pack, project, resources, shrunk, steps
from tools.project import ANDROID, BUILD, Failed

# Whose classes may be in the app: ours, Kotlin's, androidx's, JNA's, and annotations.
OURS = re.compile(r"(app\.dayfly|androidx|kotlin|kotlinx|_COROUTINE|com\.sun\.jna|org\.jspecify|org\.jetbrains\.annotations)\.")
# Of android.*: what stands in for callbacks newer than API 26, and androidx's oldest names.
ALSO = re.compile(r"android\.|com\.google\.common\.util\.concurrent\.ListenableFuture$|com\.android\.tools\.r8\.|j\$\.")
REFLECTION = re.compile(r"Class\.forName|getDeclared(Method|Field|Constructor)|setAccessible|\.getMethod\(|import java\.lang\.reflect")


class Looks:
    """Each method whose name begins with `look_` is one."""

    def __init__(self):
        self.packed = pack.build()
        self.names = zipfile.ZipFile(self.packed.apk)
        self.settings = project.settings()

    def natives(self):
        return [name for name in self.names.namelist() if name.endswith(".so")]

    def dump(self, *words):
        return steps.output(libraries.aapt2(), "dump", *words)

    def look_signed_by_v2_and_v3(self):
        said = steps.output("apksigner", "verify", "--verbose", "--min-sdk-version", self.settings["minSdk"], self.packed.apk)
        for version in ("v2", "v3"):
            line = next(line for line in said.splitlines() if f"({'APK Signature Scheme ' + version})" in line)
            assert line.endswith("true"), line

    def look_names_itself(self):
        said = self.dump("badging", self.packed.apk)
        for part in (
            f"package: name='{project.APPLICATION_ID}' versionCode='{self.settings['versionCode']}'",
            f"versionName='{self.settings['versionName']}'",
            f"sdkVersion:'{self.settings['minSdk']}'",
            f"targetSdkVersion:'{self.settings['targetSdk']}'",
            f"launchable-activity: name='{project.NAMESPACE}.MainActivity'",
            f"native-code: '{pack.ABI}'",
        ):
            assert part in said, f"{part} is not in:\n{said}"

    def look_asks_for_the_declared_permissions_alone(self):
        said = self.dump("permissions", self.packed.apk)
        asked = set(re.findall(r"uses-permission(?:-sdk-23)?: name='([^']+)'", said))
        lines = (ANDROID / "app/permissions.txt").read_text(encoding="utf-8").splitlines()
        declared = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
        assert asked == declared, f"asked, not declared: {asked - declared}; declared, not asked: {declared - asked}"
        own = re.findall(r"^permission: (\S+)", said, re.M)
        others = [name for name in own if not name.startswith(project.APPLICATION_ID + ".")]
        assert not others, f"declares permissions: {others}"

    def look_keeps_out_backups_cleartext_and_debuggers(self):
        said = self.dump("xmltree", "--file", "AndroidManifest.xml", self.packed.apk)
        application = said[said.index("E: application") :].split("E: ", 2)[1]
        for attribute in ("allowBackup", "usesCleartextTraffic"):
            assert re.search(rf":{attribute}\(0x\w+\)=false", application), f"{attribute} is not false:\n{application}"
        assert not re.search(r":(debuggable|testOnly)\(0x\w+\)=true", application), application

    def look_native_libraries_are_aligned_in_the_zip(self):
        with open(self.packed.apk, "rb") as file:
            for name in self.natives():
                entry = self.names.getinfo(name)
                assert entry.compress_type == zipfile.ZIP_STORED, f"{name} is compressed"
                file.seek(entry.header_offset + 26)
                lengths = file.read(4)
                at = entry.header_offset + 30 + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
                assert at % pack.PAGE == 0, f"{name} begins at {at}"

    def look_native_libraries_are_aligned_in_themselves(self):
        assert {"libdayfly.so", "libjnidispatch.so"} <= {name.split("/")[-1] for name in self.natives()}
        for name in self.natives():
            library = elf.Elf(self.names.read(name))
            assert library.machine == 183, f"{name} is not for arm64"
            assert all(alignment % pack.PAGE == 0 for alignment in library.alignments()), f"{name}: {library.alignments()}"

    def look_native_libraries_ask_for_what_api_26_has(self):
        known = {name for names in core.names().values() for name in names}
        for name in self.natives():
            unknown = elf.Elf(self.names.read(name)).asked() - known
            assert not unknown, f"{name} asks for {sorted(unknown)}"

    def look_packs_to_the_same_bytes(self):
        """Resources linked and everything packed anew, in another folder. R8's answer is taken as it is."""
        folder = steps.fresh(BUILD / "apk-again")
        linked = resources.build("apk-again", libraries.path("main"), build=self.packed.build)
        native = {}
        for name in self.natives():
            native[name.split("/")[-1]] = folder / name.split("/")[-1]
            native[name.split("/")[-1]].write_bytes(self.names.read(name))
        again = folder / "unsigned.apk"
        pack.pack(again, linked.apk, self.packed.code, native)
        assert again.read_bytes() == self.packed.unsigned.read_bytes(), f"{again} is another"

    def look_holds_nobody_elses_classes(self):
        lines = self.packed.mapping.read_text(encoding="utf-8").splitlines()
        classes = [line.split(" -> ")[0] for line in lines if " -> " in line and line[0] not in " #"]
        assert len(classes) > 1000, f"the mapping names {len(classes)} classes"
        others = [name for name in classes if not OURS.match(name) and not ALSO.match(name)]
        assert not others, f"{len(others)} of others: {others[:20]}"

    def look_has_no_web_view(self):
        dex = b"".join(self.names.read(name) for name in self.names.namelist() if name.endswith(".dex"))
        assert b"Landroid/content/Context;" in dex, "the dex names no classes"
        assert b"Landroid/webkit/WebView;" not in dex

    def look_source_calls_nothing_by_reflection(self):
        for folder in ("app/src/main/kotlin", "dayfly/src/main/kotlin"):
            for file in project.sources(folder):
                found = REFLECTION.search(file.read_text(encoding="utf-8"))
                assert not found, f"{file}: {found[0]}"

    def look_lock_is_of_this_catalogue(self):
        lock.read()
        other = dict(project.catalogue())
        other["jna"] = (*other["jna"][:2], "5.19.0")
        lock.read.cache_clear()
        try:
            with unittest.mock.patch.object(project, "catalogue", lambda: other):
                lock.read()
        except Failed:
            return
        finally:
            lock.read.cache_clear()
        raise AssertionError("a catalogue that moved on was not found")

    def look_linker_refuses_names_that_bionic_has_not(self):
        folder = steps.fresh(BUILD / "planted")
        source = folder / "planted.c"
        source.write_text("extern void a_name_of_nobody(void);\nvoid f(void) { a_name_of_nobody(); }\n")
        said = core.link(source, folder / "planted.so")
        assert "a_name_of_nobody" in said, said

    def look_rules_keep_what_the_library_needs(self):
        shrunk.run()


def sizes(packed):
    """Says how large the parts are, as they are in the APK."""
    parts = collections.Counter()
    with zipfile.ZipFile(packed.apk) as archive:
        for entry in archive.infolist():
            name = entry.filename.split("/")[-1]
            part = name if name.endswith(".so") else "dex" if name.endswith(".dex") else "resources"
            parts[part] += entry.compress_size
    parts["all"] = packed.apk.stat().st_size
    print("sizes: " + ", ".join(f"{part} {size / 1e6:.2f} MB" for part, size in sorted(parts.items())))


def crate(name, known):
    """The crate that a symbol is of: of what is generic, the first one named beyond the standard library."""
    if not name.startswith("_ZN"):
        return "C and tables"
    parts, rest = [], name[3:]
    while length := re.match(r"\d+", rest):
        end = length.end() + int(length[0])
        parts.append(rest[length.end() : end])
        rest = rest[end:]
    words = re.split(r"\.\.|\$\w+?\$|\.", "..".join(parts))
    named = [word.strip("_") for word in words]
    return next((word for word in named if word in known), "standard library")


def crates(library, many=15):
    """Says which crates the core's code and data are of, by its table of symbols."""
    lock_ = (project.ROOT / "Cargo.lock").read_text(encoding="utf-8")
    known = {name.replace("-", "_") for name in re.findall(r'^name = "(.+)"', lock_, re.M)} - {"core", "alloc", "std"}
    known = {"dayfly" if name == "dayfly_bindings" else name for name in known}
    found = collections.Counter()
    for name, section, size, _ in elf.Elf(library.read_bytes()).symbols(elf.SYMTAB):
        if section and size:
            found[crate(name, known)] += size
    print("core by crate: " + ", ".join(f"{name} {size / 1e3:.0f} kB" for name, size in found.most_common(many)))


def run():
    """Prints each look and the sum; fails where one does."""
    looks = Looks()
    passed = failed = 0
    for name in [name for name in dir(looks) if name.startswith("look_")]:
        words = name.removeprefix("look_").replace("_", " ")
        try:
            getattr(looks, name)()
        except Exception:  # whatever it is, the other looks are taken
            failed += 1
            traceback.print_exc()
            print(f"FAIL {words}", flush=True)
        else:
            passed += 1
            print(f"ok   {words}", flush=True)
    sizes(looks.packed)
    crates(looks.packed.core)
    print(f"{passed} passed, {failed} failed, 0 skipped")
    if failed:
        raise SystemExit(1)

"""The Kotlin library as an AAR with its sources and a pom, as an app of somebody else takes it.

One AAR, into which the generated bindings go along. Gradle publishes the same as two, a module each;
what this makes is checked by compiling the examples against nothing else.
"""

import pathlib
import xml.sax.saxutils
import zipfile

from tools import kotlin, libraries, lock, modules, project, steps
from tools.project import ANDROID, BUILD, ROOT, Failed

FOLDER = BUILD / "aar"
OUTPUTS = BUILD / "outputs"
ABIS = ["arm64-v8a", "armeabi-v7a", "x86_64"]


def build(natives=None):
    """Makes it; `natives` holds ABI/libdayfly.so for each kind of phone, as cargo-ndk leaves them."""
    jars = libraries.jars(libraries.path("main"))
    bindings = modules.generated(jars)
    classes = modules.library([bindings, *jars, lock.one("tools-platform-compile")])
    steps.fresh(FOLDER)
    code = FOLDER / "classes.jar"
    sources = {}
    for folder in (ANDROID / "dayfly/src/main/kotlin", modules.bindings()):
        sources |= contents(folder)
    pack(code, contents(classes) | inside(bindings))
    name = f"dayfly-{project.settings()['versionName']}"
    OUTPUTS.mkdir(parents=True, exist_ok=True)
    aar = OUTPUTS / f"{name}.aar"
    pack(
        aar,
        {
            "AndroidManifest.xml": manifest().encode(),
            "R.txt": b"",
            "classes.jar": code.read_bytes(),
            "proguard.txt": (ANDROID / "dayfly/consumer-rules.pro").read_bytes(),
        }
        | native(natives),
    )
    pack(OUTPUTS / f"{name}-sources.jar", sources)
    (OUTPUTS / f"{name}.pom").write_text(pom(), encoding="utf-8")
    check(aar, jars)
    return aar


def pack(into, files):
    """One zip: sorted, without times."""
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)


def contents(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def inside(jar):
    with zipfile.ZipFile(jar) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.endswith((".class", ".kotlin_module"))}


def native(folder):
    """The native libraries, each for its kind of phone; none where no folder is named."""
    if folder is None:
        steps.say("no folder of native libraries is named: the AAR holds none")
        return {}
    found = {f"jni/{abi}/libdayfly.so": pathlib.Path(folder) / abi / "libdayfly.so" for abi in ABIS}
    files = {name: file.read_bytes() for name, file in found.items() if file.exists()}
    if not files:
        raise Failed(f"{folder} holds no native library: it must be ABI/libdayfly.so.")
    return files


def manifest():
    """The library's, with what Gradle adds."""
    text = (ANDROID / "dayfly/src/main/AndroidManifest.xml").read_text(encoding="utf-8")
    numbers = f'    <uses-sdk android:minSdkVersion="{project.settings()["minSdk"]}" />\n'
    text = text.replace("<manifest ", '<manifest package="app.dayfly" ')
    return text.replace("</manifest>", f"{numbers}</manifest>")


def pom():
    """What it needs, by the catalogue."""
    catalogue = project.catalogue()

    def dependency(alias, kind="jar"):
        group, artifact, version = (xml.sax.saxutils.escape(part) for part in catalogue[alias])
        named = f"<groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>"
        return f"    <dependency>{named}<type>{kind}</type><scope>compile</scope></dependency>\n"

    needed = dependency("kotlin-stdlib") + dependency("coroutines-core") + dependency("jna", "aar")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>app.dayfly</groupId>
  <artifactId>dayfly</artifactId>
  <version>{project.settings()["versionName"]}</version>
  <packaging>aar</packaging>
  <name>Dayfly</name>
  <description>Rooms that live as long as the conversation: the core in Kotlin.</description>
  <licenses><license><name>Apache-2.0</name></license></licenses>
  <dependencies>
{needed}  </dependencies>
</project>
"""


def check(aar, jars):
    """The examples compile against what is in it."""
    folder = steps.fresh(FOLDER / "opened")
    with zipfile.ZipFile(aar) as archive:
        archive.extract("classes.jar", folder)
    steps.say("examples, against the AAR")
    sources = sorted((ROOT / "examples/kotlin").glob("*.kt"))
    kotlin.compile_("examples", sources, [folder / "classes.jar", *jars], FOLDER / "examples", "-Werror")

"""Manifest, resources and the classes that name them, for one variant: `main` or `test`.

The two differ by what the libraries of the tests add. Fields of R are no constants, as with
Gradle's plugin: what is compiled against one variant runs with the other.
"""

import collections
import pathlib
import re
import xml.etree.ElementTree as ElementTree

from tools import libraries, lock, project, steps
from tools.project import ANDROID, BUILD, NAMESPACE

MAIN = ANDROID / "app/src/main"
Resources = collections.namedtuple("Resources", "manifest apk classes names rules")


def build(variant, opened, **told):
    """Makes them below build/VARIANT; `opened` are the libraries of that class path, `told` other settings."""
    folder = BUILD / variant
    made = Resources(
        folder / "AndroidManifest.xml",
        folder / "resources.apk",
        folder / "r-classes",
        folder / "r-names.txt",
        folder / "resources.pro",
    )
    aars = [library for library in opened if library.folder]
    settings = project.settings() | told
    manifests = [library.folder / "AndroidManifest.xml" for library in aars]
    folders = [MAIN / "res", MAIN / "assets"]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    own = [MAIN / "AndroidManifest.xml", *files]
    tools = [pathlib.Path(__file__), lock.PATH]
    steps.step(
        f"{variant}-manifest",
        [settings, own[0], manifests, tools],
        [made.manifest],
        lambda: merge(manifests, made.manifest, settings),
    )
    steps.step(
        f"{variant}-resources",
        [made.manifest, settings, [str(file.relative_to(MAIN)) for file in own], own, tools],
        [made.apk, made.classes, made.names, made.rules],
        lambda: link(folder, made, aars, settings),
    )
    return made


def merge(manifests, into, settings):
    """The manifest of the app and of its libraries."""
    source = (MAIN / "AndroidManifest.xml").read_text(encoding="utf-8")
    named = into.with_name("named.xml")
    # Gradle's plugin keeps the namespace in the build file; the merger itself wants it here.
    named.write_text(source.replace("<manifest ", f'<manifest package="{NAMESPACE}" ', 1), encoding="utf-8")
    properties = {
        "PACKAGE": project.APPLICATION_ID,
        "MIN_SDK_VERSION": settings["minSdk"],
        "TARGET_SDK_VERSION": settings["targetSdk"],
        "VERSION_CODE": settings["versionCode"],
        "VERSION_NAME": settings["versionName"],
    }
    placeholders = {"linkHost": settings["linkHost"] or "link.invalid"}
    words = [word for name, value in properties.items() for word in ("--property", f"{name}={value}")]
    words += [word for name, value in placeholders.items() for word in ("--placeholder", f"{name}={value}")]
    steps.run(
        "java", "-Xmx256m", "-cp", ":".join(str(artifact.path()) for artifact in lock.path("manifest-merger")),
        "com.android.manifmerger.Merger", "--main", named, "--libs", ":".join(map(str, manifests)),
        "--out", into, "--log", "WARNING", *words,
        log=into.with_name("manifest.log"),
    )  # fmt: skip


def link(folder, made, aars, settings):
    """Compiles and links all resources, and writes the classes R and BuildConfig."""
    aapt2 = libraries.aapt2()
    own = folder / "resources.zip"
    steps.run(aapt2, "compile", "--dir", MAIN / "res", "-o", own)
    generated = steps.fresh(folder / "r-sources")
    symbols = folder / "symbols.txt"
    overlays = [library.resources for library in aars if library.resources] + [own]
    steps.run(
        aapt2, "link", "-o", made.apk, "-I", lock.one("tools-platform-resources"),
        "--manifest", made.manifest, "--output-text-symbols", symbols, "--auto-add-overlay",
        "--proguard", made.rules, "--no-version-vectors", *(["-A", MAIN / "assets"] if (MAIN / "assets").exists() else []),
        "--min-sdk-version", settings["minSdk"], "--target-sdk-version", settings["targetSdk"],
        "--version-code", settings["versionCode"], "--version-name", settings["versionName"],
        *[word for overlay in overlays for word in ("-R", overlay)],
    )  # fmt: skip
    values = read_symbols(symbols)
    write_r(generated, NAMESPACE, own_symbols(values))
    for library in aars:
        if (library.folder / "R.txt").exists():
            wanted = read_symbols(library.folder / "R.txt")
            write_r(generated, library.package, {key: values[key] for key in wanted if key in values})
    write_build_config(generated, settings)
    javac(sorted(generated.rglob("*.java")), steps.fresh(made.classes))
    made.names.write_text("\n".join(f"{type_}.{name}" for _, type_, name in sorted(own_symbols(values))))


def javac(sources, into, *options):
    arguments = into.with_name(into.name + ".txt")
    arguments.write_text("\n".join(map(str, sources)))
    steps.run("javac", "-J-Xmx400m", "-nowarn", "-Xlint:-options", "--release", "17", "-d", into, *options, f"@{arguments}")


def read_symbols(path):
    """(java type, kind, name) → value, of a file as aapt2 writes them."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {tuple(words[:3]): words[3] for line in lines if len(words := line.split(" ", 3)) == 4}


def own_symbols(values):
    """Those that the app itself defines: its R names no others."""
    named = set()
    for file in (MAIN / "res").rglob("*.xml"):
        kind = file.parent.name.split("-")[0]
        if kind == "values":
            for element in ElementTree.parse(file).getroot():
                if isinstance(element.tag, str) and (name := element.get("name")):
                    tag = element.get("type") if element.tag == "item" else element.tag
                    named.add((tag.replace("string-array", "array"), re.sub(r"[.-]", "_", name)))
        else:
            named |= {("id", name) for name in re.findall(r'"@\+id/(\w+)"', file.read_text(encoding="utf-8"))}
    for file in (MAIN / "res").rglob("*.*"):
        if (kind := file.parent.name.split("-")[0]) != "values":
            named.add((kind, file.name.split(".")[0]))
    return {key: value for key, value in values.items() if key[1:] in named}


def write_r(folder, package, values):
    kinds = collections.defaultdict(list)
    for (type_, kind, name), value in sorted(values.items()):
        kinds[kind].append(f"    public static {type_} {name} = {value};")
    body = "\n".join(
        f"  public static final class {kind} {{\n" + "\n".join(fields) + "\n  }" for kind, fields in sorted(kinds.items())
    )
    write_class(folder, package, "R", body)


def write_build_config(folder, settings):
    texts = {"APPLICATION_ID": project.APPLICATION_ID, "VERSION_NAME": settings["versionName"]}
    texts |= {"BUILD": settings["build"], "LINK_HOST": settings["linkHost"], "REPORT_CONTACT": settings["reportContact"]}
    # Not constants, for the same reason: a changed value recompiles nothing.
    fields = [f'  public static final String {name} = String.valueOf("{value}");' for name, value in texts.items()]
    fields.append(f"  public static final int VERSION_CODE = Integer.parseInt(\"{settings['versionCode']}\");")
    fields.append(f'  public static final boolean DEBUG = Boolean.parseBoolean("{not folder.parent.name.startswith("apk")}");')
    write_class(folder, NAMESPACE, "BuildConfig", "\n".join(fields))


def write_class(folder, package, name, body):
    file = folder.joinpath(*package.split("."), f"{name}.java")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"package {package};\n\npublic final class {name} {{\n{body}\n}}\n", encoding="utf-8")

"""The modules, compiled in their order: generated, dayfly, app, and the app's tests."""

import collections
import pathlib

from tools import kotlin, libraries, lock, project, resources, steps
from tools.project import ANDROID, BIN, BUILD, CACHE, ROOT, Failed

# `own` are the folders and jars of the modules themselves, the app's R last.
Compiled = collections.namedtuple("Compiled", "libraries resources own classpath")


def bindings():
    """The folder of Kotlin that uniffi writes from the host's library."""
    library = BIN / "libdayfly.so"
    library = library if library.exists() else library.with_suffix(".dylib")
    if not library.exists():
        raise Failed("The library is not built yet: cargo build --workspace --all-targets")
    config = ROOT / "uniffi.toml"
    return steps.shared(
        CACHE / "bindings" / steps.digest(library, config)[:16],
        lambda into: steps.run(ROOT / "scripts/bindgen", "kotlin", into, library),
    )


def generated(classpath):
    """The jar of what uniffi writes; kept by what it says, which most builds of the core leave alone."""
    sources = sorted(bindings().rglob("*.kt"))
    jar = CACHE / "generated" / f"{steps.digest(sources, project.version('kotlin'))[:16]}.jar"

    def make(into):
        steps.say("generated")
        classes = into.parent / "classes"
        kotlin.compile_("generated", sources, classpath, classes, "-nowarn")
        kotlin.jar(classes, into)

    return steps.shared(jar, make)


def library(classpath):
    """The classes of the Kotlin library."""
    sources = project.sources("dayfly/src/main/kotlin")
    if not sources:
        return None
    classes = BUILD / "dayfly" / "classes"
    steps.step(
        "dayfly",
        [names(sources), sources, classpath[0], lock.PATH, pathlib.Path(kotlin.__file__)],
        [classes],
        lambda: kotlin.compile_("dayfly", sources, classpath, classes, "-Xexplicit-api=strict", "-Werror"),
    )
    return classes


def names(files):
    """Their names as text: a file that moved is a change, too."""
    return [str(file.relative_to(ANDROID)) for file in files]


def everything(folder):
    """The files below a folder, as inputs of a step."""
    return sorted(file for file in folder.rglob("*") if file.is_file()) if folder else []


def app(variant="main"):
    """Compiles the library and the app; the class path of the variant, the app's classes first."""
    main = libraries.path("main")
    platform = lock.one("tools-platform-compile")
    jars = libraries.jars(main)
    bindings_jar = generated(jars)
    dayfly = library([bindings_jar, *jars, platform])
    made = resources.build("main", main)
    sources = project.sources("app/src/main/kotlin")
    classes = BUILD / "app" / "classes"
    below = [bindings_jar, *([dayfly] if dayfly else []), made.classes]
    steps.step(
        "app",
        [names(sources), sources, bindings_jar, everything(dayfly), made.names, lock.PATH, pathlib.Path(kotlin.__file__)],
        [classes],
        lambda: kotlin.compile_("app", sources, [*below, *jars, platform], classes, compose=True),
    )
    if variant == "test":
        main = libraries.path("test")
        made = resources.build("test", main)
        below[-1] = made.classes
    own = [classes, *below]
    return Compiled(main, made, own, own + libraries.jars(main))


def tests():
    """Compiles the app's tests too: (what app() gave for them, the folder of their classes)."""
    compiled = app("test")
    sources = project.sources("app/src/test/kotlin") + project.sources("testing")
    classes = BUILD / "app" / "test-classes"
    classpath = [*compiled.classpath, lock.one("tools-platform-compile")]
    app_classes = compiled.classpath[0]
    steps.step(
        "app-tests",
        [names(sources), sources, everything(app_classes), lock.PATH, pathlib.Path(kotlin.__file__)],
        [classes],
        lambda: kotlin.compile_(
            "app-tests", sources, classpath, classes, f"-Xfriend-paths={app_classes}", compose=True
        ),
    )
    return compiled, classes

"""The library as R8 leaves it with the rules that ship, driven by the flow test on the JVM.

R8 writes classes here in place of dex; what the test itself calls is kept by rules that R8's own
tool reads from the test, so what the library needs beyond that must be kept by its own rules: a
missing one fails.
"""

import pathlib
import re

from tools import kotlin, libraries, lock, modules, project, shrink, steps
from tools.project import BIN, BUILD, ROOT

FOLDER = BUILD / "shrunk"
# The test, and what it needs of the others.
TESTS = ROOT / "bindings/jvm/src/test/kotlin/app/dayfly"
SOURCES = [TESTS / "Support.kt", TESTS / "library/Rooms.kt", TESTS / "library/FlowsTest.kt"]


def run():
    """Compiles the test, shrinks the library, and runs the one on the other."""
    opened = libraries.jars(libraries.path("main"))
    bindings = modules.generated(opened)
    dayfly = modules.library([bindings, *opened, lock.one("tools-platform-compile")])
    jars = {artifact.name: artifact.path() for artifact in lock.path("test") if artifact.group != "org.robolectric"}
    needed = [jars[name] for name in ("kotlin-stdlib", "kotlinx-coroutines-core-jvm", "jna", "annotations")]
    test_only = [jars[f"jackson-{part}"] for part in ("core", "annotations", "databind")] + [lock.one("tools-junit-console")]
    FOLDER.mkdir(parents=True, exist_ok=True)
    tests = FOLDER / "tests"
    sources = [plain(source) for source in SOURCES] + project.sources("testing")
    steps.step(
        "shrunk-tests",
        [sources, bindings, modules.everything(dayfly), lock.PATH],
        [tests],
        lambda: kotlin.compile_("shrunk-tests", sources, [dayfly, bindings, *needed, *test_only], tests, f"-Xfriend-paths={dayfly}"),
    )
    library = [shrink.as_jar(dayfly), bindings]
    small = FOLDER / "small.jar"
    rules = [shrink.consumer_rules(), *shrink.embedded(needed, steps.fresh(FOLDER / "rules")), kept(tests, library, needed)]
    inputs = [library, rules, [str(jar) for jar in needed], pathlib.Path(shrink.__file__), pathlib.Path(__file__)]
    steps.step(
        "r8-library",
        inputs,
        [small],
        lambda: shrink.run(small, [*library, *needed], rules, "--classfile", platform=[shrink.jdk()]),
    )
    path = ":".join(map(str, [tests, small, *test_only]))
    steps.run(
        "java", "-Xmx700m", *kotlin.SHORT_LIVED, f"-Djna.library.path={BIN}", f"-Ddayfly.program={BIN / 'dayfly'}",
        "-cp", path, "org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner",
        "--details=tree", "--disable-ansi-colors", "--fail-if-no-tests", "--scan-class-path", tests,
        log=FOLDER / "test.log",
    )  # fmt: skip


def plain(source):
    """The source with functions named in one word: R8's tools take no others."""
    into = FOLDER / "sources" / source.name
    into.parent.mkdir(exist_ok=True)
    text = source.read_text(encoding="utf-8")
    into.write_text(re.sub(r"fun `([^`]+)`", lambda name: "fun " + re.sub(r"\W", "_", name[1]), text), encoding="utf-8")
    return into


def kept(tests, library, needed):
    """Rules that keep what the tests call, of the library and of what it uses."""
    into = FOLDER / "kept.pro"
    targets = [word for jar in [*library, *needed] for word in ("--target", jar)]
    steps.run(
        "java", "-Xmx700m", *kotlin.SHORT_LIVED, "-cp", lock.one("tools-r8"),
        "com.android.tools.r8.tracereferences.TraceReferences", "--keep-rules", "--lib", shrink.jdk(), *targets,
        "--source", shrink.as_jar(tests), "--output", into, "--map-diagnostics:MissingDefinitionsDiagnostic", "error", "none",
        log=FOLDER / "kept.log",
    )  # fmt: skip
    return into

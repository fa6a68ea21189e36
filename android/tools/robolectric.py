"""Runs the app's tests on Robolectric: the real activity, drawn, with the host's own core."""

import os
import re

from tools import kotlin, lock, modules, project, steps
from tools.project import ANDROID, BIN, BUILD, ROOT, Failed

# What Robolectric opens of the JDK.
OPENS = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.lang", "java.util", "java.io", "java.net")]

# Of every test: a class loader of its own is Robolectric's way, and the library knows one copy of its bindings.
RUNNER = "RobolectricTestRunner"
# A test that waits for ever ends the run, not the day; all of them take a few minutes.
SECONDS = 1500


def run(words, rewrite=False):
    """Runs all tests, or those whose class or Class#method holds the word; `rewrite`: new pictures."""
    alone = [file.name for file in ANDROID.glob("app/src/test/kotlin/**/*Test.kt") if RUNNER not in file.read_text(encoding="utf-8")]
    if alone:
        raise Failed(f"Not by {RUNNER}, and so with a second copy of the bindings, whose calls go astray: {', '.join(alone)}")
    compiled, classes = modules.tests()
    config = steps.fresh(BUILD / "test-config")
    assets = ANDROID / "app/src/main/assets"
    properties = config / "com/android/tools/test_config.properties"
    properties.parent.mkdir(parents=True)
    properties.write_text(
        f"android_merged_manifest={compiled.resources.manifest}\n"
        f"android_resource_apk={compiled.resources.apk}\n"
        f"android_merged_assets={assets if assets.exists() else config}\n"
        f"android_custom_package={project.NAMESPACE}\n"
    )
    platform = lock.one("tools-platform-test")
    offline = project.CACHE / "platforms"
    steps.shared(offline / platform.name, lambda into: os.link(platform, into) if same_disk(platform) else into.symlink_to(platform))
    reports = steps.fresh(BUILD / "reports")
    path = [classes, ANDROID / "app/src/test/resources", config, *compiled.classpath, lock.one("tools-junit-console")]
    path.append(lock.one("tools-platform-find"))  # last: by it tests are found, and run on the other
    word = words[0] if words else ""
    class_, _, method = word.partition("#")
    selected = ["--include-classname", f".*{re.escape(class_)}.*" if class_ else ".*Test"]
    if method:
        selected += ["--include-methodname", f".*{re.escape(method)}.*"]
    steps.say("tests")
    steps.run(
        "java", "-Xmx1500m", *kotlin.SHORT_LIVED, *OPENS, "-Djava.awt.headless=true",
        "-Drobolectric.offline=true", f"-Drobolectric.dependency.dir={offline}",
        f"-Djna.library.path={BIN}", f"-Ddayfly.program={BIN / 'dayfly'}",
        f"-Ddayfly.page={ROOT / 'interop' / 'drive.mjs'}",
        f"-Ddayfly.shots={ANDROID / 'app/src/test/shots'}", f"-Ddayfly.shots.failed={BUILD / 'shots'}",
        f"-Ddayfly.shots.rewrite={str(rewrite).lower()}",
        "-cp", ":".join(map(str, path)), "org.junit.platform.console.ConsoleLauncher", "execute",
        "--disable-banner", "--details=tree", "--disable-ansi-colors", "--scan-class-path", classes,
        "--reports-dir", reports, "--fail-if-no-tests", *selected, timeout=SECONDS,
    )  # fmt: skip


def same_disk(file):
    return file.stat().st_dev == project.CACHE.stat().st_dev

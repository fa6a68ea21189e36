"""Runs ktlint over the Kotlin of android/, build files included, and compares the translations."""

from tools import lock, steps, translations
from tools.project import ANDROID


def run(*options):
    """Fails where a translation or the style is at fault; with `--format` it mends the style first."""
    translations.run()
    lock.fetch()
    path = ":".join(str(artifact.path()) for artifact in lock.path("ktlint"))
    steps.run(
        "java", "-Xmx700m", "-XX:+UseSerialGC", "-cp", path, "com.pinterest.ktlint.Main",
        *options, "--relative", "--log-level=error", "**/*.kt", "**/*.kts", "!**/build/**",
        cwd=ANDROID,
    )  # fmt: skip

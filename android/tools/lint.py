"""Runs ktlint over the Kotlin of android/, build files included."""

from tools import lock, steps
from tools.project import ANDROID


def run(*options):
    """Fails where a file is not in the house's style; with `--format` it mends what it can first."""
    lock.fetch()
    path = ":".join(str(artifact.path()) for artifact in lock.path("ktlint"))
    steps.run(
        "java", "-Xmx700m", "-XX:+UseSerialGC", "-cp", path, "com.pinterest.ktlint.Main",
        *options, "--relative", "--log-level=error", "**/*.kt", "**/*.kts", "!**/build/**",
        cwd=ANDROID,
    )  # fmt: skip

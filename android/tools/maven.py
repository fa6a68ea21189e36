"""Artefacts of Maven: fetched by Maven itself, in one run, into its own repository.

Nothing is resolved here (that is resolve.py's, and rare): each artefact is asked for alone, with
everything it would bring excluded.
"""

import collections
import pathlib
import subprocess
import tempfile

from tools import steps

REPOSITORY = pathlib.Path.home() / ".m2" / "repository"
PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:resolve"
HEAD = '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'


class Artifact(collections.namedtuple("Artifact", "group name version kind")):
    """One file of the repository; `kind` is its extension: pom, jar or aar."""

    def path(self):
        folder = REPOSITORY.joinpath(*self.group.split("."), self.name, self.version)
        return folder / f"{self.name}-{self.version}.{self.kind}"

    def __str__(self):
        return ":".join(self)


def fetch(artifacts):
    """Fetches those that are not there. What cannot be had is left out: the caller looks."""
    missing = [artifact for artifact in artifacts if not artifact.path().exists()]
    if not missing:
        return
    with steps.alone("maven"), tempfile.TemporaryDirectory() as folder:
        missing = [artifact for artifact in missing if not artifact.path().exists()]
        if not missing:
            return
        steps.say(f"fetching {len(missing)} libraries")
        # A module each: one that fails must not stop the others, and two versions of one may stand
        # side by side.
        modules = ""
        for number, artifact in enumerate(missing):
            module = pathlib.Path(folder) / f"m{number}"
            module.mkdir()
            modules += f"<module>m{number}</module>"
            (module / "pom.xml").write_text(
                f"{HEAD}<groupId>fetch</groupId><artifactId>m{number}</artifactId><version>1</version>"
                "<packaging>pom</packaging><dependencies><dependency>"
                f"<groupId>{artifact.group}</groupId><artifactId>{artifact.name}</artifactId>"
                f"<version>{artifact.version}</version><type>{artifact.kind}</type>"
                "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
                "</dependency></dependencies></project>"
            )
        pathlib.Path(folder, "pom.xml").write_text(
            f"{HEAD}<groupId>fetch</groupId><artifactId>all</artifactId><version>1</version>"
            f"<packaging>pom</packaging><modules>{modules}</modules></project>"
        )
        log = steps.CACHE / "maven.log"
        command = ["mvn", "-B", "-ntp", "-q", "-fae", "-U", "-T4", PLUGIN]
        with open(log, "wb") as into:
            ended = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=into, stderr=subprocess.STDOUT)
        if ended.returncode:
            steps.say(f"not all of it is to be had ({log})")

"""Finds what the libraries need in turn, as Gradle does: of each the highest version that is asked for.

Run only when the lock must change. Reads POMs, fetched through Maven; what their dependency
management recommends raises versions too, since that is how androidx keeps its families together.
"""

import re
import xml.etree.ElementTree as ElementTree

from tools import maven
from tools.maven import Artifact
from tools.project import Failed

NS = "{http://maven.apache.org/POM/4.0.0}"
SOFTER = {"alpha": -4, "dev": -4, "beta": -3, "rc": -2}


def order(version):
    """A key by which versions compare: numbers as numbers, alpha before beta before release."""
    key = []
    for part in re.findall(r"\d+|[a-zA-Z]+", version):
        key.append((1, int(part), "") if part.isdigit() else (SOFTER.get(part.lower(), 0), 0, part))
    return key + [(0, 0, "")]


class Poms:
    """POMs, read once each."""

    def __init__(self):
        self.read = {}

    def load(self, wanted):
        """Fetches those of (group, name, version) that were not read yet, and their parents."""
        wanted = {key for key in wanted if key not in self.read}
        maven.fetch([Artifact(*key, "pom") for key in sorted(wanted)])
        parents = set()
        for key in wanted:
            path = Artifact(*key, "pom").path()
            self.read[key] = ElementTree.parse(path).getroot() if path.exists() else None
            if (parent := self.parent(key)) is not None:
                parents.add(parent)
        if parents - self.read.keys():
            self.load(parents)

    def parent(self, key):
        pom = self.read.get(key)
        found = pom.find(f"{NS}parent") if pom is not None else None
        if found is None:
            return None
        return tuple(found.findtext(NS + tag).strip() for tag in ("groupId", "artifactId", "version"))

    def chain(self, key):
        """The POM and its parents."""
        found = []
        while key and self.read.get(key) is not None:
            found.append((key, self.read[key]))
            key = self.parent(key)
        return found

    def reader(self, key):
        """A function that reads (group, name, version) of an element of this POM, properties filled in."""
        properties = {"project.version": key[2], "project.groupId": key[0], "pom.version": key[2]}
        for _, pom in reversed(self.chain(key)):
            for element in pom.findall(f"{NS}properties/*"):
                properties[element.tag.removeprefix(NS)] = (element.text or "").strip()

        def wanted(element):
            texts = [(element.findtext(NS + tag) or "").strip() for tag in ("groupId", "artifactId", "version")]
            for _ in range(3):
                texts = [re.sub(r"\$\{([^}]+)\}", lambda name: properties.get(name[1], name[0]), text) for text in texts]
            return texts[0], texts[1], texts[2].strip("[]()").split(",")[0]

        return wanted

    def managed(self, key):
        """(group, name) → the version that the POM, its parents and what they import recommend."""
        wanted, found = self.reader(key), {}
        for _, pom in self.chain(key):
            for element in pom.findall(f"{NS}dependencyManagement/{NS}dependencies/{NS}dependency"):
                group, name, version = wanted(element)
                if element.findtext(f"{NS}scope") == "import":
                    self.load({(group, name, version)})
                    found = self.managed((group, name, version)) | found
                elif known(version):
                    found.setdefault((group, name), version)
        return found

    def describe(self, key):
        """(kind, [(group, name, version)] it needs, and those it recommends)."""
        wanted, managed, needs = self.reader(key), self.managed(key), []
        for _, pom in self.chain(key):
            for element in pom.findall(f"{NS}dependencies/{NS}dependency"):
                scope = (element.findtext(f"{NS}scope") or "").strip()
                if scope in ("test", "provided", "system") or element.findtext(f"{NS}optional") == "true":
                    continue
                group, name, version = wanted(element)
                version = version or managed.get((group, name), "")
                if known(version):
                    needs.append((group, name, version))
        kind = (self.read[key].findtext(f"{NS}packaging") or "jar").strip()
        return kind, needs, [(*name, version) for name, version in managed.items()]


def known(version):
    return version and "$" not in version and version != "unspecified"


def closure(roots, floor=()):
    """The artefacts of a class path, from its roots; `floor` are versions it may not go below."""
    poms = Poms()
    versions = {}
    at_least = {artifact[:2]: artifact[2] for artifact in floor}

    def raise_to(group, name, version):
        version = max(version, at_least.get((group, name), version), key=order)
        if (group, name) not in versions or order(version) > order(versions[group, name]):
            versions[group, name] = version
            return True
        return False

    for root in roots:
        raise_to(*root)
    for _ in range(60):
        poms.load({(*name, version) for name, version in versions.items()})
        reached, queue, changed = {}, [root[:2] for root in roots], False
        while queue:
            name = queue.pop()
            if name in reached:
                continue
            key = (*name, versions[name])
            if key not in poms.read:  # raised a moment ago: read with the others in the next round
                changed = True
                continue
            reached[name] = poms.describe(key) if poms.read[key] is not None else ("none", [], [])
            for need in reached[name][1]:
                changed |= raise_to(*need)
                queue.append(need[:2])
        for _, _, recommended in reached.values():
            for group, name, version in recommended:
                if (group, name) in reached:
                    changed |= raise_to(group, name, version)
        if not changed:
            break
    else:
        raise Failed("The versions do not settle.")
    found = []
    for name, (kind, needs, _) in sorted(reached.items()):
        # What a POM names for every platform is the desktop's; beside Android's it is a second copy.
        if (name[0], name[1].removesuffix("-jvm") + "-android") in reached and name[1].endswith("-jvm"):
            continue
        if kind == "none":
            raise Failed(f"{name[0]}:{name[1]}:{versions[name]} is not to be had.")
        # The root of a library for many platforms only names the one for this.
        platforms = {f"{name[1]}-android", f"{name[1]}-jvm"}
        if kind != "pom" and not platforms & {need[1] for need in needs if need[0] == name[0]}:
            found.append(Artifact(*name, versions[name], "aar" if kind == "aar" else "jar"))
    return found

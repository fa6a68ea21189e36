"""Compares the translations with the English words they are of.

Owns: what aapt, Android and a reader of another language would stumble over without anybody at this
desk seeing it. Refuses: whether a sentence is right; that needs somebody who speaks the language.
Each run first plants every fault in a copy and fails where one is not found.
"""

import collections
import pathlib
import re
import tempfile
import xml.etree.ElementTree as ElementTree

from tools.project import ANDROID, Failed

RES = ANDROID / "app/src/main/res"
# The categories of whole numbers by CLDR, in Android's names of the languages.
CATEGORIES = {
    "en": ("one", "other"),
    "in": ("other",),
    "es": ("one", "many", "other"),
    "ar": ("zero", "one", "two", "few", "many", "other"),
    "uk": ("one", "few", "many", "other"),
    "de": ("one", "other"),
}
# Those that mean one number alone, so that a word may stand for it. Ukrainian's "one" is 21 too.
WORDS = {"en": {"one"}, "in": set(), "es": {"one"}, "ar": {"zero", "one", "two"}, "uk": set(), "de": {"one"}}
REVIEW = "Not yet reviewed by a native speaker."
# Longer than three words and yet the same in another language: (language, name).
DELIBERATE = set()
# For a phone that does not exist yet (android/README.md, what API 37 changes).
READY = {"phone_local_network_why"}

PLACEHOLDER = re.compile(r"%\d+\$[sd]")
ESCAPE = re.compile(r"""\\(?:['"nt\\@?]|u[0-9a-fA-F]{4})""")
Entry = collections.namedtuple("Entry", "kind file items translatable")


def text_of(element):
    """What is between its tags, with the markup in it as it is written."""
    inner = [element.text or ""]
    inner += [ElementTree.tostring(child, encoding="unicode") for child in element]
    return "".join(inner)


def read(folder, faults):
    """name → Entry, of all strings and plurals of a folder; its own faults are added to the list."""
    entries = {}
    for file in sorted(folder.glob("strings*.xml")):
        where = f"{folder.name}/{file.name}"
        source = file.read_text(encoding="utf-8")
        try:
            root = ElementTree.fromstring(source)
        except ElementTree.ParseError as error:
            faults.append(f"{where}: {error}")
            continue
        if folder.name != "values":
            comment = re.search(r"<!--(.*?)-->", source.split("<resources")[0], re.S)
            if not comment or REVIEW not in comment[1]:
                faults.append(f"{where}: does not open with “{REVIEW}”")
        for element in root:
            name = element.get("name")
            if element.tag == "string":
                items = {"": text_of(element)}
            elif element.tag == "plurals":
                quantities = [item.get("quantity") for item in element]
                if len(set(quantities)) < len(quantities):
                    faults.append(f"{where}: {name}: a category stands twice")
                items = {item.get("quantity"): text_of(item) for item in element}
            else:
                faults.append(f"{where}: {element.tag} is neither a string nor plurals")
                continue
            if name in entries:
                faults.append(f"{where}: {name}: stands in {entries[name].file} too")
            entries[name] = Entry(element.tag, file.name, items, element.get("translatable") != "false")
    return entries


def written_wrong(text):
    """What aapt would refuse or change, in words; nothing where it is well."""
    bare = re.sub(r"<[^>]*>", "", text)
    rest = ESCAPE.sub("", bare)
    if "\\" in rest:
        yield "an escape that aapt does not know"
    if "'" in rest or '"' in rest:
        yield "an apostrophe or quote without its backslash"
    if bare[:1] in ("@", "?"):
        yield f"begins with {bare[0]} without a backslash"
    if bare != bare.strip() or "\n" in bare or "  " in bare:
        yield "a blank at an end, or more than one"
    if not bare.strip():
        yield "empty"
    if "%" in PLACEHOLDER.sub("", bare).replace("%%", ""):
        yield "a % that is no placeholder"


def parts(pattern, text):
    return sorted(re.findall(pattern, text))


def compare(language, english, entries):
    """The faults of one language, in words."""
    wanted = {name: entry for name, entry in english.items() if entry.translatable}
    yield from (f"{name}: missing" for name in wanted.keys() - entries.keys())
    yield from (f"{name}: not in English, or not to be translated" for name in entries.keys() - wanted.keys())
    for name in sorted(wanted.keys() & entries.keys()):
        source, entry = wanted[name], entries[name]
        if entry.file != source.file:
            yield f"{name}: is in {entry.file}; English has it in {source.file}"
        if entry.kind != source.kind:
            yield f"{name}: a {entry.kind}; English has a {source.kind}"
            continue
        if entry.kind == "plurals" and set(entry.items) != set(CATEGORIES[language]):
            yield f"{name}: has {', '.join(entry.items)}; wanted {', '.join(CATEGORIES[language])}"
        of_all = source.items["other" if entry.kind == "plurals" else ""]
        for quantity, text in entry.items.items():
            at = f"{name}[{quantity}]" if quantity else name
            yield from (f"{at}: {fault}" for fault in written_wrong(text))
            has, needs = parts(PLACEHOLDER, text), parts(PLACEHOLDER, of_all)
            if quantity in WORDS[language]:
                counts = [one for one in needs if one.endswith("d")]
                fits = has in (needs, [one for one in needs if one not in counts])
            else:
                fits = has == needs
            if not fits:
                yield f"{at}: has {' '.join(has) or 'no placeholder'}; wanted {' '.join(needs) or 'none'}"
            if parts(r"<[^>]*>", text) != parts(r"<[^>]*>", of_all):
                yield f"{at}: its markup is another than in English"
            copied = language != "en" and text in source.items.values()
            words = re.findall(r"[^\W\d_]+", PLACEHOLDER.sub("", text))
            if copied and len(words) > 3 and (language, name) not in DELIBERATE:
                yield f"{at}: still English"


def check(res, languages):
    """All faults of these languages below a folder of resources, each a line."""
    faults = []
    english = read(res / "values", faults)
    faults += [f"values: {fault}" for fault in compare("en", english, {n: e for n, e in english.items() if e.translatable})]
    for language in languages:
        entries = read(res / f"values-{language}", faults)
        faults += [f"values-{language}: {fault}" for fault in compare(language, english, entries)]
    for folder in sorted(res.glob("values-*")):
        if folder.name.removeprefix("values-") not in CATEGORIES and list(folder.glob("strings*.xml")):
            faults.append(f"{folder.name}: a language whose plurals are not known here")
    return sorted(faults)


def unused(names, source):
    """Those of the names that stand in no code, manifest or resource."""
    return [name for name in names if not re.search(rf"(R\.string\.|R\.plurals\.|@string/){name}\b", source)]


ENGLISH = """<resources>
    <string name="name" translatable="false">Dayfly</string>
    <string name="said">It\\'s %1$s who <b>said</b> it</string>
    <string name="long">These are four words</string>
    <plurals name="many">
        <item quantity="one">One of %2$s</item>
        <item quantity="other">%1$d of %2$s</item>
    </plurals>
</resources>
"""
SPANISH = f"""<!-- {REVIEW} -->
<resources>
    <string name="said">Lo <b>dijo</b> %1$s</string>
    <string name="long">Son cuatro palabras más</string>
    <plurals name="many">
        <item quantity="one">Uno de %2$s</item>
        <item quantity="many">%1$d de %2$s</item>
        <item quantity="other">%1$d de %2$s</item>
    </plurals>
</resources>
"""
# (what stands in the Spanish, what is put there, what must be said)
PLANTED = (
    (REVIEW, "Reviewed.", "does not open with"),
    ('name="long"', 'name="lang"', "long: missing"),
    ('name="long"', 'name="lang"', "lang: not in English"),
    ('name="long"', 'name="name"', "name: not in English, or not to be translated"),
    ('name="long"', 'name="said"', "said: stands in strings.xml too"),
    ("%1$s", "%2$s", "said: has %2$s"),
    ("%1$s", "", "said: has no placeholder"),
    ("%1$s", "%s", "a % that is no placeholder"),
    ("Uno de %2$s", "Uno", "many[one]: has no placeholder"),
    ('"many">%1$d de', '"many">Muchos de', "many[many]: has %2$s"),
    ("<b>dijo</b>", "dijo", "its markup is another"),
    ('quantity="many"', 'quantity="few"', "many: has one, few, other"),
    ('quantity="many"', 'quantity="other"', "a category stands twice"),
    ("Son cuatro", "Son 'cuatro'", "an apostrophe or quote"),
    ("Son cuatro", 'Son "cuatro"', "an apostrophe or quote"),
    ("Son cuatro", "Son \\cuatro", "an escape that aapt does not know"),
    ("Son cuatro", "@cuatro", "begins with @"),
    ("Son cuatro", " Son cuatro", "a blank at an end"),
    ("Son cuatro palabras más", "Son cuatro ", "a blank at an end"),
    ("Son cuatro palabras más", "", "long: empty"),
    ("Son cuatro palabras más", "These are four words", "long: still English"),
    ("</resources>", "", "no element found"),
    ('<string name="long">Son cuatro palabras más</string>', '<color name="long">#fff</color>', "neither a string"),
)


def selftest():
    """Fails where a planted fault is not found, or one is found where none was planted."""
    with tempfile.TemporaryDirectory() as temporary:
        res = pathlib.Path(temporary)
        for name, text in (("values", ENGLISH), ("values-es", SPANISH)):
            (res / name).mkdir()
            (res / name / "strings.xml").write_text(text, encoding="utf-8")
        planted = res / "values-es/strings.xml"

        def found(fault):
            return any(fault in line for line in check(res, ["es"]))

        if faults := check(res, ["es"]):
            raise Failed("The check of translations finds faults where there are none:\n" + "\n".join(faults))
        for old, new, fault in PLANTED:
            assert old in SPANISH, old
            planted.write_text(SPANISH.replace(old, new, 1), encoding="utf-8")
            if not found(fault):
                raise Failed(f"The check of translations does not find “{fault}”, where {old!r} became {new!r}.")
        planted.rename(planted.with_name("strings_other.xml"))
        if not found("is in strings_other.xml; English has it in strings.xml"):
            raise Failed("The check of translations does not find a string in another file.")
        (res / "values-es").rename(res / "values-eo")
        if not found("values-es: long: missing"):
            raise Failed("The check of translations does not find that a language is missing.")
        if not found("values-eo: a language"):
            raise Failed("The check of translations does not find a language it does not know.")
    if unused(["a", "b", "ab"], "R.string.ab @string/b") != ["a"]:
        raise Failed("The check of translations does not find a string that nobody shows.")


def run():
    """Fails with all faults of the app's translations, and where the system offers others than there are."""
    selftest()
    offered = set(re.findall(r'android:name="([^"]+)"', (RES / "xml/locales.xml").read_text(encoding="utf-8")))
    faults = check(RES, [language for language in CATEGORIES if language != "en"])
    main = RES.parent
    files = [main / "AndroidManifest.xml", *main.rglob("kotlin/**/*.kt"), *RES.rglob("*.xml")]
    source = "\n".join(file.read_text(encoding="utf-8") for file in files)
    faults += [f"values: {name}: shown nowhere" for name in unused(sorted(set(read(RES / "values", [])) - READY), source)]
    if offered != set(CATEGORIES):
        faults.append(f"xml/locales.xml: offers {', '.join(sorted(offered))}")
    if faults:
        raise Failed("\n".join([*faults, f"{len(faults)} faults in the translations."]))

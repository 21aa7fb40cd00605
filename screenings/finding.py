"""What somebody looks for in a published programme: words without their accents, and what they choose."""

import unicodedata
from collections.abc import Callable

import msgspec

from festival import codes
from screenings.document import Document, PublicProgramme, PublicScreening

SPELT = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
LONGEST = 120


class LookedFor(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing asks for nothing. `language` is one that the visitor understands, heard or read."""

    q: str = ""
    section: str = ""
    venue: str = ""
    language: str = ""
    day: str = ""

    @property
    def is_anything(self) -> bool:
        return any(getattr(self, name) for name in self.__struct_fields__)


def folded(text: str) -> str:
    """As it is looked for: no accents, no capitals, single spaces. The script folds in the same way."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(SPELT))
    letters = "".join(c for c in plain if not unicodedata.combining(c)).translate(SPELT)
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def words_of(programme: PublicProgramme, country: Callable[[str], str]) -> str:
    """Titles in every language, directors and countries, folded."""
    told = [*programme.titles.values()]
    for film in programme.films:
        told += [film.title, *film.titles.values(), film.director, *map(country, film.countries)]
    return folded(" ".join(dict.fromkeys(told)))


def tongues_of(programme: PublicProgramme) -> list[str]:
    """What somebody may understand to follow all of it; `zxx` where nobody speaks."""
    films = [set(map(base, [*film.languages, *film.subtitles])) for film in programme.films]
    spoken = [tongues for tongues in films if codes.NONE not in tongues or len(tongues) > 1]
    if films and not spoken:
        return [codes.NONE]
    return sorted(set.intersection(*spoken) - {codes.NONE}) if spoken else []


def base(tag: str) -> str:
    return tag.partition("-")[0]


def tongues_in(document: Document) -> list[str]:
    """Every language that somebody may choose."""
    found = {tongue for programme in document.programmes for tongue in tongues_of(programme)}
    return sorted(found - {codes.NONE})


def matches(
    document: Document, sought: LookedFor, words: Callable[[PublicProgramme], str]
) -> list[PublicScreening]:
    """The screenings that are all that is asked; each word asked for begins a word that is told."""
    asked = folded(sought.q[:LONGEST]).split()
    houses = {screen.id: screen.venue for screen in document.screens}
    fitting = {
        programme.id
        for programme in document.programmes
        if sought.section in {"", programme.section}
        and (not sought.language or {sought.language, codes.NONE} & set(tongues_of(programme)))
        and all(f" {word}" in f" {words(programme)}" for word in asked)
    }
    return [
        one
        for one in document.screenings
        if one.programme in fitting
        and sought.venue in {"", houses.get(one.screen)}
        and sought.day in {"", one.day}
    ]

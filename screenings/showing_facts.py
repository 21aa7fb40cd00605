"""What the makers of a film are told of one of its screenings: read from a publication's document. Pure.

A fact has a name of `FACTS`, one way to tell it in words, and one thing that it is about: a room that
is called otherwise is the same room.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from festival.language import captions, evening, hour, length, listed, t, text_in, tongues
from festival.texts import Texts
from screenings.document import Document, PublicFilm, PublicProgramme, PublicScreening
from screenings.lists import Item

ToldName = tuple[str, str, int]
"""A film, a programme that shows it, and which of its showings."""


class ShowingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One screening of a film. Minutes, but for the film's own `seconds`, credits and all.

    `position` and `of` are its place in a block, and `begins_at` when its own turn comes; a film by
    itself has neither. `format` is of `FORMATS`, empty where no file stands ready.
    """

    starts_at: datetime
    film_ends_at: datetime
    ends_at: datetime
    begins_at: datetime
    screen: str
    room: str
    venue: str = ""
    titles: Texts = {}
    position: int = 0
    of: int = 0
    seconds: float = 0
    intro: int = 0
    debate: int = 0
    guests: list[str] = []
    languages: list[str] = []
    subtitles: list[str] = []
    format: str = ""


FORMATS = ("35mm", "16mm", "70mm", "dcp", "file")
"""From what it is projected: what its programme asks of a screen, else the file that the house holds."""


def showings_in(
    document: Document, items: Mapping[str, Item], coming: Mapping[str, Collection[str]]
) -> Iterator[tuple[ToldName, ShowingFacts]]:
    """Every film's screenings. `coming` names, by film, the guests who come with it: in a block they are
    the only ones of whom its makers are told.
    """
    programmes = {one.id: one for one in document.programmes}
    for screening in document.screenings:
        programme = programmes[screening.programme]
        for position, film in enumerate(programme.films):
            item = items.get(programme.id)
            facts = facts_of(document, screening, programme, position, item)
            its = coming.get(film.submission, ())
            if len(programme.films) > 1:
                guests = [one for one in facts.guests if one in its]
                facts = msgspec.structs.replace(facts, guests=guests)
            yield (film.submission, programme.id, screening.number), facts


def facts_of(
    document: Document,
    screening: PublicScreening,
    programme: PublicProgramme,
    position: int,
    item: Item | None,
) -> ShowingFacts:
    film, is_alone = programme.films[position], len(programme.films) == 1
    screen = next(one for one in document.screens if one.id == screening.screen)
    venue = next((one.name for one in document.venues if one.id == screen.venue), "")
    shown = screening.film_ends_at - screening.starts_at
    intro = max(round(shown.total_seconds() / 60) - programme.minutes, 0)
    before = sum(one.seconds for one in programme.films[:position])
    version = version_of(film, item if is_alone else None)
    return ShowingFacts(
        starts_at=screening.starts_at,
        film_ends_at=screening.film_ends_at,
        ends_at=screening.ends_at,
        begins_at=screening.starts_at + timedelta(minutes=intro, seconds=before),
        screen=screen.id,
        room=screen.name,
        venue=venue,
        titles=programme.titles,
        position=0 if is_alone else position + 1,
        of=0 if is_alone else len(programme.films),
        seconds=film.seconds or (programme.minutes * 60 if is_alone else 0),
        intro=intro,
        debate=round((screening.ends_at - screening.film_ends_at).total_seconds() / 60),
        guests=[guest.name for guest in programme.guests],
        languages=version[0],
        subtitles=version[1],
        format=format_of(film, item),
    )


def version_of(film: PublicFilm, item: Item | None) -> tuple[list[str], list[str]]:
    """Spoken and read: as programmers have said of its programme, else as its makers have."""
    if item is None:
        return film.languages, film.subtitles
    return item.languages, item.subtitles


def format_of(film: PublicFilm, item: Item | None) -> str:
    wanted = item.equipment if item else []
    return next((one for one in FORMATS if one in wanted), "file" if film.file else "")


# What a fact is about, and in words

ABOUT: dict[str, Callable[[ShowingFacts], Any]] = {
    "when": lambda told: told.starts_at,
    "where": lambda told: told.screen,
    "place": lambda told: told.position,
    "intro": lambda told: told.intro,
    "length": lambda told: round(told.seconds / 60),
    "debate": lambda told: told.debate,
    "guests": lambda told: sorted(told.guests),
    "spoken": lambda told: sorted(told.languages),
    "subtitles": lambda told: sorted(told.subtitles),
    "format": lambda told: told.format,
}
FACTS = tuple(ABOUT)


def moved(before: ShowingFacts, after: ShowingFacts) -> list[str]:
    """The facts that are otherwise now."""
    return [name for name, about in ABOUT.items() if about(before) != about(after)]


def names_of(told: ShowingFacts) -> list[str]:
    """The facts that there are of this screening: a film by itself has no place in a block."""
    return [name for name in FACTS if name != "place" or told.position]


def in_words(lang: str, name: str, told: ShowingFacts) -> str:
    """One fact as a reader of this language is told of it."""
    return WORDS[name](lang, told)


def hour_in_words(lang: str, told: ShowingFacts) -> str:
    return f"{evening(lang, told.starts_at)}, {hour(told.starts_at)}"


def room_in_words(_: str, told: ShowingFacts) -> str:
    return ", ".join(one for one in (told.room, told.venue) if one)


def place_in_words(lang: str, told: ShowingFacts) -> str:
    if not told.position:
        return t(lang, "showing.alone")
    return t(
        lang,
        "showing.position",
        n=told.position,
        of=told.of,
        block=text_in(lang, told.titles),
        hour=hour(told.begins_at),
    )


def minutes_in_words(lang: str, name: str, minutes: int) -> str:
    return t(lang, "showing.minutes", n=minutes) if minutes else t(lang, f"showing.none.{name}")


WORDS: dict[str, Callable[[str, ShowingFacts], str]] = {
    "when": hour_in_words,
    "where": room_in_words,
    "place": place_in_words,
    "intro": lambda lang, told: minutes_in_words(lang, "intro", told.intro),
    "length": lambda lang, told: length(lang, told.seconds),
    "debate": lambda lang, told: minutes_in_words(lang, "debate", told.debate),
    "guests": lambda lang, told: listed(lang, told.guests) or t(lang, "showing.nobody"),
    "spoken": lambda lang, told: tongues(lang, told.languages) or t(lang, "showing.unsaid"),
    "subtitles": lambda lang, told: captions(lang, told.subtitles) or t(lang, "showing.without"),
    "format": lambda lang, told: t(lang, f"showing.format.{told.format or 'none'}"),
}


def headline(lang: str, told: ShowingFacts) -> str:
    """`samedi 27 novembre, 20:30, Orion`."""
    return f"{hour_in_words(lang, told)}, {told.room}"

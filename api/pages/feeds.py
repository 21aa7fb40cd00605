"""The published programme for diaries and for other machines."""

import asyncio
from typing import Any

from api.doors import doors_to
from api.leaves import Asked, Drawing, Leaf, days, venues, when_asked
from api.pages._exports import FORMATS, KINDS, file_of
from festival.errors import Missing
from screenings.document import Document, PublicScreening
from screenings.exports import schedule
from screenings.exports.ical import calendar
from screenings.public import Public


def diary(asked: Asked, shown: list[PublicScreening], *, about: str = "", of: str = "") -> Drawing:
    """These screenings, as a file; `about` is what the calendar is called beside the festival's name."""
    document = asked.document()
    if not shown:
        raise Missing("screening_missing")
    body = calendar(
        document,
        asked.lang,
        url=f"{asked.url}{asked.prefix}/",
        only=frozenset(one.id for one in shown),
        about=about,
    )
    name = "-".join(part for part in (document.edition, of) if part)
    return Drawing(
        body=body,
        media_type="text/calendar; charset=utf-8",
        disposition=f'attachment; filename="{name}.ics"',
    )


def whole_diary(asked: Asked) -> Drawing:
    return diary(asked, asked.document().screenings)


def day_diary(asked: Asked) -> Drawing:
    """A festival day, with the small hours that belong to its evening."""
    shown = [one for one in asked.document().screenings if one.day == asked.name]
    return diary(asked, shown, of=asked.name)


def venue_diary(asked: Asked) -> Drawing:
    document = asked.document()
    rooms = {screen.id for screen in document.screens if screen.venue == asked.name}
    name = next((venue.name for venue in document.venues if venue.id == asked.name), "")
    shown = [one for one in document.screenings if one.screen in rooms]
    return diary(asked, shown, about=name, of=asked.name)


def film_diary(asked: Asked) -> Drawing:
    name = asked.programme().id
    shown = [one for one in asked.document().screenings if one.programme == name]
    return diary(asked, shown, of=name)


def one_diary(asked: Asked) -> Drawing:
    """`/screenings/<stable id>.ics`: one screening for one's own calendar."""
    name = asked.name.removesuffix(".ics")
    shown = [one for one in asked.document().screenings if f"{one.id}.ics" == asked.name]
    return diary(asked, shown, of=name)


def exported(asked: Asked) -> Drawing:
    """`grid.*` in our words, `schedule.*` as frab has it."""
    document = asked.document()
    if asked.name not in FORMATS:
        raise Missing("export_missing")
    return Drawing(
        body=written(document, asked),
        media_type=KINDS[asked.name.partition(".")[2]],
        disposition=f'inline; filename="{document.edition}-{document.number}-{asked.name}"',
    )


def written(document: Document, asked: Asked) -> bytes:
    made, url = schedule.published(document), f"{asked.url}{asked.prefix}/"
    return asyncio.run(file_of(made, asked.name, asked.lang, url=url))


def exports(public: Public) -> tuple[str, ...]:
    return FORMATS if public.open_document else ()


LEAVES = [
    Leaf(path="/programme.ics", draw=whole_diary),
    Leaf(path="/days/{day:str}/programme.ics", draw=day_diary, each=days),
    Leaf(path="/venues/{venue_id:str}/programme.ics", draw=venue_diary, each=venues),
    Leaf(path="/films/{programme_id:str}/programme.ics", draw=film_diary, each=when_asked),
    Leaf(path="/screenings/{name:str}", draw=one_diary, each=when_asked),
    Leaf(path="/exports/{name:str}", draw=exported, each=exports),
]
HANDLERS: list[Any] = doors_to(LEAVES)

"""What a publication changes for the public: one document beside the one before it. Pure.

A screening is new, moved (another day, hour or room), gone, or stays where it is and says something else.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

import msgspec

from festival.texts import Texts
from screenings.document import Document, PublicProgramme, PublicScreening

NewsKind = Literal["moved", "new", "gone", "changed"]
KINDS: tuple[NewsKind, ...] = ("moved", "new", "gone", "changed")
PARTS = ("titles", "films", "guests", "minutes", "debate", "texts", "section")
"""What can be said otherwise of a screening that stays where it is."""


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when the public finds it."""

    screen: str
    room: str
    starts_at: datetime


class ProgrammeNews(msgspec.Struct, frozen=True, kw_only=True):
    """One screening's part of a publication. `titles` are empty for a film that is no longer named."""

    kind: NewsKind
    screening: str
    programme: str
    number: int
    titles: Texts
    before: Spot | None = None
    after: Spot | None = None
    parts: list[str] = []


def news_of(before: Document | None, after: Document) -> list[ProgrammeNews]:
    """In the order of the programme."""
    was, now = screenings_in(before), screenings_in(after)
    told = None if before is None else DocumentNames(before), DocumentNames(after)
    found = [
        one
        for name in was.keys() | now.keys()
        if (one := news_about(*told, was.get(name), now.get(name))) is not None
    ]
    return sorted(found, key=when)


class DocumentNames:
    """A document's programmes, and what its rooms are called, by their ids."""

    def __init__(self, document: Document) -> None:
        self.programmes = {one.id: one for one in document.programmes}
        self.rooms = {one.id: one.name for one in document.screens}

    def spot(self, shown: PublicScreening) -> Spot:
        room = self.rooms.get(shown.screen, "–")
        return Spot(screen=shown.screen, room=room, starts_at=shown.starts_at)


def screenings_in(document: Document | None) -> dict[str, PublicScreening]:
    return {} if document is None else {one.id: one for one in document.screenings}


def news_about(
    before: DocumentNames | None,
    after: DocumentNames,
    was: PublicScreening | None,
    now: PublicScreening | None,
) -> ProgrammeNews | None:
    """What is new of one screening; nothing where nothing is."""
    old = None if was is None or before is None else before.programmes.get(was.programme)
    new = None if now is None else after.programmes.get(now.programme)
    spots = (
        None if was is None or before is None else before.spot(was),
        None if now is None else after.spot(now),
    )
    parts = parts_changed(old, new, was, now)
    if spots[0] and spots[1] and placed(spots[0]) == placed(spots[1]) and not parts:
        return None
    one, shown = now or was, new or old
    if one is None or shown is None:
        return None
    return ProgrammeNews(
        kind=kind_of(*spots),
        screening=one.id,
        programme=one.programme,
        number=one.number,
        titles=shown.titles,
        before=spots[0],
        after=spots[1],
        parts=parts,
    )


def placed(spot: Spot) -> tuple[str, datetime]:
    """A room that is called otherwise is the same room."""
    return (spot.screen, spot.starts_at)


def kind_of(before: Spot | None, after: Spot | None) -> NewsKind:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    return "changed" if placed(before) == placed(after) else "moved"


def parts_changed(
    old: PublicProgramme | None,
    new: PublicProgramme | None,
    was: PublicScreening | None,
    now: PublicScreening | None,
) -> list[str]:
    """What of a programme that was and is there is said otherwise."""
    if old is None or new is None or was is None or now is None:
        return []
    lengths = [
        (one.film_ends_at - one.starts_at, one.ends_at - one.film_ends_at) for one in (was, now)
    ]
    differs: dict[str, bool] = {
        "minutes": lengths[0][0] != lengths[1][0],
        "debate": lengths[0][1] != lengths[1][1],
    } | ({} if old == new else said_otherwise(old, new))
    return [part for part in PARTS if differs.get(part)]


def said_otherwise(old: PublicProgramme, new: PublicProgramme) -> dict[str, bool]:
    """By part, whether a programme says something else of it."""
    return {
        "titles": old.titles != new.titles,
        "films": [f.submission for f in old.films] != [f.submission for f in new.films],
        "guests": sorted(g.name for g in old.guests) != sorted(g.name for g in new.guests),
        "texts": texts_in(old) != texts_in(new),
        "section": old.section != new.section,
    }


def texts_in(programme: PublicProgramme) -> dict[str, Any]:
    """By film, all that is said of it; what was cut at another place says nothing new."""
    untold = {"file", "submission", "seconds"}
    return {
        film.submission: {
            name: value
            for name, value in msgspec.structs.asdict(film).items()
            if name not in untold
        }
        for film in programme.films
    }


def when(news: ProgrammeNews) -> tuple[datetime, str]:
    spot = news.after or news.before
    if spot is None:
        raise ValueError(news.screening)
    return (spot.starts_at, news.screening)


def unnamed(news: list[ProgrammeNews], gone: Collection[str]) -> list[ProgrammeNews]:
    """The same, without the titles of programmes that may no longer be named."""
    return [
        msgspec.structs.replace(one, titles={}, parts=[]) if one.programme in gone else one
        for one in news
    ]


def titles_gone(document: Document | None, left: Collection[str]) -> set[str]:
    """Programmes of a document of whose films none may be shown any more."""
    if document is None:
        return set()
    return {
        one.id
        for one in document.programmes
        if one.films and all(film.submission in left for film in one.films)
    }

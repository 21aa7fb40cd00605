"""What a publication says, in one frozen document: all that public pages, feeds and exports may read."""

from datetime import datetime
from typing import Any

import msgspec

from festival.texts import ONE_OF, Texts, gathered

FIRST_DOMAIN = "cinema-for-space"  # of publications from before each edition had one of its own


ROOM_ACCESS = ("step_free", "sound_loop", "audio_description")
"""What a room has for whoever needs it."""


class PublicPicture(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is that of the picture's bytes; every crop keeps the point of so many tenths of its width and height."""

    id: str
    focus_x: int = 5
    focus_y: int = 5
    labels: Texts = {}
    credit: str = ""


class PublicFilm(msgspec.Struct, frozen=True, kw_only=True):
    """`rating` is the age from which the law lets people see it, none where nobody has said; `warnings`
    stand at the door, one text a language; `access` are marks of `screenings/visas.py:ACCESS`.
    """

    submission: str
    title: str
    titles: Texts
    director: str
    year: int | None
    countries: list[str]
    languages: list[str]
    subtitles: list[str]
    synopses: Texts
    seconds: float
    premiere: str
    file: str | None
    rating: int | None = None
    warnings: Texts = {}
    youth_from: int | None = None
    access: list[str] = []
    captions: list[str] = []  # languages in which it has subtitles for the deaf
    pictures: list[PublicPicture] = []  # the first leads; without one, the copy's own poster does

    @property
    def shown(self) -> list[PublicPicture]:
        """All that may be seen of it."""
        if self.pictures:
            return self.pictures
        return [PublicPicture(id=self.file)] if self.file else []

    @property
    def still(self) -> PublicPicture | None:
        """What stands for it."""
        return next(iter(self.shown), None)


class PublicGuest(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    qualities: Texts


class PublicProgramme(msgspec.Struct, frozen=True, kw_only=True):
    """`rating` is the strictest of its films', none where nobody has said any."""

    id: str
    kind: str
    titles: Texts
    section: str | None
    section_names: Texts
    minutes: int
    debate: int
    premiere: str
    films: list[PublicFilm]
    guests: list[PublicGuest]
    rating: int | None = None


def still_of(programme: PublicProgramme) -> PublicPicture | None:
    """The picture that stands for it: its first film's that has one."""
    return next((film.still for film in programme.films if film.still), None)


def stills_of(programme: PublicProgramme) -> list[str]:
    """Ids of all that may be seen of it."""
    return [one.id for film in programme.films for one in film.shown]


class LiveNews(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of a screening on its day, where that differs from what was published.

    `ends_told`: somebody has said when it ends; `expected_at`: it will begin about then, as the house
    reckons; `was_at` and `was_in` are the hour and the screen that were published. `told` counts how
    often a diary had to be told, the last time at `told_at`.
    """

    cancelled: bool = False
    words: Texts = {}
    began_at: datetime | None = None
    ends_told: bool = False
    expected_at: datetime | None = None
    was_at: datetime | None = None
    was_in: str | None = None
    told: int = 0
    told_at: datetime | None = None


class PublicScreening(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is stable through every publication; times are UTC, `day` is the festival day.

    `sequence` is the number of the publication that last changed what a diary shows of it. `live` is
    never frozen: it is laid over on the festival's days (`screenings/live/`).
    """

    id: str
    programme: str
    number: int
    screen: str
    day: str
    starts_at: datetime
    film_ends_at: datetime
    ends_at: datetime
    debate: bool
    sequence: int = 0
    live: LiveNews | None = None


class PublicScreen(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    seats: int
    venue: str
    access: list[str] = []  # of `ROOM_ACCESS`


class PublicVenue(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    address: str = ""
    commune: str = ""


class PublicWay(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes from one venue to the other, either way."""

    one: str
    other: str
    minutes: int


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """All that public pages, feeds and exports may read; `published_at` is the frozen row's own.

    `domain` is the right half of every calendar's names: the edition's own, set by its first number
    and the same in all that follow, wherever the house moves. `zone` is the clock of its walls.
    `travel` are the minutes between two screens where no way is named.
    A field that comes later has a default: what was frozen before it is read without it.
    """

    number: int
    published_at: datetime | None = None
    edition: str
    name: str
    first_day: str
    days: int
    places: Texts
    screens: list[PublicScreen]
    programmes: list[PublicProgramme]
    screenings: list[PublicScreening]
    venues: list[PublicVenue] = []
    zone: str = "Europe/Paris"
    domain: str = FIRST_DOMAIN
    ways: list[PublicWay] = []
    travel: int = 15


def thawed(kept: dict[str, Any]) -> Document:
    """A frozen document is never rewritten: one from before there were columns of texts by language,
    when each text had a field of its own (`title_fr`), is read as if it were of today.
    """
    programmes = [
        brought(one)
        | {part: [brought(inner) for inner in one[part]] for part in ("films", "guests")}
        for one in kept["programmes"]
    ]
    return msgspec.convert(brought(kept) | {"programmes": programmes}, Document)


def brought(thing: dict[str, Any]) -> dict[str, Any]:
    found = gathered(thing)
    for name in ONE_OF.keys() & found.keys():
        if not all(found[name].values()):
            found[name] = {lang: text for lang, text in found[name].items() if text}
    return found


def as_kept(document: Document) -> Document:
    """As it is read once it was kept: what differs in nothing that is kept, is equal."""
    return thawed(msgspec.json.decode(frozen_bytes(document)))


def same(document: Document, other: Document) -> bool:
    """All but the number and its moment is alike."""
    return (
        msgspec.structs.replace(document, number=other.number, published_at=other.published_at)
        == other
    )


frozen_bytes = msgspec.json.Encoder(order="deterministic").encode
"""JSON whose bytes depend on what it says alone: the database keeps names in an order of its own."""


def without_pictures(document: Document, gone: set[str]) -> Document:
    """What its makers have taken away since is shown no more."""
    if not gone:
        return document

    def seen(film: PublicFilm) -> PublicFilm:
        kept = [one for one in film.pictures if one.id not in gone]
        return (
            film
            if len(kept) == len(film.pictures)
            else msgspec.structs.replace(film, pictures=kept)
        )

    programmes = [
        msgspec.structs.replace(one, films=[seen(film) for film in one.films])
        for one in document.programmes
    ]
    return msgspec.structs.replace(document, programmes=programmes)


def without(document: Document, gone: set[str]) -> Document:
    """A block goes on without the film; a screening of nothing else leaves with it."""
    kept = [
        msgspec.structs.replace(programme, films=films)
        for programme in document.programmes
        if (films := [film for film in programme.films if film.submission not in gone])
        or not programme.films
    ]
    names = {programme.id for programme in kept}
    return msgspec.structs.replace(
        document,
        programmes=kept,
        screenings=[shown for shown in document.screenings if shown.programme in names],
    )


def sequenced(document: Document, before: Document | None) -> Document:
    """Each screening with the number that last changed it: a diary moves what moved, and no more."""
    earlier = (
        {}
        if before is None
        else {s.id: (s.sequence, shown_of(before, s)) for s in before.screenings}
    )

    def since(screening: PublicScreening) -> int:
        sequence, shown = earlier.get(screening.id, (0, None))
        return sequence if shown == shown_of(document, screening) else document.number

    return msgspec.structs.replace(
        document,
        screenings=[msgspec.structs.replace(s, sequence=since(s)) for s in document.screenings],
    )


def shown_of(document: Document, screening: PublicScreening) -> tuple[object, ...]:
    """What a diary shows of one screening."""
    programme = next(p for p in document.programmes if p.id == screening.programme)
    screen = next(s for s in document.screens if s.id == screening.screen)
    return (
        screening.starts_at, screening.ends_at, screen.name, document.places, programme.titles,
        [film.director for film in programme.films],
    )  # fmt: skip


def is_cancelled(screening: PublicScreening) -> bool:
    return screening.live is not None and screening.live.cancelled

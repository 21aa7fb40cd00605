"""Publishing: the working grid, copied whole into a frozen one with all the public reads."""

from datetime import datetime
from functools import partial
from typing import Any

import asyncpg
import msgspec

from festival.access import Viewer, in_scope
from festival.clock import festival_day, minutes_of, now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import OFFICIAL, moment, text_in
from festival.record import record
from festival.tables import Edition, Person, Role, new_id
from festival.texts import ONE_OF, Texts, gathered, texts_of
from screenings import notices
from screenings.acts import hold_grid
from screenings.clashes import clashes_of
from screenings.guests import kept_guests
from screenings.lists import (
    Item,
    Placed,
    items,
    placed_in,
    screens,
)
from screenings.notices import Showing, Showings
from screenings.planner.model import Clash
from screenings.problem import moments
from screenings.tables import Grid
from submissions.status import Status
from submissions.tables import Submission
from submissions.telling import tell_members

NEVER_PUBLISHED = frozenset({"turnaround_short"})  # the database would refuse the overlap


class PublicFilm(msgspec.Struct, frozen=True, kw_only=True):
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


class PublicGuest(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    qualities: Texts


class PublicProgramme(msgspec.Struct, frozen=True, kw_only=True):
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


class PublicScreening(msgspec.Struct, frozen=True, kw_only=True):
    """`id` is stable through every publication; times are UTC, `day` is the festival day.

    `sequence` is the number of the publication that last changed what a diary shows of it.
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


class PublicScreen(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    seats: int
    venue: str


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """All that public pages, feeds and exports may read; `published_at` is the frozen row's own."""

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


async def publish(edition: Edition, *, version: int, by: Person) -> int:
    """Freeze the working grid as the next number, whole or not at all; returns the number.

    Refused with every reason: blocking clashes, films whose acceptance is not announced, or
    nothing that the public does not read already.
    """
    try:
        async with transaction():
            grid = await hold_grid(edition)
            if grid.version != version + 1:
                raise Conflict("grid_changed_meanwhile", version=grid.version - 1)
            await hold_films(grid)
            if reasons := await hindrances(edition, grid):
                raise Refused(*reasons)
            await set_times(edition, grid)
            number = await copy(edition, grid, by=by)
            await record("grid_published", str(number), by=by, edition=edition.id)
            await write_to_makers(edition, number)
            await rows("SET CONSTRAINTS published_screens_are_free IMMEDIATE")
    except asyncpg.ExclusionViolationError:
        raise Refused("screen_taken") from None
    return number


async def hold_films(grid: Grid) -> None:
    """Until the grid is out no film of it can leave: a withdrawal comes before, or after."""
    await rows(
        """SELECT s.id FROM submission s JOIN programme_film q ON q.submission = s.id
           JOIN screening x ON x.programme = q.programme WHERE x.grid = {}
           ORDER BY s.id FOR SHARE OF s""",
        grid.id,
    )


async def hindrances(edition: Edition, grid: Grid) -> list[str]:
    """Every code that keeps this grid from the public."""
    placed = await placed_in(grid)
    if not placed:
        return ["grid_empty"]
    blocking = {clash.code for clash in await clashes_of(edition, grid) if blocks(clash)}
    known = {item.id: item for item in await items(edition)}
    pencilled = any(known[p.programme].is_pencilled for p in placed)
    return sorted(blocking) + (["films_in_pencil"] if pencilled else [])


def blocks(clash: Clash) -> bool:
    return clash.level != "warn" or clash.code in NEVER_PUBLISHED


async def has_news(edition: Edition, grid: Grid) -> bool:
    """Whether the public would read anything that the last number does not say already."""
    last = await newest_number(edition)
    newest = await document_numbered(edition, last)
    return newest is None or not same(newest, await document_of(edition, grid, last + 1))


async def letters_due(edition: Edition, grid: Grid) -> int:
    """To how many people the next number would write."""
    last = await newest_number(edition)
    before = showings_of(await document_numbered(edition, last))
    after = showings_of(await document_of(edition, grid, last + 1))
    films = [
        film
        for film in before.keys() | after.keys()
        if notices.changes(before.get(film, {}), after.get(film, {}))
    ]
    selected = await rows(
        """SELECT count(*) AS n FROM member m JOIN submission s ON s.id = m.submission
           WHERE s.id = ANY({}) AND s.status <> 'withdrawn'""",
        films,
    )
    return int(selected[0]["n"])


async def newest_number(edition: Edition) -> int:
    selected = await rows(
        "SELECT coalesce(max(number), 0) AS n FROM grid WHERE edition = {}", edition.id
    )
    return int(selected[0]["n"])


async def set_times(edition: Edition, grid: Grid) -> None:
    """The public reads the length that a film has now, whatever it was when it was placed."""
    known = {item.id: item for item in await items(edition)}
    turnarounds = {screen.id: screen.turnaround for screen in await screens(edition)}
    for p in await placed_in(grid):
        start = minutes_of(p.starts_at, edition.first_day)
        times = moments(edition, known[p.programme], p.number, turnarounds[p.screen], start)
        await rows(
            """UPDATE screening SET starts_at = {}, film_ends_at = {}, ends_at = {}, clears_at = {}
               WHERE id = {} RETURNING id""",
            *times.values(),
            p.id,
        )


async def copy(edition: Edition, grid: Grid, *, by: Person) -> int:
    last = await newest_number(edition)
    number = last + 1
    document = await document_of(edition, grid, number)
    newest = await document_numbered(edition, last)
    if newest is not None and same(newest, document):
        raise Refused("nothing_to_publish")
    frozen = new_id()
    await rows(
        """INSERT INTO grid (id, edition, number, version, document, published_by, published_at)
           VALUES ({}, {}, {}, 1, {}::jsonb, {}, now()) RETURNING id""",
        frozen, edition.id, number, msgspec.json.encode(document).decode(), by.id,
    )  # fmt: skip
    for placed in await placed_in(grid):
        await rows(
            """INSERT INTO screening (id, stable, grid, published, programme, number, screen,
                 starts_at, film_ends_at, ends_at, clears_at, locked)
               VALUES ({}, {}, {}, true, {}, {}, {}, {}, {}, {}, {}, {}) RETURNING id""",
            new_id(), placed.stable, frozen, placed.programme, placed.number, placed.screen,
            placed.starts_at, placed.film_ends_at, placed.ends_at, placed.clears_at, placed.locked,
        )  # fmt: skip
    return number


def same(document: Document, other: Document) -> bool:
    """All but the number is alike."""
    return msgspec.structs.replace(document, number=other.number) == other


async def document_of(edition: Edition, grid: Grid, number: int) -> Document:
    placed = await placed_in(grid)
    known = {item.id: item for item in await items(edition)}
    shown = {p.programme for p in placed}
    films = await films_of(edition, shown)
    stage = await kept_guests(edition)
    document = Document(
        number=number,
        edition=edition.slug,
        name=edition.name,
        first_day=edition.first_day.isoformat(),
        days=edition.days,
        places=texts_of(edition.places),
        screens=[
            PublicScreen(id=s.id, name=s.name, seats=s.seats, venue=str(s.venue))
            for s in await screens(edition)
        ],
        programmes=[
            programme_of(
                known[p],
                films.get(p, []),
                [
                    PublicGuest(name=g.name, qualities=texts_of(g.qualities))
                    for g in stage
                    if p in g.programmes and g.kind == "guest"
                ],
            )
            for p in sorted(shown)
        ],
        screenings=[screening_of(p) for p in placed],
    )
    return sequenced(document, await document_numbered(edition, number - 1))


def screening_of(placed: Placed) -> PublicScreening:
    return PublicScreening(
        id=placed.stable,
        programme=placed.programme,
        number=placed.number,
        screen=placed.screen,
        day=festival_day(placed.starts_at).isoformat(),
        starts_at=placed.starts_at,
        film_ends_at=placed.film_ends_at,
        ends_at=placed.ends_at,
        debate=placed.ends_at > placed.film_ends_at,
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


def programme_of(item: Item, films: list[PublicFilm], stage: list[PublicGuest]) -> PublicProgramme:
    return PublicProgramme(
        id=item.id, kind=item.kind, titles=in_official(item.titles), section=item.section_letter,
        section_names=item.section_names or {}, minutes=item.minutes,
        debate=item.debate, premiere=item.premiere, films=films, guests=stage,
    )  # fmt: skip


async def films_of(edition: Edition, programmes: set[str]) -> dict[str, list[PublicFilm]]:
    """Accepted films only: `hindrances` has refused every other."""
    selected = await rows(
        """SELECT q.programme, s.id AS submission, f.title, f.titles, f.director, f.year,
             f.countries, f.languages, f.subtitles, f.synopses, f.premiere,
             n.id AS file, CASE WHEN {} THEN coalesce((n.facts->>'duration')::float, 0)
                                ELSE coalesce(f.declared_seconds, 0) END AS seconds
           FROM programme_film q JOIN submission s ON s.id = q.submission AND s.status = 'accepted'
           JOIN film f ON f.id = s.film
           LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
           WHERE q.programme = ANY({}) ORDER BY q.programme, q.position""",
        edition.measured_runtime,
        sorted(programmes),
    )
    films: dict[str, list[PublicFilm]] = {}
    for row in selected:
        films.setdefault(row.pop("programme"), []).append(msgspec.convert(row, PublicFilm))
    return films


async def write_to_makers(edition: Edition, number: int) -> None:
    """Tell those makers whose screenings are new, moved or gone since the last number."""
    before = showings_of(await document_numbered(edition, number - 1))
    after = showings_of(await document_numbered(edition, number))
    for film in sorted(before.keys() | after.keys()):
        await write_to(film, before.get(film, {}), after.get(film, {}), edition, number)


async def films_told(edition: Edition, number: int) -> int:
    """Of how many films the makers got a letter about this publication."""
    selected = await rows(
        """SELECT count(DISTINCT about) AS n FROM letter
           WHERE edition = {} AND occasion LIKE {}""",
        edition.id,
        f"published:{number}:%",
    )
    return int(selected[0]["n"])


async def write_to(
    film: str, before: Showings, after: Showings, edition: Edition, number: int
) -> None:
    """A film that its maker has taken back leaves without a letter: they know."""
    changes = notices.changes(before, after)
    submission = await Submission.objects().get(Submission.id == film)
    if not changes or submission is None or submission.status == Status.WITHDRAWN:
        return
    programmes = {programme for programme, _ in after}
    await tell_members(
        submission,
        notices.letter_of(before, after),
        edition=edition,
        occasion=f"published:{number}",
        link=f"/films/{programmes.pop()}" if len(programmes) == 1 and is_open(edition) else "",
        lines=lambda language: notices.lines(language, changes),
    )


async def document_numbered(edition: Edition, number: int) -> Document | None:
    """As it was frozen, with all that has left since."""
    selected = await rows(
        "SELECT document FROM grid WHERE edition = {} AND number = {}", edition.id, number
    )
    return thawed(selected[0]["document"]) if selected else None


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
    columns = {name: found[name] for name in ONE_OF if name in found}
    return found | {
        name: {lang: text for lang, text in texts.items() if text}
        for name, texts in columns.items()
    }


def in_official(texts: Texts) -> Texts:
    """With words in every official language, whichever they are: programs read those two."""
    return {one: text_in(one, texts) for one in OFFICIAL} | texts


def showings_of(document: Document | None) -> dict[str, dict[tuple[str, int], Showing]]:
    """Every film's screenings, alone or in a block."""
    if document is None:
        return {}
    rooms = {screen.id: screen.name for screen in document.screens}
    films = {shown.id: [film.submission for film in shown.films] for shown in document.programmes}
    by_film: dict[str, dict[tuple[str, int], Showing]] = {}
    for shown in document.screenings:
        showing = Showing(screen=shown.screen, room=rooms[shown.screen], starts_at=shown.starts_at)
        for film in films[shown.programme]:
            by_film.setdefault(film, {})[shown.programme, shown.number] = showing
    return by_film


def is_open(edition: Edition) -> bool:
    """Whether the public may read what is published: it may from the opening on, where there is one."""
    return edition.opens_at is None or edition.opens_at <= now()


def may_read(edition: Edition, viewer: Viewer | None) -> bool:
    """Before the opening only those read it who make it, or who set its hour."""
    return is_open(edition) or (
        viewer is not None
        and viewer.has(Role.PROGRAMMER, Role.OPERATOR)
        and (in_scope(viewer, "programme") or in_scope(viewer, "operate"))
    )


async def newest_document(edition: Edition, viewer: Viewer | None = None) -> Document | None:
    """What is public: the last publication, less the films that have left since; nothing for
    whoever may not read it yet.
    """
    if not may_read(edition, viewer):
        return None
    selected = await rows(
        """SELECT document, published_at FROM grid WHERE edition = {} AND number IS NOT NULL
           ORDER BY number DESC LIMIT 1""",
        edition.id,
    )
    if not selected:
        return None
    document = msgspec.structs.replace(
        thawed(selected[0]["document"]), published_at=selected[0]["published_at"]
    )
    return without(document, await left(document))


async def published(edition: Edition, viewer: Viewer | None = None) -> Document:
    """What is public; `Missing` before the first publication, and before the opening."""
    document = await newest_document(edition, viewer)
    if document is None and edition.opens_at is not None and not may_read(edition, viewer):
        raise Missing("programme_not_open", when=partial(moment, when=edition.opens_at))
    if document is None:
        raise Missing("programme_not_published")
    return document


async def published_programme(
    edition: Edition, programme_id: str, viewer: Viewer | None = None
) -> PublicProgramme:
    """One programme that is public; of no other is it told whether there is one."""
    for programme in (await published(edition, viewer)).programmes:
        if programme.id == programme_id:
            return programme
    raise Missing("programme_missing")


async def left(document: Document) -> set[str]:
    """Its films that their makers have taken back."""
    shown = [film.submission for programme in document.programmes for film in programme.films]
    gone = await rows(
        "SELECT id FROM submission WHERE id = ANY({}) AND status <> 'accepted'", sorted(shown)
    )
    return {row["id"] for row in gone}


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

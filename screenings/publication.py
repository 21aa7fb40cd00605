"""Publishing: the working grid, copied whole into a frozen one with all the public reads; and taken back."""

from contextlib import AbstractAsyncContextManager

import asyncpg
import msgspec

from festival.clock import minutes_of, now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.tables import Edition, Person, new_id
from screenings.acts import hold_grid
from screenings.clashes import clashes_of
from screenings.document import Document, frozen_bytes, same, sequenced, without
from screenings.freezing import document_numbered, document_of, newest_number
from screenings.linting import stops_of
from screenings.lists import Item, Placed, items, placed_in, screens, working_grid
from screenings.planner.model import Clash
from screenings.printing import Press, PrintedProof, keep_pages, only_print, printed
from screenings.problem import moments
from screenings.public import films_in, left
from screenings.publication_letters import write_to_makers
from screenings.tables import Grid

NEVER_PUBLISHED = frozenset({"turnaround_short"})  # the database would refuse the overlap


async def publish(
    edition: Edition,
    *,
    version: int,
    by: Person,
    press: Press | None = None,
    proof: PrintedProof | None = None,
) -> int:
    """Freeze the working grid as the next number, whole or not at all; returns the number.

    Refused with every reason: blocking clashes, films whose acceptance is not announced, or
    nothing that the public does not read already. With a `press` its pages are printed before
    anybody is held up, and kept in the same transaction: the first reader finds them. `proof` is
    what has been printed already, if that was before.
    """
    try:
        async with one_at_a_time(edition):
            proof = proof or await proof_of(edition, version, press)
            grid = await hold_grid(edition)
            if grid.version != version + 1:
                raise Conflict("grid_changed_meanwhile", version=grid.version - 1)
            await hold_films(grid)
            if reasons := await hindrances(edition, grid):
                raise Refused(*reasons)
            await set_times(edition, grid)
            document = await next_document(edition, grid, press)
            await freeze(edition, document, await placed_in(grid), by=by, press=press, proof=proof)
            await record("grid_published", str(document.number), by=by, edition=edition.id)
            await rows("SET CONSTRAINTS published_screens_are_free IMMEDIATE")
    except asyncpg.ExclusionViolationError:
        raise Refused("screen_taken") from None
    return document.number


def one_at_a_time(edition: Edition) -> AbstractAsyncContextManager[None]:
    """Two who publish at once do not both print: the second waits, and finds that it is done.

    One transaction, in which nothing is held from others before the pages are there.
    """
    return only_print(f"the next number of {edition.id}")


async def take_back(
    edition: Edition, *, number: int, by: Person, press: Press | None = None, reason: str = ""
) -> int:
    """What the number before said is public again, as a number of its own; returns that one.

    Numbers, and the sequences of calendars, only rise: who has read the one that is taken back is
    told what changed, as by any other. After the first there was nothing: the public reads nothing.
    """
    document = await earlier_document(edition, number)
    proof = None if press is None else await printed(edition, document, press)
    async with transaction():
        await hold_grid(edition)
        if await newest_number(edition) != number:
            raise Conflict("publication_not_newest")
        document = await earlier_document(edition, number)
        shown = {screening.id for screening in document.screenings}
        placed = [p for p in await placed_at(edition, number - 1) if p.stable in shown]
        await freeze(edition, document, placed, by=by, press=press, proof=proof, takes_back=number)
        await record(
            "publication_taken_back",
            str(document.number),
            by=by,
            edition=edition.id,
            number=number,
            reason=reason.strip(),
        )
    return document.number


async def earlier_document(edition: Edition, number: int) -> Document:
    """What the number before this one said, less what has left since, as the number after it."""
    taken, before = [await document_numbered(edition, n) for n in (number, number - 1)]
    if taken is None:
        raise Missing("publication_missing")
    again = before or msgspec.structs.replace(taken, programmes=[], screenings=[])
    kept = without(again, await left(films_in(again)))
    return sequenced(msgspec.structs.replace(kept, number=number + 1), taken)


async def placed_at(edition: Edition, number: int) -> list[Placed]:
    grid = await Grid.objects().get((Grid.edition == edition.id) & (Grid.number == number))
    return [] if grid is None else await placed_in(grid)


async def proof_of(edition: Edition, version: int, press: Press | None) -> PrintedProof | None:
    """The pages of what would be published, where nothing that is known already stands in the way."""
    grid = await working_grid(edition)
    if press is None or grid.version != version or await hindrances(edition, grid):
        return None
    try:
        return await printed(edition, await next_document(edition, grid, press), press)
    except Refused:
        return None  # said by the act itself


async def next_document(edition: Edition, grid: Grid, press: Press | None) -> Document:
    """What the next number says; refused where the public reads it already."""
    last = await newest_number(edition)
    domain = "" if press is None else press.domain(edition)
    document = await document_of(edition, grid, last + 1, domain=domain)
    newest = await document_numbered(edition, last)
    if newest is not None and same(newest, document):
        raise Refused("nothing_to_publish")
    return document


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
    return [
        *sorted(blocking),
        *hindrances_beside(known, placed),
        *(["lint_stops"] if await stops_of(edition, grid) else []),
    ]


def hindrances_beside(known: dict[str, Item], placed: list[Placed]) -> list[str]:
    """Those that are neither a clash nor found by the proof-reader."""
    if not placed:
        return ["grid_empty"]
    pencilled = any(known[p.programme].is_pencilled for p in placed)
    return ["films_in_pencil"] if pencilled else []


def blocks(clash: Clash) -> bool:
    return clash.level != "warn" or clash.code in NEVER_PUBLISHED


async def has_news(edition: Edition, grid: Grid) -> bool:
    """Whether the public would read anything that the last number does not say already."""
    last = await newest_number(edition)
    newest = await document_numbered(edition, last)
    return newest is None or not same(newest, await document_of(edition, grid, last + 1))


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


async def freeze(
    edition: Edition,
    document: Document,
    placed: list[Placed],
    *,
    by: Person,
    press: Press | None,
    proof: PrintedProof | None,
    takes_back: int | None = None,
) -> None:
    """One more number with its screenings, its pages and its letters; the caller holds the grid."""
    if press is not None and (proof is None or not same(proof.document, document)):
        proof = await printed(edition, document, press)
    at = now() if proof is None else proof.document.published_at
    frozen = new_id()
    await rows(
        """INSERT INTO grid
             (id, edition, number, version, document, published_by, published_at, takes_back)
           VALUES ({}, {}, {}, 1, {}::jsonb, {}, {}, {}) RETURNING id""",
        frozen, edition.id, document.number, frozen_bytes(document).decode(), by.id, at, takes_back,
    )  # fmt: skip
    for p in placed:
        await rows(
            """INSERT INTO screening (id, stable, grid, published, programme, number, screen,
                 starts_at, film_ends_at, ends_at, clears_at, locked)
               VALUES ({}, {}, {}, true, {}, {}, {}, {}, {}, {}, {}, {}) RETURNING id""",
            new_id(), p.stable, frozen, p.programme, p.number, p.screen,
            p.starts_at, p.film_ends_at, p.ends_at, p.clears_at, p.locked,
        )  # fmt: skip
    if proof is not None:
        await keep_pages(edition.id, proof.key, proof.pages)
    await write_to_makers(edition, document.number)

"""A publication that waits for its moment: it goes out by itself, or is refused and says why.

What was looked at is what goes out: a grid that somebody has changed since is not published, nor is one in
which something has come up that stops it. Programmers get a letter either way.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from festival import desk, letters
from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Conflict, FestivalError, Refused
from festival.language import has_words, moment, t
from festival.people import person as person_of
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, new_id
from screenings import publication
from screenings.departures import readers
from screenings.lists import working_grid
from screenings.printing import Press
from screenings.tables import PlannedPublication

SOONEST = timedelta(minutes=1)
LATEST = timedelta(days=120)
MISSING = "planned_missing"


class PlannedMoment(msgspec.Struct, frozen=True, kw_only=True):
    """When it goes out, and the version of the working grid that was looked at."""

    due_at: datetime
    seen: VersionNumber


class PlannedChange(PlannedMoment, frozen=True, kw_only=True):
    """Another moment, and what was read of the plan itself."""

    version: VersionNumber


async def waiting(edition: Edition) -> PlannedPublication | None:
    """The publication that waits, if one does: there is one at most."""
    its = (PlannedPublication.edition == edition.id) & (PlannedPublication.state == "waiting")
    return await PlannedPublication.objects().get(its)


async def last_ended(edition: Edition) -> PlannedPublication | None:
    """What became of the newest one that waits no more."""
    return (
        await PlannedPublication.objects()
        .where(
            (PlannedPublication.edition == edition.id) & PlannedPublication.ended_at.is_not_null()
        )
        .order_by(PlannedPublication.ended_at, ascending=False)
        .first()
    )


async def planned_in(edition: Edition, planned_id: str) -> PlannedPublication:
    return await desk.one_of(PlannedPublication, planned_id, edition=edition, missing=MISSING)


async def plan(edition: Edition, wanted: PlannedMoment, *, by: Person) -> PlannedPublication:
    """Let the working grid go out at that moment, if it still is what was looked at."""
    check_moment(wanted.due_at)
    async with transaction():
        await desk.hold_edition(str(edition.id))
        await check_grid(edition, wanted.seen)
        if await waiting(edition) is not None:
            raise Conflict("publication_waits_already")
        planned = PlannedPublication(
            id=new_id(),
            edition=edition.id,
            seen=wanted.seen,
            due_at=wanted.due_at,
            planned_by=by.id,
        )
        await planned.save()
        await record(
            "publication_planned",
            planned.id,
            by=by,
            edition=edition.id,
            due_at=wanted.due_at.isoformat(),
            seen=wanted.seen,
        )
        await ask(planned)
    return planned


async def move(
    edition: Edition, planned: PlannedPublication, change: PlannedChange, *, by: Person
) -> int:
    """At another moment, as the grid stands by now for whoever has looked at it again."""
    check_moment(change.due_at)
    async with transaction():
        await check_grid(edition, change.seen)
        await check_waiting(planned, change.version)
        version = await desk.amend(
            planned,
            {"due_at": change.due_at, "seen": change.seen, "planned_by": by.id},
            version=change.version,
            act="publication_moved",
            by=by,
        )
        await ask(planned)
    return version


async def cancel(
    edition: Edition, planned: PlannedPublication, *, version: int, by: Person
) -> None:
    """It does not go out; twice is once."""
    async with transaction():
        standing = await desk.held(planned, version)
        if standing["state"] != "waiting":
            raise Conflict("publication_waits_no_more")
        await end(str(planned.id), "cancelled")
        await record("publication_cancelled", planned.id, by=by, edition=edition.id)


def check_moment(due_at: datetime) -> None:
    if due_at.tzinfo is None:
        raise Refused("due_at:moment_without_zone")
    if due_at < now() + SOONEST:
        raise Refused("due_at:moment_past")
    if due_at > now() + LATEST:
        raise Refused("due_at:moment_far", days=LATEST.days)


async def check_grid(edition: Edition, seen: int) -> None:
    """What would not go out now is not planned either."""
    grid = await working_grid(edition)
    if grid.version != seen:
        raise Conflict("grid_changed_meanwhile", version=grid.version)
    if reasons := await publication.hindrances(edition, grid):
        raise Refused(*reasons)
    if not await publication.has_news(edition, grid):
        raise Refused("nothing_to_publish")


async def check_waiting(planned: PlannedPublication, version: int) -> None:
    standing = await desk.held(planned, version)
    if standing["state"] != "waiting":
        raise Conflict("publication_waits_no_more")


async def ask(planned: PlannedPublication) -> None:
    """A line for its moment; one that comes too early finds that it is not due yet."""
    await later(
        "publish_planned",
        due_at=planned.due_at,
        edition=str(planned.edition),
        planned=str(planned.id),
    )


async def end(planned_id: str, state: str) -> None:
    """It waits no more."""
    await PlannedPublication.update(
        {PlannedPublication.state: state, PlannedPublication.ended_at: now()}
    ).where(PlannedPublication.id == planned_id)


# At its moment


async def carry_out(planned_id: str, *, press: Press | None = None) -> None:
    """Publish what waits, once, with all its pages; where it may not go out, say so to all who programme."""
    try:
        await publish_due(planned_id, press)
    except (Refused, Conflict) as error:
        await refuse(planned_id, error)


async def publish_due(planned_id: str, press: Press | None) -> None:
    planned = await due(planned_id)
    if planned is None:
        return
    edition, by = await edition_of(planned), await still_programmes(planned)
    async with publication.one_at_a_time(edition):
        seen = int(planned.seen)
        if await due(planned_id) is None:
            return  # somebody else has printed and published it
        proof = await publication.proof_of(edition, seen, press)
        if await held_due(planned_id) is None:
            return
        number = await publication.publish(edition, version=seen, by=by, press=press, proof=proof)
        await end(planned_id, "done")
        await PlannedPublication.update({PlannedPublication.number: number}).where(
            PlannedPublication.id == planned_id
        )
        await tell(edition, planned, "planned_published", number=str(number))


async def due(planned_id: str) -> PlannedPublication | None:
    """Nothing where it waits no more, or not yet."""
    return await PlannedPublication.objects().get(
        (PlannedPublication.id == planned_id)
        & (PlannedPublication.state == "waiting")
        & (PlannedPublication.due_at <= now())
    )


async def held_due(planned_id: str) -> PlannedPublication | None:
    """The same, held until the act ends."""
    await rows("SELECT id FROM planned_publication WHERE id = {} FOR UPDATE", planned_id)
    return await due(planned_id)


async def refuse(planned_id: str, error: FestivalError) -> None:
    async with transaction():
        planned = await held_due(planned_id)
        if planned is None:
            return
        edition = await edition_of(planned)
        await end(planned_id, "refused")
        codes = [code.rpartition(":")[2] for code in error.codes]
        await PlannedPublication.update({PlannedPublication.codes: codes}).where(
            PlannedPublication.id == planned_id
        )
        await record("publication_refused", planned_id, edition=edition.id, codes=list(error.codes))
        await tell(edition, planned, "planned_refused", reasons=partial(reasons_in, error=error))


def reasons_in(language: str, *, error: FestivalError) -> str:
    return "\n".join(f"– {reason(language, code, error)}" for code in error.codes)


def reason(language: str, code: str, error: FestivalError) -> str:
    values = {
        name: value(language) if callable(value) else value for name, value in error.values.items()
    }
    bare = code.rpartition(":")[2]
    kind = "error" if has_words(f"error.{bare}") else "clash"
    return t(language, f"{kind}.{bare}", **values)


async def edition_of(planned: PlannedPublication) -> Edition:
    edition = await Edition.objects().get(Edition.id == planned.edition)
    if edition is None:
        raise Refused(MISSING)
    return edition


async def still_programmes(planned: PlannedPublication) -> Person:
    """Whoever planned it, if they may still publish."""
    found = await rows(
        """SELECT p.id FROM person p JOIN role r ON r.person = p.id
           WHERE p.id = {} AND r.edition = {} AND r.part = 'programmer' AND p.disabled_at IS NULL
           LIMIT 1""",
        planned.planned_by,
        planned.edition,
    )
    if not found:
        raise Refused("planner_has_left")
    return await person_of(found[0]["id"])


async def tell(edition: Edition, planned: PlannedPublication, kind: str, **values: Any) -> None:
    for reader in await readers(edition, "programmer"):
        await letters.write(
            kind,
            reader,
            occasion=f"{kind}:{planned.id}:{reader.id}",
            edition=edition,
            link="/programmer/publication",
            when=partial(moment, when=planned.due_at),
            **values,
        )

"""JSON: what programmers read: rooms, programmes, the working grid, its reasons, and plans."""

from typing import Annotated, Any, cast

import msgspec
from litestar import get
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from msgspec import Meta

from api.grid import (
    explanation_of_run,
    explanation_row,
    grid_state,
    names_of,
    remedy_row,
    repair_words,
)
from api.guards import FILMS, PLAN, SEE
from api.news import stream, watched
from api.presence import while_there
from api.queries import FromQuery
from api.request import AnyRequest
from festival import desk
from festival.access import Viewer
from festival.language import spoken
from festival.progress import channel
from festival.tables import Edition
from screenings import (
    audiences,
    composing,
    corrections,
    lists,
    questions,
    relations,
    rooms,
    rulebook,
)
from screenings.exchange import imports
from screenings.hands import Hands
from screenings.problem import rules_of
from screenings.tables import Reservation, Venue, VenueWay

ProgrammeId = Annotated[str, Meta(max_length=32)]
ShowingNumber = Annotated[int, Meta(ge=0, le=99)]
ConflictNames = Annotated[
    list[Annotated[str, Meta(pattern=r"^[0-9a-z]{1,32}:[0-9]{1,2}$")]], Meta(max_length=20)
]
LAST = ("done", "impossible", "failed", "stopped")


@get("/venues", guards=SEE)
async def venues(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Houses in their order."""
    return [columns_of(one) for one in await desk.all_of(Venue, edition_row)]


@get("/ways", guards=SEE)
async def ways(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """Minutes between two houses, either way; `travel` where no way is named."""
    rules = await rules_of(edition_row)
    named = [columns_of(one) for one in await desk.all_of(VenueWay, edition_row)]
    return {"travel": rules.travel, "ways": named}


@get("/screens", guards=SEE)
async def screens(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Rooms in the order of their houses. `starts`: the only ones, where any are laid out by hand, and
    `clashes`: how many screenings of the working grid break which rule of the room.
    """
    starts = await lists.slots(edition_row)
    wrong = await rooms.troubles(edition_row)
    return [
        columns_of(one) | {"starts": starts.get(one.id, []), "clashes": dict(wrong.get(one.id, {}))}
        for one in await lists.screens(edition_row)
    ]


@get("/reservations", guards=SEE)
async def all_reservations(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Screens that are taken, in minutes after the first day's midnight."""
    found = await desk.all_of(Reservation, edition_row)
    return [columns_of(one) for one in sorted(found, key=lambda one: (one.begins, one.id))]


@get("/removals", guards=SEE)
async def removals(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """What was taken away since yesterday and can be brought back, by its `line` of the record."""
    return [
        {"kind": kind, "line": line.line, "gone": line.details["gone"]}
        for kind in ("venue", "screen", "reservation", "audience")
        for line in await desk.removals(edition_row, f"{kind}_removed")
    ]


@get("/grid/imports", guards=SEE)
async def grid_imports(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Grids from elsewhere, the newest first; `act` is the act of the grid that took one."""
    return await imports.imports_of(edition_row)


@get("/grid/imports/{grid_import_id:str}", guards=SEE)
async def grid_import(
    grid_import_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Its lines, what was said of its names and, until it is in, what it would do as all stands now."""
    brought = await imports.import_in(edition_row, grid_import_id)
    told = columns_of(brought)
    if brought.applied_at is not None:
        return told
    return told | {"would": imports.told_of(await imports.foreseen(edition_row, brought))}


def columns_of(row: Any) -> dict[str, Any]:
    """A row as a program reads it, with its version; its edition stands in the address."""
    kept: dict[str, Any] = row.to_dict()
    return {name: value for name, value in kept.items() if name != "edition"}


@get("/programmes", guards=SEE)
async def all_programmes(edition_row: NamedDependency[Edition]) -> list[lists.Item]:
    """Programmes with their films, pencilled ones included."""
    return await lists.items(edition_row)


@get("/grid/rules", guards=SEE)
async def rules(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """Every rule of the plan as it holds, and how often the working grid offends it."""
    return {
        "version": (await rules_of(edition_row)).version,
        "rules": await rulebook.lines(edition_row),
    }


@get("/blocks", guards=SEE)
async def blocks(edition_row: NamedDependency[Edition]) -> composing.Paper:
    """The paper of the composer: blocks, shorts that are in none, and what is known of each."""
    return await composing.paper_of(edition_row)


@get("/orders", guards=SEE)
async def orders(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Programmes that come before others, and so many minutes."""
    return [
        {
            "id": row.id,
            "version": row.version,
            "first": row.first,
            "then": row.then,
            "least": row.least,
            "most": row.most,
        }
        for row in await relations.orders_of(edition_row)
    ]


@get("/aparts", guards=SEE)
async def aparts(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Programmes that never run at once."""
    return [
        {"id": row.id, "version": row.version, "one": row.one, "other": row.other}
        for row in await relations.aparts_of(edition_row)
    ]


@get("/films/{submission_id:str}", guards=FILMS)
async def film(
    submission_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> dict[str, Any]:
    """What the public reads of a film, as it can be corrected."""
    _, row = await corrections.film_to_correct(edition_row, submission_id, viewer)
    return {"film": corrections.standing(row), "version": row.version}


@get("/grid", guards=SEE)
async def grid(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """The working grid as it stands, with every clash."""
    return await grid_state(edition_row)


@get("/grid/events", guards=SEE)
async def grid_events(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> ServerSentEvent:
    """Whenever anything that the grid shows has changed, whoever changed it; and who holds what."""
    hands: Hands = request.app.state.hands

    async def look() -> dict[str, Any]:
        held = [
            {"person": one.person, "by": one.by, "programme": one.programme, "number": one.number}
            for one in await hands.of(edition_row)
        ]
        return await lists.mark_of(edition_row) | {"hands": held}

    return watched(look)


@get("/screenings/{screening_id:str}/reasons", guards=SEE)
async def reasons(
    screening_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Why it stands where it stands, and the price of every other legal place."""
    why, cells = await questions.about(edition_row, screening_id)
    return {"why": msgspec.to_builtins(why), "cells": msgspec.to_builtins(cells)}


@get("/grid/prices", guards=SEE)
async def prices(
    programme: FromQuery[ProgrammeId],
    edition_row: NamedDependency[Edition],
    number: FromQuery[ShowingNumber] = 0,
) -> questions.Prices:
    """The price of every legal place of a promised screening, in runs of starts at one price."""
    return await questions.prices(edition_row, (programme, number))


@get("/grid/remedies", guards=SEE)
async def remedies(
    of: FromQuery[ConflictNames], edition_row: NamedDependency[Edition]
) -> list[dict[str, Any]]:
    """Three ways out of a conflict between the screenings `of=PROGRAMME:NUMBER`."""
    names = [(name.rpartition(":")[0], int(name.rpartition(":")[2])) for name in of]
    known = await names_of(edition_row)
    return [remedy_row(way, known) for way in await questions.ways_out(edition_row, names)]


@get("/grid/explanation", guards=PLAN)
async def explanation(
    request: AnyRequest,
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> dict[str, Any]:
    """Whether all that is promised can be shown; if not, why, and what to let go."""
    names = await names_of(edition_row)
    why_not = await while_there(request, questions.why_not(edition_row, by=viewer.id))
    return explanation_row(why_not, names)


@get("/grid/repair", guards=PLAN)
async def repair(
    request: AnyRequest,
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> dict[str, Any]:
    """How few moves would mend the grid as it stands, and the words of the button that says so."""
    found = await while_there(request, questions.fewest(edition_row, by=viewer.id))
    return {"verdict": found.verdict, "moves": found.moves, "proved": found.proved,
            "words": {lang: repair_words(lang, found) for lang in spoken()}}  # fmt: skip


@get("/audiences", guards=PLAN)
async def reaches(
    request: AnyRequest,
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> list[dict[str, Any]]:
    """What each visitor can see of the grid as it stands; those served least come first."""
    found = await while_there(request, audiences.reaches(edition_row, by=viewer.id))
    return [
        {"kind": one.kind, "name": one.name, "asks": msgspec.to_builtins(one.persona),
         "reach": msgspec.to_builtins(one.reach),
         "id": one.row.id if one.row else None, "version": one.row.version if one.row else None}
        for one in found
    ]  # fmt: skip


@get("/grid/lateness", guards=PLAN)
async def lateness(
    request: AnyRequest,
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> list[dict[str, Any]]:
    """How likely each screening starts late, and the minutes more that would make it rare."""
    found = await while_there(request, audiences.lateness(edition_row, by=viewer.id))
    return [msgspec.to_builtins(late) for late in found]


@get("/grid/plans/{run_id:str}", guards=SEE)
async def plan(run_id: FromPath[str], edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    run = await lists.plan_run(edition_row, run_id)
    return {
        "id": run.id,
        "state": run.state,
        "progress": run.progress,
        "plan": run.plan,
        "explanation": explanation_of_run(run, await names_of(edition_row)),
        "wishes": run.wishes,
        "fact": run.fact,
        "repair": run.repair,
        "remedies": run.remedies,
        "applied": run.applied_at is not None,
        "fault": run.fault,
    }


@get("/grid/plans/{run_id:str}/events", guards=SEE)
async def plan_events(
    run_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    channels: NamedDependency[ChannelsPlugin],
) -> ServerSentEvent:
    """Best cost and bound, live."""
    run = await lists.plan_run(edition_row, run_id)
    return stream(
        channels,
        channel("plan", run.id),
        {"state": run.state, **cast("dict[str, Any]", run.progress)},
        last=LAST,
    )


HANDLERS: list[Any] = [
    venues, ways, screens, all_reservations, removals, all_programmes, blocks, orders, aparts, film, rules, grid,
    grid_events, reasons, prices, remedies, explanation, repair, reaches, lateness, plan, plan_events,
    grid_imports, grid_import,
]  # fmt: skip

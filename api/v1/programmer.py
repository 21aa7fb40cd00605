"""JSON: rooms, programmes, guests, the working grid, plans and publication."""

from typing import Annotated, Any, cast

import msgspec
from litestar import delete, get, post, put
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import ServerSentEvent
from msgspec import Meta

from api.auth import needs
from api.news import stream, watched
from api.presence import while_there
from api.request import AnyRequest
from api.v1._grid import Names, details_in, grid_state
from festival.access import Act, Viewer
from festival.errors import Refused
from festival.language import LANGUAGES, t
from festival.progress import channel
from festival.tables import Edition, Person
from screenings import acts, lists, planning, programmes, publication, questions, venues
from screenings import grid as grids
from screenings.grid import NewScreening, ScreenStart
from screenings.planner.answers.shapes import Explanation
from screenings.planner.answers.words import Remark
from screenings.programmes import ProgrammeForm
from screenings.tables import PlanRun
from screenings.venues import GuestForm, ScreenForm, VenueForm

SEE = [needs(Act.SEE_GRID, scope="programme")]
PLAN = [needs(Act.PLAN, scope="programme")]
PUBLISH = [needs(Act.PUBLISH, scope="programme")]
LAST = ("done", "impossible", "failed", "stopped")


class PlanWanted(msgspec.Struct, frozen=True):
    seconds: Annotated[int, Meta(ge=1, le=600)] = 20
    seed: Annotated[int, Meta(ge=1, le=10**6)] = 1


class Closure(msgspec.Struct, frozen=True):
    """A screen shut for one day, the first being 0; neither of them: mend what clashes."""

    screen: Annotated[str, Meta(max_length=64)] | None = None
    day: Annotated[int, Meta(ge=0, le=30)] | None = None


class Publishing(msgspec.Struct, frozen=True):
    """The version of the working grid that was looked at."""

    version: Annotated[int, Meta(ge=1, le=10**12)]


def version_of(request: AnyRequest) -> int:
    """`If-Match: "12"`: the grid that the programmer was looking at when they made up their mind.

    Only what somebody has done to the same screening since is in the way.
    """
    text = request.headers.get("if-match", "").strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise Refused("version_missing")
    return int(text)


def version_if_any(request: AnyRequest) -> int | None:
    return version_of(request) if "if-match" in request.headers else None


@post("/venues", guards=PLAN)
async def add_venue(
    data: JSONBody[VenueForm],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    return {"id": (await venues.add_venue(edition_row, data, by=person)).id}


@post("/screens", guards=PLAN)
async def add_screen(
    data: JSONBody[ScreenForm],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    return {"id": (await venues.add_screen(edition_row, data, by=person)).id}


@get("/screens", guards=SEE)
async def screens(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    return [
        {
            "id": s.id,
            "name": s.name,
            "seats": s.seats,
            "hours": s.hours,
            "equipment": s.equipment,
            "turnaround": s.turnaround,
        }
        for s in await lists.screens(edition_row)
    ]


@post("/guests", guards=PLAN)
async def add_guest(
    data: JSONBody[GuestForm],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    return {"id": (await venues.add_guest(edition_row, data, by=person)).id}


@get("/programmes", guards=SEE)
async def all_programmes(edition_row: NamedDependency[Edition]) -> list[lists.Item]:
    """Programmes with their films, pencilled ones included."""
    return await lists.items(edition_row)


@post("/programmes", guards=PLAN)
async def add_programme(
    data: JSONBody[ProgrammeForm],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    return {"id": (await programmes.add_programme(edition_row, data, by=person)).id}


@post("/programmes/from-selection", guards=PLAN)
async def from_selection(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, list[str]]:
    """One programme for each chosen film that stands in none."""
    return {"ids": await programmes.from_selection(edition_row, by=person)}


@delete("/programmes/{programme_id:str}", guards=PLAN)
async def remove_programme(
    programme_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    await programmes.remove_programme(edition_row, programme_id, by=person)


@post("/programmes/{programme_id:str}/departures", guards=PLAN, status_code=200)
async def let_go(
    programme_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The films that have left leave the programme, which goes on with the others."""
    await programmes.let_go(edition_row, programme_id, by=person)
    return await grid_state(edition_row)


@get("/grid", guards=SEE)
async def grid(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """The working grid as it stands, with every clash."""
    return await grid_state(edition_row)


@get("/grid/events", guards=SEE)
async def grid_events(edition_row: NamedDependency[Edition]) -> ServerSentEvent:
    """Whenever anything that the grid shows has changed, whoever changed it."""
    return watched(lambda: lists.mark_of(edition_row))


@post("/grid/screenings", guards=PLAN)
async def place(
    data: JSONBody[NewScreening],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """From the tray into the grid; `act` takes it back."""
    made, version = await grids.place(edition_row, data, by=person)
    return {"id": made, "act": version, **await grid_state(edition_row)}


@put("/screenings/{screening_id:str}/placement", guards=PLAN)
async def move(
    request: AnyRequest,
    screening_id: FromPath[str],
    data: JSONBody[ScreenStart],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Move a screening; the answer holds the new clashes of the whole grid."""
    version = await grids.move(
        edition_row, screening_id, data, version=version_of(request), by=person
    )
    return {"act": version, **await grid_state(edition_row)}


@delete("/screenings/{screening_id:str}", guards=PLAN, status_code=200)
async def take_out(
    request: AnyRequest,
    screening_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    version = await grids.remove(edition_row, screening_id, version=version_of(request), by=person)
    return {"act": version, **await grid_state(edition_row)}


@post("/screenings/{screening_id:str}/lock", guards=PLAN, status_code=200)
async def lock(
    request: AnyRequest,
    screening_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Where it stands; with `If-Match`, only where it stood when that version was seen."""
    seen = version_if_any(request)
    version = await grids.lock(edition_row, screening_id, locked=True, version=seen, by=person)
    return {"act": version, **await grid_state(edition_row)}


@delete("/screenings/{screening_id:str}/lock", guards=PLAN, status_code=200)
async def free(
    request: AnyRequest,
    screening_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    seen = version_if_any(request)
    version = await grids.lock(edition_row, screening_id, locked=False, version=seen, by=person)
    return {"act": version, **await grid_state(edition_row)}


@post("/grid/acts/{act:int}/undoing", guards=PLAN, status_code=200)
async def undo(
    act: FromPath[int], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Take a whole act back, be it a move, a lock or a plan, if nothing of it was touched since."""
    version = await acts.undo(edition_row, act, by=person)
    return {"act": version, **await grid_state(edition_row)}


@post("/grid/plans", guards=PLAN)
async def ask(
    data: JSONBody[PlanWanted],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Ask the planner; the answer names the run."""
    run = await planning.ask(edition_row, seconds=data.seconds, seed=data.seed, by=person)
    return {"id": run.id, "state": "waiting"}


@get("/screenings/{screening_id:str}/reasons", guards=SEE)
async def reasons(
    screening_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Why it stands where it stands, and the price of every other legal place."""
    found, cells = await questions.about(edition_row, screening_id)
    return {"why": msgspec.to_builtins(found), "cells": msgspec.to_builtins(cells)}


@get("/grid/explanation", guards=PLAN)
async def explanation(
    request: AnyRequest,
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> dict[str, Any]:
    """Whether all that is promised can be shown; if not, why, and what to let go."""
    names = await names_of(edition_row)
    found = await while_there(request, questions.why_not(edition_row, by=viewer.id))
    return explanation_row(found, names)


async def names_of(edition: Edition) -> Names:
    known = {item.id: item for item in await lists.items(edition)}
    return Names(edition, known, await lists.screens(edition), [])


def explanation_of_run(run: PlanRun, names: Names) -> dict[str, Any] | None:
    """Why not everything found a place, where something did not and there was time to tell."""
    if run.explanation is None:
        return None
    told = msgspec.convert(cast("dict[str, Any]", run.explanation), Explanation)
    return explanation_row(told, names)


def explanation_row(found: Explanation, names: Names) -> dict[str, Any]:
    return {
        "verdict": found.verdict,
        "minimal": found.minimal,
        "smallest": found.smallest,
        "seconds": found.seconds,
        "remarks": [remark_row("remark", r, names) for r in found.remarks],
        "because": [remark_row("because", r, names) for r in found.core],
        "letgo": [remark_row("letgo", r, names) for r in found.repair],
    }


def remark_row(kind: str, remark: Remark, names: Names) -> dict[str, Any]:
    key = f"{kind}.{remark.code}"
    return {
        "code": remark.code,
        "details": remark.details,
        "words": {
            lang: t(lang, key, **details_in(remark.details, names, lang)) for lang in LANGUAGES
        },
    }


@post("/grid/repair", guards=PLAN, status_code=200)
async def mend(
    request: AnyRequest,
    data: JSONBody[Closure],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> dict[str, Any]:
    """The fewest moves that mend the working grid: a proposal, which changes nothing."""
    asked = questions.proposal(edition_row, screen=data.screen, day=data.day, by=viewer.id)
    found = await while_there(request, asked)
    return cast("dict[str, Any]", msgspec.to_builtins(found))


@get("/grid/plans/{run_id:str}", guards=SEE)
async def plan(run_id: FromPath[str], edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    run = await lists.plan_run(edition_row, run_id)
    return {
        "id": run.id,
        "state": run.state,
        "progress": run.progress,
        "plan": run.plan,
        "explanation": explanation_of_run(run, await names_of(edition_row)),
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


@post("/grid/plans/{run_id:str}/stop", guards=PLAN, status_code=204)
async def stop(
    run_id: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    await planning.stop(await lists.plan_run(edition_row, run_id), by=person)


@post("/grid/plans/{run_id:str}/application", guards=PLAN)
async def apply(
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Put the plan into the working grid; `act` takes the whole of it back."""
    run = await lists.plan_run(edition_row, run_id)
    version = await planning.apply(edition_row, run, by=person)
    return {"act": version, **await grid_state(edition_row)}


@post("/grid/publication", guards=PUBLISH)
async def publish(
    data: JSONBody[Publishing],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Freeze the grid for the public; 422 with everything that stands in the way.

    `films_told`: of so many films something changed, and their makers get a letter.
    """
    number = await publication.publish(edition_row, version=data.version, by=person)
    return {"number": number, "films_told": await publication.films_told(edition_row, number)}


HANDLERS: list[Any] = [
    add_venue, add_screen, screens, add_guest, all_programmes, add_programme, from_selection,
    remove_programme, let_go, grid, grid_events, place, move, take_out, lock, free, undo, ask, plan, plan_events,
    stop, apply, publish, reasons, explanation, mend,
]  # fmt: skip

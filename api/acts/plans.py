"""Plans of the grid: one is asked for, stopped, accepted or taken back."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.grid import grid_state
from api.guards import PLAN
from api.pages.plans import plan_page, plans_page
from api.request import AnyRequest
from festival.errors import Missing
from festival.shapes import Id
from festival.tables import Edition, Person
from screenings import accepting, lists, planning
from screenings.acts import Place
from screenings.moving import Keep
from screenings.planning import GOALS, RunKind, Wishes
from screenings.venues import FarMinute

PLANS = "/programmer/plans"
RUN = f"{PLANS}/{{run_id:str}}"
Goal = Annotated[str, Meta(pattern=f"^({'|'.join(GOALS)})$")]


class PlanWanted(msgspec.Struct, frozen=True):
    """How long to think, in seconds, and whether of the whole grid or only of what clashes.

    `keep`: how much of what stands is kept; `rules`: those that shall cost this time, all where none
    is named.
    """

    seconds: Annotated[int, Meta(ge=1, le=600)] = 20
    seed: Annotated[int, Meta(ge=1, le=10**6)] = 1
    kind: RunKind = "plan"
    keep: Keep = "gently"
    rules: Annotated[list[Goal], Meta(max_length=len(GOALS))] = []


class Elsewhere(msgspec.Struct, frozen=True, kw_only=True):
    """One screening of a proposal, and where it shall be proposed instead."""

    programme: Id
    number: Annotated[int, Meta(ge=0, le=99)] = 0
    screen: Id
    start: FarMinute


class PlaceForm(msgspec.Struct, frozen=True):
    """`programme:number@screen@start`, on one button."""

    place: Annotated[str, Meta(pattern=r"^\w{1,32}:\d{1,2}@\w{1,32}@\d{1,5}$")]


class RemedyChosen(msgspec.Struct, frozen=True):
    """Which of a run's remedies, the first being 0."""

    number: Annotated[int, Meta(ge=0, le=200)]


Ticks = Annotated[list[Annotated[str, Meta(pattern=r"^\w{1,32}:\d{1,2}$")]], Meta(max_length=2000)]


class Ticked(msgspec.Struct, frozen=True):
    """`only`: changes of a plan, each as `programme:number`; all of them where nothing is said."""

    only: Ticks | None = None


class TickForm(msgspec.Struct, frozen=True):
    """In a form no tick is no change, unless the button says that all are meant."""

    only: Ticks = []
    all: bool = False


async def plans_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await plans_page(request, request.state["edition"], refused.error)


async def plan_again(
    request: AnyRequest, refused: Refusal, ticked: list[str] | None = None
) -> Response[str]:
    edition = request.state["edition"]
    run = await lists.plan_run(edition, request.path_params["run_id"])
    return await plan_page(request, edition, run, refused.error, ticked)


async def ticks_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await plan_again(request, refused, refused.sent.get("only", []))


async def ticked(request: AnyRequest) -> Ticked:
    form = await filled(request, TickForm)
    return Ticked(None if form.all else form.only)


async def elsewhere(request: AnyRequest) -> Elsewhere:
    name, screen, start = (await filled(request, PlaceForm)).place.split("@")
    programme, _, number = name.rpartition(":")
    return Elsewhere(programme=programme, number=int(number), screen=screen, start=int(start))


def named(only: list[str]) -> set[tuple[str, int]]:
    return {(name, int(number)) for name, _, number in (one.partition(":") for one in only)}


def to_run(request: AnyRequest, _: Any) -> str:
    return f"{PLANS}/{request.path_params['run_id']}"


@act(
    PLANS,
    json="/grid/plans",
    guards=PLAN,
    again=plans_again,
    goes=lambda _, run: f"{PLANS}/{run['id']}",
)
async def ask(
    data: PlanWanted,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Ask the planner; the answer names the run."""
    wishes = Wishes(keep=data.keep, rules=data.rules or None)
    run = await planning.ask(
        edition_row,
        seconds=data.seconds,
        seed=data.seed,
        kind=data.kind,
        wishes=wishes,
        by=person,
    )
    return {"id": run.id, "state": "waiting"}


@act(f"{RUN}/stop", json="/grid/plans/{run_id:str}/stop", status=204, guards=PLAN, goes=to_run)
async def stop(
    run_id: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Enough: the best plan so far is kept."""
    await planning.stop(await lists.plan_run(edition_row, run_id), by=person)


@act(
    f"{RUN}/application",
    json="/grid/plans/{run_id:str}/application",
    guards=PLAN,
    reads=ticked,
    again=ticks_again,
    goes=to_run,
    says="programmer.done.applied",
)
async def apply(
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    data: Ticked = Ticked(),  # noqa: B008  # frozen
) -> dict[str, Any]:
    """Put a plan into the working grid, or `only` those changes; `act` takes the whole of it back."""
    run = await lists.plan_run(edition_row, run_id)
    only = None if data.only is None else named(data.only)
    version = await accepting.apply(edition_row, run, only=only, by=person)
    return {"act": version, **await grid_state(edition_row)}


@act(f"{RUN}/undoing", guards=PLAN, again=plan_again, goes=to_run, says="programmer.done.undone")
async def undo_plan(
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take back the act that a plan became."""
    run = await lists.plan_run(edition_row, run_id)
    if run.act is None:
        raise Missing("act_missing")
    await accepting.undo(edition_row, run.act, by=person)


@act(
    f"{RUN}/places",
    json="/grid/plans/{run_id:str}/places",
    status=204,
    guards=PLAN,
    reads=elsewhere,
    again=plan_again,
    goes=to_run,
    says="plan.done.elsewhere",
)
async def put_elsewhere(
    run_id: FromPath[str],
    data: Elsewhere,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Another place for one screening of the proposal; the grid stays as it is."""
    run = await lists.plan_run(edition_row, run_id)
    place = Place(screen=data.screen, start=data.start)
    name = (data.programme, data.number)
    await accepting.put_elsewhere(edition_row, run, name, place, by=person)


@act(
    f"{RUN}/remedies",
    json="/grid/plans/{run_id:str}/remedies",
    guards=PLAN,
    again=plan_again,
    goes=to_run,
    says="plan.done.healed",
)
async def heal(
    run_id: FromPath[str],
    data: RemedyChosen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Do what was tried: the fact and the moves that it asks for are one act, which can be taken back."""
    run = await lists.plan_run(edition_row, run_id)
    version = await accepting.heal(edition_row, run, data.number, by=person)
    return {"act": version, **await grid_state(edition_row)}


@act(
    f"{RUN}/refusal",
    json="/grid/plans/{run_id:str}/refusal",
    status=204,
    guards=PLAN,
    again=plan_again,
    goes=to_run,
    says="plan.done.refused",
)
async def refuse(
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Not this one: it stays in the list of runs."""
    await accepting.refuse(await lists.plan_run(edition_row, run_id), by=person)


@act(
    f"{RUN}/reconsideration",
    json="/grid/plans/{run_id:str}/reconsideration",
    status=204,
    guards=PLAN,
    again=plan_again,
    goes=to_run,
)
async def reconsider(
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """A refused proposal can be accepted again."""
    await accepting.reconsider(await lists.plan_run(edition_row, run_id), by=person)


ACTS = [
    ask, stop, apply, undo_plan, put_elsewhere, heal, refuse, reconsider,
]  # fmt: skip

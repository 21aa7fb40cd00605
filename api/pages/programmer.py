"""The programmers' pages: the grid, plans, programmes, rooms and guests."""

import re
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api.auth import needs
from api.errors import status_of
from api.forms import filled
from api.pages import _plan, _publication
from api.pages._page import faults_of, language_of, page, prefix_of
from api.request import AnyRequest
from api.v1._grid import Names, grid_state
from festival.access import Act
from festival.clock import DAY_TURNS, at
from festival.errors import FestivalError, Missing, Refused
from festival.language import day, t, words
from festival.tables import Edition, Person
from screenings import acts, lists, planning, programmes, publication, venues
from screenings.defaults import PROGRAMME, SCREEN
from screenings.planner.model import Plan, Problem
from screenings.planner.rules.facts import Facts
from screenings.programmes import ProgrammeForm, ProgrammeTitle
from screenings.tables import PlanRun
from screenings.venues import Id, ScreenForm, VenueForm
from submissions.lists import sections_of
from submissions.twins import twins_among

SEE = [needs(Act.SEE_GRID, scope="programme")]
PLAN = [needs(Act.PLAN, scope="programme")]
PUBLISH = [needs(Act.PUBLISH, scope="programme")]
RULE = "planner.rule."
EVENTS = "E"
LATEST = 30 * 60
HOUR = re.compile("([01]?[0-9]|2[0-3])[:h]([0-5][0-9])")
HAND = (
    "unplaced", "locked", "gone", "free", "lifted", "given_up", "lock", "unlock", "undone",
    "moved_under", "hour_wrong", "away", "take_out", "let_go_lead", "outside",
)  # fmt: skip


class PlanForm(msgspec.Struct, frozen=True):
    seconds: Annotated[int, Meta(ge=1, le=600)] = 20
    kind: Literal["plan", "repair"] = "plan"


class TickForm(msgspec.Struct, frozen=True):
    """`only`: each ticked change, as `programme:number`."""

    only: Annotated[
        list[Annotated[str, Meta(pattern=r"^\w{1,32}:\d{1,2}$")]], Meta(max_length=2000)
    ] = []


class PublishForm(msgspec.Struct, frozen=True):
    version: Annotated[int, Meta(ge=1, le=10**12)]


class EventForm(msgspec.Struct, frozen=True, kw_only=True):
    title_fr: ProgrammeTitle
    title_en: ProgrammeTitle
    own_minutes: Annotated[int, Meta(ge=1, le=600)]
    demand: Annotated[int, Meta(ge=0, le=100_000)] = PROGRAMME.demand


class RoomForm(msgspec.Struct, frozen=True, kw_only=True):
    venue: Id
    name: Annotated[str, Meta(min_length=1, max_length=120)]
    seats: Annotated[int, Meta(ge=1, le=100_000)]
    opens: Annotated[str, Meta(max_length=5)] = "10:00"
    closes: Annotated[str, Meta(max_length=5)] = "00:30"
    turnaround: Annotated[int, Meta(ge=0, le=240)] = SCREEN.turnaround


class GuestNames(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=160)]
    quality_fr: Annotated[str, Meta(max_length=200)] = ""
    quality_en: Annotated[str, Meta(max_length=200)] = ""
    programmes: Annotated[list[Id], Meta(max_length=60)] = []


async def given_to(request: AnyRequest, error: FestivalError | None) -> dict[str, str]:
    """What was typed into a form that is refused: it stands there still."""
    if error is None:
        return {}
    form = await request.form()
    return {name: str(value) for name, value in form.items() if isinstance(value, str)}


def back(request: AnyRequest, place: str, done: str) -> Redirect:
    return Redirect(f"{prefix_of(request)}{place}?done={done}", status_code=303)


async def grid_data(edition: Edition, person: Person, lang: str) -> dict[str, Any]:
    """What `<festival-grid>` draws from: the state that its news bring, and what never changes."""
    return await grid_state(edition) | {
        "lang": lang,
        "api": f"/api/v1/{edition.slug}",
        "events": f"/api/v1/{edition.slug}/grid/events",
        "days": [day(lang, at(edition.first_day, d * 1440 + 720)) for d in range(edition.days)],
        "acts": await acts.acts_of(await lists.working_grid(edition), person),
        "words": {name: t(lang, f"programmer.hand.{name}") for name in HAND}
        | {key.removeprefix(RULE): t(lang, key) for key in words(lang) if key.startswith(RULE)}
        | {"costs_nothing": t(lang, "programmer.why.nothing")},
    }


async def grid_page(
    request: AnyRequest, edition: Edition, person: Person, error: FestivalError | None = None
) -> Response[str]:
    return page(
        request, "programmer/grid.html", status=status_of(error), at="/programmer/grid",
        data=await grid_data(edition, person, language_of(request)),
        told=faults_of(request, error), published=await lists.published_grids(edition),
        sections=await sections_of(edition),
    )  # fmt: skip


@get("/programmer/grid", guards=SEE)
async def grid(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await grid_page(request, edition_row, person)


@get("/programmer/plans", guards=SEE)
async def plans(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """All runs, the newest first: who leaves a run finds it here again."""
    return await plans_page(request, edition_row)


async def plans_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    return page(
        request, "programmer/plans.html", status=status_of(error),
        runs=await lists.plan_runs(edition), told=faults_of(request, error),
    )  # fmt: skip


@post("/programmer/plans", guards=PLAN)
async def ask(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        form = await filled(request, PlanForm)
        run = await planning.ask(edition_row, seconds=form.seconds, kind=form.kind, by=person)
    except FestivalError as error:
        return await plans_page(request, edition_row, error)
    return Redirect(f"{prefix_of(request)}/programmer/plans/{run.id}", status_code=303)


async def plan_page(
    request: AnyRequest,
    edition: Edition,
    run: PlanRun,
    error: FestivalError | None = None,
    ticked: list[str] | None = None,
) -> Response[str]:
    lang = language_of(request)
    plan = msgspec.convert(run.plan, Plan) if run.plan else None
    items = {item.id: item for item in await lists.items(edition)}
    proposal = _plan.proposal_of(edition, items, run, plan, lang) if plan else None
    draft = proposal.was if proposal and proposal.compares else None
    names = Names(edition, items, await lists.screens(edition), [])
    return page(
        request,
        "programmer/plan.html",
        status=status_of(error),
        at=f"/programmer/plans/{run.id}",
        run=run,
        plan=plan,
        repair=run.repair,
        told=faults_of(request, error),
        titles={item.id: item.title(lang) for item in items.values()},
        curve=_plan.curve_of(run, draft),
        shares=_plan.shares_of(plan, lang) if plan else [],
        proposal=proposal,
        ticked=ticked,
        locks_clash=_plan.locks_clash(Facts(msgspec.convert(run.problem, Problem))),
        undone=run.act is not None and await acts.is_undone_in(edition, run.act),
        explanation=_plan.explanation_of(run, names, lang),
    )


@get("/programmer/plans/{run_id:str}", guards=SEE)
async def plan(
    request: AnyRequest, run_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await plan_page(request, edition_row, await lists.plan_run(edition_row, run_id))


@post("/programmer/plans/{run_id:str}/stop", guards=PLAN)
async def stop(
    request: AnyRequest,
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Redirect:
    await planning.stop(await lists.plan_run(edition_row, run_id), by=person)
    return Redirect(f"{prefix_of(request)}/programmer/plans/{run_id}", status_code=303)


@post("/programmer/plans/{run_id:str}/application", guards=PLAN)
async def apply(
    request: AnyRequest,
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    """Accept what is ticked: one act, which can be taken back as one."""
    run, ticked = await lists.plan_run(edition_row, run_id), None
    try:
        ticked = (await filled(request, TickForm)).only
        only = {(name, int(number)) for name, _, number in (one.rpartition(":") for one in ticked)}
        await planning.apply(edition_row, run, only=only, by=person)
    except FestivalError as error:
        return await plan_page(request, edition_row, run, error, ticked)
    return back(request, f"/programmer/plans/{run.id}", "programmer.done.applied")


@post("/programmer/plans/{run_id:str}/undoing", guards=PLAN)
async def undo_plan(
    request: AnyRequest,
    run_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    run = await lists.plan_run(edition_row, run_id)
    try:
        if run.act is None:
            raise Missing("act_missing")
        await acts.undo(edition_row, run.act, by=person)
    except FestivalError as error:
        return await plan_page(request, edition_row, run, error)
    return back(request, f"/programmer/plans/{run.id}", "programmer.done.undone")


async def publication_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    """What the next number would change, and to whom it would write: nothing is done yet."""
    lang, found = language_of(request), await lists.published_grids(edition)
    working = await lists.working_grid(edition)
    shown = await _publication.shown(edition, working, lang)
    return page(
        request, "programmer/publication.html", status=status_of(error),
        at="/programmer/publication", told=faults_of(request, error), version=working.version,
        last=found[0] if found else None, next=(found[0]["number"] if found else 0) + 1,
        **shown,
    )  # fmt: skip


@get("/programmer/publication", guards=PUBLISH)
async def before_publishing(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await publication_page(request, edition_row)


@post("/programmer/publication", guards=PUBLISH)
async def publish(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        form = await filled(request, PublishForm)
        number = await publication.publish(edition_row, version=form.version, by=person)
    except FestivalError as error:
        return await publication_page(request, edition_row, error)
    told = await publication.films_told(edition_row, number)
    done = "programmer.done.published" if told else "programmer.done.published_silently"
    return back(request, "/programmer/grid", done)


async def programmes_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    items = await lists.items(edition)
    titles = {
        film["submission"]: film["title"] or film["title_en"] for one in items for film in one.films
    }
    twins = await twins_among(list(titles))
    return page(
        request,
        "programmer/programmes.html",
        status=status_of(error),
        at="/programmer/programmes",
        given=await given_to(request, error),
        items=items,
        twins={one: [titles[other] for other in others] for one, others in twins.items()},
        told=faults_of(request, error),
    )


@get("/programmer/programmes", guards=SEE)
async def all_programmes(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await programmes_page(request, edition_row)


@post("/programmer/programmes", guards=PLAN)
async def add_event(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        form = await filled(request, EventForm)
        letters = [section.letter for section in await sections_of(edition_row)]
        await programmes.add_programme(
            edition_row,
            ProgrammeForm(
                kind="event",
                title_fr=form.title_fr,
                title_en=form.title_en,
                own_minutes=form.own_minutes,
                demand=form.demand,
                section=EVENTS if EVENTS in letters else "",
                intro=0,
                debate=0,
            ),
            by=person,
        )
    except FestivalError as error:
        return await programmes_page(request, edition_row, error)
    return back(request, "/programmer/programmes", "programmer.done.added")


@post("/programmer/programmes/from-selection", guards=PLAN)
async def from_selection(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Redirect:
    made = await programmes.from_selection(edition_row, by=person)
    done = "programmer.done.added" if made else "programmer.done.none_added"
    return back(request, "/programmer/programmes", done)


@post("/programmer/programmes/{programme_id:str}/removal", guards=PLAN)
async def remove(
    request: AnyRequest,
    programme_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    try:
        await programmes.remove_programme(edition_row, programme_id, by=person)
    except FestivalError as error:
        return await programmes_page(request, edition_row, error)
    return back(request, "/programmer/programmes", "programmer.done.removed")


@post("/programmer/programmes/{programme_id:str}/departures", guards=PLAN)
async def let_go(
    request: AnyRequest,
    programme_id: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    try:
        await programmes.let_go(edition_row, programme_id, by=person)
    except FestivalError as error:
        return await programmes_page(request, edition_row, error)
    return back(request, "/programmer/programmes", "programmer.done.let_go")


async def venues_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    titles = {i.id: i.title(language_of(request)) for i in await lists.items(edition)}
    return page(
        request, "programmer/venues.html", status=status_of(error), at="/programmer/venues",
        given=await given_to(request, error), refused=request.url.path.rpartition("/")[2],
        venues=await lists.venues(edition), screens=await lists.screens(edition),
        usual=RoomForm(venue="", name="", seats=1),
        guests=await lists.guests(edition), titles=titles, told=faults_of(request, error),
    )  # fmt: skip


@get("/programmer/venues", guards=SEE)
async def all_venues(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await venues_page(request, edition_row)


@post("/programmer/venues", guards=PLAN)
async def add_venue(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        await venues.add_venue(edition_row, await filled(request, VenueForm), by=person)
    except FestivalError as error:
        return await venues_page(request, edition_row, error)
    return back(request, "/programmer/venues", "programmer.done.added")


def minutes(text: str, *, field: str) -> int:
    """`22:30` or `22h30` after midnight; small hours belong to the evening before."""
    if not (found := HOUR.fullmatch(text.strip())):
        raise Refused(f"{field}:hour_unreadable")
    return int(found[1]) * 60 + int(found[2])


def hours_of(opens: str, closes: str) -> tuple[int, int]:
    """Minutes after the evening's midnight: an end before the start is the next morning's."""
    begins, ends = minutes(opens, field="opens"), minutes(closes, field="closes")
    begins += 1440 if begins < DAY_TURNS else 0
    while ends <= begins:
        ends += 1440
    if ends > LATEST:
        raise Refused("closes:hours_too_late")
    return begins, ends


@post("/programmer/screens", guards=PLAN)
async def add_screen(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        form = await filled(request, RoomForm)
        hours = hours_of(form.opens, form.closes)
        await venues.add_screen(
            edition_row,
            ScreenForm(
                venue=form.venue,
                name=form.name,
                seats=form.seats,
                hours=[hours] * edition_row.days,
                equipment=["dcp"],
                turnaround=form.turnaround,
            ),
            by=person,
        )
    except FestivalError as error:
        return await venues_page(request, edition_row, error)
    return back(request, "/programmer/venues", "programmer.done.added")


@post("/programmer/guests", guards=PLAN)
async def add_guest(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        form = await filled(request, GuestNames)
        await venues.add_guest(
            edition_row,
            venues.GuestForm(
                name=form.name,
                quality_fr=form.quality_fr,
                quality_en=form.quality_en,
                programmes=form.programmes,
            ),
            by=person,
        )
    except FestivalError as error:
        return await venues_page(request, edition_row, error)
    return back(request, "/programmer/venues", "programmer.done.added")


HANDLERS: list[Any] = [
    grid, plans, ask, plan, stop, apply, undo_plan, before_publishing, publish, all_programmes,
    add_event, from_selection, remove, let_go, all_venues, add_venue, add_screen, add_guest,
]  # fmt: skip

"""The planner's runs: all of them, and each with its grid, its proposal, and what stands in its way."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.grid import Names
from api.guards import SEE
from api.pages import _picture, _plan
from api.pages._desk import planning_page
from api.pages._lists import number_asked
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.language import t
from festival.tables import Edition
from screenings import accepting, acts, lists, questions
from screenings.planner.answers.newfacts import still_possible
from screenings.planner.answers.shapes import WayOut
from screenings.planner.model import Placement, Plan, Problem
from screenings.planner.rules.facts import ProblemFacts
from screenings.planning import GOALS, Wishes
from screenings.tables import PlanRun
from submissions.lists import sections_of

STATES = (
    "waiting",
    "running",
    "done",
    "applied",
    "undone",
    "refused",
    "impossible",
    "stopped",
    "failed",
)


@get("/programmer/plans", guards=SEE)
async def plans(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """All runs, the newest first: who leaves a run finds it here again."""
    return await plans_page(request, edition_row)


async def plans_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    asked = request.query_params
    kind, state = asked.get("kind", ""), asked.get("state", "")
    sheet = await lists.plan_runs(edition, kind=kind, state=state, page=number_asked(request))
    return planning_page(
        request,
        "programmer/plans.html",
        error=error,
        at="/programmer/plans",
        sheet=sheet,
        kind=kind,
        state=state,
        states=[one for one in STATES if one in sheet.states],
        goals=GOALS,
    )


async def plan_page(
    request: AnyRequest,
    edition: Edition,
    run: PlanRun,
    error: FestivalError | None = None,
    ticked: list[str] | None = None,
) -> Response[str]:
    lang = language_of(request)
    plan = msgspec.convert(run.plan, Plan) if run.plan else None
    problem = msgspec.convert(run.problem, Problem)
    items = {item.id: item for item in await lists.items(edition)}
    proposal = _plan.proposal_of(edition, items, run, plan, lang) if plan else None
    if proposal and (name := asked_for(request, proposal)):
        cells = await questions.elsewhere(run, _plan.name_of(name))
        proposal = _plan.with_others(proposal, name, cells, run, edition, lang)
    why = _plan.explanation_in(run)
    names = Names(edition, items, await lists.screens(edition), [])
    cards = _plan.cards_of(why, msgspec.convert(run.remedies, list[WayOut]), names, lang)
    fact = accepting.fact_of(run)
    hot, hot_days = _plan.hot_in(why)
    stood = still_possible(problem, msgspec.convert(run.before, list[Placement]))
    wishes = msgspec.convert(run.wishes, Wishes)
    return page(
        request,
        "programmer/plan.html",
        error=error,
        at=f"/programmer/plans/{run.id}",
        run=run,
        plan=plan,
        repair=run.repair,
        fact=_plan.fact_words(fact, names, lang) if fact else "",
        goals=[t(lang, f"planner.rule.{rule}") for rule in wishes.rules or []],
        promised=sum(programme.showings for programme in problem.programmes),
        titles={item.id: item.title(lang) for item in items.values()},
        curve=_plan.curve_of(run, proposal.was if proposal and proposal.compares else None),
        finds=_plan.finds_of(run, items, edition, lang),
        shares=_plan.shares_of(plan, lang) if plan else [],
        proposal=proposal,
        standing=_picture.of_grid(
            edition, problem, items, plan.placements if plan and cards else stood, lang,
            hot=hot, hot_days=hot_days, look="calm" if cards else "loose",
        ),
        sections=await sections_of(edition),
        ticked=ticked,
        locks_clash=_plan.locks_clash(ProblemFacts(problem)),
        undone=run.act is not None and (
            run.undone_at is not None or await acts.is_undone_in(edition, run.act)
        ),
        explanation=_plan.explanation_of(run, names, lang),
        bars=_plan.bars_of(why, names, lang),
        cards=cards,
    )  # fmt: skip


def asked_for(request: AnyRequest, proposal: _plan.Proposal) -> str:
    """The line whose other places somebody wants to see, if it has any place."""
    wanted = request.query_params.get("others", "")
    return wanted if any(line.name == wanted and line.now for line in proposal.lines) else ""


@get("/programmer/plans/{run_id:str}", guards=SEE)
async def plan(
    request: AnyRequest, run_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await plan_page(request, edition_row, await lists.plan_run(edition_row, run_id))


HANDLERS: list[Any] = [plans, plan]

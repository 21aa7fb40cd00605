"""What if the rules weighed otherwise: the grid that would come, beside the one that stands."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import SEE
from api.pages import _picture, _plan
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.pages.programmer import given_to
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.language import t
from festival.tables import Edition
from screenings import lists
from screenings.planner.answers.newfacts import still_possible
from screenings.planner.model import Placement, Plan, Problem
from screenings.planner.rules import prices
from screenings.planner.rules.facts import ProblemFacts
from screenings.planning import GOALS
from screenings.problem import problem_of
from screenings.tables import PlanRun
from screenings.weighing import weights_of
from submissions.lists import sections_of

WEIGHTS = "w_"


class Points(msgspec.Struct, frozen=True):
    """A rule's points, of the grid that stands and of the other, both by the weights that are tried."""

    words: str
    before: int
    after: int


async def what_if_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    lang = language_of(request)
    standing = await problem_of(edition)
    weights = weights_of(standing)
    named = request.query_params.get("run", "") or request.path_params.get("run_id", "")
    run = await lists.plan_run(edition, named) if named else None
    shown = await tried_grid(edition, run, lang) if run else {}
    tried = weights_of(msgspec.convert(run.problem, Problem)) if run else weights
    given = await given_to(request, error)
    return planning_page(
        request,
        "programmer/what_if.html",
        error=error,
        at="/programmer/what-if",
        rules=[
            {"code": rule, "name": WEIGHTS + rule, "words": t(lang, f"planner.rule.{rule}"),
             "now": weights[rule], "value": given.get(WEIGHTS + rule, tried[rule])}
            for rule in GOALS
        ],
        run=run,
        seconds=given.get("seconds", run.seconds if run else 10),
        sections=await sections_of(edition),
        **{"points": [], "before": None, "after": None, "plan": None, **shown},
    )  # fmt: skip


async def tried_grid(edition: Edition, run: PlanRun, lang: str) -> dict[str, Any]:
    """Both grids, and what each costs by each rule; of a run that has ended."""
    if run.plan is None:
        return {}
    items = {item.id: item for item in await lists.items(edition)}
    problem, plan = msgspec.convert(run.problem, Problem), msgspec.convert(run.plan, Plan)
    stood = still_possible(problem, msgspec.convert(run.before, list[Placement]))
    was, now = prices(ProblemFacts(problem), stood), plan.cost_by_rule
    proposal = _plan.proposal_of(edition, items, run, plan, lang)
    return {
        "plan": plan,
        "before": _picture.of_grid(edition, problem, items, stood, lang),
        "after": proposal.picture,
        "changes": proposal.changes,
        "points": [
            Points(t(lang, f"planner.rule.{rule}"), was.get(rule, 0), now.get(rule, 0))
            for rule in sorted(was | now)
            if was.get(rule) or now.get(rule)
        ],
    }


@get("/programmer/what-if", guards=SEE)
async def what_if(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await what_if_page(request, edition_row)


HANDLERS: list[Any] = [what_if]

"""The rules of the plan: which hold, which cost, their numbers, and how often the grid offends them."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import SEE
from api.pages import _plan_rules
from api.pages._changes import ChangeTold, changes_in, fields_in
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.request import AnyRequest
from festival import desk
from festival.errors import FestivalError
from festival.tables import Edition
from screenings import rulebook
from screenings.problem import rules_of
from screenings.rulebook import RuleLine
from screenings.tables import PlanRules

PAGE = "/programmer/rules"


async def rules_page(
    request: AnyRequest,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    at: str = "",
    sent: dict[str, str] | None = None,
) -> Response[str]:
    """`at` is the rule whose form was refused, and `sent` what stood in it."""
    lang = language_of(request)
    rules, lines = await rules_of(edition), await rulebook.lines(edition)
    by_code = {line.code: line for line in lines}
    return planning_page(
        request, "programmer/rules.html", error=error, at=PAGE,
        rules=rules, version=rules.version or 1, groups=rulebook.GROUPS, lines=by_code,
        fields={
            line.code: typed_in(line, lang) | (sent or {} if line.code == at else {}) for line in lines
        },
        refused=at, most_bands=_plan_rules.MOST_BANDS, levels=LEVELS,
        change=await last_change(lang, rules),
    )  # fmt: skip


def typed_in(line: RuleLine, lang: str) -> dict[str, str]:
    """Every field of a rule's form as it stands."""
    choices = {"mode": line.mode, "weight": str(line.weight), "level": line.level or ""}
    return choices | _plan_rules.typed(line.numbers, lang)


LEVELS = ("block", "publication", "warn", "ignore")


async def last_change(lang: str, rules: PlanRules) -> dict[str, Any] | None:
    """The newest change, which can be put back: who, when, and what it was."""
    line = (await desk.last_changes([rules.id])).get(rules.id)
    if line is None:
        return None
    return {"line": line.line, "by": line.by, "at": line.at, "changes": told(lang, line.details)}


def told(lang: str, details: dict[str, Any]) -> list[ChangeTold]:
    return changes_in(lang, {"changes": fields_in(details, "changes")})


@get(PAGE, guards=SEE)
async def rules(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await rules_page(request, edition_row)


HANDLERS: list[Any] = [rules]

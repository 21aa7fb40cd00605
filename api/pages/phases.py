"""The committee's phases and rules: set by operators, and by chairs of the whole edition."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import SHEETS
from api.pages import _typed
from api.pages._desk import desk_page
from api.request import AnyRequest
from festival.access import Openness, Viewer, Watching
from festival.clock import now
from festival.errors import FestivalError
from festival.tables import Edition
from festival.texts import flat, texts_of
from reviews import phases
from reviews.tables import CommitteePhase, CommitteeRules
from submissions.lists import sections_of

PAGE = "/operator/phases"
TICKS = ("scores", "changes", "discusses", "votes_named")
FRESH = {
    "opens_day": "", "opens_hour": "09:00", "closes_day": "", "closes_hour": "",
    "watching": Watching.ALL.value, "votes": Openness.AFTER.value,
    "scores": "yes", "changes": "yes", "discusses": "yes", "votes_named": "yes",
}  # fmt: skip


async def phases_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    typed: dict[str, str] | None = None,
    which: str = "",
) -> Response[str]:
    """`typed` is what a refused form said, `which` the one that it was: `new`, `rules`, or a phase's id."""
    phases.check_sets(viewer)
    known = await phases.phases_of(edition)
    rules = await phases.committee_rules(edition)
    sections = await sections_of(edition)
    again = dict.fromkeys(TICKS, "") | {"chair_waits": ""} | typed if typed else {}
    moment = now()
    return desk_page(
        request, "operator/phases.html", error=error, at=PAGE, which=which, rows=known, rules=rules,
        sections=sections, new=FRESH | (again if which == "new" else {}),
        values={one.id: phase_typed(one) | (again if one.id == which else {}) for one in known},
        standing={one.id: state_at(one, moment) for one in known},
        set_rules=rules_typed(rules, sections) | (again if which == "rules" else {}),
        watching=[one.value for one in Watching], votes=[one.value for one in Openness], ticks=TICKS,
    )  # fmt: skip


def state_at(phase: CommitteePhase, moment: Any) -> str:
    if moment < phase.opens_at:
        return "coming"
    return "over" if phase.closes_at is not None and phase.closes_at <= moment else "open"


def phase_typed(phase: CommitteePhase) -> dict[str, str]:
    """One phase as somebody would type it."""
    return {
        **flat("names", texts_of(phase.names)),
        **_typed.moment_typed(phase.opens_at, field="opens"),
        **_typed.moment_typed(phase.closes_at, field="closes"),
        "watching": phase.watching,
        "votes": phase.votes,
        **{name: "yes" if getattr(phase, name) else "" for name in TICKS},
    }


def rules_typed(rules: CommitteeRules, sections: list[Any]) -> dict[str, str]:
    own: Any = rules.quorums
    return {
        "quorum": str(rules.quorum),
        "cap": "" if rules.cap is None else str(rules.cap),
        "chair_waits": "yes" if rules.chair_waits else "",
        **{f"quorum_{one.letter}": str(own.get(one.id, "")) for one in sections},
    }


@get(PAGE, guards=SHEETS)
async def committee_phases(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Phases in the order in which they open, with what each allows; and the rules of the committee."""
    return await phases_page(request, viewer, edition_row)


HANDLERS: list[Any] = [committee_phases]

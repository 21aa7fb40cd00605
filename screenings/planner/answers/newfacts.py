"""The same festival with something otherwise: tried on a problem before anybody does it."""

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from screenings.planner.model import Details, Placement, Problem, Setting

FactKind = Literal["screen", "programme", "guest", "jury", "resource", "crew", "rules", "lock"]
LISTS = {
    "screen": "screens",
    "programme": "programmes",
    "guest": "guests",
    "jury": "juries",
    "resource": "resources",
    "crew": "crews",
}
Kind = TypeVar("Kind", bound=Struct)


class NewFact(Struct, frozen=True):
    """These fields of one thing are otherwise than the problem has them.

    `of` is its id; nothing for the rules of the whole festival, of whose `settings` only those
    that differ are named. A lock is let go by `number`.
    `cause` says in one word why that is asked, and `details` what its sentence needs.
    """

    what: FactKind
    of: str
    given: dict[str, Any]
    cause: str
    details: Details = {}


def tried(problem: Problem, fact: NewFact) -> Problem:
    """The problem as it were then; what is locked beyond the promises goes with them."""
    if fact.what == "lock":
        name = (fact.of, fact.given["number"])
        left = [pin for pin in problem.pins if (pin.programme, pin.number) != name]
        return replace(problem, pins=left)
    if fact.what == "rules":
        settings = problem.settings | msgspec.convert(
            fact.given.get("settings", {}), dict[str, Setting]
        )
        return replace(amended(problem, fact.given), settings=settings)
    field = LISTS[fact.what]
    lines = [
        amended(line, fact.given) if line.id == fact.of else line
        for line in getattr(problem, field)
    ]
    return without_broken_promises(replace(problem, **{field: lines}))


def amended(line: Kind, given: dict[str, Any]) -> Kind:
    known = {name: getattr(line, name) for name in line.__struct_fields__}
    return msgspec.convert(msgspec.to_builtins(known) | given, type(line))


def without_broken_promises(problem: Problem) -> Problem:
    showings = {programme.id: programme.showings for programme in problem.programmes}

    def promised(line: Any) -> bool:
        return bool(line.number < showings.get(line.programme, 0))

    return replace(
        problem,
        pins=[pin for pin in problem.pins if promised(pin)],
        holds=[hold for hold in problem.holds if promised(hold)],
        old=[old for old in problem.old if promised(old)],
    )


def still_possible(problem: Problem, placements: Sequence[Placement]) -> list[Placement]:
    """What stands and still can: its programme is promised, its screen is there."""
    showings = {programme.id: programme.showings for programme in problem.programmes}
    houses = {screen.id for screen in problem.screens}
    return [p for p in placements if p.number < showings.get(p.programme, 0) and p.screen in houses]

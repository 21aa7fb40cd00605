"""What was tried on paper is done: a fact of the edition changes, on the record, and can be taken back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from festival import desk
from festival.desk import plain
from festival.errors import Conflict
from festival.tables import Edition, Person
from screenings.planner.answers.newfacts import NewFact
from screenings.problem import rules_of
from screenings.tables import Crew, Guest, Jury, PlanRules, Programme, Resource, Screen

TABLES: dict[str, Any] = {
    "screen": Screen,
    "programme": Programme,
    "guest": Guest,
    "jury": Jury,
    "resource": Resource,
    "crew": Crew,
}
COLUMNS = {"film_minutes": "own_minutes", "limit": "at_once"}
MOMENTS = frozenset({"not_before"})


async def do(edition: Edition, fact: NewFact, *, by: Person) -> dict[str, Any]:
    """Returns what stood in the fields that it has changed. A lock is no fact of the edition."""
    if fact.what == "lock":
        return {}
    row = await row_of(edition, fact)
    given = columns(row, fact)
    before = {name: plain(getattr(row, name)) for name in given}
    await desk.amend(row, given, version=row.version, act="fact_changed", by=by)
    return before


async def take_back(
    edition: Edition, fact: NewFact, before: Mapping[str, Any], *, by: Person
) -> None:
    """Only while it still is what was made of it: somebody else's later word stands."""
    if not before:
        return
    row = await row_of(edition, fact)
    made = columns(row, fact)
    if any(plain(getattr(row, name)) != plain(value) for name, value in made.items()):
        raise Conflict("changed_since")
    given = {name: as_kept(name, value) for name, value in before.items()}
    await desk.amend(row, given, version=row.version, act="fact_taken_back", by=by)


async def row_of(edition: Edition, fact: NewFact) -> Any:
    if fact.what == "rules":
        row = await rules_of(edition)
        if not await PlanRules.exists().where(PlanRules.edition == edition.id):
            await row.save()
        return row
    missing = f"{fact.what}_missing"
    return await desk.one_of(TABLES[fact.what], fact.of, edition=edition, missing=missing)


def columns(row: Any, fact: NewFact) -> dict[str, Any]:
    """The fields of a problem as its tables call them; settings join those that are kept."""
    given = {COLUMNS.get(name, name): value for name, value in fact.given.items()}
    if "settings" in given:
        given["settings"] = {**row.settings, **given["settings"]}
    return given


def as_kept(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if name in MOMENTS and value else value

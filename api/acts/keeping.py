"""How long an edition keeps things, films that are held, and backups asked for by hand."""

from typing import Annotated

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, Still, act
from api.guards import OPERATOR
from api.pages.keeping import BACKUPS, RETENTION, backups_page, retention_page
from api.request import AnyRequest
from festival.settings import Settings
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from keeping import backups, retention


class RetentionDays(msgspec.Struct, frozen=True):
    """How many days, and the version that was seen; 0 where the house's proposal held."""

    days: Annotated[int, Meta(ge=0, le=retention.LONGEST_DAYS)]
    version: SeenVersion = 0


class NewHold(msgspec.Struct, frozen=True):
    """A film of which the calendar lets go of nothing, and why."""

    submission: Annotated[str, Meta(max_length=16)] = ""
    reason: Annotated[str, Meta(max_length=400)] = ""


async def calendar_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await retention_page(
        request, request.state["edition"], request.state["viewer"], error=refused.error
    )


@act(
    f"{RETENTION}/rules/{{kind:str}}",
    json=f"{RETENTION}/rules/{{kind:str}}",
    method="put",
    status=200,
    guards=OPERATOR,
    again=calendar_again,
    goes=RETENTION,
    says="retention.done.changed",
    still=Still.KEEPING,
)
async def set_days(
    kind: FromPath[str],
    data: RetentionDays,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Another number of days for one rule of this edition; 409 where it was changed meanwhile."""
    version = await retention.set_days(
        edition_row, kind, data.days, version=data.version, by=person
    )
    return {"version": version}


@act(
    f"{RETENTION}/holds",
    json=f"{RETENTION}/holds",
    status=204,
    guards=OPERATOR,
    again=calendar_again,
    goes=RETENTION,
    says="retention.done.held",
    still=Still.KEEPING,
)
async def hold(
    data: NewHold, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """An appeal or a dispute: nothing of this film goes until it is over."""
    await retention.place_hold(edition_row, data.submission, reason=data.reason, by=person)


@act(
    f"{RETENTION}/holds/{{hold_id:str}}/lifting",
    json=f"{RETENTION}/holds/{{hold_id:str}}",
    method="delete",
    guards=OPERATOR,
    again=calendar_again,
    goes=RETENTION,
    says="retention.done.lifted",
    still=Still.KEEPING,
)
async def lift(
    hold_id: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """It is over: the calendar counts this film again."""
    await retention.lift_hold(edition_row, hold_id, by=person)


async def backups_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await backups_page(request, request.app.state.settings, error=refused.error)


@act(
    BACKUPS,
    json=BACKUPS,
    status=202,
    guards=OPERATOR,
    again=backups_again,
    goes=BACKUPS,
    says="backup.done.asked",
    still=Still.KEEPING,
)
async def back_up(
    person: NamedDependency[Person], settings: NamedDependency[Settings]
) -> dict[str, str]:
    """Back the house up now."""
    run = await backups.ask("backup", by=person, settings=settings)
    return {"id": str(run.id), "state": run.state}


@act(
    f"{BACKUPS}/drill",
    json=f"{BACKUPS}/drill",
    status=202,
    guards=OPERATOR,
    again=backups_again,
    goes=BACKUPS,
    says="backup.done.drill",
    still=Still.KEEPING,
)
async def drill(
    person: NamedDependency[Person], settings: NamedDependency[Settings]
) -> dict[str, str]:
    """Bring the newest backup back into a house that is thrown away, and compare everything."""
    run = await backups.ask("drill", by=person, settings=settings)
    return {"id": str(run.id), "state": run.state}


ACTS = [set_days, hold, lift, back_up, drill]

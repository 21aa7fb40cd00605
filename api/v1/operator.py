"""JSON: the edition's rules, people and their parts, the queue, and the mailbox of development."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from api.auth import needs
from festival import work
from festival.access import Act, Viewer
from festival.editions import Rules
from festival.errors import Missing
from festival.settings import Settings
from festival.sink import letters_in
from festival.tables import Edition, Person, Role
from festival.team import Invitation, Invited, invite, people_of, revoke_role
from screenings.editions import change_rules
from submissions import rejudging
from submissions.oversight import queue_lines, record_lines

OPERATOR = [needs(Act.OPERATE, scope="operate")]


@get("/edition")
async def edition(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """What anybody may know of the edition."""
    return {
        "slug": edition_row.slug,
        "name": edition_row.name,
        "phase": edition_row.phase,
        "first_day": edition_row.first_day.isoformat(),
        "days": edition_row.days,
        "deadline_at": edition_row.deadline_at.isoformat(),
    }


@patch("/operator/edition", guards=OPERATOR, status_code=204)
async def change_edition(
    data: JSONBody[Rules], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Set the edition's rules; what is not named stays. Another first day moves the grid along."""
    await change_rules(edition_row, data, by=person)


@post("/operator/people", guards=OPERATOR)
async def add_person(
    data: JSONBody[Invitation],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Invited:
    """Invite somebody; the answer says whether a letter went out, and why not where none did."""
    return await invite(edition_row, data, by=person, settings=settings)


@get("/operator/record", guards=OPERATOR)
async def read_record(
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
    act: FromQuery[Annotated[str, Meta(max_length=48)]] = "",
    who: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    about: FromQuery[Annotated[str, Meta(max_length=64)]] = "",
    day: FromQuery[date | None] = None,
    before: FromQuery[Annotated[int, Meta(ge=1)]] = 2**53,
) -> list[dict[str, Any]]:
    """Who did what in this edition, the newest first; `before` the last id that was read."""
    return await record_lines(
        edition_row, viewer, act=act, who=who, about=about, day=day, before=before
    )


@get("/operator/people", guards=OPERATOR)
async def all_people(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    return await people_of(edition_row)


@delete("/operator/people/{person_id:str}/parts/{part:str}", guards=OPERATOR)
async def remove_part(
    person_id: FromPath[str],
    part: FromPath[Role],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take one part away; it ends at once, and what the person did stays in the record."""
    await revoke_role(person_id, part, edition=edition_row, by=person)


@get("/operator/queue", guards=OPERATOR)
async def queue(viewer: NamedDependency[Viewer]) -> list[dict[str, Any]]:
    return await queue_lines(viewer)


@post("/operator/queue/{line:str}/retry", guards=OPERATOR, status_code=204)
async def retry(
    line: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Send a parked line on its way again."""
    await work.send_again(line, edition=edition_row, by=person)


@post("/operator/queue/{line:str}/priority", guards=OPERATOR, status_code=204)
async def raise_up(
    line: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Let a waiting line go before all others."""
    await work.put_first(line, edition=edition_row, by=person)


@post("/operator/queue/{line:str}/cancellation", guards=OPERATOR, status_code=204)
async def cancel(
    line: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Stop a line, running or waiting; what it worked on is set aside."""
    await work.let_go(line, edition=edition_row, by=person)


class PolicyName(msgspec.Struct, frozen=True):
    policy: Annotated[str, Meta(pattern="^[a-z]{1,32}$")]


@get("/operator/policy", guards=OPERATOR)
async def preview_policy(
    edition_row: NamedDependency[Edition],
    policy: FromQuery[str],
) -> list[rejudging.VerdictChange]:
    """What another policy would change, judged from what was measured; nothing is written."""
    return await rejudging.preview(edition_row, policy)


@post("/operator/policy", guards=OPERATOR, status_code=200)
async def apply_policy(
    data: JSONBody[PolicyName],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> list[rejudging.VerdictChange]:
    """Make it the edition's policy, and keep every new verdict."""
    return await rejudging.apply(edition_row, data.policy, by=person)


def mailbox_of(settings: Settings) -> Path:
    """In development only; in production there is no such place."""
    if settings.in_production or settings.mailbox is None:
        raise Missing("missing")
    return settings.mailbox


@get("/operator/mailbox", guards=OPERATOR)
async def mailbox(
    settings: NamedDependency[Settings],
    edition_row: NamedDependency[Edition],
    address: FromQuery[Annotated[str, Meta(max_length=254)]] = "",
) -> list[dict[str, str]]:
    """Letters of this edition that the local mail server has received (development only)."""
    return await letters_in(mailbox_of(settings), edition_row, address=address.strip())


HANDLERS: list[Any] = [
    edition, change_edition, read_record, add_person, all_people, remove_part, queue, retry, raise_up, cancel,
    preview_policy, apply_policy, mailbox,
]  # fmt: skip

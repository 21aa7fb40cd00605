"""The operators' pages: the engine room, the team, and the mailbox of development."""

import shutil
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Meta

from api.auth import needs
from api.forms import filled
from api.pages import _machines
from api.pages._page import fault_words, language_of, page, prefix_of
from api.v1.health import parts_of
from api.v1.operator import (
    Invitation,
    PolicyName,
    invite,
    let_go,
    letters_in,
    mailbox_of,
    people_of,
    put_first,
    queue_lines,
    send_again,
    take_part,
)
from festival.access import Act, Viewer
from festival.errors import FestivalError, Refused
from festival.settings import Settings
from festival.tables import Edition, Part, Person
from media import policy
from submissions import rejudging

AnyRequest = Request[Any, Any, Any]
OPERATOR = [needs(Act.OPERATE, scope="operate")]
STATES = ("parked", "running", "waiting", "done")


class InvitationForm(msgspec.Struct, frozen=True, kw_only=True):
    email: Annotated[str, Meta(max_length=254)]
    name: Annotated[str, Meta(max_length=120)] = ""
    part: Part


@get("/operator/queue", guards=OPERATOR)
async def queue(
    request: AnyRequest, viewer: NamedDependency[Viewer], settings: NamedDependency[Settings]
) -> Response[str]:
    """What waits for somebody, what runs, what waits, what was done; and whether the house is well."""
    lines = [_machines.job(line) for line in await queue_lines(viewer)]
    films = [job for job in lines if job.task != "send_letter" or job.state == "parked"]
    return page(
        request,
        "operator/queue.html",
        groups={state: [job for job in films if job.state == state] for state in STATES},
        letters=[job for job in lines if job.task == "send_letter" and job.state == "waiting"],
        health=await parts_of(settings),
        free=shutil.disk_usage(settings.media_root).free,
    )


@post("/operator/queue/{line:str}/priority", guards=OPERATOR)
async def raise_up(
    request: AnyRequest,
    line: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Redirect:
    await put_first(line, edition=edition_row, by=person)
    return Redirect(
        f"{prefix_of(request)}/operator/queue?done=operator.done.raised", status_code=303
    )


@post("/operator/queue/{line:str}/retry", guards=OPERATOR)
async def retry(
    request: AnyRequest,
    line: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Redirect:
    await send_again(line, edition=edition_row, by=person)
    return Redirect(
        f"{prefix_of(request)}/operator/queue?done=operator.done.retried", status_code=303
    )


@post("/operator/queue/{line:str}/cancellation", guards=OPERATOR)
async def cancel(
    request: AnyRequest,
    line: FromPath[str],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Redirect:
    await let_go(line, edition=edition_row, by=person)
    return Redirect(
        f"{prefix_of(request)}/operator/queue?done=operator.done.cancelled", status_code=303
    )


async def team_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    told = fault_words(language_of(request), error) if error else []
    return page(
        request,
        "operator/people.html",
        status=422 if error else 200,
        told=told,
        people=await people_of(edition),
        parts=[part.value for part in Part],
    )


@get("/operator/people", guards=OPERATOR)
async def team(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await team_page(request, edition_row)


@post("/operator/people", guards=OPERATOR)
async def add(
    request: AnyRequest,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> Response[Any]:
    try:
        form = await filled(request, InvitationForm)
        await invite(
            edition_row,
            Invitation(email=form.email, name=form.name, part=form.part),
            by=person,
            settings=settings,
        )
    except FestivalError as error:
        return await team_page(request, edition_row, error)
    return Redirect(
        f"{prefix_of(request)}/operator/people?done=operator.done.invited", status_code=303
    )


@post("/operator/people/{person_id:str}/parts/{part:str}/removal", guards=OPERATOR)
async def remove_part(
    request: AnyRequest,
    person_id: FromPath[str],
    part: FromPath[Part],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Response[Any]:
    try:
        await take_part(person_id, part, edition=edition_row, by=person)
    except Refused as error:
        return await team_page(request, edition_row, error)
    return Redirect(
        f"{prefix_of(request)}/operator/people?done=operator.done.removed", status_code=303
    )


async def policy_page(
    request: AnyRequest, edition: Edition, chosen: str, error: FestivalError | None = None
) -> Response[str]:
    changes = await rejudging.preview(edition, chosen) if chosen and error is None else None
    return page(
        request,
        "operator/policy.html",
        status=422 if error else 200,
        told=fault_words(language_of(request), error) if error else [],
        policies=sorted(path.stem for path in policy.FOLDER.glob("*.yaml")),
        chosen=chosen or edition.policy,
        changes=changes,
    )


@get("/operator/policy", guards=OPERATOR)
async def rules(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Choose a policy and see what it would change, before anything does."""
    chosen = request.query_params.get("policy", "")
    try:
        return await policy_page(request, edition_row, chosen)
    except Refused as error:
        return await policy_page(request, edition_row, "", error)


@post("/operator/policy", guards=OPERATOR)
async def judge_again(
    request: AnyRequest, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> Response[Any]:
    try:
        form = await filled(request, PolicyName)
        await rejudging.apply(edition_row, form.policy, by=person)
    except Refused as error:
        return await policy_page(request, edition_row, "", error)
    return Redirect(
        f"{prefix_of(request)}/operator/policy?done=operator.done.judged", status_code=303
    )


@get("/operator/mailbox", guards=OPERATOR)
async def mailbox(request: AnyRequest, settings: NamedDependency[Settings]) -> Response[str]:
    return page(request, "operator/mailbox.html", letters=letters_in(mailbox_of(settings)))


HANDLERS: list[Any] = [
    rules, judge_again, queue, retry, raise_up, cancel, team, add, remove_part, mailbox,
]  # fmt: skip

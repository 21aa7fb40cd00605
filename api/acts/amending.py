"""An operator changes what the makers of an entry can no longer change."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act, sent
from api.guards import OPERATOR
from api.pages import _entry
from api.pages._page import language_of
from api.pages.amending import PAGE, drawn_in, entry_page
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.tables import Edition, Person
from submissions import amending
from submissions.amending import AmendedFields, Amendment

LONGEST = 600


async def typed_into(request: AnyRequest) -> dict[str, str]:
    given = await sent(request)
    return {name: values[-1].replace("\r\n", "\n") for name, values in given.items() if values}


async def amendment_in(request: AnyRequest) -> Amendment:
    """What was typed into the fields that are closed; every other says what it said."""
    submission = await amending.film_to_amend(
        request.state["edition"], request.path_params["submission_id"], request.state["viewer"]
    )
    stands, given = await amending.closed(submission), await typed_into(request)
    before = _entry.typed(stands.entry, language_of(request), form=stands.form)
    drawn = {name: given.get(name, "") for name in drawn_in(stands)}
    entry = _entry.entry_from(before | drawn, stands.form)
    version, reason = given.get("version", ""), given.get("reason", "")
    if not version.isdecimal() or not 0 < int(version) < 10**9:
        raise Conflict("changed_meanwhile")
    if len(reason) > LONGEST:
        raise Refused("reason:field_long")
    return Amendment(
        fields=AmendedFields(**{name: getattr(entry, name) for name in stands.parts}),
        answers={one.id: entry.answers[one.id] for one in stands.asked},
        reason=reason,
        version=int(version),
    )


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing | NotAllowed):
        raise refused.error
    return await entry_page(
        request,
        request.state["edition"],
        request.path_params["submission_id"],
        request.state["viewer"],
        error=refused.error,
        sent=await typed_into(request),
    )


def its_page(request: AnyRequest, _: object) -> str:
    return f"/operator/entries/{request.path_params['submission_id']}"


@act(
    PAGE,
    json=PAGE,
    method="patch",
    guards=OPERATOR,
    reads=amendment_in,
    again=again,
    goes=its_page,
    says="amending.done",
)
async def amend(
    submission_id: FromPath[str],
    data: Amendment,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Change a frozen field of a draft, or an answer that its makers can no longer change, with a reason; they
    are told by letter. 409 when the entry has changed since `version`.
    """
    version = await amending.amend(edition_row, submission_id, data, viewer=viewer, by=person)
    return {"version": version}


ACTS = [amend]

"""The makers of a film mend what its office asked for, and wish to correct what it did not."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act, sent
from api.acts.entries import film_of
from api.guards import MAKER
from api.pages._page import language_of
from api.pages.entry import answers_page
from api.pages.fixes import FIX, entry_typed, fix_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.desk import Seen
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from submissions.entry import Entry
from submissions.lists import own
from submissions.office import fixes, wishes
from submissions.office.wishes import FixWished

FIXES = "/submissions/{submission_id:str}/fixes"


class Mending(msgspec.Struct, frozen=True, kw_only=True):
    """The field as it shall stand, in an entry of which nothing else is read, and the version of the request."""

    entry: Entry
    version: VersionNumber


async def typed_into(request: AnyRequest) -> dict[str, str]:
    given = await sent(request)
    return {name: values[-1].replace("\r\n", "\n") for name, values in given.items() if values}


async def mending_in(request: AnyRequest) -> Mending:
    submission = await film_of(request, Act.EDIT_ENTRY)
    given = await typed_into(request)
    asked = await fixes.fix_of(submission.id, request.path_params["fix_id"])
    version = given.get("version", "")
    if asked.state != "open" or not version.isdecimal() or not 0 < int(version) < 10**9:
        raise Conflict("fix_moved")
    _, there = await fixes.opened(submission, asked.id)
    entry = entry_typed(there, given, language_of(request))
    return Mending(entry=entry, version=int(version))


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing | NotAllowed):
        raise refused.error
    return await fix_page(
        request,
        await film_of(request),
        request.path_params["fix_id"],
        error=refused.error,
        sent=await typed_into(request),
    )


def its_page(request: AnyRequest, _: Any) -> str:
    at = request.path_params
    return f"/submissions/{at['submission_id']}/fixes/{at['fix_id']}"


@act(
    FIX,
    json=FIX,
    method="put",
    status=204,
    guards=MAKER,
    reads=mending_in,
    again=again,
    goes=its_page,
    says="fixes.done.mended",
)
async def mend(
    submission_id: FromPath[str],
    fix_id: FromPath[str],
    data: Mending,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Mend the one field that is asked for, filed or not; 409 when the request has changed since."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await fixes.mend(edition_row, submission, fix_id, data.entry, version=data.version, by=person)


async def wishing_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The entry as it is read, with the wish as it was typed."""
    if not isinstance(refused.error, Refused | Conflict):
        raise refused.error
    typed = {name: refused.last(name) for name in ("field", "why")}
    submission, edition = await film_of(request), request.state["edition"]
    return await answers_page(request, submission, edition, refused.error, typed=typed)


def to_entry(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}"


@act(
    FIXES,
    json=FIXES,
    guards=MAKER,
    again=wishing_again,
    goes=to_entry,
    says="fixes.done.wished",
)
async def wish(
    submission_id: FromPath[str],
    data: FixWished,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, str]:
    """Wish to correct one field of a filed entry: it opens at once where the edition lets it change still, else
    the office answers.
    """
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    return {"id": await wishes.wish(edition_row, submission, data, by=person)}


@act(
    f"{FIX}/removal",
    json=f"{FIX}/removal",
    status=204,
    guards=MAKER,
    again=wishing_again,
    goes=to_entry,
    says="fixes.done.unwished",
)
async def take_wish_back(
    submission_id: FromPath[str],
    fix_id: FromPath[str],
    data: Seen,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Wish it no more; 409 when the office has answered meanwhile."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await wishes.take_back(submission, fix_id, data.version, by=person)


ACTS = [mend, wish, take_wish_back]

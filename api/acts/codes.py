"""A maker types a waiver code into an entry, or takes it off again."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api import limits
from api.acts.act import Refusal, act
from api.acts.entries import FILM, film_of, refusal_of
from api.auth import settings_of
from api.guards import MAKER
from api.pages.entry import entry_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from submissions import waiver_codes
from submissions.lists import own
from submissions.waiver_codes import TypedCode

CODE = f"{FILM}/code"


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The entry as it stands, with the code as it was typed and why it does not count."""
    return await entry_page(
        request,
        await film_of(request),
        request.state["edition"],
        request.app.state.store,
        settings_of(request),
        error=refusal_of(refused),
        code=refused.last("code"),
    )


def to_entry(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}"


@act(
    CODE,
    json=CODE,
    method="put",
    status=204,
    guards=MAKER,
    again=again,
    goes=to_entry,
    says="filmmaker.done.code",
    opt={"once": False},  # what is counted of wrong ones must stay counted; twice is once anyway
)
async def use_code(
    request: AnyRequest,
    submission_id: FromPath[str],
    data: TypedCode,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Put a waiver code on the entry; 422 says what is wrong with it."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    async with limits.rate_limit_codes(request, person):
        await waiver_codes.redeem(submission, data.code, by=person)


@act(
    f"{CODE}/removal",
    json=CODE,
    method="delete",
    status=204,
    guards=MAKER,
    goes=to_entry,
    says="filmmaker.done.code_off",
)
async def give_code_back(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take the code off the entry; its use is free for somebody else."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await waiver_codes.give_back(submission, by=person)


ACTS = [use_code, give_code_back]

"""Watch receipts: chairs allow them, makers ask for one."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.forms import filled
from api.guards import CHAIR, MAKER
from api.pages.figures import FIGURES, figures_page
from api.pages.receipts import OWN, receipts_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.settings import Settings
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from reviews import receipts
from reviews.receipts import Receipt, ReceiptsWanted
from submissions.lists import own


class ReceiptsForm(msgspec.Struct, frozen=True, kw_only=True):
    """A box that is not ticked is not sent."""

    is_on: Annotated[str, Meta(max_length=8)] = ""
    version: SeenVersion = 0


async def wanted_in(request: AnyRequest) -> ReceiptsWanted:
    form = await filled(request, ReceiptsForm)
    return ReceiptsWanted(is_on=form.is_on == "yes", version=form.version)


async def figures_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    state = request.state
    return await figures_page(request, state["viewer"], state["edition"], refused.error)


async def receipts_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    state = request.state
    return await receipts_page(
        request,
        state["viewer"],
        state["edition"],
        request.path_params["submission_id"],
        error=refused.error,
    )


def to_receipts(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}/receipts"


@act(
    "/committee/receipts",
    json="/committee/receipts",
    method="put",
    status=204,
    guards=CHAIR,
    reads=wanted_in,
    again=figures_again,
    goes=FIGURES,
    says="receipts.done.set",
)
async def set_receipts(
    data: ReceiptsWanted, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Whether makers of this edition may ask for a watch receipt once their decision is announced."""
    await receipts.set_rule(data, edition=edition_row, by=person)


@act(
    OWN,
    json=OWN,
    guards=MAKER,
    again=receipts_again,
    goes=to_receipts,
    says="receipts.done.written",
)
async def ask_receipt(
    submission_id: FromPath[str],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> Receipt:
    """How many members watched how much of one's own film, under the seal of the house; without a name."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await receipts.issue(submission, edition=edition_row, settings=settings, by=person)


ACTS = [set_receipts, ask_receipt]

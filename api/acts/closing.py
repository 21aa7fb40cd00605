"""An edition is archived, and reopened: each an act of its own."""

import msgspec
from litestar import Response
from litestar.di import NamedDependency

from api.acts.act import Refusal, Still, act
from api.guards import OPERATOR
from api.pages.closing import PAGE, closing_page
from api.pages.edition import PAGE as EDITION
from api.request import AnyRequest
from festival import closing
from festival.closing import WhyReopened
from festival.tables import Edition, Person, Phase


class PhaseNow(msgspec.Struct, frozen=True):
    """Where the edition stands after the act."""

    phase: Phase


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    state = request.app.state
    return await closing_page(
        request, request.state["edition"], state.settings, error=refused.error
    )


@act(
    PAGE,
    json=PAGE,
    status=200,
    guards=OPERATOR,
    again=again,
    goes=PAGE,
    says="closing.done.archived",
    still=Still.HOUSE,
)
async def archive(
    person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> PhaseNow:
    """From now on the edition is only read; what it still wants was told before, and is not forced."""
    await closing.archive(edition_row, by=person)
    return PhaseNow(Phase.ARCHIVED)


@act(
    f"{EDITION}/reopening",
    json=f"{EDITION}/reopening",
    status=200,
    guards=OPERATOR,
    again=again,
    goes=EDITION,
    says="closing.done.reopened",
    still=Still.HOUSE,
)
async def reopen(
    data: WhyReopened, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> PhaseNow:
    """The edition stands where it stood, and its work goes on; the record says why."""
    return PhaseNow(await closing.reopen(edition_row, data, by=person))


ACTS = [archive, reopen]

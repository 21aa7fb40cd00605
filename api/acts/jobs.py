"""Lines of work: put before the others, sent again, stopped."""

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import DualHandler, Refusal, Still, Verb, act
from api.guards import OPERATOR
from api.pages._page import back
from api.pages.letters import where_letters_stood
from api.request import AnyRequest
from festival import work
from festival.errors import Conflict
from festival.tables import Edition, Person

LINE = "/operator/queue/{line:str}"


def to_list(request: AnyRequest, _: object) -> str:
    """Back to the list that one came from, as it stood."""
    from_letters = request.query_params.get("from") == "letters"
    return where_letters_stood(request, None) if from_letters else "/operator/queue"


async def moved_on(request: AnyRequest, refused: Refusal) -> Response[None]:
    """Work that has gone on since the page was drawn is no mistake of anybody."""
    if isinstance(refused.error, Conflict):
        return back(request, to_list(request, None), "operator.done.moved_on")
    raise refused.error


def on_line(verb: Verb, address: str, *, says: str) -> DualHandler:
    """One of the acts on a line; where it has moved on, a page says so, and a program gets 409."""

    async def done(
        line: FromPath[str], person: NamedDependency[Person], edition_row: NamedDependency[Edition]
    ) -> None:
        await verb(line, edition=edition_row, by=person)

    done.__name__, done.__doc__ = verb.__name__, verb.__doc__
    place = f"{LINE}/{address}"
    return act(
        place,
        json=place,
        status=204,
        guards=OPERATOR,
        again=moved_on,
        goes=to_list,
        says=says,
        still=Still.WORK,
    )(done)


ACTS = [
    on_line(work.put_first, "priority", says="operator.done.raised"),
    on_line(work.send_again, "retry", says="operator.done.retried"),
    on_line(work.let_go, "cancellation", says="operator.done.cancelled"),
]

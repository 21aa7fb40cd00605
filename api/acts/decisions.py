"""Decisions: a film is chosen, kept waiting, declined, or laid back on the table."""

from typing import Annotated, Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts import act as acts
from api.acts.act import Refusal, Verb, act
from api.guards import CHAIR
from api.pages.committee import TypedDecision, board_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from reviews import decisions
from reviews.decisions import Sentence
from reviews.lists import open_film

FILM = "/committee/submissions/{submission_id:str}"
BOARD = "/committee/decisions"
VERBS: dict[str, Verb] = {
    "acceptance": decisions.accept,
    "waiting": decisions.wait,
    "regret": decisions.regret,
    "reopening": decisions.reopen,
}


class Choice(Sentence, frozen=True, kw_only=True):
    """One of the four decisions, and why."""

    act: Annotated[str, Meta(pattern="^(acceptance|waiting|regret|reopening)$")]


async def again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    viewer, at = request.state["viewer"], request.path_params["submission_id"]
    await open_film(at, viewer, request.state["edition"], Act.DECIDE)
    typed = TypedDecision(at, refused.last("act"), refused.last("note"))
    return await board_page(request, viewer, refused.error, typed)


@act(
    f"{FILM}/decision",
    guards=CHAIR,
    again=again,
    goes=BOARD,
    says="committee.done.decided",
    at="submission_id",
)
async def decide(
    submission_id: FromPath[str],
    data: Choice,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """What the board's form has chosen of the four."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.DECIDE)
    await VERBS[data.act](submission, by=person, note=data.note, seen=data.version)


def decision(name: str) -> acts.DualHandler:
    """One of the four at an address of its own."""
    verb = VERBS[name]

    async def decided(
        submission_id: FromPath[str],
        data: Sentence,
        viewer: NamedDependency[Viewer],
        person: NamedDependency[Person],
        edition_row: NamedDependency[Edition],
    ) -> None:
        submission, _ = await open_film(submission_id, viewer, edition_row, Act.DECIDE)
        await verb(submission, by=person, note=data.note, seen=data.version)

    decided.__name__, decided.__doc__ = verb.__name__, verb.__doc__
    return act(json=f"{FILM}/{name}", status=204, guards=CHAIR)(decided)


ACTS = [decide, *(decision(name) for name in VERBS)]

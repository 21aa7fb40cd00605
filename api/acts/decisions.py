"""Decisions: a film is chosen, kept waiting, declined, or laid back on the table; one, or many at once."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts import act as acts
from api.acts.act import Refusal, Verb, act
from api.guards import CHAIR
from api.pages.board import AT, TypedDecision, address, board_page, column_asked
from api.request import AnyRequest
from festival.access import BEFORE_SELECTION, Act, Viewer
from festival.errors import Missing, NotAllowed, Refused
from festival.tables import Edition, Person
from reviews import board, decisions, quotas, waiting_list
from reviews.board import query_of
from reviews.decisions import MOST_MOVED, ManyMoved, SeenFilm, Sentence
from reviews.lists import open_film
from reviews.quotas import QuotaForm
from reviews.waiting_list import PromotionAnswer, WaitingMove
from submissions.status import Status

FILM = "/committee/submissions/{submission_id:str}"
VERBS: dict[str, Verb] = {
    "acceptance": decisions.accept,
    "waiting": decisions.wait,
    "regret": decisions.regret,
    "reopening": decisions.reopen,
}
WANTED = {
    "acceptance": Status.ACCEPTED,
    "waiting": Status.WAITLISTED,
    "regret": Status.DECLINED,
    "reopening": None,
}
ActName = Annotated[str, Meta(pattern="^(acceptance|waiting|regret|reopening)$")]


class Choice(Sentence, frozen=True, kw_only=True):
    """One of the four decisions, and why."""

    act: ActName


class ManyChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One decision on many films, with one sentence: on those that are ticked, each as `id:version`; or on
    all of a `column` that the query (`section`, `q`, `flag`) means, as they stood at `seen_at`.
    """

    act: ActName
    note: Annotated[str, Meta(min_length=3, max_length=2000)]
    films: Annotated[list[SeenFilm], Meta(max_length=MOST_MOVED)] = []
    column: Annotated[str, Meta(pattern="^(undecided|accepted|waitlisted|declined)?$")] = ""
    section: Annotated[str, Meta(max_length=1)] = ""
    q: Annotated[str, Meta(max_length=100)] = ""
    flag: Annotated[str, Meta(max_length=16)] = ""
    seen_at: datetime | None = None


async def again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    viewer, at = request.state["viewer"], request.path_params["submission_id"]
    await open_film(at, viewer, request.state["edition"], Act.DECIDE)
    typed = TypedDecision(at, refused.last("act"), refused.last("note"))
    return await board_page(request, viewer, refused.error, typed)


def as_it_was(request: AnyRequest, _: Any) -> str:
    """The board with the filters that it had, at the page of the column that was open."""
    words = address(query_of(dict(request.query_params)), **column_asked(request))
    return f"{AT}?{words}" if words else AT


@act(
    f"{FILM}/decision",
    guards=CHAIR,
    again=again,
    goes=as_it_was,
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


async def many_again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    typed = TypedDecision(
        "",
        refused.last("act"),
        refused.last("note"),
        refused.sent.get("films", []),
        refused.last("column"),
    )
    return await board_page(request, request.state["viewer"], refused.error, typed)


async def many_answer(request: AnyRequest, done: ManyMoved) -> Response[Any]:
    return await board_page(request, request.state["viewer"], done=done)


@act(
    AT,
    json="/committee/decisions",
    status=200,
    guards=CHAIR,
    again=many_again,
    answers=many_answer,
)
async def decide_many(
    data: ManyChoice,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> ManyMoved:
    """One sentence for many films; what changed since it was seen is left as it is, and named."""
    if viewer.phase in BEFORE_SELECTION:
        raise NotAllowed("not_allowed")
    films: dict[str, int | datetime] = {}
    if data.column:
        if data.seen_at is None or data.seen_at.tzinfo is None:
            raise Refused("seen_at:field_missing")
        query = query_of({"section": data.section, "q": data.q, "flag": data.flag})
        chosen = await board.chosen_by(viewer, query, data.column, MOST_MOVED)
        films |= dict.fromkeys(chosen, data.seen_at)
    ticked = dict(one.split(":") for one in data.films)
    if set(ticked) - await board.known(viewer, list(ticked)):
        raise Missing("submission_missing")
    films |= {film: int(version) for film, version in ticked.items()}
    if not films:
        raise Refused("films:nothing_chosen")
    return await decisions.decide_many(
        films, WANTED[data.act], edition=edition_row, by=person, note=data.note
    )


async def board_again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    return await board_page(request, request.state["viewer"], refused.error)


async def quota_again(request: AnyRequest, refused: Refusal) -> Response[Any]:
    wished = refused.typed | {"letter": request.path_params["letter"]}
    return await board_page(request, request.state["viewer"], refused.error, wished=wished)


@act(
    f"{FILM}/waiting-place",
    json=f"{FILM}/waiting-place",
    method="put",
    status=204,
    guards=CHAIR,
    again=again,
    goes=as_it_was,
    at="submission_id",
)
async def move_waiting(
    submission_id: FromPath[str],
    data: WaitingMove,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down on the waiting list of its section."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.DECIDE)
    await waiting_list.move(submission, data.way, edition=edition_row, viewer=viewer, by=person)


@act(
    "/committee/promotions/{submission_id:str}",
    json="/committee/promotions/{submission_id:str}",
    status=204,
    guards=CHAIR,
    again=board_again,
    goes=as_it_was,
    says="committee.done.promoted",
)
async def promote(
    submission_id: FromPath[str],
    data: PromotionAnswer,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """A chosen film has left: the one that is proposed comes up in pencil, or none does."""
    if data.submission:
        await open_film(data.submission, viewer, edition_row, Act.DECIDE)
    await waiting_list.answer(submission_id, data, edition=edition_row, viewer=viewer, by=person)


@act(
    "/committee/quotas/{letter:str}",
    json="/committee/quotas/{letter:str}",
    method="put",
    guards=CHAIR,
    again=quota_again,
    goes=as_it_was,
    says="committee.done.quota",
)
async def set_quota(
    letter: FromPath[str],
    data: QuotaForm,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """How many films, or minutes, are wanted of a section."""
    version = await quotas.set_quota(letter, data, edition=edition_row, viewer=viewer, by=person)
    return {"version": version}


ACTS = [decide, *(decision(name) for name in VERBS), decide_many, move_waiting, promote, set_quota]

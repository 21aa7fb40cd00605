"""Makers confirm a screening or object to it; programmers ask them, and remind whoever is silent."""

from typing import Any

from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.acts.entries import FILM, film_of
from api.guards import FILMS, MAKER
from api.pages._lists import stood
from api.pages.confirming import PAGE, confirmations_page, screenings_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Missing
from festival.tables import Edition, Person
from screenings import confirming
from screenings.confirming import FilmsAsked, ScreeningAnswer
from submissions.lists import own

ANSWER = f"{FILM}/screenings/{{told_id:str}}/answer"
SAYS = {"confirmed": "screenings.done.confirmed", "objected": "screenings.done.objected"}


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    return await screenings_page(
        request,
        await film_of(request),
        request.state["edition"],
        refused.error,
        (request.path_params["told_id"], "answer"),
        {"words": refused.last("words")},
    )


def to_screenings(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}/screenings"


def said(_: AnyRequest, done: dict[str, Any]) -> str:
    return SAYS.get(done["answer"], "screenings.done.taken_back")


@act(
    ANSWER,
    json=ANSWER,
    status=200,
    guards=MAKER,
    again=again,
    goes=to_screenings,
    says=said,
    at="told_id",
)
async def answer_screening(
    submission_id: FromPath[str],
    told_id: FromPath[str],
    data: ScreeningAnswer,
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Confirm what was seen, object with a sentence, or take the answer back; 409 where it is otherwise by now."""
    film = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    version = await confirming.answer(film, told_id, data, edition=edition_row, by=person)
    return {"version": version, "answer": data.answer}


def where_it_stood(request: AnyRequest, _: Any) -> str:
    return stood(request, PAGE, "shown", "programme")


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await confirmations_page(
        request, request.state["viewer"], request.state["edition"], refused.error
    )


@act(
    f"{PAGE}/asking",
    json="/confirmations/asking",
    status=200,
    guards=FILMS,
    again=list_again,
    goes=where_it_stood,
    says="confirmations.done.asked",
)
async def ask_makers(
    data: FilmsAsked, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, int]:
    """Before anything is public: makers are told where their films stand in the working grid. How many films
    there was news for.
    """
    return {"films": await confirming.ask(edition_row, data, by=person)}


@act(
    f"{PAGE}/reminding",
    json="/confirmations/reminding",
    status=200,
    guards=FILMS,
    again=list_again,
    goes=where_it_stood,
    says="confirmations.done.reminded",
)
async def remind_makers(
    person: NamedDependency[Person],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """A word to the makers of every screening ahead that is not answered, at most once a day. Of how many films."""
    return {"films": await confirming.remind(edition_row, viewer, by=person)}


ACTS = [answer_screening, ask_makers, remind_makers]

"""What was answered about a film, for its chair and the operators, and what the team answers itself."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR, TEAM
from api.pages._answers import form_fields, typed_answer
from api.pages._desk import desk_page
from api.pages._page import DESK, language_of, page
from api.request import AnyRequest
from festival import desk
from festival.access import Act, Viewer, may
from festival.errors import Conflict, FestivalError
from festival.tables import Edition
from submissions import answering, answers
from submissions.lists import card
from submissions.tables import Question


async def film_page(
    request: AnyRequest,
    submission_id: str,
    error: FestivalError | None = None,
    sent: dict[str, str] | None = None,
) -> Response[str]:
    """`sent` is what was typed into a form that was refused; what others answered meanwhile stands beside it."""
    viewer, lang = request.state["viewer"], language_of(request)
    submission, subject = await answering.film_for_team(
        submission_id, viewer, request.state["edition"]
    )
    form = await answers.form_of(submission, asks=answers.TEAM)
    values = await answers.values_of(submission, asks=answers.TEAM)
    there = {
        name: text
        for question in form.questions
        for name, text in typed_answer(question, values.get(question.id), lang).items()
    }
    fields = there if sent is None else {name: sent.get(name, "") for name in there}
    is_late = isinstance(error, Conflict)
    return page(
        request,
        "operator/answers.html",
        rooms=DESK if may(viewer, Act.OPERATE) else [],
        error=error,
        at=f"/operator/answers/{submission_id}",
        card=await card(submission_id),
        given=[
            one
            for one in await answering.shown_to(viewer, submission, subject)
            if one.question.id not in {question.id for question in form.questions}
        ],
        form=form,
        there=there,
        fields=fields,
        others={n: text for n, text in there.items() if text != fields[n]} if is_late else {},
        locked=[],
        versions=await answering.team_versions(submission),
        drawn_of=form_fields,
    )


@get("/operator/answers/{submission_id:str}", guards=TEAM)
async def film(request: AnyRequest, submission_id: FromPath[str]) -> Response[str]:
    """One film: what its makers answered, and a form for what the team asks itself."""
    return await film_page(request, submission_id)


@get("/operator/answers", guards=OPERATOR)
async def films(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Filed films with how many questions each has answered, a page at a time."""
    asked = request.query_params.get("page", "")
    sheet = await answering.films_answered(
        edition_row, viewer, page=int(asked) if asked.isdecimal() and len(asked) < 6 else 1
    )
    asks = bool(await desk.all_of(Question, edition_row))
    return desk_page(request, "operator/answers_list.html", sheet=sheet, asks=asks)


HANDLERS: list[Any] = [film, films]

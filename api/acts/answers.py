"""Files that answer questions, and what the team answers among itself."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.entries import FILM, film_of
from api.auth import settings_of
from api.guards import MAKER, TEAM
from api.pages import answers as pages
from api.pages._answers import answer_from
from api.pages.entry import entry_page
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Conflict, Missing, Refused
from festival.tables import Edition, Person
from media.storage import Store
from submissions import answering, answers
from submissions.asking import AnswerValues, labels_of
from submissions.attachments import MOST_BYTES
from submissions.lists import own

FILE = f"{FILM}/answers/{{question:str}}/file"
OF_TEAM = "/operator/answers/{submission_id:str}"
SeenFile = Annotated[str, Meta(max_length=16)]


class BroughtFile(msgspec.Struct, frozen=True):
    """A file as it came, what it is called, and the one that its sender saw in its place."""

    raw: bytes
    name: str
    over: str = ""


async def from_form(request: AnyRequest) -> BroughtFile:
    form = await request.form()
    file = form.get("file")
    over = str(form.get("over", ""))[:16]
    if not isinstance(file, UploadFile):
        return BroughtFile(b"", "", over)
    return BroughtFile(await file.read(), file.filename, over)


async def from_body(
    request: AnyRequest, name: Annotated[str, Meta(max_length=255)] = "", over: SeenFile = ""
) -> BroughtFile:
    return BroughtFile(await request.body(), name, over)


async def entry_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    """The page that the file was sent from, with what is wrong beside its question."""
    if not isinstance(refused.error, Refused | Conflict):
        raise refused.error
    return await entry_page(
        request,
        await film_of(request),
        request.state["edition"],
        request.app.state.store,
        settings_of(request),
        error=refused.error,
        step="rights",
    )


def to_files(request: AnyRequest, _: Any) -> str:
    return f"/submissions/{request.path_params['submission_id']}?step=rights"


@act(
    FILE,
    json=FILE,
    method="put",
    guards=MAKER,
    reads=from_form,
    brings=from_body,
    most=MOST_BYTES,
    again=entry_again,
    goes=to_files,
    says="filmmaker.done.answered",
)
async def bring(
    submission_id: FromPath[str],
    question: FromPath[str],
    data: BroughtFile,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> dict[str, str]:
    """The file as the body. `over` names the one that it replaces; 409 when another stands there."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    file = await answering.bring_file(
        submission, question, data.raw, name=data.name, over=data.over, by=person, store=store
    )
    return {"file": file}


@act(
    f"{FILM}/answers/{{question:str}}/removal",
    json=FILE,
    method="delete",
    status=204,
    guards=MAKER,
    again=entry_again,
    goes=to_files,
    says="filmmaker.done.unanswered",
)
async def drop(
    submission_id: FromPath[str],
    question: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Take the file back; twice is once."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await answering.drop_file(submission, question, by=person)


class TeamAnswers(msgspec.Struct, frozen=True):
    """What the team answers, and the version of each answer that its writer saw (0: none)."""

    answers: AnswerValues
    versions: dict[str, int] = {}


async def team_form(request: AnyRequest) -> TeamAnswers:
    """Every field that cannot be read is told at once."""
    submission, _ = await answering.film_for_team(
        request.path_params["submission_id"], request.state["viewer"], request.state["edition"]
    )
    form = await answers.form_of(submission, asks=answers.TEAM)
    sent = {name: str(value) for name, value in (await request.form()).items()}
    given, wrong = {}, []
    for question in form.questions:
        try:
            given[question.id] = answer_from(question, sent)
        except Refused as error:
            wrong += [f"{question.field}:{code}" for code in error.codes]
    if wrong:
        raise Refused(*wrong, **labels_of(form, wrong))
    seen = {
        one.id: int(text)
        for one in form.questions
        if (text := sent.get(f"v_{one.id}", "")).isdecimal() and len(text) < 10
    }
    return TeamAnswers(given, seen)


async def team_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    sent = refused.typed
    return await pages.film_page(request, request.path_params["submission_id"], refused.error, sent)


def to_film(request: AnyRequest, _: Any) -> str:
    return f"/operator/answers/{request.path_params['submission_id']}"


@act(
    OF_TEAM,
    json=OF_TEAM,
    method="patch",
    guards=TEAM,
    reads=team_form,
    again=team_again,
    goes=to_film,
    says="operator.done.answered",
)
async def answer_for_team(
    submission_id: FromPath[str],
    data: TeamAnswers,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> list[str]:
    """What the team says of a film; the questions whose answers changed. 409 names what somebody else
    answered meanwhile.
    """
    submission, _ = await answering.film_for_team(submission_id, viewer, edition_row)
    form = await answers.form_of(submission, asks=answers.TEAM)
    return await answering.answer_for_team(
        submission, data.answers, data.versions, form=form, by=person
    )


ACTS = [bring, drop, answer_for_team]

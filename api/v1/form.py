"""JSON: the entry's form as an edition sets it up, and what is wanted of accepted films."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import MAKER, OPERATOR, SEE, TEAM
from api.queries import FromQuery
from festival import desk
from festival.access import Act, Viewer
from festival.tables import Edition
from submissions import amending, answering, answers, materials, questions
from submissions.asking import ALWAYS, FIELDS
from submissions.lists import own
from submissions.tables import Material, Question

HIDDEN = frozenset({"edition"})


def plain(row: Any) -> dict[str, Any]:
    """A row that an operator sets up, as a program reads it."""
    return {name: desk.plain(value) for name, value in row.to_dict().items() if name not in HIDDEN}


@get("/operator/form", guards=OPERATOR)
async def form(edition_row: NamedDependency[Edition]) -> dict[str, Any]:
    """How every field is asked, by rules and where there is none as it is usual, and all questions."""
    rules = await questions.rules_in(edition_row)
    return {
        "usual": {name: wanted.value for name, wanted in FIELDS.items()},
        "always": sorted(ALWAYS),
        "rules": [plain(rule) for rule in rules.values()],
        "questions": [plain(one) for one in await desk.all_of(Question, edition_row)],
    }


@get("/operator/materials", guards=OPERATOR)
async def wanted(edition_row: NamedDependency[Edition]) -> list[dict[str, Any]]:
    """Everything that is wanted of accepted films, in its order."""
    return [plain(one) for one in await desk.all_of(Material, edition_row)]


@get("/operator/materials/films", guards=OPERATOR)
async def board(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    missing: FromQuery[bool] = False,
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> materials.Board:
    """Accepted films with what each has brought, forty a page; `missing`: only those that still owe something; `q` is
    sought in titles.
    """
    return await materials.board(
        edition_row, viewer, only_missing=missing, words=q.strip(), page=page
    )


@get("/materials", guards=SEE)
async def programmers_board(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    missing: FromQuery[bool] = False,
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> materials.Board:
    """The same for programmers."""
    return await materials.board(
        edition_row, viewer, only_missing=missing, words=q.strip(), page=page
    )


@get("/submissions/{submission_id:str}/materials", guards=MAKER)
async def checklist(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[materials.WantedMaterial]:
    """What is wanted of one's own accepted film; nothing before that is announced."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await materials.wanted_of(submission)


@get("/operator/answers/{submission_id:str}", guards=TEAM)
async def given(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """What was answered about a film, and what the team is asked, with the version of each answer."""
    submission, subject = await answering.film_for_team(submission_id, viewer, edition_row)
    form = await answers.form_of(submission, asks=answers.TEAM)
    return {
        "answers": msgspec.to_builtins(await answering.shown_to(viewer, submission, subject)),
        "questions": msgspec.to_builtins(form.questions),
        "versions": await answering.team_versions(submission),
    }


@get("/operator/entries/{submission_id:str}", guards=OPERATOR)
async def closed(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """What the makers of an entry can no longer change, as it stands, with the version that a change names."""
    submission = await amending.film_to_amend(edition_row, submission_id, viewer)
    stands = await amending.closed(submission)
    return {
        "fields": {name: getattr(stands.entry, name) for name in sorted(stands.fields)},
        "questions": msgspec.to_builtins(stands.asked),
        "answers": {one.id: stands.entry.answers.get(one.id) for one in stands.asked},
        "version": submission.version,
    }


HANDLERS: list[Any] = [form, wanted, board, programmers_board, checklist, given, closed]

"""Setting up the entry's form: how fields are asked, and questions of an edition's own."""

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.acts.act import Refusal, act
from api.forms import faults
from api.guards import OPERATOR
from api.pages._form import letters_from, moment_from, options_from, sent_fields, texts_from
from api.pages.form import field_page, form_page, question_of, question_page
from api.request import AnyRequest
from festival.desk import Reorder, Seen
from festival.errors import Missing, Refused
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from submissions import questions
from submissions.lists import sections_of
from submissions.questions import FieldForm, QuestionForm

FORM = "/operator/form"
QUESTIONS = f"{FORM}/questions"
QUESTION = f"{QUESTIONS}/{{question_id:str}}"
PLAIN = ("wanted", "asks", "kind", "most", "least_value", "most_value", "accepts")


class AmendedQuestion(QuestionForm, frozen=True, kw_only=True):
    """All of a question, and the version that its editor saw."""

    version: VersionNumber


async def field_from(request: AnyRequest) -> FieldForm:
    sent = await sent_fields(request)
    given: dict[str, Any] = {
        name: sent[name] for name in ("section", "wanted", "version") if name in sent
    }
    given |= {name: moment_from(sent, name) for name in ("required_from", "frozen_from")}
    if wrong := faults(FieldForm, given, strict=False):
        raise Refused(*wrong)
    return msgspec.convert(given, FieldForm, strict=False)


async def field_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    at = request.path_params["field"]
    return await field_page(request, request.state["edition"], at, refused.error)


@act(
    f"{FORM}/fields/{{field:str}}",
    json=f"{FORM}/fields/{{field:str}}",
    method="put",
    status=204,
    guards=OPERATOR,
    reads=field_from,
    again=field_again,
    goes=FORM,
    says="operator.done.field_ruled",
)
async def rule_field(
    field: FromPath[str],
    data: FieldForm,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """How a field is asked, everywhere or in one section; `everywhere` takes a section's own rule away.
    `version` is that of the rule that stands, 0 where there is none.
    """
    await questions.rule_field(edition_row, field, data, by=person)


async def question_from(request: AnyRequest) -> QuestionForm:
    """A question as it was typed; every fault of the form is told at once."""
    return msgspec.convert(await typed_question(request, QuestionForm), QuestionForm, strict=False)


async def amended_from(request: AnyRequest) -> AmendedQuestion:
    given = await typed_question(request, AmendedQuestion)
    return msgspec.convert(given, AmendedQuestion, strict=False)


async def typed_question(request: AnyRequest, shape: type[QuestionForm]) -> dict[str, Any]:
    sent, form = await sent_fields(request), await request.form()
    known = [section.letter for section in await sections_of(request.state["edition"])]
    given: dict[str, Any] = texts_from(sent, "labels", "helps")
    given |= {name: sent[name] for name in (*PLAIN, "version") if sent.get(name)}
    for name in ("least_value", "most_value"):
        if name in given:
            given[name] = given[name].replace(",", ".")
    given |= {
        "identifies": bool(sent.get("identifies")),
        "sections": letters_from(form, known),
        "options": options_from(form),
    }
    wrong: list[str] = []
    for name in ("required_from", "frozen_from"):
        try:
            given[name] = moment_from(sent, name)
        except Refused as error:
            wrong += error.codes
    if wrong := [*wrong, *faults(shape, given, strict=False)]:
        raise Refused(*wrong)
    return given


async def new_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await question_page(
        request, request.state["edition"], None, kind=refused.last("kind"), error=refused.error
    )


async def again(request: AnyRequest, refused: Refusal) -> Response[str]:
    if isinstance(refused.error, Missing):
        raise refused.error
    standing = await question_of(request.state["edition"], request.path_params["question_id"])
    return await question_page(request, request.state["edition"], standing, error=refused.error)


async def list_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    return await form_page(request, request.state["edition"], refused.error)


def to_question(_: AnyRequest, made: dict[str, str]) -> str:
    return f"{QUESTIONS}/{made['id']}"


@act(
    QUESTIONS,
    json=QUESTIONS,
    guards=OPERATOR,
    reads=question_from,
    again=new_again,
    goes=to_question,
    says="operator.done.question_added",
)
async def add_question(
    data: QuestionForm, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> dict[str, str]:
    """A question behind the others."""
    return {"id": await questions.add_question(edition_row, data, by=person)}


def to_same(request: AnyRequest, _: Any) -> str:
    return f"{QUESTIONS}/{request.path_params['question_id']}"


@act(
    QUESTION,
    json=QUESTION,
    method="put",
    guards=OPERATOR,
    reads=amended_from,
    again=again,
    goes=to_same,
    says="operator.done.question_changed",
)
async def amend_question(
    question_id: FromPath[str],
    data: AmendedQuestion,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Set all of the question; 409 when somebody else changed it meanwhile."""
    question = await question_of(edition_row, question_id)
    version = await questions.amend_question(
        question, data, edition=edition_row, version=data.version, by=person
    )
    return {"version": version}


@act(
    f"{QUESTION}/move",
    json=f"{QUESTION}/move",
    status=204,
    guards=OPERATOR,
    again=list_again,
    goes=FORM,
)
async def move_question(
    question_id: FromPath[str],
    data: Reorder,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One place up or down."""
    question = await question_of(edition_row, question_id)
    await questions.move_question(question, data.way, by=person)


@act(
    f"{QUESTION}/closing",
    json=f"{QUESTION}/closing",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=to_same,
    says="operator.done.question_closed",
)
async def close_question(
    question_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """No longer asked; what was answered stays."""
    question = await question_of(edition_row, question_id)
    await questions.close_question(question, version=data.version, by=person)


@act(
    f"{QUESTION}/reopening",
    json=f"{QUESTION}/reopening",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=to_same,
    says="operator.done.question_reopened",
)
async def reopen_question(
    question_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Asked again."""
    question = await question_of(edition_row, question_id)
    await questions.reopen_question(question, version=data.version, by=person)


@act(
    f"{QUESTION}/removal",
    json=f"{QUESTION}/removal",
    status=204,
    guards=OPERATOR,
    again=again,
    goes=FORM,
    says="operator.done.question_removed",
)
async def remove_question(
    question_id: FromPath[str],
    data: Seen,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Away, if nobody has answered it."""
    question = await question_of(edition_row, question_id)
    await questions.remove_question(question, version=data.version, by=person)


ACTS = [
    rule_field,
    add_question,
    amend_question,
    move_question,
    close_question,
    reopen_question,
    remove_question,
]

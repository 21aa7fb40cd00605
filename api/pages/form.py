"""The entry's form as an edition sets it up: its fields, questions of its own, and how its makers see it."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR
from api.pages import _entry
from api.pages._answers import typed_answer
from api.pages._desk import desk_page
from api.pages._form import (
    RowFields,
    letters_from,
    moment_typed,
    options_from,
    sent_fields,
    texts_typed,
    unless_late,
)
from api.pages._page import language_of, page
from api.pages.entry import asked_of, eligibility_told
from api.pages.sections import offered
from api.request import AnyRequest
from festival import codes, desk, language
from festival.errors import FestivalError, Missing
from festival.tables import Edition, Section
from festival.texts import texts_of
from submissions import answers, questions
from submissions.asking import (
    ALWAYS,
    FIELDS,
    MOST_SIGNS,
    NEVER_FROZEN,
    OPTIONED,
    USUAL,
    USUAL_SIGNS,
    QuestionKind,
)
from submissions.attachments import MOST_BYTES
from submissions.candidates import EntryStanding
from submissions.entry import PREMIERES, SYNOPSIS_LEAST, Entry
from submissions.lists import sections_of
from submissions.tables import FieldRule, Question

KINDS = [kind.value for kind in QuestionKind]
WANTED = ("required", "optional", "off")
SPARE_ROWS = 3
"""Empty rows at the end of the table of options."""


@get("/operator/form", guards=OPERATOR)
async def form(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Which fields are asked and when, and the edition's own questions in their order."""
    return await form_page(request, edition_row)


async def form_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    rules = await questions.rules_in(edition)
    sections = await sections_of(edition)
    return desk_page(
        request,
        "operator/form.html",
        error=error,
        at="/operator/form",
        fields=list(FIELDS),
        always=ALWAYS,
        usual=USUAL,
        everywhere={field: rules.get((field, "")) for field in FIELDS},
        own={
            field: [(one, rule) for one in sections if (rule := rules.get((field, one.id)))]
            for field in FIELDS
        },
        questions=await desk.all_of(Question, edition),
        letters={section.id: section.letter for section in sections},
    )


@get("/operator/form/fields/{field:str}", guards=OPERATOR)
async def field(
    request: AnyRequest, field: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """How one field is asked: everywhere, and in each section where that differs."""
    return await field_page(request, edition_row, field)


async def field_page(
    request: AnyRequest, edition: Edition, field: str, error: FestivalError | None = None
) -> Response[str]:
    if field not in FIELDS:
        raise Missing("missing")
    rules = await questions.rules_in(edition)
    sent = unless_late(await sent_fields(request), error) if error else {}
    places: list[Section | None] = [None, *await sections_of(edition)]
    return desk_page(
        request,
        "operator/form_field.html",
        error=error,
        at=f"/operator/form/fields/{field}",
        field=field,
        is_always=field in ALWAYS,
        is_never_frozen=field in NEVER_FROZEN,
        refused=sent.get("section", "") if error else None,
        is_gone=error is not None
        and sent.get("section", "") not in {one.letter if one else "" for one in places},
        forms=[
            (section, rule, typed | sent if error and letter == sent.get("section", "") else typed)
            for section in places
            for letter in [section.letter if section else ""]
            for rule in [rules.get((field, section.id if section else ""))]
            for typed in [rule_typed(field, section, rule)]
        ],
        wanted=WANTED,
    )


def rule_typed(field: str, section: Section | None, rule: FieldRule | None) -> RowFields:
    """A rule as its form has it; where there is none, as it is usual or as everywhere."""
    if rule is None:
        wanted = "everywhere" if section else FIELDS[field].value
        return {"wanted": wanted, "required_from": "", "frozen_from": "", "version": "0"}
    return {
        "wanted": rule.wanted,
        "required_from": moment_typed(rule.required_from),
        "frozen_from": moment_typed(rule.frozen_from),
        "version": str(rule.version),
    }


@get("/operator/form/questions/new", guards=OPERATOR)
async def new_question(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """First the kind of answer, then the question."""
    kind = request.query_params.get("kind", "")
    return await question_page(request, edition_row, None, kind=kind if kind in KINDS else "")


@get("/operator/form/questions/{question_id:str}", guards=OPERATOR)
async def question(
    request: AnyRequest, question_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """One question: change, preview, close or take it away."""
    found = await question_of(edition_row, question_id)
    return await question_page(request, edition_row, found)


async def question_of(edition: Edition, question_id: str) -> Question:
    return await desk.one_of(Question, question_id, edition=edition, missing="question_missing")


async def question_page(
    request: AnyRequest,
    edition: Edition,
    standing: Question | None,
    *,
    kind: str = "",
    error: FestivalError | None = None,
) -> Response[str]:
    """`error`: the form was refused, and shows what was typed into it."""
    lang = language_of(request)
    sections = await sections_of(edition)
    letters = {section.id: section.letter for section in sections}
    typed, chosen, options = question_typed(standing, letters, kind)
    if error is not None and (sent := unless_late(await sent_fields(request), error)).get("kind"):
        form = await request.form()
        stood = typed["kind"]
        typed = typed | {"identifies": "", "asks": "makers"} | sent
        typed["kind"] = next(one for one in (typed["kind"], stood, KINDS[0]) if one in KINDS)
        chosen = letters_from(form, [])
        options = [option_typed(one) for one in options_from(form)]
    shown = answers.asked_row(standing) if standing else None
    uses = await questions.uses_of(standing.id) if standing else 0
    return desk_page(
        request,
        "operator/question.html" if typed["kind"] else "operator/question_kinds.html",
        error=error,
        at=f"/operator/form/questions/{standing.id if standing else 'new'}",
        kinds=KINDS,
        question=standing,
        typed=typed,
        chosen=chosen,
        options=[*options, *({"key": ""} for _ in range(SPARE_ROWS))],
        has_options=typed["kind"] in OPTIONED,
        signs=USUAL_SIGNS.get(QuestionKind(typed["kind"])) if typed["kind"] else None,
        most_signs=MOST_SIGNS.get(QuestionKind(typed["kind"])) if typed["kind"] else None,
        sections=sections,
        uses=uses,
        shown=shown,
        fields=typed_answer(shown, None, lang) if shown else {},
        there={},
        others={},
        most_attached=MOST_BYTES,
    )


def question_typed(
    standing: Question | None, letters: dict[str, str], kind: str
) -> tuple[RowFields, list[str], list[RowFields]]:
    """(fields, letters of its sections, rows of its options) as the form has them."""
    if standing is None:
        fresh = {"kind": kind, "wanted": "optional", "asks": "makers", "version": "0"}
        return fresh | texts_typed("labels", {}) | texts_typed("helps", {}) | UNSAID, [], []
    typed = {
        **texts_typed("labels", texts_of(standing.labels)),
        **texts_typed("helps", texts_of(standing.helps)),
        "kind": standing.kind,
        "wanted": standing.wanted,
        "asks": standing.asks,
        "required_from": moment_typed(standing.required_from),
        "frozen_from": moment_typed(standing.frozen_from),
        "most": str(standing.most or ""),
        "least_value": number_typed(standing.least_value),
        "most_value": number_typed(standing.most_value),
        "accepts": standing.accepts,
        "identifies": "yes" if standing.identifies else "",
        "version": str(standing.version),
    }
    chosen = [letters[one] for one in standing.sections if one in letters]
    return typed, chosen, [option_typed(one) for one in questions.options_of(standing)]


UNSAID = dict.fromkeys(
    ("required_from", "frozen_from", "most", "least_value", "most_value", "accepts", "identifies"),
    "",
)


def number_typed(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def option_typed(option: dict[str, Any]) -> RowFields:
    return {"key": option["key"], **option["names"]}


@get("/operator/form/preview", guards=OPERATOR)
async def preview(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """The form as its makers see it: of one section, at one moment; nothing can be sent."""
    sections = await sections_of(edition_row)
    asked = request.query_params.get("section", "")
    chosen = next((one for one in sections if one.letter == asked), None)
    shown = await answers.form_in(edition_row.id, chosen.id if chosen else None)
    lang = language_of(request)
    written = Entry(section=chosen.letter if chosen else "")
    fields = _entry.typed(written, lang, form=shown)
    return page(
        request,
        "operator/form_preview.html",
        chosen=chosen,
        fields=fields,
        there=fields,
        others={},
        **asked_of(shown, written, _entry.locked_in(shown, written)),
        answer_files={},
        most_attached=MOST_BYTES,
        sections=sections,
        offered=await offered(edition_row, lang),
        **eligibility_told(lang, EntryStanding()),
        premieres=PREMIERES,
        least=SYNOPSIS_LEAST,
        countries=sorted({language.country(lang, code) for code in codes.countries()}),
        tongues=[(code, language.tongue(lang, code)) for code in codes.languages()],
        place="",
        names=[name for name in _entry.STEPS if _entry.fields_in(name, shown)],
        shown="",
        written=written,
    )


HANDLERS: list[Any] = [form, field, new_question, question, preview]

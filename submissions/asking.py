"""What the form of an entry asks: its own fields as an edition wants them, and questions beside them. Pure.

A question is a field of the form, too, called `q_<id>`: what is told of it is told under that name.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival.errors import Refused
from festival.language import is_visible
from festival.texts import Texts, fields_of


class HowWanted(StrEnum):
    """How much a field or an answer is wanted."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    OFF = "off"


class QuestionKind(StrEnum):
    """How a question is answered: in a line, a longer text, a number, one of several options or
    several of them, a day, a file.
    """

    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    DATE = "date"
    FILE = "file"


OPTIONED = frozenset({QuestionKind.CHOICE, QuestionKind.CHOICES})
MOST_SIGNS = {QuestionKind.LINE: 200, QuestionKind.TEXT: 10_000}
"""How long a text can be at most, whatever the question says; longer ones are a question's own kind."""
USUAL_SIGNS = {QuestionKind.LINE: 200, QuestionKind.TEXT: 2_000}

FIELDS: dict[str, HowWanted] = {
    "title": HowWanted.REQUIRED,
    "titles": HowWanted.REQUIRED,
    "section": HowWanted.REQUIRED,
    "year": HowWanted.REQUIRED,
    "declared_seconds": HowWanted.REQUIRED,
    "premiere": HowWanted.REQUIRED,
    "directors": HowWanted.REQUIRED,
    "countries": HowWanted.REQUIRED,
    "languages": HowWanted.REQUIRED,
    "subtitles": HowWanted.OPTIONAL,
    "credits": HowWanted.OPTIONAL,
    "synopses": HowWanted.REQUIRED,
    "rights_confirmed": HowWanted.REQUIRED,
}
"""The entry's own fields, in the order of the form, as they are wanted where no rule says otherwise."""
ALWAYS = frozenset({"title", "section", "rights_confirmed"})
"""A film without them is none: required everywhere, whatever an edition wants. So is the film itself."""
NEVER_FROZEN = frozenset({"rights_confirmed"})

AnswerText = Annotated[str, Meta(max_length=10_000)]
AnswerKeys = Annotated[list[Annotated[str, Meta(max_length=16)]], Meta(max_length=60)]
AnswerValue = AnswerText | int | float | AnswerKeys | None
"""A text, a number, keys of options, a day as YYYY-MM-DD; nothing where there is no answer."""
AnswerValues = Annotated[
    dict[Annotated[str, Meta(max_length=16)], AnswerValue], Meta(max_length=200)
]
"""Question → value; a question that is not named keeps what it was answered."""


class FieldState(msgspec.Struct, frozen=True, kw_only=True):
    """How a field or a question is asked at one moment; the moments are told to whoever fills it in."""

    is_asked: bool = True
    is_required: bool = True
    is_frozen: bool = False
    required_from: datetime | None = None
    frozen_from: datetime | None = None


def state_at(
    moment: datetime, wanted: str, required_from: datetime | None, frozen_from: datetime | None
) -> FieldState:
    is_wanted = wanted == HowWanted.REQUIRED
    return FieldState(
        is_asked=wanted != HowWanted.OFF,
        is_required=is_wanted and (required_from is None or required_from <= moment),
        is_frozen=frozen_from is not None and frozen_from <= moment,
        required_from=required_from if is_wanted else None,
        frozen_from=frozen_from,
    )


USUAL = {
    name: FieldState(is_required=wanted is HowWanted.REQUIRED) for name, wanted in FIELDS.items()
}


class AnswerOption(msgspec.Struct, frozen=True):
    """One of the options of a choice: what is kept of it, and its name in each language."""

    key: Annotated[str, Meta(pattern="^[a-z0-9]{1,16}$")]
    names: Texts


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question as whoever fills in a form sees it."""

    id: str
    kind: QuestionKind
    labels: Texts
    helps: Texts = {}
    options: list[AnswerOption] = []
    most: int | None = None
    least_value: float | None = None
    most_value: float | None = None
    accepts: str = ""
    identifies: bool = False
    state: FieldState = FieldState(is_required=False)

    @property
    def field(self) -> str:
        return f"q_{self.id}"

    @property
    def signs(self) -> int:
        """How many signs a text may have."""
        return min(self.most or USUAL_SIGNS.get(self.kind, 0), MOST_SIGNS.get(self.kind, 0))


class EntryForm(msgspec.Struct, frozen=True, kw_only=True):
    """The whole form as one section asks it at one moment."""

    fields: Mapping[str, FieldState] = msgspec.field(default_factory=lambda: USUAL)
    questions: tuple[AskedQuestion, ...] = ()

    def asks(self, name: str) -> bool:
        return self.fields[name].is_asked

    def requires(self, name: str) -> bool:
        return self.fields[name].is_asked and self.fields[name].is_required

    def freezes(self, name: str) -> bool:
        return self.fields[name].is_frozen

    def question(self, question_id: str) -> AskedQuestion | None:
        return next((one for one in self.questions if one.id == question_id), None)


PLAIN_FORM = EntryForm()


def is_locked(state: FieldState, value: Any) -> bool:
    """Frozen: what was said stays. What is required and still empty can be said, or nobody could file."""
    return state.is_frozen and not (state.is_required and is_empty(value))


def is_empty(value: Any) -> bool:
    """Nothing said; the number 0 is an answer."""
    if isinstance(value, str):
        return not is_visible(value)
    return value is None or value is False or value in ([], {})


CREDIT_ROLES = ("writing", "photography", "editing", "sound", "music", "cast", "production")
"""Who made a film besides its directors, in the order of the form; `production` is people, companies, schools."""
CREDITS = {f"credit_{role}": role for role in CREDIT_ROLES}
"""Field of the form → role."""
TYPED_AS = {"runtime": "declared_seconds", "no_dialogue": "languages", "no_subtitles": "subtitles"}
TYPED_AS |= dict.fromkeys(CREDITS, "credits") | dict.fromkeys(("shown", "never_shown"), "premiere")
"""Fields of the form that have another name than what they say of the entry."""


def still_asks(form: EntryForm, field: str) -> bool:
    """Whether a field of the form is there: `runtime`, `title_en`, `q_…`."""
    if field.startswith("q_"):
        return any(field.startswith(one.field) for one in form.questions)
    name = TYPED_AS.get(field) or column_of(field)
    return name not in form.fields or form.asks(name)


def column_of(field: str) -> str:
    """`title_en` is one of `titles`; every other field is itself."""
    return next((name for name in ("titles", "synopses") if field in fields_of(name)), field)


PARTS = {"premiere": ("premiere", "shown")}
"""Fields of the form that are more than one field of the entry."""


def parts_of(name: str) -> tuple[str, ...]:
    """The fields of the entry that a field of the form says."""
    return PARTS.get(name, (name,))


def differs(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return any(before[part] != after[part] for part in parts_of(name))


def frozen_faults(
    form: EntryForm, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """`field:field_frozen` for each field of the entry that is frozen and would change."""
    return [
        f"{name}:field_frozen"
        for name, state in form.fields.items()
        if is_locked(state, before[name]) and differs(name, before, after)
    ]


def unasked_faults(
    form: EntryForm, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[str]:
    """`field:field_unasked` for what says something new though nobody asks for it."""
    return [
        f"{name}:field_unasked"
        for name, state in form.fields.items()
        if not state.is_asked and not is_empty(after[name]) and differs(name, before, after)
    ]


def settled_answers(
    form: EntryForm, before: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """(values to keep, by question; `q_<id>:code` for each that cannot be).

    What says the same as `before` is left out, and no fault: a form repeats what stands.
    """
    values: dict[str, Any] = {}
    faults: list[str] = []
    for question_id, value in given.items():
        question, standing = form.question(question_id), before.get(question_id)
        if value == standing:
            continue  # whatever the question asks by now
        if question is None:
            faults.append(f"q_{question_id}:question_unasked")
            continue
        try:
            settled = settled_answer(question, value)
        except Refused as error:
            faults += [f"{question.field}:{code}" for code in error.codes]
            continue
        if settled == standing:
            continue
        if is_locked(question.state, standing):
            faults.append(f"{question.field}:field_frozen")
        values[question_id] = settled
    return values, faults


def settled_answer(question: AskedQuestion, value: AnswerValue) -> AnswerValue:
    """The value as it is kept, nothing where there is none; `Refused` with a code for one that is none."""
    if is_empty(value):
        return None
    match question.kind:
        case QuestionKind.LINE | QuestionKind.TEXT:
            return settled_text(question, value)
        case QuestionKind.NUMBER:
            return settled_number(question, value)
        case QuestionKind.CHOICE | QuestionKind.CHOICES:
            return settled_keys(question, value)
        case QuestionKind.DATE:
            return settled_day(value)
        case _:
            raise Refused("answer_is_a_file")


def settled_text(question: AskedQuestion, value: AnswerValue) -> str:
    if not isinstance(value, str):
        raise Refused("answer_unreadable")
    text = value.strip()
    if question.kind is QuestionKind.LINE:
        text = " ".join(text.split())
    if len(text) > question.signs:
        raise Refused("answer_long")
    return text


def settled_number(question: AskedQuestion, value: AnswerValue) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Refused("answer_number_unreadable")
    least, most = question.least_value, question.most_value
    if (least is not None and value < least) or (most is not None and value > most):
        raise Refused("answer_out_of_bounds")
    return int(value) if value == int(value) else value


def number_from(text: str) -> float:
    """`1 234,5` and `1234.5`; a comma and a point together say neither which is which."""
    bare = "".join(text.split()).replace("−", "-")
    if "," in bare and "." in bare:
        raise Refused("answer_number_unreadable")
    try:
        return float(bare.replace(",", "."))
    except ValueError:
        raise Refused("answer_number_unreadable") from None


def settled_keys(question: AskedQuestion, value: AnswerValue) -> list[str]:
    """Keys in the order of the options, each once."""
    named = [value] if isinstance(value, str) else value
    known = [option.key for option in question.options]
    if not isinstance(named, list) or set(named) - set(known):
        raise Refused("answer_option_unknown")
    chosen = [key for key in known if key in named]
    if question.kind is QuestionKind.CHOICE and len(chosen) > 1:
        raise Refused("answer_one_option")
    return chosen


def settled_day(value: AnswerValue) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise Refused("answer_date_unreadable") from None


def missing_answers(questions: Iterable[AskedQuestion], answered: Iterable[str]) -> list[str]:
    """`q_<id>:answer_missing` for each that is required and has none."""
    known = set(answered)
    return [
        f"{one.field}:answer_missing"
        for one in questions
        if one.state.is_required and one.id not in known
    ]


def labels_of(form: EntryForm, codes: Iterable[str]) -> dict[str, dict[str, Texts]]:
    """`questions` for the values of an error: how those are called of which its codes speak."""
    named = {code.partition(":")[0] for code in codes}
    labels = {one.field: one.labels for one in form.questions if one.field in named}
    return {"questions": labels} if labels else {}

"""What operators set up of the entry's form: fields as they are wanted, and questions of an edition's own."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.clock import now
from festival.db import rows, transaction
from festival.desk import Way
from festival.errors import Conflict, Refused
from festival.language import OFFICIAL
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, Section, new_id
from submissions.asking import (
    ALWAYS,
    FIELDS,
    MOST_SIGNS,
    NEVER_FROZEN,
    OPTIONED,
    AnswerOption,
    QuestionKind,
)
from submissions.tables import FieldRule, Question

LIKE_EVERYWHERE = "everywhere"
MOST_OPTIONS = 60
MOST_QUESTIONS = 100

SectionLetter = Annotated[str, Meta(max_length=1)]
SectionLetters = Annotated[
    list[Annotated[str, Meta(min_length=1, max_length=1)]], Meta(max_length=40)
]
HelpTexts = Annotated[
    dict[texts.LanguageCode, Annotated[str, Meta(max_length=600)]], Meta(max_length=40)
]
Bound = Annotated[float, Meta(ge=-1e12, le=1e12)]


class FieldForm(msgspec.Struct, frozen=True, kw_only=True):
    """How a field is wanted in one section, or everywhere (no letter)."""

    section: SectionLetter = ""
    wanted: Literal["required", "optional", "off", "everywhere"] = "required"
    required_from: datetime | None = None
    frozen_from: datetime | None = None
    version: SeenVersion = 0


class QuestionForm(msgspec.Struct, frozen=True, kw_only=True):
    """A question as it is set up; `sections` are letters, none means all."""

    labels: texts.ShortTexts
    helps: HelpTexts = {}
    kind: QuestionKind = QuestionKind.LINE
    options: Annotated[list[AnswerOption], Meta(max_length=MOST_OPTIONS)] = []
    asks: Literal["makers", "team"] = "makers"
    sections: SectionLetters = []
    wanted: Literal["required", "optional"] = "optional"
    required_from: datetime | None = None
    frozen_from: datetime | None = None
    most: Annotated[int, Meta(ge=1, le=10_000)] | None = None
    least_value: Bound | None = None
    most_value: Bound | None = None
    accepts: Literal["", "document", "picture", "any"] = ""
    identifies: bool = False


AI_USE = QuestionForm(
    labels={
        "fr": "Intelligence artificielle générative",
        "en": "Generative artificial intelligence",
    },
    helps={
        "fr": "Image, voix, musique, texte ou traduction. Le comité lit la réponse ; elle est gardée avec le dossier.",
        "en": "Picture, voices, music, text or translation. The committee reads it; it is kept with the entry.",
    },
    kind=QuestionKind.CHOICE,
    options=[
        AnswerOption("none", {"fr": "Rien n’en vient", "en": "Nothing comes of it"}),
        AnswerOption("tool", {"fr": "Un outil parmi d’autres", "en": "One tool among others"}),
        AnswerOption("most", {"fr": "L’essentiel en vient", "en": "Most of it does"}),
    ],
)
"""What an edition asks of itself unless its operators no longer do."""


async def usual(edition: Edition) -> None:
    """A new edition's first question."""
    await Question(edition=edition.id, **await question_values(edition, AI_USE)).save()


async def section_ids(edition: Edition, letters: list[str]) -> list[str]:
    """Sections by their letters; `Refused` names the letters that the edition does not have."""
    sections = await Section.objects().where(Section.edition == edition.id)
    known = {section.letter: section.id for section in sections}
    if unknown := [letter for letter in letters if letter not in known]:
        raise Refused(
            "sections:section_unknown", letters=", ".join(unknown), known=", ".join(sorted(known))
        )
    return [known[letter] for letter in dict.fromkeys(letters)]


# The entry's own fields


async def rules_in(edition: Edition) -> dict[tuple[str, str], FieldRule]:
    """(field, section's id or nothing) → the rule that was set."""
    found = await FieldRule.objects().where(FieldRule.edition == edition.id)
    return {(rule.field, rule.section or ""): rule for rule in found}


async def rule_field(edition: Edition, field: str, given: FieldForm, *, by: Person) -> None:
    """Say how a field is wanted; *as everywhere* takes a section's own rule away."""
    check_field(field, given)
    section = (await section_ids(edition, [given.section]) if given.section else [None])[0]
    async with transaction():
        await desk.hold_edition(edition.id)
        rule = (await rules_in(edition)).get((field, section or ""))
        if rule is None and given.version:
            raise Conflict("gone_meanwhile")
        if rule is not None and rule.version != given.version:
            raise Conflict("changed_meanwhile")
        values: dict[str, Any] = {
            "wanted": given.wanted,
            "required_from": given.required_from if given.wanted == "required" else None,
            "frozen_from": given.frozen_from if given.wanted != "off" else None,
        }
        if given.wanted == LIKE_EVERYWHERE:
            if rule is not None:
                await desk.remove(rule, version=given.version, act="field_ruled", by=by)
        elif rule is None:
            made = FieldRule(edition=edition.id, section=section, field=field, **values)
            await desk.add(made, act="field_ruled", by=by)
        else:
            await desk.amend(rule, values, version=given.version, act="field_ruled", by=by)


def check_field(field: str, given: FieldForm) -> None:
    if field not in FIELDS:
        raise Refused("field:field_unknown")
    check_zones(required_from=given.required_from, frozen_from=given.frozen_from)
    is_loose = given.wanted in {"optional", "off"} or given.required_from is not None
    if field in ALWAYS and is_loose:
        raise Refused("wanted:field_always")
    if field in NEVER_FROZEN and given.frozen_from is not None:
        raise Refused("frozen_from:field_never_frozen")
    if given.wanted == LIKE_EVERYWHERE and not given.section:
        raise Refused("wanted:field_everywhere")


def check_zones(**moments: datetime | None) -> None:
    if naive := [name for name, one in moments.items() if one is not None and one.tzinfo is None]:
        raise Refused(*(f"{name}:time_without_zone" for name in naive))


# Questions of an edition's own


async def add_question(edition: Edition, given: QuestionForm, *, by: Person) -> str:
    """A question behind the others; its id."""
    values = await question_values(edition, given)
    if await Question.count().where(Question.edition == edition.id) >= MOST_QUESTIONS:
        raise Refused("questions_many", most=MOST_QUESTIONS)
    return await desk.add(Question(edition=edition.id, **values), act="question_added", by=by)


async def amend_question(
    question: Question, given: QuestionForm, *, edition: Edition, version: int, by: Person
) -> int:
    """Set all of it; what was answered stays readable: neither kind nor an option in use can change."""
    values = await question_values(edition, given)
    async with transaction():
        await desk.held(question, version)
        await check_answers_fit(question, values)
        return await desk.amend(question, values, version=version, act="question_changed", by=by)


async def check_answers_fit(question: Question, values: dict[str, Any]) -> None:
    """`Refused` where an answer would no longer be one."""
    used = await uses_of(question.id)
    if not used:
        return
    if values["kind"] != question.kind or values["asks"] != question.asks:
        raise Refused("kind:question_answered", n=used)
    kept = {option["key"] for option in values["options"]}
    gone = [option["key"] for option in options_of(question) if option["key"] not in kept]
    if gone and (n := await uses_of_options(question.id, gone)):
        raise Refused("options:option_used", n=n)


def options_of(question: Question) -> list[dict[str, Any]]:
    return list(msgspec.convert(question.options, list[dict[str, Any]]))


async def uses_of(question_id: str) -> int:
    """How many films have answered it, as files or in words."""
    selected = await rows(
        """SELECT count(*)::int AS n FROM entry_answer
           WHERE question = {} AND (value IS NOT NULL OR attachment IS NOT NULL)""",
        question_id,
    )
    return int(selected[0]["n"])


async def uses_of_options(question_id: str, keys: list[str]) -> int:
    selected = await rows(
        """SELECT count(*)::int AS n FROM entry_answer
           WHERE question = {} AND jsonb_typeof(value) = 'array' AND value ?| {}::text[]""",
        question_id,
        keys,
    )
    return int(selected[0]["n"])


async def move_question(question: Question, way: Way, *, by: Person) -> None:
    await desk.move(question, way, act="question_moved", by=by)


async def close_question(question: Question, *, version: int, by: Person) -> None:
    """No longer asked; what was answered stays. Twice is once."""
    await desk.amend(
        question,
        {"closed_at": question.closed_at or now()},
        version=version,
        act="question_closed",
        by=by,
    )


async def reopen_question(question: Question, *, version: int, by: Person) -> None:
    await desk.amend(question, {"closed_at": None}, version=version, act="question_reopened", by=by)


async def remove_question(question: Question, *, version: int, by: Person) -> None:
    """Away, if nobody has answered it; one that was answered can be closed."""
    async with transaction():
        await desk.held(question, version)
        if n := await uses_of(question.id):
            raise Refused("question_in_use", n=n)
        await rows("DELETE FROM entry_answer WHERE question = {} RETURNING id", question.id)
        await desk.remove(question, version=version, act="question_removed", by=by)


async def question_values(edition: Edition, given: QuestionForm) -> dict[str, Any]:
    """The row's columns, checked: what its kind needs is there, and nothing that means nothing to it."""
    check_zones(required_from=given.required_from, frozen_from=given.frozen_from)
    kind = given.kind
    labels, helps = texts.settled("labels", given.labels), texts.settled("helps", given.helps)
    if wrong := [*untold("label", labels), *bounds_wrong(given)]:
        raise Refused(*wrong)
    is_text = kind in MOST_SIGNS
    return {
        "kind": kind.value,
        "labels": labels,
        "helps": helps,
        "options": options_from(given) if kind in OPTIONED else [],
        "asks": given.asks,
        "sections": await section_ids(edition, given.sections),
        "wanted": given.wanted,
        "required_from": given.required_from if given.wanted == "required" else None,
        "frozen_from": given.frozen_from,
        "most": min(given.most, MOST_SIGNS[kind]) if is_text and given.most else None,
        "least_value": given.least_value if kind is QuestionKind.NUMBER else None,
        "most_value": given.most_value if kind is QuestionKind.NUMBER else None,
        "accepts": (given.accepts or "any") if kind is QuestionKind.FILE else "",
        "identifies": given.identifies,
    }


def untold(field: str, told: dict[str, str]) -> list[str]:
    """Every official language must say it."""
    return [f"{field}_{language}:field_missing" for language in OFFICIAL if language not in told]


def bounds_wrong(given: QuestionForm) -> list[str]:
    least, most = given.least_value, given.most_value
    if (
        given.kind is QuestionKind.NUMBER
        and least is not None
        and most is not None
        and least > most
    ):
        return ["most_value:bounds_crossed"]
    if given.kind is QuestionKind.FILE and given.asks == "team":
        return ["kind:team_file"]
    return []


def options_from(given: QuestionForm) -> list[dict[str, Any]]:
    """Options with names in every official language, each with a key that stays whatever it is called."""
    options = [(option, texts.settled("names", option.names)) for option in given.options]
    if len(options) < 2:  # one is no choice
        raise Refused("options:options_few")
    if any(set(OFFICIAL) - set(names) for _, names in options):
        raise Refused("options:option_unnamed")
    keys = [option.key for option, _ in options]
    if len(set(keys)) < len(keys):
        raise Refused("options:option_twice")
    return [{"key": option.key, "names": names} for option, names in options]


def new_option_key() -> str:
    return new_id()[:6]

"""The entry form: what people type into an `Entry`, and back again; what is still open, by step."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from api.forms import faults as form_faults
from api.pages._answers import all_form_fields, answer_from, typed_answer
from festival import codes
from festival.errors import Refused
from festival.language import country, length_typed, spoken, tongue
from festival.texts import fields_of, gathered, translated
from submissions.asking import (
    CREDITS,
    PLAIN_FORM,
    TYPED_AS,
    EntryForm,
    QuestionKind,
    column_of,
    is_locked,
    labels_of,
)
from submissions.entry import Entry, Unresolved, seconds_of, settled
from submissions.premieres import MOST_SHOWINGS, ShowingsUnread, showings_in, typed_showing

PLAIN = ("title", "section", "premiere")
TOLD_IN: dict[str, Callable[[], tuple[str, ...]]] = {"titles": translated, "synopses": spoken}
"""Columns of texts, with the languages that each is asked for in."""
LISTS = {"countries": codes.country_code, "languages": codes.language_code,
         "subtitles": codes.language_code}  # fmt: skip
NONE = {"languages": "no_dialogue", "subtitles": "no_subtitles"}
OTHERS = (
    "shown",
    "never_shown",
    "directors",
    *CREDITS,
    *LISTS,
    *NONE.values(),
    "year",
    "runtime",
    "rights_confirmed",
)
STEPS: dict[str, tuple[str, ...]] = {
    "film": ("title", "titles", "section", "year", "declared_seconds", "premiere"),
    "makers": ("directors", "credits", "countries"),
    "synopsis": ("synopses",),
    "file": ("file", "languages", "subtitles"),
    "rights": ("rights_confirmed",),
}
"""Where each field is asked; the edition's own questions stand beside the rights."""
FILING = "filing"
"""The last step, which asks nothing: everything is read once more, and filed."""
FOLLOWS = "premiere"
"""Of the form's fields the one that nobody types: it follows from what was shown before."""
NEXT = "next"
"""As an address names it: the first step that lacks something on the day when somebody comes."""


def text_fields() -> dict[str, tuple[str, str]]:
    """Field → (column, language), for each text that is asked for."""
    return {
        field: (column, language)
        for column, languages in TOLD_IN.items()
        for field, language in fields_of(column, languages()).items()
    }


def all_fields(form: EntryForm = PLAIN_FORM) -> tuple[str, ...]:
    return (*PLAIN, *text_fields(), *OTHERS, *all_form_fields(form))


def typed(
    entry: Entry,
    lang: str,
    unread: Mapping[str, str] | None = None,
    form: EntryForm = PLAIN_FORM,
) -> dict[str, str]:
    """The form's fields as they stand in the rows, and what was typed where nothing could be read."""
    fields = {
        **{name: getattr(entry, name) for name in PLAIN},
        **{
            field: getattr(entry, column).get(language, "")
            for field, (column, language) in text_fields().items()
        },
        "premiere": "" if told_of_before(entry) else entry.premiere,
        "shown": "\n".join(typed_showing(lang, one) for one in entry.shown),
        "never_shown": "yes" if told_of_before(entry) and not entry.shown else "",
        "year": str(entry.year or ""),
        "runtime": length_typed(lang, entry.declared_seconds),
        "directors": "\n".join(entry.directors),
        **{field: "\n".join(entry.credits.get(role, ())) for field, role in CREDITS.items()},
        "countries": in_words(entry.countries, lang, country, codes.country_code),
        "rights_confirmed": "yes" if entry.rights_confirmed else "",
    }
    for name, none in NONE.items():
        tags = getattr(entry, name)
        fields[none] = "yes" if tags == [codes.NONE] else ""
        fields[name] = "" if fields[none] else in_words(tags, lang, tongue, codes.language_code)
    for question in form.questions:
        fields |= typed_answer(question, entry.answers.get(question.id), lang)
    return fields | {name: words for name, words in (unread or {}).items() if name in fields}


def told_of_before(entry: Entry) -> bool:
    """Whether its makers have said where the film was shown; else a premiere is what a list has brought."""
    return bool(entry.shown) or entry.premiere == "world"


def in_words(
    codes: Iterable[str],
    lang: str,
    called: Callable[[str, str], str],
    code_of: Callable[[str], str],
) -> str:
    """Names in this language where they would be understood again, else the codes."""
    return ", ".join(
        name if understood(name := called(lang, code), code_of) == code else code for code in codes
    )


def understood(word: str, code_of: Callable[[str], str]) -> str:
    with suppress(codes.Unknown):
        return code_of(word)
    return ""


def title_of(fields: Mapping[str, str]) -> str:
    """What the film is called so far."""
    names = ("title", *fields_of("titles", translated()))
    return next((fields[name] for name in names if fields[name]), "")


def kept(
    sent: Mapping[str, Any], before: Mapping[str, str], form: EntryForm = PLAIN_FORM
) -> dict[str, str]:
    """What was typed, to be shown again whatever it is.

    A field that the page did not draw (`drawn` names those that it did) says what it said `before`:
    nobody has emptied what they were not shown.
    """
    drawn = str(sent.get("drawn", "")).split() or [
        name for name in all_fields() if form.asks(entry_field(name))
    ]
    return {
        name: str(sent.get(name, "")).replace("\r\n", "\n")
        if name in sent or name in drawn
        else before.get(name, "")
        for name in all_fields(form)
    }


def drawn_fields(form: EntryForm, locked: Iterable[str]) -> list[str]:
    """The fields that a page draws for typing: what is asked, and not locked."""
    return [
        name
        for name in all_fields(form)
        if name != FOLLOWS
        and entry_field(name) not in locked
        and (name.startswith("q_") or form.asks(entry_field(name)))
    ]


def locked_in(form: EntryForm, entry: Entry) -> frozenset[str]:
    """Fields of the entry, and questions as `q_<id>`, that say what they say and no longer change."""
    own = (name for name, state in form.fields.items() if is_locked(state, getattr(entry, name)))
    questions = (
        one.field
        for one in form.questions
        if one.kind is not QuestionKind.FILE and is_locked(one.state, entry.answers.get(one.id))
    )
    return frozenset({*own, *questions})


def entry_field(name: str) -> str:
    """Which field of the entry, or which question, a field of the form speaks of."""
    if name.startswith("q_"):
        return "_".join(name.split("_")[:2])
    return TYPED_AS.get(name) or column_of(name)


def entry_from(fields: Mapping[str, str], form: EntryForm = PLAIN_FORM) -> Entry:
    """The entry; `Refused` with every ill-formed field. An empty one is no fault in a draft."""
    words = {name: fields[name] for name in (*PLAIN, *text_fields()) if fields[name]}
    given: dict[str, Any] = gathered(words)
    faults: list[str] = []
    values: dict[str, object] = {}
    for read in (
        coded_from,
        runtime_from,
        premiere_from,
        credits_from,
        partial(answers_from, form),
    ):
        try:
            given |= read(fields)
        except Refused as error:
            faults, values = [*faults, *error.codes], values | error.values
    given["directors"] = names_in(fields["directors"])
    given["rights_confirmed"] = bool(fields["rights_confirmed"])
    if fields["year"].strip():
        given["year"] = fields["year"].strip()
    faults += [
        "year:year_unreadable" if fault.startswith("year:") else fault
        for fault in form_faults(Entry, given, strict=False)
    ]
    try:
        wrong = {fault.partition(":")[0] for fault in faults}
        bad = wrong | {column for field, (column, _) in text_fields().items() if field in wrong}
        well = {name: value for name, value in given.items() if name not in bad}
        entry = settled(msgspec.convert(well, Entry, strict=False))
    except Refused as error:
        faults, values = [*faults, *error.codes], values | error.values
    if faults:
        raise Refused(*faults, **(values | labels_of(form, faults)))
    return entry


def coded_from(fields: Mapping[str, str]) -> dict[str, list[str]]:
    """Names of countries and languages as they were typed, one each; the code of none for a tick."""
    none = {name: [codes.NONE] for name, tick in NONE.items() if fields.get(tick, "")}
    return {
        name: [*none.get(name, ()), *codes.split(fields[name], named)]
        for name, named in LISTS.items()
    }


def runtime_from(fields: Mapping[str, str]) -> dict[str, int]:
    if not fields["runtime"].strip():
        return {}
    try:
        return {"declared_seconds": seconds_of(fields["runtime"])}
    except ValueError:
        raise Refused("declared_seconds:runtime_unreadable") from None


def answers_from(form: EntryForm, fields: Mapping[str, str]) -> dict[str, Any]:
    """The answers to the edition's own questions; files come by a door of their own."""
    read: dict[str, Any] = {}
    faults: list[str] = []
    for question in form.questions:
        if question.kind is QuestionKind.FILE:
            continue
        try:
            read[question.id] = answer_from(question, fields)
        except Refused as error:
            faults += [f"{question.field}:{code}" for code in error.codes]
    if faults:
        raise Refused(*faults)
    return {"answers": read}


def premiere_from(fields: Mapping[str, str]) -> dict[str, Any]:
    """Where the film was shown, or that it never was; nothing where neither is said."""
    try:
        shown = showings_in(fields["shown"])
    except ShowingsUnread as error:
        told = Unresolved(error.lines, country)
        raise Refused("shown:showing_unread", showing_unread=told) from None
    if shown and fields["never_shown"]:
        raise Refused("shown:shown_and_never")
    if len(shown) > MOST_SHOWINGS:
        raise Refused("shown:field_long")
    return {"shown": shown} if shown else {"premiere": "world"} if fields["never_shown"] else {}


def credits_from(fields: Mapping[str, str]) -> dict[str, dict[str, list[str]]]:
    """Names by role; `field:field_long` for each role of which a name or the list is too long."""
    named = {role: names_in(fields[field]) for field, role in CREDITS.items()}
    too_long = [
        f"{field}:field_long"
        for field, role in CREDITS.items()
        if form_faults(Entry, {"credits": {role: named[role]}}, strict=False)
    ]
    if too_long:
        raise Refused(*too_long)
    return {"credits": named}


def names_in(text: str) -> list[str]:
    """One a line."""
    return [name for line in text.split("\n") if (name := line.strip())]


def readable(
    fields: Mapping[str, str], before: Mapping[str, str], form: EntryForm = PLAIN_FORM
) -> tuple[Entry, dict[str, str], Refused | None]:
    """(what could be read, the words of fields that could not be, what is to be told of them).

    A field that cannot be read keeps what it said `before`.
    """
    try:
        return entry_from(fields, form), {}, None
    except Refused as error:
        wrong = {
            name for code in error.codes for name in own_fields(code.partition(":")[0], fields)
        }
        unread = {name: fields[name] for name in wrong}
        for instead in ({name: before.get(name, "") for name in wrong}, dict.fromkeys(wrong, "")):
            with suppress(Refused):
                return entry_from({**fields, **instead}, form), unread, error
        raise


def own_fields(name: str, fields: Iterable[str]) -> tuple[str, ...]:
    """The fields of the form that speak of one field of the entry, or of one question."""
    if name.startswith("q_"):
        return tuple(one for one in fields if entry_field(one) == name)
    if name in NONE:
        return name, NONE[name]
    return ("runtime",) if name == "declared_seconds" else (name,)


class FieldChange(msgspec.Struct, frozen=True):
    """What a field said when its page was drawn, and what it says now."""

    was: Annotated[str, Meta(max_length=13_000)]
    now: Annotated[str, Meta(max_length=13_000)]


def merged(
    stands: Mapping[str, str], changes: Mapping[str, FieldChange]
) -> tuple[dict[str, str], dict[str, str]]:
    """(the fields with the changes, what stands where somebody else changed the same field)."""
    known = {name: change for name, change in changes.items() if name in stands}
    clashes = {
        name: stands[name]
        for name, change in known.items()
        if not same(name, stands[name], change.was) and not same(name, stands[name], change.now)
    }
    return {**stands, **{name: change.now for name, change in known.items()}}, clashes


def same(name: str, first: str, second: str) -> bool:
    """Whether two texts of a field say the same: `UK` and *Royaume-Uni* do."""
    return meaning(name, first) == meaning(name, second)


def meaning(name: str, text: str) -> object:
    if name in LISTS:
        with suppress(codes.Unknown):
            return [LISTS[name](word) for word in codes.split(text, LISTS[name])]
    if name == "runtime":
        with suppress(ValueError):
            return seconds_of(text)
    if name == "shown":
        with suppress(ShowingsUnread):
            return showings_in(text)
    return [line for part in text.split("\n") if (line := part.strip())]


class TaskLine(msgspec.Struct, frozen=True):
    """One line of the task list: `done`, `wrong`, `begun` or `open`, and how many points that is about."""

    name: str
    state: str
    points: int


def steps(
    fields: Mapping[str, str],
    missing: Iterable[str],
    form: EntryForm = PLAIN_FORM,
    *,
    to_mend: Iterable[str] = (),
) -> list[TaskLine]:
    """What is done of the entry, in the order of the form; a step that asks nothing is none.

    `missing` are the codes of all that keeps the entry from being filed, `to_mend` those of them that speak of
    what was said.
    """
    lacks, wrong = ([code.partition(":")[0] for code in some] for some in (missing, to_mend))
    return [
        _step(
            name,
            asked,
            fields,
            sum(field in asked for field in lacks),
            sum(field in asked for field in wrong),
        )
        for name in STEPS
        if (asked := fields_in(name, form))
    ]


def next_of(lines: Sequence[TaskLine]) -> str:
    """The first step that lacks something; the last one where none does."""
    return next((line.name for line in lines if line.points), FILING)


def fields_in(step: str, form: EntryForm) -> list[str]:
    """What is asked in one step; a column of texts is one field a language."""
    own = [
        field
        for name in STEPS[step]
        if name not in form.fields or form.asks(name)
        for field in (fields_of(name, TOLD_IN[name]()) if name in TOLD_IN else [name])
    ]
    return own + [one.field for one in form.questions] if step == "rights" else own


def step_of(name: str) -> str:
    """The step that a field of the form or of the entry stands in; nothing for a field of no step."""
    field = entry_field(name)
    if field.startswith("q_"):
        return "rights"
    return next((step for step, fields in STEPS.items() if field in fields), "")


def places_of(names: Iterable[str], place: str) -> dict[str, str]:
    """Field → the address of its step, for the entry that lives at `place`."""
    return {name: f"{place}?step={step}" for name in names if (step := step_of(name))}


def _step(
    name: str, asked: list[str], fields: Mapping[str, str], lacks: int, wrong: int
) -> TaskLine:
    if not lacks:
        return TaskLine(name, "done", 0)
    if wrong:
        return TaskLine(name, "wrong", wrong)
    begun = any(
        text for field, text in fields.items() if entry_field(field) in map(entry_field, asked)
    )
    return TaskLine(name, "begun" if begun else "open", lacks)

"""Answers to an edition's own questions: what people type into the form, and back again."""

from collections.abc import Mapping
from typing import Any

from babel.numbers import get_decimal_symbol

from submissions.asking import (
    AnswerValue,
    AskedQuestion,
    EntryForm,
    QuestionKind,
    number_from,
    settled_answer,
)


def form_fields(question: AskedQuestion) -> tuple[str, ...]:
    """The fields of the form that a question has: a box for each of several options, none for a file."""
    match question.kind:
        case QuestionKind.FILE:
            return ()
        case QuestionKind.CHOICES:
            return tuple(box(question, option.key) for option in question.options)
        case _:
            return (question.field,)


def box(question: AskedQuestion, key: str) -> str:
    return f"{question.field}_{key}"


def all_form_fields(form: EntryForm) -> tuple[str, ...]:
    return tuple(name for question in form.questions for name in form_fields(question))


def typed_answer(question: AskedQuestion, value: Any, lang: str) -> dict[str, str]:
    """An answer that was kept, as it stands in the fields of its question."""
    match question.kind:
        case QuestionKind.FILE:
            return {}
        case QuestionKind.CHOICES:
            chosen = value or []
            return {
                box(question, option.key): "yes" if option.key in chosen else ""
                for option in question.options
            }
        case QuestionKind.CHOICE:
            return {question.field: value[0] if value else ""}
        case QuestionKind.NUMBER:
            return {question.field: number_typed(lang, value)}
        case _:
            return {question.field: value or ""}


def number_typed(lang: str, value: float | None) -> str:
    return "" if value is None else str(value).replace(".", get_decimal_symbol(lang))


def answer_from(question: AskedQuestion, fields: Mapping[str, str]) -> AnswerValue:
    """What the fields say; `Refused` with a code where it is nothing that can be kept."""
    if question.kind is QuestionKind.CHOICES:
        chosen = [
            option.key for option in question.options if fields.get(box(question, option.key))
        ]
        return settled_answer(question, chosen)
    text = fields.get(question.field, "").strip()
    if question.kind is QuestionKind.NUMBER and text:
        return settled_answer(question, number_from(text))
    return settled_answer(question, text)

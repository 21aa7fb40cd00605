"""Answers to an edition's own questions: the form as it is asked now, what was answered, and who may read it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from festival.clock import now
from festival.db import rows
from festival.tables import Person, new_id
from submissions.asking import (
    USUAL,
    AnswerOption,
    AskedQuestion,
    EntryForm,
    FieldState,
    QuestionKind,
    state_at,
)
from submissions.tables import Question, Submission

MAKERS, TEAM = "makers", "team"


async def form_in(edition: str, section: str | None, *, asks: str = MAKERS) -> EntryForm:
    """The form that this section asks now; without a section, what every section asks."""
    return EntryForm(
        fields=await fields_in(edition, section),
        questions=await questions_in(edition, section, asks=asks),
    )


async def form_of(submission: Submission, *, asks: str = MAKERS) -> EntryForm:
    return await form_in(submission.edition, submission.section, asks=asks)


async def fields_in(edition: str, section: str | None) -> dict[str, FieldState]:
    """Field → how it is asked: as the section says, else the edition, else as it is usual."""
    selected = await rows(
        """SELECT DISTINCT ON (field) field, wanted, required_from, frozen_from FROM field_rule
           WHERE edition = {} AND (section IS NULL OR section = {})
           ORDER BY field, section NULLS LAST""",
        edition,
        section,
    )
    moment = now()
    return USUAL | {row.pop("field"): state_at(moment, **row) for row in selected}


async def questions_in(
    edition: str, section: str | None, *, asks: str = MAKERS
) -> tuple[AskedQuestion, ...]:
    """Open questions to the makers, or to the team, in their order."""
    selected = await rows(
        """SELECT * FROM question WHERE edition = {} AND asks = {} AND closed_at IS NULL
             AND (sections = '[]' OR sections ? {}) ORDER BY position, id""",
        edition,
        asks,
        section or "",
    )
    return tuple(asked(row) for row in selected)


def asked(row: Mapping[str, Any]) -> AskedQuestion:
    """A row as whoever fills in the form sees it, at this moment."""
    return AskedQuestion(
        id=row["id"],
        kind=QuestionKind(row["kind"]),
        labels=row["labels"],
        helps=row["helps"],
        options=msgspec.convert(row["options"], list[AnswerOption]),
        most=row["most"],
        least_value=row["least_value"],
        most_value=row["most_value"],
        accepts=row["accepts"],
        identifies=row["identifies"],
        state=state_at(now(), row["wanted"], row["required_from"], row["frozen_from"]),
    )


def asked_row(question: Question) -> AskedQuestion:
    return asked(question.to_dict())


class FileShown(msgspec.Struct, frozen=True):
    """A file as it is shown beside its question or material; its id is that of `/attachments/…`."""

    id: str
    name: str
    size: int


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One answer with its question, for those who may read it."""

    question: AskedQuestion
    value: Any = None
    file: FileShown | None = None


async def values_of(submission: Submission, *, asks: str = MAKERS) -> dict[str, Any]:
    """Question → value, for every answer that is no file."""
    selected = await rows(
        """SELECT w.question, w.value FROM entry_answer w JOIN question q ON q.id = w.question
           WHERE w.submission = {} AND w.value IS NOT NULL AND q.asks = {}""",
        submission.id,
        asks,
    )
    return {row["question"]: row["value"] for row in selected}


async def files_answered(submission: Submission, *, asks: str = MAKERS) -> dict[str, FileShown]:
    """Question → the file that answers it."""
    selected = await rows(
        """SELECT w.question, a.id, a.name, a.size FROM entry_answer w
           JOIN question q ON q.id = w.question JOIN attachment a ON a.id = w.attachment
           WHERE w.submission = {} AND q.asks = {}""",
        submission.id,
        asks,
    )
    return {row.pop("question"): FileShown(**row) for row in selected}


async def answered_in(submission: Submission) -> list[str]:
    """Questions that have an answer, a value or a file."""
    return [*await values_of(submission), *await files_answered(submission)]


async def write_values(submission: Submission, values: Mapping[str, Any], *, by: Person) -> None:
    """Keep these values, each as another version of its answer; the caller has the entry's own version."""
    for question, value in values.items():
        await rows(
            """INSERT INTO entry_answer (id, submission, question, value, person)
               VALUES ({}, {}, {}, {}::jsonb, {})
               ON CONFLICT (submission, question) DO UPDATE SET value = excluded.value,
                 person = excluded.person, version = entry_answer.version + 1, changed_at = now()
               RETURNING id""",
            new_id(),
            submission.id,
            question,
            None if value is None else json.dumps(value),
            by.id,
        )


async def given_answers(
    submission: Submission, *, asks: Iterable[str] = (MAKERS,), is_blind: bool = False
) -> list[GivenAnswer]:
    """Every answer of a film, those to closed questions too, in the order of the questions.

    `is_blind`: what identifies its makers is not fetched.
    """
    selected = await rows(
        """SELECT q.*, w.value AS answered, a.id AS file, a.name AS file_name, a.size AS file_size
           FROM entry_answer w JOIN question q ON q.id = w.question
           LEFT JOIN attachment a ON a.id = w.attachment
           WHERE w.submission = {} AND q.asks = ANY({}) AND NOT (q.identifies AND {})
             AND (w.value IS NOT NULL OR a.id IS NOT NULL)
           ORDER BY q.position, q.id""",
        submission.id,
        list(asks),
        is_blind,
    )
    return [
        GivenAnswer(
            question=asked(row),
            value=row["answered"],
            file=row["file"] and FileShown(row["file"], row["file_name"], row["file_size"]),
        )
        for row in selected
    ]

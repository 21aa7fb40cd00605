"""What an edition asks of an entry, as far as a list may answer it: its own questions, and what is frozen."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from festival.db import rows
from festival.errors import Refused
from festival.language import text_in
from festival.tables import Section
from submissions.answers import asked, fields_in
from submissions.asking import (
    AskedQuestion,
    FieldState,
    QuestionKind,
    column_of,
    is_locked,
    settled_answer,
)
from submissions.importing.columns import SPOKEN_OF, entry_name
from submissions.importing.reading import CellFault
from submissions.importing.standing import Read, StandingEntry, merged


class AskedByEdition(msgspec.Struct, frozen=True):
    """Open questions to the makers by `q_<id>`, those that a file answers among them; the letters of the
    sections that each is asked in, none named means all; letter → how the entry's own fields are asked there.
    """

    questions: dict[str, AskedQuestion]
    letters: dict[str, frozenset[str]]
    fields: dict[str, Mapping[str, FieldState]]

    @property
    def in_words(self) -> dict[str, AskedQuestion]:
        """Those that a cell can answer."""
        return {
            field: one for field, one in self.questions.items() if one.kind is not QuestionKind.FILE
        }

    def labels(self, lang: str, *, files: bool = False) -> list[tuple[str, str]]:
        """(field, what a reader calls it), in the order of the form."""
        return [
            (field, text_in(lang, one.labels))
            for field, one in self.questions.items()
            if (one.kind is QuestionKind.FILE) is files
        ]

    def asks(self, field: str, letter: str) -> bool:
        """Whether a section asks it; an entry that has no section yet may choose one that does."""
        letters = self.letters.get(field)
        return letters is not None and (not letters or not letter or letter in letters)


async def asked_by(edition: str) -> AskedByEdition:
    sections = {s.id: s.letter for s in await Section.objects().where(Section.edition == edition)}
    selected = await rows(
        """SELECT * FROM question WHERE edition = {} AND asks = 'makers' AND closed_at IS NULL
           ORDER BY position, id""",
        edition,
    )
    questions = {one.field: one for one in map(asked, selected)}
    return AskedByEdition(
        questions=questions,
        letters={
            field: frozenset(sections[key] for key in row["sections"] if key in sections)
            for field, row in zip(questions, selected, strict=True)
        },
        fields={
            letter: await fields_in(edition, key) for key, letter in [(None, ""), *sections.items()]
        },
    )


def let_through(
    row: Read, stands: StandingEntry | None, edition: AskedByEdition, columns: Sequence[str]
) -> list[CellFault]:
    """Take out of the row what the edition does not take at this moment, and say so: what is frozen stays as it
    stands, and a question that is not asked is not answered.
    """
    faults = unfrozen(row, stands, edition) if stands is not None else []
    faults += unanswered(row, stands, edition)
    return [msgspec.structs.replace(one, column=place_of(one.field, columns)) for one in faults]


def unfrozen(row: Read, stands: StandingEntry, edition: AskedByEdition) -> list[CellFault]:
    """What is frozen and would change goes out of the row. A new entry has nothing that could be frozen."""
    states = edition.fields[stands.values["section"]]
    after = merged(stands.values, row)
    frozen = [
        name
        for name in row.entry
        if name in states
        and is_locked(states[name], stands.values[name])
        and after[name] != stands.values[name]
    ]
    faults = [CellFault(-1, "field_frozen", shown(row.entry.pop(name)), name) for name in frozen]
    row.unread = {
        field: words
        for field, words in row.unread.items()
        if (SPOKEN_OF.get(field) or column_of(field)) not in frozen
    }
    return faults


def unanswered(row: Read, stands: StandingEntry | None, edition: AskedByEdition) -> list[CellFault]:
    """Answers that cannot be kept go out of the row; those that repeat what stands are no fault."""
    given: dict[str, Any] = row.entry.get("answers", {})
    before: dict[str, Any] = stands.values["answers"] if stands is not None else {}
    letter = row.entry.get("section", stands.values["section"] if stands is not None else "")
    faults = []
    for question_id, value in list(given.items()):
        field = f"q_{question_id}"
        code = why_not(
            field, value, before.get(question_id), letter, edition, is_new=stands is None
        )
        words = row.unread.get(field, "")
        if code == "question_unasked" and value is None and not words:
            code = ""  # an empty cell answers nothing
            del given[question_id]
        if code:
            del given[question_id]
            row.unread.pop(field, None)
            faults.append(CellFault(-1, code, words or shown(value), field))
    return faults


def why_not(
    field: str, value: Any, standing: Any, letter: str, edition: AskedByEdition, *, is_new: bool
) -> str:
    """The code of what keeps an answer out, nothing where it may be kept."""
    if value == standing and value is not None:
        return ""
    if not edition.asks(field, letter):
        return "question_unasked"
    question = edition.questions[field]
    if not is_new and value != standing and is_locked(question.state, standing):
        return "field_frozen"
    try:
        settled_answer(question, value)
    except Refused as error:
        return error.codes[0]
    return ""


def shown(value: Any) -> str:
    """As much of a value as a fault repeats."""
    parts = value.values() if isinstance(value, dict) else value
    words = ", ".join(map(str, parts)) if isinstance(value, dict | list) else str(parts or "")
    return words[:200]


def place_of(name: str, columns: Sequence[str]) -> int:
    """The first column that fills a field of the entry, or answers a question."""
    return next((at for at, one in enumerate(columns) if one and entry_name(one) == name), -1)

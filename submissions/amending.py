"""An operator changes what the makers of an entry can no longer change themselves: with a reason, on the record,
told to them.

What that is: of a draft, fields and answers that are frozen; of a filed entry, answers to the edition's own
questions. The data of a film that is filed are corrected by `screenings/corrections.py`.
"""

from collections.abc import Collection, Mapping
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from festival import desk, texts
from festival.access import COMMITTEE, Act, Viewer, may
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.language import is_visible, t, text_in
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from submissions import answers, rejudging
from submissions.asking import (
    OPTIONED,
    TYPED_AS,
    AnswerValues,
    AskedQuestion,
    EntryForm,
    QuestionKind,
    column_of,
    is_locked,
    labels_of,
    missing_answers,
    parts_of,
    settled_answers,
)
from submissions.entries import closed_by, entry_of, held, section_called, write_credits
from submissions.entry import (
    BETWEEN_NAMES,
    Codes,
    Credits,
    Entry,
    ShownNames,
    Title,
    lacking,
    settled,
)
from submissions.lists import section_of, sections_of, subject_of, submission_in
from submissions.premieres import EarlierShowings
from submissions.status import Status
from submissions.tables import Film, Submission
from submissions.telling import tell_members
from submissions.told import line_of, told_answer, told_both

OF_THE_FILM = ("title", "titles", "synopses", "year", "countries", "languages", "subtitles", "directors",
               "declared_seconds", "premiere", "shown")  # fmt: skip
WhyAmended = Annotated[str, Meta(max_length=600)]


class AmendedFields(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of a draft as they shall stand, as the entry has them; what is not named stays."""

    title: Title | UnsetType = UNSET
    titles: texts.ShortTexts | UnsetType = UNSET
    synopses: texts.LongTexts | UnsetType = UNSET
    section: Annotated[str, Meta(max_length=1)] | UnsetType = UNSET
    year: Annotated[int, Meta(ge=1888, le=2100)] | UnsetType | None = UNSET
    countries: Codes | UnsetType = UNSET
    languages: Codes | UnsetType = UNSET
    subtitles: Codes | UnsetType = UNSET
    directors: ShownNames | UnsetType = UNSET
    credits: Credits | UnsetType = UNSET
    declared_seconds: Annotated[int, Meta(ge=1, le=86400)] | UnsetType | None = UNSET
    premiere: (
        Annotated[str, Meta(pattern="^(|world|international|european|national|none)$")] | UnsetType
    ) = UNSET
    shown: EarlierShowings | UnsetType = UNSET

    def named(self) -> dict[str, Any]:
        found = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in found.items() if value is not UNSET}


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator changes, why, and the version of the entry that they saw."""

    fields: AmendedFields = AmendedFields()
    answers: AnswerValues = {}
    reason: WhyAmended
    version: VersionNumber


class ClosedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stands, with what its makers can no longer change: `fields`, and `questions` by `q_<id>`."""

    submission: Submission
    form: EntryForm
    entry: Entry
    fields: frozenset[str]
    questions: frozenset[str]

    @property
    def parts(self) -> frozenset[str]:
        """The fields of the entry that those of the form say."""
        return frozenset(part for name in self.fields for part in parts_of(name))

    @property
    def asked(self) -> list[AskedQuestion]:
        """The questions that may be amended, in the order of the form."""
        return [one for one in self.form.questions if one.field in self.questions]


async def film_to_amend(edition: Edition, submission_id: str, viewer: Viewer) -> Submission:
    """The entry, if this viewer may amend it; of no other is it told whether there is one. Whoever sits in a
    committee that is blind to its makers leaves it to another operator.
    """
    if not may(viewer, Act.AMEND, await subject_of(submission_id, viewer)):
        raise Missing("submission_missing")
    submission = await submission_in(edition, submission_id)
    section = await section_of(submission)
    if section is not None and section.is_blind and viewer.has(*COMMITTEE):
        raise NotAllowed("amend_blind")
    return submission


async def closed(submission: Submission) -> ClosedEntry:
    """What is closed of it at this moment."""
    form, entry = await answers.form_of(submission), await entry_of(submission)
    entry = msgspec.structs.replace(entry, answers=await answers.values_of(submission))
    is_draft = submission.status == Status.DRAFT
    fields = (
        name
        for name, state in form.fields.items()
        if is_draft and state.is_asked and is_locked(state, getattr(entry, name))
    )
    questions = (
        one.field
        for one in form.questions
        if one.kind is not QuestionKind.FILE
        and not (is_draft and not is_locked(one.state, entry.answers.get(one.id)))
    )
    return ClosedEntry(
        submission=submission,
        form=form,
        entry=entry,
        fields=frozenset(fields),
        questions=frozenset(questions),
    )


async def amend(
    edition: Edition, submission_id: str, given: Amendment, *, viewer: Viewer, by: Person
) -> int:
    """Change it; its makers get a letter with what stood, what stands and why. Returns the entry's version.

    Where nothing differs, nothing is written. `Refused` names whatever its makers can change themselves.
    """
    async with transaction():
        submission = await held(await film_to_amend(edition, submission_id, viewer))
        if submission.status == Status.WITHDRAWN:
            raise Refused(closed_by(submission))
        if submission.version != given.version:
            raise Conflict("changed_meanwhile")
        stands = await closed(submission)
        letters = [section.letter for section in await sections_of(edition)]
        after, values = wanted(stands, given, letters)
        changes = desk.changed(
            msgspec.structs.asdict(stands.entry),
            {name: getattr(after, name) for name in stands.parts},
        )
        if not changes and not values:
            return int(submission.version)
        await write(submission, after, changes, values, by=by)
        answered = {
            one.field: [kept(one, stands.entry.answers.get(one.id)), kept(one, values[one.id])]
            for one in stands.asked
            if one.id in values
        }
        version = int(submission.version) + 1
        await record(
            "entry_amended",
            submission.id,
            by=by,
            edition=edition.id,
            reason=given.reason.strip(),
            changes=changes | answered,
            questions={one.field: one.labels for one in stands.asked if one.id in values},
        )
        await tell_members(
            submission,
            "entry_amended",
            edition=edition,
            occasion=f"amended:{version}",
            link=f"/submissions/{submission.id}",
            lines=partial(lines_of, stands=stands, changes=changes, values=values),
            reason=given.reason.strip(),
        )
    return version


def wanted(
    stands: ClosedEntry, given: Amendment, letters: Collection[str]
) -> tuple[Entry, dict[str, Any]]:
    """(the entry as it shall stand, the answers that differ); `Refused` with all that is wrong. `letters` are
    those of the edition's sections.
    """
    named = given.fields.named()
    after = settled(msgspec.structs.replace(stands.entry, **(named | director_of(named))))
    values, wrong = settled_answers(loosened(stands), stands.entry.answers, given.answers)
    differ = {name for name in named if getattr(after, name) != getattr(stands.entry, name)}
    open_code = "field_open" if stands.submission.status == Status.DRAFT else "field_corrected"
    wrong += [f"{name}:{open_code}" for name in sorted(differ - stands.parts)]
    if "premiere" in named and after.premiere != named["premiere"]:
        wrong.append("premiere:premiere_follows")
    wrong += [
        f"q_{question}:field_open" for question in values if f"q_{question}" not in stands.questions
    ]
    wrong += emptied(stands, after, differ, values, letters)
    if not is_visible(given.reason):
        wrong.append("reason:reason_missing")
    if wrong:
        raise Refused(*dict.fromkeys(wrong), **labels_of(stands.form, wrong))
    return after, values


def director_of(named: Mapping[str, Any]) -> dict[str, str]:
    """The line of the directors goes with their list."""
    return {"director": BETWEEN_NAMES.join(named["directors"])} if "directors" in named else {}


def loosened(stands: ClosedEntry) -> EntryForm:
    """The form, as it asked before it froze."""
    questions = (
        msgspec.structs.replace(one, state=msgspec.structs.replace(one.state, is_frozen=False))
        for one in stands.form.questions
    )
    return msgspec.structs.replace(stands.form, questions=tuple(questions))


def emptied(
    stands: ClosedEntry,
    after: Entry,
    differ: Collection[str],
    values: Mapping[str, Any],
    letters: Collection[str],
) -> list[str]:
    """What is required and would say nothing any more."""
    lacks = [
        code
        for name, code in lacking(after, letters)
        if name in differ and stands.form.requires(name)
    ]
    gone = [one for one in stands.asked if one.id in values and values[one.id] is None]
    return [*lacks, *missing_answers(gone, ())]


async def write(
    submission: Submission,
    after: Entry,
    changes: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    by: Person,
) -> None:
    """The rows of the entry, under its next version; what was typed in vain there is forgotten."""
    columns: dict[Any, Any] = {
        name: msgspec.to_builtins(getattr(after, name)) for name in OF_THE_FILM if name in changes
    }
    if columns:
        columns |= {"director": after.director, "version": Film.version + 1}
        await Film.update(columns).where(Film.id == submission.film)
    if "credits" in changes:
        await write_credits(str(submission.film), after.credits)
    section = await section_called(after.section, str(submission.edition))
    typed: dict[str, str] = dict(msgspec.to_builtins(submission.unread))
    unread = {
        field: words
        for field, words in typed.items()
        if (TYPED_AS.get(field) or column_of(field)) not in changes
        and field.removeprefix("q_").partition("_")[0] not in values
    }
    await answers.write_values(submission, values, by=by)
    await Submission.update(
        {
            Submission.section: None if section is None else section.id,
            Submission.unread: unread,
            Submission.version: Submission.version + 1,
            Submission.changed_at: now(),
        }
    ).where(Submission.id == submission.id)
    if "section" in changes:
        await rejudging.section_changed(submission)


def kept(question: AskedQuestion, value: Any) -> Any:
    """An answer as the record keeps it, in texts: whoever is forgotten is forgotten there, too."""
    if value is None:
        return ""
    if question.kind in OPTIONED:
        names = {option.key: option.names for option in question.options}
        return [{"key": key, "names": names.get(key, {})} for key in value]
    return str(value)


def lines_of(
    lang: str, stands: ClosedEntry, changes: Mapping[str, list[Any]], values: Mapping[str, Any]
) -> str:
    """What its makers read: a line a field, a line an answer."""
    of_entry = (
        line_of(lang, t(lang, f"corrections.field.{name}"), *told_both(lang, name, *pair))
        for name, pair in changes.items()
    )
    of_answers = (
        line_of(
            lang,
            text_in(lang, one.labels),
            told_answer(lang, one, stands.entry.answers.get(one.id)),
            told_answer(lang, one, values[one.id]),
        )
        for one in stands.asked
        if one.id in values
    )
    return "\n".join((*of_entry, *of_answers))


async def amendments_of(submission_id: str) -> list[dict[str, Any]]:
    """Every one of an entry, the newest first: by whom and when, why, and what it changed."""
    return await rows(
        """SELECT r.id AS line, r.at, r.details, coalesce(p.name, '') AS by
           FROM record r LEFT JOIN person p ON p.id = r.person
           WHERE r.subject = {} AND r.act = 'entry_amended' ORDER BY r.id DESC""",
        submission_id,
    )

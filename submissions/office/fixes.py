"""The office asks the makers of an entry to mend one field until a day; it opens that field and no other.

    ask ── letter with a way to the field ── its makers mend it ── the office reads old and new ── settled
                                                                                     └── asked again
An open one can be taken back. What is asked for and not mended on its day stays open, and is told once more.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk, letters
from festival.access import Viewer
from festival.clock import at, closes, in_zone, now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import is_visible, last_minute, listed, moment, t, text_in, track
from festival.people import person as person_of
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Letter, Person
from festival.texts import film_title
from submissions import amending, answers
from submissions.amending import ClosedEntry, emptied, kept, loosened
from submissions.asking import (
    ALWAYS,
    FIELDS,
    AskedQuestion,
    EntryForm,
    QuestionKind,
    parts_of,
    settled_answers,
)
from submissions.entries import CLOSED, closed_by, entry_of, held
from submissions.entry import Entry, settled
from submissions.lists import sections_of
from submissions.office.reach import named_film
from submissions.status import Status
from submissions.tables import FixRequest, Submission
from submissions.telling import tell_members
from submissions.told import told, told_answer

LONGEST_WAIT = timedelta(days=366)
OWN_FIELDS = tuple(name for name in FIELDS if name not in ALWAYS or name == "title")
"""Fields of the entry that can be asked for; its section and its rights are no matter of mending."""
TRACKS = "tracks"
"""Subtitle files, which the office alone can ask for: they stand beside the entry and change no word of it."""
STATES = ("open", "done", "wished", "settled", "taken_back", "declined")
FixWhy = Annotated[str, Meta(max_length=600)]
FieldName = Annotated[str, Meta(max_length=24)]


class FixWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which field, why, and until when: the whole of that day on the edition's wall."""

    field: FieldName
    why: FixWhy
    due: date


class FixAgain(msgspec.Struct, frozen=True, kw_only=True):
    """What is still wrong, until when, and the version of the request that was seen."""

    why: FixWhy
    due: date
    version: VersionNumber


class FixShown(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the office and the makers read it; `before` and `after` hold parts of the field by name."""

    id: str
    field: str
    labels: dict[str, str] | None
    why: str
    due_at: datetime
    state: str
    by: str
    mended_by: str
    before: Any
    after: Any
    version: int
    created_at: datetime
    done_at: datetime | None
    ended_at: datetime | None

    @property
    def is_late(self) -> bool:
        return self.state == "open" and closes(self.due_at) <= now()


SHOWN = """SELECT r.id, r.field, q.labels, r.why, r.due_at, r.state, r.before, r.after, r.version, r.created_at,
  r.done_at, r.ended_at, coalesce(nullif(p.name, ''), p.email, '') AS by,
  coalesce(nullif(k.name, ''), k.email, '') AS mended_by
FROM fix_request r LEFT JOIN question q ON 'q_' || q.id = r.field
LEFT JOIN person p ON p.id = r.person LEFT JOIN person k ON k.id = r.mended_by
"""


async def fixes_of(submission_id: str, *, states: tuple[str, ...] = STATES) -> list[FixShown]:
    """Those that wait first, then the newest; the caller has asked whether its reader may."""
    found = await rows(
        SHOWN
        + """WHERE r.submission = {} AND r.state = ANY({})
             ORDER BY r.state NOT IN ('open', 'done', 'wished'), r.created_at DESC, r.id""",
        submission_id,
        list(states),
    )
    return msgspec.convert(found, list[FixShown])


async def fix_of(submission_id: str, fix_id: str) -> FixShown:
    found = await rows(SHOWN + "WHERE r.submission = {} AND r.id = {}", submission_id, fix_id)
    if not found:
        raise Missing("fix_missing")
    return msgspec.convert(found[0], FixShown)


# The office


def field_label(lang: str, field: str, labels: Mapping[str, str] | None) -> str:
    """How a field is called; a question by its own words."""
    return text_in(lang, labels) if labels else t(lang, f"corrections.field.{field}")


async def askable(submission: Submission) -> tuple[list[str], list[AskedQuestion]]:
    """What can be asked of this entry: its fields as the edition has them, and questions that no file answers."""
    form = await answers.form_of(submission)
    questions = [one for one in form.questions if one.kind is not QuestionKind.FILE]
    return [name for name in OWN_FIELDS if form.asks(name)], questions


def asks_for_tracks(submission: Submission) -> bool:
    """Whether subtitles can still be brought; what is declined or taken back takes none."""
    return submission.status not in CLOSED


def due_at(edition: Edition, day: date) -> datetime:
    """The last minute of that day on the edition's wall; `Refused` for one that is over, or too far."""
    with in_zone(edition.zone):
        moment_of = at(day, 24 * 60 - 1)
    if closes(moment_of) <= now():
        raise Refused("due:fix_due_over")
    if moment_of > now() + LONGEST_WAIT:
        raise Refused("due:fix_due_far")
    return moment_of


async def ask(
    edition: Edition,
    submission_id: str,
    wanted: FixWanted,
    *,
    viewer: Viewer,
    by: Person,
    version: int | None = None,
) -> str:
    """Ask for one field; its makers get a letter that leads to it. Returns the request's id.

    `version` is the entry's that was seen, where several are asked at once.
    """
    if not is_visible(wanted.why):
        raise Refused("why:fix_why_missing")
    due = due_at(edition, wanted.due)
    async with transaction():
        submission = await held(await named_film(edition, submission_id, viewer))
        if version is not None and submission.version != version:
            raise Conflict("changed_meanwhile")
        own, questions = await askable(submission)
        beside = [TRACKS] if asks_for_tracks(submission) else []
        if wanted.field not in [*own, *(one.field for one in questions), *beside]:
            raise Refused("field:fix_field_unasked")
        if await is_asked(submission, wanted.field):
            raise Refused("field:fix_asked_already")
        row = FixRequest(
            submission=submission.id,
            field=wanted.field,
            why=wanted.why.strip(),
            due_at=due,
            person=by.id,
            before=await stands(submission, wanted.field),
        )
        await row.save()
        await record(
            "fix_asked", submission.id, by=by, edition=edition.id, fix=row.id, field=row.field
        )
        await tell(submission, "fix_asked", row, edition=edition)
    return str(row.id)


async def is_asked(submission: Submission, field: str) -> bool:
    """Whether this field is asked for, mended and not yet read, or wished to be open."""
    return await FixRequest.exists().where(
        (FixRequest.submission == submission.id)
        & (FixRequest.field == field)
        & FixRequest.state.is_in(["open", "done", "wished"])
    )


async def ask_again(
    edition: Edition,
    submission_id: str,
    fix_id: str,
    again: FixAgain,
    *,
    viewer: Viewer,
    by: Person,
) -> int:
    """What was mended is not yet right, the day moves, or its makers wish it: it is open, and told again."""
    if not is_visible(again.why):
        raise Refused("why:fix_why_missing")
    due = due_at(edition, again.due)
    async with transaction():
        submission = await named_film(edition, submission_id, viewer)
        row = await fix_held(submission, fix_id, again.version, states=("open", "done", "wished"))
        row.before, row.why, row.due_at = (
            await stands(submission, row.field),
            again.why.strip(),
            due,
        )
        row.version = again.version + 1
        await FixRequest.update(
            {
                FixRequest.state: "open",
                FixRequest.why: row.why,
                FixRequest.person: by.id,
                FixRequest.due_at: due,
                FixRequest.before: row.before,
                FixRequest.after: None,
                FixRequest.mended_by: None,
                FixRequest.done_at: None,
                FixRequest.version: row.version,
            }
        ).where(FixRequest.id == row.id)
        await record(
            "fix_asked_again", submission.id, by=by, edition=edition.id, fix=row.id, field=row.field
        )
        await tell(submission, "fix_asked", row, edition=edition)
    return int(row.version)


async def settle(
    edition: Edition, submission_id: str, fix_id: str, version: int, *, viewer: Viewer, by: Person
) -> None:
    """The office has read what was mended, and is content."""
    await end(edition, submission_id, fix_id, version, viewer=viewer, by=by, now_is="settled")


async def take_back(
    edition: Edition, submission_id: str, fix_id: str, version: int, *, viewer: Viewer, by: Person
) -> None:
    """Ask for it no more; its makers hear so, and the field is as closed as it was."""
    await end(edition, submission_id, fix_id, version, viewer=viewer, by=by, now_is="taken_back")


async def end(
    edition: Edition,
    submission_id: str,
    fix_id: str,
    version: int,
    *,
    viewer: Viewer,
    by: Person,
    now_is: str,
) -> None:
    async with transaction():
        submission = await named_film(edition, submission_id, viewer)
        waits = "done" if now_is == "settled" else "open"
        row = await ended(submission, fix_id, version, waits=waits, now_is=now_is, by=by)
        if now_is == "taken_back":
            await tell(submission, "fix_taken_back", row, edition=edition)


async def ended(
    submission: Submission, fix_id: str, version: int, *, waits: str, now_is: str, by: Person
) -> FixRequest:
    """The request that was in `waits` when it was seen, over now, whoever ends it."""
    row = await fix_held(submission, fix_id, version, states=(waits,))
    row.version = version + 1
    await FixRequest.update(
        {
            FixRequest.state: now_is,
            FixRequest.ended_at: now(),
            FixRequest.version: row.version,
        }
    ).where(FixRequest.id == row.id)
    await record(
        f"fix_{now_is}",
        submission.id,
        by=by,
        edition=submission.edition,
        fix=row.id,
        field=row.field,
    )
    return row


async def fix_held(
    submission: Submission, fix_id: str, version: int, *, states: tuple[str, ...]
) -> FixRequest:
    """The request as it stands, locked; `Conflict` where it is not what was seen, or no longer in `states`."""
    await rows("SELECT id FROM fix_request WHERE id = {} FOR UPDATE", fix_id)
    row = await FixRequest.objects().get(
        (FixRequest.id == fix_id) & (FixRequest.submission == submission.id)
    )
    if row is None:
        raise Missing("fix_missing")
    if row.version != version or row.state not in states:
        raise Conflict("changed_meanwhile", version=row.version)
    return row


async def stands(submission: Submission, field: str) -> dict[str, Any]:
    """What the field says, part by part, as JSON has it; of subtitles those that stand."""
    if field == TRACKS:
        tracks = await rows(
            """SELECT language, kind, name FROM subtitle WHERE submission = {} AND confirmed_at IS NOT NULL
               ORDER BY language, kind""",
            submission.id,
        )
        return {TRACKS: tracks}
    if field.startswith("q_"):
        values = await answers.values_of(submission)
        return {field: values.get(field.removeprefix("q_"))}
    entry = await entry_of(submission)
    return {part: msgspec.to_builtins(getattr(entry, part)) for part in parts_of(field)}


# Its makers


async def opened(submission: Submission, fix_id: str) -> tuple[FixShown, ClosedEntry]:
    """An open request with the entry of which it opens one field, for its form; `Missing` once it is not open."""
    fix = await fix_of(submission.id, fix_id)
    if fix.state != "open":
        raise Missing("fix_missing")
    form = await answers.form_of(submission)
    entry = msgspec.structs.replace(
        await entry_of(submission), answers=await answers.values_of(submission)
    )
    is_question = fix.field.startswith("q_")
    return fix, ClosedEntry(
        submission=submission,
        form=form,
        entry=entry,
        fields=frozenset() if is_question or fix.field == TRACKS else frozenset({fix.field}),
        questions=frozenset({fix.field}) if is_question else frozenset(),
    )


async def mend(
    edition: Edition, submission: Submission, fix_id: str, entry: Entry, *, version: int, by: Person
) -> None:
    """The makers change that one field, whatever is closed else; the rest of `entry` is not read.

    `version` is the request's that was seen. `Refused` where the field still says what it said, or what it
    must say is missing.
    """
    async with transaction():
        standing = await held(submission)
        if standing.status == Status.WITHDRAWN:
            raise Refused(closed_by(standing))
        row = await fix_held(standing, fix_id, version, states=("open",))
        _, there = await opened(standing, fix_id)
        if row.field == TRACKS:
            raise Refused(f"{TRACKS}:fix_by_bringing")
        after, changes, values = await wanted(edition, there, entry)
        if not changes and not values:
            raise Refused(f"{row.field}:fix_unchanged")
        await amending.write(standing, after, changes, values, by=by)
        await be_done(row, await stands(await held(standing), row.field), by=by)
        told_values = {
            one.field: [kept(one, there.entry.answers.get(one.id)), kept(one, values[one.id])]
            for one in there.asked
            if one.id in values
        }
        await record(
            "fix_done",
            standing.id,
            by=by,
            edition=edition.id,
            fix=row.id,
            field=row.field,
            changes=changes | told_values,
            questions={one.field: one.labels for one in there.asked if one.id in values},
        )


async def be_done(row: FixRequest, after: Any, *, by: Person) -> None:
    """What was asked for is mended: `after` is what stands now."""
    await FixRequest.update(
        {
            FixRequest.state: "done",
            FixRequest.after: after,
            FixRequest.mended_by: by.id,
            FixRequest.done_at: now(),
            FixRequest.version: row.version + 1,
        }
    ).where(FixRequest.id == row.id)


async def tracks_brought(submission: Submission, *, by: Person) -> None:
    """In the act by which subtitles come to stand: whatever the office has asked for of them is done, and is read by
    it. The entry is held.
    """
    for row in await FixRequest.objects().where(
        (FixRequest.submission == submission.id)
        & (FixRequest.field == TRACKS)
        & (FixRequest.state == "open")
    ):
        await be_done(row, await stands(submission, TRACKS), by=by)
        await record(
            "fix_done", submission.id, by=by, edition=submission.edition, fix=row.id, field=TRACKS
        )


async def wanted(
    edition: Edition, there: ClosedEntry, entry: Entry
) -> tuple[Entry, dict[str, Any], dict[str, Any]]:
    """(the entry as it shall stand, changes by field, answers that differ); `Refused` with what is wrong."""
    named = {part: getattr(entry, part) for part in there.parts}
    given = msgspec.structs.replace(there.entry, **(named | amending.director_of(named)))
    after = settled(given)
    asked = {one.id: entry.answers.get(one.id) for one in there.asked}
    values, wrong = settled_answers(loosened(there), there.entry.answers, asked)
    changes = desk.changed(
        msgspec.structs.asdict(there.entry), {part: getattr(after, part) for part in there.parts}
    )
    letters_of = [one.letter for one in await sections_of(edition)]
    wrong += emptied(there, after, set(changes), values, letters_of)
    if wrong:
        raise Refused(*dict.fromkeys(wrong))
    return after, changes, values


class OpenFix(msgspec.Struct, frozen=True, kw_only=True):
    """What a maker is asked to mend, with the film that it is about."""

    id: str
    submission: str
    title: str
    titles: dict[str, str]
    field: str
    labels: dict[str, str] | None
    why: str
    due_at: datetime

    @property
    def is_late(self) -> bool:
        return closes(self.due_at) <= now()


async def open_for(person: str, edition: Edition, submission: str = "") -> list[OpenFix]:
    """What this person is asked to mend in an edition, or in one entry of it; the most urgent first."""
    found = await rows(
        """SELECT r.id, r.submission, f.title, f.titles, r.field, q.labels, r.why, r.due_at
           FROM fix_request r JOIN submission s ON s.id = r.submission JOIN film f ON f.id = s.film
           JOIN member m ON m.submission = s.id AND m.person = {} AND m.entry_right IN ('edit', 'own')
           LEFT JOIN question q ON 'q_' || q.id = r.field
           WHERE r.state = 'open' AND s.edition = {} AND s.status <> 'withdrawn' AND {} IN ('', s.id)
           ORDER BY r.due_at, r.id""",
        person,
        edition.id,
        submission,
    )
    return msgspec.convert(found, list[OpenFix])


# Letters


async def tell(submission: Submission, kind: str, row: FixRequest, *, edition: Edition) -> None:
    question = await rows("SELECT labels FROM question WHERE 'q_' || id = {}", row.field)
    labels = question[0]["labels"] if question else None
    await tell_members(
        submission,
        kind,
        edition=edition,
        occasion=f"{kind}:{row.id}:{row.version}",
        link=f"/submissions/{submission.id}/fixes/{row.id}"
        if kind == "fix_asked"
        else f"/submissions/{submission.id}",
        field=partial(field_label, field=row.field, labels=labels),
        why=row.why,
        deadline=partial(moment, when=last_minute(row.due_at)),
    )


async def remind_late() -> int:
    """Whoever has not mended what was asked for by the end of its day hears of it once; how many letters."""
    written = 0
    for row in await rows(
        """SELECT r.id, r.version, r.field, r.why, r.due_at, q.labels, s.id AS submission, s.edition, m.person,
             f.title, f.titles
           FROM fix_request r JOIN submission s ON s.id = r.submission JOIN film f ON f.id = s.film
           JOIN edition e ON e.id = s.edition AND e.phase <> 'archived'
           JOIN member m ON m.submission = s.id AND m.entry_right IN ('edit', 'own')
           JOIN person p ON p.id = m.person AND p.disabled_at IS NULL
           LEFT JOIN question q ON 'q_' || q.id = r.field
           WHERE r.state = 'open' AND s.status <> 'withdrawn' AND r.due_at + interval '1 minute' <= now()
             AND NOT EXISTS (SELECT 1 FROM letter l
               WHERE l.occasion = 'fix_late:' || r.id || ':' || r.version || ':' || m.person)
           ORDER BY r.due_at, r.id, m.person LIMIT 500"""
    ):
        edition = await Edition.objects().get(Edition.id == row["edition"])
        film = {"title": row["title"], "titles": row["titles"]}
        written += await letters.write(
            "fix_late",
            await person_of(row["person"]),
            occasion=f"fix_late:{row['id']}:{row['version']}:{row['person']}",
            edition=edition,
            about=row["submission"],
            link=f"/submissions/{row['submission']}/fixes/{row['id']}",
            title=partial(film_title, film=film),
            field=partial(field_label, field=row["field"], labels=row["labels"]),
            why=row["why"],
            deadline=partial(moment, when=last_minute(row["due_at"].astimezone(UTC))),
        )
    return written


async def still_true(letter: Letter) -> bool:
    """Asked when such a letter is about to go: whether the field is still asked for."""
    _, fix, version, *_ = letter.occasion.split(":")
    return bool(
        await rows(
            "SELECT id FROM fix_request WHERE id = {} AND version = {} AND state = 'open'",
            fix,
            int(version),
        )
    )


# As people read it


def told_field(lang: str, field: str, said: Mapping[str, Any] | None, form: EntryForm) -> str:
    """What stood in a field, or stands, in words."""
    if not said:
        return ""
    if field == TRACKS:
        return listed(lang, (track(lang, one["language"], one["kind"]) for one in said[TRACKS]))
    if field.startswith("q_"):
        question = form.question(field.removeprefix("q_"))
        value = said.get(field)
        return str(value or "") if question is None else told_answer(lang, question, value)
    parts = [told(lang, part, said.get(part)) for part in parts_of(field)]
    return " · ".join(one for one in parts if one)

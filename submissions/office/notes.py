"""Notes of the office about an entry: operators' alone, never its makers' or the committee's."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import desk
from festival.access import Viewer
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.language import is_visible
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from submissions.amending import film_to_amend
from submissions.tables import OfficeNote

NoteText = Annotated[str, Meta(max_length=4000)]


class NoteSaid(msgspec.Struct, frozen=True):
    text: NoteText


class NoteChange(msgspec.Struct, frozen=True):
    """The note as it shall read, and the version of it that was seen."""

    text: NoteText
    version: VersionNumber


class NoteShown(msgspec.Struct, frozen=True, kw_only=True):
    """One note; `changed_at` differs from `created_at` where somebody has edited it."""

    id: str
    text: str
    by: str
    version: int
    created_at: datetime
    changed_at: datetime


async def notes_of(submission_id: str) -> list[NoteShown]:
    """The newest first; the caller has asked whether its reader may."""
    found = await rows(
        """SELECT n.id, n.text, coalesce(nullif(p.name, ''), p.email, '') AS by, n.version, n.created_at,
             n.changed_at FROM office_note n LEFT JOIN person p ON p.id = n.person
           WHERE n.submission = {} ORDER BY n.created_at DESC, n.id""",
        submission_id,
    )
    return msgspec.convert(found, list[NoteShown])


async def add_note(
    edition: Edition, submission_id: str, text: str, *, viewer: Viewer, by: Person
) -> str:
    """A new note; its id. Its words stand in no record: that names only the act."""
    async with transaction():
        submission = await film_to_amend(edition, submission_id, viewer)
        note = OfficeNote(submission=submission.id, person=by.id, text=written(text))
        await note.save()
        await record("office_note_added", submission.id, by=by, edition=edition.id, note=note.id)
    return str(note.id)


async def change_note(
    edition: Edition,
    submission_id: str,
    note_id: str,
    change: NoteChange,
    *,
    viewer: Viewer,
    by: Person,
) -> int:
    """Say it otherwise, if it still reads as it was seen. Returns its version."""
    text = written(change.text)
    async with transaction():
        note = await note_in(edition, submission_id, note_id, viewer)
        await desk.held(note, change.version)
        if note.text == text:
            return change.version
        version = change.version + 1
        changes: dict[Any, Any] = {
            OfficeNote.text: text,
            OfficeNote.version: version,
            OfficeNote.changed_at: now(),
        }
        await OfficeNote.update(changes).where(OfficeNote.id == note.id)
        await record("office_note_changed", submission_id, by=by, edition=edition.id, note=note.id)
    return version


async def remove_note(
    edition: Edition, submission_id: str, note_id: str, version: int, *, viewer: Viewer, by: Person
) -> None:
    async with transaction():
        note = await note_in(edition, submission_id, note_id, viewer)
        await desk.held(note, version)
        await OfficeNote.delete().where(OfficeNote.id == note.id)
        await record("office_note_removed", submission_id, by=by, edition=edition.id, note=note.id)


async def note_in(edition: Edition, submission_id: str, note_id: str, viewer: Viewer) -> OfficeNote:
    submission = await film_to_amend(edition, submission_id, viewer)
    note = await OfficeNote.objects().get(
        (OfficeNote.id == note_id) & (OfficeNote.submission == submission.id)
    )
    if note is None:
        raise Missing("note_missing")
    return note


def written(text: str) -> str:
    if not is_visible(text):
        raise Refused("text:office_note_empty")
    return text.strip()

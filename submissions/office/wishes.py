"""The makers of a filed entry wish to correct one field: as far as the edition still lets it change it opens at once,
else its office answers.

    wish ──┬── open: the field's own rule lets it change until a day that has not come
           ├── the office opens it, until a day it names (`fixes.ask_again`)
           ├── the office declines, and says why
           └── its makers take it back
Once it is open everything goes as with a fix that the office asked for.
"""

from datetime import datetime, timedelta
from functools import partial

import msgspec

from festival.access import Viewer
from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Refused
from festival.language import is_visible
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person
from submissions import answers
from submissions.asking import EntryForm
from submissions.entries import STANDS, held
from submissions.office import fixes
from submissions.office.fixes import FieldName, FixWhy
from submissions.office.reach import named_film
from submissions.status import Status
from submissions.tables import FixRequest, Submission
from submissions.telling import tell_members

STILL_CORRECTED = frozenset({Status.SUBMITTED, Status.ACCEPTED, Status.WAITLISTED})


class FixWished(msgspec.Struct, frozen=True, kw_only=True):
    """Which field its makers want to correct, and what is wrong with it."""

    field: FieldName
    why: FixWhy


class FixDeclined(msgspec.Struct, frozen=True, kw_only=True):
    """Why a field stays as it is, and the version of the wish that was read."""

    why: FixWhy
    version: VersionNumber


def changes_until(form: EntryForm, field: str) -> datetime | None:
    """The last minute in which the edition still lets this field change; nothing where it sets no such day."""
    question = form.question(field.removeprefix("q_")) if field.startswith("q_") else None
    state = question.state if question is not None else form.fields[field]
    if state.frozen_from is None or state.frozen_from <= now():
        return None
    return state.frozen_from - timedelta(minutes=1)


async def wish(edition: Edition, submission: Submission, wanted: FixWished, *, by: Person) -> str:
    """Ask to correct one field; the id of the request, which is open at once where the edition allows it."""
    if not is_visible(wanted.why):
        raise Refused("why:fix_why_missing")
    async with transaction():
        standing = await held(submission)
        if standing.status not in STILL_CORRECTED:
            raise Refused(STANDS[Status(standing.status)])
        own, questions = await fixes.askable(standing)
        if wanted.field not in [*own, *(one.field for one in questions)]:
            raise Refused("field:fix_field_unasked")
        if await fixes.is_asked(standing, wanted.field):
            raise Refused("field:fix_asked_already")
        until = changes_until(await answers.form_of(standing), wanted.field)
        row = FixRequest(
            submission=standing.id,
            field=wanted.field,
            why=wanted.why.strip(),
            due_at=until or now(),
            person=by.id,
            state="open" if until else "wished",
            before=await fixes.stands(standing, wanted.field),
        )
        await row.save()
        await record(
            "fix_wished", standing.id, by=by, edition=edition.id, fix=row.id, field=row.field
        )
    return str(row.id)


async def decline(
    edition: Edition,
    submission_id: str,
    fix_id: str,
    declined: FixDeclined,
    *,
    viewer: Viewer,
    by: Person,
) -> None:
    """The field stays as it is; its makers get a letter that says why."""
    if not is_visible(declined.why):
        raise Refused("why:fix_why_missing")
    async with transaction():
        submission = await named_film(edition, submission_id, viewer)
        row = await fixes.ended(
            submission, fix_id, declined.version, waits="wished", now_is="declined", by=by
        )
        question = await rows("SELECT labels FROM question WHERE 'q_' || id = {}", row.field)
        labels = question[0]["labels"] if question else None
        await tell_members(
            submission,
            "fix_declined",
            edition=edition,
            occasion=f"fix_declined:{row.id}:{row.version}",
            link=f"/submissions/{submission.id}",
            field=partial(fixes.field_label, field=row.field, labels=labels),
            why=declined.why.strip(),
        )


async def take_back(submission: Submission, fix_id: str, version: int, *, by: Person) -> None:
    """Its makers no longer wish it, before anybody has answered."""
    async with transaction():
        await fixes.ended(submission, fix_id, version, waits="wished", now_is="taken_back", by=by)

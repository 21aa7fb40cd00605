"""A way back from what was announced: another decision, and a letter of its own.

It waits among the announcements as one of one film: read, reworded, confirmed by a second person where the edition
asks for two, called back for ten minutes. Until it goes out, what was told stands.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from reviews.decisions import check_undrawn, hold
from reviews.tables import Announcement, AnnouncementLine
from submissions.entries import STANDS
from submissions.status import BACK, Status
from submissions.tables import Submission

ChangedOutcome = Annotated[str, Meta(pattern="^(submitted|accepted|waitlisted|declined)$")]


class ChangeWanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be true instead (`submitted`: back on the table); why, for the minutes; and what the makers read
    of it, nothing where that is nobody's business. `version` is the decision's, as it was seen.
    """

    wanted: ChangedOutcome
    note: Annotated[str, Meta(min_length=3, max_length=2000)]
    word: Annotated[str, Meta(max_length=2000)] = ""
    version: SeenVersion = 0


def ways_back(submission: Submission) -> list[str]:
    """What an announced decision may become; nothing where none was announced."""
    possible = BACK.get(Status(submission.status), frozenset())
    return [one.value for one in Status if one in possible]


async def ask_change(
    submission: Submission, given: ChangeWanted, *, edition: Edition, by: Person
) -> Announcement:
    """Draw it up; nothing moves and nobody is told yet. A film waits in one announcement alone."""
    if len(given.note.strip()) < 3:
        raise Refused("note:field_missing")
    async with transaction():
        await hold(submission, seen=given.version)
        standing = await rows("SELECT status, pending FROM submission WHERE id = {}", submission.id)
        status = Status(standing[0]["status"])
        if status not in BACK:
            raise Refused("change_nothing_told" if status is Status.SUBMITTED else STANDS[status])
        if given.wanted == status:
            raise Refused("wanted:change_same")
        if standing[0]["pending"] is not None:
            raise Conflict("change_pencilled")
        await check_undrawn([submission.id])
        batch = Announcement(
            edition=edition.id, asked_by=by.id, note=given.note.strip(), word=given.word.strip()
        )
        await batch.save()
        await AnnouncementLine(
            announcement=batch.id, submission=submission.id, wanted=given.wanted, was=status.value
        ).save()
        await record("announcement_asked", batch.id, by=by, edition=edition.id, films=1)
    return batch

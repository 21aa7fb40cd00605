"""A decision stays inside the committee until it is announced; announcing takes two people."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import t
from festival.record import record
from festival.tables import Edition, Person
from reviews.cautions import was_watched
from reviews.tables import Announcement, AnnouncementLine, Decision
from submissions import projection
from submissions.entries import move, propose, tell_members
from submissions.status import Status
from submissions.tables import Submission


class Sentence(msgspec.Struct, frozen=True):
    """Why: it goes into the minutes."""

    note: Annotated[str, Meta(min_length=3, max_length=2000)]


async def _decide(submission: Submission, wanted: Status | None, *, by: Person, note: str) -> None:
    async with transaction():
        await propose(submission, wanted, by=by)
        await Decision(
            submission=submission.id,
            person=by.id,
            note=note.strip(),
            wanted=None if wanted is None else wanted.value,
        ).save()


async def accept(submission: Submission, *, by: Person, note: str) -> None:
    """Choose the film; its makers learn nothing before the decision is announced."""
    await _decide(submission, Status.ACCEPTED, by=by, note=note)


async def wait(submission: Submission, *, by: Person, note: str) -> None:
    """Keep the film on the waiting list."""
    await _decide(submission, Status.WAITLISTED, by=by, note=note)


async def regret(submission: Submission, *, by: Person, note: str) -> None:
    await _decide(submission, Status.DECLINED, by=by, note=note)


async def reopen(submission: Submission, *, by: Person, note: str) -> None:
    """Take a decision back to the table, before it is announced."""
    await _decide(submission, None, by=by, note=note)


async def ask_announcement(edition: Edition, submissions: list[str], *, by: Person) -> Announcement:
    """Draw up a batch as the decisions stand now; nobody is told yet."""
    async with transaction():
        standing = await rows(
            """SELECT id, pending FROM submission
               WHERE edition = {} AND id = ANY({}) AND pending IS NOT NULL
               ORDER BY id FOR UPDATE""",
            edition.id,
            submissions,
        )
        if not standing or len(standing) != len(set(submissions)):
            raise Refused("announcement_without_decision")
        batch = Announcement(edition=edition.id, asked_by=by.id)
        await batch.save()
        for row in standing:
            await AnnouncementLine(
                announcement=batch.id, submission=row["id"], wanted=row["pending"]
            ).save()
        await record("announcement_asked", batch.id, by=by, edition=edition.id, films=len(standing))
    return batch


async def announce(batch_id: str, *, edition: Edition, by: Person) -> None:
    """Release a batch: every status moves and every letter is written in one instant, once."""
    async with transaction():
        released = await rows(
            """UPDATE announcement SET released_by = {}, released_at = now()
               WHERE id = {} AND edition = {} AND released_at IS NULL AND cancelled_at IS NULL
               RETURNING asked_by""",
            by.id,
            batch_id,
            edition.id,
        )
        if not released:
            await check_known(batch_id, edition)
            return
        if edition.two_person_release and released[0]["asked_by"] == by.id:
            raise Refused("announcement_needs_second_person")
        await hold_films(batch_id)
        for line in await AnnouncementLine.objects().where(
            AnnouncementLine.announcement == batch_id
        ):
            await tell(line, edition=edition, by=by)
        await record("announcement_released", batch_id, by=by, edition=edition.id)


async def hold_films(batch_id: str) -> None:
    """No decision of the batch changes while it is told; in one order, so that no two batches
    wait for each other.
    """
    await rows(
        """SELECT id FROM submission
           WHERE id IN (SELECT submission FROM announcement_line WHERE announcement = {})
           ORDER BY id FOR UPDATE""",
        batch_id,
    )


async def check_known(batch_id: str, edition: Edition) -> None:
    """Released before is fine; cancelled, or of another edition, is not."""
    batch = await Announcement.objects().get(
        (Announcement.id == batch_id) & (Announcement.edition == edition.id)
    )
    if batch is None:
        raise Missing("announcement_missing")
    if batch.cancelled_at is not None:
        raise Conflict("announcement_cancelled")


async def tell(line: AnnouncementLine, *, edition: Edition, by: Person) -> None:
    """One film: the decision must still be the one that was previewed."""
    submission = await Submission.objects().get(Submission.id == line.submission)
    if submission is None or submission.pending != line.wanted:
        raise Conflict("decision_changed_since_preview")
    wanted = Status(line.wanted)
    if submission.status != wanted:
        await move(submission, wanted, by=by)
    await Submission.update({Submission.pending: None, Submission.announced_at: now()}).where(
        Submission.id == submission.id
    )
    if wanted is Status.ACCEPTED:
        await projection.order(submission)
    await tell_members(
        submission, wanted.value, edition=edition, occasion=f"announcement:{line.announcement}",
        **(await facts_for(submission, wanted)),
    )


async def facts_for(submission: Submission, wanted: Status) -> dict[str, Any]:
    """A refusal says that the film was watched only where the house knows it."""
    if wanted is not Status.DECLINED:
        return {}
    watched = await was_watched(submission.id)
    return {"watched": lambda lang: " " + t(lang, "letter.declined.watched") if watched else ""}


async def cancel(batch_id: str, *, edition: Edition, by: Person) -> None:
    """Put a batch away before anybody was told."""
    async with transaction():
        gone = await rows(
            """UPDATE announcement SET cancelled_at = now()
               WHERE id = {} AND edition = {} AND released_at IS NULL AND cancelled_at IS NULL
               RETURNING id""",
            batch_id,
            edition.id,
        )
        if not gone:
            raise Conflict("announcement_released_meanwhile")
        await record("announcement_cancelled", batch_id, by=by, edition=edition.id)

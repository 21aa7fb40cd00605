"""What a committee member does with a film: watch, note, score, step aside."""

import json
from typing import Annotated

import msgspec
from msgspec import Meta

from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from festival.record import record
from festival.tables import Person, new_id
from reviews.scoring import Sheet, faults, few
from reviews.tables import Note, Recusal, Review
from submissions.tables import FilmFile, Submission


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A note at a moment of the film, in seconds."""

    at_seconds: Annotated[float, Meta(ge=0, le=86400)] = 0.0
    sign: Annotated[str, Meta(pattern=r"^[+\-?]?$")] = ""
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Stretches just watched, and where the film stands."""

    ranges: Annotated[
        list[tuple[Annotated[float, Meta(ge=0, le=86400)], Annotated[float, Meta(ge=0, le=86400)]]],
        Meta(max_length=200),
    ] = []
    position: Annotated[float, Meta(ge=0, le=86400)] = 0.0


async def review(
    submission: Submission, file: FilmFile, sheet: Sheet, *, version: int, give: bool, by: Person
) -> int:
    """Keep the sheet, and give it when asked; version 0 begins one. Returns the new version.

    A given sheet may be given again, better, and never less than whole: it stays a vote.
    It names the version of the file that was watched.
    """
    if (wrong := faults(sheet)) and (give or await is_given(submission, by)):
        raise Refused(*wrong)
    async with transaction():
        if version == 0:
            kept = await rows(
                """INSERT INTO review (id, submission, file, person, scores, opinion, version,
                     changed_at, given_at)
                   VALUES ({}, {}, {}, {}, {}::jsonb, {}, 1, now(), CASE WHEN {} THEN now() END)
                   ON CONFLICT (submission, person) DO NOTHING RETURNING version""",
                new_id(), submission.id, file.id, by.id, json.dumps(sheet.scores),
                sheet.opinion.strip(), give,
            )  # fmt: skip
        else:
            kept = await rows(
                """UPDATE review SET scores = {}::jsonb, opinion = {}, file = {},
                     version = version + 1, changed_at = now(),
                     given_at = CASE WHEN {} THEN coalesce(given_at, now()) ELSE given_at END
                   WHERE submission = {} AND person = {} AND version = {} RETURNING version""",
                json.dumps(sheet.scores), sheet.opinion.strip(), file.id, give, submission.id,
                by.id, version,
            )  # fmt: skip
        if not kept:
            raise Conflict("review_changed_meanwhile")
        await record(
            "review_given" if give else "review_kept",
            submission.id,
            by=by,
            edition=submission.edition,
            file=file.id,
        )
    return int(kept[0]["version"])


async def is_given(submission: Submission, by: Person) -> bool:
    return await Review.exists().where(
        (Review.submission == submission.id)
        & (Review.person == by.id)
        & Review.given_at.is_not_null()
    )


async def note(submission: Submission, file: FilmFile, remark: Remark, *, by: Person) -> Note:
    """A remark pinned to its moment, and to the version of the file."""
    if not remark.text.strip():
        raise Refused("text:note_empty")
    async with transaction():
        kept = Note(
            submission=submission.id,
            file=file.id,
            person=by.id,
            at_seconds=remark.at_seconds,
            sign=remark.sign,
            text=remark.text.strip(),
        )
        await kept.save()
        await record("note_made", submission.id, by=by, edition=submission.edition, note=kept.id)
    return kept


async def remove_note(note_id: str, *, by: Person) -> None:
    async with transaction():
        gone = await rows(
            "DELETE FROM note WHERE id = {} AND person = {} RETURNING id", note_id, by.id
        )
        if gone:
            await record("note_removed", note_id, by=by)


async def watch(submission: Submission, file: FilmFile, seen: Watched, *, by: Person) -> None:
    """Add what was just watched to what had been; two tabs lose nothing of each other's."""
    async with transaction():
        await rows(
            """INSERT INTO viewing (id, submission, file, person, ranges)
               VALUES ({}, {}, {}, {}, '[]') ON CONFLICT (file, person) DO NOTHING RETURNING id""",
            new_id(), submission.id, file.id, by.id,
        )  # fmt: skip
        known = await rows(
            "SELECT id, ranges FROM viewing WHERE file = {} AND person = {} FOR UPDATE",
            file.id, by.id,
        )  # fmt: skip
        before = [(float(a), float(b)) for a, b in known[0]["ranges"]]
        ranges = few([*before, *seen.ranges])
        await rows(
            """UPDATE viewing SET ranges = {}::jsonb, position = {}, seen_at = now()
               WHERE id = {} RETURNING id""",
            json.dumps(ranges), seen.position, known[0]["id"],
        )  # fmt: skip


async def recuse(submission: Submission, *, reason: str, by: Person) -> None:
    """Step aside: from now on the film does not exist for this person. Twice is once."""
    async with transaction():
        kept = await rows(
            """INSERT INTO recusal (id, submission, person, reason) VALUES ({}, {}, {}, {})
               ON CONFLICT (submission, person) WHERE lifted_at IS NULL DO NOTHING RETURNING id""",
            new_id(), submission.id, by.id, reason.strip()[:400],
        )  # fmt: skip
        if kept:
            await record(
                "recused",
                submission.id,
                by=by,
                edition=submission.edition,
                reason=reason.strip()[:400],
            )


async def lift_recusal(submission: Submission, person: Person, *, by: Person) -> None:
    """The chair lets somebody back in."""
    async with transaction():
        await Recusal.update({Recusal.lifted_at: now()}).where(
            (Recusal.submission == submission.id)
            & (Recusal.person == person.id)
            & Recusal.lifted_at.is_null()
        )
        await record(
            "recusal_lifted",
            submission.id,
            by=by,
            edition=submission.edition,
            person_back=person.id,
        )

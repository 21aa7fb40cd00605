"""What a committee member does with a film: note, score, step aside."""

import json
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import letters
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.people import person
from festival.record import record
from festival.tables import Edition, Person, new_id
from festival.texts import film_title
from reviews.evidence import seated
from reviews.phases import check_scored_now
from reviews.rubrics import rubrics_of
from reviews.scoring import Rubric, Sheet, faults, given_total, strangers
from reviews.tables import Note, ReviewVersion
from reviews.watching import EDGE, length_of, share
from submissions.status import Status
from submissions.tables import Film, FilmFile, Submission

LEAST_REASON = 3


class Reason(msgspec.Struct, frozen=True):
    """Why, in a few words; an empty one is refused by name."""

    reason: Annotated[str, Meta(max_length=400)] = ""


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """A note at a moment of the film, in seconds; of a stretch of it, where it says until when."""

    at_seconds: Annotated[float, Meta(ge=0, le=86400)] = 0.0
    until_seconds: Annotated[float, Meta(gt=0, le=86400)] | None = None
    sign: Annotated[str, Meta(pattern=r"^[+\-?]?$")] = ""
    text: Annotated[str, Meta(min_length=1, max_length=2000)]


async def review(
    submission: Submission, file: FilmFile, sheet: Sheet, *, version: int, give: bool, by: Person
) -> int:
    """Keep the sheet, and give it when asked; version 0 begins one. Returns the new version.

    A given sheet may be given again, better, and never less than whole: it stays a vote, and what
    it said before is kept. It names the version of the file, and how much of it was seen.
    `Refused` once the decision is announced, and by name where the phase is not for it; `Conflict`
    carries the sheet that stands.
    """
    async with transaction():
        is_reopened = await check_open(submission, by)
        before = await standing_sheet(submission, by)
        await check_scored_now(
            str(submission.edition),
            is_given=bool(before and before["given_at"]),
            is_reopened=is_reopened,
        )
        if (before["version"] if before else 0) != version:
            raise Conflict("review_changed_meanwhile", standing=before and shown(before))
        rubric = (await rubrics_of(submission.edition, is_held=True)).rubric(submission.section)
        if unknown := strangers(sheet, rubric):
            raise Refused(*unknown, steps=rubric.steps)
        if (wrong := faults(sheet, rubric)) and (give or (before and before["given_at"])):
            raise Refused(*wrong, least=rubric.least_opinion)
        seen = await share_seen(file, by)
        if before is None:
            kept = await begin(submission, file, sheet, give=give, seen=seen, by=by)
        else:
            kept = await write_over(
                before, file, kept_beside(before, sheet, rubric, give), give=give, seen=seen
            )
        await record(
            "review_given" if give else "review_kept",
            submission.id,
            by=by,
            edition=submission.edition,
            file=file.id,
            now=figures(sheet.scores, seen, kept, rubric),
            before=before and figures(before["scores"], before["seen"], before["version"], rubric),
        )
    return kept


async def check_open(submission: Submission, by: Person) -> bool:
    """Sheets close when the decision is announced; an announcement under way is waited for. Whether the chair has
    opened this one again.
    """
    selected = await rows(
        """SELECT s.status, EXISTS (
             SELECT 1 FROM reopening o JOIN review r ON r.id = o.review
             WHERE r.submission = s.id AND r.person = {} AND o.closed_at IS NULL) AS reopened
           FROM submission s WHERE s.id = {} FOR SHARE OF s""",
        by.id,
        submission.id,
    )
    if not selected:
        raise Missing("submission_missing")
    if selected[0]["status"] != Status.SUBMITTED and not selected[0]["reopened"]:
        raise Refused("sheet_closed")
    return bool(selected[0]["reopened"])


async def standing_sheet(submission: Submission, by: Person) -> dict[str, Any] | None:
    """The person's sheet as it stands, held until this act ends."""
    selected = await rows(
        """SELECT id, file, scores, opinion, confidence, flags, seen, version, changed_at, given_at,
             abstained_at
           FROM review
           WHERE submission = {} AND person = {} FOR UPDATE""",
        submission.id,
        by.id,
    )
    return selected[0] if selected else None


def shown(sheet: dict[str, Any]) -> dict[str, Any]:
    """The other tab's sheet, for whoever came second."""
    return {
        "scores": sheet["scores"],
        "opinion": sheet["opinion"],
        "confidence": sheet["confidence"],
        "flags": sheet["flags"],
        "version": sheet["version"],
        "given": sheet["given_at"] is not None,
        "changed_at": sheet["changed_at"].isoformat(),
    }


def kept_beside(before: dict[str, Any], sheet: Sheet, rubric: Rubric, give: bool) -> Sheet:
    """A sheet that is only begun keeps what it gave criteria that are closed now: they may open again.
    A given one says what it is asked, and its older version keeps the rest.
    """
    if give or before["given_at"]:
        return sheet
    closed = {
        one.key: before["scores"][one.key]
        for one in rubric.criteria
        if one.is_closed and one.key in before["scores"]
    }
    kept = Sheet(opinion=sheet.opinion, **closed | sheet.scores)
    return kept.saying(sheet.confidence, sheet.flags)


def figures(
    scores: dict[str, int], seen: float | None, version: int, rubric: Rubric
) -> dict[str, Any]:
    """What the record keeps of a sheet: numbers, no words."""
    total = given_total(scores, rubric)
    return {"scores": scores, "total": total, "seen": seen, "version": version}


async def share_seen(file: FilmFile, by: Person) -> float:
    selected = await rows(
        "SELECT seconds FROM viewing WHERE file = {} AND person = {}", file.id, by.id
    )
    return share(selected[0]["seconds"] if selected else 0.0, length_of(file))


async def begin(
    submission: Submission, file: FilmFile, sheet: Sheet, *, give: bool, seen: float, by: Person
) -> int:
    kept = await rows(
        """INSERT INTO review (id, submission, file, person, scores, opinion, confidence, flags, seen,
             version, changed_at, given_at)
           VALUES ({}, {}, {}, {}, {}::jsonb, {}, {}, {}::jsonb, {}, 1, now(),
             CASE WHEN {} THEN now() END)
           ON CONFLICT (submission, person) DO NOTHING RETURNING version""",
        new_id(), submission.id, file.id, by.id, json.dumps(sheet.scores), sheet.opinion.strip(),
        sheet.confidence, json.dumps(sheet.flags), seen, give,
    )  # fmt: skip
    if not kept:  # another tab began one in the same instant
        other = await standing_sheet(submission, by)
        raise Conflict("review_changed_meanwhile", standing=other and shown(other))
    return 1


async def write_over(
    before: dict[str, Any], file: FilmFile, sheet: Sheet, *, give: bool, seen: float
) -> int:
    """The row is held: its version is the one that was read. A given one is kept beside it."""
    if before["given_at"]:
        await ReviewVersion(
            review=before["id"],
            version=before["version"],
            file=before["file"],
            scores=before["scores"],
            opinion=before["opinion"],
            confidence=before["confidence"],
            seen=before["seen"],
            changed_at=before["changed_at"],
        ).save()
    kept = await rows(
        """UPDATE review SET scores = {}::jsonb, opinion = {}, confidence = {}, flags = {}::jsonb,
             file = {}, seen = {}, version = version + 1, changed_at = now(),
             given_at = CASE WHEN {} THEN coalesce(given_at, now()) ELSE given_at END,
             abstained_at = CASE WHEN {} THEN NULL ELSE abstained_at END,
             abstention = CASE WHEN {} THEN '' ELSE abstention END
           WHERE id = {} RETURNING version""",
        json.dumps(sheet.scores), sheet.opinion.strip(), sheet.confidence,
        json.dumps(sheet.flags), file.id, seen, give, give, give, before["id"],
    )  # fmt: skip
    if give:
        await rows(
            """UPDATE reopening SET closed_at = now() WHERE review = {} AND closed_at IS NULL
               RETURNING id""",
            before["id"],
        )
    return int(kept[0]["version"])


async def abstain(
    submission: Submission, file: FilmFile, *, reason: str, version: int, by: Person
) -> int:
    """Have done with the film without a vote. Others' votes stay hidden, for one may still give a sheet, which
    ends the abstention; what was begun is kept. A given sheet stands: `Refused`.
    """
    check_reason(reason)
    async with transaction():
        await check_open(submission, by)
        before = await standing_sheet(submission, by)
        if before and before["given_at"]:
            raise Refused("abstention_after_vote")
        if (before["version"] if before else 0) != version:
            raise Conflict("review_changed_meanwhile", standing=before and shown(before))
        if before is None:
            await begin(
                submission, file, Sheet(), give=False, seen=await share_seen(file, by), by=by
            )
        kept = await rows(
            """UPDATE review SET abstained_at = now(), abstention = {}, version = version + 1,
                 changed_at = now()
               WHERE submission = {} AND person = {} RETURNING version""",
            reason.strip()[:400], submission.id, by.id,
        )  # fmt: skip
        await record(
            "abstained", submission.id, by=by, edition=submission.edition,
            version=kept[0]["version"],
        )  # fmt: skip
    return int(kept[0]["version"])


async def end_abstention(submission: Submission, *, by: Person) -> None:
    """The film waits for one's sheet again; twice is once."""
    async with transaction():
        await check_open(submission, by)
        ended = await rows(
            """UPDATE review SET abstained_at = NULL, abstention = '', version = version + 1,
                 changed_at = now()
               WHERE submission = {} AND person = {} AND abstained_at IS NOT NULL
               RETURNING version""",
            submission.id, by.id,
        )  # fmt: skip
        if ended:
            await record("abstention_ended", submission.id, by=by, edition=submission.edition)


async def reopen_sheet(
    submission: Submission, review_id: str, *, reason: str, edition: Edition, by: Person
) -> None:
    """The chair lets one given sheet be changed after the announcement; twice is once. Its writer
    gets a letter.

    Where announcing takes two persons, nobody reopens their own; and no sheet of somebody who may
    not hear the film any more.
    """
    check_reason(reason)
    async with transaction():
        sheet = await standing_vote(submission, review_id)
        if submission.status == Status.SUBMITTED:
            raise Refused("sheet_is_open")
        if sheet["person"] == by.id and edition.two_person_release:
            raise Refused("sheet_own")
        opened = await rows(
            """INSERT INTO reopening (id, review, opened_by, reason) VALUES ({}, {}, {}, {})
               ON CONFLICT (review) WHERE closed_at IS NULL DO NOTHING RETURNING id""",
            new_id(), review_id, by.id, reason.strip()[:400],
        )  # fmt: skip
        if opened:
            await record(
                "sheet_reopened",
                submission.id,
                by=by,
                edition=submission.edition,
                writer=sheet["person"],
                version=sheet["version"],
                reason=reason.strip()[:400],
            )
            await tell_writer(
                "sheet_reopened", submission, sheet["person"], occasion=f"reopening:{opened[0]['id']}",
                edition=edition, reason=reason, by=by,
            )  # fmt: skip


def check_reason(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise Refused("reason:reason_missing")


async def standing_vote(submission: Submission, review_id: str) -> dict[str, Any]:
    """A given sheet of somebody who may still hear the film."""
    selected = await rows(
        f"""SELECT r.person, r.version FROM review r JOIN submission s ON s.id = r.submission
            WHERE r.id = {{}} AND s.id = {{}} AND r.given_at IS NOT NULL AND {seated("r.person")}""",
        review_id,
        submission.id,
    )
    if not selected:
        raise Missing("review_missing")
    return selected[0]


async def tell_writer(
    kind: str,
    submission: Submission,
    to: str,
    *,
    occasion: str,
    edition: Edition,
    reason: str,
    by: Person,
) -> None:
    """A letter to one member about a film that is open to them, with the way to its room."""
    film = await Film.objects().get(Film.id == submission.film)
    await letters.write(
        kind, await person(to), occasion=occasion, edition=edition, about=submission.id,
        link=f"/committee/submissions/{submission.id}", by=by.name or by.email,
        reason=reason.strip()[:400], title=partial(film_title, film=film) if film else "",
    )  # fmt: skip


async def note(submission: Submission, file: FilmFile, remark: Remark, *, by: Person) -> Note:
    """A remark pinned to its moment or stretch, and to the version of the file; nothing of it is after its end."""
    check_remark(remark, remark.at_seconds, file)
    async with transaction():
        kept = Note(
            submission=submission.id,
            file=file.id,
            person=by.id,
            at_seconds=remark.at_seconds,
            until_seconds=remark.until_seconds,
            sign=remark.sign,
            text=remark.text.strip(),
        )
        await kept.save()
        await record("note_made", submission.id, by=by, edition=submission.edition, note=kept.id)
    return kept


def check_remark(remark: Remark, begins: float, file: FilmFile) -> None:
    """It says something, of a place that the film has; a stretch ends after it begins."""
    if not remark.text.strip():
        raise Refused("text:note_empty")
    ends = remark.until_seconds
    if ends is not None and ends <= begins:
        raise Refused("until_seconds:note_ends_before")
    if (length := length_of(file)) and (ends or begins) > length + EDGE:
        field = "at_seconds" if ends is None else "until_seconds"
        raise Refused(f"{field}:note_beyond_film", length=round(length, 1))


async def change_note(
    submission: Submission, note_id: str, remark: Remark, *, version: int, by: Person
) -> int:
    """Other words, another sign or another end; where it begins stays. Returns the new version."""
    async with transaction():
        held = await rows(
            """SELECT version, at_seconds, file FROM note WHERE id = {} AND submission = {} AND person = {}
               FOR UPDATE""",
            note_id, submission.id, by.id,
        )  # fmt: skip
        if not held:
            raise Missing("note_missing")
        if held[0]["version"] != version:
            raise Conflict("note_changed_meanwhile")
        [file] = await FilmFile.objects().where(FilmFile.id == held[0]["file"])
        check_remark(remark, held[0]["at_seconds"], file)
        await rows(
            """UPDATE note SET text = {}, sign = {}, until_seconds = {}, version = version + 1,
                 changed_at = now()
               WHERE id = {} RETURNING id""",
            remark.text.strip(), remark.sign, remark.until_seconds, note_id,
        )  # fmt: skip
        await record("note_changed", submission.id, by=by, edition=submission.edition, note=note_id)
    return version + 1


async def remove_note(submission: Submission, note_id: str, *, by: Person) -> None:
    """One's own note goes; one that is gone already leaves no trace."""
    async with transaction():
        gone = await rows(
            "DELETE FROM note WHERE id = {} AND submission = {} AND person = {} RETURNING id",
            note_id, submission.id, by.id,
        )  # fmt: skip
        if gone:
            await record(
                "note_removed", submission.id, by=by, edition=submission.edition, note=note_id
            )


async def recuse(submission: Submission, *, reason: str, by: Person) -> None:
    """Step aside: from now on the film does not exist for this person, and a vote they gave is no
    vote any more; the record keeps what left. Twice is once.
    """
    check_reason(reason)
    async with transaction():
        kept = await rows(
            """INSERT INTO recusal (id, submission, person, reason) VALUES ({}, {}, {}, {})
               ON CONFLICT (submission, person) WHERE lifted_at IS NULL DO NOTHING RETURNING id""",
            new_id(), submission.id, by.id, reason.strip()[:400],
        )  # fmt: skip
        if not kept:
            return
        await rows(
            "DELETE FROM assignment WHERE submission = {} AND person = {} RETURNING id",
            submission.id,
            by.id,
        )
        sheet = await standing_sheet(submission, by)
        given = sheet is not None and sheet["given_at"] is not None
        rubric = (await rubrics_of(submission.edition)).rubric(submission.section)
        await record(
            "recused",
            submission.id,
            by=by,
            edition=submission.edition,
            reason=reason.strip()[:400],
            vote_removed=figures(sheet["scores"], sheet["seen"], sheet["version"], rubric)
            if sheet and given
            else None,
        )


async def lift_recusal(
    submission: Submission, person_id: str, *, reason: str, edition: Edition, by: Person
) -> None:
    """The chair lets somebody back in, who is told by letter; a vote they had given is back.

    Never one's own: whoever has said that they are too close is not the one to judge that they
    are not. `Missing` when that person has not stepped aside, or is let in already.
    """
    check_reason(reason)
    if person_id == by.id:
        raise Refused("recusal_own")
    async with transaction():
        lifted = await rows(
            """UPDATE recusal SET lifted_at = now()
               WHERE submission = {} AND person = {} AND lifted_at IS NULL RETURNING id""",
            submission.id,
            person_id,
        )
        if not lifted:
            raise Missing("recusal_missing")
        await rows(
            """UPDATE conflict_of_interest SET state = 'dismissed', settled_by = {}, settled_at = now(),
                 version = version + 1
               WHERE submission = {} AND person = {} AND state <> 'dismissed' RETURNING id""",
            by.id, submission.id, person_id,
        )  # fmt: skip
        await record(
            "recusal_lifted",
            submission.id,
            by=by,
            edition=submission.edition,
            person_back=person_id,
            reason=reason.strip()[:400],
        )
        if await may_hear(submission, person_id):
            await tell_writer(
                "recusal_lifted", submission, person_id, occasion=f"lifted:{lifted[0]['id']}",
                edition=edition, reason=reason, by=by,
            )  # fmt: skip


async def may_hear(submission: Submission, person_id: str) -> bool:
    """Whoever has lost the part meanwhile gets no letter that names the film."""
    selected = await rows(
        f"SELECT {seated('p.id')} AS seated FROM submission s, person p WHERE s.id = {{}} AND p.id = {{}}",
        submission.id,
        person_id,
    )
    return bool(selected and selected[0]["seated"])

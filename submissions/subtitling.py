"""Subtitles that come beside a film: read with care, kept as WebVTT, shown over every copy of it."""

from babel import Locale

from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.record import record
from festival.tables import Person, new_id
from media import subtitles
from media.subtitles import Subtitles, Unreadable
from submissions.lists import current_file
from submissions.status import Status
from submissions.tables import Submission, Subtitle
from submissions.verdicts import facts_of

CLOSED = {Status.DECLINED, Status.WITHDRAWN}
MOST_TRACKS = 20


async def add(
    submission: Submission, raw: bytes, *, language: str, name: str, by: Person
) -> Subtitles:
    """Keep these subtitles; others in the same language are replaced. Returns what was read."""
    if submission.status in CLOSED:
        raise Refused("entry_is_closed")
    if language not in Locale("en").languages or len(language) > 8:
        raise Refused("subtitle_language")
    file = await current_file(submission.id)
    facts = facts_of(file.facts) if file else None
    if facts is None or facts.duration <= 0:
        raise Refused("subtitle_before_film")
    try:
        found = subtitles.read(raw, runtime=facts.duration)
    except Unreadable:
        raise Refused("subtitle_unreadable") from None
    if not found.cues:
        raise Refused("subtitle_past_end")
    await keep(submission, found, language=language, name=name, by=by)
    return found


async def keep(
    submission: Submission, found: Subtitles, *, language: str, name: str, by: Person
) -> None:
    async with transaction():
        await rows("SELECT id FROM submission WHERE id = {} FOR UPDATE", submission.id)
        there = await rows(
            "SELECT language FROM subtitle WHERE submission = {} AND language <> {}",
            submission.id,
            language,
        )
        if len(there) >= MOST_TRACKS:
            raise Refused("subtitle_too_many")
        await rows(
            """INSERT INTO subtitle (id, submission, language, name, text, cues, bad, late)
               VALUES ({}, {}, {}, {}, {}, {}, {}, {})
               ON CONFLICT (submission, language) DO UPDATE SET name = excluded.name,
                 text = excluded.text, cues = excluded.cues, bad = excluded.bad,
                 late = excluded.late, created_at = now() RETURNING id""",
            new_id(),
            submission.id,
            language,
            name[:255],
            subtitles.webvtt(found.cues),
            len(found.cues),
            found.bad,
            found.late,
        )
        await record("subtitles_added", submission.id, by=by, language=language)


async def remove(submission: Submission, *, language: str, by: Person) -> None:
    async with transaction():
        gone = await rows(
            "DELETE FROM subtitle WHERE submission = {} AND language = {} RETURNING id",
            submission.id,
            language,
        )
        if not gone:
            raise Missing("subtitle_missing")
        await record("subtitles_removed", submission.id, by=by, language=language)


async def subtitles_of(submission: str) -> list[Subtitle]:
    """In the order of their languages; the text stays in its row until somebody watches."""
    return await (
        Subtitle.objects().where(Subtitle.submission == submission).order_by(Subtitle.language)
    )


async def text_of(submission: str, language: str) -> str:
    found = await Subtitle.objects().get(
        (Subtitle.submission == submission) & (Subtitle.language == language)
    )
    if found is None:
        raise Missing("subtitle_missing")
    return str(found.text)

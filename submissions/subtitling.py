"""Subtitles that come beside a film: read with care, kept as WebVTT, shown over every copy of it.

A track stands at once only when its bytes prove how they are to be read and it takes nobody's place;
any other waits until its maker has seen its first cues and said yes. The committee sees what stands.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival import codes
from festival.db import rows, transaction
from festival.errors import Missing, Refused
from festival.language import listed, quoted
from festival.record import record
from festival.tables import Person, new_id
from media import subtitles
from media.encodings import spelled
from media.subtitles import Cue, Subtitles, Unreadable, plain
from submissions.entries import held, refuse_closed
from submissions.lists import current_file
from submissions.office.fixes import tracks_brought
from submissions.tables import Submission
from submissions.verdicts import facts_of
from units.times import timecode

MOST_TRACKS = 40
KINDS = ("full", "sdh", "forced")
NAMED = 3
TrackKind = Annotated[str, Meta(max_length=8)]


class ShownCue(msgspec.Struct, frozen=True):
    """A cue as it will be read, without its markup; seconds on the film's own clock."""

    start: float
    end: float
    text: str


class SubtitleTrack(msgspec.Struct, frozen=True, kw_only=True):
    """One track beside a film; `replaces` is the one that it takes the place of, once it stands."""

    id: str
    language: str
    kind: str
    name: str
    encoding: str
    cues: int
    bad: int
    late: int
    confirmed_at: datetime | None
    first: tuple[ShownCue, ...] = ()
    replaces: str | None = None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None


def told(track: SubtitleTrack) -> dict[str, Any]:
    """What was read and how; `first` is to be looked at, `confirmed` says whether others see it."""
    return {
        "track": track.id,
        "language": track.language,
        "kind": track.kind,
        "name": track.name,
        "cues": track.cues,
        "bad": track.bad,
        "late": track.late,
        "encoding": spelled(track.encoding),
        "confirmed": track.is_confirmed,
        "first": msgspec.to_builtins(track.first),
        "replaces": track.replaces,
    }


TRACK = """SELECT id, language, kind, name, encoding, cues, bad, late, confirmed_at FROM subtitle
           WHERE submission = {}"""


async def add(
    submission: Submission, raw: bytes, *, language: str, kind: str, name: str, by: Person
) -> SubtitleTrack:
    """Read and keep these subtitles; what was read is told by the track's first cues.

    Refused by name: no film yet, a language or kind that is none, no cue, letters that are lost,
    words that can hardly be in the language.
    """
    refuse_closed(submission)
    tag = tag_of(language)
    if kind not in KINDS:
        raise Refused("subtitle_kind")
    file = await current_file(submission.id)
    facts = facts_of(file.facts) if file else None
    if facts is None or facts.duration <= 0:
        raise Refused("subtitle_before_film")
    rate = facts.picture.fps if facts.picture else None
    try:
        parsed = await asyncio.to_thread(
            subtitles.read, raw, runtime=facts.duration, language=tag, rate=rate
        )
    except Unreadable:
        raise Refused("subtitle_unreadable") from None
    refuse_unfit(parsed, tag)
    return await keep(submission, parsed, tag=tag, kind=kind, name=name, by=by)


def tag_of(language: str) -> str:
    try:
        return codes.language_tag(language)
    except ValueError:
        raise Refused("subtitle_language") from None


def refuse_unfit(parsed: Subtitles, tag: str) -> None:
    if not parsed.cues:
        raise Refused("subtitle_past_end")
    details = {"encoding": spelled(parsed.encoding), "language": tag}
    if parsed.is_unlike:
        raise Refused("subtitle_unlike", **details, read=shortened(parsed.first[0].text))
    if parsed.lost:
        places = partial(places_of, lost=parsed.lost[:NAMED])
        raise Refused("subtitle_damaged", **details, n=len(parsed.lost), places=places)


def places_of(lang: str, lost: Sequence[tuple[int, Cue]]) -> str:
    """`3 (1:10) “Bonsoir”, 9 (…) …`: which cues, when, and what they say."""
    return listed(
        lang,
        (
            f"{n} ({timecode(int(cue.start))}) {quoted(lang, shortened(cue.text))}"
            for n, cue in lost
        ),
    )


def shortened(text: str) -> str:
    words = " ".join(plain(text).split())
    return words if len(words) < 80 else words[:79] + "…"


async def keep(
    submission: Submission, parsed: Subtitles, *, tag: str, kind: str, name: str, by: Person
) -> SubtitleTrack:
    async with transaction():
        refuse_closed(await held(submission))
        there = await tracks_of(submission.id)
        same = [
            candidate for candidate in there if (candidate.language, candidate.kind) == (tag, kind)
        ]
        if len(there) - len(same) >= MOST_TRACKS:
            raise Refused("subtitle_too_many")
        standing = next((candidate for candidate in same if candidate.is_confirmed), None)
        stands = parsed.is_sure and standing is None
        await rows(
            """DELETE FROM subtitle WHERE submission = {} AND language = {} AND kind = {}
                 AND confirmed_at IS NULL RETURNING id""",
            submission.id, tag, kind,
        )  # fmt: skip
        await rows(
            """INSERT INTO subtitle (id, submission, language, kind, name, text, encoding, cues, bad,
                 late, created_at, confirmed_at)
               VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, now(), CASE WHEN {} THEN now() END)
               RETURNING id""",
            made := new_id(), submission.id, tag, kind, name[:255], subtitles.webvtt(parsed.cues),
            parsed.encoding, len(parsed.cues), parsed.bad, parsed.late, stands,
        )  # fmt: skip
        await record(
            "subtitles_added", submission.id, by=by, language=tag, kind=kind, stands=stands
        )
        if stands:
            await tracks_brought(submission, by=by)
    return next(candidate for candidate in await tracks_of(submission.id) if candidate.id == made)


async def confirm(submission: Submission, track: str, *, by: Person) -> None:
    """Its maker has read the first cues: now it stands, in the place of the one before. Twice is once."""
    async with transaction():
        refuse_closed(await held(submission))
        waiting = next(
            (candidate for candidate in await tracks_of(submission.id) if candidate.id == track),
            None,
        )
        if waiting is None:
            raise Missing("subtitle_missing")
        if waiting.is_confirmed:
            return
        await rows(
            """DELETE FROM subtitle WHERE submission = {} AND language = {} AND kind = {}
                 AND confirmed_at IS NOT NULL RETURNING id""",
            submission.id, waiting.language, waiting.kind,
        )  # fmt: skip
        await rows("UPDATE subtitle SET confirmed_at = now() WHERE id = {} RETURNING id", track)
        await record(
            "subtitles_confirmed",
            submission.id,
            by=by,
            language=waiting.language,
            kind=waiting.kind,
        )
        await tracks_brought(submission, by=by)


async def remove(submission: Submission, *, language: str, kind: str, by: Person) -> None:
    """All of this language and kind, standing or waiting."""
    tag = tag_of(language)
    there = await tracks_of(submission.id)
    same = [
        candidate.id for candidate in there if (candidate.language, candidate.kind) == (tag, kind)
    ]
    if not same:
        raise Missing("subtitle_missing")
    for track in same:
        await drop(submission, track, by=by)


async def drop(submission: Submission, track: str, *, by: Person) -> None:
    """This one alone; what stood before a waiting one goes on standing."""
    async with transaction():
        gone = await rows(
            "DELETE FROM subtitle WHERE submission = {} AND id = {} RETURNING language, kind",
            submission.id,
            track,
        )
        if not gone:
            raise Missing("subtitle_missing")
        await record("subtitles_removed", submission.id, by=by, **gone[0])


async def tracks_of(submission: str) -> list[SubtitleTrack]:
    """Standing and waiting ones for their makers, by language; the waiting with their first cues."""
    track_rows = await rows(TRACK + " ORDER BY language, kind, confirmed_at NULLS LAST", submission)
    tracks = msgspec.convert(track_rows, list[SubtitleTrack])
    standing = {(track.language, track.kind): track.id for track in tracks if track.is_confirmed}
    return [
        track if track.is_confirmed else msgspec.structs.replace(
            track, first=await first_of(track.id), replaces=standing.get((track.language, track.kind))
        )
        for track in tracks
    ]  # fmt: skip


async def first_of(track: str) -> tuple[ShownCue, ...]:
    texts = await rows("SELECT text FROM subtitle WHERE id = {}", track)
    lines = texts[0]["text"].split("\n") if texts else []
    cues, _ = subtitles.cues_of(lines)
    first = Subtitles(cues=tuple(cues)).first
    return tuple(ShownCue(cue.start, cue.end, plain(cue.text)) for cue in first)


async def standing_of(submission: str) -> list[SubtitleTrack]:
    """What a player offers: standing tracks alone, without their text."""
    track_rows = await rows(
        TRACK + " AND confirmed_at IS NOT NULL ORDER BY language, kind", submission
    )
    return msgspec.convert(track_rows, list[SubtitleTrack])


async def text_of(submission: str, language: str, kind: str) -> str:
    texts = await rows(
        """SELECT text FROM subtitle WHERE submission = {} AND language = {} AND kind = {}
             AND confirmed_at IS NOT NULL""",
        submission,
        tag_of(language),
        kind,
    )
    if not texts:
        raise Missing("subtitle_missing")
    return str(texts[0]["text"])

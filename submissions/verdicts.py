"""Facts and verdicts between their shapes and their rows."""

from typing import Any

import msgspec

from festival.language import has_words, spoken, t
from media import tracks
from media.facts import Facts
from media.policy import Finding, Verdict
from media.screener import Screener


def as_row(document: Facts | Verdict | Screener) -> str:
    """JSON text for a jsonb column."""
    return msgspec.json.encode(document).decode()


def facts_of(row: object) -> Facts | None:
    return None if row is None else msgspec.convert(row, Facts)


def verdict_of(row: object) -> Verdict | None:
    return None if row is None else msgspec.convert(row, Verdict)


def words(lang: str, finding: Finding, *, repair: bool = False) -> str:
    """What was found, or what to do about it; a code of an older policy stands for itself."""
    key = f"finding.{finding.code}" + (".repair" if repair else "")
    if not has_words(key):
        return "" if repair else finding.code
    return t(lang, key, measured=finding.measured, limit=finding.limit)


class SoundTrack(msgspec.Struct, frozen=True, kw_only=True):
    """One sound track as the report names it; `number` counts from one, as people do.

    Loudness in LUFS and true peak in dBTP are its own, before tracks are joined; None: not measured.
    """

    number: int
    language: str
    codec: str
    channels: int
    layout: str
    sample_rate: int
    loudness: float | None
    true_peak: float | None
    is_heard: bool
    is_silent: bool
    is_damaged: bool


def tracks_of(facts: Facts | None) -> list[SoundTrack]:
    """Every sound track of the file, and which of them the copy plays."""
    if facts is None or facts.refusal:
        return []
    played = facts.heard or tracks.heard(facts.sounds)
    return [
        SoundTrack(
            number=place + 1,
            language=sound.language,
            codec=sound.codec,
            channels=sound.channels,
            layout=sound.layout,
            sample_rate=sound.sample_rate,
            loudness=sound.loudness,
            true_peak=sound.true_peak,
            is_heard=played is not None and place in played.tracks,
            is_silent=tracks.is_silent(sound),
            is_damaged=sound.damaged > 0,
        )
        for place, sound in enumerate(facts.sounds)
    ]


def told(finding: Finding) -> dict[str, Any]:
    """A finding for programs, with its words in both languages."""
    row: dict[str, Any] = msgspec.to_builtins(finding)
    for lang in spoken():
        row[lang] = {
            "words": words(lang, finding),
            "repair": words(lang, finding, repair=True),
        }
    return row

"""Facts and verdicts between their shapes and their rows."""

from typing import Any

import msgspec

from festival.language import LANGUAGES, has_words, t
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


def told(finding: Finding) -> dict[str, Any]:
    """A finding for programs, with its words in both languages."""
    found: dict[str, Any] = msgspec.to_builtins(finding)
    for lang in LANGUAGES:
        found[lang] = {
            "words": words(lang, finding),
            "repair": words(lang, finding, repair=True),
        }
    return found

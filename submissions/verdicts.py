"""Facts and verdicts between their shapes and their rows."""

import msgspec

from media.facts import Facts
from media.policy import Verdict
from media.screener import Screener


def as_row(document: Facts | Verdict | Screener) -> str:
    """JSON text for a jsonb column."""
    return msgspec.json.encode(document).decode()


def facts_of(row: object) -> Facts | None:
    return None if row is None else msgspec.convert(row, Facts)


def verdict_of(row: object) -> Verdict | None:
    return None if row is None else msgspec.convert(row, Verdict)

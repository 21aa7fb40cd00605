"""Scores: weighted mean, spread, rank, the board's order, what was really watched, and which votes
count. Pure.
"""

import statistics
from collections.abc import Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from units.spans import merged

CRITERIA = {"writing": 3, "image": 2, "sound": 2, "space": 3}

Score = Annotated[int, Meta(ge=1, le=5)]
Range = tuple[float, float]


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A score sheet as it is filled in; a given one has every criterion and an opinion."""

    writing: Score | None = None
    image: Score | None = None
    sound: Score | None = None
    space: Score | None = None
    opinion: Annotated[str, Meta(max_length=4000)] = ""

    @property
    def scores(self) -> dict[str, int]:
        return {n: v for n in CRITERIA if (v := getattr(self, n)) is not None}


def faults(sheet: Sheet) -> list[str]:
    """All that keeps a sheet from being given."""
    wrong = [f"{name}:score_missing" for name in CRITERIA if name not in sheet.scores]
    return wrong + ([] if len(sheet.opinion.strip()) >= 20 else ["opinion:opinion_short"])


def total(scores: dict[str, int]) -> float | None:
    """Out of five, weighted by criterion; None while one is missing."""
    if any(name not in scores for name in CRITERIA):
        return None
    return sum(scores[n] * w for n, w in CRITERIA.items()) / sum(CRITERIA.values())


def mean(totals: Sequence[float]) -> float | None:
    return statistics.fmean(totals) if totals else None


def spread(totals: Sequence[float]) -> float:
    return statistics.pstdev(totals) if len(totals) > 1 else 0.0


BOARD = ("undecided", "accepted", "waitlisted", "declined")
"""The columns of the decision board, from left to right."""


def column(status: str, pending: str | None) -> str:
    """Where a film stands: what is pencilled in says so before what was announced."""
    return pending or ("undecided" if status == "submitted" else status)


def board_place(column: str, spread: float) -> tuple[int, float]:
    """The order of the board, for films that come by title.

    By column; what is undecided by how far its votes lie apart: what has to be talked about first.
    """
    place = BOARD.index(column) if column in BOARD else len(BOARD)
    return place, -round(spread, 6) if column == BOARD[0] else 0.0


def rank(own: float | None, means: Iterable[float | None]) -> int | None:
    """The place of a mean among the means of a section (its own is one of them), from 1.

    Equal means share a place, and the next one comes after all of them: 1, 2, 2, 4. No mean, no rank.
    """
    if own is None:
        return None
    return 1 + sum(other is not None and round(other - own, 6) > 0 for other in means)


def stretches(ranges: Sequence[Range]) -> list[Range]:
    """Stretches watched, joined where they meet: seconds count once, and no gap is filled."""
    return merged((start, end) for start, end in ranges if end > start)


def cut_to(ranges: Sequence[Range], bounds: Sequence[Range]) -> list[Range]:
    """What of the stretches lies within the bounds."""
    return stretches(
        [
            (max(start, low), min(end, high))
            for start, end in stretches(ranges)
            for low, high in stretches(bounds)
        ]
    )


def measured(ranges: Sequence[Range]) -> float:
    """Seconds in merged stretches."""
    return sum(end - start for start, end in ranges)


def coverage(ranges: Sequence[Range], duration: float) -> float:
    """The share of the film that was seen, 0 to 1."""
    if duration <= 0:
        return 0.0
    return min(1.0, measured(stretches(ranges)) / duration)


def apart(seen: float | None, *, enough: float, is_current: bool) -> str:
    """Why a given vote stands apart from the mean; nothing when it counts.

    `older`: it is about a version of the file that was replaced. `unseen`: less was seen than a
    vote needs. What was seen before the house measured it (None) is believed.
    """
    if not is_current:
        return "older"
    if seen is not None and seen < enough - 1e-6:
        return "unseen"
    return ""

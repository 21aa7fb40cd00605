"""Scores: weighted mean, spread, and what was really watched. Pure."""

import statistics
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

CRITERIA = {"writing": 3, "image": 2, "sound": 2, "space": 3}
ENOUGH = 0.9

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


def merged(ranges: Sequence[Range], *, touch: float = 0.5) -> list[Range]:
    """Stretches watched, joined where they touch: seconds count once."""
    joined: list[Range] = []
    for start, end in sorted((s, e) for s, e in ranges if e > s):
        if joined and start <= joined[-1][1] + touch:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def few(ranges: Sequence[Range], *, most: int = 2000) -> list[Range]:
    """So many stretches at most: nothing seen is forgotten, the shortest gaps are."""
    touch = 0.5
    while len(joined := merged(ranges, touch=touch)) > most:
        touch *= 2
    return joined


def coverage(ranges: Sequence[Range], duration: float) -> float:
    """The share of the film that was seen, 0 to 1."""
    if duration <= 0:
        return 0.0
    return min(1.0, sum(end - start for start, end in merged(ranges)) / duration)

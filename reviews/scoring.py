"""Scores: what is asked, weighted mean, spread, rank, the board's order, what was really watched, and which votes
count. Pure.
"""

import statistics
from collections.abc import Iterable, Sequence

import msgspec

from units.spans import merged

Range = tuple[float, float]
LEAST_OPINION = 20
"""Signs of an opinion that goes with a given sheet, where the sheet sets no other."""
FLAGS = ("discuss", "heart", "sensitive", "list")
"""What a writer puts on a film: to be talked about, dear to them, hard to watch for some, on a list of their own."""
PRIVATE = frozenset({"list"})
RAISED = tuple(flag for flag in FLAGS if flag not in PRIVATE)
"""Those that others read; each is counted in `film_figure` by its name."""
CONFIDENCE = (1, 2, 3)
STEPS = 5
"""How far the house's own scale goes."""
WEIGHTS = {"writing": 3, "image": 2, "sound": 2, "space": 3}


class ScoreCriterion(msgspec.Struct, frozen=True, kw_only=True):
    """What is scored, and how much it weighs. `key` is its name in scores, and never changes.

    A closed one is asked no more; sheets that scored it keep it.
    """

    key: str
    weight: int = 1
    names: dict[str, str] = {}
    helps: dict[str, str] = {}
    is_closed: bool = False
    id: str = ""
    version: int = 0


class Rubric(msgspec.Struct, frozen=True, kw_only=True):
    """How films are scored: criteria in their order, each from 1 to `steps`; `labels` are the words of
    single steps, by language. Without an `id` it is the house's own.
    """

    steps: int = STEPS
    least_opinion: int = LEAST_OPINION
    labels: dict[str, dict[str, str]] = {}
    criteria: tuple[ScoreCriterion, ...] = ()
    id: str = ""
    section: str = ""
    version: int = 0

    @property
    def open(self) -> tuple[ScoreCriterion, ...]:
        """What a sheet is asked for now."""
        return tuple(one for one in self.criteria if not one.is_closed)

    @property
    def weights(self) -> dict[str, int]:
        return {one.key: one.weight for one in self.open}

    @property
    def scale(self) -> range:
        return range(1, self.steps + 1)


HOUSE = Rubric(
    criteria=tuple(ScoreCriterion(key=key, weight=weight) for key, weight in WEIGHTS.items())
)


class Sheet:
    """A score sheet as it is filled in: a score by the key of each criterion, and an opinion."""

    def __init__(self, /, *, opinion: str = "", **scores: int) -> None:
        self.opinion = opinion
        self.scores = scores
        self.confidence: int | None = None
        self.flags: tuple[str, ...] = ()

    def saying(self, confidence: int | None, flags: Iterable[str]) -> "Sheet":
        """The same, with how sure its writer is and what they put on the film."""
        self.confidence, given = confidence, set(flags)
        self.flags = tuple(flag for flag in FLAGS if flag in given)
        return self


def faults(sheet: Sheet, rubric: Rubric = HOUSE) -> list[str]:
    """All that keeps a sheet from being given."""
    wrong = [f"{one.key}:score_missing" for one in rubric.open if one.key not in sheet.scores]
    is_told = len(sheet.opinion.strip()) >= rubric.least_opinion
    return wrong + ([] if is_told else ["opinion:opinion_short"])


def strangers(sheet: Sheet, rubric: Rubric) -> list[str]:
    """Scores that the rubric does not ask for, or that lie beyond its scale."""
    asked = {one.key for one in rubric.open}
    return [
        f"{key}:{'score_beyond' if key in asked else 'criterion_closed'}"
        for key, score in sheet.scores.items()
        if key not in asked or score not in rubric.scale
    ]


def total(scores: dict[str, int], rubric: Rubric = HOUSE) -> float | None:
    """Weighted by criterion, on the rubric's scale; None while one that is asked for is missing."""
    if any(one.key not in scores for one in rubric.open):
        return None
    return given_total(scores, rubric)


def given_total(scores: dict[str, int], rubric: Rubric = HOUSE) -> float | None:
    """Of a sheet that was given: weighted over the criteria that it was asked, whatever was added or
    closed since. None where nothing of it weighs.
    """
    weighed = [(scores[one.key], one.weight) for one in rubric.criteria if one.key in scores]
    weight = sum(weight for _, weight in weighed)
    return sum(score * weight for score, weight in weighed) / weight if weight else None


def mean(totals: Sequence[float]) -> float | None:
    return statistics.fmean(totals) if totals else None


def spread(totals: Sequence[float]) -> float:
    return statistics.pstdev(totals) if len(totals) > 1 else 0.0


BOARD = ("undecided", "accepted", "waitlisted", "declined")
"""The columns of the decision board, from left to right."""


def column(status: str, pending: str | None) -> str:
    """Where a film stands: what is pencilled in says so before what was announced."""
    return pending or ("undecided" if status == "submitted" else status)


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

"""What a cheaper plan cannot do: starts whose every column costs more than the gap.

The duals of the bound tell what each column loses against the best of its screen-day. A start can
be left out of the search for a cheaper plan when the best column that has it loses more than the gap
between that plan and the bound (Irnich, Desaulniers, Desaulniers and Hadjar 2010).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from screenings.planner.bound.columns import FORBIDDEN_COST, Costs, Numbers, Pricing
from screenings.planner.bound.master import MasterProblem


@dataclass
class Labels:
    """For each screen-day and place the best way from or to it, and the best with another family."""

    most: Numbers
    family: NDArray[np.int64]
    other: Numbers
    other_family: NDArray[np.int64]

    @classmethod
    def none(cls, many: int, places: int, start: float) -> "Labels":
        shape = (many, places)
        return cls(
            np.full(shape, start), np.full(shape, -1, np.int64),
            np.full(shape, start), np.full(shape, -1, np.int64),
        )  # fmt: skip

    def without(
        self, every: NDArray[np.int64], place: NDArray[np.int64], family: NDArray[np.int64]
    ) -> Numbers:
        """The best that does not touch this family."""
        return np.where(
            self.family[every, place] == family, self.other[every, place], self.most[every, place]
        )

    def offer(
        self,
        every: NDArray[np.int64],
        place: NDArray[np.signedinteger[Any]],
        value: Numbers,
        family: NDArray[np.int64],
    ) -> None:
        most, own = self.most[every, place], self.family[every, place]
        other, other_own = self.other[every, place], self.other_family[every, place]
        better, same = value > most, family == own
        second = ~better & ~same & (value > other)
        moved = better & ~same
        self.other[every, place] = np.where(moved, most, np.where(second, value, other))
        self.other_family[every, place] = np.where(moved, own, np.where(second, family, other_own))
        self.most[every, place] = np.where(better, value, most)
        self.family[every, place] = np.where(better, family, own)


@dataclass(frozen=True)
class Losses:
    """At one set of duals: what the best column with each start earns, and the best of each screen-day."""

    bound: MasterProblem
    through: Numbers
    earned: Numbers
    worth: float

    @classmethod
    def of(cls, bound: MasterProblem) -> "Losses | None":
        if bound.duals is None:
            return None
        pricing, duals = bound.pricing, bound.duals
        through = most_through(pricing, bound.rewards(duals) - pricing.dear(bound.dues(duals)))
        earned = through.max(axis=(0, 2)).clip(min=0.0)
        return cls(bound, through, earned, bound.fixed + bound.worth_of(duals, earned))

    def starts_below(self, best: int) -> dict[int, dict[int, int]] | None:
        """By screening and screen, the starts that a plan cheaper than `best` may have; None if no plan is."""
        pricing, slack = self.bound.pricing, best - 1 - self.worth
        if slack < 0:
            return None
        kept = self.through >= (self.earned - slack)[None, :, None]
        kept &= pricing.cost < FORBIDDEN_COST / 2
        found: dict[int, dict[int, int]] = {}
        for film, at in enumerate(pricing.screenings):
            on = found.setdefault(at, {})
            for screen_day, (screen, _) in enumerate(pricing.screen_days):
                starts = pricing.starts[screen_day, kept[:, screen_day, film]]
                if len(starts):
                    on[screen] = on.get(screen, 0) | sum(1 << int(start) for start in starts)
        return found


def most_through(pricing: Pricing, gains: Costs) -> Numbers:
    """What the best column with each start earns; no family follows itself in it."""
    many, ends, family = len(pricing.screen_days), pricing.ends, pricing.family
    every = np.arange(many)
    across = np.broadcast_to(every[:, None], (many, len(family)))
    onward = onwards(pricing, gains)
    before = Labels.none(many, ends + 1, -FORBIDDEN_COST)
    before.most[:, 0] = 0.0
    through = np.empty(gains.shape)
    for at in range(ends):
        if at:
            pass_on(before, every, at - 1, at)
        here = np.full((many, len(family)), at)
        reached = before.without(across, here, family) + gains[at]
        through[at] = reached + onward_from(pricing, onward, across, at)
        for film in range(len(family)):
            own, dues = np.full(many, family[film]), 0.0
            if pricing.close is not None and pricing.later is not None:
                before.offer(every, pricing.later[at, :, film], reached[:, film], own)
                dues = pricing.close[film]
            before.offer(every, pricing.after[at, :, film], reached[:, film] - dues, own)
    return through


def onward_from(pricing: Pricing, onward: Labels, across: NDArray[np.int64], at: int) -> Numbers:
    most = onward.without(across, pricing.after[at], pricing.family)
    if pricing.close is None or pricing.later is None:
        return most
    calmly = onward.without(across, pricing.later[at], pricing.family)
    return np.maximum(most - pricing.close, calmly)


def onwards(pricing: Pricing, gains: Costs) -> Labels:
    many, ends, family = len(pricing.screen_days), pricing.ends, pricing.family
    every = np.arange(many)
    across = np.broadcast_to(every[:, None], (many, len(family)))
    onward = Labels.none(many, ends + 1, 0.0)
    for at in range(ends - 1, -1, -1):
        pass_on(onward, every, at + 1, at)
        worth = gains[at] + onward_from(pricing, onward, across, at)
        place = np.full(many, at)
        for _ in range(2):
            top = worth.argmax(axis=1)
            onward.offer(every, place, worth[every, top], family[top])
            worth[family == family[top][:, None]] = -FORBIDDEN_COST
    return onward


def pass_on(labels: Labels, every: NDArray[np.int64], here: int, there: int) -> None:
    """To wait costs nothing."""
    place = np.full(len(every), there)
    labels.offer(every, place, labels.most[:, here], labels.family[:, here])
    labels.offer(every, place, labels.other[:, here], labels.other_family[:, here])

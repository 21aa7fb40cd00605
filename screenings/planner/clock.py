"""Two measures of time: the wall's, and one that counts work and is the same on every machine."""

from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    steady: bool

    def now(self) -> float: ...

    def spend(self, effort: float) -> None: ...


class WallClock:
    """Seconds, as some clock tells them."""

    steady = False

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock

    def now(self) -> float:
        return self.clock()

    def spend(self, effort: float) -> None:
        """Time passes by itself."""


class CountedClock:
    """About a second for a second's work on a plain machine; it only passes when work is done."""

    steady = True

    def __init__(self) -> None:
        self.spent = 0.0

    def now(self) -> float:
        return self.spent

    def spend(self, effort: float) -> None:
        self.spent += effort

"""Where each screening may start, by what is said of it alone: sets of minutes on each screen."""

from collections.abc import Iterable, Mapping

from screenings.planner import minutes
from screenings.planner.model import Name
from screenings.planner.rules.facts import ProblemFacts, length
from screenings.planner.rules.rule import Model


class Domains(Model):
    """Hears unary sentences, and narrows the starts that are left."""

    def __init__(self, facts: ProblemFacts, names: Iterable[Name]) -> None:
        super().__init__(names)
        days, whole = facts.problem.days, minutes.festival(facts.problem.days)
        self.facts = facts
        self.on_day = [minutes.day(number) for number in range(days)]
        self.lengths = {name: length(facts.programmes[name[0]], name[1]) for name in self.names}
        self.hours = dict.fromkeys(self.names, sum(self.on_day))
        self.running = {screen: [whole] * days for screen in facts.screens}
        self.refused: set[tuple[Name, str]] = set()
        self._ending: dict[tuple[str, int], int] = {}

    def keep(self, name: Name, starts: int) -> None:
        if name in self.hours:
            self.hours[name] &= starts

    def wait(self, not_before: Mapping[Name, int]) -> None:
        whole = minutes.festival(self.facts.problem.days)
        for name, earliest in not_before.items():
            self.keep(name, whole & ~minutes.span(0, earliest))

    def refuse(self, name: Name, screen: str) -> None:
        self.refused.add((name, screen))

    def open(self, screen: str, running: int, *, day: int | None = None) -> None:
        on_screen = self.running[screen]
        for open_day in range(len(on_screen)) if day is None else (day,):
            on_screen[open_day] &= running
        self._ending.clear()

    def allowed(self, name: Name, screen: str) -> int:
        """The starts that its rules leave on a screen, on the lines of the grid or between them."""
        if (name, screen) in self.refused:
            return 0
        return self.hours[name] & self.ending(screen, self.lengths[name])

    def starts(self, name: Name, screen: str) -> int:
        """The same on the lines of the grid; a lock may be between them."""
        pin = self.facts.pins.get(name)
        odd = 1 << pin.start if pin and pin.screen == screen else 0
        return self.allowed(name, screen) & (self.facts.grids[screen] | odd)

    def ending(self, screen: str, long: int) -> int:
        """Starts of films so long that end while the hours of their own day last."""
        known = self._ending.get((screen, long))
        if known is None:
            known = self._ending[screen, long] = sum(
                minutes.runs(running, long) & on_day
                for running, on_day in zip(self.running[screen], self.on_day, strict=True)
            )
        return known

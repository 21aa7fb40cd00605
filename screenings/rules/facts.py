"""A problem laid out for reading: who is who, how long each screening lasts."""

from collections import defaultdict

from screenings.model import Guest, Placement, Problem, Programme, Screen, day_of, minute_of


class Facts:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.screens: dict[str, Screen] = {screen.id: screen for screen in problem.screens}
        self.programmes: dict[str, Programme] = {p.id: p for p in problem.programmes}
        self.guests: dict[str, list[Guest]] = defaultdict(list)
        for guest in problem.guests:
            for programme in guest.programmes:
                self.guests[programme].append(guest)

    def ends(self, placement: Placement) -> int:
        return placement.start + length(self.programmes[placement.programme], placement.number)

    def clears(self, placement: Placement) -> int:
        return self.ends(placement) + self.screens[placement.screen].turnaround

    def hours(self, placement: Placement) -> tuple[int, int] | None:
        """The screen's opening hours on the festival day of the placement."""
        return hours_on(self.screens[placement.screen], day_of(placement.start), self.problem.days)


def length(programme: Programme, number: int) -> int:
    """Minutes from lights down to the last question: only the first screening has a debate."""
    debate = programme.debate if number == 0 else 0
    return programme.film_minutes + programme.intro + debate


def hours_on(screen: Screen, day: int, days: int) -> tuple[int, int] | None:
    return screen.hours[day] if 0 <= day < min(days, len(screen.hours)) else None


def who(*placements: Placement) -> list[tuple[str, int]]:
    return [(p.programme, p.number) for p in placements]


def clock(start: int) -> str:
    """`20:30`, as on the wall."""
    hour, minute = divmod(minute_of(start), 60)
    return f"{hour % 24:02}:{minute:02}"

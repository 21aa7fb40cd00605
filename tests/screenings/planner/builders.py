"""Small festivals for the planner's tests; a builder names only what matters."""

import random

from screenings.planner.model import Guest, Placement, Problem, Programme, Screen

DAY = 24 * 60


def at(clock, day=0):
    """`"20:30"` on a festival day; `"25:00"` is one in the morning after."""
    hour, minute = clock.split(":")
    return day * DAY + int(hour) * 60 + int(minute)


def a_screen(name="orion", **what):
    settings = {"seats": 200, "hours": [(600, 1440)] * 3, "turnaround": 20, **what}
    return Screen(name, name.title(), **settings)


def a_programme(name="apogee", **what):
    settings = {"title": name.title(), "film_minutes": 90, "intro": 5, "debate": 20, "demand": 150, **what}
    return Programme(name, section="competition", **settings)


def a_guest(name="ada", *, programmes, windows=()):
    return Guest(name, name.title(), list(windows), list(programmes))


def a_problem(programmes=None, screens=None, **what):
    screens = [a_screen()] if screens is None else screens
    return Problem(3, screens, [a_programme()] if programmes is None else programmes, **what)


def a_placement(clock, programme="apogee", number=0, screen="orion", day=0):
    return Placement(programme, number, screen, at(clock, day))


def a_festival(seed=7, *, films=20, screens=4, load=1.0):
    """A whole festival: about two screenings a film, guests for half of them, some late films."""
    chance = random.Random(seed)
    rooms = [
        Screen(f"s{n}", f"Salle {n}", seats, [(570, 1470)] * 3, ["dcp"] + ["35mm"] * (n == 0), 25)
        for n, seats in enumerate([900, 450, 280, 90][:screens])
    ]
    programmes = [
        Programme(
            f"p{n:02}", f"Film {n}", chance.choice("CDEP"), chance.randrange(70, 150, 1),
            intro=5, debate=20, demand=chance.randrange(60, 700), prestige=chance.randint(1, 5),
            showings=chance.choice([1, 2, 2, 3]) if load >= 1 else 1,
            least_seats=chance.choice([0, 0, 200]),
            equipment=["35mm"] if chance.random() < 0.1 else ["dcp"],
            earliest=21 * 60 if chance.random() < 0.1 else None,
        )
        for n in range(films)
    ]
    guests = []
    for n in range(films // 2):
        day = chance.randrange(3)
        guests.append(
            Guest(f"g{n}", f"Guest {n}", [(day * DAY + 600, day * DAY + 1440)],
                  [f"p{n * 2:02}"])
        )
    guests.append(Guest("moderator", "Moderator", [], ["p01", "p03", "p05"]))
    names = [p.id for p in programmes]
    pairs = [(*chance.sample(names, 2), chance.randint(2, 8)) for _ in range(films)]
    return Problem(3, rooms, programmes, guests, [], pairs)

"""A stranger's reading of a problem file: every plan of a tiny festival, tried one by one.

Written from the published shapes and the catalogue of rules alone; it knows no code of the house.
"""

from collections import Counter
from itertools import combinations

DAY = 1440
COMMON = {
    "Screen": {"equipment": [], "turnaround": 25, "venue": "", "commune": "", "step": None, "slots": None,
               "closures": [], "step_free": True, "captions": True},
    "Programme": {"section": "", "film_minutes": 90, "intro": 5, "debate": 20, "demand": 200, "prestige": 1,
                  "showings": 1, "least_seats": 0, "equipment": [], "earliest": None, "latest": None,
                  "intros": [], "debates": [], "step_free": False, "captions": False, "press": None,
                  "press_before": True, "not_before": None, "most_screenings": None, "forbidden_days": [],
                  "visa": False, "films": []},
}  # fmt: skip
BANDS = [(0, 3), (720, 2), (840, 1), (1080, 0), (1290, 2)]

TWO_DAYS = [(540, 1440), (540, 1440)]
SLOTS = [day * DAY + minute for day in (0, 1) for minute in (600, 840, 1080, 1260)]


def a_room(name, **what):
    return {"id": name, "name": name, "seats": 200, "hours": TWO_DAYS, "slots": SLOTS, **what}


def a_film(name, **what):
    return {"id": name, "title": name, "section": "C", "film_minutes": 90, **what}


def a_file(*films, screens=None, **what):
    return {"days": 2, "screens": screens or [a_room("a")],
            "programmes": list(films) or [a_film("x"), a_film("y")], **what}  # fmt: skip


class Reader:
    def __init__(self, problem):
        self.problem = problem
        self.screens = {s["id"]: {**COMMON["Screen"], **s} for s in problem["screens"]}
        self.films = {p["id"]: {**COMMON["Programme"], **p} for p in problem["programmes"]}

    def asked(self, field, otherwise=()):
        return self.problem.get(field, otherwise)

    def day(self, start):
        return (start - 240) // DAY

    def minute(self, start):
        return start - self.day(start) * DAY

    def talk(self, name):
        film, number = self.films[name[0]], name[1]
        return (film["debates"][number] if number < len(film["debates"])
                else film["debate"] if number == 0 else 0)  # fmt: skip

    def lasts(self, name):
        film, number = self.films[name[0]], name[1]
        intro = film["intros"][number] if number < len(film["intros"]) else film["intro"]
        return intro + film["film_minutes"] + self.talk(name)

    def venue(self, screen):
        return self.screens[screen]["venue"] or screen

    def way(self, a, b):
        if a == b:
            return 0
        ends = {self.venue(a), self.venue(b)}
        told = [w[2] for w in self.asked("ways") if {w[0], w[1]} == ends]
        return told[0] if told else self.asked("travel", 15)

    def names(self):
        return [(p, k) for p, film in self.films.items() for k in range(film["showings"])]

    def cells(self):
        """Every start that the grids of the screens offer."""
        for screen, its in self.screens.items():
            step = its["step"] or self.asked("step", 15)
            starts = its["slots"] if its["slots"] is not None else range(0, (self.problem["days"] + 1) * DAY, step)
            yield from ((screen, start) for start in starts if 0 <= self.day(start) < self.problem["days"])

    # What forbids

    def broken(self, plan):
        """How often each rule is broken by `{(programme, number): (screen, start)}`."""
        found = Counter()
        spans = {n: (s, at, at + self.lasts(n)) for n, (s, at) in plan.items()}
        for name, (screen, start, end) in spans.items():
            found.update(self.by_itself(name, screen, start, end))
        for a, b in combinations(spans, 2):
            found.update(self.of_two(a, b, spans))
        found.update(self.of_many(spans))
        return +found

    def by_itself(self, name, screen, start, end):
        film, room, day, minute = self.films[name[0]], self.screens[screen], self.day(start), self.minute(start)
        hours = room["hours"][day] if 0 <= day < self.problem["days"] else None
        inside = hours and hours[0] <= minute and minute + end - start <= hours[1]
        shorts = film["films"]
        directors = [f["director"] for f in shorts if f.get("director")]
        ratings = [f["earliest"] for f in shorts if f.get("earliest") is not None]
        return {
            "H4": (not inside) + sum(start < c[1] and c[0] < end for c in room["closures"]),
            "H5": not set(film["equipment"]) <= set(room["equipment"]),
            "H6": (name[1] == 0 and room["seats"] < film["least_seats"])
            + (film["step_free"] and not room["step_free"]) + (film["captions"] and not room["captions"]),
            "H7": sum(
                not set(range(start, end)) <= {m for w in g["windows"] for m in range(*w)}
                for g in self.asked("guests") if g["windows"] and name[1] == 0 and name[0] in g["programmes"]
            ),
            "H12": (film["earliest"] is not None and minute < film["earliest"])
            + (film["latest"] is not None and minute > film["latest"]),
            "H13": (film["not_before"] is not None and start < film["not_before"]) + (day in film["forbidden_days"]),
            "H14": sum(
                (h["programme"], h.get("number", 0)) == name
                and not (h.get("day", day) == day and h.get("minute", minute) == minute
                         and h.get("screen", screen) == screen)
                for h in self.asked("holds")
            ) + sum((p["programme"], p["number"]) == name and (p["screen"], p["start"]) != (screen, start)
                    for p in self.asked("pins")),
            "H15": sum(r["screen"] == screen and start < r["ends"] and r["begins"] < end + room["turnaround"]
                       for r in self.asked("reservations")),
            "H17": (bool(shorts) and sum(f["minutes"] + 1 for f in shorts) > 101)
            + (len(directors) != len(set(directors))) + any(minute < rating for rating in ratings),
        }  # fmt: skip

    def of_two(self, a, b, spans):
        (_, s1, _), (_, s2, _) = spans[a], spans[b]
        if (s2, b) < (s1, a):
            a, b = b, a
        (room, s1, e1), (other, s2, _) = spans[a], spans[b]
        both, firsts = {a[0], b[0]}, a[1] == b[1] == 0
        way, found = self.way(room, other), Counter()
        found["H2"] += room == other and s2 < e1
        found["H3"] += room == other and e1 <= s2 < e1 + self.screens[room]["turnaround"]
        found["H8"] += sum(firsts and both <= set(g["programmes"]) and s2 < e1 + way for g in self.asked("guests"))
        found["H9"] += sum(firsts and both <= set(j["programmes"]) and s2 < e1 + max(j.get("pause", 15), way)
                           for j in self.asked("juries"))  # fmt: skip
        found["H20"] += sum(set(pair) == both and s2 < e1 for pair in self.asked("never_together"))
        if a[0] == b[0]:
            found.update(self.of_repeats(a, b, s1, s2))
        return found

    def of_repeats(self, a, b, s1, s2):
        film, gap = self.films[a[0]], self.asked("repeat_gap", None)
        found = Counter()
        found["H11"] += (self.day(s1) == self.day(s2)) if gap is None else s2 - s1 < gap
        found["H11"] += self.asked("repeat_other_band", False) and self.band(s1) == self.band(s2)
        if 0 in (a[1], b[1]):
            later = max(a[1], b[1])
            premiere, repeat = (s1, s2) if a[1] == 0 else (s2, s1)
            if later == film["press"] and film["press_before"]:
                found["H10"] += premiere <= repeat
            else:
                found["H10"] += self.asked("premiere_first", True) and premiere > repeat
        return found

    def of_many(self, spans):
        found = Counter()
        for jury in self.asked("juries"):
            days = Counter(self.day(s[1]) for n, s in spans.items() if n[1] == 0 and n[0] in jury["programmes"])
            found["H9"] += sum(count > jury.get("most_a_day", 4) for count in days.values())
        for film in self.films.values():
            its = [s for n, s in spans.items() if n[0] == film["id"]]
            most, measures = film["most_screenings"], self.asked("measures", {})
            found["H13"] += most is not None and len(its) > most
            if film["visa"] and its:
                days = [self.day(s[1]) for s in its]
                found["H13"] += len(its) > measures.get("visa_screenings", 6)
                found["H13"] += max(days) - min(days) + 1 > measures.get("visa_days", 7)
                found["H13"] += len({self.screens[s[0]]["commune"] for s in its}) > 1
        for one in self.asked("resources"):
            uses = [self.use(one, n, s) for n, s in spans.items() if n[0] in one["programmes"]
                    and (not one.get("numbers") or n[1] in one["numbers"])]  # fmt: skip
            uses = [(x, y) for x, y in uses if x < y]
            found["H16"] += sum(sum(x <= begin < y for x, y in uses) > one["limit"] for begin, _ in uses)
        for order in self.asked("orders"):
            a, b = spans.get((order["first"], 0)), spans.get((order["then"], 0))
            if a and b:
                wait, most = b[1] - a[2], order.get("most")
                found["H18"] += wait < order.get("least", 0) or (most is not None and wait > most)
        for crew in self.asked("crews"):
            its = [s for s in spans.values() if s[0] in crew["screens"]]
            for day in range(self.problem["days"]):
                last = max((s[2] for s in its if self.day(s[1]) == day), default=None)
                early = min((s[1] for s in its if self.day(s[1]) == day + 1), default=None)
                if last is not None and early is not None:
                    found["H19"] += early - last < crew.get("rest", 540)
        return found

    def use(self, resource, name, span):
        _, start, end = span
        counted = resource.get("counted", "screening")
        if counted == "debate":
            return end - self.talk(name), end
        return start, end - (self.talk(name) if counted == "film" else 0)

    # What costs

    def band(self, start):
        return max(n for n, (begin, _) in enumerate(BANDS) if begin <= self.minute(start))

    def cost(self, plan, missing=0):
        """S1 to S3, each with its weight, and what was let go of for a price."""
        chosen = self.asked("settings", {})
        weight = {rule: one.get("weight", 1) for rule, one in chosen.items() if one.get("on", True)}
        total = Counter()
        for name, (screen, start) in plan.items():
            film, seats = self.films[name[0]], self.screens[screen]["seats"]
            prestige, expected = (film["prestige"], film["demand"]) if name[1] == 0 else (2, film["demand"] / 1.6)
            total["S1"] += BANDS[self.band(start)][1] * prestige
            total["S2"] += 2 * int(max(0, expected - seats) // 10) + (seats > 4 * expected)
        for one, other, heavy in self.asked("pairs"):
            a, b = plan.get((one, 0)), plan.get((other, 0))
            if a and b and a[1] < b[1] + self.lasts((other, 0)) and b[1] < a[1] + self.lasts((one, 0)):
                total["S3"] += heavy
        prices = sum(count * (weight.get(rule, 1) if rule in weight or rule not in chosen else 0)
                     for rule, count in total.items())  # fmt: skip
        soft = {r for r, one in chosen.items() if one.get("on", True) and one.get("hard") is False}
        broken = self.broken(plan) + Counter(H1=missing)
        return prices + sum(weight[rule] * broken[rule] for rule in soft)

    def hard(self, rule):
        one = self.asked("settings", {}).get(rule, {})
        return one.get("on", True) and one.get("hard") is not False

    def legal(self, plan):
        return not any(self.hard(rule) for rule in self.broken(plan))

    def best(self):
        """Fewest screenings left out, then fewest premieres among them, then the least cost."""
        pins = {(p["programme"], p["number"]): (p["screen"], p["start"]) for p in self.asked("pins")}
        pins = pins if self.hard("H14") else {}
        names = sorted(self.names(), key=lambda name: name not in pins)  # what stands comes first
        choices = [
            [pins[n]] if n in pins else [None, *(c for c in self.cells() if self.legal({n: c}))] for n in names
        ]
        return min(self.leaves({}, list(zip(names, choices, strict=True)), pins))

    def leaves(self, plan, left, pins, lost=()):
        """No screening more ever mends what is broken, so that a broken plan is left at once."""
        if not left:
            yield len(lost), sum(n[1] == 0 for n in lost), self.cost(plan, len(lost))
            return
        (name, seats), *rest = left
        for seat in seats:
            if seat is None:
                yield from self.leaves(plan, rest, pins, (*lost, name))
            elif name in pins or self.legal(plan | {name: seat}):
                yield from self.leaves(plan | {name: seat}, rest, pins, lost)

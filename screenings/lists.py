"""What programmers read: rooms, programmes with their minutes, the working grid as a problem."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from festival.clock import at, minutes_of
from festival.db import rows
from festival.errors import Missing
from festival.language import OFFICIAL, text_in
from festival.tables import Edition, new_id
from festival.texts import Texts, own_title
from screenings.planner import model
from screenings.planner.rules import clashes as rules_clashes
from screenings.planner.rules.facts import debate
from screenings.tables import Grid, Guest, PlanRun, Screen
from submissions.twins import twins_among

GONE = frozenset({"withdrawn", "declined"})


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A programme with what its films add up to; `minutes` is the film alone."""

    id: str
    kind: str
    titles: Texts
    section_letter: str | None
    section_names: Texts | None
    minutes: int
    intro: int
    debate: int
    demand: int
    prestige: int
    premiere: str
    showings: int
    least_seats: int
    equipment: list[str]
    earliest: int | None
    latest: int | None
    films: list[dict[str, Any]]
    is_pencilled: bool
    has_left: bool  # none of its films may be shown any more

    def title(self, lang: str) -> str:
        return text_in(lang, self.titles)

    @property
    def own_title(self) -> str:
        """As the house itself calls it: in plans and in what is written down."""
        return text_in(OFFICIAL[0], self.titles)


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """One screening of the working grid."""

    id: str
    stable: str
    programme: str
    number: int
    screen: str
    starts_at: datetime
    film_ends_at: datetime
    ends_at: datetime
    clears_at: datetime
    locked: bool


async def screens(edition: Edition) -> list[Screen]:
    selected = await rows(
        """SELECT s.* FROM screen s JOIN venue v ON v.id = s.venue WHERE v.edition = {}
           ORDER BY s.position, s.seats DESC, s.id""",
        edition.id,
    )
    return [Screen(**row) for row in selected]


async def slots(edition: Edition) -> dict[str, list[int]]:
    """The starts that the programmer has laid out by hand, for each screen that has any."""
    by_screen: dict[str, list[int]] = {}
    for row in await rows(
        """SELECT t.screen, t.starts_at FROM slot t JOIN screen s ON s.id = t.screen
           JOIN venue v ON v.id = s.venue WHERE v.edition = {} ORDER BY t.starts_at""",
        edition.id,
    ):
        by_screen.setdefault(row["screen"], []).append(
            minutes_of(row["starts_at"], edition.first_day)
        )
    return by_screen


async def venues(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        "SELECT id, name, address FROM venue WHERE edition = {} ORDER BY name", edition.id
    )


async def guests(edition: Edition) -> list[Guest]:
    return await Guest.objects().where(Guest.edition == edition.id).order_by(Guest.name)


async def items(edition: Edition) -> list[Item]:
    """Programmes with their films; minutes measured or declared as the edition says."""
    selected = await rows(
        """SELECT p.id, p.kind, p.titles, x.letter AS section_letter,
             x.names AS section_names, p.own_minutes, p.intro, p.debate,
             p.demand, p.prestige, p.premiere, p.showings, p.least_seats, p.equipment, p.earliest,
             p.latest,
             coalesce((SELECT jsonb_agg(jsonb_build_object(
                 'submission', s.id, 'title', f.title, 'titles', f.titles,
                 'director', f.director, 'status', s.status, 'pending', s.pending,
                 'declared', f.declared_seconds, 'measured', (n.facts->>'duration')::float)
                 ORDER BY q.position)
               FROM programme_film q JOIN submission s ON s.id = q.submission
               JOIN film f ON f.id = s.film
               LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
               WHERE q.programme = p.id), '[]') AS films
           FROM programme p LEFT JOIN section x ON x.id = p.section
           WHERE p.edition = {} ORDER BY x.position, p.titles->>{}::text, p.id""",
        edition.id,
        OFFICIAL[0],
    )
    return [item_of(row, measured=edition.measured_runtime) for row in selected]


def item_of(row: dict[str, Any], *, measured: bool) -> Item:
    films = row["films"]
    seconds = sum((f["measured"] if measured else f["declared"]) or 0 for f in films)
    minutes = row.pop("own_minutes") or -(-int(seconds) // 60)
    staying = [f for f in films if not is_gone(f)]
    pencilled = any((f["pending"] or f["status"]) != "accepted" or f["pending"] for f in staying)
    has_left = bool(films) and not staying
    derived = {"minutes": max(1, minutes), "is_pencilled": pencilled, "has_left": has_left}
    return msgspec.convert({**row, **derived}, Item)


def is_gone(film: dict[str, Any]) -> bool:
    """Taken back, or refused: announced or still in pencil."""
    return (film["pending"] or film["status"]) in GONE


async def working_grid(edition: Edition) -> Grid:
    """The one grid that is edited; made when first asked for."""
    await rows(
        """INSERT INTO grid (id, edition) VALUES ({}, {})
           ON CONFLICT (edition) WHERE number IS NULL DO NOTHING RETURNING id""",
        new_id(),
        edition.id,
    )
    grid = await Grid.objects().get((Grid.edition == edition.id) & Grid.number.is_null())
    if grid is None:
        raise Missing("grid_missing")
    return grid


async def published_grids(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        """SELECT g.id, g.number, g.published_at, p.name AS by FROM grid g
           LEFT JOIN person p ON p.id = g.published_by
           WHERE g.edition = {} AND g.number IS NOT NULL ORDER BY g.number DESC""",
        edition.id,
    )


async def placed_in(grid: Grid) -> list[Placed]:
    selected = await rows("SELECT * FROM screening WHERE grid = {} ORDER BY starts_at, id", grid.id)
    return msgspec.convert(
        [{k: row[k] for k in Placed.__struct_fields__} for row in selected], list[Placed]
    )


async def problem_of(edition: Edition, *, pins: list[Placed] | None = None) -> model.Problem:
    """The edition as the planner thinks of it; a film that has left is no longer planned."""
    staying = [item for item in await items(edition) if not item.has_left]
    return await problem_with(edition, staying, pins=pins)


async def problem_with(
    edition: Edition, known: list[Item], *, pins: list[Placed] | None = None
) -> model.Problem:
    by_hand, named = await slots(edition), {item.id for item in known}
    return model.Problem(
        days=edition.days,
        screens=[screen_of(screen, by_hand.get(screen.id)) for screen in await screens(edition)],
        programmes=[programme_of(item) for item in known],
        guests=[
            model.Guest(
                id=g.id,
                name=g.name,
                windows=msgspec.convert(g.windows, list[tuple[int, int]]),
                programmes=[p for p in g.programmes if any(i.id == p for i in known)],
            )
            for g in await guests(edition)
        ],
        pins=[
            model.Pin(
                programme=p.programme,
                number=p.number,
                screen=p.screen,
                start=minutes_of(p.starts_at, edition.first_day),
            )
            for p in pins or []
            if p.programme in named
        ],
    )


def screen_of(screen: Screen, by_hand: list[int] | None) -> model.Screen:
    return model.Screen(
        id=screen.id,
        name=screen.name,
        seats=screen.seats,
        hours=msgspec.convert(screen.hours, list[tuple[int, int] | None]),
        equipment=list(screen.equipment),
        turnaround=screen.turnaround,
        venue=str(screen.venue),
        slots=by_hand,
        closures=msgspec.convert(screen.closures, list[tuple[int, int]]),
    )


def programme_of(item: Item) -> model.Programme:
    return model.Programme(
        id=item.id,
        title=item.own_title,
        section=item.section_letter or "",
        film_minutes=item.minutes,
        intro=item.intro,
        debate=item.debate,
        demand=item.demand,
        prestige=item.prestige,
        premiere=item.premiere,
        showings=item.showings,
        least_seats=item.least_seats,
        equipment=item.equipment,
        earliest=item.earliest,
        latest=item.latest,
    )


def placement_of(placed: Placed, edition: Edition) -> model.Placement:
    return model.Placement(
        programme=placed.programme,
        number=placed.number,
        screen=placed.screen,
        start=minutes_of(placed.starts_at, edition.first_day),
    )


def moments(
    edition: Edition, item: Item, number: int, turnaround: int, start: int
) -> dict[str, datetime]:
    """The four times of a screening; `start` in minutes after the first day's midnight."""
    begins = at(edition.first_day, start)
    film_ends = begins + timedelta(minutes=item.intro + item.minutes)
    ends = film_ends + timedelta(minutes=debate(programme_of(item), number))
    return {
        "starts_at": begins,
        "film_ends_at": film_ends,
        "ends_at": ends,
        "clears_at": ends + timedelta(minutes=turnaround),
    }


async def clashes_of(edition: Edition, grid: Grid) -> list[model.Clash]:
    """What is wrong with the working grid: films that have left it, then the planner's rules."""
    known, placed = await items(edition), await placed_in(grid)
    problem = await problem_with(edition, known)
    shown = {item.id: item for item in known}
    return [
        *await departures(shown, placed),
        *longer_or_shorter(shown, placed),
        *await twins_in(shown, placed),
        *rules_clashes(problem, [placement_of(p, edition) for p in placed]),
    ]


async def departures(known: dict[str, Item], placed: list[Placed]) -> list[model.Clash]:
    """Films in the grid that may not be shown any more: who took them back, and when."""
    gone = {
        (film["submission"], (p.programme, p.number)): film
        for p in placed
        for film in known[p.programme].films
        if is_gone(film)
    }
    acts = await departures_of({submission for submission, _ in gone})
    return [
        model.Clash(
            "film_withdrawn" if film["status"] == "withdrawn" else "film_declined",
            "block",
            [name],
            {"film": own_title(film), **acts.get(submission, {})},
        )
        for (submission, name), film in gone.items()
    ]


async def departures_of(submissions: set[str]) -> dict[str, dict[str, int | str]]:
    """By whom and when; ISO, in UTC."""
    selected = await rows(
        """SELECT DISTINCT ON (r.subject) r.subject, coalesce(p.name, '') AS by, r.at
           FROM record r LEFT JOIN person p ON p.id = r.person
           WHERE r.subject = ANY({}) AND r.act = 'submission_moved'
             AND r.details->>'to' = ANY({})
           ORDER BY r.subject, r.at DESC""",
        sorted(submissions),
        sorted(GONE),
    )
    return {row["subject"]: {"by": row["by"], "when": row["at"].isoformat()} for row in selected}


def longer_or_shorter(known: dict[str, Item], placed: list[Placed]) -> list[model.Clash]:
    """A new version of a film plays longer or shorter than the place that was made for it."""
    clashes = []
    for p in placed:
        item = known[p.programme]
        was = round((p.film_ends_at - p.starts_at).total_seconds() / 60) - item.intro
        if was != item.minutes:
            name, lengths = (p.programme, p.number), {"was": was, "now": item.minutes}
            clashes.append(model.Clash("length_changed", "warn", [name], dict(lengths)))
    return clashes


async def twins_in(known: dict[str, Item], placed: list[Placed]) -> list[model.Clash]:
    """Two entries with the very same file, both in the grid: the same film twice?"""
    where: dict[str, list[tuple[str, int]]] = {}
    titles = {}
    for p in placed:
        for film in known[p.programme].films:
            where.setdefault(film["submission"], []).append((p.programme, p.number))
            titles[film["submission"]] = own_title(film)
    twins = await twins_among(sorted(where))
    return [
        model.Clash(
            "film_twin",
            "warn",
            sorted({*where[first], *where[second]}),
            {"film": titles[first], "twin": titles[second]},
        )
        for first, others in twins.items()
        for second in others
        if first < second
    ]


async def mark_of(edition: Edition) -> dict[str, Any]:
    """The grid's version, and a mark that changes with anything that its page shows.

    Whoever acts (a programmer, a maker, the committee, a worker) need tell nobody: pages look.
    """
    grid = await working_grid(edition)
    selected = await rows(
        """SELECT md5(concat_ws('|',
             (SELECT string_agg(concat_ws(',', s.id, s.screen, s.starts_at, s.locked), ';' ORDER BY s.id)
              FROM screening s WHERE s.grid = {}),
             (SELECT string_agg(p::text, ';' ORDER BY p.id) FROM programme p WHERE p.edition = {}),
             (SELECT string_agg(concat_ws(',', q.programme, q.position, s.id, s.status, s.pending,
                f.title, f.titles, f.declared_seconds, n.facts->>'duration'), ';' ORDER BY q.id)
              FROM programme_film q JOIN programme p ON p.id = q.programme
              JOIN submission s ON s.id = q.submission JOIN film f ON f.id = s.film
              LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
              WHERE p.edition = {}),
             (SELECT string_agg(s::text, ';' ORDER BY s.id) FROM screen s
              JOIN venue v ON v.id = s.venue WHERE v.edition = {}),
             (SELECT string_agg(g::text, ';' ORDER BY g.id) FROM guest g WHERE g.edition = {}),
             (SELECT max(number) FROM grid WHERE edition = {}),
             (SELECT concat_ws(',', first_day, days, measured_runtime) FROM edition
              WHERE id = {}))) AS mark""",
        grid.id,
        *[edition.id] * 6,
    )
    return {"version": grid.version, "mark": selected[0]["mark"]}


async def plan_run(edition: Edition, run_id: str) -> PlanRun:
    run = await PlanRun.objects().get((PlanRun.id == run_id) & (PlanRun.edition == edition.id))
    if run is None:
        raise Missing("plan_missing")
    return run


async def plan_runs(edition: Edition) -> list[dict[str, Any]]:
    """The newest fifty, with who asked and whether what they gave was taken back."""
    return await rows(
        """SELECT r.id, r.kind, r.state, r.act, r.created_at, p.name AS by,
             EXISTS (SELECT 1 FROM grid_change u JOIN grid g ON g.id = u.grid
                     WHERE g.edition = r.edition AND g.number IS NULL AND u.undoes = r.act) AS undone
           FROM plan_run r LEFT JOIN person p ON p.id = r.asked_by
           WHERE r.edition = {} ORDER BY r.created_at DESC LIMIT 50""",
        edition.id,
    )


async def runs_under_way(edition: Edition, person_id: str) -> int:
    """Plans that somebody has asked for and that are not there yet."""
    found = await rows(
        """SELECT count(*) AS n FROM plan_run WHERE edition = {} AND asked_by = {}
             AND ended_at IS NULL AND state IN ('waiting', 'running')""",
        edition.id,
        person_id,
    )
    return int(found[0]["n"])

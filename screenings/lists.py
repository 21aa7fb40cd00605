"""What programmers read: rooms, programmes with their minutes, the working grid as a problem."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec

from festival import codes
from festival.clock import minutes_of
from festival.db import each_once, made_once, rows, transaction
from festival.errors import Missing
from festival.language import OFFICIAL, text_in
from festival.paging import Paged, numbers_of, paged
from festival.tables import Edition, new_id
from festival.texts import Texts
from screenings.tables import Grid, PlanRun, Screen

Read = TypeVar("Read")
RUNS = 20  # of a page
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
    intros: list[int]
    debates: list[int]
    languages: list[str]
    subtitles: list[str]
    step_free: bool
    captions: bool
    press: int | None
    press_before: bool
    not_before: datetime | None
    most_screenings: int | None
    forbidden_days: list[date]
    visa: bool
    version: int
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


@made_once
async def screens(edition: Edition) -> list[Screen]:
    selected = await rows(
        """SELECT s.* FROM screen s JOIN venue v ON v.id = s.venue WHERE s.edition = {}
           ORDER BY v.position, v.name, s.position, s.seats DESC, s.id""",
        edition.id,
    )
    return [Screen(**row) for row in selected]


async def slots(edition: Edition) -> dict[str, list[int]]:
    """The starts that the programmer has laid out by hand, for each screen that has any."""
    by_screen: dict[str, list[int]] = {}
    for row in await rows(
        "SELECT screen, starts_at FROM slot WHERE edition = {} ORDER BY starts_at",
        edition.id,
    ):
        by_screen.setdefault(row["screen"], []).append(
            minutes_of(row["starts_at"], edition.first_day)
        )
    return by_screen


async def venues(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        "SELECT id, name, address, commune FROM venue WHERE edition = {} ORDER BY position, name",
        edition.id,
    )


@made_once
async def items(edition: Edition) -> list[Item]:
    """Programmes with their films; minutes measured or declared as the edition says."""
    selected = await rows(
        """SELECT p.id, p.kind, p.titles, x.letter AS section_letter,
             x.names AS section_names, p.own_minutes, p.intro, p.debate,
             p.demand, p.prestige, p.premiere, p.showings, p.least_seats, p.equipment, p.earliest,
             p.latest, p.intros, p.debates, p.languages, p.subtitles, p.step_free, p.captions,
             p.press, p.press_before, p.not_before, p.most_screenings, p.forbidden_days, p.visa,
             p.version,
             coalesce((SELECT jsonb_agg(jsonb_build_object(
                 'submission', s.id, 'title', f.title, 'titles', f.titles,
                 'director', f.director, 'languages', f.languages, 'subtitles', f.subtitles,
                 'theme', coalesce(t.theme, ''), 'earliest', t.earliest,
                 'status', s.status, 'pending', s.pending,
                 'declared', f.declared_seconds, 'measured', (n.facts->>'duration')::float)
                 ORDER BY q.position)
               FROM programme_film q JOIN submission s ON s.id = q.submission
               JOIN film f ON f.id = s.film LEFT JOIN film_traits t ON t.submission = s.id
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
    for film in films:
        film["minutes"] = whole_minutes(seconds_long(film, measured=measured))
    seconds = sum(seconds_long(film, measured=measured) for film in films)
    minutes = row.pop("own_minutes") or whole_minutes(seconds)
    staying = [f for f in films if not is_gone(f)]
    pencilled = any((f["pending"] or f["status"]) != "accepted" or f["pending"] for f in staying)
    has_left = bool(films) and not staying
    derived = {
        "minutes": max(1, minutes),
        "is_pencilled": pencilled,
        "has_left": has_left,
        "languages": spoken_in(films) if row["languages"] is None else row["languages"],
        "subtitles": readable_in(films) if row["subtitles"] is None else row["subtitles"],
    }
    return msgspec.convert({**row, **derived}, Item)


def seconds_long(film: dict[str, Any], *, measured: bool) -> float:
    """Not said yet is 0."""
    return float((film["measured"] if measured else film["declared"]) or 0)


def whole_minutes(seconds: float) -> int:
    return -(-int(seconds) // 60)


def spoken_in(films: list[dict[str, Any]]) -> list[str]:
    """Every language that somebody speaks in one of them; a film without words has none."""
    return sorted({tag for film in films for tag in film["languages"]} - {codes.NONE})


def readable_in(films: list[dict[str, Any]]) -> list[str]:
    """The subtitles that all of them have."""
    tags = [set(film["subtitles"]) - {codes.NONE} for film in films]
    return sorted(set.intersection(*tags)) if tags else []


def is_gone(film: dict[str, Any]) -> bool:
    """Taken back, or refused: announced or still in pencil."""
    return (film["pending"] or film["status"]) in GONE


async def working_grid(edition: Edition) -> Grid:
    """The one grid that is edited; made when first asked for."""
    working = (Grid.edition == edition.id) & Grid.number.is_null()
    if (known := await Grid.objects().get(working)) is not None:
        return known
    await rows(
        """INSERT INTO grid (id, edition) VALUES ({}, {})
           ON CONFLICT (edition) WHERE number IS NULL DO NOTHING RETURNING id""",
        new_id(),
        edition.id,
    )
    grid = await Grid.objects().get(working)
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


@made_once
async def placed_in(grid: Grid) -> list[Placed]:
    selected = await rows("SELECT * FROM screening WHERE grid = {} ORDER BY starts_at, id", grid.id)
    return msgspec.convert(
        [{k: row[k] for k in Placed.__struct_fields__} for row in selected], list[Placed]
    )


SHOWN_TABLES = (
    "programme", "venue", "screen", "slot", "guest", "jury", "resource", "crew", "reservation", "venue_way",
    "programme_order", "apart", "shared_audience", "screening_hold", "plan_rules",
    "film_traits", "visitor", "screening_comment",
)  # fmt: skip
"""Whatever stands in them may change what the grid's page shows, or what the planner says of it."""
SHOWN = ", ".join(
    f"(SELECT string_agg(t::text, ';' ORDER BY t.id) FROM {table} t WHERE t.edition = {{}})"
    for table in SHOWN_TABLES
)


async def together(read: Callable[[], Awaitable[Read]]) -> Read:
    """What takes many questions is asked over one connection, each of them once."""
    async with transaction(), each_once():
        return await read()


async def mark_of(edition: Edition, grid: Grid | None = None) -> dict[str, Any]:
    """The grid's version, and a mark that changes with anything that its page shows.

    Whoever acts (a programmer, a maker, the committee, a worker) need tell nobody: pages look.
    """
    grid = grid or await working_grid(edition)
    selected = await rows(
        f"""SELECT md5(concat_ws('|',
             (SELECT string_agg(concat_ws(',', s.id, s.screen, s.starts_at, s.locked), ';' ORDER BY s.id)
              FROM screening s WHERE s.grid = {{}}),
             (SELECT string_agg(concat_ws(',', q.programme, q.position, s.id, s.status, s.pending,
                f.title, f.titles, f.languages, f.subtitles, f.declared_seconds,
                n.facts->>'duration'), ';' ORDER BY q.id)
              FROM programme_film q JOIN programme p ON p.id = q.programme
              JOIN submission s ON s.id = q.submission JOIN film f ON f.id = s.film
              LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
              WHERE p.edition = {{}}),
             {SHOWN},
             (SELECT max(number) FROM grid WHERE edition = {{}}),
             (SELECT concat_ws(',', first_day, days, zone, measured_runtime) FROM edition
              WHERE id = {{}}))) AS mark""",
        grid.id,
        *[edition.id] * (3 + len(SHOWN_TABLES)),
    )
    return {"version": grid.version, "mark": selected[0]["mark"]}


async def plan_run(edition: Edition, run_id: str) -> PlanRun:
    run = await PlanRun.objects().get((PlanRun.id == run_id) & (PlanRun.edition == edition.id))
    if run is None:
        raise Missing("plan_missing")
    return run


class RunSheet(Paged, frozen=True, kw_only=True):
    """A page of runs; `states` are those in which any run of the edition stands."""

    runs: list[dict[str, Any]]
    states: list[str]


async def plan_runs(
    edition: Edition, *, kind: str = "", state: str = "", page: int = 1
) -> RunSheet:
    """The newest first, twenty a page, with who asked, what came of it, and whether that was taken back."""
    meant = """SELECT id, created_at FROM known
               WHERE ({} = '' OR kind = {}) AND ({} = '' OR shown_state = {})"""
    told = await rows(
        f"""WITH known AS MATERIALIZED (
              SELECT r.id, r.kind, r.created_at, CASE WHEN r.act IS NULL THEN r.state
                WHEN r.undone_at IS NOT NULL OR EXISTS (
                  SELECT 1 FROM grid_change u JOIN grid g ON g.id = u.grid
                  WHERE g.edition = r.edition AND g.number IS NULL AND u.undoes = r.act
                    AND NOT EXISTS (SELECT 1 FROM grid_change d WHERE d.grid = u.grid AND d.undoes = u.act))
                THEN 'undone' ELSE 'applied' END AS shown_state
              FROM plan_run r WHERE r.edition = {{}}),
            {paged(meant, order="created_at DESC, id", of=RUNS)}
            SELECT stood.states, page.place, page.found, r.id, r.kind, r.created_at, r.fact, p.name AS by,
              (r.repair->>'moves')::int AS moves, (r.plan->>'cost')::int AS cost, known.shown_state
            FROM (SELECT coalesce(jsonb_agg(DISTINCT shown_state), '[]') AS states FROM known) stood
            LEFT JOIN (page JOIN known ON known.id = page.id JOIN plan_run r ON r.id = page.id
              LEFT JOIN person p ON p.id = r.asked_by) ON true
            ORDER BY page.place""",
        edition.id, kind, kind, state, state, page,
    )  # fmt: skip
    return RunSheet(
        runs=[row for row in told if row["id"]],
        states=told[0]["states"],
        **numbers_of(told, of=RUNS),
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

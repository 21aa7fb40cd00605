"""Films that are not decided yet: would they fit, and the pencil that puts one into the grid."""

from typing import Any

import msgspec

from festival.access import Viewer
from festival.db import rows, transaction
from festival.directory import folded
from festival.errors import Missing, Refused
from festival.paging import Paged, numbers_of, paged
from festival.shapes import Id
from festival.tables import Edition, Person
from festival.texts import ANY_TITLE, Texts
from screenings import grid
from screenings.grid import NewScreening
from screenings.lists import screens
from screenings.planner.answers.whatif import Cell, LaidPlan, cells
from screenings.planner.model import Name, Problem, day_of, minute_of
from screenings.planner.model import Programme as PlannedProgramme
from screenings.planner.rules.facts import length
from screenings.programmes import ProgrammeForm, add_programme, titles_of_film
from screenings.questions import asked_of, standing
from screenings.venues import FarMinute

MOST_A_DAY = 4  # places that are told of each day
CANDIDATE = "candidate"


class FitPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A free place: `price` is what the whole plan would cost more with the film there."""

    screen: str
    screen_name: str
    seats: int
    start: int
    day: int
    price: int


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a film finds a place in the working grid as it stands, and no word of any other film.

    `verdict`: it `fits`; every place that would do is `taken`; none would do, `never`; it is `placed`
    already; or there are no screens, `no_screens`. `minutes` is the whole screening, debate included;
    `free` counts the places, `places` are the cheapest of each day, one a screen.
    """

    verdict: str
    minutes: int = 0
    free: int = 0
    places: list[FitPlace] = []


class UndecidedFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A filed and released film that nobody has decided on, and that stands in no programme; `is_open` says so."""

    id: str
    title: str
    titles: Texts
    section_letter: str
    section_names: Texts
    minutes: int
    is_open: bool = True


class PencilPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a film is pencilled in; nowhere yet is the tray."""

    screen: Id = ""
    start: FarMinute | None = None


FILES = """FROM submission s JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
   JOIN film_file n ON n.submission = s.id AND n.state = 'released'
   WHERE s.edition = {} """
FILM = f"""SELECT s.id, {ANY_TITLE} AS title, f.titles, f.premiere, s.status = 'accepted' AS is_chosen, f.languages,
     f.subtitles, x.position AS section_at, coalesce(x.letter, '') AS section_letter,
     coalesce(x.names, jsonb_build_object()) AS section_names,
     greatest(1, ceil(coalesce(CASE WHEN {{}} THEN (n.facts->>'duration')::float
                               ELSE f.declared_seconds END, 0) / 60)::int) AS minutes
   {FILES}"""
NOT_ONES_OWN = """AND NOT s.id = ANY({})
  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = {}) """
UNDECIDED = """AND s.status IN ('submitted', 'waitlisted') AND s.pending IS NULL
  AND NOT EXISTS (SELECT 1 FROM programme_film q WHERE q.submission = s.id) """


class CandidateSheet(Paged, frozen=True, kw_only=True):
    """A page of films; `total` and `sections` are of all, whatever is sought."""

    films: list[UndecidedFilm]
    total: int
    sections: list[str]


SOUGHT = folded(
    "concat_ws(' ', f.title, (SELECT string_agg(value, ' ') FROM jsonb_each_text(f.titles)))"
)


async def candidates_sought(
    edition: Edition, viewer: Viewer, *, words: str, section: str, number: int, of: int
) -> CandidateSheet:
    """By section and title, with these words in a title, of one section or all, `of` them a page. None that the viewer
    has stepped aside from, or has made; and of those of other pages no more is read than what they are counted and
    sorted by.
    """
    is_sought = f"strpos({SOUGHT}, {folded('{}::text')}) > 0" if words else "true"
    meant = "SELECT * FROM known WHERE is_sought AND {} IN ('', section_letter)"
    told = await rows(
        f"""WITH known AS MATERIALIZED (
              SELECT s.id, {ANY_TITLE} AS title, x.position AS section_at, coalesce(x.letter, '') AS section_letter,
                {is_sought} AS is_sought {FILES} {UNDECIDED} {NOT_ONES_OWN}),
            counted AS MATERIALIZED (SELECT count(*)::int AS total,
              coalesce(jsonb_agg(DISTINCT section_letter) FILTER (WHERE section_letter <> ''), '[]') AS sections
              FROM known),
            {paged(meant, order="section_at, title, id", of=of)}
            SELECT counted.*, page.place, page.found, its.* FROM counted LEFT JOIN page ON true
            LEFT JOIN LATERAL ({FILM} AND s.id = page.id) its ON true ORDER BY page.place""",
        *([words] if words else []), edition.id, sorted(viewer.recused), viewer.id,
        section, number, edition.measured_runtime, edition.id,
    )  # fmt: skip
    films = [msgspec.convert(candidate_of(row), UndecidedFilm) for row in told if row["id"]]
    return CandidateSheet(
        films=films,
        total=told[0]["total"],
        sections=told[0]["sections"],
        **numbers_of(told, of=of),
    )


def candidate_of(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in UndecidedFilm.__struct_fields__ if name in row}


async def check_candidate(edition: Edition, viewer: Viewer, submission_id: str) -> None:
    found = await rows(
        f"SELECT 1 AS one {FILES} {UNDECIDED} {NOT_ONES_OWN} AND s.id = {{}}",
        edition.id, sorted(viewer.recused), viewer.id, submission_id,
    )  # fmt: skip
    if not found:
        raise Missing("submission_missing")


async def asked_about(edition: Edition, viewer: Viewer, submission_id: str) -> UndecidedFilm:
    """A candidate, or a film that is chosen already: no other does a programmer know of."""
    found = await rows(
        FILM
        + "AND s.id = {} AND (s.status = 'accepted' OR (true "
        + UNDECIDED
        + ")) "
        + NOT_ONES_OWN,
        edition.measured_runtime,
        edition.id,
        submission_id,
        sorted(viewer.recused),
        viewer.id,
    )
    if not found:
        raise Missing("submission_missing")
    return msgspec.convert(
        candidate_of(found[0]) | {"is_open": not found[0]["is_chosen"]}, UndecidedFilm
    )


async def film_row(edition: Edition, submission_id: str) -> dict[str, Any]:
    found = await rows(FILM + "AND s.id = {}", edition.measured_runtime, edition.id, submission_id)
    if not found:
        raise Missing("submission_missing")
    return found[0]


# Would it fit?


async def fit_of(edition: Edition, submission_id: str) -> Fit:
    """The film as one more programme of the working grid, moved by nothing and moving nothing.

    A film that has a programme of its own is asked about with that one. Raises Busy when the house
    counts as many prices as it may.
    """
    film = await film_row(edition, submission_id)
    problem, placements, _ = await standing(edition)
    rooms = {screen.id: screen for screen in await screens(edition)}
    if not rooms:
        return Fit(verdict="no_screens")
    problem, name = with_film(problem, film, await programme_of_film(edition, submission_id))
    if any((p.programme, p.number) == name for p in placements):
        return Fit(verdict="placed")

    def answer(grid: LaidPlan) -> tuple[int, list[Cell]]:
        return length(grid.facts.programmes[name[0]], 0), cells(grid, name)

    minutes, every = await asked_of(problem, placements, answer)
    free = [cell for cell in every if not cell.takes]
    return Fit(
        verdict="fits" if free else "taken" if every else "never",
        minutes=minutes,
        free=len(free),
        places=[
            FitPlace(
                screen=cell.screen,
                screen_name=rooms[cell.screen].name,
                seats=rooms[cell.screen].seats,
                start=cell.start,
                day=day_of(cell.start),
                price=cell.price,
            )
            for cell in cheapest(free)
        ],
    )


async def programme_of_film(edition: Edition, submission_id: str) -> str:
    """The programme that shows it, if there is one."""
    found = await rows(
        """SELECT p.id FROM programme_film q JOIN programme p ON p.id = q.programme
           WHERE q.submission = {} AND p.edition = {} ORDER BY p.created_at LIMIT 1""",
        submission_id,
        edition.id,
    )
    return str(found[0]["id"]) if found else ""


def with_film(problem: Problem, film: dict[str, Any], programme: str) -> tuple[Problem, Name]:
    """The problem that asks for the film too, and the film's name in it."""
    its = next((one for one in problem.programmes if one.id == programme), None)
    if its is not None:
        shown = msgspec.structs.replace(its, showings=max(1, its.showings))  # none is promised yet
        programmes = [shown if one is its else one for one in problem.programmes]
        return msgspec.structs.replace(problem, programmes=programmes), (programme, 0)
    more = PlannedProgramme(
        id=CANDIDATE,
        title=film["title"],
        section=film["section_letter"],
        film_minutes=film["minutes"],
        premiere=film["premiere"] or "none",
        languages=film["languages"],
        subtitles=film["subtitles"],
    )
    programmes = [*problem.programmes, more]
    return msgspec.structs.replace(problem, programmes=programmes), (CANDIDATE, 0)


def cheapest(free: list[Cell]) -> list[Cell]:
    """Of each day the best place of each screen, and of those the few cheapest, in the order of time."""
    best: dict[tuple[int, str], Cell] = {}
    for cell in sorted(free, key=lambda c: (c.price, minute_of(c.start), c.start, c.screen)):
        best.setdefault((day_of(cell.start), cell.screen), cell)
    told: list[Cell] = []
    for day in sorted({day for day, _ in best}):
        of_day = [cell for (its, _), cell in best.items() if its == day]
        told += sorted(of_day, key=lambda c: (c.price, c.start, c.screen))[:MOST_A_DAY]
    return told


# In pencil


async def pencil_in(
    edition: Edition, viewer: Viewer, submission_id: str, at: PencilPlace, *, by: Person
) -> str:
    """An undecided film gets a programme of its own, in the tray or at a place. Returns its id.

    Nothing is published with it before it is chosen.
    """
    if bool(at.screen) != (at.start is not None):
        raise Refused("screen:place_unclear")
    async with transaction():
        await check_candidate(edition, viewer, submission_id)
        film = await film_row(edition, submission_id)
        made = await add_programme(
            edition,
            ProgrammeForm(
                titles=titles_of_film(film),
                section=film["section_letter"],
                films=[submission_id],
                premiere=film["premiere"] or "none",
            ),
            by=by,
        )
        if at.start is not None:
            new = NewScreening(programme=made.id, screen=at.screen, start=at.start)
            await grid.place(edition, new, by=by)
    return str(made.id)

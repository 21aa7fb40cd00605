"""What the house knows of its rooms, films and people reaches the planner: every field of its problem."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from festival.clock import at
from festival.tables import Edition
from screenings.grid import lock
from screenings.lists import placed_in, working_grid
from screenings.moving import keeping, olds
from screenings.planner import model
from screenings.problem import problem_of
from screenings.rooms import ScreenForm, add_screen
from screenings.tables import (
    Apart,
    Crew,
    FilmTraits,
    Guest,
    Jury,
    PlanRules,
    Programme,
    ProgrammeFilm,
    ProgrammeOrder,
    Reservation,
    Resource,
    Screen,
    ScreeningHold,
    SharedAudience,
    Slot,
    Venue,
    VenueWay,
)
from screenings.venues import VenueForm, add_venue
from submissions.tables import Film, Submission
from tests.screenings.world import World
from tests.test_unreached import UNFED, listed

CHOSEN = {
    "on": False,
    "hard": False,
    "weight": 7,
    "level": "warn",
}  # a rule as nobody has it by default
NUMBERS = {
    "bands": [[0, 9], [600, 1]], "divisor": 20, "prestige_of_repeats": 3, "block_minutes": 90,
    "block_gap": 2, "visa_screenings": 5, "visa_days": 6, "foyer": 12, "meal": [700, 800, 40],
    "late": 1400, "morning": 540, "stroll": 20, "long_debate": 25, "slack": 10, "free_slot": 90,
}  # fmt: skip


async def a_told_world() -> World:
    """Every column that the planner reads holds something else than it does by default."""
    world = await World().build("accepted", "accepted")
    edition, (one, other), screen = world.edition, world.programmes, world.screen
    here, there = await two_venues(world)
    await Screen.update({
        "closures": [[700, 760]], "equipment": ["dcp"], "turnaround": 30, "step": 10,
        "step_free": False, "captions": False,
    }).where(Screen.id == screen)  # fmt: skip
    begins = at(edition.first_day, 1080)
    await Slot(
        edition=edition.id, screen=screen, starts_at=begins, ends_at=begins + timedelta(hours=3)
    ).save()
    await Programme.update({
        "kind": "block", "intro": 7, "debate": 30, "demand": 321, "prestige": 4, "premiere": "world",
        "showings": 2, "least_seats": 50, "equipment": ["dcp"], "earliest": 600, "latest": 1300,
        "intros": [8], "debates": [25], "languages": ["fr"], "subtitles": ["en"], "step_free": True,
        "captions": True, "press": 1, "press_before": False, "not_before": begins,
        "most_screenings": 2, "forbidden_days": [(edition.first_day + timedelta(days=1)).isoformat()],
        "visa": True,
    }).where(Programme.id == one)  # fmt: skip
    film = (await Submission.objects().get(Submission.id == world.films[0])).film
    await Film.update({Film.declared_seconds: 600, Film.director: "Ada"}).where(Film.id == film)
    for row in (
        FilmTraits(edition=edition.id, submission=world.films[0], theme="Lune", earliest=1260),
        VenueWay(edition=edition.id, one=here, other=there, minutes=12),
        Guest(edition=edition.id, name="Ada", windows=[[600, 900]], programmes=[one]),
        Jury(edition=edition.id, name="Grand", programmes=[one], pause=20, most_a_day=3),
        Resource(
            edition=edition.id, name="Micro", at_once=2, programmes=[one], numbers=[1], counted="debate"
        ),
        Crew(edition=edition.id, name="Cabine", screens=[screen], rest=600),
        Reservation(edition=edition.id, titles={"fr": "Clôture"}, screen=screen, begins=1, ends=9),
        ProgrammeOrder(edition=edition.id, first=one, then=other, least=30, most=600),
        Apart(edition=edition.id, one=one, other=other),
        SharedAudience(edition=edition.id, one=one, other=other, weight=3),
        ScreeningHold(
            edition=edition.id, programme=one, number=1, day=1, minute=700, screen=screen
        ),
        PlanRules(
            edition=edition.id, step=20, travel=25, repeat_gap=300, repeat_other_band=True,
            premiere_first=False, measures=NUMBERS, settings={"S1": CHOSEN},
        ),
    ):  # fmt: skip
        await row.save()
    return world


async def two_venues(world: World) -> tuple[str, str]:
    await Venue.update({Venue.commune: "Cannes"}).where(Venue.id == world.venue)
    other = await add_venue(world.edition, VenueForm(name="Alexandre III"), by=world.by)
    form = ScreenForm(venue=other.id, name="Bazin", seats=100, hours=[(600, 1440)])
    await add_screen(world.edition, form, by=world.by)
    return world.venue, other.id


def shapes(kind: Any) -> Iterator[type[msgspec.Struct]]:
    """Every struct that a field of the problem may hold, and the problem itself."""
    yield kind
    for field in msgspec.structs.fields(kind):
        for part in parts(field.type):
            yield from shapes(part)


def parts(kind: Any) -> Iterator[type[msgspec.Struct]]:
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        yield kind
    for inside in getattr(kind, "__args__", ()):
        yield from parts(inside)


def structs_in(thing: Any) -> Iterator[msgspec.Struct]:
    if isinstance(thing, msgspec.Struct):
        yield thing
        for name in thing.__struct_fields__:
            yield from structs_in(getattr(thing, name))
    elif isinstance(thing, list | tuple | dict):
        for one in thing.values() if isinstance(thing, dict) else thing:
            yield from structs_in(one)


def said(problem: model.Problem) -> set[str]:
    """`Screen.step` for every field that some struct of it says otherwise than by default."""
    return {
        f"{type(one).__name__}.{field.name}"
        for one in structs_in(problem)
        for field in msgspec.structs.fields(type(one))
        if getattr(one, field.name) != usual(field)
    }


def usual(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default is not msgspec.NODEFAULT else (
        field.default_factory() if field.default_factory is not msgspec.NODEFAULT else msgspec.NODEFAULT
    )  # fmt: skip


async def test_every_field_of_the_problem_is_filled_from_the_houses_rows(house) -> None:
    world = await a_told_world()
    await world.place(0, 700)
    await lock(world.edition, await world.place(1, 1500), locked=True, by=world.by)
    pins = await placed_in(await working_grid(world.edition))

    problem = await problem_of(world.edition, pins=pins[1:])
    told = said(keeping(problem, await olds(world.edition, pins, problem)))

    asked = {
        f"{shape.__name__}.{field.name}"
        for shape in set(shapes(model.Problem))
        for field in msgspec.structs.fields(shape)
    }
    assert asked - told == listed()[UNFED]


def test_the_schema_is_walked_to_its_leaves() -> None:
    assert {shape.__name__ for shape in shapes(model.Problem)} == {
        "Problem", "Screen", "Programme", "Film", "Guest", "Pin", "JuryPanel", "SharedResource",
        "ProjectionCrew", "Hold", "ScreenReservation", "Order", "Old", "Setting", "Measures",
    }  # fmt: skip


async def test_what_is_spoken_and_read_comes_from_the_films_until_somebody_says_otherwise(
    house,
) -> None:
    world = await World().build("accepted", "accepted")
    await put_both_into_the_first(world)
    films = [(await Submission.objects().get(Submission.id == one)).film for one in world.films]
    await Film.update({"languages": ["fr"], "subtitles": ["en", "fr"]}).where(Film.id == films[0])
    await Film.update({"languages": ["zxx", "de"], "subtitles": ["en"]}).where(Film.id == films[1])

    block = (await problem_of(world.edition)).programmes[0]
    await Programme.update({"languages": [], "subtitles": ["it"]}).where(Programme.id == block.id)
    corrected = (await problem_of(world.edition)).programmes[0]

    assert (block.languages, block.subtitles) == (["de", "fr"], ["en"])
    assert (corrected.languages, corrected.subtitles) == ([], ["it"])


async def put_both_into_the_first(world: World) -> None:
    first, second = world.programmes
    await ProgrammeFilm.update({ProgrammeFilm.programme: first}).where(
        ProgrammeFilm.programme == second
    )
    await Programme.delete().where(Programme.id == second)


async def test_what_speaks_of_a_programme_that_has_left_is_left_out(house) -> None:
    world = await a_told_world()
    await Submission.update({Submission.status: "withdrawn"}).where(
        Submission.id == world.films[0]
    )

    problem = await problem_of(world.edition)

    assert [p.id for p in problem.programmes] == [world.programmes[1]]
    assert (problem.orders, problem.never_together, problem.pairs, problem.holds) == ([], [], [], [])
    assert [one.programmes for one in (*problem.guests, *problem.juries, *problem.resources)] == [
        [], [], []
    ]  # fmt: skip


@pytest.mark.parametrize("days", [1, 3])
async def test_days_that_rights_forbid_are_the_festivals_or_nobodys(house, days) -> None:
    world = await a_told_world()
    await Edition.update({Edition.days: days}).where(Edition.id == world.edition.id)
    world.edition.days = days

    [block, _] = sorted(
        (await problem_of(world.edition)).programmes, key=lambda p: p.id != world.programmes[0]
    )

    assert block.forbidden_days == ([1] if days == 3 else [])

"""The edition as the planner thinks of it: every field of `Problem`, from the rows that say it."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec.structs import asdict
from piccolo.table import Table

from festival.clock import at, minutes_of
from festival.db import made_once
from festival.desk import all_of_each
from festival.language import OFFICIAL, text_in
from festival.tables import Edition
from screenings import equipment
from screenings.guests import guests_holding
from screenings.lists import Item, Placed, items, screens, slots, venues
from screenings.planner import model
from screenings.planner.rules.facts import debate, intro
from screenings.shared_audiences import pairs_of
from screenings.tables import (
    Apart,
    Crew,
    Guest,
    Jury,
    PlanRules,
    ProgrammeOrder,
    Reservation,
    Resource,
    Screen,
    ScreeningHold,
    VenueWay,
)

S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T", bound=Table)
KEPT: tuple[type[Table], ...] = (
    VenueWay, Jury, Resource, Crew, ScreeningHold, Reservation, ProgrammeOrder, Apart,
)  # fmt: skip


async def problem_of(edition: Edition, *, pins: list[Placed] | None = None) -> model.Problem:
    """The edition as the planner thinks of it; a film that has left is no longer planned."""
    staying = [item for item in await items(edition) if not item.has_left]
    return await problem_with(edition, staying, pins=pins)


class PlanRows(msgspec.Struct, frozen=True):
    """What an edition has beside its programmes: read once, also by whoever shows it."""

    screens: list[Screen]
    guests: list[Guest]
    kept: dict[type[Table], list[Any]]

    def of(self, table: type[T]) -> list[T]:
        return self.kept[table]


async def rows_beside(edition: Edition) -> PlanRows:
    kept = await all_of_each(KEPT, edition)
    return PlanRows(await screens(edition), await guests_holding(edition), kept)


async def problem_with(
    edition: Edition,
    known: list[Item],
    *,
    pins: list[Placed] | None = None,
    beside: PlanRows | None = None,
    with_prices: bool = True,
) -> model.Problem:
    """With these programmes and no others; what speaks of one that is not there is left out.

    Only prices ask which programmes share an audience: whoever looks at rules need not read it.
    """
    beside = beside or await rows_beside(edition)
    houses, stage = beside.screens, beside.guests
    need_no_steps = {one for guest in stage if guest.step_free for one in guest.programmes}
    named, rooms = {item.id for item in known}, {screen.id for screen in houses}
    rules = await rules_of(edition)
    return model.Problem(
        days=edition.days,
        screens=await screens_of(edition, houses),
        programmes=[
            without_steps(programme_of(item, edition), item.id in need_no_steps) for item in known
        ],
        guests=[
            told(model.Guest, guest, programmes=among(guest.programmes, named)) for guest in stage
        ],
        pins=[pin_of(placed, edition) for placed in pins or [] if placed.programme in named],
        pairs=[
            pair
            for pair in (await pairs_of(edition, rules.audiences) if with_prices else [])
            if {pair[0], pair[1]} <= named
        ],
        step=rules.step,
        travel=rules.travel,
        ways=[(way.one, way.other, way.minutes) for way in beside.of(VenueWay)],
        juries=[
            told(model.JuryPanel, jury, programmes=among(jury.programmes, named))
            for jury in beside.of(Jury)
        ],
        resources=[
            told(
                model.SharedResource,
                one,
                limit=one.at_once,
                programmes=among(one.programmes, named),
            )
            for one in beside.of(Resource)
        ],
        crews=[
            told(model.ProjectionCrew, crew, screens=among(crew.screens, rooms))
            for crew in beside.of(Crew)
        ],
        holds=[
            told(model.Hold, hold) for hold in beside.of(ScreeningHold) if hold.programme in named
        ],
        reservations=[
            told(model.ScreenReservation, one, title=official(one.titles))
            for one in beside.of(Reservation)
        ],
        orders=[
            told(model.Order, one)
            for one in beside.of(ProgrammeOrder)
            if {one.first, one.then} <= named
        ],
        never_together=[
            (one.one, one.other) for one in beside.of(Apart) if {one.one, one.other} <= named
        ],
        repeat_gap=rules.repeat_gap,
        repeat_other_band=rules.repeat_other_band,
        premiere_first=rules.premiere_first,
        settings=settings_of(rules),
        measures=measures_of(rules),
    )


@made_once
async def rules_of(edition: Edition) -> PlanRules:
    """What the edition has chosen, or the usual: a row that is not kept yet."""
    row = await PlanRules.objects().where(PlanRules.edition == edition.id).first()
    return row or PlanRules(edition=edition.id, measures={}, settings={})


def settings_of(rules: PlanRules) -> dict[str, model.Setting]:
    """By rule; one that nobody has touched is not there."""
    return msgspec.convert(rules.settings, dict[str, model.Setting])


def measures_of(rules: PlanRules) -> model.Measures:
    return msgspec.convert(rules.measures, model.Measures)


async def screens_of(edition: Edition, houses: list[Screen]) -> list[model.Screen]:
    by_hand = await slots(edition)
    communes = {venue["id"]: venue["commune"] for venue in await venues(edition)}
    return [
        told(
            model.Screen,
            screen,
            slots=by_hand.get(screen.id),
            equipment=equipment.settled(screen.equipment),
            commune=communes[str(screen.venue)],
        )
        for screen in houses
    ]


def programme_of(item: Item, edition: Edition) -> model.Programme:
    """An item has all that the planner asks, some of it under the house's own names."""
    fields = set(model.Programme.__struct_fields__) & set(Item.__struct_fields__)
    same = {name: getattr(item, name) for name in fields}
    return model.Programme(
        **same
        | {
            "title": item.own_title,
            "section": item.section_letter or "",
            "equipment": equipment.settled(item.equipment),
            "film_minutes": item.minutes,
            "not_before": minute_of_embargo(item, edition),
            "forbidden_days": days_of(item.forbidden_days, edition),
            "films": [film_of(film) for film in item.films] if item.kind == "block" else [],
        }
    )


def without_steps(programme: model.Programme, somebody_needs_it: bool) -> model.Programme:
    """Somebody on stage may need a screen without steps, whatever the programme itself asks."""
    return msgspec.structs.replace(programme, step_free=programme.step_free or somebody_needs_it)


def minute_of_embargo(item: Item, edition: Edition) -> int | None:
    return None if item.not_before is None else minutes_of(item.not_before, edition.first_day)


def film_of(film: dict[str, Any]) -> model.Film:
    return model.Film(
        id=film["submission"],
        minutes=film["minutes"],
        director=film["director"],
        theme=film["theme"],
        earliest=film["earliest"],
    )


def days_of(dates: Iterable[date], edition: Edition) -> list[int]:
    """Those that are the festival's; its first is 0."""
    numbers = sorted((day - edition.first_day).days for day in dates)
    return [number for number in numbers if 0 <= number < edition.days]


def official(texts: Any) -> str:
    """As the house itself calls it."""
    return text_in(OFFICIAL[0], texts)


def among(ids: Any, known: Collection[str]) -> list[str]:
    return [one for one in ids if one in known]


def told(shape: type[S], row: Table, **instead: Any) -> S:
    """A row in the planner's shape: columns of the same name, save what is said otherwise."""
    same = {name: getattr(row, name) for name in shape.__struct_fields__ if hasattr(row, name)}
    return msgspec.convert(same | instead, shape)


def pin_of(placed: Placed, edition: Edition) -> model.Pin:
    return model.Pin(**asdict(placement_of(placed, edition)))


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
    film_ends = begins + timedelta(minutes=intro(item, number) + item.minutes)
    ends = film_ends + timedelta(minutes=debate(item, number))
    return {
        "starts_at": begins,
        "film_ends_at": film_ends,
        "ends_at": ends,
        "clears_at": ends + timedelta(minutes=turnaround),
    }

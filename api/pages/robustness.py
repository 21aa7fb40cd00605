"""How likely each screening starts late, why, and what would help; the worst first."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.grid import evening_and_hour
from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.presence import while_there
from api.request import AnyRequest
from festival.errors import Busy
from festival.language import t
from festival.tables import Edition
from screenings import audiences, lists
from screenings.lists import Item
from screenings.planner.answers.shapes import Lateness
from screenings.planner.model import Name, Placement
from screenings.questions import GridStanding, standing
from screenings.tables import Screen

OFTEN, SOMETIMES = 0.25, 0.05
"""Chances from which a late start is called frequent, and from which it is worth a word."""


class Risk(msgspec.Struct, frozen=True):
    """`level` is its colour; `advice` what would make it rare; `block` names it in the grid."""

    title: str
    where: str
    percent: float
    mean: float
    worst: int
    level: str
    advice: str
    block: str


@get("/programmer/robustness", guards=SEE)
async def robustness(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    lang, edition = language_of(request), edition_row
    stands_now, items, screens = await lists.together(lambda: drawn_from(edition))
    busy: Busy | None = None
    found: list[Lateness] = []
    try:
        viewer = request.state["viewer"]
        found = await while_there(
            request, audiences.lateness(edition, by=viewer.id, stands=stands_now)
        )
    except Busy as told:
        busy = told
    _, placements, names = stands_now
    stands = {(p.programme, p.number): p for p in placements}
    screenings = {name: screening for screening, name in names.items()}
    titles = {item.id: item.title(lang) for item in items}
    houses = {screen.id: screen.name for screen in screens}
    risks = [
        risk(late, stands, titles, houses, screenings, edition=edition, lang=lang)
        for late in found
        if (late.programme, late.number) in stands
    ]
    return planning_page(
        request,
        "programmer/robustness.html",
        error=busy,
        risky=[one for one in risks if one.level != "ok"],
        calm=[one for one in risks if one.level == "ok"],
        often=round(100 * OFTEN),
        sometimes=round(100 * SOMETIMES),
    )


async def drawn_from(edition: Edition) -> tuple[GridStanding, list[Item], list[Screen]]:
    return await standing(edition), await lists.items(edition), await lists.screens(edition)


def risk(
    late: Lateness,
    stands: dict[Name, Placement],
    titles: dict[str, str],
    houses: dict[str, str],
    screenings: dict[Name, str],
    *,
    edition: Edition,
    lang: str,
) -> Risk:
    p = stands[late.programme, late.number]
    house = houses.get(p.screen, "–")
    return Risk(
        title=titles.get(late.programme, "–"),
        where=f"{evening_and_hour(lang, edition, p.start)}, {house}",
        percent=round(100 * late.chance, 1),
        mean=late.mean,
        worst=late.worst,
        level="bad" if late.chance > OFTEN else "warn" if late.chance > SOMETIMES else "ok",
        advice=advice(late, p, stands, titles, lang),
        block=screenings[late.programme, late.number],
    )


def advice(
    late: Lateness, p: Placement, stands: dict[Name, Placement], titles: dict[str, str], lang: str
) -> str:
    """So many minutes more after whoever pushes it most: a film in its room, or its guest's other one."""
    if late.after is None or late.slack == 0:
        return t(lang, "late.fine")
    before = stands[late.after]
    key = "late.room" if before.screen == p.screen else "late.guest"
    return t(lang, key, n=late.slack, title=titles.get(late.after[0], "–"))


HANDLERS: list[Any] = [robustness]

"""What it costs to move a screening: more where people have read of it, or travel for it."""

from collections.abc import Collection
from typing import Literal

from msgspec.structs import asdict, replace

from festival.tables import Edition
from screenings.compared import last_published, place_of
from screenings.lists import Placed, placed_in
from screenings.planner.answers.shapes import Repair
from screenings.planner.model import Name, Old, Problem, Setting
from screenings.problem import placement_of

Keep = Literal["free", "gently", "strictly"]
"""How much of the standing grid a plan keeps: nothing for its own sake, what is not worth a move, nearly all."""

PRICE_OF_MOVE = 2
PRICE_OF_PUBLIC = 2  # more: somebody may have noted it in a diary
PRICE_OF_TRAVEL = 3  # more: a guest has come for it, at that hour
STRICTLY = 10  # times as dear
ONE_MOVE = 1000  # in a repair no price outweighs one screening more that moves


async def olds(edition: Edition, standing: Collection[Placed], problem: Problem) -> list[Old]:
    """Everything that stands, is still planned and is not locked, with the price of moving it."""
    last = await last_published(edition)
    public = {} if last is None else {p.stable: p for p in await placed_in(last)}
    known = {programme.id for programme in problem.programmes}
    awaited = awaited_in(problem)
    return [
        Old(
            **asdict(placement_of(placed, edition)),
            price=PRICE_OF_MOVE
            + PRICE_OF_PUBLIC * is_public(placed, public)
            + PRICE_OF_TRAVEL * ((placed.programme, placed.number) in awaited),
        )
        for placed in standing
        if not placed.locked and placed.programme in known
    ]


def is_public(placed: Placed, public: dict[str, Placed]) -> bool:
    return place_of(public.get(placed.stable)) == place_of(placed)


def awaited_in(problem: Problem) -> set[Name]:
    """The screenings for which somebody travels: a guest who is not there all the time is on stage."""
    return {
        (programme, 0)
        for guest in problem.guests
        if guest.windows
        for programme in guest.programmes
    }


def keeping(problem: Problem, old: list[Old], keep: Keep = "gently") -> Problem:
    """The problem with a price on every move."""
    if not old or keep == "free":
        return problem
    dear = STRICTLY if keep == "strictly" else 1
    prices = [replace(one, price=one.price * dear) for one in old]
    return replace(problem, old=prices, settings={**problem.settings, "S11": Setting(on=True)})


def move_costs(problem: Problem, names: Collection[Name]) -> list[tuple[Name, int]]:
    """For a repair: the fewest moves first, and of those the cheapest."""
    prices = {(old.programme, old.number): old.price for old in problem.old}
    return [(name, ONE_MOVE + prices.get(name, PRICE_OF_MOVE)) for name in names]


def plainly(repair: Repair) -> Repair:
    """Moves as moves, and their price as a price: both were one figure."""
    return replace(
        repair,
        moves_cost=repair.moves_cost - ONE_MOVE * repair.moves,
        moves_bound=repair.moves_bound // ONE_MOVE,
    )

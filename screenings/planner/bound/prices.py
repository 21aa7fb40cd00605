"""The prices that prove a bound, said in the problem's own names so that others can check them."""

from screenings.planner.bound.master import ROUNDING, MasterProblem
from screenings.planner.certificate import (
    Certificate,
    DayPrice,
    MomentPrice,
    ShownPrice,
    TastePrice,
)
from screenings.planner.search.instance import Instance, Positions


def certificate_of(bound: MasterProblem, *, left_out: int, left_out_firsts: int) -> Certificate:
    """Of the best duals so far; they are binary fractions, so that nothing is rounded here."""
    duals, names = bound.duals, bound.instance.names
    if duals is None:
        return Certificate(0, 1, left_out, left_out_firsts)
    shown = zip(bound.pricing.screenings, duals.screening, strict=True)
    moments = zip(bound.moments, duals.moment, strict=False)
    return Certificate(
        bound.whole,
        int(ROUNDING),
        left_out,
        left_out_firsts,
        shown=[ShownPrice(*names[at], whole(price)) for at, price in shown if whole(price)],
        moments=[
            MomentPrice(one.rule, one.of, minute, whole(-price), one.other, one.times)
            for (which, minute), price in moments
            for one in (bound.shared[which],)
            if whole(-price)
        ],
        days=[
            DayPrice(side.rule, side.of, side.day, whole(-price), *side.order)
            for side, price in zip(bound.sides, duals.side, strict=True)
            if whole(-price)
        ],
        tastes=[
            TastePrice(row.rule, row.of, whole(-price), row.number, row.venue, row.minute)
            for number, price in zip(bound.bound_tastes, duals.taste, strict=False)
            for row in (bound.tastes[number],)
            if whole(-price)
        ],
        out=whole(-duals.out),
        out_first=whole(-duals.out_first),
    )


def each_alone(
    instance: Instance, positions: Positions, *, left_out: int, left_out_firsts: int
) -> Certificate:
    """Every screening where it would cost least, as if it were alone."""
    prices = [
        ShownPrice(*instance.names[at], cheapest(instance, at))
        for at in instance.free
        if positions[at] is not None
    ]
    shown = [price for price in prices if price.price] if left_out == 0 else []
    return Certificate(0, 1, left_out, left_out_firsts, shown=shown)


def cheapest(instance: Instance, at: int) -> int:
    return min(
        instance.screen_costs[at][screen] + price
        for screen, left in enumerate(instance.starts[at])
        for price, hours in instance.hours[at]
        if left & hours
    )


def whole(price: float) -> int:
    return round(price * ROUNDING)

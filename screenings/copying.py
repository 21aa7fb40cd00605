"""Houses, rooms and rules of the plan that a new edition takes over from an earlier one."""

from festival.copying import Copy, row_of, rows_of
from festival.desk import all_of
from screenings.tables import Audience, Crew, MakersTerms, PlanRules, Screen, Venue, VenueWay

NewIds = dict[str, str]
"""By the id that a row has in the earlier edition."""


async def rooms(copy: Copy) -> int:
    """Every house with its rooms, the ways between houses, and who runs which rooms."""
    houses = await copied_venues(copy)
    screens = await copied_screens(copy, houses)
    for way in await all_of(VenueWay, copy.source):
        given = row_of(VenueWay, way, copy) or {}
        await VenueWay(**given | {"one": houses[way.one], "other": houses[way.other]}).save()
    for crew in await all_of(Crew, copy.source):
        given = row_of(Crew, crew, copy) or {}
        theirs = [screens[one] for one in given["screens"] if one in screens]
        await Crew(**given | {"screens": theirs}).save()
    return len(screens)


async def copied_venues(copy: Copy) -> NewIds:
    made: NewIds = {}
    for venue in await all_of(Venue, copy.source):
        new = Venue(**(row_of(Venue, venue, copy) or {}))
        await new.save()
        made[venue.id] = new.id
    return made


async def copied_screens(copy: Copy, houses: NewIds) -> NewIds:
    """Seats, equipment, and the hours of as many days as there are; closures were last year's."""
    made: NewIds = {}
    for screen in await all_of(Screen, copy.source):
        given = row_of(Screen, screen, copy) or {}
        hours = list(given["hours"])[: copy.target.days]
        hours += hours[-1:] * (copy.target.days - len(hours))
        changed = {"venue": houses[given["venue"]], "hours": hours, "closures": []}
        new = Screen(**given | changed)
        await new.save()
        made[screen.id] = new.id
    return made


async def plan_rules(copy: Copy) -> int:
    """What the edition asks of its plans, and what it grants its makers."""
    granted = await rows_of(
        MakersTerms, copy, moved=("tickets_until",), public_prize=None, prize_told=False
    )
    return await rows_of(PlanRules, copy) + granted


async def audiences(copy: Copy) -> int:
    """Visitors as programmers imagine them; which films they have to see was last year's."""
    days = copy.target.days
    known = await all_of(Audience, copy.source)
    for visitor in known:
        given = row_of(Audience, visitor, copy) or {}
        kept = [day for day in given["days"] if day < days]
        await Audience(**given | {"must": [], "days": kept}).save()
    return len(known)

"""Houses and rooms that a new edition takes over from an earlier one."""

from festival.copying import Copy, row_of
from screenings.tables import Screen, Venue


async def rooms(copy: Copy) -> int:
    """Every house with its rooms: seats, equipment, and the hours of as many days as there are."""
    made = 0
    for venue in await Venue.objects().where(Venue.edition == copy.source.id).order_by(Venue.name):
        house = Venue(**(row_of(Venue, venue, copy) or {}))
        await house.save()
        for screen in (
            await Screen.objects().where(Screen.venue == venue.id).order_by(Screen.position)
        ):
            given = row_of(Screen, screen, copy) or {}
            hours = list(given["hours"])[: copy.target.days]
            hours += hours[-1:] * (copy.target.days - len(hours))
            await Screen(**(given | {"venue": house.id, "hours": hours, "closures": []})).save()
            made += 1
    return made

"""A room as the makers whose film is shown there read of it: what the house knows of its picture and sound.

Of what else is shown there, and when, nothing is said.
"""

from collections.abc import Collection

import msgspec

from festival.db import rows
from festival.texts import Texts


class RoomSheet(msgspec.Struct, frozen=True, kw_only=True):
    """The picture in centimetres; `equipment` are words of `screenings/equipment.py`, or a house's own."""

    id: str
    name: str
    venue: str
    address: str
    commune: str
    seats: int
    picture_width: int | None
    picture_height: int | None
    equipment: list[str]
    step_free: bool
    captions: bool
    remarks: Texts
    contact: str


async def room_sheets(screens: Collection[str]) -> dict[str, RoomSheet]:
    """By the screen; of one that is there no more, nothing."""
    selected = await rows(
        """SELECT s.id, s.name, v.name AS venue, v.address, v.commune, s.seats, s.picture_width,
             s.picture_height, s.equipment, s.step_free, s.captions, s.remarks, s.contact
           FROM screen s JOIN venue v ON v.id = s.venue WHERE s.id = ANY({})""",
        sorted(set(screens)),
    )
    return {row["id"]: msgspec.convert(row, RoomSheet) for row in selected}

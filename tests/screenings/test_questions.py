"""What a programmer asks of the working grid, answered from the database and changing nothing."""

import pytest

from festival.errors import Missing
from screenings.lists import placed_in, working_grid
from screenings.questions import about, proposal, why_not
from tests.screenings.world import World

EVENING = 18 * 60


async def test_every_legal_place_has_its_price(house) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, EVENING)
    await world.place(1, 21 * 60)

    why, cells = await about(world.edition, placed)

    assert (why.placement.start, why.costs["S1"]) == (EVENING, 0)
    assert cells
    assert all(cell.price >= 0 for cell in cells)


async def test_an_unknown_screening_is_missing(house) -> None:
    world = await World().build("accepted")

    with pytest.raises(Missing):
        await about(world.edition, "nobody")


async def test_a_festival_with_room_is_possible(house) -> None:
    world = await World().build("accepted", "accepted")

    assert (await why_not(world.edition)).verdict == "possible"


async def test_a_closed_screen_is_mended_on_paper_only(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, 1440 + EVENING)
    grid = await working_grid(world.edition)
    before = await placed_in(grid)

    found = await proposal(world.edition, screen=world.screen, day=0)

    assert [(m.change, m.programme) for m in found.diff] == [("moved", world.programmes[0])]
    assert (found.moves_proved, found.moves) == (True, 1)
    assert await placed_in(grid) == before


async def test_an_unknown_screen_cannot_close(house) -> None:
    world = await World().build("accepted")

    with pytest.raises(Missing):
        await proposal(world.edition, screen="nowhere", day=0)

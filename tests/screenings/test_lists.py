"""What the house knows of its rooms reaches the planner."""

from festival.clock import at
from screenings.lists import problem_of
from screenings.tables import Screen, Slot
from tests.screenings.world import World


async def test_the_planner_is_told_of_closures_and_of_starts_laid_out_by_hand(house) -> None:
    world = await World().build("accepted")
    first_day = world.edition.first_day
    await Screen.update({Screen.closures: [[700, 760]]}).where(Screen.id == world.screen)
    await Slot(screen=world.screen, starts_at=at(first_day, 1080), ends_at=at(first_day, 1260)).save()

    [screen] = (await problem_of(world.edition)).screens

    assert (screen.closures, screen.slots) == ([(700, 760)], [1080])

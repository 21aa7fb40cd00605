"""An edition's rules change, and its grid with them."""

from festival import editions
from festival.db import transaction
from festival.editions import Rules
from festival.tables import Edition, Person
from screenings import grid
from submissions import rejudging


async def change_rules(edition: Edition, rules: Rules, *, by: Person) -> None:
    """What is not named stays; another first day moves the grid along."""
    if rules.policy is not None:
        rejudging.checked(rules.policy)
    was = edition.first_day
    async with transaction():
        await editions.change(edition, rules, by=by)
        await grid.follow(edition, was=was, by=by)

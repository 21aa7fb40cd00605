"""What an edition goes by."""

from litestar.di import NamedDependency

from api.acts.act import act
from api.guards import OPERATOR
from festival.editions import Rules
from festival.tables import Edition, Person
from screenings.editions import change_rules


@act(json="/operator/edition", method="patch", status=204, guards=OPERATOR)
async def change_edition(
    data: Rules, person: NamedDependency[Person], edition_row: NamedDependency[Edition]
) -> None:
    """Set the edition's rules; what is not named stays. Another first day moves the grid along."""
    await change_rules(edition_row, data, by=person)


ACTS = [change_edition]

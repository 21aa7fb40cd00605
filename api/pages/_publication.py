"""What a programmer reads before publishing: what changes, what is in the way, who gets a letter."""

from typing import Any

from msgspec import Struct

from api.grid import Names, clash_row, evening_and_hour
from festival.clock import minutes_of
from festival.language import t
from festival.tables import Edition
from screenings import lists, publication
from screenings.clashes import clashes_of
from screenings.compared import Difference, since_last
from screenings.lists import Placed
from screenings.planner.model import Clash
from screenings.publication_letters import letters_due
from screenings.tables import Grid


class PublicationLine(Struct, frozen=True):
    """One screening that the public would read anew."""

    title: str
    was: str
    now: str


async def shown(edition: Edition, grid: Grid, lang: str) -> dict[str, Any]:
    known = {item.id: item for item in await lists.items(edition)}
    names = Names(edition, known, await lists.screens(edition), await lists.placed_in(grid))
    differences = await since_last(edition)
    clashes = await clashes_of(edition, grid)
    return {
        "news": await publication.has_news(edition, grid),
        "changes": len(differences),
        "groups": [
            (kind, [line_of(change, names, lang) for change in differences if change.kind == kind])
            for kind in ("new", "moved", "gone")
            if any(change.kind == kind for change in differences)
        ],
        "blocking": await in_the_way(edition, grid, clashes, names, lang),
        "warnings": said(
            [clash for clash in clashes if not publication.blocks(clash)], names, lang
        ),
        "letters": await letters_due(edition, grid),
    }


async def in_the_way(
    edition: Edition, grid: Grid, clashes: list[Clash], names: Names, lang: str
) -> list[str]:
    """Each clash by its films, then what is no clash of two screenings."""
    blocking = [clash for clash in clashes if publication.blocks(clash)]
    codes = {clash.code for clash in blocking}
    others = [code for code in await publication.hindrances(edition, grid) if code not in codes]
    return said(blocking, names, lang) + [t(lang, f"error.{code}") for code in others]


def said(clashes: list[Clash], names: Names, lang: str) -> list[str]:
    return [str(clash_row(clash, names)["words"][lang]) for clash in clashes]


def line_of(difference: Difference, names: Names, lang: str) -> PublicationLine:
    item = names.known.get(difference.programme)
    title = item.title(lang) if item else "–"
    return PublicationLine(
        title, place(difference.before, names, lang), place(difference.after, names, lang)
    )


def place(placed: Placed | None, names: Names, lang: str) -> str:
    if placed is None:
        return ""
    start = minutes_of(placed.starts_at, names.edition.first_day)
    return f"{evening_and_hour(lang, names.edition, start)}, {names.rooms.get(placed.screen, '–')}"

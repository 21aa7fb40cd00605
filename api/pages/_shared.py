"""The programmers' rooms of what screenings share: guests, juries, crews, resources, audiences."""

import unicodedata
from typing import Any

from festival import desk
from festival.desk import ChangeLine
from festival.tables import Edition
from screenings.lists import Item

GUESTS = "/programmer/guests"
SHARED = "/programmer/shared"
PAIRS = "/programmer/pairs"


def bare(text: str) -> str:
    """As words are sought: without accents and capitals."""
    if text.isascii():
        return text.casefold()
    signs = unicodedata.normalize("NFD", text)
    return "".join(sign for sign in signs if not unicodedata.combining(sign)).casefold()


def picks_of(items: dict[str, Item], chosen: list[str], lang: str) -> list[dict[str, Any]]:
    """The boxes of a list of programmes: those that are ticked first, then all others by title."""
    ticked = set(chosen)
    return [
        {
            "id": item.id,
            "title": item.title(lang),
            "letter": item.section_letter or "",
            "is_chosen": item.id in ticked,
        }
        for item in sorted(
            items.values(), key=lambda one: (one.id not in ticked, bare(one.title(lang)), one.id)
        )
    ]


async def last_change(row_id: str) -> ChangeLine | None:
    return (await desk.last_changes([row_id])).get(row_id)


async def removed(edition: Edition, *acts: str) -> list[ChangeLine]:
    """What was taken away of late, by any of these acts."""
    return [line for act in acts for line in await desk.removals(edition, act)]


async def gone_of(edition: Edition, *acts: str) -> list[dict[str, Any]]:
    """What was taken away of late, the newest first, by which of these acts."""
    found = await removed(edition, *acts)
    return [
        {
            "kind": line.act.removesuffix("_removed"),
            "name": line.details["gone"].get("name") or line.details["gone"].get("titles"),
            "line": line.line,
            "by": line.by,
            "at": line.at,
        }
        for line in sorted(found, key=lambda line: -line.line)
    ]

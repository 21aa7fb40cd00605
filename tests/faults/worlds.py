"""Small worlds for houses of a test's own: `python -m tests.faults.worlds NAME` prints what it made."""

import asyncio
import hashlib
import hmac
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from festival import letters
from festival.pool import pool
from festival.sessions import open_session
from festival.settings import Settings
from festival.tables import Person, Phase, new_id
from tests.builders import a_film, a_person, an_edition
from tests.screenings.world import World


async def a_browser(person: Person) -> dict[str, str]:
    """What somebody's browser sends with each request."""
    token, key = await open_session(person), Settings.read().secret_key.encode()
    proof = hmac.new(key, f"csrf:{token}".encode(), hashlib.sha256).hexdigest()
    return {"cookie": f"session={token}", "x-csrf-token": proof}


async def a_board() -> dict[str, Any]:
    """Six films before four chairs."""
    edition = await an_edition(phase=Phase.SELECTION)
    maker = await a_person("filmmaker", edition=edition)
    films = [(await a_film(edition, maker, title=f"Nuit {n}"))[0] for n in range(6)]
    chairs = [await a_person("chair", edition=edition, name=f"Chair{n}") for n in range(4)]
    return {"slug": edition.slug, "films": films, "chairs": [await a_browser(chair) for chair in chairs]}


async def a_batch() -> dict[str, Any]:
    """A hundred letters that wait to be sent."""
    edition = await an_edition()
    for n in range(100):
        to = await a_person("filmmaker", edition=edition, name=f"Ada{n}")
        await letters.write("submitted", to, occasion=f"t:{new_id()}", edition=edition, title=f"Nuit {n}")
    keeper = await a_person("operator", edition=edition)
    return {"slug": edition.slug, "edition": edition.id, "operator": await a_browser(keeper)}


async def a_maker() -> dict[str, Any]:
    """Somebody who may open entries."""
    edition = await an_edition()
    return {"slug": edition.slug, "maker": await a_browser(await a_person("filmmaker", edition=edition))}


async def a_grid() -> dict[str, Any]:
    """A grid of two films that its programmer may publish."""
    made = await World().build("accepted", "accepted")
    placed = [await made.place(0, 600), await made.place(1, 900)]
    return {
        "slug": made.edition.slug, "programmer": await a_browser(made.by),
        "screenings": placed, "screen": made.screen,
    }  # fmt: skip


WORLDS: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
    "board": a_board, "batch": a_batch, "grid": a_grid, "maker": a_maker,
}


async def main(name: str) -> None:
    async with pool(size=2):
        sys.stdout.write(json.dumps(await WORLDS[name]()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

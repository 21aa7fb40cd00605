"""What a page asks of the database, as the database itself tells it: each statement with its plan, as it went."""

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
import msgspec

from bench.public import House

Page = TypeVar("Page")
BREATH = 0.1  # a statement is told once it has ended, which may be after its page is there
LOOK, MOST_LOOKS = 0.5, 240  # seconds between two looks at a page whose ranks are being reckoned


class Statement(msgspec.Struct, frozen=True):
    text: str
    plan: dict[str, Any]

    @property
    def rows(self) -> int:
        """That it returned."""
        return int(self.plan.get("Actual Rows", 0))

    @property
    def most_rows(self) -> int:
        """That one part of its plan had in hand at most."""
        return max(rows_in(part) for part in parts_of(self.plan))

    @property
    def walked(self) -> dict[str, int]:
        """By its name, how many rows lie in each table that was read without an index, as far as it was read."""
        told: dict[str, int] = {}
        for part in parts_of(self.plan):
            if part.get("Node Type") == "Seq Scan":
                name, hands = part["Relation Name"], part["Actual Loops"] if part["Parallel Aware"] else 1
                read = (part["Actual Rows"] + part.get("Rows Removed by Filter", 0)) * hands
                told[name] = max(told.get(name, 0), int(read))
        return told


def parts_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from parts_of(below)


def rows_in(part: dict[str, Any]) -> int:
    return int(part.get("Actual Rows", 0) * part.get("Actual Loops", 1))


def statements(log: str) -> list[Statement]:
    found = re.findall(r"plan:\n((?:\t.*\n)+)", log)
    return [Statement(told["Query Text"], told["Plan"]) for told in map(json.loads, found)]


@asynccontextmanager
async def explaining(log: Path) -> AsyncIterator[House]:
    """A door of a house whose database is opened with `session_preload_libraries=auto_explain`."""
    await tell_plans()
    house = House(log, {"LOG_LEVEL": "WARNING"})
    try:
        await house.open()
        yield house
    finally:
        house.kill()


async def tell_plans() -> None:
    """From the next connection of the house on."""
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        for name, value in {
            "min_duration": "0",
            "analyze": "on",
            "format": "json",
            "timing": "off",
        }.items():
            await owner.execute(f"ALTER ROLE house SET auto_explain.log_{name} = '{value}'")
    finally:
        await owner.close()


async def until_it_has_all(client: httpx.AsyncClient, url: str, headers: dict[str, str]) -> None:
    """A page that says that its ranks are still to come is asked again: what reckons them asks no page's questions."""
    for _ in range(MOST_LOOKS):
        if "data-come" not in (await client.get(url, headers=headers)).text:
            return
        await asyncio.sleep(LOOK)


async def asked(
    pages: Iterable[Page], question: Callable[[Page], tuple[str, dict[str, str]]], log: Path
) -> AsyncIterator[tuple[Page, int, list[Statement]]]:
    """How each page is answered, by number, and what it asks, when it is opened a second time: `question` is its URL
    and who opens it, `log` what the database writes.
    """
    async with httpx.AsyncClient(timeout=120) as client:
        for page in pages:
            url, headers = question(page)
            await until_it_has_all(client, url, headers)
            await asyncio.sleep(BREATH)
            began = log.stat().st_size
            answer = await client.get(url, headers=headers)
            await asyncio.sleep(BREATH)
            with log.open("rb") as written:
                written.seek(began)
                yield page, answer.status_code, statements(written.read().decode(errors="replace"))

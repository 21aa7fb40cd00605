"""Every page of a large edition: how long it takes alone, beside a bare list, and what it asks of the database.

    ./run bench pages [--films 3000] [--people 120] [--scores 300000] [--lines 1000000] [--screenings 187]
                      [--times 20] [--users 50] [--seconds 20] [--only PART-OF-AN-ADDRESS] [--rival]

Each page that the house has is asked in turns with a bare Litestar that reads one table. Then a door whose
database explains itself is asked once more: statements, rows of the largest of them, and tables of over a thousand
rows that were walked from end to end. Then many users read all pages at once. Milliseconds depend on the machine;
ratios and counts are the claim. Not 0 when a goal is missed. `--rival` asks pretalx for its list and its grid, too;
that takes minutes.
"""

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec

from bench.load import Bare, Heard, ratio
from bench.public import House
from bench.reviews import OwnPostgres
from bench.rivals import Pretalx
from bench.seed import SLUG, Seeded, figures, large
from tests.doors import Door
from tests.services import Services

MOST_MS, MOST_MS_OF_MANY, MANY_FILMS = 50.0, 60.0, 3000
"""Goals for the half of all answers that come first: up to so many films, and of more."""
MOST_RATIO, MOST_MB, MANY_ROWS, WARM = 3.0, 300, 1000, 3
PARTS = {
    "committee": "chair",
    "programmer": "programmer",
    "operator": "operator",
    "submissions": "maker",
    "account": "maker",
}
KNOWN = {
    "lang": "fr",
    "section_letter": "C",
    "day": "2027-02-03",
    "part": "reviewer",
    "text": "legal",
}
KNOWN_ROWS = {
    "edition": SLUG, "section_id": "loadc", "venue_id": "venue", "screen_id": "screen1", "programme_id": "prog1",
    "person_id": "p3",
}  # fmt: skip
WHOLE_TABLES = re.compile(r"(events|\.zip|\.xlsx|\.csv|\.pdf|\.ics|\.xml|\.jpg|exports|\.m3u8)")
"""Answers that are long by their nature, or never end: not what a list or a form is measured by."""


class Page(msgspec.Struct):
    route: str
    part: str
    address: str
    heard: Heard = msgspec.field(default_factory=Heard)
    bare: Heard = msgspec.field(default_factory=Heard)
    size: int = 0
    asked: list[dict[str, Any]] = []

    def is_quick(self, most: float) -> bool:
        return 1000 * self.heard.at(0.5) <= most

    @property
    def most_rows(self) -> int:
        return max((rows_of(plan) for plan in self.asked), default=0)

    @property
    def walked(self) -> set[str]:
        return {name for plan in self.asked for name, rows in walks(plan) if rows > MANY_ROWS}


def pages(only: str, x: str = "") -> Iterator[Page]:
    """Those of the house's own list of routes whose names are all known; `x` as in `seed.written`."""
    from tests.test_access import ROUTES

    for route in sorted(ROUTES):
        method, _, path = route.partition(" ")
        if (
            method != "GET"
            or not path.startswith("/{lang}")
            or WHOLE_TABLES.search(path)
            or only not in path
        ):
            continue
        area = path.split("/")[3] if path.count("/") > 2 else ""
        part = PARTS.get(area, "")
        rows = {**KNOWN_ROWS, "submission_id": "e1" if part == "maker" else "s7"}
        if address := filled(path, {**KNOWN, **{name: x + row for name, row in rows.items()}}):
            yield Page(route, part, address)


def filled(path: str, known: dict[str, str]) -> str:
    """The address; nothing, where a name in it stands for what this edition has none of."""
    names = re.findall(r"\{(\w+)[^}]*\}", path)
    return (
        ""
        if set(names) - set(known)
        else re.sub(r"\{(\w+)[^}]*\}", lambda name: known[name[1]], path)
    )


async def answer(
    client: httpx.AsyncClient, url: str, headers: dict[str, str]
) -> tuple[httpx.Response, float]:
    began = time.perf_counter()
    told = await client.get(url, headers=headers)
    return told, time.perf_counter() - began


async def in_turns(
    found: list[Page], house: Door, bare: Door, who: Seeded, times: int
) -> list[Page]:
    """Every page so many times; those that lead elsewhere or are not there in this edition are left out."""
    kept = []
    async with httpx.AsyncClient(timeout=120) as client:
        for page in found:
            headers = getattr(who, page.part) if page.part else {}
            for turn in range(times + WARM):
                told, took = await answer(client, house.url + page.address, headers)
                page.size = len(told.content)
                if told.status_code != 200:
                    break
                _, bare_took = await answer(client, f"{bare.url}/page", {})
                if turn >= WARM:
                    page.heard.seconds.append(took)
                    page.bare.seconds.append(bare_took)
            if told.status_code == 200:
                kept.append(page)
            else:
                print(f"  {told.status_code} {page.address}", flush=True)
            if told.status_code >= 500:
                page.heard.other.append(told.status_code)
    return kept


# What the database says


def walks(plan: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """(table, rows that were read of it), for each table that was read without an index."""
    if plan.get("Node Type") == "Seq Scan":
        read = plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0)
        yield plan["Relation Name"], int(read * plan.get("Actual Loops", 1))
    for below in plan.get("Plans", []):
        yield from walks(below)


def rows_of(plan: dict[str, Any]) -> int:
    """Rows that one part of a plan had in hand at most."""
    own = plan.get("Actual Rows", 0) * plan.get("Actual Loops", 1)
    return int(max([own, *(rows_of(below) for below in plan.get("Plans", []))]))


def plans(log: str) -> list[dict[str, Any]]:
    found = re.findall(r"plan:\n((?:\t.*\n)+)", log)
    return [json.loads(one)["Plan"] for one in found]


async def explaining() -> None:
    """From the next connection of the house on."""
    owner = await asyncpg.connect(os.environ["DATABASE_OWNER_URL"])
    try:
        for name, value in {
            "min_duration": "0",
            "analyze": "on",
            "format": "json",
            "timing": "off",
        }.items():
            full = "log_" + name
            await owner.execute(f"ALTER ROLE house SET auto_explain.{full} = '{value}'")
    finally:
        await owner.close()


async def explained(found: list[Page], house: Door, who: Seeded, log: Path) -> None:
    async with httpx.AsyncClient(timeout=120) as client:
        for page in found:
            headers = getattr(who, page.part) if page.part else {}
            await answer(client, house.url + page.address, headers)
            await asyncio.sleep(0.2)
            began = log.stat().st_size
            await answer(client, house.url + page.address, headers)
            await asyncio.sleep(0.2)
            with log.open("rb") as written:
                written.seek(began)
                page.asked = plans(written.read().decode(errors="replace"))


# Many at once


async def at_once(
    found: list[Page], house: Door, bare: Door, who: Seeded, given: argparse.Namespace
) -> bool:
    """Each user opens one page after another, chosen by chance, and thinks a second between two."""

    async def users(urls: list[tuple[str, dict[str, str]]]) -> Heard:
        heard, ends = Heard(), time.perf_counter() + given.seconds
        async with httpx.AsyncClient(
            timeout=120, limits=httpx.Limits(max_connections=None)
        ) as client:

            async def one(chance: random.Random) -> None:
                await asyncio.sleep(chance.uniform(0, 1))
                while time.perf_counter() < ends:
                    url, headers = chance.choice(urls)
                    told, took = await answer(client, url, headers)
                    heard.seconds.append(took)
                    if told.status_code != 200:
                        heard.other.append(told.status_code)
                    await asyncio.sleep(chance.uniform(0.5, 1.5))

            await asyncio.gather(*(one(random.Random(n)) for n in range(given.users)))
        return heard

    ours = await users(
        [(house.url + p.address, getattr(who, p.part) if p.part else {}) for p in found]
    )
    bares = await users([(f"{bare.url}/page", {})])
    if ours.other:
        print(f"  {len(ours.other)} other answers: {sorted(set(ours.other))}")
    print(
        f"  {given.users} users over {len(found)} pages: "
        f"p50 {1000 * ours.at(0.5):.0f} ms, p99 {1000 * ours.at(0.99):.0f} ms"
    )
    is_kept = ratio(
        "p99 of all pages / p99 of a bare list, so many at once",
        ours.at(0.99),
        bares.at(0.99),
        MOST_RATIO,
    )
    return is_kept and not [code for code in ours.other if code >= 500]


def memory_of(door: Door) -> dict[str, int]:
    """Resident MB of each process of this door, what they share counted in each."""
    told = {}
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            words = (status.parent / "cmdline").read_bytes().decode(errors="replace")
            if str(door.port) in words.split("\0") and "ops.door" in words:
                lines = dict(
                    line.split(":", 1) for line in status.read_text().splitlines() if ":" in line
                )
                told[status.parent.name] = int(lines["VmRSS"].split()[0]) // 1024
        except OSError:
            continue  # it has ended meanwhile
    return told


def is_small(told: dict[str, int]) -> bool:
    most = max(told.values(), default=0)
    print(
        f"  memory of the door's processes, MB: {sorted(told.values())}  goal ≤ {MOST_MB} each"
        f"  {'kept' if most <= MOST_MB else 'MISSED'}",
        flush=True,
    )
    return most <= MOST_MB


def print_all(found: list[Page], *, films: int) -> bool:
    most = MOST_MS if films <= MANY_FILMS else MOST_MS_OF_MANY
    print(
        f"  {'p50 ms':>7} {'p99 ms':>7} {'× bare':>7} {'bytes':>9} {'stmts':>5} {'rows':>7}  page"
    )
    for page in sorted(found, key=lambda page: -page.heard.at(0.5)):
        times = page.heard.at(0.5) / page.bare.at(0.5)
        walked = f"  walks {', '.join(sorted(page.walked))}" if page.walked else ""
        missed = "" if page.is_quick(most) else f"  MISSED p50 ≤ {most:g} ms"
        print(
            f"  {1000 * page.heard.at(0.5):7.1f} {1000 * page.heard.at(0.99):7.1f} {times:7.1f} {page.size:9}"
            f" {len(page.asked):5} {page.most_rows:7}  {page.address}{missed}{walked}",
            flush=True,
        )
    slow = [page for page in found if not page.is_quick(most)]
    print(f"  {len(found)} pages, {len(slow)} over {most:g} ms")
    return not slow


async def beside(rival: Pretalx | None, times: int) -> None:
    """Its pages of the same kind, of an event of its own size."""
    if rival is None:
        print("  pretalx is not here (--rival sets it up)")
        return
    async with httpx.AsyncClient(timeout=120) as client:
        for path in ("/space/schedule/nojs", "/space/schedule/export/schedule.ics"):
            heard = Heard()
            for _ in range(times):
                heard.seconds.append((await answer(client, rival.url(path), {}))[1])
            print(f"  pretalx {path}: p50 {1000 * heard.at(0.5):.1f} ms")


async def measure(given: argparse.Namespace, folder: Path, log: Path) -> bool:
    began = time.perf_counter()
    who = await large(given)
    print(
        f"  {given.films} films, {given.people} in the committee, {given.scores} sheets, {given.lines} lines, "
        f"{given.screenings} screenings: written in {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    found = list(pages(given.only))
    house, bare = (
        House(folder / "house.log", {"LOG_LEVEL": "WARNING"}),
        Bare(folder / "bare.log", {}),
    )
    try:
        await house.open()
        await bare.open()
        found = await in_turns(found, house, bare, who, given.times)
        is_kept = await at_once(found, house, bare, who, given)
        is_kept &= is_small(memory_of(house))
        house.kill()
        await explaining()
        house = House(folder / "explaining.log", {"LOG_LEVEL": "WARNING"})
        await house.open()
        await explained(found, house, who, log)
    finally:
        house.kill()
        bare.kill()
    is_kept &= print_all(found, films=given.films)
    try:
        with Pretalx() if given.rival else nullcontext() as rival:
            await beside(rival, given.times)
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"  pretalx is not here: {error}")
    return is_kept


def main() -> int:
    reader = argparse.ArgumentParser(
        prog="./run bench pages",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    figures(reader)
    reader.add_argument("--times", type=int, default=20)
    reader.add_argument("--users", type=int, default=50)
    reader.add_argument("--seconds", type=float, default=20)
    reader.add_argument("--only", default="")
    reader.add_argument("--rival", action="store_true")
    given = reader.parse_args()
    services = Services()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="cfs-pages-") as folder,
            OwnPostgres(Path(folder), session_preload_libraries="auto_explain") as own,
        ):
            return 0 if asyncio.run(measure(given, Path(folder), own.server.folder / "log")) else 1
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())

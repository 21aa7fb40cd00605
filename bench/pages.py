"""Every page of a large edition: how long it takes alone, beside a bare list, and what it asks of the database.

    ./run bench pages [--films 3000] [--people 120] [--scores 300000] [--lines 1000000] [--screenings 187]
                      [--times 20] [--users 50] [--seconds 20] [--only PART-OF-AN-ADDRESS] [--rival] [--profile]

Each page that the house has is asked in turns with a bare Litestar that reads one table. Then a door whose
database explains itself is asked once more: statements, rows of the largest of them, and tables of over a thousand
rows that were walked from end to end. Then many users read all pages at once. Milliseconds depend on the machine;
ratios and counts are the claim: one line a goal at the end, kept or missed and by how much; not 0 when one is missed.
`--rival` asks pretalx for its public pages, too, which installs it once and takes minutes; `--profile` tells where the
three slowest pages spend their time.
"""

import argparse
import asyncio
import cProfile
import os
import pstats
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec

from bench.explaining import Statement, asked, explaining
from bench.fuller import published
from bench.load import Bare, Heard
from bench.public import House
from bench.reviews import OwnPostgres
from bench.rivals import Pretalx
from bench.seed import SLUG, Seeded, figures, large
from tests.doors import Door
from tests.services import Services

MOST_MS, MOST_MS_OF_MANY, MANY_FILMS = 50.0, 60.0, 3000
"""Goals for the half of all answers that come first: up to so many films, and of more."""
MOST_RATIO, MOST_MB, MANY_ROWS, WARM = 3.0, 300, 1000, 3
SLOWEST, PROFILED, TOP = 3, 10, 10
"""Pages that are named at the end; how often each is opened for its profile, and lines of that."""
PARTS = {
    "committee": "chair",
    "programmer": "programmer",
    "operator": "operator",
    "submissions": "maker",
    "account": "maker",
}
KNOWN = {
    "lang": "fr", "section_letter": "C", "day": "2027-02-03", "part": "reviewer", "text": "legal", "number": "1",
    "kind": "accepted", "field": "synopses", "shared_kind": "jury",
}  # fmt: skip
KNOWN_ROWS = {
    "edition": SLUG, "section_id": "loadc", "venue_id": "venue", "screen_id": "screen1", "programme_id": "prog1",
    "person_id": "p3", "name": "st1.ics", "import_id": "im1", "own_import_id": "im9", "guest_id": "gu1",
    "shared_id": "ju", "letter": "l1", "list_id": "il", "material_id": "ma1", "variant_id": "va", "meeting_id": "me1",
    "batch_id": "an", "question_id": "qu1", "fix_id": "fx7", "erasure_id": "er1",
}  # fmt: skip
OF_A_CHOSEN_FILM = re.compile(r"\{submission_id\}/(fixes|honours|materials|screenings|visitors)")
WHOLE_TABLES = re.compile(
    r"(events|\.zip|\.xlsx|\.csv|\.pdf|\.xml|\.jpg|exports|\.m3u8|stills|trailers)"
)
"""Answers that are long by their nature, or never end: not what a list or a form is measured by."""


class Goal(msgspec.Struct, frozen=True):
    """A figure, and what it may be at most."""

    name: str
    figure: float
    most: float

    @property
    def is_kept(self) -> bool:
        return self.figure <= self.most

    def __str__(self) -> str:
        word = "kept" if self.is_kept else "MISSED"
        return f"{word:<6} by {abs(self.figure - self.most):6.4g}: {self.name} {self.figure:.4g}, goal ≤ {self.most:g}"


class Page(msgspec.Struct):
    route: str
    part: str
    address: str
    heard: Heard = msgspec.field(default_factory=Heard)
    bare: Heard = msgspec.field(default_factory=Heard)
    size: int = 0
    asked: list[Statement] = []

    @property
    def ms(self) -> float:
        """Of the half of its answers that come first."""
        return 1000 * self.heard.at(0.5)

    def headers(self, who: Seeded) -> dict[str, str]:
        return getattr(who, self.part) if self.part else {}

    @property
    def most_rows(self) -> int:
        return max((one.most_rows for one in self.asked), default=0)

    @property
    def walked(self) -> set[str]:
        return {name for one in self.asked for name, rows in one.walked.items() if rows > MANY_ROWS}


def pages(only: str, x: str = "") -> Iterator[Page]:
    """Those of the house's own list of routes whose names are all known; `x` as in `seed.written`."""
    from tests.test_access import ROUTES

    for route in sorted(ROUTES):
        method, _, path = route.partition(" ")
        if (
            method != "GET"
            or not (
                path.startswith("/{lang}")
                or (path.startswith("/api/v1") and ROUTES[route] == "public")
            )
            or WHOLE_TABLES.search(path)
            or only not in path
        ):
            continue
        area = path.split("/")[3] if path.count("/") > 2 else ""
        part = PARTS.get(area, "")
        is_own_draft = part == "maker" and not OF_A_CHOSEN_FILM.search(path)
        rows = {**KNOWN_ROWS, "submission_id": "e1" if is_own_draft else "s7"}
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
            headers = page.headers(who)
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


async def explained(found: list[Page], who: Seeded, folder: Path, log: Path) -> None:
    """Each page knows what it asks."""
    async with explaining(folder / "explaining.log") as house:
        async for page, _, told in asked(
            found, lambda page: (house.url + page.address, page.headers(who)), log
        ):
            page.asked = told


# Many at once


async def at_once(
    found: list[Page], house: Door, bare: Door, who: Seeded, given: argparse.Namespace
) -> list[Goal]:
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

    ours = await users([(house.url + p.address, p.headers(who)) for p in found])
    bares = await users([(f"{bare.url}/page", {})])
    if ours.other:
        print(f"  {len(ours.other)} other answers: {sorted(set(ours.other))}")
    print(
        f"  {given.users} users over {len(found)} pages: "
        f"p50 {1000 * ours.at(0.5):.0f} ms, p99 {1000 * ours.at(0.99):.0f} ms"
    )
    return [
        Goal(
            f"p99 of all pages, {given.users} at once / of a bare list",
            ours.at(0.99) / bares.at(0.99),
            MOST_RATIO,
        ),
        Goal(
            "faults (500 and more) with so many at once", sum(code >= 500 for code in ours.other), 0
        ),
    ]


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


def print_all(found: list[Page]) -> None:
    print(
        f"  {'p50 ms':>7} {'p99 ms':>7} {'× bare':>7} {'bytes':>9} {'stmts':>5} {'rows':>7}  page"
    )
    for page in found:
        times = page.heard.at(0.5) / page.bare.at(0.5)
        walked = f"  walks {', '.join(sorted(page.walked))}" if page.walked else ""
        print(
            f"  {page.ms:7.1f} {1000 * page.heard.at(0.99):7.1f} {times:7.1f} {page.size:9}"
            f" {len(page.asked):5} {page.most_rows:7}  {page.address}{walked}",
            flush=True,
        )


def goals_of(found: list[Page], *, films: int) -> list[Goal]:
    """Of the pages one by one, the slowest first."""
    most = MOST_MS if films <= MANY_FILMS else MOST_MS_OF_MANY
    slow = sum(page.ms > most for page in found)
    return [
        Goal(f"p50 in ms of the slowest page ({found[0].address})", found[0].ms, most),
        Goal(f"pages of {len(found)} whose p50 is over {most:g} ms", slow, 0),
        Goal(
            f"pages that walk a table of over {MANY_ROWS} rows",
            sum(bool(page.walked) for page in found),
            0,
        ),
        Goal(
            f"pages that have over {MANY_ROWS} rows in hand",
            sum(page.most_rows > MANY_ROWS for page in found),
            0,
        ),
    ]


# Beside pretalx


async def beside(house: Door, times: int) -> list[Goal]:
    """Our pages of what is public and pretalx's of the same kind, in turns: half of all answers, in ms."""
    goals = []
    with Pretalx() as rival:
        async with httpx.AsyncClient(timeout=120) as client:
            for ours_at, theirs_at in {
                f"/fr/{SLUG}": "/space/schedule/nojs",
                f"/fr/{SLUG}/films/prog1": f"/space/talk/{rival.talk}/",
                f"/fr/{SLUG}/programme.ics": "/space/schedule/export/schedule.ics",
            }.items():
                ours, theirs = Heard(), Heard()
                for turn in range(times + WARM):
                    for heard, url in (ours, house.url + ours_at), (theirs, rival.url(theirs_at)):
                        told, took = await answer(client, url, {})
                        told.raise_for_status()
                        heard.seconds += [took] if turn >= WARM else []
                name = f"p50 in ms of {ours_at}, beside pretalx's {theirs_at}"
                goals.append(Goal(name, 1000 * ours.at(0.5), 1000 * theirs.at(0.5)))
    return goals


async def beside_if_there(house: Door, given: argparse.Namespace) -> list[Goal]:
    if not given.rival:
        print("  pretalx was not asked (--rival)")
        return []
    try:
        return await beside(house, given.times)
    except (OSError, RuntimeError, httpx.HTTPError, subprocess.SubprocessError) as error:
        print(f"  pretalx is not here: {error}")
        return []


# What takes so long


async def profile(page: Page, who: Seeded) -> None:
    """The functions that a door of this process spends most of its own time in, for one opening of the page."""
    os.environ["LOG_LEVEL"] = "WARNING"
    from api.app import app

    taken = cProfile.Profile()
    async with (
        app.lifespan(),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000"
        ) as client,
    ):
        for turn in range(WARM + PROFILED):
            if turn == WARM:
                taken.enable()
            await client.get(page.address, headers=page.headers(who))
        taken.disable()
    print(f"  {page.address}: own ms and calls of one opening")
    told = pstats.Stats(taken).get_stats_profile().func_profiles
    for name, one in sorted(told.items(), key=lambda item: -item[1].tottime)[:TOP]:
        calls = int(one.ncalls.partition("/")[0]) / PROFILED
        place = "/".join(Path(one.file_name).parts[-2:])
        print(
            f"    {1000 * one.tottime / PROFILED:7.2f} {calls:8.0f}  {name}  {place}:{one.line_number}",
            flush=True,
        )


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
        await published(house.url, SLUG, who.programmer)
        found = await in_turns(found, house, bare, who, given.times)
        goals = await at_once(found, house, bare, who, given)
        megabytes = memory_of(house)
        print(f"  memory of the door's processes, MB: {sorted(megabytes.values())}")
        goals.append(
            Goal("MB of a process of the door", max(megabytes.values(), default=0), MOST_MB)
        )
        goals += await beside_if_there(house, given)
        house.kill()
        await explained(found, who, folder, log)
    finally:
        house.kill()
        bare.kill()
    found.sort(key=lambda page: -page.ms)
    print_all(found)
    for page in found[:SLOWEST] if given.profile else []:
        await profile(page, who)
    goals += goals_of(found, films=given.films)
    print("\n".join(f"  {goal}" for goal in goals))
    print(
        f"  the slowest: {', '.join(f'{page.address} ({page.ms:.0f} ms)' for page in found[:SLOWEST])}"
    )
    return all(goal.is_kept for goal in goals)


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
    reader.add_argument("--profile", action="store_true")
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

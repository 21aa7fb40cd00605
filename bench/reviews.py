"""The committee's pages in a large edition, beside a bare list, and whether a sheet is ever lost.

    ./run bench reviews [--films 3000] [--people 120] [--scores 300000] [--times 60] [--readers 500] [--kills 6]

Each page is asked again and again by one reader, in turns with a bare Litestar that reads one table; then many
readers open their queue at once; then sheets are given while the door is killed and stood up again: what was
answered with success must stand. Seconds depend on the machine; ratios and counts are the claim.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path

import asyncpg
import httpx

from bench.load import Bare, Heard, ratio, reading, seeded, told
from tests.doors import Door
from tests.services import Services

MOST_MS, MOST_RATIO = 50.0, 3.0
SCORES = {"writing": 4, "image": 4, "sound": 4, "space": 4}
WARM = 3  # a page is drawn so often before it counts


async def chair_too() -> None:
    """The first of them decides, and has read what others gave."""
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        await connection.execute(
            "INSERT INTO role (id, person, edition, part, sections) VALUES ('chair', 'p1', 'load', 'chair', '[]')"
        )
        await connection.execute(
            "UPDATE submission SET pending = 'declined' WHERE edition = 'load' AND id LIKE 's%9'"
        )
    finally:
        await connection.close()


async def in_turns(
    house: Door, bare: Door, headers: dict[str, str], given: argparse.Namespace
) -> list[bool]:
    pages = {
        "queue": "/fr/load/committee",
        "queue, JSON": "/api/v1/load/committee/queue",
        "board": "/fr/load/committee/decisions",
        "a column of the board": "/fr/load/committee/decisions?column=undecided&page=3",
        "room": "/fr/load/committee/submissions/s7",
        "announcements": "/fr/load/committee/announcements",
    }
    kept = []
    async with httpx.AsyncClient(timeout=120) as client:
        for name, path in pages.items():
            ours, bares = Heard(), Heard()
            for turn in range(given.times + WARM):
                for url, heard in ((f"{house.url}{path}", ours), (f"{bare.url}/page", bares)):
                    began = time.perf_counter()
                    answer = await client.get(url, headers=headers)
                    took = time.perf_counter() - began
                    if answer.status_code != 200:
                        heard.other.append(answer.status_code)
                    if turn >= WARM:
                        heard.seconds.append(took)
            told(name, ours)
            is_quick = 1000 * ours.at(0.5) <= MOST_MS and not ours.other
            print(f"    p50 ≤ {MOST_MS:g} ms: {'kept' if is_quick else 'MISSED'}", flush=True)
            kept += [is_quick, ratio(f"p99 of {name} / p99 of a bare list", ours.at(0.99), bares.at(0.99), MOST_RATIO)]
    return kept


async def at_once(house: Door, bare: Door, whose: list[dict[str, str]], given: argparse.Namespace) -> bool:
    plain = await reading(f"{bare.url}/page", whose, given)
    told(f"bare list, {len(whose)} at once", plain)
    heard = await reading(f"{house.url}/fr/load/committee", whose, given)
    told(f"queue, {len(whose)} at once", heard)
    return not heard.other and ratio("p99 of the queue / of a bare list", heard.at(0.99), plain.at(0.99), MOST_RATIO)


# Whether a sheet is lost


async def given_sheets(
    house: Door, headers: dict[str, str], films: list[str], ends: float, kept: dict[str, str]
) -> None:
    """One reader gives one sheet after the other; `kept` are those that were answered with success."""
    async with httpx.AsyncClient(base_url=house.url, timeout=30, headers=headers) as client:
        for film in films:
            opinion = f"{film}: {random.random()} de lumière et de silence."
            while time.monotonic() < ends:
                asked = {"sheet": {**SCORES, "opinion": opinion}, "version": 0, "give": True}
                try:
                    answer = await client.put(
                        f"/api/v1/load/committee/submissions/{film}/review", json=asked,
                        headers={"idempotency-key": f"{film}-{headers['cookie'][-8:]}"},
                    )  # fmt: skip
                except httpx.HTTPError:
                    await asyncio.sleep(0.2)
                    continue
                if answer.status_code == 200:
                    kept[film] = opinion
                if answer.status_code < 500:
                    break


async def killed(house: Door, times: int, ends: float) -> None:
    for _ in range(times):
        await asyncio.sleep(random.uniform(0.3, 2.0))
        if time.monotonic() < ends:
            house.kill()
            await house.open()


async def none_lost(house: Door, whose: dict[str, dict[str, str]], given: argparse.Namespace) -> bool:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        free = await connection.fetch(
            """SELECT p.id AS person, s.id AS film FROM generate_series(1, 8) n JOIN person p ON p.id = 'p' || (n + 1)
               CROSS JOIN LATERAL (SELECT s.id FROM submission s WHERE s.edition = 'load' AND s.status = 'submitted'
                 AND NOT EXISTS (SELECT 1 FROM review r WHERE r.submission = s.id AND r.person = p.id)
                 ORDER BY s.id LIMIT 200) s"""
        )
        films: dict[str, list[str]] = {}
        for row in free:
            films.setdefault(row["person"], []).append(row["film"])
        kept: dict[str, dict[str, str]] = {person: {} for person in films}
        ends = time.monotonic() + 4 * given.seconds
        await asyncio.gather(
            *(given_sheets(house, whose[person], films[person], ends, kept[person]) for person in films),
            killed(house, given.kills, ends),
        )
        lost = 0
        for person, sheets in kept.items():
            stands = await connection.fetch(
                """SELECT submission, opinion FROM review
                   WHERE person = $1 AND given_at IS NOT NULL AND submission = ANY($2)""",
                person, list(sheets),
            )  # fmt: skip
            known = {row["submission"]: row["opinion"] for row in stands}
            lost += sum(known.get(film) != opinion for film, opinion in sheets.items())
    finally:
        await connection.close()
    count = sum(len(sheets) for sheets in kept.values())
    print(f"  {count} sheets answered with success under {given.kills} kills of the door, {lost} lost", flush=True)
    return not lost and count > 0


async def measure(given: argparse.Namespace, folder: Path) -> bool:
    whose = await seeded(given)
    await chair_too()
    house, bare = Door(folder / "house.log", {}), Bare(folder / "bare.log", {})
    try:
        await house.open()
        await bare.open()
        kept = await in_turns(house, bare, whose["p1"], given)
        readers = [whose[f"p{n + 1}"] for n in range(given.readers)]
        kept.append(await at_once(house, bare, readers, given))
        kept.append(await none_lost(house, whose, given))
    finally:
        house.kill()
        bare.kill()
    return all(kept)


def main() -> int:
    asked = argparse.ArgumentParser(prog="./run bench reviews", description=__doc__,
                                    formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    usual = {"films": 3000, "people": 120, "scores": 300_000, "times": 60, "readers": 500, "kills": 6, "uploads": 0}
    for name, number in usual.items():
        asked.add_argument(f"--{name}", type=int, default=number)
    asked.add_argument("--seconds", type=float, default=15.0)
    asked.add_argument("--think", type=float, default=10.0)
    given = asked.parse_args()
    given.people = max(given.people, given.readers)
    services = Services()
    print(f"  {given.films} films, {given.people} in the committee, {given.scores} sheets", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="cfs-reviews-") as folder:
            return 0 if asyncio.run(measure(given, Path(folder))) else 1
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())

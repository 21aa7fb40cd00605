"""How fast a list of entries comes in, beside the bare COPY of the very same rows.

    ./run bench imports [FILE]      (../shared/data/film-list.csv)

In one run on one database: the list is read, tried, applied, brought again (nothing may double) and taken
back, by the code of a worker. Then the rows that it had made are copied into the same tables, with their
indexes and keys, by PostgreSQL's own COPY in one transaction: no importer can be faster.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg

from festival.clock import now
from festival.settings import Settings
from tests.services import Services

FILM_LIST = Path(__file__).parents[2] / "shared" / "data" / "film-list.csv"
MADE = {
    "film": "SELECT f.* FROM film f JOIN submission s ON s.film = f.id WHERE s.edition = $1",
    "submission": "SELECT * FROM submission WHERE edition = $1",
    "imported_entry": "SELECT * FROM imported_entry WHERE edition = $1",
    "import_change": "SELECT c.* FROM import_change c JOIN import i ON i.id = c.brought WHERE i.edition = $1",
}


async def timed(what: str, rows: int, act: Callable[[], Awaitable[Any]]) -> float:
    began = time.perf_counter()
    await act()
    seconds = time.perf_counter() - began
    print(f"  {what:<28} {seconds:7.2f} s {rows / seconds:10.0f} rows/s", flush=True)
    return seconds


async def measure(file: Path) -> bool:
    from festival.pool import pool
    from submissions.importing import imports
    from tests.builders import a_person, an_edition
    from workers import tasks

    async with pool(size=4):
        edition = await an_edition(first_day=now().date())
        by = await a_person("operator", edition=edition)

        async def worked(one: Any) -> Any:
            from festival.db import rows

            for line in await rows(
                "SELECT id FROM outbox WHERE args->>'brought' = {} AND done_at IS NULL", one.id
            ):
                await tasks.work(line["id"], worker="bench")
            return await imports.import_in(edition, one.id)

        async def bring() -> None:
            brought.append(await imports.bring(raw, edition=edition, name=file.name, by=by))

        async def check() -> None:
            wanted = imports.ColumnMapping(columns=list(brought[-1].columns), source="bench", version=1)
            await imports.choose(brought[-1], wanted, edition=edition, by=by)
            brought[-1] = await worked(brought[-1])

        async def move(way: str) -> None:
            await imports.move(brought[-1], way, edition=edition, by=by)
            brought[-1] = await worked(brought[-1])

        raw, brought = file.read_bytes(), []
        await bring()
        count = brought[0].rows
        brought.clear()
        print(f"  {file.name}: {count} rows, {len(raw) / 1e6:.1f} MB")
        whole = await timed("read and kept", count, bring)
        whole += await timed("dry run", count, check)
        applying = await timed("applied", count, lambda: move("apply"))
        whole += applying
        print(f"  {'all of it':<28} {whole:7.2f} s {count / whole:10.0f} rows/s   {brought[-1].counts}")
        first = brought[-1]
        await bring()
        await check()
        await timed("brought again", count, lambda: move("apply"))
        print(f"  {'':<28} {brought[-1].counts}")
        is_once = brought[-1].counts["new"] == 0 and brought[-1].counts["same"] == first.counts["new"]
        made = await rows_of(edition.id)
        brought[-1] = first
        await timed("taken back", count, lambda: move("undo"))
        copying = await timed("COPY of the rows it made", count, lambda: copied(made, first.id))
        print(f"  applied / COPY: {applying / copying:.1f}")
        print(f"  {'kept' if is_once and whole < 60 else 'BROKEN'}: nothing doubled, under 60 s")
        return is_once and whole < 60


async def rows_of(edition: str) -> dict[str, list[tuple[Any, ...]]]:
    connection = await asyncpg.connect(Settings.read().database_url)
    try:
        return {name: [tuple(row) for row in await connection.fetch(sql, edition)] for name, sql in MADE.items()}
    finally:
        await connection.close()


async def copied(made: dict[str, list[tuple[Any, ...]]], brought: str) -> None:
    connection = await asyncpg.connect(Settings.read().database_url)
    try:
        async with connection.transaction():
            await connection.execute("DELETE FROM import_change WHERE brought = $1", brought)
            for name, records in made.items():
                await connection.copy_records_to_table(name, records=records)
    finally:
        await connection.close()


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run bench imports", description=__doc__)
    reader.add_argument("file", nargs="?", type=Path, default=FILM_LIST)
    given = reader.parse_args()
    if not given.file.exists():
        print(f"  {given.file} is not there: name a list.")
        return 2
    services = Services()
    try:
        return 0 if asyncio.run(measure(given.file)) else 1
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())

"""What each page of a large edition reads, as the database itself tells it (`bench/explaining.py`): no statement walks
a large table from end to end, and none returns more rows than its page shows.

Three editions came before it, each of as many films: whatever walks through a table reads theirs, too, and lasts
longer each year.
"""

import argparse
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bench.explaining import asked, explaining
from bench.fuller import published
from bench.pages import Page, pages
from bench.reviews import OwnPostgres
from bench.seed import SLUG, large
from tests.services import Services

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

MANY, MOST = 1000, 200
"""Rows of a table that is large; and those that a page shows at most: 187 screenings, or some of a list."""
WALKS = {
    # The whole edition is counted or sorted by what lies in another table, and is a quarter of it here: for so many
    # rows the planner finds it cheaper to read them all than one after another.
    "/{edition}/committee/decisions": {"film_figure"},
    "/{edition}/committee/figures": {"film_figure"},
    "/{edition}/operator/archive": {"film_file"},
    "/{edition}/operator/people": {"person"},
    "/{edition}/operator/people/merges": {"person"},
}  # fmt: skip
ROWS = {
    "/{edition}/committee": 300,  # days on which its reader has watched, of four weeks
    "/{edition}/operator/privacy/{erasure_id}": 500,  # each place where a name stands is decided about
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def found(
    services: Services, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[list[Page]]:
    """The pages that their readers may open, each with what it has asked."""
    folder = tmp_path_factory.mktemp("plans")
    given = argparse.Namespace(
        films=3000, people=120, scores=300_000, lines=300_000, screenings=187, before=3
    )
    with pytest.MonkeyPatch.context() as patched:
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            patched.setenv(name, os.environ[name])
        with OwnPostgres(folder, session_preload_libraries="auto_explain") as own:
            who = await large(given)
            async with explaining(folder / "door.log") as house:
                await published(house.url, SLUG, who.programmer)
                told = asked(
                    pages(""),
                    lambda page: (house.url + page.address, page.headers(who)),
                    own.server.folder / "log",
                )
                yield [page async for page, number, page.asked in told if is_there(page, number)]


def is_there(page: Page, number: int) -> bool:
    assert number < 500, page.address
    return number == 200


def name_of(page: Page) -> str:
    return page.route.removeprefix("GET ").removeprefix("/{lang}")


async def test_no_page_walks_a_large_table_from_end_to_end(found: list[Page]) -> None:
    other = [
        f"{name_of(page)} walks {table}: {one.text[:200]}"
        for page in found
        for one in page.asked
        for table, rows in one.walked.items()
        if rows > MANY and table not in WALKS.get(name_of(page), ())
    ]
    assert not other, "\n".join(other)


async def test_no_statement_returns_more_rows_than_its_page_shows(found: list[Page]) -> None:
    other = [
        f"{name_of(page)} returns {one.rows} rows: {one.text[:200]}"
        for page in found
        for one in page.asked
        if one.rows > ROWS.get(name_of(page), MOST)
    ]
    assert not other, "\n".join(other)

"""Every table is in an archive, or named with the reason why it stays; and nothing secret leaves."""

import re

from festival.catalogue import columns, keys
from submissions.archiving import walk
from submissions.archiving.walk import Edge, planned

SECRET = re.compile(r"hash|secret|token|digest|password|salt|otp|totp|recovery|private")

NO_SECRETS = {"consent.digest"}  # of the text that somebody agreed to


def archived() -> set[str]:
    return {one.table for one in walk.plan()}


async def test_every_table_is_archived_or_named_with_its_reason(house) -> None:
    known = set(await columns())

    assert sorted(known - archived() - set(walk.LEFT_OUT)) == [], (
        "no key leads from this table to `edition`: give it one, or a line in walk.LEFT_OUT with the reason"
    )
    assert sorted((archived() | set(walk.LEFT_OUT)) - known) == [], "there is no such table"
    assert archived() & set(walk.LEFT_OUT) == set()
    assert all(len(reason) > 8 for reason in walk.LEFT_OUT.values())


async def test_the_walk_knows_every_key_of_the_database(house) -> None:
    told = {
        (one.table, edge.column, edge.target)
        for one in walk.plan()
        for edge in one.edges
        if edge.column not in walk.BY_NAME.get(one.table, {})
    }

    assert told == {(key.table, key.column, key.target) for key in await keys() if key.table in archived()}


async def test_no_column_that_sounds_like_a_secret_leaves_unseen(house) -> None:
    leaving = {
        f"{table}.{column.name}"
        for table, known in (await columns()).items()
        if table in archived()
        for column in known
        if SECRET.search(column.name) and column.name not in walk.SECRETS.get(table, ())
    }

    assert leaving == NO_SECRETS, "put it into walk.SECRETS, or here, once it was looked at"


def test_a_table_that_comes_later_comes_along_by_itself() -> None:
    edges = {
        "edition": [], "person": [],
        "prize": [Edge("edition", "edition", is_optional=False), Edge("giver", "person", is_optional=False)],
        "speech": [Edge("prize", "prize", is_optional=False)],
        "flower": [],
        "bouquet": [Edge("flower", "flower", is_optional=False), Edge("speech", "speech", is_optional=True)],
        "diary": [Edge("person", "person", is_optional=False)],
    }  # fmt: skip

    order = [one.table for one in planned(edges)]

    assert set(order) == {"edition", "person", "prize", "speech", "flower", "bouquet"}
    assert order.index("prize") < order.index("speech") < order.index("bouquet")
    assert order.index("flower") < order.index("bouquet")

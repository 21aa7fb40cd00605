"""An empty house gets its first operator by a link that is good once, for a day, and for nobody else."""

import asyncio
from datetime import date

import pytest
import pytest_asyncio

from festival import first, people
from festival.db import rows
from festival.errors import Refused
from festival.first import FirstOperator, found_house, is_good_key, new_first_key
from festival.tables import FirstKey, Phase, Role, new_id
from tests.builders import a_person, an_edition


@pytest_asyncio.fixture(loop_scope="session")
async def empty(house, monkeypatch):
    """Other tests' operators stay in their editions; here nobody is one, until somebody is made."""
    others = {row["person"] for row in await rows("SELECT person FROM role WHERE part = 'operator'")}

    async def is_founded() -> bool:
        held = await rows("SELECT person FROM role WHERE part = {}", Role.OPERATOR.value)
        return bool({row["person"] for row in held} - others)

    monkeypatch.setattr(first, "is_founded", is_founded)
    await FirstKey.delete(force=True)


def somebody(**given) -> FirstOperator:
    return FirstOperator(**{
        "slug": f"n{new_id()[:8]}", "name": "Cinéma for Space", "first_day": date(2029, 11, 23),
        "email": f"{new_id()}@example.org", "person": "Maud Ferrand", "password": "treize lettres et plus", **given,
    })  # fmt: skip


async def test_who_follows_the_link_runs_the_first_edition_and_it_is_not_on_the_front_page(empty) -> None:
    token, given = await new_first_key(), somebody()

    person, edition = await found_house(token, given)

    assert await people.sign_in(given.email, password=given.password)
    assert await rows("SELECT part FROM role WHERE person = {} AND edition = {}", person.id, edition.id) == [{"part": "operator"}]
    assert (edition.phase, edition.is_current) == (Phase.PREPARING, False)


async def test_the_link_is_spent_by_its_use(empty) -> None:
    token = await new_first_key()
    await found_house(token, somebody())

    with pytest.raises(Refused, match="first_key_dead"):
        await found_house(token, somebody())
    with pytest.raises(Refused, match="house_founded"):
        await new_first_key()


async def test_two_who_use_it_at_once_are_one(empty) -> None:
    token = await new_first_key()

    done = await asyncio.gather(*(found_house(token, somebody()) for _ in range(4)), return_exceptions=True)

    assert sorted(type(one).__name__ for one in done) == ["Refused", "Refused", "Refused", "tuple"]


async def test_another_link_ends_the_one_before(empty) -> None:
    before, after = await new_first_key(), await new_first_key()

    assert [await is_good_key(one) for one in (before, after, "guess")] == [False, True, False]


async def test_it_dies_after_a_day_and_as_soon_as_there_is_an_operator(empty) -> None:
    token = await new_first_key()
    await a_person("operator", edition=await an_edition())
    with_operator = await is_good_key(token)
    await rows("UPDATE first_key SET expires_at = now() RETURNING id")

    assert with_operator is False
    assert await rows(first.GOOD, first.digest(token)) == []


async def test_a_refused_founding_leaves_the_link_and_nobody(empty) -> None:
    token, here = await new_first_key(), await an_edition()
    given = somebody(slug=here.slug)

    for bad in (given, somebody(password="kurz"), somebody(email="nobody"), somebody(person="  ")):
        with pytest.raises(Refused):
            await found_house(token, bad)

    assert await is_good_key(token)
    assert await people.by_email(given.email) is None


async def test_only_a_hash_of_it_is_kept(empty) -> None:
    token = await new_first_key()

    kept = await rows("SELECT * FROM first_key")

    assert token not in str(kept)

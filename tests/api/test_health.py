"""What the house says of itself, where a monitor and an operator look."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.builders import a_person, an_edition, sign_in
from tests.doors import Door, doors

WELL = {"fr": "La maison ne peut qu’y ajouter.", "en": "The house can only add to it."}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owners_door(services: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    """A house with one role for everything: it works as the owner of its tables."""
    as_owner = {"DATABASE_URL": os.environ["DATABASE_OWNER_URL"]}
    async with doors(tmp_path_factory.mktemp("doors"), as_owner) as (door,):
        yield door


async def told(there: httpx.AsyncClient, client: httpx.AsyncClient, lang: str) -> str:
    """The page of health behind that door, for somebody who signed in here."""
    edition = await an_edition()
    await sign_in(client, await a_person("operator", edition=edition))
    there.cookies.update(client.cookies)
    return (await there.get(f"/{lang}/{edition.slug}/operator/queue")).text


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_a_record_that_nobody_can_change_is_well(client, house, lang) -> None:
    assert (await client.get("/ready")).json()["record"] == {"guarded": True}
    assert WELL[lang] in await told(client, client, lang)


async def test_how_old_the_last_backup_is_stands_beside_the_parts(client, house) -> None:
    """It keeps no film from coming in: the house is open all the same."""
    ready = (await client.get("/ready")).json()

    assert ready["backup"] == {"state": "unset", "hours": 0}
    assert "backup" not in ready["parts"]
    assert "Aucune cible n’est réglée" in await told(client, client, "fr")
    assert "No target is set" in await told(client, client, "en")


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_a_house_that_could_change_its_record_says_so(client, owners_door, lang) -> None:
    async with httpx.AsyncClient(base_url=owners_door.url, timeout=60) as there:
        ready = (await there.get("/ready")).json()
        page = await told(there, client, lang)

    assert ready["record"] == {"guarded": False}
    assert "record" not in ready["parts"]  # it is open all the same
    assert WELL[lang] not in page
    assert "DATABASE_OWNER_URL" in page


def test_the_log_of_a_house_that_could_change_its_record_says_so(owners_door) -> None:
    assert "can change the record" in Path(owners_door.log).read_text()

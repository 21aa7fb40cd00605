"""Whatever an address may name, a row of somebody else's is told as none at all.

Doors and rows are read from the house, so that those that come later are tried by themselves.
"""

import random
import re
from typing import Any

import httpx
import pytest

from festival.tables import Phase, Role
from tests.attacker import Attacker, is_struct
from tests.builders import a_film, a_person, a_section, an_edition, sign_in
from tests.doorways import Doorway, doorways, table_of
from tests.one_of_each import one_of_each
from tests.test_access import ENDS_THE_SESSION, NEVER_ENDS

OF_WORDS = {"lang": "fr", "language": "fr", "part": "reviewer", "number": "1", "section_letter": "C", "day": "2027-11-26",
            "text": "legal", "kind": "submitted", "field": "premiere", "queue": "heavy", "way": "up", "paper_name": "doors",
            "shared_kind": "jury", "short": "1", "code": "abcdef", "name": "main.m3u8", "rule": "incomplete",
            "poster": "0", "stable": "a" * 16}  # fmt: skip
CHANGING = re.compile(r"[0-9a-f]{64}|name=\"_once\"\s+value=\"[^\"]+\"|\d\d:\d\d:\d\d(?:\.\d{1,6})?")
NOBODYS = "a" * 16


async def everything(edition: Any, owner: Any) -> dict[str, str]:
    film, file = await a_film(edition, owner)
    return await one_of_each(edition, owner, submission=film, film_file=file, section=(await a_section(edition)).id)


def named(door: Doorway, edition: Any, rows_: dict[str, str]) -> str:
    """The address with these rows where it names rows; the words of `OF_WORDS` elsewhere."""
    path = door.path.replace("{edition}", edition.slug)
    for name in door.parameters:
        if name != "edition":
            table = table_of(name)
            path = path.replace(f"{{{name}}}", rows_.get(table, NOBODYS) if table else OF_WORDS.get(name, NOBODYS))
    return path


async def told(client: httpx.AsyncClient, door: Doorway, path: str, content: bytes | None, kind: str = "") -> tuple[int, str]:
    kind = kind or ("application/x-www-form-urlencoded" if door.is_form else "application/json")
    headers = {"content-type": kind, "accept": "application/json", "tus-resumable": "1.0.0", "upload-offset": "0"}
    answer = await client.request(door.method, path, content=content, headers=headers)
    return answer.status_code, CHANGING.sub("", answer.text)


def tried(app: Any) -> list[Doorway]:
    """Every door whose address names some row, but for streams and the ends of sessions."""
    left_out = NEVER_ENDS | ENDS_THE_SESSION
    return [door for door in doorways(app) if "{edition}" in door.path and door.route not in left_out
            and any(table_of(name) not in {"", "edition"} for name in door.parameters)]  # fmt: skip


async def telling(app: Any, client: httpx.AsyncClient, doors: list[Doorway]) -> dict[str, tuple[int, int]]:
    """Doors of one edition that answer otherwise about a row of another than about one that never was."""
    home, abroad = await an_edition(phase=Phase.SELECTION), await an_edition(phase=Phase.SELECTION)
    stranger = await a_person("filmmaker", edition=abroad, name="Far")
    foreign, person = await everything(abroad, stranger), await a_person(*Role, edition=home)
    attacker, wrong = Attacker(random.Random(5), {}), {}
    await sign_in(client, person)
    for door in doors:
        given = attacker.fitting(door.shape) if is_struct(door.shape) else {}
        content = attacker.form_of(door.shape, given) if door.is_form else attacker.json_of(given)
        body = None if door.method in {"GET", "HEAD"} else content
        path, nowhere = named(door, home, foreign), named(door, home, {})
        one, none = await told(client, door, path, body), await told(client, door, nowhere, body)
        for row in (row for row in foreign.values() if len(row) == len(NOBODYS)):
            one = (one[0], one[1].replace(row, NOBODYS))
        if one != none:
            wrong[door.route] = (one[0], none[0])
    return wrong


async def test_a_sample_of_doors_tells_a_foreign_row_as_none_at_all(app: Any, client: httpx.AsyncClient) -> None:
    doors = random.Random(7).sample(tried(app), 40)

    assert await telling(app, client, doors) == {}


@pytest.mark.slow
@pytest.mark.timeout(1200)
async def test_every_door_tells_a_foreign_row_as_none_at_all(app: Any, client: httpx.AsyncClient) -> None:
    assert len(doors := tried(app)) > 400
    assert await telling(app, client, doors) == {}


async def test_every_part_of_an_address_is_a_row_or_a_word(app: Any) -> None:
    """Else a new kind of row is never tried: `KNOWN_AS` names its table, or `OF_WORDS` a word."""
    names = {name for door in doorways(app) for name in door.parameters}

    assert {name for name in names if not table_of(name)} - OF_WORDS.keys() == {"file_path", "path"}

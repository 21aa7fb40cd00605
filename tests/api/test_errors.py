"""What the database refuses is an answer with words, never a fault."""

import asyncio

import pytest
from httpx import ASGITransport, AsyncClient
from litestar import Litestar, get

from api.errors import HANDLERS
from festival.db import rows, transaction
from festival.settings import Settings
from tests.builders import a_film, a_person, an_edition, sign_in


async def answered(act) -> tuple[int, list[str], bool]:
    """Status, codes, and whether it says when to come again."""

    @get("/api/act")
    async def door() -> None:
        await act()

    app = ASGITransport(Litestar([door], exception_handlers=HANDLERS))
    async with AsyncClient(transport=app, base_url="http://door") as client:
        found = await client.get("/api/act")
    return found.status_code, found.json()["codes"], "retry-after" in found.headers


@pytest.mark.parametrize(
    ("sql", "value"),
    [("SELECT {}::int AS n", 1 << 40), ("SELECT {}::text::int AS n", "nine"),
     ("SELECT {}::text AS n", "a\x00b"), ("SELECT 1 / {}::int AS n", 0)],
)  # fmt: skip
async def test_a_value_that_cannot_be_kept_is_refused_in_words(house, sql, value) -> None:
    async def act() -> None:
        await rows(sql, value)

    assert await answered(act) == (422, ["not_storable"], False)


async def test_of_two_acts_that_wait_for_each_other_one_is_told_to_come_again(house) -> None:
    edition = await an_edition()
    one, other = [(await a_person("filmmaker", edition=edition, name=n)).id for n in "ab"]
    both = asyncio.Barrier(2)

    async def touch(first: str, second: str) -> None:
        async with transaction():
            await rows("UPDATE person SET name = name WHERE id = {} RETURNING id", first)
            await both.wait()
            await rows("UPDATE person SET name = name WHERE id = {} RETURNING id", second)

    answers = await asyncio.gather(
        *(answered(lambda pair=pair: touch(*pair)) for pair in ((one, other), (other, one))),
        return_exceptions=True,
    )

    refused = [a for a in answers if isinstance(a, tuple)]
    assert refused == [(503, ["away"], True)]


def codes_of(answer) -> dict[str, str]:
    return {one["field"]: one["code"] for one in answer.json()["fields"]}


async def test_a_bad_body_names_its_own_fields_and_no_other(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    await sign_in(client, maker)

    broken = await client.post(
        f"/api/v1/{edition.slug}/submissions", content=b"{", headers={"content-type": "application/json"}
    )
    wrong = await client.post(f"/api/v1/{edition.slug}/submissions", json={"year": "soon", "title": 5})

    lacking = await client.post(f"/api/v1/{edition.slug}/links", json={})

    assert (broken.status_code, wrong.status_code) == (400, 400)
    assert codes_of(wrong) == {"title": "field_invalid", "year": "field_invalid"}
    assert codes_of(lacking) == {"email": "field_missing"}
    assert "edition" not in lacking.text + broken.text + wrong.text


LONG = "Une séance <b>sans</b> étoiles,\nque personne n’écrira deux fois."
HERE = {"sec-fetch-site": "same-origin"}


async def test_what_was_written_is_shown_again_where_the_session_has_ended(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission, _ = await a_film(edition, maker, status="draft")
    await sign_in(client, maker)
    form = {"_csrf": "of another session", "password": LONG, "next": "/fr/" + "x" * 40, "synopsis_fr": LONG}

    async def told(**headers: str) -> str:
        place = f"/fr/{edition.slug}/submissions/{submission}"
        answer = await client.post(place, data=form, headers={"x-csrf-token": "", **headers})
        assert answer.status_code == 403
        return answer.text

    by_page = await told(**HERE)
    assert by_page.count("personne n’écrira") == 1
    assert "&lt;b&gt;sans&lt;/b&gt;" in by_page
    assert "xxxx" not in by_page.partition("<main")[2]
    assert "personne n’écrira" in await told(origin=Settings.read().public_url)
    for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {"origin": "null"}, {}):
        assert "personne n’écrira" not in await told(**foreign)


async def test_what_was_written_is_shown_again_where_the_house_is_away(client, monkeypatch) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    submission, _ = await a_film(edition, maker, status="draft")
    await sign_in(client, maker)

    async def away(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr("submissions.entries.save_entry", away)
    answer = await client.post(
        f"/fr/{edition.slug}/submissions/{submission}", data={"synopsis_fr": LONG, "version": "1"}, headers=HERE
    )

    assert answer.status_code == 503
    assert "personne n’écrira" in answer.text

"""What no shape should see is refused at the door with 400: never a fault of ours."""

import time

import pytest

from api.decoding import checked_json
from tests.builders import a_person, an_edition, sign_in

DEEP = b"[" * 60 + b"]" * 60


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"email": "a@b.fr", "name": "\xff\xfe"}', "not_utf8"),
        (b'{"email": "a@b.fr", "name": "a\\u0000b"}', "text_has_control"),
        (b'{"email": "a@b.fr", "name": "\\ud800"}', "text_has_control"),
        (b'{"email": "a@b.fr", "name": ' + DEEP + b"}", "json_too_deep"),
        (b'{"email": "a@b.fr", "name": 9223372036854775808}', "number_too_large"),
        (b'{"email": "a@b.fr", "name": 1e999}', "number_too_large"),
    ],
)
async def test_hostile_json_is_refused_whoever_sends_it(client, body: bytes, code: str) -> None:
    edition = await an_edition()

    answer = await client.post(
        f"/api/v1/{edition.slug}/registration", content=body,
        headers={"content-type": "application/json"},
    )

    assert (answer.status_code, answer.json()["codes"]) == (400, [code])


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_hostile_json_by_any_other_name_is_refused_too(client, kind: str) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("filmmaker", edition=edition))

    answer = await client.post(
        f"/api/v1/{edition.slug}/submissions", content=b'{"title": "a\\u0000b"}',
        headers={"content-type": kind},
    )

    assert (answer.status_code, answer.json()["codes"]) == (400, ["text_has_control"])


async def test_a_form_in_many_parts_is_none_of_ours(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("filmmaker", edition=edition))

    answer = await client.post(
        f"/fr/{edition.slug}/account/tokens", files={"name": (None, "a\x00b")},
        headers={"accept": "application/json"},
    )

    assert answer.status_code == 415


def test_a_string_that_never_closes_is_read_once() -> None:
    """Tried again from each of its quotation marks, it costs the square of its length."""
    began = time.process_time()

    checked_json(b'"\\' * 100_000)

    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    "body",
    [b"name=%ff%fe&email=a@b.fr", b"name=a%00b&email=a@b.fr", b"name=\xff&email=a@b.fr"],
)
async def test_a_hostile_form_is_refused(client, body: bytes) -> None:
    edition = await an_edition()

    answer = await client.post(
        f"/fr/{edition.slug}/account/registration", content=body,
        headers={"content-type": "application/x-www-form-urlencoded", "accept": "application/json"},
    )

    assert answer.status_code == 400


@pytest.mark.parametrize("rest", ["submissions/a%00b", "submissions/%ff%fe", "submissions?x=%ff", "me?x=%00"])
async def test_a_hostile_address_is_refused(client, rest: str) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("filmmaker", edition=edition))

    answer = await client.get(f"/api/v1/{edition.slug}/{rest}")

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'{"entry": {"year": 9223372036854775808}, "version": 1}', 400),
        (b'{"entry": {"year": 99999}, "version": 1}', 400),
        (b'{"entry": {"title": {}}, "version": 1}', 400),
        (b'{"entry": {}, "version": -1}', 400),
        (b'{"entry": {}, "version": true}', 400),
    ],
)
async def test_an_ill_formed_entry_is_refused_and_changes_nothing(client, body: bytes, status: int) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("filmmaker", edition=edition))
    place = f"/api/v1/{edition.slug}/submissions"
    entry = (await client.post(place, json={"title": "Nuit"})).json()["id"]
    before = (await client.get(f"{place}/{entry}")).json()

    answer = await client.patch(f"{place}/{entry}", content=body, headers={"content-type": "application/json"})

    assert answer.status_code == status
    assert (await client.get(f"{place}/{entry}")).json() == before


async def test_a_body_beyond_a_megabyte_is_refused(client) -> None:
    edition = await an_edition()

    answer = await client.post(
        f"/api/v1/{edition.slug}/registration",
        json={"email": "a@b.fr", "name": "a" * 1_100_000},
    )

    assert answer.status_code == 413


@pytest.mark.parametrize("email", ["a@b.fr\r\nBcc: x@y.fr", "nobody", "a b@c.fr", "@c.fr", "a@" + "b" * 300 + ".fr"])
async def test_an_address_that_no_letter_reaches_is_refused(client, email: str) -> None:
    edition = await an_edition()

    answer = await client.post(
        f"/api/v1/{edition.slug}/registration", json={"email": email, "name": "Ada"}
    )

    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("place", ["/static/dev/{}", "/fr/{}", "/api/v1/x/files/{}/poster.jpg", "/{}"])
async def test_a_name_that_nothing_can_have_is_nowhere(client, place: str) -> None:
    assert (await client.get(place.format("x" * 300))).status_code == 404


async def test_what_names_no_row_is_refused_by_doors_that_read_by_hand(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("filmmaker", "programmer", edition=edition))
    nobody = "a" * 16

    films = await client.post(f"/fr/{edition.slug}/submissions/materials/{nobody}/file", data={"chosen": "é"})
    grids = await client.get(f"/api/v1/{edition.slug}/variants/{nobody}/comparison?against=")

    assert (films.status_code, grids.status_code) == (404, 400)

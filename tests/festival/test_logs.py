"""What the house writes down names no film, person, address or key, whatever goes wrong."""

import io
import json
import logging

import msgspec
import pytest

from festival import logs
from festival.errors import Refused
from festival.settings import Settings, Unsafe
from tests.builders import a_film, a_person, an_edition, sign_in

CANARY = "Séléné-la-secrète"


@pytest.fixture
def lines():
    """Every line that this process writes down, as production writes it."""
    written, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.json_lines())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


def caught(error: Exception) -> Exception:
    """An error with the way that it came through."""
    try:
        raise error
    except type(error) as known:
        return known


def text_of(lines) -> str:
    return json.dumps(lines(), ensure_ascii=False).casefold()


@pytest.mark.unit
def test_of_a_fault_its_kind_and_way_are_kept_and_not_its_words(lines) -> None:
    error = caught(ValueError(f"Key (email)=(ada@example.org) of {CANARY}"))
    logging.getLogger("door").error("a fault", exc_info=error)

    [line] = lines()
    assert (line["event"], line["fault"], line["from"], line["level"]) == ("a fault", "ValueError", "door", "error")
    assert "test_logs.py" in line["through"][-1]
    assert CANARY.casefold() not in text_of(lines)
    assert "ada@" not in text_of(lines)


@pytest.mark.unit
def test_codes_of_our_own_are_kept(lines) -> None:
    error = caught(Refused("title:field_missing", title=CANARY))
    logging.getLogger("worker").error("refused", exc_info=error)

    assert lines()[0]["codes"] == ["title:field_missing"]
    assert CANARY.casefold() not in text_of(lines)


@pytest.mark.unit
@pytest.mark.parametrize("secret", [
    "ada.lovelace@example.org", "192.0.2.17", "2001:db8:85a3::8a2e:370:7334",
    "cfs_AbCdEf-0123456789", "/fr/2027/account/links/AAbbCC_dd-ee", "/x?email=ada&title=Sienne",
])  # fmt: skip
def test_what_looks_like_an_address_or_a_key_is_hidden_in_any_words(lines, secret: str) -> None:
    logging.getLogger("library").warning("connection of %s was lost", secret)

    assert secret.rpartition("/")[2].casefold() not in text_of(lines)
    assert "was lost" in text_of(lines)


@pytest.mark.unit
def test_a_line_is_one_line_whatever_is_in_it(lines) -> None:
    logging.getLogger("door").warning("first\nsecond \x1b[31m")

    assert len(lines()) == 1


async def test_requests_are_written_down_without_what_stood_in_them(client, lines) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition, name=CANARY)
    film, _ = await a_film(edition, maker, title=CANARY)
    await client.post(f"/fr/{edition.slug}/account/sign-in", data={"email": f"{CANARY}@example.org"})
    await client.get(f"/fr/{edition.slug}/account/links/a-secret-key-of-a-link")
    await sign_in(client, maker)
    page = await client.get(f"/fr/{edition.slug}/submissions/{film}?name={CANARY}")
    await client.get(f"/api/v1/{edition.slug}/submissions/{film}")

    assert CANARY in page.text
    told = [line for line in lines() if line["event"] == "request"]
    assert len(told) == 4
    assert {line["route"] for line in told} >= {"/{lang}/{edition}/account/links/{token}"}
    assert told[-1]["who"] == maker.id
    for secret in (CANARY, maker.email, "a-secret-key-of-a-link", edition.slug, "127.0.0.1"):
        assert secret.casefold() not in text_of(lines), secret


async def test_an_inner_fault_is_written_down_without_its_words(client, lines, monkeypatch) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    await sign_in(client, maker)

    async def break_down(*_: object, **__: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("api.pages.account.tokens_of", break_down)
    answer = await client.get(f"/fr/{edition.slug}/account")

    assert answer.status_code == 500
    assert [line["fault"] for line in lines() if "fault" in line] == ["RuntimeError"]
    assert CANARY.casefold() not in text_of(lines)


@pytest.mark.unit
def test_a_level_that_there_is_not_shuts_the_house() -> None:
    with pytest.raises(Unsafe, match="LOG_LEVEL"):
        Settings.read({"MODE": "development", "LOG_LEVEL": "CHATTY"})


async def metrics(client, **headers: str):
    return await client.get("/metrics", headers=headers)


async def test_figures_are_for_whoever_has_the_token_and_name_nothing(client) -> None:
    edition = await an_edition(name=CANARY)
    maker = await a_person("filmmaker", edition=edition, name=CANARY)
    await a_film(edition, maker, title=CANARY)
    app = client._transport.app
    before = app.state.settings
    assert (await metrics(client)).status_code == 404
    app.state.settings = msgspec.structs.replace(before, metrics_token="t" * 40)
    try:
        answers = [
            await metrics(client, **headers)
            for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Bearer " + "t" * 40})
        ]
    finally:
        app.state.settings = before

    assert [answer.status_code for answer in answers] == [401, 401, 200]
    told = answers[-1].text
    for family in ("cinema_lines", "cinema_workers_heard", "cinema_disk_free_bytes", "cinema_request_seconds_bucket"):
        assert family in told
    for secret in (CANARY, edition.slug, maker.id, "@"):
        assert secret not in told


async def test_a_proof_that_did_not_hold_is_written_down_without_the_proof(client, lines) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    door = f"/api/v1/{edition.slug}"

    await client.post(f"{door}/sessions", json={"email": maker.email, "password": CANARY})
    await client.post(f"{door}/sessions", json={"email": "nobody@example.org", "password": CANARY})
    await client.post(f"{door}/links/{CANARY}", json={})

    told = [(line["proof"], line["who"], line["why"]) for line in lines() if line["event"] == "proof refused"]
    assert told == [
        ("password", maker.id, ["password_wrong"]),
        ("password", "", ["password_wrong"]),
        ("link", "", ["link_spent"]),
    ]
    assert CANARY.casefold() not in text_of(lines)
    assert "@" not in text_of(lines)

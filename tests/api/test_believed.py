"""Nobody's word about an address, a host or a scheme is believed but the trusted proxy's."""

import pytest

from api import limits
from api.believed import FORGEABLE, Believed
from festival.db import rows
from festival.letters import address_of
from festival.settings import Settings, Unsafe
from festival.tables import Letter
from tests.api.test_limits import be_quick, browser, links_for
from tests.builders import a_film, a_person, an_edition, sign_in

FORGED = [*sorted(name.decode() for name in FORGEABLE), "x-anything-else"]


def said(header: str, address: str) -> dict[str, str]:
    """This header, as somebody would forge it."""
    return {header: f"for={address};proto=https;host=evil.example" if header == "forwarded" else address}


@pytest.fixture(autouse=True)
def small_limits(monkeypatch) -> None:
    for name in ("MOST_PER_PEER", "MOST_REGISTRATIONS", "MOST_LINK_REQUESTS", "MOST_PER_ACCOUNT_AND_PEER"):
        monkeypatch.setattr(limits, name, 2)
    be_quick(monkeypatch)


KNOCKS = {
    "password": ("sessions", {"email": "nobody@example.org", "password": "wrong"}, 422),
    "link": ("links", {"email": "nobody@example.org"}, 202),
    "link_use": ("links/none", {}, 422),
    "registration": ("registration", {"email": "new@example.org", "name": "Ada"}, 202),
}


@pytest.mark.parametrize("what", KNOCKS)
async def test_no_header_helps_beyond_a_limit(app, house, monkeypatch, what) -> None:
    edition = await an_edition()
    place, body, usual = KNOCKS[what]
    if what == "link":
        monkeypatch.setattr(limits, "MOST_WAITING", 0)  # beyond the limit one waits for a turn

    async def told(**headers: str) -> int:
        async with browser(app, f"203.0.113.{list(KNOCKS).index(what)}", **headers) as guest:
            return (await guest.post(f"/api/v1/{edition.slug}/{place}", json=body)).status_code

    first = [await told(), await told()]
    forged = {name: await told(**said(name, f"198.51.100.{n}")) for n, name in enumerate(FORGED)}

    assert first == [usual, usual]
    assert forged == dict.fromkeys(FORGED, 429)


async def test_the_record_names_the_socket(app, house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    _, file = await a_film(edition, maker)
    async with browser(app, "203.0.113.40") as own:
        await sign_in(own, maker)
        for n, name in enumerate(FORGED):
            await own.get(
                f"/api/v1/{edition.slug}/files/{file}/screener/master.m3u8",
                headers=said(name, f"198.51.100.{n}"),
            )

    found = await rows(
        "SELECT details->>'peer' AS peer FROM record WHERE act = 'copy_opened' AND subject = {}", file
    )

    assert [row["peer"] for row in found] == ["203.0.113.40"] * len(FORGED)


async def test_links_redirects_and_cookies_are_the_houses_own(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_LINK_REQUESTS", 100)
    edition = await an_edition()
    public = Settings.read().public_url
    async with browser(app, "203.0.113.41") as guest:
        for name in ["host", *FORGED]:
            owner = await a_person("filmmaker", edition=edition)
            forged = {**said(name, "evil.example"), "x-forwarded-proto": "https"}

            await guest.post(f"/api/v1/{edition.slug}/links", json={"email": owner.email}, headers=forged)
            led = await guest.get(f"/fr/{edition.slug}/account", headers=forged)
            drawn = await guest.get(f"/fr/{edition.slug}/account/sign-in", headers=forged)
            letter = await Letter.objects().get(Letter.person == owner.id)
            address = await address_of(letter, Settings.read())
            entered = await guest.post(
                f"/api/v1/{edition.slug}/links/{(await links_for(owner))[0]}", json={}, headers=forged
            )
            guest.cookies.clear()

            assert address.startswith(f"{public}/fr/{edition.slug}/account/links/")
            assert led.headers["location"].startswith(f"/fr/{edition.slug}/account/sign-in?next=/fr/")
            assert "evil.example" not in letter.body + letter.link + drawn.text + str(led.headers) + str(entered.headers)
            assert entered.status_code == 200
            assert "secure" not in entered.headers["set-cookie"].lower()  # PUBLIC_URL is http here


@pytest.mark.parametrize(
    ("trusted", "socket", "words", "peer"),
    [
        ("", "10.0.0.1", "198.51.100.1", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.2", "198.51.100.1", "10.0.0.2"),
        ("10.0.0.1", "10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1, 10.9.0.0/16", "10.0.0.1", "192.0.2.66, 198.51.100.1, 10.9.3.4", "198.51.100.1"),
        ("10.0.0.1", "10.0.0.1", "not an address", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "local", "198.51.100.1", "local"),
    ],
)
def test_a_proxy_that_is_named_speaks_for_the_last_stranger(trusted, socket, words, peer) -> None:
    assert Believed(Settings(trusted_proxy=trusted)).peer(socket, words) == peer


@pytest.mark.parametrize("trusted", ["proxy.example", "0.0.0.0/0", "::/0", "10.0.0.1/8"])
def test_nobody_in_particular_cannot_be_trusted(trusted) -> None:
    with pytest.raises(Unsafe, match="TRUSTED_PROXY"):
        Settings.read({"MODE": "development", "TRUSTED_PROXY": trusted})


async def test_one_household_has_one_ipv6_network(app, house) -> None:
    edition = await an_edition()

    told = []
    for n in range(3):
        async with browser(app, f"2001:db8:1:2::{n}") as guest:
            answer = await guest.post(f"/api/v1/{edition.slug}/links/none", json={})
            told.append(answer.status_code)

    assert told == [422, 422, 429]

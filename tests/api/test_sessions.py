"""Whoever sets a new password, or ends everything, shuts every other way in."""

import re

import httpx
import pytest

from festival import people
from festival.sessions import open_session
from tests.api.test_limits import be_quick, browser
from tests.builders import a_person, an_edition, sign_in

PHRASE = "une phrase assez longue"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


async def statuses_of(app, edition, links: list[str], sessions: list[str], keys: list[str]) -> list[int]:
    """What each way in answers to somebody who tries it."""
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as stranger:
        api = f"/api/v1/{edition.slug}"
        said = [{"cookie": f"session={token}"} for token in sessions]
        said += [{"authorization": f"Bearer {key}"} for key in keys]
        told = [(await stranger.get(f"{api}/me", headers=one)).status_code for one in said]
        for link in links:
            told.append((await stranger.post(f"{api}/links/{link}", json={})).status_code)
            stranger.cookies.clear()
    return told


async def ways_in(person, edition) -> tuple[list[str], list[str], list[str]]:
    return (
        [await people.new_link(person), await people.new_link(person, kind="invitation")],
        [await open_session(person)],
        [await people.new_token_for(person, edition=edition, name="robot", scopes={"entries"})],
    )


@pytest.mark.parametrize("act", ["/account/password", "/account/sessions/ending"])
async def test_a_page_that_shuts_everything_leaves_only_this_browser(app, client, act) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    others = await ways_in(maker, edition)
    await sign_in(client, maker)

    answer = await client.post(
        f"/fr/{edition.slug}{act}", data={"password": PHRASE, "_csrf": client.headers["x-csrf-token"]}
    )

    assert answer.status_code == 303
    assert (await client.get(f"/api/v1/{edition.slug}/me")).status_code == 200
    assert await statuses_of(app, edition, *others) == [401, 401, 422, 422]


async def test_json_shuts_everything_too(app, client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    others = await ways_in(maker, edition)
    await sign_in(client, maker)

    answer = await client.delete(f"/api/v1/{edition.slug}/sessions/all")

    assert answer.status_code == 200
    assert (await client.get(f"/api/v1/{edition.slug}/me")).status_code == 200
    assert await statuses_of(app, edition, *others) == [401, 401, 422, 422]


async def test_a_closed_account_has_no_way_in(app, house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    others = await ways_in(maker, edition)

    await people.disable(maker, by=maker)

    assert await statuses_of(app, edition, *others) == [401, 401, 422, 422]


async def test_one_link_ends_the_other_letters_but_no_invitation(app, house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    used, other = await people.new_link(maker), await people.new_link(maker)
    invitation = await people.new_link(maker, kind="invitation")

    await people.use_link(used)

    assert await statuses_of(app, edition, [other, invitation], [], []) == [422, 200]


async def test_somebody_sees_where_they_are_signed_in_and_ends_one(app, client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    link = await people.new_link(maker)
    transport = httpx.ASGITransport(app=app, client=("203.0.113.77", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as other:
        await other.post(f"/api/v1/{edition.slug}/links/{link}", json={}, headers={"user-agent": FIREFOX})
        await sign_in(client, maker)
        place = f"/api/v1/{edition.slug}/sessions"

        found = (await client.get(place)).json()
        page = (await client.get(f"/en/{edition.slug}/account")).text
        elsewhere = next(one for one in found if not one["is_this"])
        ended = await client.delete(f"{place}/{elsewhere['id']}")
        again = await client.delete(f"{place}/{elsewhere['id']}")

        assert (elsewhere["place"], elsewhere["browser"]) == ("203.0.113.…", "Firefox, Linux")
        assert "Firefox, Linux" in page
        assert (len(found), ended.status_code, again.status_code) == (2, 204, 404)
        assert (await other.get(f"/api/v1/{edition.slug}/me")).status_code == 401


async def test_nobody_ends_the_session_of_somebody_else(client) -> None:
    edition = await an_edition()
    maker, other = [await a_person("filmmaker", edition=edition) for _ in range(2)]
    await open_session(other)
    theirs = (await people_sessions(other))[0]
    await sign_in(client, maker)

    answer = await client.delete(f"/api/v1/{edition.slug}/sessions/{theirs}")

    assert answer.status_code == 404
    assert len(await people_sessions(other)) == 1


async def people_sessions(person) -> list[str]:
    from festival.sessions import sessions_of

    return [one["id"] for one in await sessions_of(person.id, token="")]


async def test_a_key_ends_no_session(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    token = await people.new_token_for(maker, edition=edition, name="robot", scopes={"entries"})
    key = {"authorization": f"Bearer {token}"}

    answer = await client.delete(f"/api/v1/{edition.slug}/sessions/all", headers=key)

    assert (answer.status_code, answer.json()["codes"]) == (403, ["sign_in_in_person"])


async def at_the_door(guest, edition, **form: str):
    """The form of the page, sent as its visitor would."""
    place = f"/fr/{edition.slug}/account/sign-in"
    drawn = (await guest.get(place)).text
    proof = re.findall(r'name="_csrf" value="([^"]+)"', drawn)[0]
    return await guest.post(place, data={"_csrf": proof, **form})


async def test_a_wrong_password_keeps_the_address_and_the_place_one_came_for(app, house, monkeypatch) -> None:
    be_quick(monkeypatch)
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    await people.set_password(owner, PHRASE)
    wanted = f"/fr/{edition.slug}/account"
    async with browser(app, "192.0.2.61") as guest:
        wrong = await at_the_door(guest, edition, email=owner.email, password="wrong", next=wanted)
        right = await at_the_door(guest, edition, email=owner.email, password=PHRASE, next=wanted)

    assert wrong.status_code == 422
    assert wrong.text.count(f'value="{owner.email}"') == 2
    assert f'name="next" value="{wanted}"' in wrong.text
    assert "wrong" not in re.findall(r'type="password"[^>]*', wrong.text)[0]
    assert (right.status_code, right.headers["location"]) == (303, wanted)


@pytest.mark.parametrize(("wanted", "led_to"), [("committee/next", "committee/next"), ("//evil.example", "account/home")])
async def test_whoever_came_for_a_place_is_led_there_by_the_letter_in_the_same_browser(
    app, house, monkeypatch, wanted, led_to
) -> None:
    be_quick(monkeypatch)
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    home = f"/fr/{edition.slug}/"
    wanted = wanted if wanted.startswith("//") else home + wanted
    async with browser(app, "192.0.2.63") as guest, browser(app, "192.0.2.64") as elsewhere:
        drawn = (await guest.get(f"{home}account/sign-in")).text
        proof = re.findall(r'name="_csrf" value="([^"]+)"', drawn)[0]
        await guest.post(f"{home}account/links", data={"_csrf": proof, "email": owner.email, "next": wanted})
        for who, place in ((guest, home + led_to), (elsewhere, f"{home}account/home")):
            token = await people.new_link(owner)
            drawn = (await who.get(f"{home}account/links/{token}")).text
            fields = dict(re.findall(r'name="(_csrf|next)" value="([^"]+)"', drawn))
            entered = await who.post(f"{home}account/links/{token}", data=fields)
            assert (entered.status_code, entered.headers["location"]) == (303, place)
        assert "wanted" not in guest.cookies


@pytest.mark.parametrize("wanted", [
    "//evil.example", "/\\evil.example", "/%2Fevil.example", "/%09/evil.example", "/\t/evil.example",
    "/%0d%0ax: y", "https://evil.example", "javascript:alert(1)",
])  # fmt: skip
async def test_nobody_is_led_elsewhere_by_signing_in(app, house, monkeypatch, wanted) -> None:
    be_quick(monkeypatch)
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    await people.set_password(owner, PHRASE)
    async with browser(app, "192.0.2.62") as guest:
        entered = await at_the_door(guest, edition, email=owner.email, password=PHRASE, next=wanted)

    assert (entered.status_code, entered.headers["location"]) == (303, f"/fr/{edition.slug}/account/home")


async def test_a_second_sign_in_makes_a_token_of_its_own_and_ends_the_first(app, house, monkeypatch) -> None:
    be_quick(monkeypatch)
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    await people.set_password(owner, PHRASE)
    me = f"/api/v1/{edition.slug}/me"
    async with browser(app, "192.0.2.63") as guest:
        await at_the_door(guest, edition, email=owner.email, password=PHRASE)
        first = guest.cookies["session"]
        await at_the_door(guest, edition, email=owner.email, password=PHRASE)
        second = guest.cookies["session"]
        guest.cookies.clear()
        answers = [
            (await guest.get(me, headers={"cookie": f"session={token}"})).status_code
            for token in (first, second)
        ]

    assert first != second
    assert min(len(first), len(second)) >= 43  # 256 bits in base 64
    assert answers == [401, 200]

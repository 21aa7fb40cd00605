"""What a thief of a session would do asks again who does it; nobody else types anything twice."""

import re
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher

from api import limits
from festival import people, second_factor
from festival.db import rows
from festival.sessions import PROOF_LASTS, open_session
from festival.settings import Settings
from tests.builders import a_person, an_edition, sign_in

PHRASE = "une phrase assez longue"
OTHER = "lune et cuillère bleue"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr(limits, "THROTTLE_SECONDS", 0.01)
    monkeypatch.setattr(limits, "CODE_THROTTLE_SECONDS", 0.01)
    monkeypatch.setattr(limits, "ANSWER_SECONDS", 0.01)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(people, "_hasher", cheap)
    monkeypatch.setattr(people, "_NOBODY", cheap.hash("nobody has this password"))


async def signed_in_long_ago(client, person, way: str = "") -> None:
    await sign_in(client, person)
    await rows(
        "UPDATE session SET proved_at = now() - {}::interval, proved_by = {} WHERE person = {} RETURNING id",
        PROOF_LASTS + timedelta(seconds=1), way, person.id,
    )  # fmt: skip


async def an_operator(*, password: str = PHRASE):
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    if password:
        await people.set_password(operator, password)
    return edition, await people.person(operator.id)


def hidden(page: str) -> list[tuple[str, str]]:
    return re.findall(r'type="hidden"\s+name="([^"]+)"\s+value="([^"]*)"', page)


ACCOUNT = [
    "address",
    "leaving",
    "tokens",
    "sessions/ending",
    "sessions/0123456789abcdef/ending",
    "second-factor",
    "second-factor/confirmation",
    "merges/none/agreement",
]
DESK = [
    "people",
    "people/{0}/parts",
    "people/{0}/parts/operator/removal",
    "people/{0}/hand-over",
    "people/second-factor",
    "people/{0}/disabling",
    "people/{0}/second-factor/removal",
    "people/lists",
    "people/merges",
    "privacy/{0}/carrying-out",
    "privacy/names",
]


@pytest.mark.parametrize(
    "place", [f"account/{one}" for one in ACCOUNT] + [f"operator/{one}" for one in DESK]
)
async def test_what_concerns_accounts_asks_who_came_in_long_ago(client, place) -> None:
    edition, operator = await an_operator()
    await signed_in_long_ago(client, operator)

    stopped = await client.post(
        f"/fr/{edition.slug}/{place.format(operator.id)}", data={"email": "x@example.org"}
    )

    assert stopped.status_code == 403
    assert 'name="proof_password"' in stopped.text
    assert ("email", "x@example.org") in hidden(stopped.text)


async def test_the_act_is_done_with_the_proof_and_nothing_is_typed_twice(client) -> None:
    edition, operator = await an_operator()
    await signed_in_long_ago(client, operator)
    invited = {
        "email": "neu@example.org",
        "name": "L’été « bleu »",
        "part": "reviewer",
        "_once": "abc",
    }

    stopped = await client.post(f"/fr/{edition.slug}/operator/people", data=invited)
    to = re.findall(r'action="([^"]+/account/proof[^"]*)"', stopped.text)[0]
    from html import unescape

    carried = {name: unescape(value) for name, value in hidden(stopped.text)}
    wrong = await client.post(to, data=carried | {"proof_password": "not this one"})
    right = await client.post(to, data=carried | {"proof_password": PHRASE})
    done = await client.post(right.headers["location"], data=carried | {"proof_password": PHRASE})
    another = await client.post(
        f"/fr/{edition.slug}/operator/people", data=invited | {"email": "b@example.org"}
    )

    assert carried.items() >= invited.items()
    assert (wrong.status_code, dict(hidden(wrong.text))["email"]) == (422, "neu@example.org")
    assert (right.status_code, right.headers["location"]) == (
        307,
        f"/fr/{edition.slug}/operator/people",
    )
    assert done.status_code == another.status_code == 303
    assert (await people.person_with("neu@example.org")).name == invited["name"]


async def test_a_wrong_proof_counts_as_a_wrong_password_and_does_nothing(client) -> None:
    edition, operator = await an_operator()
    await signed_in_long_ago(client, operator)
    door = f"/api/v1/{edition.slug}/sessions/proof"

    told = [
        (await client.post(door, json={"proof_password": "wrong"})).status_code
        for _ in range(limits.MOST_PER_ACCOUNT_AND_PEER + 1)
    ]
    still = await client.put(
        f"/api/v1/{edition.slug}/operator/people/second-factor", json={"parts": []}
    )

    assert told == [422] * limits.MOST_PER_ACCOUNT_AND_PEER + [429]
    assert (still.status_code, still.json()["codes"]) == (403, ["proof_needed"])
    assert (still.json()["password"], still.json()["code"]) == (True, False)


async def test_whoever_has_a_second_factor_gives_both(client) -> None:
    edition, operator = await an_operator()
    begun = await second_factor.begin(operator, settings=Settings.read(), issuer="x")
    reckoned = pyotp.TOTP(begun.secret)
    codes = await second_factor.prove(operator, reckoned.now(), settings=Settings.read())
    await signed_in_long_ago(client, operator)
    door = f"/api/v1/{edition.slug}/sessions/proof"

    alone = await client.post(door, json={"proof_password": PHRASE})
    page = await client.post(f"/fr/{edition.slug}/account/sessions/ending")
    both = await client.post(door, json={"proof_password": PHRASE, "proof_code": codes[0]})

    assert (alone.status_code, alone.json()["codes"]) == (422, ["proof_code:code_wrong"])
    assert 'name="proof_code"' in page.text
    assert both.status_code == 204
    assert (await client.delete(f"/api/v1/{edition.slug}/sessions/all")).status_code == 200


async def test_whoever_has_no_password_is_sent_a_link(client) -> None:
    edition, operator = await an_operator(password="")
    await signed_in_long_ago(client, operator)

    stopped = await client.post(
        f"/fr/{edition.slug}/operator/people", data={"email": "x@example.org"}
    )
    refused = await client.post(
        f"/api/v1/{edition.slug}/sessions/proof", json={"proof_password": ""}
    )

    assert 'action="/fr/' + edition.slug + '/account/links"' in stopped.text
    assert refused.json()["codes"] == ["proof_by_link"]


async def test_a_programs_key_is_a_proof_of_its_own(client) -> None:
    edition, operator = await an_operator()
    key = await people.new_token_for(operator, edition=edition, name="robot", scopes={"operate"})

    done = await client.put(
        f"/api/v1/{edition.slug}/operator/people/second-factor",
        json={"parts": []},
        headers={"authorization": f"Bearer {key}"},
    )

    assert done.status_code == 204


async def test_ending_every_session_makes_no_proof_younger(client) -> None:
    edition, operator = await an_operator()
    await sign_in(client, operator)
    nearly = "UPDATE session SET proved_at = now() - {}::interval WHERE person = {} RETURNING id"
    await rows(nearly, PROOF_LASTS - timedelta(minutes=1), operator.id)

    await client.delete(f"/api/v1/{edition.slug}/sessions/all")
    age = await rows("SELECT now() - proved_at AS age FROM session WHERE person = {}", operator.id)

    assert age[0]["age"] > PROOF_LASTS - timedelta(minutes=2)


# The old password at a change


async def asked_to_change(client, edition, **form: str):
    return await client.post(f"/fr/{edition.slug}/account/password", data=form)


async def test_a_change_asks_for_the_old_password(client) -> None:
    edition, operator = await an_operator()
    await sign_in(client, operator)

    without = await asked_to_change(client, edition, password=OTHER)
    wrong = await asked_to_change(client, edition, password=OTHER, old="not this one")
    untouched = await people.is_password_of(await people.person(operator.id), PHRASE)
    right = await asked_to_change(client, edition, password=OTHER, old=PHRASE)

    assert (without.status_code, wrong.status_code, right.status_code) == (422, 422, 303)
    assert 'id="e-old"' in wrong.text
    assert OTHER not in wrong.text
    assert untouched
    assert await people.is_password_of(await people.person(operator.id), OTHER)


@pytest.mark.parametrize(("way", "fresh", "asked"), [
    ("link", True, False), ("link", False, True), ("password", True, True),
])  # fmt: skip
async def test_only_who_just_followed_a_link_needs_no_old_one(client, way, fresh, asked) -> None:
    edition, operator = await an_operator()
    await signed_in_long_ago(client, operator, way)
    if fresh:
        await rows(
            "UPDATE session SET proved_at = now() WHERE person = {} RETURNING id", operator.id
        )

    drawn = await client.get(f"/fr/{edition.slug}/account")
    told = await asked_to_change(client, edition, password=OTHER)

    assert ('name="old"' in drawn.text) is asked
    assert told.status_code == (422 if asked else 303)


async def test_a_first_password_is_not_set_by_a_session_of_long_ago(client) -> None:
    edition, operator = await an_operator(password="")
    await signed_in_long_ago(client, operator, "link")

    stopped = await asked_to_change(client, edition, password=OTHER)

    assert stopped.status_code == 403
    assert not (await people.person(operator.id)).password_hash
    assert OTHER not in stopped.text


async def test_a_link_and_a_code_together_are_a_link(client) -> None:
    """Whoever lost the password and has a second factor sets another one as well."""
    from festival import arrivals

    _, operator = await an_operator()
    begun = await second_factor.begin(operator, settings=Settings.read(), issuer="x")
    codes = await second_factor.prove(
        operator, pyotp.TOTP(begun.secret).now(), settings=Settings.read()
    )
    link = await people.new_link(operator)
    origin = {"instead_of": "", "place": "", "browser": ""}

    half = (await arrivals.session_by_link(link, **origin)).half
    await arrivals.session_by_code(half, codes[0], settings=Settings.read(), **origin)
    by_link = await rows("SELECT proved_by FROM session WHERE person = {}", operator.id)
    half = (await arrivals.arrive(operator, way="password", **origin)).half
    await arrivals.session_by_code(half, codes[1], settings=Settings.read(), **origin)
    both = await rows(
        "SELECT proved_by FROM session WHERE person = {} ORDER BY created_at", operator.id
    )

    assert [row["proved_by"] for row in by_link] == ["link"]
    assert [row["proved_by"] for row in both] == ["link", "password"]


async def test_a_link_that_is_only_looked_at_signs_nobody_in(client) -> None:
    """Mail scanners follow links; the button of the page signs in."""
    edition, operator = await an_operator()
    link = await people.new_link(operator)
    place = f"/fr/{edition.slug}/account/links/{link}"

    looked = [await client.get(place) for _ in range(2)]
    opened = await rows("SELECT id FROM session WHERE person = {}", operator.id)

    assert [one.status_code for one in looked] == [200, 200]
    assert opened == []
    assert '<form method="post"' in looked[0].text


@pytest.mark.parametrize("place", ["account", "operator/edition", "operator/queue", "operator/people"])
async def test_the_way_out_is_on_every_page(client, place) -> None:
    edition, operator = await an_operator()
    await sign_in(client, operator)

    assert f'action="/fr/{edition.slug}/account/sign-out"' in (await client.get(f"/fr/{edition.slug}/{place}")).text


async def test_nobody_is_led_elsewhere_by_a_proof(client) -> None:
    edition, operator = await an_operator()
    await signed_in_long_ago(client, operator)

    led = await client.post(
        f"/fr/{edition.slug}/account/proof?to=//evil.example", data={"proof_password": PHRASE}
    )

    assert led.headers["location"] == f"/fr/{edition.slug}/account/home"
    assert await open_session(operator)

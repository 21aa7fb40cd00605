"""A second factor: no code is good twice, no part that asks for one is held without it, nobody is locked out."""

import re
from datetime import timedelta

import httpx
import msgspec
import pyotp
import pytest
from argon2 import PasswordHasher

from api import limits
from festival import people, second_factor
from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.second_factor import STEP_SECONDS
from festival.settings import Settings
from festival.tables import Edition, Person, SecondFactor
from tests.builders import a_film, a_person, an_edition, sign_in

PHRASE = "une phrase assez longue"


@pytest.fixture(autouse=True)
def quick(monkeypatch) -> None:
    monkeypatch.setattr(limits, "CODE_THROTTLE_SECONDS", 0.01)
    monkeypatch.setattr(limits, "ANSWER_SECONDS", 0.01)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(people, "_hasher", cheap)
    monkeypatch.setattr(people, "_NOBODY", cheap.hash("nobody has this password"))


@pytest.fixture
def hour(monkeypatch):
    """A clock that stands, and moves on by half minutes."""
    class Hour:
        at = now()

        def later(self, steps: int = 1) -> None:
            self.at += timedelta(seconds=STEP_SECONDS * steps)

    clock = Hour()
    monkeypatch.setattr(second_factor, "now", lambda: clock.at)
    return clock


def code_of(secret: str, hour) -> str:
    return pyotp.TOTP(secret).at(hour.at)


def wrong_code(secret: str, hour) -> str:
    right = {pyotp.TOTP(secret).at(hour.at + timedelta(seconds=drift)) for drift in (-30, 0, 30)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


async def set_up(person: Person, edition: Edition, hour) -> tuple[str, list[str]]:
    """The secret and the recovery codes; the code of this half minute is spent, and time moves on."""
    made = await second_factor.begin(person, settings=Settings.read(), issuer=edition.name)
    codes = await second_factor.prove(person, code_of(made.secret, hour), settings=Settings.read())
    hour.later()
    return made.secret, codes


async def with_password(*parts: str, edition: Edition) -> Person:
    person = await a_person(*parts, edition=edition)
    await people.set_password(person, PHRASE)
    return person


async def first_proof(client: httpx.AsyncClient, edition: Edition, person: Person) -> httpx.Response:
    client.headers.pop("x-csrf-token", None)
    client.cookies.clear()
    return await client.post(
        f"/api/v1/{edition.slug}/sessions", json={"email": person.email, "password": PHRASE}
    )


async def test_a_password_alone_opens_nothing_and_with_a_code_everything(client, hour) -> None:
    edition = await an_edition()
    owner = await with_password("filmmaker", edition=edition)
    secret, _ = await set_up(owner, edition, hour)
    door = f"/api/v1/{edition.slug}/sessions/code"

    first = await first_proof(client, edition, owner)
    outside = await client.get(f"/api/v1/{edition.slug}/me")
    wrong = await client.post(door, json={"half": first.json()["half"], "code": wrong_code(secret, hour)})
    right = await client.post(door, json={"half": first.json()["half"], "code": code_of(secret, hour)})
    inside = await client.get(f"/api/v1/{edition.slug}/me")

    assert (first.status_code, first.json()["state"], outside.status_code) == (200, "code_needed", 401)
    assert (wrong.status_code, wrong.json()["codes"]) == (422, ["code:code_wrong"])
    assert (right.status_code, inside.status_code) == (200, 200)


async def test_no_code_and_no_half_is_good_twice(client, hour) -> None:
    edition = await an_edition()
    owner = await with_password("filmmaker", edition=edition)
    secret, recovery = await set_up(owner, edition, hour)
    door = f"/api/v1/{edition.slug}/sessions/code"

    async def enter(code: str, half: str = "") -> tuple[int, list[str]]:
        half = half or (await first_proof(client, edition, owner)).json()["half"]
        told = await client.post(door, json={"half": half, "code": code})
        return told.status_code, told.json().get("codes", [])

    code, half = code_of(secret, hour), (await first_proof(client, edition, owner)).json()["half"]
    assert await enter(code, half) == (200, [])
    assert await enter(code) == (422, ["code:code_used"])
    hour.later()
    assert await enter(code_of(secret, hour), half) == (422, ["half_over"])
    assert await enter(recovery[0].upper()) == (200, [])
    assert await enter(recovery[0]) == (422, ["code:code_wrong"])


async def test_a_link_asks_for_the_code_too_and_the_half_is_no_link(client, hour) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    secret, _ = await set_up(owner, edition, hour)
    links = f"/api/v1/{edition.slug}/links"

    link = await people.new_link(owner)
    first = await client.post(f"{links}/{link}", json={})
    around = await client.post(f"{links}/{first.json()['half']}", json={})
    in_time = await client.post(
        f"/api/v1/{edition.slug}/sessions/code",
        json={"half": first.json()["half"], "code": code_of(secret, hour)},
    )

    assert first.json()["state"] == "code_needed"
    assert (around.status_code, around.json()["codes"]) == (422, ["link_spent"])
    assert in_time.status_code == 200


async def test_a_program_gets_a_key_with_link_and_code_alone(client, hour) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    secret, _ = await set_up(owner, edition, hour)
    link = await people.new_link(owner)
    door = f"/api/v1/{edition.slug}/links/{link}"
    wanted = {"token": True, "name": "robot", "scopes": ["entries"]}

    without = await client.post(door, json=wanted)
    wrong = await client.post(door, json={**wanted, "code": wrong_code(secret, hour)})
    right = await client.post(door, json={**wanted, "code": code_of(secret, hour)})

    assert [one.status_code for one in (without, wrong, right)] == [422, 422, 200]
    assert (without.json()["codes"], wrong.json()["codes"]) == (["code:code_needed"], ["code:code_wrong"])
    assert right.json()["token"].startswith("cfs_")


async def test_setting_one_up_ends_every_session_and_key_but_this_one(client, hour) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    key = await people.new_token_for(owner, edition=edition, name="robot", scopes={"entries"})
    await sign_in(client, owner)
    before = client.cookies["session"]
    page = f"/fr/{edition.slug}/account/second-factor"

    begun = await client.post(page, follow_redirects=True)
    secret = re.search(r'class="secret">([A-Z2-7]+)<', begun.text)[1]
    wrong = await client.post(f"{page}/confirmation", data={"code": wrong_code(secret, hour)})
    shown = await client.post(f"{page}/confirmation", data={"code": code_of(secret, hour)})
    proof = re.search(r'name="_csrf"\s+value="(\w+)"', shown.text)[1]
    left = await client.get(f"/api/v1/{edition.slug}/sessions")
    by_key = await client.get(f"/api/v1/{edition.slug}/me", headers={"authorization": f"Bearer {key}"})
    again = await client.get(page)
    gone = await client.post(f"/fr/{edition.slug}/account/sign-out", headers={"x-csrf-token": proof})

    assert "<svg" in begun.text
    assert "style=" not in begun.text[begun.text.index("<svg viewBox"):][:400]
    assert (wrong.status_code, "e-code" in wrong.text, shown.status_code) == (422, True, 200)
    assert len(re.findall(r"<code>\w{4}(?:-\w{4}){6}</code>", shown.text)) == 10
    assert shown.cookies["session"] != before
    assert [one["is_this"] for one in left.json()] == [True]
    assert by_key.status_code == 401
    assert not re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", again.text)
    assert gone.status_code == 303, "forms of the page that tells the codes belong to the new session"


async def test_what_is_kept_tells_no_secret(house, hour) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    secret, recovery = await set_up(owner, edition, hour)

    kept = str(await rows("SELECT * FROM second_factor WHERE person = {}", owner.id)) + str(
        await rows("SELECT * FROM recovery_code WHERE person = {}", owner.id)
    )

    assert secret not in kept
    assert all(code not in kept and code.replace("-", "") not in kept for code in recovery)


async def test_another_secret_of_the_house_reads_nothing_and_a_recovery_code_still_opens(
    client, hour, monkeypatch
) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    _, recovery = await set_up(owner, edition, hour)
    await rows("UPDATE second_factor SET secret = 'gAAAA' WHERE person = {} RETURNING person", owner.id)
    door = f"/api/v1/{edition.slug}/sessions/code"

    async def enter(code: str) -> httpx.Response:
        first = await client.post(f"/api/v1/{edition.slug}/links/{await people.new_link(owner)}", json={})
        return await client.post(door, json={"half": first.json()["half"], "code": code})

    unread, opened = await enter("123456"), await enter(recovery[3])

    assert unread.json()["codes"] == ["code:factor_unreadable"]
    assert opened.status_code == 200


async def test_who_guesses_codes_waits_and_the_owner_comes_in(client, hour) -> None:
    edition = await an_edition()
    owner = await with_password("filmmaker", edition=edition)
    secret, recovery = await set_up(owner, edition, hour)
    door = f"/api/v1/{edition.slug}/sessions/code"

    async def enter(code: str) -> int:
        half = (await first_proof(client, edition, owner)).json()["half"]
        return (await client.post(door, json={"half": half, "code": code})).status_code

    wrong = [await enter(wrong_code(secret, hour)) for _ in range(limits.MOST_CODES_PER_ACCOUNT + 2)]

    assert wrong == [422] * limits.MOST_CODES_PER_ACCOUNT + [429] * 2
    assert await enter(code_of(secret, hour)) == 200
    assert await enter(recovery[0]) == 200


async def test_a_part_that_asks_for_one_opens_nothing_before_it_stands(client, hour) -> None:
    edition = await an_edition(phase="selection", second_factor_for=["reviewer"])
    reviewer = await a_person("reviewer", edition=edition)
    film, file = await a_film(edition, await a_person("filmmaker", edition=edition))
    key = {"authorization": "Bearer " + await people.new_token_for(
        reviewer, edition=edition, name="robot", scopes={"committee"})}  # fmt: skip
    await sign_in(client, reviewer)
    api, pages = f"/api/v1/{edition.slug}", f"/fr/{edition.slug}"

    async def seen(**more) -> list[int]:
        doors = [f"{api}/committee/queue", f"{api}/files/{file}/screener/master.m3u8"]
        return [(await client.get(door, **more)).status_code for door in doors]

    refused = await client.get(f"{api}/committee/queue")
    led = await client.get(f"{pages}/committee")
    room = await client.get(f"{pages}/committee/submissions/{film}")
    home = await client.get(f"{pages}/account/home")
    told = await client.get(f"{pages}/account/second-factor")
    shut, by_key = await seen(), await seen(headers=key)
    await set_up(reviewer, edition, hour)
    await sign_in(client, reviewer)

    assert (refused.status_code, refused.json()["codes"]) == (403, ["factor_needed"])
    for page in (led, room, home):
        assert (page.status_code, page.headers["location"]) == (303, f"{pages}/account/second-factor")
    assert "membre du comité" in told.text
    assert all(status in {403, 404} for status in shut + by_key), (shut, by_key)
    assert await seen() == [200, 200]


async def test_other_parts_of_the_same_person_and_other_editions_stay_open(client) -> None:
    edition = await an_edition(second_factor_for=["operator"])
    other = await an_edition()
    both = await a_person("operator", "programmer", edition=edition)
    await people.grant(both, people.Role.OPERATOR, edition=other, by=None)
    await sign_in(client, both)

    async def status(place: str) -> int:
        return (await client.get(f"/api/v1/{place}")).status_code

    assert await status(f"{edition.slug}/operator/people") == 403
    assert await status(f"{edition.slug}/grid") == 200
    assert await status(f"{other.slug}/operator/people") == 200


async def test_a_factor_goes_with_the_password_alone(client, hour) -> None:
    edition = await an_edition()
    owner = await with_password("filmmaker", edition=edition)
    await set_up(owner, edition, hour)
    await sign_in(client, owner)
    door = f"/api/v1/{edition.slug}/second-factor"

    wrong = await client.post(f"{door}/removal", json={"password": "another phrase of theirs"})
    stands = (await client.get(door)).json()["enrolled"]
    right = await client.post(f"{door}/removal", json={"password": PHRASE})

    assert (wrong.status_code, wrong.json()["codes"]) == (422, ["password:password_wrong"])
    assert (stands, right.status_code) == (True, 204)
    assert (await client.get(door)).json() == {
        "enrolled": False, "begun": False, "recovery": 0, "passkeys": 0,
    }


async def test_who_has_no_password_is_told_to_set_one_first(client, hour) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    await set_up(owner, edition, hour)
    await sign_in(client, owner)

    told = await client.post(f"/api/v1/{edition.slug}/second-factor/removal", json={"password": ""})

    assert told.json()["codes"] == ["password:password_needed"]
    assert await SecondFactor.exists().where(SecondFactor.person == owner.id)


async def test_new_recovery_codes_end_those_of_before(client, hour) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    secret, old = await set_up(owner, edition, hour)
    await sign_in(client, owner)

    made = await client.post(
        f"/api/v1/{edition.slug}/second-factor/recovery-codes", json={"code": code_of(secret, hour)}
    )

    assert len(set(made.json()["recovery_codes"]) - set(old)) == 10
    with pytest.raises(second_factor.Refused):
        await second_factor.check(owner, old[0], settings=Settings.read())
    await second_factor.check(owner, made.json()["recovery_codes"][0], settings=Settings.read())


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_browser_goes_from_password_to_code_to_where_it_came_for(client, hour, language) -> None:
    edition = await an_edition()
    owner = await with_password("filmmaker", edition=edition)
    secret, _ = await set_up(owner, edition, hour)
    base, wanted = f"/{language}/{edition.slug}", f"/{language}/{edition.slug}/submissions"
    door = await client.get(f"{base}/account/sign-in?next={wanted}")
    client.headers["x-csrf-token"] = re.search(r'name="_csrf"\s+value="(\w+)"', door.text)[1]

    asked = await client.post(
        f"{base}/account/sign-in", data={"email": owner.email, "password": PHRASE, "next": wanted}
    )
    half = re.search(r'name="half" value="([\w-]+)"', asked.text)[1]
    form = {"half": half, "next": wanted}
    wrong = await client.post(f"{base}/account/sign-in/code", data={**form, "code": "0"})
    right = await client.post(f"{base}/account/sign-in/code", data={**form, "code": code_of(secret, hour)})

    assert (asked.status_code, wrong.status_code) == (200, 422)
    assert half in wrong.text
    assert wanted in wrong.text
    assert (right.status_code, right.headers["location"]) == (303, wanted)


@pytest.mark.unit
def test_no_recovery_code_is_found_by_trying_and_those_of_before_still_count() -> None:
    assert len(second_factor.ALPHABET) ** second_factor.RECOVERY_LETTERS > 2**128
    assert second_factor.is_recovery_code("abcd-efgh-jkmn-pqrs")
    assert second_factor.is_recovery_code("-".join(["abcd"] * 7))
    assert not second_factor.is_recovery_code("123 456")


async def test_another_secret_of_the_house_reads_what_the_one_before_has_written(house, hour) -> None:
    edition = await an_edition()
    owner = await a_person("operator", edition=edition)
    secret, _ = await set_up(owner, edition, hour)
    before = Settings.read()
    both = msgspec.structs.replace(before, secret_key="another" * 9, old_secret_key=before.secret_key)
    alone = msgspec.structs.replace(both, old_secret_key="")

    with pytest.raises(Refused) as refused:
        await second_factor.check(owner, code_of(secret, hour), settings=alone)
    await second_factor.check(owner, code_of(secret, hour), settings=both)
    await second_factor.renew(both)
    hour.later()
    await second_factor.check(owner, code_of(secret, hour), settings=alone)

    assert refused.value.codes == ("code:factor_unreadable",)
    assert await second_factor.renew(both) == 0
    back = msgspec.structs.replace(before, old_secret_key=both.secret_key)
    assert await second_factor.renew(back) >= 1, "other tests find theirs as they left them"

"""A passkey opens the door to its owner alone, once for each question, at this house alone."""

import json
from datetime import timedelta

import msgspec
import pytest

from festival import passkeys, people, second_factor
from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.settings import Settings
from festival.tables import Passkey
from festival.viewers import viewer_for
from tests.api.test_second_factor import PHRASE, first_proof, quick, with_password  # noqa: F401
from tests.authenticator import Authenticator
from tests.builders import a_person, an_edition, sign_in


async def keyed(*parts: str, edition=None, counts: bool = True):
    """Somebody with a passkey, the passkey, and recovery codes."""
    edition = edition or await an_edition()
    owner = await with_password(*(parts or ("filmmaker",)), edition=edition)
    key = Authenticator(counts=counts)
    asked = await passkeys.options_to_add(owner, settings=Settings.read())
    codes = await passkeys.add(owner, key.made(asked), name="Téléphone", edition=edition, settings=Settings.read())
    return edition, owner, key, codes


async def question(client, edition, half: str = "") -> dict:
    client.headers.pop("x-csrf-token", None)
    told = await client.post(f"/api/v1/{edition.slug}/sessions/passkey/options", json={"half": half})
    assert told.status_code == 200, told.text
    return told.json()


async def come(client, edition, answer: dict, half: str = ""):
    client.headers.pop("x-csrf-token", None)
    return await client.post(
        f"/api/v1/{edition.slug}/sessions/passkey", json={"credential": answer, "half": half}
    )


async def test_a_passkey_opens_the_door_by_itself_and_no_answer_is_good_twice(client) -> None:
    edition, owner, key, _ = await keyed()
    answer = key.answer(await question(client, edition))

    first = await come(client, edition, answer)
    me = await client.get(f"/api/v1/{edition.slug}/me")
    client.cookies.clear()
    again = await come(client, edition, answer)

    assert (first.status_code, me.json()["email"]) == (200, owner.email)
    assert (again.status_code, again.json()["codes"]) == (422, ["passkey_late"])


LIES = {
    "another origin": {"origin": "http://localhost.evil.example:8000"},
    "the same host by another port": {"origin": "http://localhost:8001"},
    "without asking its person": {"verified": False},
    "in a frame of another site": {"framed": True},
    "a question that nobody asked": {"challenge": "A" * 75},
}


@pytest.mark.parametrize("lie", LIES)
async def test_what_was_signed_elsewhere_or_for_nothing_opens_nothing(client, lie: str) -> None:
    edition, _, key, _ = await keyed()

    told = await come(client, edition, key.answer(await question(client, edition), **LIES[lie]))

    assert (told.status_code, told.json()["codes"]) == (422, ["passkey_wrong"])


async def test_a_signature_of_another_key_or_over_something_else_opens_nothing(client) -> None:
    edition, _, key, _ = await keyed()
    forger = Authenticator()
    forger.id = key.id  # it knows how the passkey is called

    forged = await come(client, edition, forger.answer(await question(client, edition)))
    honest, other = [key.answer(await question(client, edition)) for _ in range(2)]
    honest["response"]["clientDataJSON"] = other["response"]["clientDataJSON"]
    swapped = await come(client, edition, honest)
    stranger = await come(client, edition, Authenticator().answer(await question(client, edition)))

    assert [one.json()["codes"] for one in (forged, swapped, stranger)] == [
        ["passkey_wrong"], ["passkey_wrong"], ["passkey_unknown"],
    ]  # fmt: skip


async def test_a_question_is_good_for_five_minutes(client, monkeypatch) -> None:
    edition, _, key, _ = await keyed()
    asked = await question(client, edition)
    monkeypatch.setattr(passkeys, "now", lambda: now() + passkeys.LASTS + timedelta(seconds=2))

    late = await come(client, edition, key.answer(asked))

    assert late.json()["codes"] == ["passkey_late"]


async def test_after_a_first_proof_only_ones_own_passkey_will_do_and_the_half_is_spent(client) -> None:
    edition, owner, key, _ = await keyed()
    _, _, other, _ = await keyed(edition=edition)
    first = await first_proof(client, edition, owner)
    half = first.json()["half"]
    asked = await question(client, edition, half)

    anothers = await come(client, edition, other.answer(asked), half)
    elsewhere = await come(client, edition, key.answer(asked))  # a question for a half is no other's
    own = await come(client, edition, key.answer(asked), half)
    client.cookies.clear()
    over = await client.post(f"/api/v1/{edition.slug}/sessions/passkey/options", json={"half": half})

    assert (first.json()["state"], len(asked["publicKey"]["allowCredentials"])) == ("code_needed", 1)
    assert anothers.json()["codes"] == ["passkey_of_another"]
    assert elsewhere.json()["codes"] == ["passkey_wrong"]
    assert (own.status_code, over.json()["codes"]) == (200, ["half_over"])


async def test_a_copied_passkey_is_seen_by_its_count_and_one_that_does_not_count_is_not(client) -> None:
    edition, _, key, _ = await keyed()
    assert (await come(client, edition, key.answer(await question(client, edition)))).status_code == 200
    client.cookies.clear()
    key.signed -= 1
    copied = await come(client, edition, key.answer(await question(client, edition)))
    _, _, plain, _ = await keyed(edition=edition, counts=False)

    opened = []
    for _ in range(2):
        client.cookies.clear()
        opened.append((await come(client, edition, plain.answer(await question(client, edition)))).status_code)

    assert (copied.json()["codes"], opened) == (["passkey_copied"], [200, 200])


async def test_the_first_one_ends_what_was_opened_without_it_and_brings_recovery_codes(client) -> None:
    edition = await an_edition()
    owner = await with_password("filmmaker", edition=edition)
    robot = await people.new_token_for(owner, edition=edition, name="robot", scopes={"entries"})
    await sign_in(client, owner)
    api = f"/api/v1/{edition.slug}"
    key = Authenticator()
    old = dict(client.cookies)

    made = await client.post(
        f"{api}/passkeys",
        json={"credential": key.made((await client.get(f"{api}/passkeys/options")).json()), "name": "Téléphone"},
    )  # fmt: skip
    mine = await client.get(f"{api}/passkeys")
    key_now = await client.get(f"{api}/me", headers={"authorization": f"Bearer {robot}"})
    client.cookies.clear()
    before = await client.get(f"{api}/me", headers={"cookie": f"session={old['session']}"})
    half = (await first_proof(client, edition, owner)).json()["half"]
    code = made.json()["recovery_codes"][0]
    saved = await client.post(f"{api}/sessions/code", json={"half": half, "code": code})

    assert (made.status_code, len(made.json()["recovery_codes"])) == (201, 10)
    assert [one["name"] for one in mine.json()] == ["Téléphone"]
    assert (before.status_code, key_now.status_code, saved.status_code) == (401, 401, 200)
    told = await rows("SELECT kind, body FROM letter WHERE person = {}", owner.id)
    assert [(one["kind"], "Téléphone" in one["body"]) for one in told] == [("passkey_added", True)]


async def test_no_device_is_added_twice_nor_with_what_was_asked_of_somebody_else(house) -> None:
    settings = Settings.read()
    edition, owner, key, _ = await keyed()
    _, other, _, _ = await keyed()
    asked = await passkeys.options_to_add(owner, settings=settings)
    told = []

    for person, answer in ((owner, key.made(asked)), (other, Authenticator().made(asked)),
                           (owner, Authenticator().made(asked, origin="https://evil.example")),
                           (owner, Authenticator().made(asked, verified=False))):  # fmt: skip
        with pytest.raises(Refused) as refused:
            await passkeys.add(person, answer, name="", edition=edition, settings=settings)
        told += refused.value.codes
    second = Authenticator().made(asked)
    codes = await passkeys.add(owner, second, name="Clé USB", edition=edition, settings=settings)

    assert told == ["passkey_known", "passkey_wrong", "passkey_wrong", "passkey_wrong"]
    assert len(asked["publicKey"]["excludeCredentials"]) == 1
    assert (codes, len(await passkeys.passkeys_of(owner.id))) == ([], 2)


async def test_the_last_second_factor_stays_where_a_part_asks_for_it(client) -> None:
    edition = await an_edition(second_factor_for=["reviewer"])
    _, owner, _, _ = await keyed("reviewer", edition=edition)
    held = await passkeys.passkeys_of(owner.id)
    assert (await viewer_for(owner.id, edition)).has("reviewer")
    await sign_in(client, owner)
    door = f"/api/v1/{edition.slug}/passkeys"

    stays = await client.delete(f"{door}/{held[0]['id']}")
    asked = (await client.get(f"{door}/options")).json()
    await client.post(door, json={"credential": Authenticator().made(asked), "name": "Autre"})
    goes = await client.delete(f"{door}/{held[0]['id']}")
    twice = await client.delete(f"{door}/{held[0]['id']}")

    assert (stays.status_code, stays.json()["codes"]) == (422, ["factor_last"])
    assert (goes.status_code, twice.status_code) == (204, 404)
    assert (await viewer_for(owner.id, edition)).has("reviewer")


async def test_nobody_names_or_removes_anothers_and_without_any_a_password_is_enough_again(client) -> None:
    edition, owner, _, _ = await keyed()
    _, _, _, _ = await keyed(edition=edition)
    theirs = await Passkey.objects().get(Passkey.person != owner.id)
    mine = await Passkey.objects().get(Passkey.person == owner.id)
    await sign_in(client, owner)
    door = f"/api/v1/{edition.slug}/passkeys"

    foreign = [
        (await client.put(f"{door}/{theirs.id}/name", json={"name": "à moi"})).status_code,
        (await client.delete(f"{door}/{theirs.id}")).status_code,
    ]
    named = await client.put(f"{door}/{mine.id}/name", json={"name": "Téléphone de Nora"})
    renewed = await client.post(f"{door}/recovery-codes")
    await client.delete(f"{door}/{mine.id}")
    told = await first_proof(client, edition, owner)

    assert (foreign, named.status_code, len(renewed.json()["recovery_codes"])) == ([404, 404], 204, 10)
    assert told.json()["state"] == "signed_in"
    assert await rows("SELECT id FROM recovery_code WHERE person = {}", owner.id) == []


async def test_what_a_thief_would_do_asks_a_passkey_as_well_as_a_password(client) -> None:
    edition, owner, key, _ = await keyed()
    _, _, other, _ = await keyed(edition=edition)
    await sign_in(client, owner)
    await rows("UPDATE session SET proved_at = now() - interval '1 hour' WHERE person = {} RETURNING id", owner.id)
    api, csrf = f"/api/v1/{edition.slug}", client.headers["x-csrf-token"]

    async def asked() -> dict:
        return (await client.post(f"{api}/sessions/passkey/options", json={})).json()

    stopped = await client.post(f"{api}/tokens", json={"name": "robot", "scopes": ["entries"]})
    page = await client.post(
        f"/fr/{edition.slug}/account/tokens", data={"name": "robot", "scopes": "entries", "_csrf": csrf}
    )
    wrong = await client.post(f"{api}/sessions/proof/passkey", json={"proof_credential": other.answer(await asked())})
    by_form = await client.post(
        f"/fr/{edition.slug}/account/proof/passkey?to=/fr/{edition.slug}/account/tokens",
        data={"name": "robot", "scopes": "entries", "_csrf": csrf, "proof_asked": "code passkey password",
              "proof_credential": json.dumps(key.answer(await asked()))},
    )  # fmt: skip
    done = await client.post(f"{api}/tokens", json={"name": "robot", "scopes": ["entries"]})

    assert (stopped.status_code, stopped.json()["passkey"]) == (403, True)
    assert 'value="robot"' in page.text.partition("account/proof/passkey")[2]
    assert (wrong.status_code, wrong.json()["codes"]) == (422, ["passkey_of_another"])
    assert (by_form.status_code, by_form.headers["location"]) == (307, f"/fr/{edition.slug}/account/tokens")
    assert done.status_code == 201


async def test_whoever_has_lost_a_passkey_and_has_no_password_proves_it_by_a_letter(client) -> None:
    edition, owner, _, _ = await keyed()
    await rows("UPDATE person SET password_hash = '' WHERE id = {} RETURNING id", owner.id)
    await sign_in(client, owner)
    await rows("UPDATE session SET proved_at = now() - interval '1 hour' WHERE person = {} RETURNING id", owner.id)

    page = await client.post(
        f"/fr/{edition.slug}/account/sessions/ending", data={"_csrf": client.headers["x-csrf-token"]}
    )

    assert page.status_code == 403
    assert {f'action="/fr/{edition.slug}/account/{one}"' in page.text for one in ("links", "proof")} == {True, False}


async def test_without_a_script_the_form_says_so_and_nothing_is_asked_of_the_house_that_it_cannot_read(client) -> None:
    edition = await an_edition()
    page = f"/fr/{edition.slug}/account/sign-in"
    drawn = await client.get(page)
    csrf = drawn.text.partition('name="_csrf" value="')[2].partition('"')[0]
    told = {}

    for credential in ("", "{", "[]", '{"id":"a","rawId":"b","response":{"clientDataJSON":"!"}}', "x" * 20_000):
        answer = await client.post(f"{page}/passkey", data={"credential": credential, "_csrf": csrf})
        told[credential[:2]] = answer.status_code
        said = answer.text.count("demandent que les scripts")
        assert said == (2 if credential == "" else 1)  # once beside the button, for whoever has no scripts

    assert "demandent que les scripts" in drawn.text
    assert set(told.values()) == {422}


def mangled(answer: dict):
    """Every answer that is cut short, or has one letter changed, at some places."""
    for part, text in answer["response"].items():
        for at in range(0, len(text), max(1, len(text) // 24)):
            for other in (text[:at], text[:at] + ("A" if text[at] != "A" else "_") + text[at + 1 :]):
                yield msgspec.json.decode(msgspec.json.encode(answer)) | {
                    "response": {**answer["response"], part: other}
                }


async def test_whatever_an_authenticator_says_is_a_refusal_and_never_a_fault(house) -> None:
    settings = Settings.read()
    edition, owner, key, _ = await keyed()
    asked = await passkeys.options_to_add(owner, settings=settings)
    coming = await passkeys.options_to_come(settings=settings)
    new = Authenticator()
    deep = new.made(asked)
    deep["response"]["attestationObject"] = "gYGB" * 2000
    codes, kept = set(), 0

    for answer in [*mangled(new.made(asked)), deep]:
        try:
            await passkeys.add(owner, answer, name="", edition=edition, settings=settings)
        except Refused as refused:
            codes |= set(refused.codes)
        else:
            kept += 1
            break  # a letter of the key itself: what it makes opens nothing to anybody
    for answer in mangled(key.answer(coming)):
        with pytest.raises(Refused) as refused:
            await passkeys.check(answer, settings=settings)
        codes |= set(refused.value.codes)

    assert codes <= {"passkey_wrong", "passkey_late"}
    assert kept <= 1


async def test_a_lost_one_is_taken_away_by_operators(house) -> None:
    edition, owner, _, _ = await keyed()
    operator = await a_person("operator", edition=edition)

    await second_factor.reset(owner, edition=edition, by=operator)

    assert not await people.has_second_factor(owner.id)
    assert await passkeys.passkeys_of(owner.id) == []


def test_the_house_is_known_by_its_own_name_and_never_by_figures() -> None:
    def at(url: str, mode: str = "production") -> tuple[str, str]:
        house = passkeys.house_of(Settings(public_url=url, mode=mode))
        return house.name, house.origin

    assert at("https://films.example.org") == ("films.example.org", "https://films.example.org")
    assert at("https://films.example.org:8443") == ("films.example.org", "https://films.example.org:8443")
    assert at("https://192.0.2.7") == ("", "")
    assert at("http://127.0.0.1:8000", "development") == ("localhost", "http://localhost:8000")

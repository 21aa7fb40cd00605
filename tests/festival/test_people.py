"""Keys end with the password that was feared for, and make no other key."""

import pytest
from argon2 import PasswordHasher

from festival import arrivals, people
from festival.db import rows
from festival.errors import Refused
from festival.settings import Settings
from festival.tables import Letter, Person, Role, RoleGrant
from tests.builders import a_person, an_edition, sign_in


async def a_key(person, edition) -> dict[str, str]:
    token = await people.new_token_for(person, edition=edition, name="robot", scopes={"entries"})
    return {"authorization": f"Bearer {token}"}


async def test_a_new_password_ends_every_key(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    key = await a_key(maker, edition)
    before = await client.get(f"/api/v1/{edition.slug}/me", headers=key)

    await people.set_password(maker, "une phrase assez longue")

    after = await client.get(f"/api/v1/{edition.slug}/me", headers=key)
    assert (before.status_code, after.status_code) == (200, 401)


@pytest.mark.parametrize("act", ["make", "revoke"])
async def test_a_key_makes_and_ends_no_other(client, act) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    key = await a_key(maker, edition)
    own = (await rows("SELECT id FROM token WHERE person = {}", maker.id))[0]["id"]
    tokens = f"/api/v1/{edition.slug}/tokens"

    answer = await (
        client.post(tokens, json={"name": "other", "scopes": ["entries"]}, headers=key)
        if act == "make"
        else client.delete(f"{tokens}/{own}", headers=key)
    )

    assert (answer.status_code, answer.json()["codes"]) == (403, ["sign_in_in_person"])
    assert await rows("SELECT revoked_at FROM token WHERE person = {}", maker.id) == [{"revoked_at": None}]


async def test_who_has_signed_in_makes_and_ends_a_key(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    await sign_in(client, maker)
    tokens = f"/api/v1/{edition.slug}/tokens"

    made = await client.post(tokens, json={"name": "robot", "scopes": ["entries"]})
    own = (await client.get(tokens)).json()[0]["id"]
    ended = await client.delete(f"{tokens}/{own}")

    assert (made.status_code, ended.status_code) == (201, 204)
    assert (await client.get(tokens)).json() == []


async def test_a_key_that_opens_nothing_is_refused_alike_at_both_doors(client) -> None:
    edition = await an_edition()
    await sign_in(client, await a_person("filmmaker", edition=edition))

    form = await client.post(f"/en/{edition.slug}/account/tokens", data={"name": "robot"})
    program = await client.post(f"/api/v1/{edition.slug}/tokens", json={"name": "robot", "scopes": []})

    assert (form.status_code, program.status_code) == (422, 422)
    assert program.json()["codes"] == ["scopes:scope_unknown"]
    assert "Choose at least one known right." in form.text
    assert 'value="robot"' in form.text
    assert 'id="f-scopes"' in form.text, "the summary's way to the field leads somewhere"
    assert 'id="e-scopes"' in form.text


async def test_a_link_that_opens_nothing_stays_unspent(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    link = await people.new_link(maker)

    with pytest.raises(Refused):
        await arrivals.key_by_link(
            link, edition=edition, name="robot", scopes={"everything"}, code="", settings=Settings.read()
        )

    assert await arrivals.owner_of_link(link) is not None


async def test_a_letter_to_an_address_says_nothing_that_a_stranger_wrote(client) -> None:
    edition = await an_edition()
    spam = "Buy stars at stars.example"
    email = f"unknown-{edition.id}@example.org"

    answer = await client.post(
        f"/api/v1/{edition.slug}/registration", json={"email": email, "name": spam}
    )

    newcomer = await people.by_email(email)
    letters = await Letter.objects().where(Letter.person == newcomer.id)
    assert answer.status_code == 202
    assert [spam in letter.body for letter in letters] == [False]


async def test_whoever_registers_an_address_is_not_its_owner_in_the_record(house) -> None:
    edition = await an_edition()
    known = await a_person("reviewer", edition=edition)

    await people.register(known.email, edition=edition, name="Somebody else")

    said = await rows(
        "SELECT person FROM record WHERE act = 'role_granted' AND subject = {} AND edition = {} ORDER BY id DESC LIMIT 1",
        known.id, edition.id,
    )  # fmt: skip
    parts = {role.part for role in await RoleGrant.objects().where(RoleGrant.person == known.id)}
    assert (said, parts) == ([{"person": ""}], {Role.REVIEWER.value, Role.FILMMAKER.value})


@pytest.mark.unit
@pytest.mark.parametrize(
    ("password", "is_easy"),
    [
        ("Cinéma-Space-27", True),
        ("festivalfilm2027", True),
        ("ada.lovelace", True),
        ("Adalovelace99", True),
        ("motdepasse123", True),
        ("une phrase assez longue", False),
        ("ada und die sieben berge", False),
        ("\N{CJK UNIFIED IDEOGRAPH-6620}" * 12, False),
    ],
)
def test_what_everybody_knows_of_somebody_is_no_password(password, is_easy) -> None:
    person = Person(email="ada.lovelace@example.org", name="Ada Lovelace")

    assert people.is_easy(password, person) is is_easy


@pytest.mark.parametrize("password", [
    "passwordpassword", "123456789012", "qwertyuiop123", "1q2w3e4r5t6y", "P@ssw0rd1234", "iloveyou1234",
    "superman1234", "abcdefghijkl", "aaaaaaaaaaaa", "trustno1trustno1", "letmeinletmein",
    "azertyuiop12", "motdepasse!!", "jetaimejetaime", "doudoudoudou", "marseille1306", "Chocolat2026!",
    "Étoile123456", "bonjourbonjour", "princesse2010", "Juillet2026!!", "administrateur1",
])  # fmt: skip
async def test_a_password_that_is_tried_first_is_refused_in_both_languages(house, password) -> None:
    maker = await a_person("filmmaker", edition=await an_edition())

    with pytest.raises(Refused) as told:
        await people.set_password(maker, password)

    assert told.value.codes in {("password:password_common",), ("password:password_easy",)}
    assert (await people.person(maker.id)).password_hash == ""


@pytest.mark.parametrize("password", [
    "une phrase assez longue", "lune et cuillère bleue", "correct horse battery", "tG7#kq9!Lw2z",
    "映画祭の夜に星を見る人たち",
])  # fmt: skip
async def test_a_phrase_or_chance_is_taken(house, password) -> None:
    maker = await a_person("filmmaker", edition=await an_edition())

    await people.set_password(maker, password)

    assert await people.is_password_of(maker, password)


async def test_a_password_is_long_of_any_signs_and_taken_just_as_it_was_typed(house) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    phrase = " Été \N{GRINNING FACE} " * 30

    with pytest.raises(Refused) as short:
        await people.set_password(maker, "onze signes")
    await people.set_password(maker, phrase)

    assert short.value.codes == ("password:password_short",)
    assert len(phrase) > 200
    assert await people.is_password_of(maker, phrase)
    for other in (phrase.strip(), phrase.lower(), phrase[:72], phrase[:-1]):
        assert not await people.is_password_of(maker, other)


async def test_a_hash_of_before_is_made_anew_when_its_password_is_known(house) -> None:
    maker = await a_person("filmmaker", edition=await an_edition())
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash("une phrase assez longue")
    await rows("UPDATE person SET password_hash = {} WHERE id = {} RETURNING id", weak, maker.id)

    with pytest.raises(Refused):
        await people.sign_in(maker.email, password="une autre phrase")
    kept = (await people.person(maker.id)).password_hash
    await people.sign_in(maker.email, password="une phrase assez longue")
    again = (await people.person(maker.id)).password_hash
    await people.sign_in(maker.email, password="une phrase assez longue")

    assert kept == weak
    assert not PasswordHasher().check_needs_rehash(again)
    assert (await people.person(maker.id)).password_hash == again

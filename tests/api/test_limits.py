"""Somebody who guesses is stopped; the owner of the account comes in, whatever was done before."""

import asyncio
import time

import httpx
import pytest
from argon2 import PasswordHasher

from api import limits
from festival import people
from festival.db import rows
from festival.letters import key_of
from festival.settings import Settings
from tests.builders import a_person, an_edition

PHRASE = "une phrase assez longue"


def be_quick(monkeypatch) -> None:
    """The same doors with short turns and a cheap hash."""
    monkeypatch.setattr(limits, "THROTTLE_SECONDS", 0.01)
    monkeypatch.setattr(limits, "ANSWER_SECONDS", 0.01)
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(people, "_hasher", cheap)
    monkeypatch.setattr(people, "_NOBODY", cheap.hash("nobody has this password"))


@pytest.fixture(autouse=True)
def quick_turns(monkeypatch) -> None:
    be_quick(monkeypatch)


def browser(app, peer: str, **headers: str) -> httpx.AsyncClient:
    """Somebody who asks from this address."""
    transport = httpx.ASGITransport(app=app, client=(peer, 40000))
    return httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1:8000", headers=headers
    )


async def an_owner(edition):
    owner = await a_person("filmmaker", edition=edition)
    await people.set_password(owner, PHRASE)
    return owner


async def attempt(app, edition, email: str, password: str, *, peer: str) -> int:
    async with browser(app, peer) as guest:
        answer = await guest.post(
            f"/api/v1/{edition.slug}/sessions", json={"email": email, "password": password}
        )
    return answer.status_code


async def ask(app, edition, email: str, *, peer: str) -> int:
    async with browser(app, peer) as guest:
        answer = await guest.post(f"/api/v1/{edition.slug}/links", json={"email": email})
    return answer.status_code


async def links_for(person) -> list[str]:
    letters = await rows(
        "SELECT id FROM letter WHERE person = {} AND kind = 'sign_in' ORDER BY created_at", person.id
    )
    return [key_of(row["id"], Settings.read()) for row in letters]


async def test_a_guesser_is_stopped_and_the_owner_comes_in_from_the_same_address(app, house) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)

    guesses = [await attempt(app, edition, owner.email, "wrong", peer="203.0.113.9") for _ in range(12)]

    assert guesses == [422] * 10 + [429] * 2
    assert await attempt(app, edition, owner.email, PHRASE, peer="203.0.113.9") == 200
    assert await attempt(app, edition, owner.email, PHRASE, peer="192.0.2.4") == 200


async def test_right_passwords_are_never_too_many(app, house) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)

    entered = [await attempt(app, edition, owner.email, PHRASE, peer="203.0.113.8") for _ in range(12)]

    assert entered == [200] * 12


async def test_guesses_at_others_shut_nobody_out_behind_the_same_address(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_PER_PEER", 5)
    edition = await an_edition()
    owner = await an_owner(edition)

    guesses = [
        await attempt(app, edition, f"nobody{n}@example.org", "wrong", peer="203.0.113.7")
        for n in range(7)
    ]

    assert guesses == [422] * 5 + [429] * 2
    assert await attempt(app, edition, owner.email, PHRASE, peer="203.0.113.7") == 200


async def test_guesses_from_everywhere_are_bounded_and_the_owner_comes_in(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_PER_ACCOUNT", 5)
    edition = await an_edition()
    owner = await an_owner(edition)

    guesses = [
        await attempt(app, edition, owner.email, "wrong", peer=f"198.51.100.{n}") for n in range(7)
    ]

    assert guesses == [422] * 5 + [429] * 2
    assert await attempt(app, edition, owner.email, PHRASE, peer="198.51.100.200") == 200


async def test_beyond_the_limit_guesses_take_turns(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "THROTTLE_SECONDS", 0.3)
    monkeypatch.setattr(limits, "MOST_PER_ACCOUNT", 0)
    edition = await an_edition()
    owner = await an_owner(edition)
    began = time.monotonic()

    told = await asyncio.gather(*(
        attempt(app, edition, owner.email, "wrong", peer=f"198.51.100.{n}") for n in range(4)
    ))

    assert told == [429] * 4
    assert time.monotonic() - began >= 4 * 0.3


async def test_a_crowd_of_guesses_is_not_looked_at(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_PER_ACCOUNT", 0)
    monkeypatch.setattr(limits, "MOST_WAITING", 2)
    looked: list[str] = []
    edition = await an_edition()
    owner = await an_owner(edition)
    really = people.sign_in

    async def counted(email: str, *, password: str):
        looked.append(email)
        for _ in range(2000):  # until the others have been sent away: they come at once, however slow the machine
            if sum(guess.done() for guess in guesses) >= 6:
                break
            await asyncio.sleep(0.01)
        return await really(email, password=password)

    monkeypatch.setattr(people, "sign_in", counted)

    guesses = [
        asyncio.create_task(attempt(app, edition, owner.email, "wrong", peer=f"198.51.100.{n}")) for n in range(8)
    ]
    told = await asyncio.gather(*guesses)

    assert (told, len(looked)) == ([429] * 8, 2)


async def test_a_browser_that_was_here_before_waits_for_no_stranger(app, house, monkeypatch) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)
    place = f"/api/v1/{edition.slug}/sessions"
    async with browser(app, "192.0.2.4") as own:
        await own.post(place, json={"email": owner.email, "password": PHRASE})
        monkeypatch.setattr(limits, "MOST_PER_ACCOUNT", 0)
        monkeypatch.setattr(limits, "MOST_WAITING", 0)  # strangers fill every place

        stranger = await attempt(app, edition, owner.email, PHRASE, peer="192.0.2.5")
        monkeypatch.setattr(limits, "MOST_WAITING", 1)
        own.cookies.delete("session")
        again = await own.post(place, json={"email": owner.email, "password": PHRASE})
        own.cookies.delete("session")
        wrong = [
            (await own.post(place, json={"email": owner.email, "password": "wrong"})).status_code
            for _ in range(11)
        ]

    assert (stranger, again.status_code) == (429, 200)
    assert wrong == [422] * 10 + [429]


async def test_a_right_link_passes_whatever_was_tried_before_it(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_PER_PEER", 5)
    edition = await an_edition()
    token = await people.new_link(await an_owner(edition))
    place = f"/api/v1/{edition.slug}/links"

    async with browser(app, "203.0.113.6") as guest:
        wrong = [(await guest.post(f"{place}/none{n}", json={})).status_code for n in range(7)]
        right = await guest.post(f"{place}/{token}", json={})

    assert (wrong, right.status_code) == ([422] * 5 + [429] * 2, 200)


async def test_strangers_who_ask_for_letters_neither_fill_a_mailbox_nor_keep_its_owner_out(app, house) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)

    asked = [await ask(app, edition, owner.email, peer=f"198.51.100.{n}") for n in range(12)]
    asked += [await ask(app, edition, owner.email, peer="192.0.2.4")]

    links = await links_for(owner)
    assert asked == [202] * 13
    assert len(links) == people.LETTERS_A_DAY
    async with browser(app, "192.0.2.4") as own:
        entered = await own.post(f"/api/v1/{edition.slug}/links/{links[-1]}", json={})
    assert entered.status_code == 200


async def test_a_neighbour_who_asked_for_many_letters_keeps_nobody_out(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "MOST_LINK_REQUESTS", 3)
    edition = await an_edition()
    owner = await an_owner(edition)

    asked = [await ask(app, edition, f"nobody{n}@example.org", peer="203.0.113.5") for n in range(5)]
    mine = await ask(app, edition, owner.email, peer="203.0.113.5")
    monkeypatch.setattr(limits, "MOST_WAITING", 0)
    crowded = await ask(app, edition, owner.email, peer="203.0.113.5")

    assert (asked, mine, crowded) == ([202] * 5, 202, 429)
    assert len(await links_for(owner)) == 1


async def test_twenty_who_ask_at_once_cause_no_more_letters(app, house) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)

    await asyncio.gather(*(ask(app, edition, owner.email, peer=f"198.51.100.{n}") for n in range(20)))

    assert len(await links_for(owner)) == people.LETTERS_A_DAY


async def test_whoever_has_used_the_link_gets_another(app, house) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)
    for n in range(5):
        await ask(app, edition, owner.email, peer=f"198.51.100.{n}")
    await people.use_link((await links_for(owner))[0])

    await ask(app, edition, owner.email, peer="192.0.2.4")

    assert len(await links_for(owner)) == people.LETTERS_A_DAY + 1


async def test_when_the_last_link_grows_old_another_letter_goes_out(app, house) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)
    for n in range(5):
        await ask(app, edition, owner.email, peer=f"198.51.100.{n}")
    await rows("UPDATE link SET expires_at = now() WHERE person = {} RETURNING id", owner.id)

    for n in range(5):
        await ask(app, edition, owner.email, peer=f"198.51.100.{n}")

    assert len(await links_for(owner)) == people.LETTERS_A_DAY + 1


async def test_registering_a_known_address_again_and_again_fills_no_mailbox(app, house) -> None:
    edition = await an_edition()
    owner = await an_owner(edition)

    for n in range(6):
        async with browser(app, f"198.51.100.{n}") as guest:
            answer = await guest.post(
                f"/api/v1/{edition.slug}/registration", json={"email": owner.email, "name": "Ada"}
            )
            assert answer.status_code == 202

    assert len(await links_for(owner)) == people.LETTERS_A_DAY


async def test_known_and_unknown_addresses_are_answered_alike(app, house, monkeypatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_SECONDS", 0.5)
    edition = await an_edition()
    owner = await an_owner(edition)

    async def told(email: str) -> tuple[int, bytes, bool]:
        async with browser(app, "192.0.2.77") as guest:
            began = time.monotonic()
            answer = await guest.post(f"/api/v1/{edition.slug}/links", json={"email": email})
        return answer.status_code, answer.content, time.monotonic() - began >= 0.5

    assert await told(owner.email) == await told(f"no.{owner.email}") == (202, b'{"state":"letter_sent"}', True)

"""Somebody who guesses is stopped; the owner of the account still comes in."""

import httpx

from festival import people
from tests.builders import a_person, an_edition

PHRASE = "une phrase assez longue"


async def knock(app, edition, email: str, password: str, *, peer: str, said: str = "") -> int:
    transport = httpx.ASGITransport(app=app, client=(peer, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as browser:
        answer = await browser.post(
            f"/api/v1/{edition.slug}/sessions", json={"email": email, "password": password},
            headers={"x-forwarded-for": said} if said else {},
        )  # fmt: skip
    return answer.status_code


async def test_a_stranger_who_guesses_does_not_lock_the_owner_out(app, house) -> None:
    edition = await an_edition()
    owner = await a_person("filmmaker", edition=edition)
    await people.set_password(owner, PHRASE)

    guesses = [
        await knock(app, edition, owner.email, "wrong", peer="203.0.113.9", said=f"198.51.100.{n}")
        for n in range(12)
    ]

    assert guesses == [422] * 10 + [429] * 2
    assert await knock(app, edition, owner.email, PHRASE, peer="203.0.113.9") == 429
    assert await knock(app, edition, owner.email, PHRASE, peer="192.0.2.4") == 200

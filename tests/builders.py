"""Small worlds for tests: each names only what matters to it."""

from datetime import date, datetime, timedelta
from typing import Any

import httpx

from api.auth import viewer_for
from festival import people
from festival.access import Viewer
from festival.clock import now
from festival.sessions import open_session
from festival.tables import Edition, Part, Person, Section, new_id


async def an_edition(**given: Any) -> Edition:
    """Three days in Cannes, open for entries, with two sections: C and S."""
    edition = Edition(
        **{
            "slug": f"t{new_id()[:10]}",
            "name": "Cinéma for Space",
            "first_day": date(2027, 11, 26),
            "deadline_at": now() + timedelta(days=30),
            "policy": "demo",
            "is_current": False,
            **given,
        }
    )
    await edition.save()
    for letter, fr, en in [("C", "Compétition", "Competition"), ("S", "Courts", "Shorts")]:
        await Section(edition=edition.id, letter=letter, name_fr=fr, name_en=en).save()
    return edition


async def a_section(edition: Edition, letter: str = "C") -> Section:
    found = await Section.objects().get(
        (Section.edition == edition.id) & (Section.letter == letter)
    )
    assert found is not None
    return found


async def a_person(
    *parts: str, edition: Edition, name: str = "Ada", sections: list[str] | None = None
) -> Person:
    person = await people.meet(f"{name.lower()}.{new_id()[:8]}@example.org", name=name)
    for part in parts:
        await people.grant(person, Part(part), edition=edition, by=None, sections=sections)
    return person


async def the_viewer(person: Person, edition: Edition) -> Viewer:
    return await viewer_for(person.id, edition)


async def sign_in(client: httpx.AsyncClient, person: Person) -> None:
    """From here on the client is this person's browser, with the proof that our page asks for."""
    import hashlib
    import hmac

    from festival.settings import Settings

    token = await open_session(person)
    client.cookies.set("session", token)
    key = Settings.read().secret_key.encode()
    client.headers["x-csrf-token"] = hmac.new(
        key, f"csrf:{token}".encode(), hashlib.sha256
    ).hexdigest()


def paris(text: str) -> datetime:
    """`2027-11-26 18:30` as a programmer says it."""
    from festival.clock import PARIS

    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=PARIS)

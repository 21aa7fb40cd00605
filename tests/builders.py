"""Small worlds for tests: each names only what matters to it."""

import asyncio
import json
from datetime import date, datetime, timedelta
from typing import Any

import httpx
from lxml import html

from festival import people
from festival.access import Viewer
from festival.clock import now
from festival.db import rows
from festival.sessions import open_session
from festival.settings import Settings
from festival.tables import Edition, Person, Role, Section, new_id
from festival.viewers import viewer_for
from media.storage import LocalStore
from submissions.tables import Film, FilmFile, Member, Submission

SEGMENTS = ("v240/seg_00000.m4s", "v240/seg_00001.m4s")


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
        await Section(edition=edition.id, letter=letter, names={"fr": fr, "en": en}).save()
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
        await people.grant(person, Role(part), edition=edition, by=None, sections=sections)
    return person


async def the_viewer(person: Person, edition: Edition) -> Viewer:
    return await viewer_for(person.id, edition)


async def sign_in(client: httpx.AsyncClient, person: Person) -> None:
    """From here on the client is this person's browser, with the proof that our page asks for."""
    import hashlib
    import hmac

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


async def a_film(
    edition: Edition,
    maker: Person,
    *,
    title: str = "Nuit claire",
    title_en: str = "",
    section: str = "C",
    status: str = "submitted",
    file: str = "released",
    pending: str | None = None,
) -> tuple[str, str]:
    """(submission, file): an entry as it would stand, with a copy of a few bytes on the disk:
    two segments of half a minute each.
    """
    film = Film(title=title, titles={"en": title_en or title}, director="Ada", directors=["Ada"],
                synopses={"fr": title * 3, "en": title * 3}, year=2026, countries=["FR"], languages=["fr"],
                declared_seconds=60, premiere="none")
    await film.save()
    submission = Submission(edition=edition.id, film=film.id, status=status, pending=pending,
                            section=(await a_section(edition, section)).id, rights_confirmed=True)
    await submission.save()
    await Member(submission=submission.id, person=maker.id).save()
    made = FilmFile(submission=submission.id, state=file, name=f"{title}.mp4", size=9,
                    facts=json.dumps({"duration": 60.0}), verdict=json.dumps({"outcome": "sound"}))
    await made.save()
    store = LocalStore(Settings.read().media_root)
    folder = store.work_folder(made.id)
    (folder / "v240").mkdir()
    for name in ("poster.jpg", "poster-1.jpg", "sprite.jpg", "main.m3u8", "master.m3u8", *SEGMENTS):
        (folder / name).write_bytes(b"published")
    (folder / "v240" / "playlist.m3u8").write_text(
        "".join(f"#EXTINF:30.000000,\n{name.partition('/')[2]}\n" for name in SEGMENTS)
    )
    store.publish(folder, made.id)
    return submission.id, made.id


async def has_seen(person: Person, file: str, share: float = 1.0, *, of: float = 60.0) -> None:
    """Somebody who watched from the beginning, earlier; as the house would know it by now."""
    await rows(
        """INSERT INTO viewing (id, submission, file, person, ranges, seconds, position, started_at)
           SELECT {}, submission, id, {}, {}::jsonb, {}, {}, now() - interval '1 day'
           FROM film_file WHERE id = {}
           ON CONFLICT (file, person) DO UPDATE
             SET ranges = excluded.ranges, seconds = excluded.seconds RETURNING id""",
        new_id(), person.id, json.dumps([[0, share * of]]), share * of, share * of, file,
    )  # fmt: skip


async def until_it_waits(task: asyncio.Task[Any]) -> None:
    """Until the task waits for a lock in the database, or has ended."""
    while not task.done():
        if await rows("SELECT 1 AS one FROM pg_locks WHERE NOT granted"):
            return
        await asyncio.sleep(0.01)


def led_to(page: str) -> list[str]:
    """Where the links of a refused form's summary lead: the address of the form of each field."""
    drawn = html.fromstring(page)
    ways = drawn.xpath("//div[contains(@class, 'summary')]//a/@href")
    return ["".join(drawn.xpath(f"//*[@id='{way[1:]}']/ancestor::form/@action")) for way in ways]

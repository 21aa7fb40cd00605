"""Session rows: the cookie carries a token, the row its hash; a wiped Redis signs nobody out."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Missing
from festival.tables import Person, Session

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=5)


def new_token() -> str:
    """256 bits from the system's source."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(person: Person | None, *, place: str = "", browser: str = "") -> str:
    """Begin a session and return its token, which is never stored.

    `place` and `browser` are what its owner may know it by later, and roughly so.
    """
    token = new_token()
    await Session.insert(
        Session(
            id=digest(token),
            person=None if person is None else person.id,
            content={"place": place, "browser": browser},
            expires_at=now() + LONGEST,
        )
    )
    return token


async def fresh_session(person: Person, *, instead_of: str, place: str, browser: str) -> str:
    """A session of its own at every sign-in; the one that this browser had before ends."""
    async with transaction():
        await end_session(instead_of)
        return await open_session(person, place=place, browser=browser)


async def session_of(token: str) -> dict[str, Any] | None:
    """The live session of a token; idle or ended ones are none.

    When its person was seen last outlives it, and is written every few minutes alone: nobody waits
    for it, and whoever holds the row just now is no hindrance.
    """
    selected = await rows(
        """WITH live AS (
             UPDATE session SET seen_at = now()
             WHERE id = {} AND expires_at > now() AND seen_at > now() - {}::interval
             RETURNING id, person, content),
           seen AS (
             UPDATE person SET seen_at = now() WHERE id = (
               SELECT p.id FROM person p JOIN live ON p.id = live.person
               WHERE p.seen_at IS NULL OR p.seen_at < now() - {}::interval
               FOR NO KEY UPDATE OF p SKIP LOCKED))
           SELECT id, person, content FROM live""",
        digest(token),
        IDLE,
        SEEN_EVERY,
    )
    return selected[0] if selected else None


async def end_session(token: str) -> None:
    await Session.delete().where(Session.id == digest(token))


async def sessions_of(person_id: str, *, token: str) -> list[dict[str, Any]]:
    """Where somebody is signed in, the latest first: `id`, `place`, `browser`, `is_this`, times.

    The id is the beginning of the row's own, which is a hash: it opens nothing.
    """
    return await rows(
        """SELECT left(id, 16) AS id, content->>'place' AS place, content->>'browser' AS browser,
             created_at, seen_at, id = {} AS is_this
           FROM session WHERE person = {} AND expires_at > now()
             AND seen_at > now() - {}::interval ORDER BY seen_at DESC""",
        digest(token),
        person_id,
        IDLE,
    )


async def end_one_session(person: Person, session_id: str) -> None:
    gone = await rows(
        "DELETE FROM session WHERE person = {} AND left(id, 16) = {} RETURNING id",
        person.id,
        session_id,
    )
    if not gone:
        raise Missing("session_missing")


async def end_all_sessions(person: Person) -> None:
    """A changed password or a lost right takes effect everywhere at once."""
    await Session.delete().where(Session.person == person.id)

"""Session rows: the cookie carries a token, the row its hash; a wiped Redis signs nobody out."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from festival.clock import now
from festival.db import rows
from festival.tables import Person, Session

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)


def new_token() -> str:
    """256 bits from the system's source."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(person: Person | None) -> str:
    """Begin a session and return its token, which is never stored."""
    token = new_token()
    await Session.insert(
        Session(
            id=digest(token),
            person=None if person is None else person.id,
            expires_at=now() + LONGEST,
        )
    )
    return token


async def session_of(token: str) -> dict[str, Any] | None:
    """The live session of a token; idle or ended ones are none."""
    found = await rows(
        """UPDATE session SET seen_at = now()
           WHERE id = {} AND expires_at > now() AND seen_at > now() - {}::interval
           RETURNING id, person, content""",
        digest(token),
        IDLE,
    )
    return found[0] if found else None


async def end_session(token: str) -> None:
    await Session.delete().where(Session.id == digest(token))


async def end_all_sessions(person: Person) -> None:
    """A changed password or a lost right takes effect everywhere at once."""
    await Session.delete().where(Session.person == person.id)

"""Session rows: the cookie carries a token, the row its hash; a wiped Redis signs nobody out."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec

from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Missing
from festival.tables import Person, Session

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=5)
PROOF_LASTS = timedelta(minutes=15)


class Proof(msgspec.Struct, frozen=True):
    """When the person of a session last proved who they are, and how: `password`, `link` or `passkey`."""

    at: datetime
    way: str = ""

    @property
    def is_fresh(self) -> bool:
        return self.at > now() - PROOF_LASTS

    @property
    def is_by_fresh_link(self) -> bool:
        """Whoever has lost a password comes in by a link, and sets another."""
        return self.is_fresh and self.way == "link"


def new_token() -> str:
    """256 bits from the system's source."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def open_session(
    person: Person | None, *, place: str = "", browser: str = "", proof: Proof | None = None
) -> str:
    """Begin a session and return its token, which is never stored.

    `place` and `browser` are what its owner may know it by later, and roughly so; `proof` is what it
    rests on: one of this moment, unless it takes the place of another session.
    """
    token = new_token()
    proof = proof or Proof(now())
    await Session.insert(
        Session(
            id=digest(token),
            person=None if person is None else person.id,
            content={"place": place, "browser": browser},
            proved_at=proof.at,
            proved_by=proof.way,
            expires_at=now() + LONGEST,
        )
    )
    return token


async def fresh_session(
    person: Person, *, instead_of: str, place: str, browser: str, proof: Proof
) -> str:
    """A session of its own at every sign-in; the one that this browser had before ends."""
    async with transaction():
        await end_session(instead_of)
        return await open_session(person, place=place, browser=browser, proof=proof)


async def proof_of(token: str) -> Proof:
    """What a session rests on; of one that has ended, a proof that is long over."""
    found = await rows(
        "SELECT proved_at AS at, proved_by AS way FROM session WHERE id = {}", digest(token)
    )
    return Proof(**found[0]) if found else Proof(now() - LONGEST)


async def prove_again(token: str, *, way: str = "password") -> None:
    """The password was given once more, with the code where there is one; or a passkey has answered."""
    await Session.update({Session.proved_at: now(), Session.proved_by: way}).where(
        Session.id == digest(token)
    )


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

"""How often somebody may knock: by account and by the socket's peer, never by a forged header.

A stranger who guesses at a password is stopped long before its owner, who knocks from elsewhere;
and the link by letter is another door. Counted in PostgreSQL, so that a wiped Redis opens no door.
"""

import hashlib
from typing import Any

from litestar import Request
from litestar.exceptions import TooManyRequestsException

from api.auth import settings_of
from festival.db import rows
from festival.people import email_key

WINDOW_SECONDS = 600
BY_ACCOUNT = 10
GUESSES = 100  # at one password, from everywhere
BY_PEER = 300


async def limited(request: Request[Any, Any, Any], what: str, account: str) -> None:
    """Count one knock; beyond the limit answer 429 and when to come back."""
    await _count(f"{what}:peer:{peer(request)}", BY_PEER)
    if account:
        key, guessed = email_key(account), what == "password"
        await _count(f"{what}:account:{key}:{peer(request)}", BY_ACCOUNT)
        await _count(f"{what}:account:{key}", GUESSES if guessed else BY_ACCOUNT)


def peer(request: Request[Any, Any, Any]) -> str:
    """The socket's other end; the proxy that we run ourselves may speak for somebody."""
    host = request.client.host if request.client else "local"
    if host == settings_of(request).trusted_proxy:
        return request.headers.get("x-forwarded-for", host).split(",")[-1].strip()
    return host


async def _count(knock: str, most: int) -> None:
    found = await rows(
        f"""INSERT INTO knock (id, since, times) VALUES ({{}}, now(), 1)
            ON CONFLICT (id) DO UPDATE SET
              times = CASE WHEN knock.since < now() - interval '{WINDOW_SECONDS} seconds'
                           THEN 1 ELSE knock.times + 1 END,
              since = CASE WHEN knock.since < now() - interval '{WINDOW_SECONDS} seconds'
                           THEN now() ELSE knock.since END
            RETURNING times""",
        hashlib.sha256(knock.encode()).hexdigest(),
    )
    if found[0]["times"] > most:
        raise TooManyRequestsException("too_many", headers={"retry-after": str(WINDOW_SECONDS)})

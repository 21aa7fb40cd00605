"""How often somebody may guess, and how many letters strangers may cause.

Only what is wrong counts: a right password or link passes whatever anybody did before it.
After too many wrong ones the guesser is told so, and each further guess is looked at only in its
turn, one at a time: guessing is slow, its victim comes in. A browser in which the person was
signed in before has a count of its own, so that no stranger is ever in its way.
Counted in PostgreSQL, so that a wiped Redis opens no door.
"""

import asyncio
import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie
from litestar.exceptions import TooManyRequestsException

from api.auth import settings_of
from api.believed import neighbourhood
from festival import people
from festival.db import rows
from festival.errors import Refused
from festival.settings import Settings
from festival.tables import Person

AnyRequest = Request[Any, Any, Any]
WINDOW_SECONDS = 600
BY_PAIR = 10  # wrong passwords for one account from one address
BY_ACCOUNT = 100  # for one account, from everywhere
BY_PEER = 300  # from one address, for all accounts
NEWCOMERS = 60  # accounts opened from one address
ASKED = 300  # links asked for from one address before each waits for its turn
PACE = 2.0  # seconds before a guess beyond the limit is looked at
MOST_WAITING = 20  # guesses that may wait for one turn
SLOWEST = 0.3  # seconds: known and unknown addresses are answered alike
REMEMBERED = 365 * 24 * 3600


class Turns:
    """One at a time for each name; whoever finds too many waiting is sent away."""

    def __init__(self) -> None:
        self.locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.waiting: Counter[str] = Counter()

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        if self.waiting[name] >= MOST_WAITING:
            raise too_many()
        self.waiting[name] += 1
        try:
            async with self.locks[name]:
                yield
        finally:
            self.waiting[name] -= 1
            if not self.waiting[name]:
                del self.waiting[name], self.locks[name]


_turns = Turns()


def too_many() -> TooManyRequestsException:
    return TooManyRequestsException("too_many", headers={"retry-after": str(WINDOW_SECONDS)})


async def by_password(request: AnyRequest, email: str, password: str) -> Person:
    """Who signs in; a wrong password counts against guesser and account, a right one never does."""
    lane, counts = await _counts_of(request, people.email_key(email))
    async with _turns.turn(next(iter(counts))):
        if not await _is_over(counts):
            return await _tried(email, password, counts)
    async with _turns.turn(lane):
        await asyncio.sleep(PACE)
        try:
            return await _tried(email, password, counts)
        except Refused:
            raise too_many() from None


async def _tried(email: str, password: str, counts: dict[str, int]) -> Person:
    try:
        return await people.sign_in(email, password=password)
    except Refused:
        for name in counts:
            await _count(name)
        raise


async def _counts_of(request: AnyRequest, account: str) -> tuple[str, dict[str, int]]:
    """Where guesses wait for their turn, and what a wrong one counts against, and how often."""
    if await is_remembered(request, account):
        browser = f"password:browser:{request.cookies[cookie_name(request)]}"
        return f"late:{browser}", {browser: BY_PAIR}
    peer = neighbourhood(request)
    return f"late:{account}", {
        f"password:{account}:{peer}": BY_PAIR,
        f"password:{account}": BY_ACCOUNT,
        f"password:{peer}": BY_PEER,
    }


@asynccontextmanager
async def by_link(request: AnyRequest) -> AsyncIterator[None]:
    """Around the act that spends a link, so that the count of wrong ones outlives the act."""
    try:
        yield
    except Refused as error:
        wrong = "link_spent" in error.codes
        if wrong and await _count(f"link_use:{neighbourhood(request)}") > BY_PEER:
            raise too_many() from None
        raise


async def by_newcomer(request: AnyRequest) -> None:
    """So many accounts from one address; the address that is entered does not matter."""
    if await _count(f"registration:{neighbourhood(request)}") > NEWCOMERS:
        raise too_many()


async def by_asker(request: AnyRequest, email: str) -> None:
    """So many letters asked for from one address, and beyond them one at a time: a neighbour who
    asked for many keeps nobody out. Who was here before does not wait.
    """
    if await is_remembered(request, people.email_key(email)):
        return
    peer = neighbourhood(request)
    if await _count(f"link:{peer}") > ASKED:
        async with _turns.turn(f"link:{peer}"):
            await asyncio.sleep(PACE)


@asynccontextmanager
async def unhurried() -> AsyncIterator[None]:
    """The time that an answer takes tells nobody which address is known."""
    ends = asyncio.get_running_loop().time() + SLOWEST
    yield
    await asyncio.sleep(max(ends - asyncio.get_running_loop().time(), 0))


def cookie_name(request: AnyRequest) -> str:
    return "__Host-known" if settings_of(request).public_url.startswith("https") else "known"


def remembering(person: Person, *, settings: Settings) -> Cookie:
    """This browser has been this person's; it opens nothing, and ends with the password."""
    https = settings.public_url.startswith("https")
    return Cookie(
        key="__Host-known" if https else "known",
        value=_mark(person, settings),
        httponly=True,
        secure=https,
        samesite="lax",
        path="/",
        max_age=REMEMBERED,
    )


def _mark(person: Person, settings: Settings) -> str:
    said = f"known:{person.id}:{person.password_hash}".encode()
    return hmac.new(settings.secret_key.encode(), said, hashlib.sha256).hexdigest()


async def is_remembered(request: AnyRequest, account: str) -> bool:
    given = request.cookies.get(cookie_name(request), "")
    known = await people.by_email(account) if given else None
    return known is not None and hmac.compare_digest(
        given.encode(), _mark(known, settings_of(request)).encode()
    )


async def _is_over(counts: dict[str, int]) -> bool:
    found = await rows(
        f"""SELECT id, times FROM knock WHERE id = ANY({{}})
            AND since > now() - interval '{WINDOW_SECONDS} seconds'""",
        [_hashed(name) for name in counts],
    )
    times = {row["id"]: row["times"] for row in found}
    return any(times.get(_hashed(name), 0) >= most for name, most in counts.items())


async def _count(name: str) -> int:
    """One more in this window; how many there are."""
    found = await rows(
        f"""INSERT INTO knock (id, since, times) VALUES ({{}}, now(), 1)
            ON CONFLICT (id) DO UPDATE SET
              times = CASE WHEN knock.since < now() - interval '{WINDOW_SECONDS} seconds'
                           THEN 1 ELSE knock.times + 1 END,
              since = CASE WHEN knock.since < now() - interval '{WINDOW_SECONDS} seconds'
                           THEN now() ELSE knock.since END
            RETURNING times""",
        _hashed(name),
    )
    return int(found[0]["times"])


def _hashed(name: str) -> str:
    """No address is kept."""
    return hashlib.sha256(name.encode()).hexdigest()

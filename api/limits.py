"""Rate limits: how often somebody may guess, and how many letters strangers may cause.

Only what is wrong counts: a right password or link passes whatever anybody did before it.
After too many wrong ones the guesser is told so, and each further guess is looked at only in its
turn, one at a time: guessing is slow, its victim comes in. A browser in which the person was
signed in before has a count of its own, so that no stranger is ever in its way.
"""

import asyncio
import hashlib
import hmac
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from litestar.datastructures import Cookie
from litestar.exceptions import TooManyRequestsException

from api.auth import settings_of
from api.believed import neighbourhood
from api.request import AnyRequest
from festival import people, rates
from festival.errors import Refused
from festival.second_factor import is_recovery_code
from festival.settings import Settings
from festival.tables import Person

log = logging.getLogger("door")

MOST_PER_ACCOUNT_AND_PEER = 10  # wrong passwords for one account from one address
MOST_PER_ACCOUNT = 100  # for one account, from everywhere
MOST_PER_PEER = 300  # from one address, for all accounts
MOST_CODES = 10  # waiver codes that one person has mistaken
MOST_REGISTRATIONS = 60  # accounts opened from one address
MOST_INVITATIONS = 60  # people asked to entries from one address
MOST_LINK_REQUESTS = 300  # links asked for from one address before each waits for its turn
MOST_CODES_PER_ACCOUNT = 10  # wrong codes of a second factor, whoever has given the first proof
MOST_VISITS = 30  # proposals of a visit that are thought about for one address
THROTTLE_SECONDS = 2.0  # seconds before a guess beyond the limit is looked at
CODE_THROTTLE_SECONDS = 20.0  # seconds: three codes of a million are right at any moment
MOST_WAITING = 20  # guesses that may wait for one turn
ANSWER_SECONDS = 0.3  # seconds: known and unknown addresses are answered alike
KNOWN_BROWSER_SECONDS = 365 * 24 * 3600


Right = TypeVar("Right")


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
    return TooManyRequestsException("too_many", headers={"retry-after": str(rates.WINDOW_SECONDS)})


async def rate_limited_sign_in(request: AnyRequest, email: str, password: str) -> Person:
    """Who signs in; a wrong password counts against guesser and account, a right one never does."""

    async def attempt() -> Person:
        with noted("password", await people.by_email(email)):
            return await people.sign_in(email, password=password)

    throttle, limits = await _limits_of(request, people.email_key(email))
    return await _limited(throttle, limits, attempt)


async def rate_limited_password(
    request: AnyRequest, person: Person, password: str, *, field: str = "password"
) -> None:
    """Who has signed in gives their password once more, before something that a thief would do."""

    async def attempt() -> None:
        with noted("password", person):
            if not await people.is_password_of(person, password):
                raise Refused(f"{field}:password_wrong")

    throttle, limits = await _limits_of(request, people.email_key(person.email))
    await _limited(throttle, limits, attempt)


async def rate_limited_code(
    request: AnyRequest, person: Person, code: str, attempt: Callable[[], Awaitable[Right]]
) -> Right:
    """What `attempt` does with a code of the second factor. A recovery code never waits: no guess
    finds one, and so its owner comes in, whoever else is guessing.
    """

    async def given() -> Right:
        with noted("recovery_code" if is_recovery_code(code) else "code", person):
            return await attempt()

    if is_recovery_code(code):
        return await given()
    account = people.email_key(person.email)
    name = f"factor:{person.id}"
    if await is_remembered(request, account):
        name = f"factor:browser:{request.cookies[cookie_name(request)]}"
    return await _limited(
        f"late:{name}", {name: MOST_CODES_PER_ACCOUNT}, given, seconds=CODE_THROTTLE_SECONDS
    )


@contextmanager
def noted(proof: str, person: Person | None) -> Iterator[None]:
    """A proof of who somebody is that did not hold is written down: of whose account, if there is one."""
    try:
        yield
    except Refused as error:
        note(proof, person, error)
        raise


def note(proof: str, person: Person | None, error: Refused) -> None:
    log.warning(
        "proof refused",
        extra={"proof": proof, "who": person.id if person else "", "why": list(error.codes)},
    )


async def _limited(
    throttle: str,
    limits: dict[str, int],
    attempt: Callable[[], Awaitable[Right]],
    *,
    seconds: float | None = None,
) -> Right:
    """Try it now, or in its turn where too many were wrong before."""
    async with _turns.turn(next(iter(limits))):
        if not await _is_over_limit(limits):
            return await _counted(limits, attempt)
    async with _turns.turn(throttle):
        await asyncio.sleep(THROTTLE_SECONDS if seconds is None else seconds)
        try:
            return await _counted(limits, attempt)
        except Refused:
            raise too_many() from None


async def _counted(limits: dict[str, int], attempt: Callable[[], Awaitable[Right]]) -> Right:
    try:
        return await attempt()
    except Refused:
        for name in limits:
            await rates.count(name)
        raise


async def _limits_of(request: AnyRequest, account: str) -> tuple[str, dict[str, int]]:
    """Where guesses wait for their turn, and what a wrong one counts against, and how often."""
    if await is_remembered(request, account):
        browser = f"password:browser:{request.cookies[cookie_name(request)]}"
        return f"late:{browser}", {browser: MOST_PER_ACCOUNT_AND_PEER}
    peer = neighbourhood(request)
    return f"late:{account}", {
        f"password:{account}:{peer}": MOST_PER_ACCOUNT_AND_PEER,
        f"password:{account}": MOST_PER_ACCOUNT,
        f"password:{peer}": MOST_PER_PEER,
    }


WRONG_LINKS = frozenset({"link_spent", "first_key_dead"})
WRONG_PASSKEYS = frozenset(
    {"passkey_wrong", "passkey_late", "passkey_unknown", "passkey_of_another", "passkey_copied"}
)


@asynccontextmanager
async def rate_limit_links(request: AnyRequest) -> AsyncIterator[None]:
    """Around the act that spends a link, so that the count of wrong ones outlives the act."""
    async with _limited_by_peer(request, "link", WRONG_LINKS):
        yield


@asynccontextmanager
async def rate_limit_passkeys(request: AnyRequest) -> AsyncIterator[None]:
    """The same around an answer of a passkey, which nobody guesses: who tries is written down."""
    async with _limited_by_peer(request, "passkey", WRONG_PASSKEYS):
        yield


@asynccontextmanager
async def _limited_by_peer(
    request: AnyRequest, proof: str, wrong_ones: frozenset[str]
) -> AsyncIterator[None]:
    try:
        yield
    except Refused as error:
        wrong = not wrong_ones.isdisjoint(error.codes)
        if wrong:
            note(proof, None, error)
        if wrong and await rates.count(f"{proof}_use:{neighbourhood(request)}") > MOST_PER_PEER:
            raise too_many() from None
        raise


@asynccontextmanager
async def rate_limit_codes(request: AnyRequest, person: Person) -> AsyncIterator[None]:
    """Around the act that takes a waiver code: after too many wrong ones each waits for its turn, and a
    wrong one is told so. A right one passes.
    """
    names = {
        f"waiver:{person.id}": MOST_CODES,
        f"waiver:{neighbourhood(request)}": MOST_PER_PEER,
    }
    is_over = await _is_over_limit(names)
    if is_over:
        async with _turns.turn(next(iter(names))):
            await asyncio.sleep(THROTTLE_SECONDS)
    try:
        yield
    except Refused as error:
        if "code:code_unknown" not in error.codes:
            raise
        for name in names:
            await rates.count(name)
        if is_over:
            raise too_many() from None
        raise


async def rate_limit_registrations(request: AnyRequest) -> None:
    """So many accounts from one address; the address that is entered does not matter."""
    if await rates.count(f"registration:{neighbourhood(request)}") > MOST_REGISTRATIONS:
        raise too_many()


async def rate_limit_invitations(request: AnyRequest) -> None:
    """So many people asked to entries from one address; how many one person asks is counted apart."""
    if await rates.count(f"entry_invitation:{neighbourhood(request)}") > MOST_INVITATIONS:
        raise too_many()


async def rate_limit_visits(request: AnyRequest) -> None:
    """So many proposals for one address; what was found already is not counted."""
    if await rates.count(f"visit:{neighbourhood(request)}") > MOST_VISITS:
        raise too_many()


async def rate_limit_requests(request: AnyRequest, email: str) -> None:
    """So many letters asked for from one address, and beyond them one at a time: a neighbour who
    asked for many keeps nobody out. Who was here before does not wait.
    """
    if await is_remembered(request, people.email_key(email)):
        return
    peer = neighbourhood(request)
    if await rates.count(f"link:{peer}") > MOST_LINK_REQUESTS:
        async with _turns.turn(f"link:{peer}"):
            await asyncio.sleep(THROTTLE_SECONDS)


@asynccontextmanager
async def constant_time() -> AsyncIterator[None]:
    """The time that an answer takes tells nobody which address is known."""
    ends = asyncio.get_running_loop().time() + ANSWER_SECONDS
    yield
    await asyncio.sleep(max(ends - asyncio.get_running_loop().time(), 0))


def cookie_name(request: AnyRequest) -> str:
    return "__Host-known" if settings_of(request).public_url.startswith("https") else "known"


def known_browser_cookie(person: Person, *, settings: Settings) -> Cookie:
    """This browser has been this person's; it opens nothing, and ends with the password."""
    https = settings.public_url.startswith("https")
    return Cookie(
        key="__Host-known" if https else "known",
        value=_mark(person, settings),
        httponly=True,
        secure=https,
        samesite="lax",
        path="/",
        max_age=KNOWN_BROWSER_SECONDS,
    )


def _mark(person: Person, settings: Settings) -> str:
    message = f"known:{person.id}:{person.password_hash}".encode()
    return hmac.new(settings.secret_key.encode(), message, hashlib.sha256).hexdigest()


async def is_remembered(request: AnyRequest, account: str) -> bool:
    given = request.cookies.get(cookie_name(request), "")
    known = await people.by_email(account) if given else None
    return known is not None and hmac.compare_digest(
        given.encode(), _mark(known, settings_of(request)).encode()
    )


async def _is_over_limit(limits: dict[str, int]) -> bool:
    times = await rates.times_of(list(limits))
    return any(times[name] >= most for name, most in limits.items())

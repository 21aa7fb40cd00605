"""An empty house gets its first operator, in the browser, by a link that a terminal shows once.

The link is a token of 256 bits; only its hash is kept. It dies when it is used, when a day is over,
when another is printed, and as soon as any operator exists: then operators invite each other.
"""

from datetime import timedelta
from typing import Annotated

from msgspec import Meta

from festival import people
from festival.clock import now
from festival.db import rows, transaction
from festival.editions import NewEdition, found
from festival.errors import NotAllowed, Refused
from festival.language import OFFICIAL
from festival.people import LEAST_PASSWORD
from festival.record import record
from festival.sessions import digest, new_token
from festival.shapes import Email
from festival.tables import Edition, FirstKey, Person, Role

LASTS = timedelta(days=1)


class FirstOperator(NewEdition, frozen=True, kw_only=True):
    """Who founds the house, and its first edition. Without a password they sign in by letters."""

    email: Email
    person: Annotated[str, Meta(min_length=1, max_length=120)]
    password: Annotated[str, Meta(max_length=400)] = ""


async def is_founded() -> bool:
    """Whether somebody operates an edition here."""
    return bool(
        await rows(
            """SELECT 1 AS one FROM role r JOIN person p ON p.id = r.person
               WHERE r.part = {} AND p.disabled_at IS NULL LIMIT 1""",
            Role.OPERATOR.value,
        )
    )


async def new_first_key() -> str:
    """A token for the first operator; those that were printed before open nothing any more."""
    token = new_token()
    async with transaction():
        await hold_house()
        if await is_founded():
            raise Refused("house_founded")
        await FirstKey.delete(force=True)
        await FirstKey.insert(FirstKey(id=digest(token), expires_at=now() + LASTS))
    return token


async def hold_house() -> None:
    """Who founds the house waits for whoever does so at the same moment."""
    await rows("SELECT pg_advisory_xact_lock(20271126) IS NULL AS held")


async def is_good_key(token: str) -> bool:
    return bool(await rows(GOOD, digest(token))) and not await is_founded()


GOOD = "SELECT id FROM first_key WHERE id = {} AND used_at IS NULL AND expires_at > now()"


async def found_house(
    token: str, given: FirstOperator, *, language: str = OFFICIAL[0]
) -> tuple[Person, Edition]:
    """The first operator and the first edition, together or not at all; the link is spent by it."""
    if given.password and len(given.password) < LEAST_PASSWORD:
        raise Refused("password:password_short", least=LEAST_PASSWORD)
    if not given.person.strip():
        raise Refused("person:field_missing")
    async with transaction():
        await hold_house()
        if not await is_good_key(token):
            raise Refused("first_key_dead")
        await FirstKey.update({FirstKey.used_at: now()}).where(FirstKey.id == digest(token))
        person = await people.meet(given.email, name=given.person, language=language)
        if person.disabled_at is not None:
            raise NotAllowed("account_disabled")
        edition = await found(
            NewEdition(**{name: getattr(given, name) for name in NewEdition.__struct_fields__}),
            by=person,
        )
        await record("house_founded", person.id, by=person, edition=edition.id)
        if given.password:
            await people.set_password(person, given.password)
    return person, edition

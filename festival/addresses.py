"""Another name, language or address for an account: a new address counts once a letter to it was answered."""

import asyncpg

from festival import letters, people
from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from festival.language import spoken
from festival.record import record
from festival.sessions import digest
from festival.settings import Settings
from festival.tables import Edition, Person, new_id

ASKED_A_DAY = 3


async def rename(person: Person, name: str, *, was: str) -> None:
    """`was` is the name that the person saw: whoever saves second over another's change is told."""
    name = " ".join(name.split())
    if not name:
        raise Refused("called:name_missing")
    async with transaction():
        moved = await rows(
            "UPDATE person SET name = {} WHERE id = {} AND name = {} RETURNING id",
            name,
            person.id,
            was,
        )
        if not moved:
            raise Conflict("changed_meanwhile")
        if name != was:
            await record("person_renamed", person.id, by=person)


async def choose_language(person: Person, language: str) -> None:
    """In which language letters come from now on; a page is read in that of its address."""
    if language not in spoken():
        raise Refused("language:language_unspoken", known=", ".join(spoken()))
    async with transaction():
        moved = await rows(
            "UPDATE person SET language = {} WHERE id = {} AND language <> {} RETURNING id",
            language,
            person.id,
            language,
        )
        if moved:
            await record("person_language", person.id, by=person, language=language)


async def ask_for_address(
    person: Person, email: str, *, edition: Edition, settings: Settings
) -> None:
    """A letter to the new address with a link, and one to the old. The answer is the same whoever has it."""
    email = people.checked_email(email)
    if people.email_key(email) == person.email_key:
        raise Refused("email:address_own")
    async with transaction():
        await people.one_at_a_time(person)
        asked = await rows(
            """SELECT count(*) AS n FROM link WHERE person = {} AND kind = 'address'
                 AND created_at > now() - interval '1 day'""",
            person.id,
        )
        if asked[0]["n"] >= ASKED_A_DAY:
            raise Refused("email:address_often")
        await letters.write_address_key(person, email, edition=edition, settings=settings)
        await letters.write(
            "address_asked",
            person,
            occasion=f"address_asked:{new_id()}",
            edition=edition,
            link="/account",
        )
        await record("address_asked", person.id, by=person, edition=edition.id)


async def confirm_address(token: str, *, edition: Edition, by: Person) -> Person:
    """The link was followed by whoever asked for it: the account moves, every way in ends, and the old
    address hears of it. A stranger who reads a mistyped mailbox cannot come in by it.
    """
    async with transaction():
        spent = await rows(
            """UPDATE link SET used_at = now() WHERE id = {} AND kind = 'address' AND person = {}
                 AND used_at IS NULL AND expires_at > now() RETURNING address""",
            digest(token),
            by.id,
        )
        if not spent:
            raise Refused("link_spent")
        person = await people.person_of_link(by.id)
        await people.one_at_a_time(person)
        old, new = person.email, spent[0]["address"]
        await move(person, new)
        await people.end_every_way_in(person)
        await people.end_links(person, kinds=("address",))
        await letters.write(
            "address_changed",
            person,
            occasion=f"address_changed:{new_id()}",
            edition=edition,
            address=old,
        )
        await record("address_changed", person.id, by=person, edition=edition.id)
    return await people.person(person.id)


async def move(person: Person, email: str) -> None:
    """Two accounts never come to one address: whoever has it keeps it."""
    if await people.by_email(email) is not None:
        raise Conflict("address_taken")
    try:
        await rows(
            "UPDATE person SET email = {}, email_key = {} WHERE id = {} RETURNING id",
            email,
            people.email_key(email),
            person.id,
        )
    except asyncpg.UniqueViolationError:
        raise Conflict("address_taken") from None

"""How somebody comes in: letters asked for, accounts opened, links spent."""

from festival import people
from festival.db import transaction
from festival.errors import Refused
from festival.letters import write_key
from festival.sessions import fresh_session
from festival.settings import Settings
from festival.tables import Edition, Person, Phase


async def ask_for_link(email: str, *, edition: Edition, settings: Settings) -> None:
    """A letter to whoever is known by this address; nobody is told whether somebody is."""
    known = await people.by_email(people.checked_email(email))
    if known is not None:
        await send_link(known, edition=edition, settings=settings)


async def introduce(
    email: str, *, name: str, language: str, edition: Edition, settings: Settings
) -> None:
    """An account for whoever reads this mailbox; the answer is the same when there is one.

    Before the edition is open for entries no maker comes in.
    """
    if edition.phase == Phase.PREPARING:
        raise Refused("entries_not_open")
    newcomer = await people.register(email, edition=edition, name=name, language=language)
    await send_link(newcomer, edition=edition, settings=settings)


async def send_link(person: Person, *, edition: Edition, settings: Settings) -> None:
    """A letter, where the account is open and the mailbox holds no good one yet.

    Its token stands nowhere else. Whoever asked may have chosen the name, so it is left out.
    """
    if person.disabled_at is not None:
        return
    async with transaction():
        if await people.is_owed_a_letter(person):
            await write_key(
                "sign_in", person, edition=edition, settings=settings, name=person.email
            )


async def session_by_link(
    token: str, *, instead_of: str, place: str, browser: str
) -> tuple[Person, str]:
    """Spend a link for a session: both happen, or neither."""
    async with transaction():
        known = await people.use_link(token)
        opened = await fresh_session(known, instead_of=instead_of, place=place, browser=browser)
    return known, opened


async def key_by_link(token: str, *, edition: Edition, name: str, scopes: set[str]) -> str:
    """Spend a link for a key that a program keeps: both happen, or neither."""
    async with transaction():
        known = await people.use_link(token)
        return await people.new_token_for(known, edition=edition, name=name, scopes=scopes)

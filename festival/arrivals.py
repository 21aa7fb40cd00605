"""How somebody comes in: letters asked for, accounts opened, links spent."""

import msgspec

from festival import passkeys, people, second_factor
from festival.clock import now
from festival.closing import be_open
from festival.db import rows, transaction
from festival.errors import Refused
from festival.letters import write_key
from festival.record import record
from festival.sessions import Proof, digest, fresh_session
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
    be_open(edition)
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


class Arrival(msgspec.Struct, frozen=True):
    """Who came, and their session; or, where a second factor is asked for, `half`: the name by which
    the code is given within ten minutes.
    """

    person: Person
    session: str = ""
    half: str = ""


async def arrive(person: Person, *, way: str, instead_of: str, place: str, browser: str) -> Arrival:
    """After the first proof, by `way` (`password` or `link`). A session is opened, or the code of the
    second factor is awaited.
    """
    async with transaction():
        await people.one_at_a_time(person)  # whoever sets one up meanwhile ends what was opened
        if await people.has_second_factor(person.id):
            waits = next(kind for kind, first in people.HALVES.items() if first == way)
            return Arrival(person, half=await people.new_link(person, kind=waits))
        opened = await fresh_session(
            person, instead_of=instead_of, place=place, browser=browser, proof=Proof(now(), way)
        )
    return Arrival(person, session=opened)


async def session_by_link(token: str, *, instead_of: str, place: str, browser: str) -> Arrival:
    """Spend a link for a session: both happen, or neither."""
    async with transaction():
        known = await people.use_link(token)
        return await arrive(known, way="link", instead_of=instead_of, place=place, browser=browser)


async def person_of_half(half: str) -> Person:
    """Whose code is awaited under this name."""
    waits = await rows(
        """SELECT person FROM link WHERE id = {} AND kind = ANY({}) AND used_at IS NULL
             AND expires_at > now()""",
        digest(half),
        list(people.HALVES),
    )
    if not waits:
        raise Refused("half_over")
    return await people.person_of_link(waits[0]["person"])


async def session_by_code(
    half: str, code: str, *, settings: Settings, instead_of: str, place: str, browser: str
) -> Arrival:
    """The second proof: what was begun with the first ends in a session, once."""
    async with transaction():
        known = await person_of_half(half)
        await second_factor.check(known, code, settings=settings)
        proof = Proof(now(), await spend_half(half))
        await record("signed_in", known.id, by=known, way="code")
        opened = await fresh_session(
            known, instead_of=instead_of, place=place, browser=browser, proof=proof
        )
    return Arrival(known, session=opened)


async def session_by_passkey(
    answer: passkeys.Signed,
    *,
    half: str,
    settings: Settings,
    instead_of: str,
    place: str,
    browser: str,
) -> Arrival:
    """A passkey opens the door by itself; after a first proof, only one of whoever gave it does."""
    async with transaction():
        awaited = await person_of_half(half) if half else None
        known = await passkeys.check(answer, settings=settings, person=awaited, half=half)
        if half:
            await spend_half(half)
        await people.end_links(known, kinds=("sign_in",))
        await record("signed_in", known.id, by=known, way="passkey")
        opened = await fresh_session(
            known,
            instead_of=instead_of,
            place=place,
            browser=browser,
            proof=Proof(now(), "passkey"),
        )
    return Arrival(known, session=opened)


async def spend_half(half: str) -> str:
    """What was begun with the first proof ends here, once; which proof that was."""
    spent = await rows(
        "UPDATE link SET used_at = now() WHERE id = {} AND used_at IS NULL RETURNING kind",
        digest(half),
    )
    if not spent:
        raise Refused("half_over")
    return people.HALVES[spent[0]["kind"]]


async def key_by_link(
    token: str, *, edition: Edition, name: str, scopes: set[str], code: str, settings: Settings
) -> str:
    """Spend a link for a key that a program keeps: both happen, or neither."""
    async with transaction():
        known = await people.use_link(token)
        if await people.has_second_factor(known.id):
            await second_factor.check(known, code, settings=settings)
            await record("signed_in", known.id, by=known, way="code")
        return await people.new_token_for(known, edition=edition, name=name, scopes=scopes)


async def owner_of_link(token: str) -> Person | None:
    """Whose link this is, as long as it opens; it is not spent by that."""
    found = await rows(
        """SELECT person FROM link WHERE id = {} AND kind = ANY({}) AND used_at IS NULL
             AND expires_at > now()""",
        digest(token),
        list(people.WAYS_IN),
    )
    return await people.person(found[0]["person"]) if found else None

"""Who somebody is: accounts, passwords, links, roles and tokens."""

import asyncio
import json
import re
import unicodedata
from datetime import timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from festival.clock import now
from festival.db import rows, transaction
from festival.errors import Missing, NotAllowed, Refused
from festival.language import OFFICIAL
from festival.passwords import is_common
from festival.post import NotTaken, address_as_sent
from festival.record import record
from festival.sessions import digest, end_all_sessions, new_token
from festival.tables import Edition, Link, Person, Role, Token, new_id

LINK_LASTS = timedelta(hours=2)
INVITATION_LASTS = timedelta(days=14)
TOKEN_LASTS = timedelta(days=90)
LASTS = {  # kinds of links
    "sign_in": LINK_LASTS,
    "invitation": INVITATION_LASTS,
    "address": LINK_LASTS,
    "second_factor": timedelta(minutes=10),  # the password was right, the code is awaited
    "factor_by_link": timedelta(minutes=10),  # the link was right, the code is awaited
}
HALVES = {"second_factor": "password", "factor_by_link": "link"}  # kinds of links → the first proof
WAYS_IN = ("sign_in", "invitation")  # kinds that are a proof of who comes
LEAST_PASSWORD = 12
LEAST_UNKNOWN = 6  # signs of a password beside the words that anybody would try first
KNOWN_WORDS = ("cinema", "space", "festival", "film", "password", "motdepasse")
SCOPES = frozenset({"entries", "committee", "programme", "operate"})

LETTERS_A_DAY = 3  # asked for and not used; then one at a time, when the last has had its time
LEAST_LEFT = timedelta(minutes=15)
INVITATIONS_A_DAY = len(Role)

_hasher = PasswordHasher()
_hashing = asyncio.Semaphore(2)  # each takes a core and 64 MB: guesses leave room for the rest
_NOBODY = _hasher.hash("nobody has this password")


def email_key(email: str) -> str:
    """The one rule of identity: NFKC, case folded."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def checked_email(email: str) -> str:
    """An address that a letter can reach; header characters never pass."""
    email = unicodedata.normalize("NFC", email).strip()
    name, at, host = email.rpartition("@")
    hostile = any(c.isspace() or ord(c) < 32 or c in '<>,;:"()[]\\' for c in email)
    if not (name and at and "." in host.strip(".")) or hostile or len(email) > 254:
        raise Refused("email:email_invalid")
    try:
        address_as_sent(email)
    except NotTaken:
        raise Refused("email:email_invalid") from None
    return email


async def by_email(email: str) -> Person | None:
    """Whose address this is; of two accounts that became one, either address is the one person's."""
    known = await Person.objects().get(Person.email_key == email_key(email))
    if known is None or known.merged_into is None:
        return known
    return await Person.objects().get(Person.id == known.merged_into)


async def person(person_id: str) -> Person:
    holder = await Person.objects().get(Person.id == person_id)
    if holder is None:
        raise Missing("person_missing")
    return holder


async def id_of(text: str) -> str:
    """Somebody by their address, or by the id itself."""
    return text if "@" not in text else str((await person_with(text)).id)


async def meet(email: str, *, name: str = "", language: str = OFFICIAL[0]) -> Person:
    """The person of this address, made when new; two at once make one."""
    email = checked_email(email)
    async with transaction():
        await rows(
            """INSERT INTO person (id, email, email_key, name, language)
               VALUES ({}, {}, {}, {}, {}) ON CONFLICT (email_key) DO NOTHING RETURNING id""",
            new_id(),
            email,
            email_key(email),
            name.strip(),
            language,
        )
        return await person_with(email)


async def person_with(email: str) -> Person:
    known = await by_email(email)
    if known is None:
        raise Missing("person_missing")
    return known


async def register(
    email: str, *, edition: Edition, name: str, language: str = OFFICIAL[0]
) -> Person:
    """A filmmaker introduces themself; the account is theirs once a link has been followed."""
    if not name.strip():
        raise Refused("name:name_missing")
    async with transaction():
        newcomer = await meet(email, name=name, language=language)
        await grant(newcomer, Role.FILMMAKER, edition=edition, by=None)  # nobody has signed in
    return newcomer


async def grant(
    person: Person,
    part: Role,
    *,
    edition: Edition,
    by: Person | None,
    sections: list[str] | None = None,
) -> bool:
    """Give a part in one edition; False when it was held already, just so.

    No section in the list means all of them; without a list they are all, or stay as they were.
    """
    async with transaction():
        changed = await rows(
            """INSERT INTO role (id, person, edition, part, sections)
               VALUES ({}, {}, {}, {}, {}::jsonb)
               ON CONFLICT (person, edition, part)
                 DO UPDATE SET sections = excluded.sections, version = role.version + 1
                 WHERE {} AND role.sections <> excluded.sections
               RETURNING id""",
            new_id(),
            person.id,
            edition.id,
            part.value,
            json.dumps(sorted(sections or [])),
            sections is not None,
        )
        if changed:
            await record("role_granted", person.id, by=by, edition=edition.id, part=part.value)
    return bool(changed)


async def revoke(person: Person, part: Role, *, edition: Edition, by: Person) -> None:
    """The right ends now; sessions are asked again at every request."""
    async with transaction():
        if part is Role.OPERATOR:
            await _keep_an_operator(person, edition=edition, by=by)
        gone = await rows(
            """DELETE FROM role WHERE person = {} AND edition = {} AND part = {}
               RETURNING id""",
            person.id,
            edition.id,
            part.value,
        )
        if not gone:
            here = await rows(
                "SELECT id FROM role WHERE person = {} AND edition = {}", person.id, edition.id
            )
            raise Missing("part_missing" if here else "person_missing")  # as if there were nobody
        await record("role_revoked", person.id, by=by, edition=edition.id, part=part.value)


async def _keep_an_operator(person: Person, *, edition: Edition, by: Person) -> None:
    """Whoever dismisses an operator stays one: two who dismiss each other leave the first."""
    if person.id == by.id:
        raise Refused("part_own")
    await hold_operators([edition.id], by=by)


async def hold_operators(editions: list[str], *, by: Person) -> None:
    """Whoever acts on operators stays one of each of these editions, with an open account.

    Two such acts wait for each other, so that two operators never put each other out.
    """
    operators = await rows(
        "SELECT person, edition FROM role WHERE edition = ANY({}) AND part = {} ORDER BY id FOR UPDATE",
        editions,
        Role.OPERATOR.value,
    )
    own = {row["edition"] for row in operators if row["person"] == by.id}
    if own != set(editions) or (await person(by.id)).disabled_at is not None:
        raise NotAllowed("not_allowed")


async def new_link(
    person: Person, *, kind: str = "sign_in", token: str = "", address: str = ""
) -> str:
    """A token good for one use; only its hash is kept. Letters bring one of their own."""
    token = token or new_token()
    ends = now() + LASTS[kind]
    await Link.insert(
        Link(id=digest(token), person=person.id, kind=kind, address=address, expires_at=ends)
    )
    return token


async def is_owed_a_letter(person: Person) -> bool:
    """Whether another sign-in letter may go to this mailbox, whoever asks for it.

    Strangers cannot fill it, nor keep its owner out: where no letter is sent, one whose link is
    good already lies there. Asked within a transaction, where two at once wait for each other.
    """
    await one_at_a_time(person)
    counts = await rows(
        """SELECT count(*) FILTER (WHERE created_at > now() - interval '1 day') AS sent,
             count(*) FILTER (WHERE expires_at > now() + {}::interval) AS good
           FROM link WHERE person = {} AND kind = 'sign_in' AND used_at IS NULL""",
        LEAST_LEFT,
        person.id,
    )
    return bool(counts[0]["sent"] < LETTERS_A_DAY or not counts[0]["good"])


async def one_at_a_time(person: Person) -> None:
    """Whoever gives or writes to the same person at once waits for the end of the other's act."""
    await rows("SELECT id FROM person WHERE id = {} FOR UPDATE", person.id)


async def is_owed_an_invitation(person: Person) -> bool:
    """Whether another one may go to this mailbox today: each part deserves its own, and no more."""
    counts = await rows(
        """SELECT count(*) AS n FROM link WHERE person = {} AND kind = 'invitation'
             AND created_at > now() - interval '1 day'""",
        person.id,
    )
    return bool(counts[0]["n"] < INVITATIONS_A_DAY)


async def has_come_in(person: Person, part: Role, *, edition: Edition) -> bool:
    """Whether somebody has been here since they were given this part."""
    return bool(
        await rows(
            """SELECT r.id FROM role r WHERE r.person = {} AND r.edition = {} AND r.part = {}
                 AND EXISTS (SELECT 1 FROM record c WHERE c.person = r.person
                   AND c.act = 'signed_in' AND c.at > r.created_at)""",
            person.id,
            edition.id,
            part.value,
        )
    )


async def use_link(token: str) -> Person:
    """Spend a link; the second use, or a late one, finds nothing.

    Other sign-in links of this person end with it: their letters are of no more use to anybody.
    """
    async with transaction():
        spent = await rows(
            """UPDATE link SET used_at = now()
               WHERE id = {} AND used_at IS NULL AND expires_at > now() AND kind = ANY({})
               RETURNING person""",
            digest(token),
            list(WAYS_IN),
        )
        if not spent:
            raise Refused("link_spent")
        known = await person_of_link(spent[0]["person"])
        await end_links(known, kinds=("sign_in",))
        await note_first_proof(known, way="link")
    return known


async def note_first_proof(person: Person, *, way: str) -> None:
    """Whoever has a second factor has signed in once its code was right, too."""
    if not await has_second_factor(person.id):
        await record("signed_in", person.id, by=person, way=way)


async def has_second_factor(person_id: str) -> bool:
    found = await rows(
        f"SELECT {has_factor('p.id')} AS has FROM person p WHERE p.id = {{}}", person_id
    )
    return bool(found and found[0]["has"])


def has_factor(person: str) -> str:
    """SQL: whether this person, a column, has a second proof. The one rule: codes of a telephone, or a passkey."""
    return f"""(EXISTS (SELECT 1 FROM second_factor f WHERE f.person = {person} AND f.proved_at IS NOT NULL)
      OR EXISTS (SELECT 1 FROM passkey k WHERE k.person = {person}))"""


async def person_of_link(person_id: str) -> Person:
    known = await person(person_id)
    if known.disabled_at is not None:
        raise NotAllowed("account_disabled")
    return known


async def sign_in(email: str, *, password: str) -> Person:
    """By password; an unknown address costs the same time as a wrong password."""
    known = await by_email(email)
    if not await is_password_of(known, password) or known is None or known.disabled_at is not None:
        raise Refused("password_wrong")
    await hash_as_today(known, password)
    await note_first_proof(known, way="password")
    return known


async def hash_as_today(person: Person, password: str) -> None:
    """A hash with parameters of before is made anew while its password is known: the password stays."""
    stored = person.password_hash or ""
    if not _hasher.check_needs_rehash(stored):
        return
    async with _hashing:
        hashed = await asyncio.to_thread(_hasher.hash, password)
    await Person.update({Person.password_hash: hashed}).where(
        (Person.id == person.id) & (Person.password_hash == stored)
    )


async def is_password_of(person: Person | None, password: str) -> bool:
    stored = person.password_hash if person is not None and person.password_hash else _NOBODY
    async with _hashing:
        fits = await asyncio.to_thread(_fits, stored, password)
    return fits and stored != _NOBODY


def _fits(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


async def set_password(person: Person, password: str) -> None:
    """A new password ends every other way in: the door opens a fresh session for who set it."""
    if len(password) < LEAST_PASSWORD:
        raise Refused("password:password_short", least=LEAST_PASSWORD)
    if is_easy(password, person):
        raise Refused("password:password_easy")
    async with _hashing:
        common = await asyncio.to_thread(is_common, plain(password), known=words_around(person))
    if common:
        raise Refused("password:password_common")
    async with _hashing:
        hashed = await asyncio.to_thread(_hasher.hash, password)
    async with transaction():
        await Person.update({Person.password_hash: hashed}).where(Person.id == person.id)
        await end_every_way_in(person)
        await record("password_set", person.id, by=person)
    person.password_hash = hashed


def is_easy(password: str, person: Person) -> bool:
    """Whether hardly anything is left of it without what everybody knows of the house and of this person."""
    left = plain(password)
    for word in sorted(words_around(person), key=len, reverse=True):
        left = left.replace(word, "")
    return len(left) < LEAST_UNKNOWN


def words_around(person: Person) -> list[str]:
    """What anybody would try first: of the house, and of this person."""
    own = re.split(r"\W+", plain(f"{person.email} {person.name}"))
    return sorted({word for word in (*KNOWN_WORDS, *own) if len(word) > 2})


def plain(text: str) -> str:
    """Without capitals and accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).casefold()


async def leave_everywhere(person: Person) -> None:
    """Whoever fears that somebody else is in their account ends everything, without a password."""
    async with transaction():
        await end_every_way_in(person)
        await record("sessions_ended", person.id, by=person)


async def end_every_way_in(person: Person) -> None:
    """Keys, sessions and links that are on their way, invitations included."""
    await end_all_keys(person)
    await end_all_sessions(person)
    await end_links(person, kinds=tuple(LASTS))


async def end_links(person: Person, *, kinds: tuple[str, ...]) -> None:
    await Link.update({Link.used_at: now()}).where(
        (Link.person == person.id) & Link.used_at.is_null() & Link.kind.is_in(list(kinds))
    )


async def end_all_keys(person: Person) -> None:
    await Token.update({Token.revoked_at: now()}).where(
        (Token.person == person.id) & Token.revoked_at.is_null()
    )


async def end_keys(person: Person, *, edition: Edition) -> None:
    """Keys for programs in one edition."""
    await Token.update({Token.revoked_at: now()}).where(
        (Token.person == person.id) & (Token.edition == edition.id) & Token.revoked_at.is_null()
    )


async def disable(person: Person, *, by: Person, edition: str = "") -> None:
    """Nothing of theirs works from this moment: sessions, links, tokens."""
    async with transaction():
        await Person.update({Person.disabled_at: now()}).where(Person.id == person.id)
        await end_every_way_in(person)
        await record("person_disabled", person.id, by=by, edition=edition)


async def enable(person: Person, *, by: Person, edition: str = "") -> None:
    """Parts and entries are as they were; every way in begins anew."""
    async with transaction():
        await Person.update({Person.disabled_at: None}).where(Person.id == person.id)
        await record("person_enabled", person.id, by=by, edition=edition)


async def new_token_for(person: Person, *, edition: Edition, name: str, scopes: set[str]) -> str:
    """A key for a program of this person; shown once."""
    if not scopes or not scopes <= SCOPES:
        raise Refused("scopes:scope_unknown")
    token = "cfs_" + new_token()
    async with transaction():
        await Token(
            person=person.id,
            edition=edition.id,
            digest=digest(token),
            name=name[:80],
            scopes=sorted(scopes),
            expires_at=now() + TOKEN_LASTS,
        ).save()
        await record("token_made", person.id, by=person, edition=edition.id, name=name[:80])
    return token


async def tokens_of(person_id: str, edition_id: str) -> list[dict[str, Any]]:
    """The keys of somebody in one edition, the oldest first: `id`, `name`, `scopes` and times."""
    return await rows(
        """SELECT id, name, scopes, created_at, expires_at FROM token
           WHERE person = {} AND edition = {} AND revoked_at IS NULL ORDER BY created_at""",
        person_id,
        edition_id,
    )


async def revoke_token(person: Person, token_id: str) -> None:
    async with transaction():
        gone = (
            await Token.update({Token.revoked_at: now()})
            .where((Token.id == token_id) & (Token.person == person.id))
            .returning(Token.id)
        )
        if not gone:
            raise Missing("token_missing")
        await record("token_revoked", person.id, by=person, token=token_id)

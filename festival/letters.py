"""Letters: written in the act's transaction, sent by a worker, never twice for one occasion.

A letter keeps no key. Where its link leads is filled in when it is sent, and the key of a sign-in
link is reckoned from the letter's name and the house's own secret: no row ever holds it.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from functools import partial
from typing import Any

from festival import outages, people, post
from festival.clock import in_zone, now
from festival.db import later, rows, transaction
from festival.jobs import verb_at
from festival.kinds import AT_ONCE, KEYS, STILL_TRUE
from festival.language import moment
from festival.leases import TryLater
from festival.post import NotNow, NotTaken, PostClosed, Unheard
from festival.sessions import digest
from festival.settings import Settings
from festival.tables import Edition, Letter, Person, new_id
from festival.wording import LINK, bare, filled, one_line, worded

FIRST, USUAL = 1, 3  # whoever asked for a key stands at the door
LONG_OUTAGE = timedelta(minutes=5)


async def write(
    kind: str,
    to: Person,
    *,
    occasion: str,
    edition: Edition | None = None,
    about: str = "",
    link: str = "",
    address: str = "",
    words: Callable[[str], tuple[str, str, bool] | None] | None = None,
    **values: Any,
) -> bool:
    """Write one letter to one person about one occasion; a second writing is silently the first: False.

    Subject and body stand in the locale as `letter.<kind>.subject` and `.body`; a value may be a
    function of the reader's language. `link` is a path within the edition, as `/films/…`. It goes to
    `address`, where one is named, instead of the person's own. `words` are this letter's own, to a language:
    subject, body, and whether they stand as they are or have names in braces.
    """
    return await _put_down(
        new_id(),
        kind,
        to,
        occasion=occasion,
        edition=edition,
        about=about,
        link=link,
        values=values,
        address=address,
        words=words,
    )


async def write_key(
    kind: str,
    to: Person,
    *,
    edition: Edition,
    settings: Settings,
    about: str = "",
    language: str = "",
    opens: str = "",
    **values: Any,
) -> str:
    """A letter whose link lets its reader in; the address is put together when it is sent.

    `language` is another than its reader's own, where whoever writes chooses it; `opens` the kind of link, where
    letters of another kind bring it. Returns the letter's id.
    """
    letter = new_id()
    async with transaction():
        await people.new_link(to, kind=opens or kind, token=key_of(letter, settings))
        await _put_down(
            letter, kind, to, occasion=f"link:{letter}", edition=edition, about=about,
            link="/account/links/", language=language, values=values,
        )  # fmt: skip
    return letter


async def write_address_key(
    person: Person, address: str, *, edition: Edition, settings: Settings
) -> None:
    """To an address that a person wants: its link proves that they read it. Whoever has it already hears
    that somebody wanted it, and no link goes out.
    """
    letter, holder = new_id(), await people.by_email(address)
    async with transaction():
        token = key_of(letter, settings)
        await people.new_link(person, kind="address", token=token, address=address)
        if holder is None:
            await _put_down(
                letter, "address", person, occasion=f"link:{letter}", edition=edition, about="",
                link="/account/addresses/", values={}, address=address,
            )  # fmt: skip
        else:
            await write(
                "address_taken",
                holder,
                occasion=f"taken:{letter}",
                edition=edition,
                link="/account",
            )


def key_of(letter: str, settings: Settings) -> str:
    """256 bits that only this house can reckon, the same at every try."""
    mac = hmac.new(settings.secret_key.encode(), f"letter:{letter}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(mac.digest()).rstrip(b"=").decode()


async def _put_down(
    letter: str,
    kind: str,
    to: Person,
    *,
    occasion: str,
    edition: Edition | None,
    about: str,
    link: str,
    values: dict[str, Any],
    address: str = "",
    language: str = "",
    words: Callable[[str], tuple[str, str, bool] | None] | None = None,
) -> bool:
    if to.erased_at is not None:
        return False  # nobody is there any more
    said = {"name": to.name or to.email, "edition": edition.name if edition else "", **values}
    async with transaction():
        with in_zone(edition.zone) if edition else nullcontext():
            language, subject, body = await worded(
                kind, language or to.language, edition=edition, values=said
            )
            if words is not None and (own := words(language)) is not None:
                subject, body = own_words_filled(own, language, said)
        written = await rows(
            """INSERT INTO letter (id, person, edition, kind, occasion, about, language, subject,
                 body, link, address)
               VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (occasion) DO NOTHING
               RETURNING id""",
            letter,
            to.id,
            None if edition is None else edition.id,
            kind,
            occasion,
            about,
            language,
            one_line(subject),
            body,
            link,
            address,
        )
        if written:
            line = await later(
                "send_letter", priority=FIRST if kind in AT_ONCE else USUAL, letter=letter
            )
            if edition is not None and await is_held(kind, edition):
                await rows("UPDATE outbox SET held_at = now() WHERE id = {} RETURNING id", line)
    return bool(written)


def own_words_filled(
    own: tuple[str, str, bool], language: str, said: dict[str, Any]
) -> tuple[str, str]:
    subject, body, stands = own
    if stands:
        return bare(subject), bare(body)
    given = {name: bare(one(language) if callable(one) else one) for name, one in said.items()}
    return filled(language, subject, given), filled(language, body, given)


async def is_held(kind: str, edition: Edition) -> bool:
    """Whether letters of this kind wait for a person; whoever changes that waits for who writes."""
    if kind in AT_ONCE:
        return False
    await rows("SELECT pg_advisory_xact_lock_shared(hashtext({}))", hold_of(kind, edition))
    return bool(
        await rows("SELECT id FROM letter_hold WHERE edition = {} AND kind = {}", edition.id, kind)
    )


def hold_of(kind: str, edition: Edition) -> str:
    """The name of the lock between those who write letters and whoever holds their kind."""
    return f"letter_hold:{edition.id}:{kind}"


async def write_to_operators(kind: str, *, occasion: str, edition: str = "", **values: Any) -> None:
    """Whoever keeps this edition hears of it; what concerns the house, every operator does, and
    reads it under an edition of their own.
    """
    for row in await rows(
        """SELECT DISTINCT ON (p.id) p.id, r.edition FROM person p JOIN role r ON r.person = p.id
           WHERE r.part = 'operator' AND p.disabled_at IS NULL AND ({} = '' OR r.edition = {})
           ORDER BY p.id, r.created_at DESC""",
        edition,
        edition,
    ):
        to = await people.person(row["id"])
        about = await Edition.objects().get(Edition.id == row["edition"])
        await write(kind, to, occasion=f"{occasion}:{to.id}", edition=about, **values)


async def try_out(subject: str, body: str, *, edition: Edition, by: Person) -> None:
    """A test of some words, to whoever tries them and to nobody else; marked as one."""
    await write("test", by, occasion=f"test:{new_id()}", edition=edition, tried=subject, text=body)


# Sending


async def send(letter_id: str, *, settings: Settings) -> None:
    """Hand one letter to the mail server; its Message-ID is its own, so that twins are seen.

    TryLater where the server takes none, or not this one yet, or took the text and did not say
    whether it keeps it; NotTaken where it never will.
    """
    letter = await Letter.objects().get(Letter.id == letter_id)
    if letter is None or letter.sent_at is not None or letter.dropped_at is not None:
        return
    if not await is_still_true(letter):
        await Letter.update({Letter.dropped_at: now()}).where(Letter.id == letter.id)
        return
    if closed := await outages.closed_for_now():
        raise TryLater(f"mail_away {closed.reason}", at=closed.next_at)
    to = post.address_as_sent(letter.address or (await people.person(letter.person)).email)
    sender = post.sender_of(settings.mail_from)
    mail = message(letter, to=to, sender=sender)
    mail.set_content(letter.body.replace(LINK, await address_of(letter, settings)))
    try:
        await post.hand_over(
            mail,
            to=to,
            sender=post.sender_of(settings.bounce_to or settings.mail_from).addr_spec,
            server=settings.mail_server,
            envelope=name_of(letter),
        )
    except PostClosed as error:
        outage = await outages.note_closed(str(error))
        await hold_back(outage.next_at, reason=f"mail_away {error}")
        raise TryLater(f"mail_away {error}", at=outage.next_at) from error
    except NotNow as error:
        raise TryLater(f"mail_later {error}") from error
    except Unheard as error:
        raise TryLater(f"mail_unheard {error}", is_risky=True) from error
    await Letter.update({Letter.sent_at: now(), Letter.sent_to: to}).where(Letter.id == letter.id)
    if since := await outages.note_open():
        await tell_it_is_back(since)


async def is_still_true(letter: Letter) -> bool:
    """A reminder is about nothing once the thing is done."""
    place = STILL_TRUE.get(letter.kind)
    return place is None or bool(await verb_at(place)(letter))


async def address_of(letter: Letter, settings: Settings) -> str:
    """Where the letter's link leads; a key is good from now on, if nobody has ended it."""
    edition = await Edition.objects().get(Edition.id == letter.edition)
    home = home_of(letter.language, edition, settings)
    if letter.kind not in KEYS:
        return home + letter.link
    key = key_of(letter.id, settings)
    alive = await rows(
        "UPDATE link SET expires_at = {} WHERE id = {} AND used_at IS NULL RETURNING id",
        now() + KEYS[letter.kind],
        digest(key),
    )
    if not alive:
        raise NotTaken("mail_link_over")
    return home + letter.link + key


def home_of(language: str, edition: Edition | None, settings: Settings) -> str:
    return f"{settings.public_url}/{language}/{edition.slug if edition else ''}".rstrip("/")


def name_of(letter: Letter) -> str:
    """What a sending is known by, in Message-ID and envelope: the letter's name, and from the
    second on which sending it is, so that what comes back late is not taken for this one.
    """
    return letter.id if letter.sendings == 1 else f"{letter.id}.{letter.sendings}"


def message(letter: Letter, *, to: str, sender: Address) -> EmailMessage:
    """Everything but the text."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = letter.subject
    mail["Date"] = formatdate(letter.created_at.timestamp())
    mail["Message-ID"] = f"<{name_of(letter)}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    return mail


async def hold_back(until: datetime, *, reason: str) -> None:
    """While the server takes nothing, one letter tries for all; no other is tried in vain."""
    await rows(
        """UPDATE outbox SET due_at = greatest(due_at, {}), rung_at = NULL, fault = {}
           WHERE task = 'send_letter' AND done_at IS NULL AND parked_at IS NULL
             AND (leased_until IS NULL OR leased_until < now()) RETURNING id""",
        until,
        reason,
    )


async def tell_it_is_back(since: datetime) -> None:
    """Whoever keeps the house hears of an outage once it is over: before, no letter could tell."""
    if now() - since < LONG_OUTAGE:
        return
    await write_to_operators(
        "mail_back",
        occasion=f"mail_back:{since.isoformat()}",
        since=partial(moment, when=since),
    )

"""Letters: written in the act's transaction, sent by a worker, never twice for one occasion."""

from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from typing import Any
from urllib.parse import urlsplit

import aiosmtplib

from festival.clock import now
from festival.db import later, rows
from festival.language import t
from festival.people import person as person_of
from festival.settings import Settings
from festival.tables import Edition, Letter, Person, new_id


async def write(
    kind: str,
    to: Person,
    *,
    occasion: str,
    edition: Edition | None = None,
    about: str = "",
    **values: Any,
) -> None:
    """Write one letter to one person about one occasion; a second writing is silently the first.

    Subject and body stand in the locale as `letter.<kind>.subject` and `.body`.
    """
    language = to.language
    values = {"name": to.name or to.email, "edition": edition.name if edition else "", **values}
    written = await rows(
        """INSERT INTO letter (id, person, edition, kind, occasion, about, language, subject, body)
           VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}) ON CONFLICT (occasion) DO NOTHING
           RETURNING id""",
        new_id(),
        to.id,
        None if edition is None else edition.id,
        kind,
        occasion,
        about,
        language,
        one_line(t(language, f"letter.{kind}.subject", **values)),
        t(language, f"letter.{kind}.body", **values),
    )
    if written:
        await later("send_letter", letter=written[0]["id"])


async def write_to_operators(kind: str, *, occasion: str, **values: Any) -> None:
    """Whoever keeps the house hears of it, in every edition they keep."""
    for row in await rows(
        """SELECT DISTINCT p.id FROM person p JOIN role r ON r.person = p.id
           WHERE r.part = 'operator' AND p.disabled_at IS NULL"""
    ):
        to = await person_of(row["id"])
        await write(kind, to, occasion=f"{occasion}:{to.id}", **values)


def one_line(text: str) -> str:
    """A header is one line, whatever a title holds."""
    return " ".join(text.split())[:300]


async def send(letter_id: str, *, settings: Settings) -> None:
    """Hand one letter to the mail server; its Message-ID is its own, so that twins are seen."""
    letter = await Letter.objects().get(Letter.id == letter_id)
    if letter is None or letter.sent_at is not None:
        return
    to = await person_of(letter.person)
    server = urlsplit(settings.smtp_url)
    await aiosmtplib.send(
        message(letter, to=to.email, sender=settings.mail_from),
        hostname=server.hostname,
        port=server.port or 25,
        username=server.username,
        password=server.password,
        use_tls=server.scheme == "smtps",
        start_tls=None if server.scheme == "smtp+starttls" else False,
        timeout=20,
    )
    await Letter.update({Letter.sent_at: now()}).where(Letter.id == letter.id)


def message(letter: Letter, *, to: str, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = letter.subject
    mail["Date"] = formatdate(letter.created_at.timestamp())
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    mail["Message-ID"] = f"<{letter.id}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.body)
    return mail

"""Letters that come back: notices of delivery (RFC 3464), read without trusting a word of them.

Whoever knows the house's address can write to it. A notice counts only where it names a sending of
this house, by the envelope's name (RFC 3461) or by the Message-ID of what it returns: both hold the
letter's name, which its reader and the servers on the way know and nobody guesses. One that returns
nothing of the letter is believed about an address to which exactly one letter went lately. Nothing
follows from any of it but a mark that a person reads.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message
from enum import StrEnum
from typing import Any

import msgspec

from festival.clock import now
from festival.db import rows, transaction
from festival.mailbag import reason_of
from festival.post import as_sent, said_by, sender_of
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition

MOST_BYTES = 1024 * 1024
MOST_PARTS = 100
LATELY = timedelta(days=5)  # as long as servers try before they give up
SENDING = re.compile(r"([a-z0-9]{16})(?:\.([0-9]{1,4}))?")
STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
CAME_BACK = "mail_returned"


class BounceOutcome(StrEnum):
    """What has become of a message."""

    BOUNCED = "bounced"  # a letter is marked
    KNOWN = "known"  # it was marked before, or has been sent anew since
    NOT_OURS = "not_ours"  # a notice about something else
    NO_NOTICE = "no_notice"  # no notice of delivery, or one that says nothing final


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What a notice says of one recipient for whom delivery has failed for good.

    `envelope` and `message_id` are names as they were told; `says_nothing_of_it`: neither is there.
    """

    recipient: str
    status: str
    reason: str
    envelope: str = ""
    message_id: str = ""

    @property
    def says_nothing_of_it(self) -> bool:
        return not (self.envelope or self.message_id)


def notices(raw: bytes) -> list[Notice]:
    """Every failure that a message tells; none where it is no such message, whatever it is."""
    if len(raw) > MOST_BYTES:
        return []
    try:
        return list(read(message_from_bytes(raw, policy=policy.compat32)))
    except Exception:  # noqa: BLE001 a stranger wrote it: what cannot be read says nothing
        return []


def read(mail: Message) -> Iterator[Notice]:
    if mail.get_content_type() != "multipart/report":
        return
    envelope = message_id = ""
    failed: list[Message] = []
    for part in parts_of(mail):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            blocks = [block for block in part.get_payload() if isinstance(block, Message)]
            for block in blocks:
                envelope = envelope or field(block, "Original-Envelope-Id")
            failed += [block for block in blocks if field(block, "Action").lower() == "failed"]
        elif kind in {
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
        }:
            message_id = message_id or returned_id(part)
    for block in failed[:MOST_PARTS]:
        status = STATUS.search(field(block, "Status"))
        yield Notice(
            recipient=address_in(block),
            status=status[0] if status else "",
            reason=" ".join(
                filter(
                    None, [status[0] if status else "", after_type(field(block, "Diagnostic-Code"))]
                )
            ),
            envelope=envelope,
            message_id=message_id,
        )


def parts_of(mail: Message) -> list[Message]:
    """The report's own parts, not what lies in what it returns."""
    payload = mail.get_payload()
    return (
        [one for one in payload if isinstance(one, Message)][:MOST_PARTS]
        if isinstance(payload, list)
        else []
    )


def returned_id(part: Message) -> str:
    """The Message-ID of the letter that comes back, whole or as its head alone."""
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return field(payload[0], "Message-ID")
    text = part.get_payload(decode=True)
    head = message_from_bytes(text if isinstance(text, bytes) else b"", policy=policy.compat32)
    return field(head, "Message-ID")


def field(block: Message, name: str) -> str:
    """On one line, and never longer than anybody reads."""
    return said_by(str(block.get(name, "")))


def after_type(text: str) -> str:
    """`smtp; 550 no such user` → `550 no such user`."""
    return text.partition(";")[2].strip() or text


def address_in(block: Message) -> str:
    told = field(block, "Original-Recipient") or field(block, "Final-Recipient")
    return after_type(told).strip("<> ")[:254]


# What follows


async def take(raw: bytes, *, settings: Settings, edition: Edition | None = None) -> BounceOutcome:
    """Mark the letter that a message says has come back; of this edition, where one is named."""
    told = notices(raw)
    if not told:
        return BounceOutcome.NO_NOTICE
    found = [await mark(one, settings=settings, edition=edition) for one in told]
    return min(found, key=list(BounceOutcome).index)


async def mark(notice: Notice, *, settings: Settings, edition: Edition | None) -> BounceOutcome:
    async with transaction():
        letter = await letter_of(notice, settings=settings)
        if letter is None or (edition and letter["edition"] not in (None, edition.id)):
            return BounceOutcome.NOT_OURS
        marked = await rows(
            """UPDATE letter SET bounced_at = now(), bounce = {}
               WHERE id = {} AND sendings = {} AND bounced_at IS NULL
               RETURNING id""",
            f"{CAME_BACK} {notice.reason}".strip(),
            letter["id"],
            letter["sending"],
        )
        if not marked:
            return BounceOutcome.KNOWN
        await record(
            "letter_bounced", letter["id"], edition=letter["edition"] or "", status=notice.status
        )
    return BounceOutcome.BOUNCED


async def letter_of(notice: Notice, *, settings: Settings) -> dict[str, Any] | None:
    """(id, edition, sending) of the letter that a notice is about, if it is one of ours."""
    if notice.says_nothing_of_it:
        return await only_letter_to(notice.recipient)
    local, _, domain = notice.message_id.strip("<> ").rpartition("@")
    is_ours = domain.lower() == sender_of(settings.mail_from).domain.lower()
    for name in (notice.envelope, local if is_ours else ""):
        if match := SENDING.fullmatch(name):
            known = await rows("SELECT id, edition FROM letter WHERE id = {}", match[1])
            if known:
                return {**known[0], "sending": int(match[2] or 1)}
    return None


async def only_letter_to(address: str) -> dict[str, Any] | None:
    """The one letter that went to this address lately; none where there are two."""
    found = await rows(
        """SELECT id, edition, sendings AS sending FROM letter
           WHERE sent_to <> '' AND lower(sent_to) = lower({}) AND sent_at > {} LIMIT 2""",
        address,
        now() - LATELY,
    )
    return found[0] if len(found) == 1 else None


# Addresses that fail

AT_FAULT = frozenset({"mail_refused", "mail_domain", "mail_address", "mail_utf8"})
"""Reasons of a refusal that lie with the address."""


class FailingAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's address of today, at which the last letter was refused or came back."""

    person: str
    address: str
    name: str
    reason: str
    detail: str
    since: datetime


async def failing(edition: Edition) -> dict[str, FailingAddress]:
    """By person; an address is fine again once a later letter goes there and stays, or it is changed."""
    found = await rows(
        """WITH bad AS (
             SELECT l.person, l.bounce, l.bounced_at, l.sent_at, l.sent_to, o.parked_at, o.fault,
               coalesce(l.sent_at, o.parked_at) AS at
             FROM letter l LEFT JOIN outbox o ON o.task = 'send_letter' AND o.args->>'letter' = l.id
               AND o.done_at IS NULL AND o.cancelled_by = '' AND o.parked_at IS NOT NULL
               AND split_part(o.fault, ' ', 1) = ANY({})
             WHERE l.edition = {} AND (l.sent_at IS NULL OR l.bounced_at IS NOT NULL)
               AND (l.sent_at IS NOT NULL OR o.id IS NOT NULL)),
           latest AS (SELECT DISTINCT ON (person) * FROM bad ORDER BY person, at DESC),
           last AS (SELECT * FROM latest WHERE NOT EXISTS (
             SELECT FROM letter l WHERE l.person = latest.person AND l.edition = {}
               AND l.bounced_at IS NULL AND l.sent_at > latest.at))
           SELECT p.id AS person, p.email AS address, p.name, coalesce(nullif(last.bounce, ''), last.fault) AS fault,
             coalesce(last.bounced_at, last.parked_at) AS since, last.sent_to
           FROM last JOIN person p ON p.id = last.person ORDER BY since DESC""",
        sorted(AT_FAULT),
        edition.id,
        edition.id,
    )
    return {
        row["person"]: failing_address(row)
        for row in found
        if row["sent_to"].lower() in {"", row["address"].lower(), as_sent(row["address"]).lower()}
    }


def failing_address(row: dict[str, Any]) -> FailingAddress:
    reason, detail = reason_of(row["fault"])
    return FailingAddress(
        **{name: row[name] for name in ("person", "address", "name", "since")},
        reason=reason,
        detail=detail,
    )

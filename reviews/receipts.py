"""Watch receipts: a maker learns how much of their film the committee watched, and can show it to anybody.

A receipt says how many members watched, how much of the film each of them saw, between which days; never who.
It is there once the decision is announced, where the edition's chairs allow it. Its code carries a seal that
only this house can make: whoever has the code reads on a page of the house what was said, and that it is so.
"""

import hashlib
import hmac
import json
import re
from datetime import date, datetime
from typing import Any

import msgspec

from festival import desk
from festival.clock import in_zone, now, zone
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.record import record
from festival.settings import Settings
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, new_id
from festival.texts import Texts
from reviews.evidence import LENGTH, seated, share
from reviews.tables import ReceiptRule
from submissions.tables import Submission

LEAST = 0.01  # of the film: whoever only opened it has not watched
CODE = re.compile(r"([0-9A-Za-z_-]{1,16})\.([0-9a-f]{40})")


class ReceiptsWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Whether makers may ask; `version` is the one that was seen (0: nothing was set yet)."""

    is_on: bool
    version: SeenVersion = 0


class SaidOfWatching(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt says. `shares` are percents of the film, the most first, a member each; days are
    those of the edition's clock.
    """

    festival: str
    title: str
    titles: Texts
    shares: list[int]
    length_seconds: int
    first_day: date | None
    last_day: date | None
    issued_on: date

    @property
    def whole(self) -> int:
        """How many saw all of it, or all but a moment."""
        return sum(one >= 98 for one in self.shares)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    said: SaidOfWatching
    created_at: datetime


# What chairs allow


async def rule_of(edition: Edition) -> ReceiptRule:
    """What is set; nothing is allowed before."""
    kept = await ReceiptRule.objects().get(ReceiptRule.edition == edition.id)
    return kept or ReceiptRule(edition=edition.id, is_on=False, version=0)


async def set_rule(wanted: ReceiptsWanted, *, edition: Edition, by: Person) -> None:
    async with transaction():
        await desk.hold_edition(edition.id)
        kept = await ReceiptRule.objects().get(ReceiptRule.edition == edition.id)
        given = {"is_on": wanted.is_on}
        if kept is not None:
            await desk.amend(kept, given, version=wanted.version, act="receipts_set", by=by)
        elif wanted.version:
            raise Conflict("gone_meanwhile")
        else:
            row = ReceiptRule(edition=edition.id, version=1, is_on=wanted.is_on)
            await desk.add(row, act="receipts_set", by=by)


async def why_none(submission: Submission, edition: Edition) -> str:
    """Why no receipt is written: `off`, `early`; nothing where one is."""
    if not (await rule_of(edition)).is_on:
        return "off"
    return "" if submission.announced_at is not None and submission.status != "draft" else "early"


# Writing one


async def issue(
    submission: Submission, *, edition: Edition, settings: Settings, by: Person
) -> Receipt:
    """A new receipt of how it stands today; earlier ones stay true of their own day."""
    async with transaction():
        if why := await why_none(submission, edition):
            raise Refused(f"receipt_{why}")
        said = await watched(submission, edition)
        receipt = new_id()
        [row] = await rows(
            """INSERT INTO watch_receipt (id, submission, said) VALUES ({}, {}, {}::jsonb)
               RETURNING created_at""",
            receipt, submission.id, msgspec.json.encode(said).decode(),
        )  # fmt: skip
        await record("receipt_written", submission.id, by=by, edition=edition.id, receipt=receipt)
    return Receipt(
        code=f"{receipt}.{seal(receipt, said, settings.secret_key)}",
        said=said,
        created_at=row["created_at"],
    )


async def watched(submission: Submission, edition: Edition) -> SaidOfWatching:
    """Of all versions of the file together, a member's best; only of members who may still hear the film."""
    found = await rows(
        f"""SELECT f.title, f.titles,
              coalesce((SELECT max({LENGTH}) FROM film_file n WHERE n.submission = s.id
                AND n.state = 'released'), 0)::float8 AS length,
              coalesce((SELECT jsonb_agg(jsonb_build_object('share', w.share, 'first', w.first, 'last', w.last))
                FROM (SELECT v.person, max({share("v.seconds")})::float8 AS share,
                        min(v.started_at) AS first, max(v.seen_at) AS last
                      FROM viewing v JOIN film_file n ON n.id = v.file
                      WHERE v.submission = s.id AND v.seconds > 0 AND {seated("v.person")}
                      GROUP BY v.person) w), '[]') AS views
            FROM submission s JOIN film f ON f.id = s.film WHERE s.id = {{}}""",
        submission.id,
    )
    views = [one for one in found[0]["views"] if one["share"] >= LEAST]
    days = [
        local_day(msgspec.convert(one[end], datetime), edition)
        for one in views
        for end in ("first", "last")
    ]
    return SaidOfWatching(
        festival=edition.name,
        title=found[0]["title"],
        titles=found[0]["titles"],
        shares=sorted((int(100 * one["share"]) for one in views), reverse=True),
        length_seconds=int(found[0]["length"]),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        issued_on=local_day(now(), edition),
    )


def local_day(when: datetime, edition: Edition) -> date:
    with in_zone(edition.zone):
        return when.astimezone(zone()).date()


def seal(receipt: str, said: SaidOfWatching, secret: str) -> str:
    """160 bits over all that it says, which only this house can reckon."""
    words = json.dumps(msgspec.to_builtins(said), sort_keys=True, ensure_ascii=False)
    key = hmac.new(secret.encode(), b"watch receipts", hashlib.sha256).digest()
    return hmac.new(key, f"{receipt}\n{words}".encode(), hashlib.sha256).hexdigest()[:40]


# Reading


async def receipts_of(submission: Submission, *, settings: Settings) -> list[Receipt]:
    """The newest first; for the film's makers."""
    found = await rows(
        "SELECT id, said, created_at FROM watch_receipt WHERE submission = {} ORDER BY created_at DESC, id",
        submission.id,
    )
    return [receipt_of(row, settings) for row in found]


def receipt_of(row: dict[str, Any], settings: Settings) -> Receipt:
    said = msgspec.convert(row["said"], SaidOfWatching)
    return Receipt(
        code=f"{row['id']}.{seal(row['id'], said, settings.secret_key)}",
        said=said,
        created_at=row["created_at"],
    )


async def checked(code: str, *, settings: Settings) -> Receipt:
    """What the receipt with this code says; `Missing` where this house never wrote it so."""
    parts = CODE.fullmatch(code.strip())
    if parts is None:
        raise Missing("receipt_unknown")
    found = await rows("SELECT id, said, created_at FROM watch_receipt WHERE id = {}", parts[1])
    if not found:
        raise Missing("receipt_unknown")
    receipt = receipt_of(found[0], settings)
    keys = filter(None, (settings.secret_key, settings.old_secret_key))
    if not any(hmac.compare_digest(seal(parts[1], receipt.said, key), parts[2]) for key in keys):
        raise Missing("receipt_unknown")
    return receipt

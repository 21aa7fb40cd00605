"""What a person does with letters that are written: holds one or a kind, lets it go, changes it, sends it.

A letter and its line are locked before anything is decided, so that a worker and a person cannot
both have it: whoever comes second is told.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from festival import leases
from festival.db import later, rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.kinds import AT_ONCE, is_readable
from festival.letters import hold_of
from festival.mailbag import STATE
from festival.outages import retry_now
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, LetterHold, Person, new_id
from festival.wording import LINK, MOST_WRITTEN, all_kinds, body_faults, subject_faults

MAY_WAIT = frozenset({"waiting", "put_off"})
MAY_CHANGE = frozenset({"waiting", "put_off", "held", "parked"})
MAY_GO = frozenset({"waiting", "put_off", "held", "parked", "given_up"})
MOST_READ = 20_000


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as somebody wants it; `{link}` stands where its link does."""

    subject: Annotated[str, Meta(max_length=300)]
    body: Annotated[str, Meta(max_length=MOST_READ)]
    version: VersionNumber


class HandledLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that is locked until the act ends, and its line."""

    id: str
    kind: str
    version: int
    subject: str
    body: str
    line: str
    state: str
    is_perhaps_there: bool


async def standing(letter: str, *, edition: Edition) -> HandledLetter:
    """`Missing` where this edition has no such letter; locked within the caller's transaction."""
    known = await rows(
        """SELECT id, kind, version, subject, body FROM letter
           WHERE id = {} AND (edition = {} OR edition IS NULL) FOR UPDATE""",
        letter,
        edition.id,
    )
    await rows(
        """SELECT id FROM outbox WHERE task = 'send_letter' AND args->>'letter' = {}
           ORDER BY created_at FOR UPDATE""",
        letter,
    )
    # a question of its own after the locks: the one that waited for them has seen nothing newer
    lines = await rows(
        f"""SELECT coalesce(o.id, '') AS line, {STATE} AS state,
              coalesce(o.crashes > 0 OR o.fault LIKE 'mail_unheard%', false) AS is_perhaps_there
            FROM letter l LEFT JOIN outbox o ON o.task = 'send_letter' AND o.args->>'letter' = l.id
            WHERE l.id = {{}} ORDER BY o.created_at DESC NULLS LAST LIMIT 1""",
        letter,
    )
    if not known:
        raise Missing("letter_missing")
    return HandledLetter(**known[0], **lines[0])


def moved_on(letter: HandledLetter) -> Conflict:
    """Why the act cannot be: where the letter has come to."""
    if letter.state == "sending":
        return Conflict("letter_being_sent")
    if letter.state in {"sent", "bounced"}:
        return Conflict("letter_sent")
    return Conflict("letter_elsewhere")


# One letter


async def hold(letter: str, *, edition: Edition, by: Person) -> None:
    """It waits until somebody lets it go. Twice is once."""
    async with transaction():
        it = await standing(letter, edition=edition)
        if it.kind in AT_ONCE:
            raise Refused("letter_cannot_wait")
        if it.state == "held":
            return
        if it.state not in MAY_WAIT:
            raise moved_on(it)
        await rows("UPDATE outbox SET held_at = now() WHERE id = {} RETURNING id", it.line)
        await record("letter_held", letter, by=by, edition=edition.id)


async def release(letter: str, *, edition: Edition, by: Person) -> None:
    """It goes on its way. Twice is once."""
    async with transaction():
        it = await standing(letter, edition=edition)
        if it.state in MAY_WAIT:
            return
        if it.state != "held":
            raise moved_on(it)
        await go(it.line)
        await record("letter_released", letter, by=by, edition=edition.id)


async def go(line: str, *, first: bool = False) -> None:
    await rows(
        """UPDATE outbox SET held_at = NULL, due_at = now(), rung_at = NULL,
             priority = CASE WHEN {} THEN 0 ELSE priority END WHERE id = {} RETURNING id""",
        first,
        line,
    )


async def send_now(letter: str, *, edition: Edition, by: Person) -> None:
    """Before all others, whatever it waited for; one that came back begins anew, to the address that
    its reader has by now. One that is in a worker's hands, or gone, is not sent a second time.
    """
    async with transaction():
        it = await standing(letter, edition=edition)
        if it.state == "bounced":
            await begin_anew(it)
        elif it.state in {"parked", "given_up"}:
            await leases.retry(it.line)
        elif it.state in MAY_GO:
            await go(it.line, first=True)
        else:
            raise moved_on(it)
        await retry_now()
        await record("letter_sent_now", letter, by=by, edition=edition.id)


async def begin_anew(letter: HandledLetter) -> None:
    """A sending of its own: another Message-ID, a line of its own, and none beside it."""
    await rows(
        """UPDATE outbox SET done_at = now(), leased_until = NULL
           WHERE task = 'send_letter' AND args->>'letter' = {} AND done_at IS NULL RETURNING id""",
        letter.id,
    )
    await rows(
        """UPDATE letter SET sent_at = NULL, bounced_at = NULL, bounce = '', sendings = sendings + 1
           WHERE id = {} RETURNING id""",
        letter.id,
    )
    await later("send_letter", priority=0, letter=letter.id)


async def correct(letter: str, given: Correction, *, edition: Edition, by: Person) -> int:
    """Other words for a letter that has not gone; returns its version.

    The record keeps that it was changed, not what it said: letters are forgotten, the record is not.
    """
    async with transaction():
        it = await standing(letter, edition=edition)
        if it.kind in AT_ONCE or not is_readable(it.kind):
            raise Refused("letter_not_yours")
        if it.state not in MAY_CHANGE:
            raise moved_on(it)
        if it.is_perhaps_there:
            raise Conflict("letter_perhaps_there")
        if it.version != given.version:
            raise Conflict("letter_changed_meanwhile")
        subject, body = given.subject.strip(), corrected(it, given)
        if (subject, body) == (it.subject, it.body):
            return it.version
        await rows(
            """UPDATE letter SET subject = {}, body = {}, version = version + 1
               WHERE id = {} RETURNING id""",
            subject,
            body,
            letter,
        )
        now_said = {"subject": subject, "body": body}
        fields = [name for name, text in now_said.items() if getattr(it, name) != text]
        await record("letter_corrected", letter, by=by, edition=edition.id, fields=fields)
    return it.version + 1


def corrected(letter: HandledLetter, given: Correction) -> str:
    """The body with the mark of its link; `Refused` with all that keeps it from being sent."""
    body = given.body.replace("\r\n", "\n").strip()
    wrong = [
        *(f"subject:{code}" for code in subject_faults(given.subject.strip(), None)),
        *(f"body:{code}" for code in body_faults(body, None, most=MOST_READ)),
    ]
    if LINK in letter.body and "{link}" not in body:
        wrong.append("body:link_needed")
    if wrong:
        raise Refused(*wrong, subject=MOST_WRITTEN, body=MOST_READ, link="{link}")
    return body.replace("{link}", LINK) if LINK in letter.body else body


# A kind of letters


def check_may_wait(kind: str) -> None:
    if kind not in all_kinds() or not is_readable(kind):
        raise Missing("letter_kind_missing")
    if kind in AT_ONCE:
        raise Refused("letter_cannot_wait")


async def held_kinds(edition: Edition) -> set[str]:
    kept = await LetterHold.objects().where(LetterHold.edition == edition.id)
    return {row.kind for row in kept}


async def hold_kind(kind: str, *, edition: Edition, by: Person) -> int:
    """From now on letters of this kind wait as they are written, and those that wait stay: how many.

    Whoever is writing some at this moment ends first, so that none slips by. Twice is once.
    """
    check_may_wait(kind)
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock(hashtext({}))", hold_of(kind, edition))
        made = await rows(
            """INSERT INTO letter_hold (id, edition, kind) VALUES ({}, {}, {})
               ON CONFLICT (edition, kind) DO NOTHING RETURNING id""",
            new_id(),
            edition.id,
            kind,
        )
        held = await rows(
            """UPDATE outbox o SET held_at = now() FROM letter l
               WHERE l.edition = {} AND l.kind = {} AND o.task = 'send_letter'
                 AND o.args->>'letter' = l.id AND o.done_at IS NULL AND o.parked_at IS NULL
                 AND o.held_at IS NULL AND (o.leased_until IS NULL OR o.leased_until < now())
               RETURNING o.id""",
            edition.id,
            kind,
        )
        if made or held:
            await record(
                "letter_kind_held", edition.id, by=by, edition=edition.id, kind=kind, n=len(held)
            )
    return len(held)


async def stop_holding(kind: str, *, edition: Edition, by: Person) -> None:
    """What is written from now on goes at once; what is held stays so until it is let go."""
    check_may_wait(kind)
    async with transaction():
        gone = await rows(
            "DELETE FROM letter_hold WHERE edition = {} AND kind = {} RETURNING id",
            edition.id,
            kind,
        )
        if gone:
            await record("letter_kind_flows", edition.id, by=by, edition=edition.id, kind=kind)


async def release_kind(kind: str, *, seen: datetime, edition: Edition, by: Person) -> int:
    """All that were held before `seen` go on their way; what was held since stays. How many."""
    check_may_wait(kind)
    if seen.tzinfo is None:
        raise Refused("seen:time_without_zone")
    async with transaction():
        gone = await rows(
            """UPDATE outbox o SET held_at = NULL, due_at = now(), rung_at = NULL FROM letter l
               WHERE l.edition = {} AND l.kind = {} AND o.task = 'send_letter'
                 AND o.args->>'letter' = l.id AND o.done_at IS NULL AND o.parked_at IS NULL
                 AND o.held_at <= {} RETURNING o.id""",
            edition.id,
            kind,
            seen,
        )
        if gone:
            await record(
                "letter_kind_released", edition.id, by=by, edition=edition.id, kind=kind,
                n=len(gone),
            )  # fmt: skip
    return len(gone)

"""How long an edition keeps what it keeps: rules in days, what is due by each, and letting go in small steps.

Nothing of an accepted or published film goes, nor of one with an appeal. Done twice, it is done once.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from festival import desk, letters, people
from festival.clock import at, in_zone, now
from festival.db import later, made_once, rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import size, t
from festival.paging import Paged, numbers_of, paged, sought
from festival.record import record
from festival.tables import Edition, Person
from festival.texts import ANY_TITLE, EVERY_TITLE
from keeping import mentions, naming
from keeping.mentions import IS_PUBLIC
from keeping.tables import Erasure, Hold, RetentionRule, RetentionRun
from media.mark.variants import marked_key
from media.storage import StorageUnavailable, Store, early_key
from submissions.projection import key_of as projection_key

STEP = 100  # rows or files in one step of one rule
ACCOUNTS = 20
LONGEST_DAYS = 3650
WARNED = timedelta(days=30)  # before an account that nobody uses goes
LATELY = "interval '1 day'"  # marked so long ago, its bytes are let go of again
UNUSED, SILENT = "unused", "silent"

# A film of which nothing goes: chosen or published, thought over again, appealed, or held.
TO_HOLD = 40
BOUND = f"""({IS_PUBLIC} OR s.pending IS NOT NULL OR s.status NOT IN ('declined', 'withdrawn', 'draft')
  OR EXISTS (SELECT FROM hold h WHERE h.submission = s.id AND h.lifted_at IS NULL)
  OR EXISTS (SELECT FROM reopening o JOIN review v ON v.id = o.review
             WHERE v.submission = s.id AND o.closed_at IS NULL))"""
OF_REFUSED = f"""FROM film_file n JOIN submission s ON s.id = n.submission
  WHERE s.edition = {{}} AND NOT {BOUND} AND n.received_at IS NOT NULL"""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of an edition: `counts` from `since` (the end of the edition, or each row's own moment).

    `items` and `size` are what is due now; `next_at` when more will be, where that is known.
    """

    kind: str
    days: int
    version: int
    is_own: bool
    since: str
    items: int
    size: int
    next_at: datetime | None
    last: dict[str, Any] | None


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the page of retention shows."""

    ends_at: datetime
    rules: list[Due]
    house: list[dict[str, Any]]
    holds: list[dict[str, Any]]


def end_of(edition: Edition, *, days: int = 0) -> datetime:
    """Midnight after the last day, or so many days later: by the calendar on the wall, also over a night
    on which clocks change.
    """
    first: date = edition.first_day
    with in_zone(edition.zone):
        return at(first + timedelta(days=edition.days + days), 0)


# What is due, and how it goes


async def due_masters(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        f"SELECT n.id, n.size {OF_REFUSED} AND n.master_gone_at IS NULL ORDER BY n.id", edition.id
    )


async def due_copies(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        f"""SELECT n.id, 0 AS size {OF_REFUSED} AND n.copy_gone_at IS NULL
              AND n.screener IS NOT NULL
            ORDER BY n.id""",
        edition.id,
    )


async def due_trailers(edition: Edition) -> list[dict[str, Any]]:
    """With the copies of films that were not chosen, whatever became of them."""
    return await rows(
        f"""SELECT t.id, 0 AS size, true AS is_trailer FROM trailer t JOIN submission s ON s.id = t.submission
            WHERE s.edition = {{}} AND NOT {BOUND} AND t.state <> 'receiving' ORDER BY t.id""",
        edition.id,
    )


async def let_masters_go(_: Edition, due: list[dict[str, Any]], store: Store) -> int:
    gone = await mark(
        due,
        f"""UPDATE film_file n SET master_gone_at = now() FROM submission s WHERE n.id = {{}}
              AND s.id = n.submission AND n.master_gone_at IS NULL AND NOT {BOUND} RETURNING n.id""",
        act="master_let_go",
    )
    for row in await rows(f"SELECT id FROM film_file WHERE master_gone_at > now() - {LATELY}"):
        await asyncio.to_thread(store.discard_master, row["id"])
    return gone


async def let_copies_go(_: Edition, due: list[dict[str, Any]], store: Store) -> int:
    gone = await mark(
        due,
        f"""UPDATE film_file n SET copy_gone_at = now() FROM submission s WHERE n.id = {{}}
              AND s.id = n.submission AND n.copy_gone_at IS NULL AND NOT {BOUND} RETURNING n.id""",
        act="copy_let_go",
    )
    for row in await rows(f"SELECT id FROM film_file WHERE copy_gone_at > now() - {LATELY}"):
        for copy in (
            row["id"],
            early_key(row["id"]),
            projection_key(row["id"]),
            marked_key(row["id"]),
        ):
            await asyncio.to_thread(store.discard_copy, copy)
    return gone


async def let_trailers_go(due: list[dict[str, Any]]) -> int:
    """Of a trailer nothing stays."""
    gone = 0
    for one in due[:STEP]:
        async with transaction():
            for row in await rows(
                f"""DELETE FROM trailer t USING submission s WHERE t.id = {{}} AND s.id = t.submission
                      AND NOT {BOUND} RETURNING t.id, t.edition, t.submission""",
                one["id"],
            ):
                await later("discard_trailer", trailer=row["id"], edition=row["edition"])
                await record(
                    "trailer_let_go", row["submission"], trailer=row["id"], edition=row["edition"]
                )
                gone += 1
    return gone


async def mark(due: list[dict[str, Any]], sql: str, *, act: str) -> int:
    """The rows first, so that a backup under way misses nothing; the bytes follow, again where that was
    cut off.
    """
    gone = 0
    for file in due[:STEP]:
        async with transaction():
            if await rows(sql, file["id"]):
                await record(act, file["id"])
                gone += 1
    return gone


async def due_letters(edition: Edition, days: int) -> list[dict[str, Any]]:
    return await rows(
        """SELECT id, octet_length(body) AS size FROM letter WHERE edition = {}
             AND sent_at < now() - {}::interval LIMIT 10000""",
        edition.id,
        timedelta(days=days),
    )


async def let_letters_go(due: list[dict[str, Any]]) -> int:
    gone = await rows(
        "DELETE FROM letter WHERE id = ANY({}) RETURNING id", [row["id"] for row in due]
    )
    return len(gone)


async def due_places(edition: Edition, days: int) -> list[dict[str, Any]]:
    """Lines of the record that still say from where somebody watched or came in."""
    return await rows(
        """SELECT id, details, 0 AS size FROM record WHERE edition = {} AND details ? 'peer'
             AND details->>'peer' NOT IN ('', {}) AND at < now() - {}::interval LIMIT 1000""",
        edition.id,
        naming.GONE,
        timedelta(days=days),
    )


async def let_places_go(edition: Edition, due: list[dict[str, Any]]) -> int:
    return await mentions.redact_lines(
        [row["id"] for row in due],
        [json.dumps({**row["details"], "peer": naming.GONE}) for row in due],
        by="", why="places", edition=str(edition.id),
    )  # fmt: skip


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """`days` is what the house proposes; `is_after_end`: they count from the end of the edition."""

    days: int
    least: int
    is_after_end: bool
    due: Callable[[Edition, int], Awaitable[list[dict[str, Any]]]]
    act: Callable[[Edition, list[dict[str, Any]], Store], Awaitable[int]]


async def _masters(edition: Edition, _: int) -> list[dict[str, Any]]:
    return await due_masters(edition)


async def _copies(edition: Edition, _: int) -> list[dict[str, Any]]:
    return [*await due_copies(edition), *await due_trailers(edition)]


async def _let_copies_go(edition: Edition, due: list[dict[str, Any]], store: Store) -> int:
    trailers = [row for row in due if "is_trailer" in row]
    copies = [row for row in due if "is_trailer" not in row]
    return await let_copies_go(edition, copies, store) + await let_trailers_go(trailers)


async def _letters(_: Edition, due: list[dict[str, Any]], __: Store) -> int:
    return await let_letters_go(due)


async def _places(edition: Edition, due: list[dict[str, Any]], _: Store) -> int:
    return await let_places_go(edition, due)


RULES = {
    "copies": Rule(days=0, least=0, is_after_end=True, due=_copies, act=_let_copies_go),
    "masters": Rule(days=90, least=0, is_after_end=True, due=_masters, act=let_masters_go),
    "letters": Rule(days=400, least=30, is_after_end=False, due=due_letters, act=_letters),
    "places": Rule(days=365, least=180, is_after_end=False, due=due_places, act=_places),
}
# What the house forgets of itself, whichever edition: said on the page, kept by other sweeps.
HOUSE: dict[str, int] = {
    "sessions": 14, "links": 7, "keys": 90, "tasks": 30, "answers": 1, "exports": 7, "uploads": 7,
    UNUSED: 365, SILENT: 3 * 365,
}  # fmt: skip


async def rule_of(edition: Edition, kind: str) -> tuple[int, int]:
    """(days, version) that hold in this edition; version 0 is the house's own proposal."""
    own = await own_rule(edition, kind)
    return (own.days, own.version) if own is not None else (RULES[kind].days, 0)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Until when a kind of thing is kept: a day where the calendar has one, else so many days from its making."""

    kind: str
    days: int
    day: datetime | None


async def kept(edition: Edition, kind: str) -> Kept:
    days, _ = await rule_of(edition, kind)
    day = end_of(edition, days=days) if RULES[kind].is_after_end else None
    return Kept(kind=kind, days=days, day=day)


async def own_rule(edition: Edition, kind: str) -> RetentionRule | None:
    return (await own_rules(edition)).get(kind)


@made_once
async def own_rules(edition: Edition) -> dict[str, RetentionRule]:
    found = await RetentionRule.objects().where(RetentionRule.edition == edition.id)
    return {one.kind: one for one in found}


async def due_now(edition: Edition, kind: str, days: int) -> list[dict[str, Any]]:
    rule = RULES[kind]
    if rule.is_after_end and now() < end_of(edition, days=days):
        return []
    return await rule.due(edition, days)


async def would_go(edition: Edition, kind: str, days: int) -> list[dict[str, Any]]:
    """What goes once the time has come: by it an operator sees what is meant."""
    return await RULES[kind].due(edition, days)


# Rules and holds


async def set_days(edition: Edition, kind: str, days: int, *, version: int, by: Person) -> int:
    """`version` is what its editor saw; 0 where the house's proposal held."""
    if kind not in RULES:
        raise Missing("retention_missing")
    if not RULES[kind].least <= days <= LONGEST_DAYS:
        raise Refused("days:retention_days", least=RULES[kind].least, most=LONGEST_DAYS)
    async with transaction():
        await desk.hold_edition(str(edition.id))
        own = await own_rule(edition, kind)
        if own is not None:
            return await desk.amend(
                own, {"days": days}, version=version, act="retention_changed", by=by
            )
        if version:
            raise Conflict("changed_meanwhile")
        if days == RULES[kind].days:
            return 0
        row = RetentionRule(edition=edition.id, kind=kind, days=days)
        await desk.add(row, act="retention_changed", by=by)
        return 1


async def place_hold(edition: Edition, submission: str, *, reason: str, by: Person) -> None:
    """Nothing of this film goes by the calendar until it is lifted; 409 where somebody holds it already."""
    if len(reason.strip()) < 3:
        raise Refused("reason:reason_missing")
    async with transaction():
        known = await rows(
            "SELECT id FROM submission WHERE id = {} AND edition = {} FOR UPDATE",
            submission,
            edition.id,
        )
        if not known:
            raise Missing("submission_missing")
        standing = await rows(
            "SELECT id FROM hold WHERE submission = {} AND lifted_at IS NULL", submission
        )
        if standing:
            raise Conflict("hold_stands")
        await Hold(submission=submission, reason=reason.strip()[:400], placed_by=by.id).save()
        await record("hold_placed", submission, by=by, edition=edition.id)


async def lift_hold(edition: Edition, hold_id: str, *, by: Person) -> None:
    async with transaction():
        gone = await rows(
            """UPDATE hold h SET lifted_at = now() FROM submission s WHERE h.id = {}
                 AND s.id = h.submission AND s.edition = {} AND h.lifted_at IS NULL
               RETURNING h.submission""",
            hold_id,
            edition.id,
        )
        if not gone:
            raise Missing("hold_missing")
        await record("hold_lifted", gone[0]["submission"], by=by, edition=edition.id)


# The calendar's turn


async def keep_calendar(*, store: Store) -> None:
    """One step of each rule of each edition, then accounts, then word to operators of yesterday."""
    for edition in await Edition.objects().order_by(Edition.created_at):
        for kind in RULES:
            try:
                await step(edition, kind, store=store)
            except StorageUnavailable:
                continue  # the next turn tries again
        await tell_of_yesterday(edition)
    await note_accounts(UNUSED, await unused_accounts())
    await note_accounts(SILENT, await silent_accounts())


async def step(edition: Edition, kind: str, *, store: Store) -> int:
    """At most `STEP` of one kind; what it did is a row."""
    days, _ = await rule_of(edition, kind)
    due = await due_now(edition, kind, days)
    if not due:
        return 0
    gone = await RULES[kind].act(edition, due, store)
    if gone:
        sizes = sum(row["size"] for row in due[:gone])
        async with transaction():
            await RetentionRun(edition=edition.id, kind=kind, items=gone, size=sizes).save()
            await record("retention_done", edition.id, edition=edition.id, kind=kind, rows=gone)
    return gone


async def tell_of_yesterday(edition: Edition) -> None:
    """One letter a day at most, and none about nothing."""
    done = await rows(
        """SELECT kind, sum(items)::int AS items, sum(size)::bigint AS size FROM retention_run
           WHERE edition = {} AND (at AT TIME ZONE {})::date = (now() AT TIME ZONE {})::date - 1
           GROUP BY kind ORDER BY kind""",
        edition.id,
        edition.zone,
        edition.zone,
    )
    if done:
        await letters.write_to_operators(
            "retention_done",
            occasion=f"retention:{edition.id}:{now():%Y-%m-%d}",
            edition=str(edition.id),
            link="/operator/retention",
            lines=lambda language: "\n".join(line_of(language, row) for row in done),
        )


def line_of(language: str, row: dict[str, Any]) -> str:
    return t(
        language,
        "retention.line",
        kind=t(language, f"retention.kind.{row['kind']}"),
        n=row["items"],
        size=size(language, row["size"]),
    )


async def unused_accounts() -> list[str]:
    """Opened a year ago, never entered, and nothing was ever done with them."""
    found = await rows(
        """SELECT p.id FROM person p WHERE p.erased_at IS NULL AND p.created_at < now() - {}::interval
             AND NOT EXISTS (SELECT FROM record c WHERE c.person = p.id)
             AND NOT EXISTS (SELECT FROM role r WHERE r.person = p.id AND r.part <> 'filmmaker')
             AND NOT EXISTS (SELECT FROM member m WHERE m.person = p.id)
             AND NOT EXISTS (SELECT FROM erasure x WHERE x.person = p.id AND x.state IN ('asked', 'running'))
           ORDER BY p.created_at LIMIT {}""",
        timedelta(days=HOUSE[UNUSED]),
        ACCOUNTS,
    )
    return [row["id"] for row in found]


async def silent_accounts() -> list[str]:
    """Not heard of for three years, and of no edition that is still to come."""
    found = await rows(
        f"""SELECT p.id FROM person p WHERE p.erased_at IS NULL AND {LAST_CONTACT} < now() - {{}}::interval
              AND EXISTS (SELECT FROM record c WHERE c.person = p.id)
              AND NOT EXISTS (SELECT FROM role r JOIN edition e ON e.id = r.edition
                WHERE r.person = p.id AND e.first_day + e.days > current_date)
              AND NOT EXISTS (SELECT FROM erasure x WHERE x.person = p.id AND x.state IN ('asked', 'running'))
            ORDER BY p.id LIMIT {{}}""",
        timedelta(days=HOUSE[SILENT]),
        ACCOUNTS,
    )
    return [row["id"] for row in found]


LAST_CONTACT = """greatest(p.created_at,
  (SELECT max(c.at) FROM record c WHERE c.person = p.id),
  (SELECT max(w.seen_at) FROM session w WHERE w.person = p.id))"""


async def note_accounts(reason: str, accounts: list[str]) -> None:
    """An unused account goes now; a silent one is written to, and goes in a month unless somebody comes."""
    for person_id in accounts:
        async with transaction():
            person = await people.person(person_id)
            waits = WARNED if reason == SILENT else timedelta()
            await Erasure(person=person.id, due_at=now() + waits, reason=reason).save()
            await record("erasure_asked", person.id, by=None)
            if reason == SILENT:
                edition = await newest_edition_of(person.id)
                await letters.write(
                    "account_ending",
                    person,
                    occasion=f"account_ending:{person.id}:{now():%Y-%m}",
                    edition=edition,
                    link="/account",
                    days=WARNED.days,
                )


async def newest_edition_of(person_id: str) -> Edition | None:
    found = await rows(
        """SELECT r.edition FROM role r JOIN edition e ON e.id = r.edition WHERE r.person = {}
           ORDER BY e.first_day DESC LIMIT 1""",
        person_id,
    )
    return await Edition.objects().get(Edition.id == found[0]["edition"]) if found else None


# Reading


async def calendar_of(edition: Edition, hidden: frozenset[str] = frozenset()) -> Calendar:
    """`hidden` are entries that the reader has stepped aside from: they are not named."""
    return Calendar(
        ends_at=end_of(edition),
        rules=[await due_of(edition, kind) for kind in RULES],
        house=[{"kind": kind, "days": days} for kind, days in HOUSE.items()],
        holds=[one for one in await holds_of(edition) if one["submission"] not in hidden],
    )


async def due_of(edition: Edition, kind: str) -> Due:
    days, version = await rule_of(edition, kind)
    rule = RULES[kind]
    begins = end_of(edition, days=days) if rule.is_after_end else None
    found = await would_go(edition, kind, days)
    last = await rows(
        """SELECT max(at) AS at, sum(items)::int AS items, sum(size)::bigint AS size FROM retention_run
           WHERE edition = {} AND kind = {} GROUP BY at::date ORDER BY 1 DESC LIMIT 1""",
        edition.id,
        kind,
    )
    return Due(
        kind=kind, days=days, version=version, is_own=bool(version),
        since="end" if rule.is_after_end else "row", items=len(found),
        size=sum(row["size"] for row in found), next_at=begins, last=last[0] if last else None,
    )  # fmt: skip


async def holds_of(edition: Edition) -> list[dict[str, Any]]:
    return await rows(
        """SELECT h.id, h.submission, h.reason, h.placed_at,
             CASE WHEN s.status = 'withdrawn' THEN '' ELSE f.title END AS title FROM hold h
           JOIN submission s ON s.id = h.submission JOIN film f ON f.id = s.film
           WHERE s.edition = {} AND h.lifted_at IS NULL ORDER BY h.placed_at""",
        edition.id,
    )


class FilmsToHold(Paged, frozen=True, kw_only=True):
    """The first of the films that may be held."""

    films: list[tuple[str, str]]


async def films_to_hold(edition: Edition, hidden: list[str], *, words: str = "") -> FilmsToHold:
    """Films of which something would go: whichever may be held. Forty of them, by title, each with its id; `words` are
    sought in titles. One that was taken back is named to nobody; a program holds it by its id.
    """
    here = f"""SELECT s.id, {ANY_TITLE} AS title, f.folded_title FROM submission s JOIN film f ON f.id = s.film
               WHERE s.edition = {{}} AND NOT {BOUND} AND NOT s.status IN ('draft', 'withdrawn')
                 AND NOT s.id = ANY({{}}) {f"AND {sought(EVERY_TITLE)}" if words else ""}"""
    told = await rows(
        f"WITH {paged(here, order='folded_title, title, id', of=TO_HOLD)} SELECT * FROM page ORDER BY place",
        edition.id, hidden, *filter(None, [words]), 1,
    )  # fmt: skip
    return FilmsToHold(
        films=[(row["id"], row["title"]) for row in told], **numbers_of(told, of=TO_HOLD)
    )

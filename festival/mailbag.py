"""Letters that have not gone out: who waits for one, why, and what an operator may do about it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Refused
from festival.kinds import COMMITTEE, OF_THE_COMMITTEE
from festival.language import t
from festival.leases import Lease
from festival.letters import write_to_operators
from festival.outages import retry_now
from festival.record import record
from festival.tables import Edition, Person, new_id

GATHERING = timedelta(minutes=2)  # from the first refused letter to the one that tells of all
BETWEEN = timedelta(minutes=30)  # two of those
NAMED = 20
CRASHED = "workers died of it"
REASONS = frozenset(
    {
        "mail_away",
        "mail_later",
        "mail_unheard",
        "mail_refused",
        "mail_domain",
        "mail_address",
        "mail_utf8",
        "mail_link_over",
        "mail_returned",
    }
)


FAILED_STATE = """CASE WHEN l.dropped_at IS NOT NULL THEN 'dropped'
  WHEN l.bounced_at IS NOT NULL THEN 'bounced'"""
SENT_STATE = f"{FAILED_STATE} ELSE 'sent' END"
"""Where a letter `l` that was sent stands, in SQL."""
STATE = f"""{FAILED_STATE} WHEN l.sent_at IS NOT NULL THEN 'sent'
  WHEN o.cancelled_by <> '' THEN 'given_up' WHEN o.parked_at IS NOT NULL THEN 'parked'
  WHEN o.leased_until > now() THEN 'sending' WHEN o.held_at IS NOT NULL THEN 'held'
  WHEN o.fault <> '' THEN 'put_off' ELSE 'waiting' END"""
"""Where a letter `l` with the line `o` stands, in SQL."""
ITS_LINE = """LEFT JOIN LATERAL (SELECT * FROM outbox WHERE task = 'send_letter'
  AND args->>'letter' = l.id ORDER BY created_at DESC LIMIT 1) o ON true"""
"""To a letter `l` its line `o`, the newest where it was sent more than once; none once it is swept."""
OF_HERE = """(SELECT * FROM letter WHERE edition = {}
  UNION ALL SELECT * FROM letter WHERE edition IS NULL)"""
"""Letters of an edition and of the house, each by an index."""
STATES = (
    "held", "waiting", "put_off", "sending", "parked", "bounced", "given_up", "dropped", "sent",
)  # fmt: skip


class Counts(msgspec.Struct, frozen=True):
    """Letters not sent: on their way, held for a person, and dead letters (`parked`) to look at."""

    waiting: int
    parked: int
    held: int = 0


async def counts(edition: str | None = None) -> Counts:
    """Of one edition and of the house, or of everything."""
    count_rows = await rows(
        """SELECT count(*) FILTER (WHERE parked_at IS NULL AND held_at IS NULL) AS waiting,
             count(*) FILTER (WHERE parked_at IS NULL AND held_at IS NOT NULL) AS held,
             count(*) FILTER (WHERE parked_at IS NOT NULL AND cancelled_by = '') AS parked
           FROM outbox WHERE task = 'send_letter' AND done_at IS NULL
             AND ({}::text IS NULL OR edition = ANY(ARRAY[{}, '']::text[]))""",
        edition,
        edition,
    )
    return Counts(**count_rows[0])


class KindCounts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Letters of one kind by state; those of the committee are all of one kind (`committee`). `due_at` is when
    the next of them may go, where only those were asked for that have not gone out.
    """

    kind: str
    states: dict[str, int]
    due_at: datetime | None = None

    @property
    def waiting(self) -> int:
        """On their way, put off or not."""
        return sum(self.states.get(state, 0) for state in ON_THEIR_WAY)

    @property
    def held(self) -> int:
        return self.states.get("held", 0)

    @property
    def parked(self) -> int:
        return self.states.get("parked", 0)


ON_THEIR_WAY = ("waiting", "put_off", "sending")
KIND = f"CASE WHEN l.kind = ANY({{}}) THEN '{COMMITTEE}' ELSE l.kind END AS kind"
NOT_OUT = f"""SELECT {KIND}, {STATE} AS state, o.due_at, 1 AS n
  FROM outbox o JOIN letter l ON l.id = o.args->>'letter' WHERE o.task = 'send_letter'
  AND o.done_at IS NULL AND o.cancelled_by = '' AND o.edition = ANY(ARRAY[{{}}, '']::text[])"""
NOT_SENT = f"""SELECT {KIND}, {STATE} AS state, NULL::timestamptz AS due_at, 1 AS n
  FROM {OF_HERE} l {ITS_LINE} WHERE l.sent_at IS NULL"""
SENT = f"""SELECT {KIND}, {SENT_STATE}, NULL, count(*) FROM letter l WHERE l.sent_at IS NOT NULL AND l.edition"""
EVERY_LETTER = (
    f"{NOT_SENT} UNION ALL {SENT} = {{}} GROUP BY 1, 2 UNION ALL {SENT} IS NULL GROUP BY 1, 2"
)
"""The many that have gone out are counted in the index `letter_sent`: their lines say nothing more."""


async def counts_by_kind(edition: Edition, *, not_out: bool = False) -> list[KindCounts]:
    """Every kind of which this edition, or the house, has letters; a state without one is not in it.

    `not_out`: only letters that have not gone out, the kinds with most of them first; it reads no others.
    """
    committees = sorted(OF_THE_COMMITTEE)
    here = [committees, edition.id]
    counted = await rows(
        f"""WITH own AS ({NOT_OUT if not_out else EVERY_LETTER})
            SELECT kind, state, sum(n)::int AS n, min(due_at) FILTER (WHERE state = ANY({{}})) AS due_at
            FROM own GROUP BY kind, state ORDER BY kind, state""",
        *(here if not_out else [*here, *here, committees]),
        list(ON_THEIR_WAY),
    )
    found: dict[str, dict[str, int]] = {}
    due: dict[str, list[datetime]] = {}
    for row in counted:
        found.setdefault(row["kind"], {})[row["state"]] = row["n"]
        due.setdefault(row["kind"], []).extend([row["due_at"]] if not_out and row["due_at"] else [])
    kinds = [
        KindCounts(kind=kind, states=states, due_at=min(due[kind], default=None))
        for kind, states in found.items()
    ]
    return sorted(kinds, key=lambda one: -sum(one.states.values())) if not_out else kinds


def within(edition: Edition) -> list[str]:
    """What an operator of this edition may reach: its own lines, and the house's."""
    return [edition.id, ""]


# Acts


async def retry_all(edition: Edition, *, by: Person) -> int:
    """Every refused letter goes on its way again, with fresh patience; returns how many.

    Those that were put off are tried at once, too, and so is a server that took nothing.
    """
    async with transaction():
        again = await rows(
            """UPDATE outbox SET parked_at = NULL, leased_until = NULL, rung_at = NULL, faults = 0,
                 crashes = 0, patient_until = NULL, told_at = NULL, due_at = now()
               WHERE task = 'send_letter' AND done_at IS NULL AND parked_at IS NOT NULL
                 AND cancelled_by = '' AND edition = ANY({}) RETURNING id""",
            within(edition),
        )
        await rows(
            """UPDATE outbox SET due_at = now(), rung_at = NULL
               WHERE task = 'send_letter' AND done_at IS NULL AND parked_at IS NULL
                 AND due_at > now() AND edition = ANY({}) RETURNING id""",
            within(edition),
        )
        await retry_now()
        await note("letters_retried", again, edition=edition, by=by)
    return len(again)


async def give_up_all(edition: Edition, *, seen: datetime, by: Person) -> int:
    """The letters that were refused before `seen` are never sent; what came since stays."""
    if seen.tzinfo is None:
        raise Refused("seen:time_without_zone")
    async with transaction():
        gone = await rows(
            """UPDATE outbox SET cancelled_by = {}, leased_until = NULL
               WHERE task = 'send_letter' AND done_at IS NULL AND parked_at <= {}
                 AND cancelled_by = '' AND edition = ANY({}) RETURNING id""",
            by.id,
            seen,
            within(edition),
        )
        await note("letters_given_up", gone, edition=edition, by=by)
    return len(gone)


async def note(act: str, lines: list[dict[str, Any]], *, edition: Edition, by: Person) -> None:
    if lines:
        ids = sorted(row["id"] for row in lines)
        await record(act, edition.id, by=by, edition=edition.id, lines=ids)


# Telling


async def note_dead_letter(lease: Lease, _: str) -> None:
    """One letter for a burst of refused ones: the first asks for it, the others find it asked."""
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock(hashtext('tell_of_letters'))")
        standing = await rows(
            """SELECT id FROM outbox WHERE task = 'tell_of_letters' AND edition = {} AND attempt = 0
                 AND done_at IS NULL AND parked_at IS NULL""",
            lease.edition,
        )
        if standing or await is_tale(lease.args["letter"]):
            return
        last = await rows(
            """SELECT max(done_at) AS at FROM outbox
               WHERE task = 'tell_of_letters' AND edition = {}""",
            lease.edition,
        )
        due = max(now() + GATHERING, (last[0]["at"] or now() - BETWEEN) + BETWEEN)
        await later("tell_of_letters", due_at=due, edition=lease.edition)


async def is_tale(letter: str) -> bool:
    """A letter about refused letters that is refused itself makes no other."""
    return bool(
        await rows("SELECT id FROM letter WHERE id = {} AND kind = 'letters_parked'", letter)
    )


async def tell(edition: str) -> None:
    """To every operator: how many letters were refused since the last such letter, whose and why."""
    async with transaction():
        refused = await rows(
            """UPDATE outbox o SET told_at = now() FROM letter l, person p
               WHERE o.task = 'send_letter' AND o.edition = {} AND o.parked_at IS NOT NULL
                 AND o.cancelled_by = '' AND o.told_at IS NULL AND o.done_at IS NULL
                 AND l.id = o.args->>'letter' AND l.kind <> 'letters_parked' AND p.id = l.person
               RETURNING o.id, p.email, o.fault""",
            edition,
        )
        if not refused:
            return
        await write_to_operators(
            "letters_parked",
            occasion=f"letters_parked:{new_id()}",
            edition=edition,
            link="/operator/letters",
            n=len(refused),
            lines=lambda language: "\n".join(lines_of(refused, language)),
        )


def lines_of(refused: list[dict[str, Any]], language: str) -> list[str]:
    """`ada@example.org: refused, 550 no such user`, the first ones."""
    named = []
    for row in refused[:NAMED]:
        code, detail = reason_of(row["fault"], is_dead_letter=True)
        reason = t(language, f"mail.reason.{code}") + (f" ({detail[:160]})" if detail else "")
        named.append(t(language, "mail.line", address=row["email"], reason=reason))
    return named + (["…"] if len(refused) > NAMED else [])


def reason_of(fault: str, *, is_dead_letter: bool = False) -> tuple[str, str]:
    """(code of the words, what the server said); a letter put off until it was parked came too late."""
    code, _, detail = fault.partition(" ")
    if code not in REASONS:
        return ("crashed" if fault.endswith(CRASHED) else "ours", fault)
    return ("mail_late" if is_dead_letter and code == "mail_later" else code, detail)

"""What operators read of their edition: queue, letters and record, with the films that they concern."""

import asyncio
from datetime import date, datetime
from typing import Any

import msgspec

from festival import mailbag
from festival.access import COMMITTEE, Viewer
from festival.db import rows
from festival.tables import Edition
from festival.texts import ANY_TITLE
from media.storage import Store

MOST_LINES, MOST_SHOWN = 100, 200
LIVELY_S = 120  # seconds without a byte, and an upload is not under way
# What the committee says and decides among itself: operators see that it happened, but never what a
# vote or a decision was; and not even that where they sit in the committee.
AMONG_THE_COMMITTEE = [
    "review_given", "review_kept", "sheet_reopened", "note_made", "note_changed", "note_removed",
    "recused", "recusal_lifted", "decision_proposed",
]  # fmt: skip
# Of a film that they made, or stepped aside from, operators do not read either who has looked at it.
ABOUT_A_FILM_OF_THEIRS = [*AMONG_THE_COMMITTEE, "copy_opened"]


async def record_lines(
    edition: Edition,
    viewer: Viewer,
    *,
    act: str = "",
    who: str = "",
    about: str = "",
    day: date | None = None,
    before: int = 2**53,
) -> list[dict[str, Any]]:
    """Lines of the record, a hundred at most; `day` is one of Paris, midnight to midnight.

    `about` is a subject; a film's are also those of its files, and of the imports that brought or changed
    it. A film is named to operators who have not stepped aside from it.
    """
    return await rows(
        """SELECT r.id, r.at, r.act, r.person, coalesce(nullif(p.name, ''), p.email, '') AS name,
             r.subject, coalesce(s.id, '') AS film,
             """
        + ANY_TITLE
        + """ AS title,
             coalesce(nullif(w.name, ''), w.email, '') AS whom,
             CASE WHEN r.act = ANY({}) THEN jsonb_build_object() ELSE r.details END AS details
           FROM record r LEFT JOIN person p ON p.id = r.person LEFT JOIN person w ON w.id = r.subject
           LEFT JOIN film_file n ON n.id = r.subject
           LEFT JOIN submission s ON s.id = coalesce(n.submission, r.subject) AND NOT s.id = ANY({})
           LEFT JOIN film f ON f.id = s.film
           WHERE NOT (r.act = ANY({}) AND {})
             AND NOT (r.act = ANY({}) AND r.person <> {} AND coalesce(n.submission, r.subject) = ANY({}))
             AND r.edition = {} AND r.id < {} AND ({} IN ('', r.act)) AND ({} IN ('', r.person))
             AND ({} IN ('', r.subject, s.id) OR r.subject IN (
               SELECT brought FROM import_change WHERE submission = {}))
             AND ({}::date IS NULL OR (r.at AT TIME ZONE 'Europe/Paris')::date = {}::date)
           ORDER BY r.id DESC LIMIT {}""",
        AMONG_THE_COMMITTEE,
        sorted(viewer.recused),
        AMONG_THE_COMMITTEE,
        viewer.has(*COMMITTEE),
        ABOUT_A_FILM_OF_THEIRS,
        viewer.id,
        await films_apart(viewer),
        edition.id,
        before,
        act,
        who,
        about,
        about,
        day,
        day,
        MOST_LINES,
    )


async def films_apart(viewer: Viewer) -> list[str]:
    """Entries of which the viewer is a maker, or from which they have stepped aside."""
    made = await rows("SELECT submission FROM member WHERE person = {}", viewer.id)
    return sorted({row["submission"] for row in made} | viewer.recused)


async def queue_lines(viewer: Viewer) -> list[dict[str, Any]]:
    """What was parked and why, what runs, what waits, and what was done in the last hour.

    The lines of the viewer's edition and of the house itself. Of each state there are as many
    letters at most as other lines: a batch hides no film. A film is named to operators who have
    not stepped aside from it.
    """
    return await rows(
        f"""WITH own AS (
             SELECT o.*, CASE WHEN o.done_at IS NOT NULL THEN 'done'
               WHEN o.parked_at IS NOT NULL THEN 'parked'
               WHEN o.leased_until > now() THEN 'running' ELSE 'waiting' END AS state
             FROM outbox o WHERE o.edition = ANY({{}})
               AND (o.done_at IS NULL OR o.done_at > now() - interval '1 hour')
               AND NOT (o.task = 'send_letter' AND o.cancelled_by <> '')),
           ranked AS (
             SELECT own.*, row_number() OVER (PARTITION BY state, task = 'send_letter'
               ORDER BY done_at DESC, priority, due_at, id) AS place FROM own)
           SELECT o.id, o.task, o.queue, o.args, o.priority, o.created_at, o.due_at, o.rung_at,
             o.attempt, o.worker, o.weight, o.leased_until, o.done_at, o.parked_at, o.fault, o.cancelled_by,
             f.title, CASE WHEN s.id IS NOT NULL THEN n.name END AS file_name,
             n.size AS file_size, n.state AS file_state,
             s.id AS submission, p.kind AS step, p.fraction, p.started_at AS begun_at, o.state,
             l.kind AS letter_kind, a.email AS letter_to
           FROM ranked o
           LEFT JOIN film_file n ON n.id = o.args->>'file'
           LEFT JOIN submission s ON s.id = n.submission AND s.edition = {{}} AND NOT s.id = ANY({{}})
           LEFT JOIN film f ON f.id = s.film
           LEFT JOIN letter l ON l.id = o.args->>'letter' LEFT JOIN person a ON a.id = l.person
           LEFT JOIN LATERAL (SELECT kind, fraction, started_at FROM step
             WHERE file = n.id AND state = 'running' ORDER BY started_at DESC LIMIT 1) p ON true
           WHERE o.place <= {MOST_LINES}
           ORDER BY o.parked_at IS NULL, o.done_at IS NOT NULL, o.done_at DESC, o.priority, o.due_at, o.id""",
        [viewer.edition, ""],
        viewer.edition,
        sorted(viewer.recused),
    )


class Arriving(msgspec.Struct, frozen=True):
    """Uploads that are under way: how many, and the bytes that are still to come."""

    uploads: int
    to_come: int


async def arriving(edition: Edition, store: Store) -> Arriving:
    """What has been sent at within the last minutes; one that was left alone is not under way."""
    found = await rows(
        """SELECT n.id, n.size FROM film_file n JOIN submission s ON s.id = n.submission
           WHERE s.edition = {} AND n.state = 'receiving' AND n.received_at IS NULL
             AND n.expires_at > now()""",
        edition.id,
    )

    def to_come(key: str, size: int) -> int | None:
        known = store.arrived(key)
        return None if known is None or known[1] > LIVELY_S else max(size - known[0], 0)

    left = await asyncio.to_thread(lambda: [to_come(row["id"], row["size"]) for row in found])
    under_way = [one for one in left if one is not None]
    return Arriving(len(under_way), sum(under_way))


async def received_today(edition: Edition) -> int:
    """Bytes of films that have arrived within a day."""
    found = await rows(
        """SELECT coalesce(sum(n.size), 0)::bigint AS bytes FROM film_file n
           JOIN submission s ON s.id = n.submission
           WHERE s.edition = {} AND n.received_at > now() - interval '1 day'""",
        edition.id,
    )
    return int(found[0]["bytes"])


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as an operator may know it: whom it is for and how it fares, not what it says.

    `state`: `parked` (refused), `waiting`, `sent`, `given_up`.
    """

    line: str
    to: str
    name: str
    kind: str
    title: str
    state: str
    reason: str
    detail: str
    written_at: datetime
    sent_at: datetime | None = None
    parked_at: datetime | None = None
    due_at: datetime | None = None


async def envelopes(viewer: Viewer, edition: Edition, *, address: str = "") -> list[Envelope]:
    """Refused ones first, then those that wait; with (a part of) an address also all others.

    A film that the operator has stepped aside from is not named.
    """
    selected = await rows(
        """SELECT o.id AS line, p.email AS to, p.name, l.kind, o.fault, o.due_at,
             l.created_at AS written_at, l.sent_at, o.parked_at,
             CASE WHEN l.about = ANY({}) THEN '' ELSE coalesce(f.title, '') END AS title,
             CASE WHEN l.sent_at IS NOT NULL THEN 'sent' WHEN o.cancelled_by <> '' THEN 'given_up'
                  WHEN o.parked_at IS NOT NULL THEN 'parked' ELSE 'waiting' END AS state
           FROM outbox o JOIN letter l ON l.id = o.args->>'letter'
           JOIN person p ON p.id = l.person
           LEFT JOIN submission s ON s.id = l.about LEFT JOIN film f ON f.id = s.film
           WHERE o.task = 'send_letter' AND o.edition = ANY({})
             AND (o.done_at IS NULL AND o.cancelled_by = '' OR {} <> '')
             AND strpos(lower(p.email), lower({})) > 0
           ORDER BY o.done_at IS NOT NULL, o.cancelled_by <> '', o.parked_at IS NULL,
             o.parked_at DESC, l.created_at DESC, o.id
           LIMIT {}""",
        sorted(viewer.recused),
        mailbag.within(edition),
        address,
        address,
        MOST_SHOWN,
    )
    return [envelope(row) for row in selected]


def envelope(row: dict[str, Any]) -> Envelope:
    fault = row.pop("fault")
    is_dead_letter = row["state"] == "parked"
    reason, detail = mailbag.reason_of(fault, is_dead_letter=is_dead_letter) if fault else ("", "")
    return Envelope(**row, reason=reason, detail=detail)

"""What operators read of their edition: queue, letters and record, with the films that they concern."""

import asyncio
from datetime import date
from typing import Any

import msgspec

from festival.access import COMMITTEE, Viewer
from festival.db import rows
from festival.kinds import COMMITTEE as OF_COMMITTEE
from festival.kinds import OF_THE_COMMITTEE
from festival.tables import Edition
from festival.texts import ANY_TITLE
from media.storage import Store
from submissions.veil import is_veiled

MOST_LINES = 100
LIVELY_S = 120  # seconds without a byte, and an upload is not under way
# What the committee says and decides among itself: operators see that it happened, but never what a
# vote or a decision was; and not even that where they sit in the committee.
AMONG_THE_COMMITTEE = [
    "review_given", "review_kept", "sheet_reopened", "note_made", "note_changed", "note_removed",
    "recused", "recusal_lifted", "decision_proposed", "decision_taken_back",
    "conflict_confirmed", "conflict_dismissed", "conflict_denied", "film_wished",
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
    most: int = MOST_LINES,
) -> list[dict[str, Any]]:
    """Lines of the record, so many at most; `day` is one on the edition's wall, midnight to midnight.

    `about` is a subject; a film's are also those of its files, and of the imports that brought or changed
    it; whoever judges its makers blind reads that somebody did something, and not to which film.
    """
    return await rows(
        f"""SELECT r.id, r.at, r.act, r.person, coalesce(nullif(p.name, ''), p.email, '') AS name,
             CASE WHEN veil.yes THEN '' ELSE r.subject END AS subject,
             CASE WHEN veil.yes THEN '' ELSE coalesce(s.id, '') END AS film,
             CASE WHEN veil.yes THEN '' ELSE {ANY_TITLE} END AS title,
             coalesce(nullif(w.name, ''), w.email, '') AS whom,
             CASE WHEN veil.yes OR r.act = ANY({{}}) THEN jsonb_build_object() ELSE r.details END AS details
           FROM record r LEFT JOIN person p ON p.id = r.person LEFT JOIN person w ON w.id = r.subject
           LEFT JOIN film_file n ON n.id = r.subject
           LEFT JOIN submission s ON s.id = coalesce(n.submission, r.subject) AND NOT s.id = ANY({{}})
           LEFT JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
           CROSS JOIN LATERAL (SELECT {is_veiled(viewer)} AND r.person <> {{}} AS yes) veil
           WHERE NOT (r.act = ANY({{}}) AND {{}})
             AND NOT (r.act = ANY({{}}) AND r.person <> {{}} AND coalesce(n.submission, r.subject) = ANY({{}}))
             AND r.edition = {{}} AND r.id < {{}} AND ({{}} IN ('', r.act)) AND ({{}} IN ('', r.person))
             AND ({{}} IN ('', r.subject, s.id) AND ({{}} = '' OR NOT veil.yes) OR r.subject IN (
               SELECT brought FROM import_change WHERE submission = {{}}))
             AND ({{}}::date IS NULL OR (r.at AT TIME ZONE {{}})::date = {{}}::date)
           ORDER BY r.id DESC LIMIT {{}}""",
        AMONG_THE_COMMITTEE,
        sorted(viewer.recused),
        viewer.id,
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
        about,
        day,
        edition.zone,
        day,
        most,
    )


async def films_apart(viewer: Viewer) -> list[str]:
    """Entries of which the viewer is a maker, or from which they have stepped aside."""
    made = await rows("SELECT submission FROM member WHERE person = {}", viewer.id)
    return sorted({row["submission"] for row in made} | viewer.recused)


async def queue_lines(viewer: Viewer, *, letters: bool = True) -> list[dict[str, Any]]:
    """What was parked and why, what runs, what waits, and what was done in the last hour: of each the first hundred,
    and `whole`, how many there are; what waits to be tried again is counted apart.

    The lines of the viewer's edition and of the house itself; what the committee writes, and what follows its
    decisions, shows only where it was parked, and does not say of which film. Of each state there are as many
    letters at most as other lines: a batch hides no film. A film is named to operators who have
    not stepped aside from it, and its file if they do not judge its makers blind. Not `letters`: other lines alone.
    """
    return await rows(
        f"""WITH lately AS (
             SELECT * FROM outbox WHERE edition = ANY({{}}) AND done_at IS NULL
             UNION ALL SELECT * FROM outbox WHERE edition = ANY({{}}) AND done_at > now() - interval '1 hour'),
           own AS (
             SELECT o.*, CASE WHEN o.done_at IS NOT NULL THEN 'done'
               WHEN o.parked_at IS NOT NULL THEN 'parked'
               WHEN o.leased_until > now() THEN 'running' ELSE 'waiting' END AS state
             FROM lately o WHERE {"true" if letters else "o.task <> 'send_letter'"}
               AND NOT (o.task = 'send_letter' AND o.cancelled_by <> '')
               AND NOT (o.task = 'tell_of_departure' AND o.parked_at IS NULL)),
           ranked AS (
             SELECT own.*, row_number() OVER (kind ORDER BY done_at DESC, priority, due_at, id) AS place,
               count(*) OVER kind AS whole
             FROM own WINDOW kind AS (
               PARTITION BY state, state = 'waiting' AND coalesce(fault, '') <> '', task = 'send_letter'))
           SELECT o.id, o.task, o.queue,
             CASE WHEN o.task = 'tell_of_departure' THEN jsonb_build_object() ELSE o.args END AS args,
             o.priority, o.created_at, o.due_at, o.rung_at,
             o.attempt, o.worker, o.weight, o.leased_until, o.done_at, o.parked_at, o.fault, o.cancelled_by,
             f.title,
             CASE WHEN s.id IS NOT NULL AND NOT {is_veiled(viewer)} THEN coalesce(n.name, b.name, k.name) END
               AS file_name,
             coalesce(n.size, b.size, k.size) AS file_size, coalesce(n.state, b.state, k.state) AS file_state,
             s.id AS submission, p.kind AS step, p.fraction, p.started_at AS begun_at, o.state, o.whole,
             (p.details->>'left')::float AS left,
             CASE WHEN l.kind = ANY({{}}) THEN '{OF_COMMITTEE}' ELSE l.kind END AS letter_kind,
             a.email AS letter_to
           FROM ranked o
           LEFT JOIN film_file n ON n.id = o.args->>'file'
           LEFT JOIN trailer b ON b.id = o.args->>'trailer'
           LEFT JOIN package_upload k ON k.id = o.args->>'package'
           LEFT JOIN submission s ON s.id = coalesce(n.submission, b.submission, k.submission)
             AND s.edition = {{}} AND NOT s.id = ANY({{}})
           LEFT JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
           LEFT JOIN letter l ON l.id = o.args->>'letter' LEFT JOIN person a ON a.id = l.person
           LEFT JOIN LATERAL (SELECT kind, fraction, started_at, details FROM step
             WHERE file = n.id AND state = 'running' AND (o.task NOT IN ('encode_part', 'encode_sound')
               OR kind = 'part.' || coalesce(o.args->>'part', 'sound'))
             ORDER BY started_at DESC LIMIT 1) p ON true
           WHERE o.place <= {MOST_LINES}
             AND (o.state = 'parked' OR l.kind IS NULL OR NOT l.kind = ANY({{}}))
           ORDER BY o.parked_at IS NULL, o.done_at IS NOT NULL, o.done_at DESC, o.priority, o.due_at, o.id""",
        [viewer.edition, ""],
        [viewer.edition, ""],
        sorted(OF_THE_COMMITTEE),
        viewer.edition,
        sorted(viewer.recused),
        sorted(OF_THE_COMMITTEE),
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

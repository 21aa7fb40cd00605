"""The waiting list: an order, and who comes up when a chosen film leaves; proposed, and done by a chair alone."""

from typing import Any

import msgspec

from festival.access import Viewer
from festival.db import rows, transaction
from festival.desk import Way, hold_edition
from festival.errors import Conflict, Missing
from festival.paging import FIRSTS
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Person
from festival.texts import Texts
from reviews.board import SEEN, seen_values
from reviews.decisions import VERSION, accept
from reviews.figures import refresh
from reviews.lists import CHAIR, scope_values
from submissions.tables import Submission


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen film has left, or is chosen no more (`is_back`); `id` is the first that waits in its section, where
    one does.
    """

    gone: str
    gone_title: str
    gone_titles: Texts
    letter: str
    is_back: bool = False
    id: str | None
    title: str
    titles: Texts
    version: int


class PromotionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Yes to the film that is proposed, with the version that was seen; or no."""

    submission: str = ""
    note: str = ""
    version: SeenVersion = 0


class WaitingMove(msgspec.Struct, frozen=True):
    way: Way


GIVEN_BACK = """SELECT l.submission FROM announcement_line l JOIN announcement a ON a.id = l.announcement
  JOIN submission b ON b.id = l.submission
  WHERE l.was = 'accepted' AND a.released_at IS NOT NULL
    AND b.status <> 'accepted' AND b.pending IS DISTINCT FROM 'accepted'
    AND NOT EXISTS (SELECT 1 FROM announcement_line m JOIN announcement o ON o.id = m.announcement
      WHERE m.submission = l.submission AND o.released_at > a.released_at AND m.wanted = 'accepted')"""
"""Films whose announced acceptance was taken back, and that were not chosen again since."""
GONE = f"""FROM submission s
  WHERE s.edition = {{}} AND ({{}}::text[] IS NULL OR s.section = ANY({{}})) AND NOT s.id = ANY({{}})
    AND NOT EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = {{}})
    AND (s.id IN ({GIVEN_BACK}) OR s.status = 'withdrawn' AND s.announced_at IS NOT NULL
      AND (SELECT d.wanted FROM decision d WHERE d.submission = s.id ORDER BY d.created_at DESC LIMIT 1) = 'accepted')
    AND NOT EXISTS (SELECT 1 FROM promotion p WHERE p.gone = s.id)"""


async def proposals(viewer: Viewer) -> list[Proposed]:
    """Chosen films of this chair that have left since, and that nobody has answered for; never of a film that is
    not theirs to see.
    """
    films = [
        row["id"] for row in await rows(f"SELECT s.id {GONE}", *scope_values(viewer, CHAIR)[:5])
    ]
    if not films:
        return []
    await refresh(viewer.edition)
    found = await rows(
        f"""{SEEN}, gone AS (
              SELECT s.id, s.section, f.title, f.titles, s.id IN ({GIVEN_BACK}) AS is_back
              FROM submission s JOIN film f ON f.id = s.film WHERE s.id = ANY({{}}))
            SELECT gone.id AS gone, gone.title AS gone_title, gone.titles AS gone_titles, x.letter, gone.is_back,
              n.id, coalesce(n.title, '') AS title, coalesce(n.titles, jsonb_build_object()) AS titles,
              coalesce(n.version, 0) AS version
            FROM gone JOIN section x ON x.id = gone.section
            LEFT JOIN LATERAL (
              SELECT seen.id, seen.title, seen.titles,
                (SELECT {VERSION} FROM submission s WHERE s.id = seen.id) AS version
              FROM seen LEFT JOIN waiting_place w ON w.submission = seen.id
              WHERE seen.section = gone.section AND seen.id <> gone.id AND seen.status = 'waitlisted'
                AND seen.pending IS NULL
              ORDER BY w.position NULLS LAST, round(seen.shown_mean::numeric, 6) DESC NULLS LAST, seen.id
              LIMIT 1) n ON true
            ORDER BY gone.title, gone.id LIMIT {FIRSTS}""",
        *await seen_values(viewer), films,
    )  # fmt: skip
    return msgspec.convert(found, list[Proposed])


async def answer(
    gone: str, given: PromotionAnswer, *, edition: Edition, viewer: Viewer, by: Person
) -> None:
    """The next film comes up in pencil, or none does; asked once."""
    asked = next((one for one in await proposals(viewer) if one.gone == gone), None)
    if asked is None:
        raise Missing("promotion_missing")
    if given.submission and given.submission != asked.id:
        raise Conflict("promotion_other")
    async with transaction():
        await hold_edition(edition.id)
        made = await rows(
            """INSERT INTO promotion (gone, promoted, person, answered_at) VALUES ({}, {}, {}, now())
               ON CONFLICT (gone) DO NOTHING RETURNING gone""",
            gone,
            given.submission or None,
            by.id,
        )
        if not made:
            raise Conflict("promotion_answered")
        if given.submission:
            film = await Submission.objects().get(Submission.id == given.submission)
            if film is None:
                raise Missing("submission_missing")
            await accept(film, by=by, note=given.note, seen=given.version)
        await record("promotion_answered", gone, by=by, edition=edition.id, to=given.submission)


async def move(
    submission: Submission, way: Way, *, edition: Edition, viewer: Viewer, by: Person
) -> None:
    """One place up or down among those that wait in its section, in the order in which this chair sees them; at an
    end of it nothing happens.
    """
    await refresh(edition)
    async with transaction():
        await hold_edition(edition.id)
        order = [row["id"] for row in await order_of(submission, viewer)]
        if submission.id not in order:
            raise Conflict("waiting_no_more")
        here = order.index(submission.id)
        there = here + (-1 if way is Way.UP else 1)
        if not 0 <= there < len(order):
            return
        order[here], order[there] = order[there], order[here]
        await rows(
            """INSERT INTO waiting_place (submission, position)
               SELECT film, n FROM unnest({}::text[]) WITH ORDINALITY AS one(film, n)
               ON CONFLICT (submission) DO UPDATE SET position = excluded.position RETURNING submission""",
            order,
        )
        await record("waiting_moved", submission.id, by=by, edition=edition.id, n=there + 1)


async def order_of(submission: Submission, viewer: Viewer) -> list[dict[str, Any]]:
    """Those that wait, announced or in pencil, as they stand: by place, then by mean where it is open to this chair."""
    return await rows(
        f"""{SEEN} SELECT s.id FROM submission s LEFT JOIN waiting_place w ON w.submission = s.id
            JOIN film f ON f.id = s.film LEFT JOIN seen ON seen.id = s.id
            WHERE s.edition = {{}} AND s.section = {{}}
              AND coalesce(s.pending, s.status) = 'waitlisted'
            ORDER BY w.position NULLS LAST, round(seen.shown_mean::numeric, 6) DESC NULLS LAST,
              f.folded_title, s.id""",
        *await seen_values(viewer),
        str(submission.edition),
        str(submission.section),
    )

"""Two accounts of one person become one: what moves, what stays, and who has to say yes.

An operator only asks. It is done when somebody who has signed in with each of the two addresses has
said yes, so that nobody comes by an account whose mailbox they do not read. The account that goes
leaves its row: its address still opens the door of the one that stays, and the record keeps both.

`COLUMNS` says of every foreign key to a person what becomes of it. They stand here by name, for
the tables lie above this floor; `tests/festival/test_merging.py` holds them against the database.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Any

import msgspec

from festival import letters, people
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.paging import Paged, numbers_of, paged
from festival.record import record
from festival.tables import Edition, MergeRequest, Person

LASTS = timedelta(days=14)
PAGE = 40  # pairs


class Fate(StrEnum):
    """What becomes of the rows of the account that goes."""

    MOVES = "moves"  # to the account that stays
    UNITES = "unites"  # the same, and where both have one, the one that stays is kept
    ENDS = "ends"  # a way in: everybody comes in anew
    REFUSES = "refuses"  # where both have one, no house can say which holds: nothing is merged
    STAYS = "stays"  # says what was, and goes on saying it


class MergedColumn(msgspec.Struct, frozen=True):
    """`beside`: what makes a row one of its kind together with its person, `among` the rows of which
    it does.
    """

    fate: Fate
    beside: tuple[str, ...] = ()
    among: str = "true"


MOVES, ENDS, STAYS = MergedColumn(Fate.MOVES), MergedColumn(Fate.ENDS), MergedColumn(Fate.STAYS)
COLUMNS: dict[str, MergedColumn] = {
    "role.person": MergedColumn(Fate.UNITES, ("edition", "part")),
    "session.person": ENDS,
    "link.person": ENDS,
    "token.person": ENDS,
    "letter.person": MOVES,
    "invitation.person": MOVES,
    "invitation.by": MOVES,
    "invitation_list.by": MOVES,
    "second_factor.person": MergedColumn(Fate.UNITES, ("",), "other.proved_at IS NOT NULL"),
    "recovery_code.person": ENDS,
    "passkey.person": MOVES,
    "merge_request.stays": STAYS,
    "merge_request.goes": STAYS,
    "merge_request.asked_by": MOVES,
    "person.merged_into": MOVES,
    "member.person": MergedColumn(Fate.UNITES, ("submission",)),
    "member_invitation.person": MOVES,
    "member_invitation.by": MOVES,
    "film_file.person": MOVES,
    "trailer.person": MOVES,
    "reviewer_profile.person": MergedColumn(Fate.UNITES, ("edition",)),
    "film_wish.person": MergedColumn(Fate.UNITES, ("submission",)),
    "assignment.person": MergedColumn(Fate.UNITES, ("submission",)),
    "assignment_plan.made_by": MOVES,
    "conflict_of_interest.person": MergedColumn(Fate.UNITES, ("submission",)),
    "conflict_of_interest.settled_by": MOVES,
    "viewing.person": MergedColumn(Fate.UNITES, ("file",)),
    "marked_viewer.person": STAYS,
    "blind_synopsis.person": MOVES,
    "watcher.person": MergedColumn(Fate.UNITES, ("",)),
    "note.person": MOVES,
    "review.person": MergedColumn(
        Fate.REFUSES, ("submission",), "mine.given_at IS NOT NULL AND other.given_at IS NOT NULL"
    ),
    "kept_load.person": ENDS,  # by now it counts nothing, and is reckoned anew of the account that stays
    "reopening.opened_by": MOVES,
    "talk_remark.person": MOVES,
    "talk_mention.person": MergedColumn(Fate.UNITES, ("remark",)),
    "talk_mark.person": MergedColumn(Fate.UNITES, ("submission",)),
    "talk_wish.person": MergedColumn(Fate.UNITES, ("edition",)),
    "recusal.person": MergedColumn(
        Fate.UNITES, ("submission",), "mine.lifted_at IS NULL AND other.lifted_at IS NULL"
    ),
    "decision.person": MOVES,
    "promotion.person": MOVES,
    "announcement_words.person": MOVES,
    "meeting.scribe": MOVES,
    "meeting_person.person": MergedColumn(Fate.UNITES, ("meeting",)),
    "meeting_line.person": MOVES,
    "announcement.asked_by": MOVES,
    "announcement.released_by": MOVES,
    "grid.published_by": MOVES,
    "grid_change.by": MOVES,
    "plan_run.asked_by": MOVES,
    "consent.person": MOVES,
    "pause.paused_by": MOVES,
    "backup_run.asked_by": MOVES,
    "attachment.person": MOVES,
    "entry_answer.person": MOVES,
    "office_note.person": MOVES,
    "entry_tag.person": MOVES,
    "twin_pair.person": MOVES,
    "fix_request.person": MOVES,
    "fix_request.mended_by": MOVES,
    "delivery.person": MOVES,
    "package_upload.person": MOVES,
    "import.person": MOVES,
    "imported_entry.owner": MergedColumn(Fate.UNITES, ("edition", "source", "tracking")),
    "archive.person": MOVES,
    "data_export.person": MOVES,
    "erasure.person": MOVES,
    "erasure.asked_by": MOVES,
    "erasure.decided_by": MOVES,
    "hold.placed_by": MOVES,
    "code_use.person": MOVES,
    "visitor.person": MOVES,
    "told_screening.answered_by": MOVES,
    "ticket_wish.person": MOVES,
    "ticket_wish.answered_by": MOVES,
    "block_draft.by": MOVES,
    "grid_import.by": MOVES,
    "planned_publication.planned_by": MOVES,
    "grid_variant.made_by": MOVES,
    "screening_comment.person": MOVES,
    "screening_comment.settled_by": MOVES,
    "live_act.by": MOVES,
    "live_rehearsal.by": MOVES,
}
BY_NAME = {
    "outbox.owner": MOVES,
    "outbox.cancelled_by": STAYS,
    "record.person": STAYS,
    "import_change.person": MOVES,
}
"""Columns that name a person without a foreign key."""


class Moved(msgspec.Struct, frozen=True):
    """So many rows of a table, and what becomes of them."""

    column: str
    fate: Fate
    rows: int
    both: int = 0


class MergePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a merge would do; `obstacles` are codes of why it cannot be."""

    stays: str
    goes: str
    moved: list[Moved]
    obstacles: list[str]


# The plan


async def plan(stays: Person, goes: Person) -> MergePlan:
    """What would move and what stands in the way; nothing is written."""
    moved = [
        one
        for name, column in COLUMNS.items()
        if (one := await _counted(name, column, stays.id, goes.id)).rows
    ]
    obstacles = [
        f"merge_both_{one.column.partition('.')[0]}"
        for one in moved
        if one.fate is Fate.REFUSES and one.both
    ]
    if await _two_persons(stays.id, goes.id):
        obstacles.append("merge_two_persons")
    if await _judged_own(stays.id, goes.id):
        obstacles.append("merge_own_film")
    if await _is_leaving([stays.id, goes.id]):
        obstacles.append("merge_leaving")
    return MergePlan(stays=stays.id, goes=goes.id, moved=moved, obstacles=obstacles)


async def _counted(name: str, column: MergedColumn, stays: str, goes: str) -> Moved:
    table, _, key = name.partition(".")
    both = f"count(*) FILTER (WHERE {_other(table, key, column)})" if column.beside else "0"
    values = [stays] if column.beside else []
    found = await rows(
        f'SELECT count(*) AS n, {both} AS both FROM "{table}" mine WHERE mine.{key} = {{}}',
        *values,
        goes,
    )
    return Moved(name, column.fate, found[0]["n"], found[0]["both"])


def _other(table: str, key: str, column: MergedColumn) -> str:
    """Whether the account that stays has such a row, too; takes its id."""
    same = "".join(f" AND other.{one} = mine.{one}" for one in column.beside if one)
    return (
        f'EXISTS (SELECT 1 FROM "{table}" other WHERE other.{key} = {{}}{same} AND {column.among})'
    )


async def _two_persons(one: str, other: str) -> bool:
    """Whether a batch that waits was drawn up by one of the two: then the other might release it."""
    return bool(
        await rows(
            """SELECT id FROM announcement WHERE asked_by = ANY({}) AND released_at IS NULL
                 AND cancelled_at IS NULL""",
            [one, other],
        )
    )


async def _is_leaving(ids: list[str]) -> bool:
    """Whether one of them has asked to be forgotten: the other would be forgotten with it."""
    return bool(
        await rows(
            "SELECT id FROM erasure WHERE person = ANY({}) AND state IN ('asked', 'running')", ids
        )
    )


async def _judged_own(one: str, other: str) -> bool:
    """Whether one has judged a film of the other: that is for people to settle, not for a merge to hide."""
    return bool(
        await rows(
            """SELECT m.id FROM member m JOIN (SELECT person, submission FROM review
                 UNION ALL SELECT person, submission FROM decision) j ON j.submission = m.submission
               WHERE (m.person = {} AND j.person = {}) OR (m.person = {} AND j.person = {})""",
            one,
            other,
            other,
            one,
        )
    )


# Asking, and the two answers


async def ask(stays: Person, goes: Person, *, edition: Edition, by: Person) -> str:
    """Both addresses get a letter; nothing else happens before both have said yes. Returns its id."""
    if stays.id == goes.id:
        raise Refused("merge_itself")
    if by.id in {stays.id, goes.id}:
        raise Refused("merge_own")
    async with transaction():
        for one in sorted((stays, goes), key=lambda person: person.id):
            await people.one_at_a_time(one)
        for one in (await people.person(stays.id), await people.person(goes.id)):
            if one.merged_into is not None or one.disabled_at is not None:
                raise Refused("merge_closed")
        if obstacles := (await plan(stays, goes)).obstacles:
            raise Refused(*obstacles)
        await _forget_late()
        if await _open_of([stays.id, goes.id]):
            raise Conflict("merge_asked")
        asked = MergeRequest(edition=edition.id, stays=stays.id, goes=goes.id, asked_by=by.id)
        await asked.save()
        await record(
            "merge_asked", goes.id, by=by, edition=edition.id, stays=stays.id, goes=goes.id
        )
        for to, other in ((stays, goes), (goes, stays)):
            await letters.write(
                "merge_asked",
                to,
                occasion=f"merge_asked:{asked.id}:{to.id}",
                edition=edition,
                link=f"/account/merges/{asked.id}",
                by=by.name or by.email,
                own=to.email,
                other=other.email,
                kept=stays.email,
            )
    return str(asked.id)


async def _open_of(ids: list[str]) -> list[dict[str, Any]]:
    return await rows(
        """SELECT id FROM merge_request WHERE (stays = ANY({}) OR goes = ANY({}))
             AND done_at IS NULL AND refused_at IS NULL""",
        ids,
        ids,
    )


async def _forget_late() -> None:
    """A question that nobody answered in time asks no longer."""
    await rows(
        """UPDATE merge_request SET refused_at = now() WHERE done_at IS NULL AND refused_at IS NULL
             AND created_at < now() - {}::interval RETURNING id""",
        LASTS,
    )


async def open_request(request_id: str, person: Person) -> MergeRequest:
    """A question to this person that is still open."""
    asked = await MergeRequest.objects().get(MergeRequest.id == request_id)
    if asked is None or person.id not in {asked.stays, asked.goes}:
        raise Missing("merge_missing")
    late = await rows(
        "SELECT id FROM merge_request WHERE id = {} AND created_at < now() - {}::interval",
        request_id,
        LASTS,
    )
    if late or asked.done_at is not None or asked.refused_at is not None:
        raise Conflict("merge_over")
    return asked


async def question(request_id: str, person: Person) -> dict[str, Any]:
    """What this person is asked: `own` and `other` address, which one is `kept`, who has said yes."""
    asked = await open_request(request_id, person)
    stays, goes = await people.person(str(asked.stays)), await people.person(str(asked.goes))
    is_kept = person.id == stays.id
    own, other = (asked.stays_agreed_at, asked.goes_agreed_at)
    return {
        "id": request_id,
        "own": person.email,
        "other": (goes if is_kept else stays).email,
        "kept": stays.email,
        "has_agreed": (own if is_kept else other) is not None,
        "other_agreed": (other if is_kept else own) is not None,
    }


async def agree(request_id: str, *, by: Person) -> bool:
    """One of the two says yes, signed in with their own address. True where it was the second, and is done."""
    async with transaction():
        await rows("SELECT id FROM merge_request WHERE id = {} FOR UPDATE", request_id)
        asked = await open_request(request_id, by)
        await rows(
            """UPDATE merge_request SET
                 stays_agreed_at = CASE WHEN stays = {} THEN now() ELSE stays_agreed_at END,
                 goes_agreed_at = CASE WHEN goes = {} THEN now() ELSE goes_agreed_at END
               WHERE id = {} RETURNING id""",
            by.id,
            by.id,
            request_id,
        )
        await record("merge_agreed", request_id, by=by, edition=str(asked.edition))
        asked = await open_request(request_id, by)
        if asked.stays_agreed_at is None or asked.goes_agreed_at is None:
            return False
        await _merge(asked, by=by)
    return True


async def refuse(request_id: str, *, by: Person) -> None:
    """Either of the two says no, or the operator takes the question back."""
    asked = await MergeRequest.objects().get(MergeRequest.id == request_id)
    if asked is None:
        raise Missing("merge_missing")
    async with transaction():
        gone = await rows(
            """UPDATE merge_request SET refused_at = now()
               WHERE id = {} AND done_at IS NULL AND refused_at IS NULL RETURNING id""",
            request_id,
        )
        if not gone:
            raise Conflict("merge_over")
        await record("merge_refused", request_id, by=by, edition=str(asked.edition))


# Doing


async def _merge(asked: MergeRequest, *, by: Person) -> None:
    stays, goes = str(asked.stays), str(asked.goes)
    for one in sorted([stays, goes]):
        await people.one_at_a_time(await people.person(one))
    kept, gone = await people.person(stays), await people.person(goes)
    if kept.disabled_at is not None or gone.disabled_at is not None or gone.merged_into is not None:
        raise NotAllowed("merge_closed")
    if obstacles := (await plan(kept, gone)).obstacles:
        raise Refused(*obstacles)
    for one in (kept, gone):
        await people.end_every_way_in(one)
    await _unite_sections(stays, goes)
    await _unite_rights(stays, goes)
    await _unite_viewings(stays, goes)
    await _drop_unfinished(stays, goes)
    counted = {}
    for name, column in {**COLUMNS, **BY_NAME}.items():
        counted[name] = await _move(name, column, stays, goes)
    await rows(
        """UPDATE person SET merged_into = {}, disabled_at = now(), password_hash = ''
           WHERE id = {} RETURNING id""",
        stays,
        goes,
    )
    await rows(
        """UPDATE person SET seen_at = greatest(person.seen_at, g.seen_at),
             name = coalesce(nullif(person.name, ''), g.name)
           FROM person g WHERE person.id = {} AND g.id = {} RETURNING person.id""",
        stays,
        goes,
    )
    await rows("UPDATE merge_request SET done_at = now() WHERE id = {} RETURNING id", asked.id)
    edition = await Edition.objects().get(Edition.id == asked.edition)
    for subject in (stays, goes):
        await record(
            "people_merged",
            subject,
            by=by,
            edition=str(asked.edition),
            stays=stays,
            goes=goes,
            moved={name: n for name, n in counted.items() if n},
        )
    await letters.write(
        "merge_done",
        kept,
        occasion=f"merge_done:{asked.id}",
        edition=edition,
        other=gone.email,
        kept=kept.email,
    )


async def _move(name: str, column: MergedColumn, stays: str, goes: str) -> int:
    """How many rows are the other's from now on."""
    table, _, key = name.partition(".")
    if column.fate is Fate.STAYS:
        return 0
    if column.fate is Fate.ENDS:
        if table == "token":  # its name and its end stay to be read
            return await _given(table, key, stays, goes)
        await rows(f'DELETE FROM "{table}" WHERE {key} = {{}} RETURNING 1 AS one', goes)
        return 0
    if column.fate is Fate.UNITES:
        await rows(
            f"""DELETE FROM "{table}" mine WHERE mine.{key} = {{}} AND {_other(table, key, column)}
                RETURNING 1 AS one""",
            goes,
            stays,
        )
    return await _given(table, key, stays, goes)


async def _given(table: str, key: str, stays: str, goes: str) -> int:
    return len(
        await rows(
            f'UPDATE "{table}" SET {key} = {{}} WHERE {key} = {{}} RETURNING 1 AS one', stays, goes
        )
    )


async def _unite_sections(stays: str, goes: str) -> None:
    """Where both hold a part, its sections are those of both; all of them where either had all."""
    await rows(
        """UPDATE role r SET version = r.version + 1, created_at = least(r.created_at, g.created_at),
             sections = CASE WHEN r.sections = '[]' OR g.sections = '[]' THEN '[]'::jsonb
               ELSE (SELECT jsonb_agg(DISTINCT one ORDER BY one)
                 FROM jsonb_array_elements(r.sections || g.sections) one)
             END
           FROM role g WHERE r.person = {} AND g.person = {} AND g.edition = r.edition AND g.part = r.part
           RETURNING r.id""",
        stays,
        goes,
    )


async def _unite_rights(stays: str, goes: str) -> None:
    """On an entry of both, the one has the right that reaches further."""
    await rows(
        """UPDATE member m SET entry_right = g.entry_right FROM member g
           WHERE m.person = {} AND g.person = {} AND g.submission = m.submission
             AND array_position(ARRAY['see', 'edit', 'own'], g.entry_right::text)
               > array_position(ARRAY['see', 'edit', 'own'], m.entry_right::text) RETURNING m.id""",
        stays,
        goes,
    )


async def _unite_viewings(stays: str, goes: str) -> None:
    """Of a film that both have seen, what was seen is the union of the two."""
    await rows(
        """UPDATE viewing v SET served = v.served + g.served, seen_at = greatest(v.seen_at, g.seen_at),
             started_at = least(v.started_at, g.started_at), ranges = united.ranges, seconds = united.seconds
           FROM viewing g CROSS JOIN LATERAL (
             SELECT coalesce(jsonb_agg(jsonb_build_array(lower(one), upper(one)) ORDER BY lower(one)), '[]') AS ranges,
               coalesce(sum(upper(one) - lower(one)), 0)::float AS seconds
             FROM unnest((SELECT range_agg(numrange((pair->>0)::numeric, (pair->>1)::numeric))
               FROM viewing w, jsonb_array_elements(w.ranges) pair
               WHERE w.file = g.file AND w.person = ANY({}))) one) united
           WHERE v.person = {} AND g.person = {} AND g.file = v.file RETURNING v.id""",
        [stays, goes],
        stays,
        goes,
    )


async def _drop_unfinished(stays: str, goes: str) -> None:
    """A sheet that was never given gives way to the other's, and so does a factor without proof."""
    for one, other in ((stays, goes), (goes, stays)):
        await rows(
            """DELETE FROM review d USING review k WHERE d.person = {} AND k.person = {}
                 AND d.submission = k.submission AND d.given_at IS NULL
                 AND (k.given_at IS NOT NULL OR k.changed_at >= d.changed_at) RETURNING d.id""",
            one,
            other,
        )
        await rows(
            "DELETE FROM second_factor WHERE person = {} AND proved_at IS NULL RETURNING person",
            one,
        )


# Lists


class AlikeSheet(Paged, frozen=True, kw_only=True):
    """A page of pairs; whoever was seen last would stay."""

    pairs: list[dict[str, Any]]


async def likely_twins(editions: list[str], *, page: int = 1) -> AlikeSheet:
    """People of these editions whose name is the same but for accents and capitals, forty pairs a page."""
    pairs = """SELECT a.folded, a.id AS stays, a.name AS stays_name, a.email AS stays_email,
        b.id AS goes, b.name AS goes_name, b.email AS goes_email
      FROM own a JOIN own b ON a.folded = b.folded AND a.id <> b.id
        AND (coalesce(a.seen_at, '-infinity'), a.id) > (coalesce(b.seen_at, '-infinity'), b.id)"""
    told = await rows(
        f"""WITH own AS (
              SELECT p.id, p.name, p.email, p.seen_at, p.folded_name AS folded FROM person p
              WHERE p.merged_into IS NULL AND p.disabled_at IS NULL AND length(trim(p.name)) > 2
                AND EXISTS (SELECT 1 FROM role r WHERE r.person = p.id AND r.edition = ANY({{}}))),
            {paged(pairs, order="folded, stays_email, goes_email", of=PAGE)}
            SELECT * FROM page ORDER BY place""",
        editions,
        page,
    )
    columns = ("stays", "stays_name", "stays_email", "goes", "goes_name", "goes_email")
    return AlikeSheet(
        pairs=[{name: row[name] for name in columns} for row in told], **numbers_of(told, of=PAGE)
    )


async def open_requests(edition: Edition) -> list[dict[str, Any]]:
    """Questions of this edition that wait for an answer."""
    return await rows(
        """SELECT m.id, m.created_at, s.email AS stays_email, g.email AS goes_email, s.id AS stays, g.id AS goes,
             m.stays_agreed_at IS NOT NULL AS stays_agreed, m.goes_agreed_at IS NOT NULL AS goes_agreed
           FROM merge_request m JOIN person s ON s.id = m.stays JOIN person g ON g.id = m.goes
           WHERE m.edition = {} AND m.done_at IS NULL AND m.refused_at IS NULL
             AND m.created_at > now() - {}::interval ORDER BY m.created_at""",
        edition.id,
        LASTS,
    )

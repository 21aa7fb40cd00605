"""Conflicts of interest: proposed with their reason, answered by the member, settled by a chair. The house looks for
them by itself wherever something is new.

A suspected one keeps a film from being shared out to the member, and shows it to them no less; a confirmed one is a
recusal: from then on the film does not exist for them. In a blind section nobody reads whose name it was.
"""

import asyncio
import hashlib
from datetime import datetime
from typing import Annotated, Any

import anyio
import anyio.to_process
import msgspec
from msgspec import Meta

from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Busy, Conflict, Missing, Refused
from festival.paging import Paged, numbers_of, paged
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, Phase, new_id
from festival.texts import Texts
from reviews.assignments import THINKING_S, as_json, pairs_in, thinkers
from reviews.evidence import seated
from reviews.kinship import FilmKin, MemberKin, kinship
from reviews.lists import CHAIR, IN_SCOPE, NAMED_SO, PERSON, scope_values
from reviews.profiles import members_of
from reviews.reviewing import LEAST_REASON
from reviews.tables import ConflictSearch
from submissions.tables import Submission

PAGE = 40
OPEN = ("suspected", "dismissed")  # what a chair may still say otherwise of
ConflictNote = Annotated[str, Meta(max_length=400)]


class ConflictSettled(msgspec.Struct, frozen=True, kw_only=True):
    """What a chair says of a suspicion: `confirmed` sets the member apart from the film, `dismissed` forgets it."""

    state: Annotated[str, Meta(pattern="^(confirmed|dismissed)$")]
    note: ConflictNote = ""
    version: VersionNumber


class ConflictAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """What the member says: `yes` is stepping aside."""

    answer: Annotated[str, Meta(pattern="^(yes|no)$")]
    version: VersionNumber


class ConflictDeclared(msgspec.Struct, frozen=True, kw_only=True):
    """A chair knows of it from elsewhere."""

    person: Annotated[str, Meta(max_length=16)] = ""
    reason: ConflictNote = ""


class SuspectedConflict(msgspec.Struct, frozen=True, kw_only=True):
    """A pair that was found, told to a chair or to the member. `links` are without names where the section is
    blind.
    """

    id: str
    submission: str
    title: str
    titles: Texts
    section_letter: str
    person: str
    name: str
    links: list[dict[str, str]]
    state: str
    answer: str = ""
    note: str = ""
    version: int
    created_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""


class ConflictSheet(Paged, frozen=True, kw_only=True):
    """A page of pairs; `counts` are of all that the chair may know of, by state, whatever is looked for."""

    conflicts: list[SuspectedConflict]
    counts: dict[str, int]


# Looking for them

MADE_BY = """
SELECT s.id,
  (SELECT coalesce(jsonb_agg(DISTINCT one.name), '[]') FROM (
     SELECT jsonb_array_elements_text(f.directors) AS name
     UNION SELECT c.name FROM credit c WHERE c.film = f.id
     UNION SELECT p.name FROM member m JOIN person p ON p.id = m.person WHERE m.submission = s.id
     UNION SELECT v.name FROM visitor v WHERE v.submission = s.id) one WHERE one.name <> '') AS names,
  (SELECT coalesce(jsonb_agg(DISTINCT a.value #>> ARRAY[]::text[]), '[]')
     FROM entry_answer a JOIN question q ON q.id = a.question
     WHERE a.submission = s.id AND q.asks = 'makers' AND q.kind IN ('line', 'text')
       AND jsonb_typeof(a.value) = 'string') AS houses,
  (SELECT coalesce(jsonb_agg(p.email), '[]') FROM member m JOIN person p ON p.id = m.person
     WHERE m.submission = s.id) AS addresses
FROM submission s JOIN film f ON f.id = s.film
WHERE """
OF_THE_EDITION = "s.edition = {} AND s.status NOT IN ('draft', 'withdrawn')"
OF_MEMBERS = """s.id IN (SELECT m.submission FROM member m WHERE m.person = ANY({}))"""


async def look_where_new() -> None:
    """By the calendar, in every edition that goes on."""
    for edition in await Edition.objects().where(Edition.phase != Phase.ARCHIVED.value):
        await look_again(edition)


async def look_again(edition: Edition) -> bool:
    """Whether anything had changed that a search reads; only then it looks. A worker has a process of its own."""
    known = await known_kin(edition)
    searched = await ConflictSearch.objects().get(ConflictSearch.edition == edition.id)
    if known.is_empty or (searched is not None and searched.mark == known.mark):
        return False
    found = await asyncio.to_thread(kinship, known.films, known.members)
    await keep_search(known, found, edition, by=None)
    return True


async def look_for_conflicts(edition: Edition, *, by: Person) -> dict[str, int]:
    """Compare everybody of the committee with all that is known of every film's makers, beside the door. What was
    settled stays settled, unless something new was found; what is found no more and was not answered goes.
    """
    known = await known_kin(edition)
    try:
        with anyio.fail_after(THINKING_S):
            found = await anyio.to_process.run_sync(
                kinship, known.films, known.members, cancellable=True, limiter=thinkers
            )
    except TimeoutError:
        raise Busy("assignment_slow") from None
    return await keep_search(known, found, edition, by=by)


class KnownKin(msgspec.Struct, frozen=True):
    """What a search reads of an edition."""

    films: list[FilmKin]
    members: list[MemberKin]

    @property
    def is_empty(self) -> bool:
        return not (self.films and self.members)

    @property
    def mark(self) -> str:
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:32]


async def known_kin(edition: Edition) -> KnownKin:
    films = await rows(MADE_BY + OF_THE_EDITION + " ORDER BY s.id", edition.id)
    return KnownKin([kin_of(row) for row in films], await kin_of_members(edition))


async def keep_search(
    known: KnownKin, found: dict[tuple[str, str], Any], edition: Edition, *, by: Person | None
) -> dict[str, int]:
    """What the house finds by itself is on the record only where it changes something."""
    own = pairs_in(
        await rows(
            "SELECT m.submission, m.person FROM member m JOIN submission s ON s.id = m.submission WHERE s.edition = {}",
            edition.id,
        )
    )
    pairs = {pair: links for pair, links in found.items() if pair not in own}
    async with transaction():
        kept = await keep_found(edition, pairs)
        await rows(
            """INSERT INTO conflict_search (id, edition, mark) VALUES ({}, {}, {})
               ON CONFLICT (edition) DO UPDATE SET mark = excluded.mark, looked_at = now() RETURNING id""",
            new_id(), edition.id, known.mark,
        )  # fmt: skip
        if by is not None or any(kept.values()):
            await record(
                "conflicts_sought", edition.id, by=by, edition=edition.id, found=len(pairs), **kept
            )
    return {"found": len(pairs), **kept}


async def looked_at(edition: Edition) -> datetime | None:
    """When they were last looked for, by somebody or by the house."""
    searched = await ConflictSearch.objects().get(ConflictSearch.edition == edition.id)
    return searched.looked_at if searched else None


def kin_of(row: dict[str, Any]) -> FilmKin:
    return FilmKin(
        id=row["id"],
        names=tuple(row["names"]),
        houses=tuple(text for text in row["houses"] if len(text) <= 400),
        addresses=tuple(sorted(row["addresses"])),
    )


async def kin_of_members(edition: Edition) -> list[MemberKin]:
    """Everybody of the committee; who made films with them is read from films of theirs in any edition."""
    members = await members_of(edition)
    ids = [one.id for one in members]
    crews: dict[str, set[str]] = {one.id: set() for one in members}
    theirs = {row["id"]: row["names"] for row in await rows(MADE_BY + OF_MEMBERS, ids)}
    for row in await rows(
        "SELECT m.submission, m.person FROM member m WHERE m.person = ANY({})", ids
    ):
        crews[row["person"]] |= set(theirs.get(row["submission"], ()))
    return [
        MemberKin(
            id=one.id,
            name=one.name,
            address=one.email,
            houses=tuple(one.affiliations),
            crew=tuple(sorted(crews[one.id])),
        )
        for one in members
    ]


async def keep_found(edition: Edition, pairs: dict[tuple[str, str], Any]) -> dict[str, int]:
    """Rows of what was found: new ones suspected, settled ones asked again where a reason is new."""
    films, people = [film for film, _ in pairs], [person for _, person in pairs]
    links = [as_json(msgspec.to_builtins(one)) for one in pairs.values()]
    kept = await rows(
        """INSERT INTO conflict_of_interest AS c (id, edition, submission, person, links)
           SELECT left(md5(g.submission || g.person || random()), 16), {}, g.submission, g.person, g.links::jsonb
           FROM unnest({}::text[], {}::text[], {}::text[]) AS g(submission, person, links)
           ON CONFLICT (submission, person) DO UPDATE SET links = excluded.links, version = c.version + 1,
             state = CASE c.state WHEN 'dismissed' THEN 'suspected' ELSE c.state END,
             answer = CASE c.state WHEN 'dismissed' THEN '' ELSE c.answer END
           WHERE NOT c.links @> excluded.links
           RETURNING (xmax = 0) AS is_new""",
        edition.id, films, people, links,
    )  # fmt: skip
    gone = await rows(
        """DELETE FROM conflict_of_interest c WHERE c.edition = {} AND c.state = 'suspected' AND c.answer = ''
             AND NOT EXISTS (SELECT 1 FROM unnest({}::text[], {}::text[]) AS g(submission, person)
               WHERE g.submission = c.submission AND g.person = c.person)
           RETURNING c.id""",
        edition.id, films, people,
    )  # fmt: skip
    new = sum(row["is_new"] for row in kept)
    return {"new": new, "again": len(kept) - new, "gone": len(gone)}


# Settling them


async def set_apart(
    submission: str, person_id: str, *, reason: str, edition: str, by: Person
) -> None:
    """The member steps aside because somebody said so; what was asked of them there is asked no more."""
    await rows(
        """INSERT INTO recusal (id, submission, person, reason) VALUES ({}, {}, {}, {})
           ON CONFLICT (submission, person) WHERE lifted_at IS NULL DO NOTHING RETURNING id""",
        new_id(), submission, person_id, reason[:400],
    )  # fmt: skip
    await rows(
        "DELETE FROM assignment WHERE submission = {} AND person = {} RETURNING id",
        submission,
        person_id,
    )
    await record(
        "conflict_confirmed",
        submission,
        by=by,
        edition=edition,
        person_apart=person_id,
        reason=reason[:400],
    )


async def settle_conflict(
    edition: Edition, conflict_id: str, given: ConflictSettled, viewer: Viewer, *, by: Person
) -> int:
    """A chair's yes or no to a suspicion that is not about themself."""
    async with transaction():
        row = await held_conflict(edition, conflict_id)
        if not await rows(
            f"""SELECT s.id FROM submission s
                JOIN film_file n ON n.submission = s.id AND n.state = 'released'
                WHERE s.id = {{}} AND {IN_SCOPE}""",
            row["submission"],
            *scope_values(viewer, CHAIR),
        ):
            raise Missing("conflict_missing")
        if row["person"] == viewer.id:
            raise Refused("conflict_own")
        check_seen(row, given.version)
        if row["state"] == "confirmed":
            raise Refused("conflict_confirmed")  # it is lifted as every recusal is
        await settle(row, given.state, note=given.note, by=by)
        if given.state == "confirmed":
            reason = given.note.strip() or "links"
            await set_apart(
                row["submission"], row["person"], reason=reason, edition=edition.id, by=by
            )
        else:
            await record(
                "conflict_dismissed",
                row["submission"],
                by=by,
                edition=edition.id,
                person_apart=row["person"],
                reason=given.note.strip(),
            )
    return given.version + 1


async def held_conflict(edition: Edition, conflict_id: str, *, of: str = "") -> dict[str, Any]:
    """Where it is one member's word, `of` names them: of others' they learn not even that there is one."""
    found = await rows(
        """SELECT id, submission, person, state, version FROM conflict_of_interest
           WHERE id = {} AND edition = {} AND ({} = '' OR person = {}) FOR UPDATE""",
        conflict_id, edition.id, of, of,
    )  # fmt: skip
    if not found:
        raise Missing("conflict_missing")
    return found[0]


def check_seen(row: dict[str, Any], version: int) -> None:
    """Asked last: whoever may not know of it is told of no version."""
    if row["version"] != version:
        raise Conflict("changed_meanwhile", version=row["version"])


async def settle(row: dict[str, Any], state: str, *, note: str, by: Person) -> None:
    await rows(
        """UPDATE conflict_of_interest SET state = {}, note = {}, settled_by = {}, settled_at = now(),
             version = version + 1 WHERE id = {} RETURNING id""",
        state, note.strip(), by.id, row["id"],
    )  # fmt: skip


async def answer_conflict(
    edition: Edition, conflict_id: str, given: ConflictAnswered, *, by: Person
) -> int:
    """The member's own word: a yes is stepping aside at once, a no leaves it to a chair."""
    async with transaction():
        row = await held_conflict(edition, conflict_id, of=by.id)
        check_seen(row, given.version)
        if row["state"] != "suspected":
            raise Missing("conflict_missing")
        await rows(
            "UPDATE conflict_of_interest SET answer = {}, version = version + 1 WHERE id = {} RETURNING id",
            given.answer,
            conflict_id,
        )
        if given.answer == "yes":
            await settle(row, "confirmed", note="", by=by)
            await set_apart(row["submission"], by.id, reason="answered", edition=edition.id, by=by)
            return given.version + 2
        await record(
            "conflict_denied",
            row["submission"],
            by=by,
            edition=edition.id,
            person_apart=by.id,
        )
    return given.version + 1


async def declare_conflict(
    edition: Edition, submission: Submission, given: ConflictDeclared, *, by: Person
) -> None:
    """A chair sets a member apart from a film, for a reason that the record keeps; twice is once."""
    reason = given.reason.strip()
    if len(reason) < LEAST_REASON:
        raise Refused("reason:reason_missing")
    if given.person == by.id:
        raise Refused("conflict_own")
    if await rows(
        "SELECT id FROM recusal WHERE submission = {} AND person = {} AND lifted_at IS NULL",
        submission.id,
        given.person,
    ):
        return
    sits = await rows(
        f"""SELECT p.id FROM person p, submission s
            WHERE p.id = {{}} AND s.id = {{}} AND {seated("p.id")}""",
        given.person,
        submission.id,
    )
    if not sits:
        raise Refused("person:assignment_unable")
    async with transaction():
        await rows(
            """INSERT INTO conflict_of_interest (id, edition, submission, person, state, note, settled_by, settled_at)
               VALUES ({}, {}, {}, {}, 'confirmed', {}, {}, now())
               ON CONFLICT (submission, person) DO UPDATE SET state = 'confirmed', note = excluded.note,
                 settled_by = excluded.settled_by, settled_at = now(), version = conflict_of_interest.version + 1
               RETURNING id""",
            new_id(), edition.id, submission.id, given.person, reason, by.id,
        )  # fmt: skip
        await set_apart(submission.id, given.person, reason=reason, edition=edition.id, by=by)


# Reading them

COLUMNS = f"""c.id, c.submission, f.title, f.titles, x.letter AS section_letter, c.person, {PERSON} AS name, c.state,
  c.answer, c.note, c.version, c.created_at, c.settled_at, coalesce(nullif(q.name, ''), q.email, '') AS settled_by,
  CASE WHEN x.is_blind THEN {{}} ELSE c.links END AS links"""
JOINED = """conflict_of_interest c JOIN submission s ON s.id = c.submission AND s.edition = c.edition
  JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section JOIN person p ON p.id = c.person
  LEFT JOIN person q ON q.id = c.settled_by"""
RELEASED = "JOIN film_file n ON n.submission = s.id AND n.state = 'released'"
KINDS_ALONE = """(SELECT coalesce(jsonb_agg(DISTINCT jsonb_build_object('kind', l->>'kind')), '[]')
  FROM jsonb_array_elements(c.links) AS l)"""
TO_CHAIRS, TO_MEMBERS = (COLUMNS.format(blind) for blind in (KINDS_ALONE, "'[]'::jsonb"))
KNOWN = f"""known AS MATERIALIZED (
  SELECT c.id, c.state, c.answer, c.person, s.film
  FROM conflict_of_interest c JOIN submission s ON s.id = c.submission AND s.edition = c.edition
  JOIN section x ON x.id = s.section {RELEASED} WHERE {IN_SCOPE} AND c.state = ANY({{}}) AND c.person <> {{}})"""
IN_ORDER = "answer = 'no', folded_name, name, folded_title, id"


async def suspicions(
    viewer: Viewer, state: str = "suspected", *, words: str = "", page: int = 1
) -> ConflictSheet:
    """Of the films that this chair may know of, and of nobody but others: those of one state, forty a page, by
    person; whom the answer was no stands last. `words` are sought in titles and names, never in what links them.
    """
    meant = f"""SELECT c.id, c.answer, p.folded_name, {PERSON} AS name, f.folded_title
                FROM known c JOIN person p ON p.id = c.person JOIN film f ON f.id = c.film
                WHERE c.state = {{}} {f"AND {NAMED_SO}" if words else ""}"""
    told = await rows(
        f"""WITH {KNOWN}, {paged(meant, order=IN_ORDER, of=PAGE)},
              counted AS (SELECT coalesce(jsonb_object_agg(state, n), jsonb_build_object()) AS counts
                FROM (SELECT state, count(*)::int AS n FROM known GROUP BY state) by_state)
            SELECT counted.counts, one.* FROM counted LEFT JOIN (
              SELECT page.place, page.found, {TO_CHAIRS} FROM page JOIN ({JOINED}) ON c.id = page.id) one ON true
            ORDER BY one.place""",
        *scope_values(viewer, CHAIR), list(OPEN), viewer.id, state, *filter(None, [words]), page,
    )  # fmt: skip
    return ConflictSheet(
        conflicts=msgspec.convert([row for row in told if row["id"]], list[SuspectedConflict]),
        counts=dict.fromkeys(OPEN, 0) | told[0]["counts"],
        **numbers_of(told, of=PAGE),
    )


async def asked_of(viewer: Viewer) -> list[SuspectedConflict]:
    """What the member is asked of themself; why, not where the section is blind: the reason would tell who made it."""
    found = await rows(
        f"""SELECT {TO_MEMBERS} FROM {JOINED} {RELEASED}
            WHERE {IN_SCOPE} AND c.state = 'suspected' AND c.answer = '' AND c.person = {{}}
            ORDER BY f.title, c.id""",
        *scope_values(viewer),
        viewer.id,
    )
    return msgspec.convert(found, list[SuspectedConflict])

"""Who is asked to watch what: shared out by the chair after a look, changed by hand, mended, taken back.

Each change is one row (`AssignmentPlan`): it says what it was reckoned from, what it adds and what it takes away, so
that it is applied only to what its chair saw, and can be undone. `reviews.assigning` thinks, in a process of its own.
"""

import json
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import anyio
import anyio.to_process
import msgspec
from msgspec import Meta

from festival import desk
from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Busy, Conflict, Missing, NotAllowed, Refused
from festival.paging import Paged, nearest, numbers_of, paged
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, Role, new_id
from festival.texts import Texts
from reviews.asking import ask_to_watch
from reviews.assigning import (
    AssignableFilm,
    AssignableMember,
    AssignmentQuestion,
    Pair,
    SharedOut,
    Wish,
    share_out,
)
from reviews.evidence import RUNTIME, seated
from reviews.lists import CHAIR, IN_SCOPE, reads_at_once, scope_values
from reviews.loads import loads_of
from reviews.phases import committee_rules, quorum_of
from reviews.profiles import SeatedMember, members_of
from reviews.tables import Assignment, CommitteeRules
from submissions.tables import Submission

THINKING_S = 60.0
MEMBERS = 40  # of a page
ALL_ON_ONE = 10**6  # films of a page that a spreadsheet takes whole
thinkers = anyio.CapacityLimiter(1)
PlanKind = Literal["whole", "mended"]


class SharingForm(msgspec.Struct, frozen=True, kw_only=True):
    """`whole` shares everything out anew, but for what was given, begun or set by hand; `mended` changes as little
    as can be. `version` is the number of the change that its chair saw last.
    """

    kind: Annotated[str, Meta(pattern="^(whole|mended)$")] = "whole"
    version: SeenVersion = 0


class AssignmentSeen(msgspec.Struct, frozen=True):
    """The number of the last change that somebody had before them; 0 is none."""

    version: SeenVersion = 0


class AssignmentByHand(AssignmentSeen, frozen=True, kw_only=True):
    """A member is asked to watch a film, or is not."""

    person: Annotated[str, Meta(max_length=16)] = ""
    is_asked: bool = True


class FilmShort(msgspec.Struct, frozen=True, kw_only=True):
    """A film that lacks somebody, and how many members could not take it for which reason."""

    film: str
    missing: int
    title: str = ""
    titles: Texts = {}
    section_letter: str = ""
    section: int = 0
    language: int = 0
    apart: int = 0
    full: int = 0


class MemberShare(msgspec.Struct, frozen=True, kw_only=True):
    """What one member has to watch: films and seconds now, how many of them are given, and films after the
    proposal where one is looked at. `given` is not told to a chair who may not know it yet.
    """

    member: SeatedMember
    films: int = 0
    seconds: float = 0.0
    given: int | None = None
    after: int | None = None


class ShareSheet(Paged, frozen=True, kw_only=True):
    """A page of members, by name."""

    members: list[MemberShare]


class AssignmentProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A change that waits for its chair. `is_stale`: somebody has changed the assignment since."""

    id: str
    kind: str
    added: int
    removed: int
    lacks: list[FilmShort]
    loads: dict[str, int]
    seconds: float
    created_at: datetime
    based_on: int
    is_stale: bool = False
    hidden: int = 0

    @property
    def spread(self) -> int:
        return max(self.loads.values()) - min(self.loads.values()) if self.loads else 0


class AssignedPerson(msgspec.Struct, frozen=True):
    id: str
    name: str
    by_hand: bool = False


class AssignedFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A film with who is asked to watch it, and how many views it should have."""

    id: str
    title: str
    titles: Texts
    section: str
    section_letter: str
    section_names: Texts
    runtime: float
    people: list[AssignedPerson] = []
    quorum: int = 0


class AssignedWhich(msgspec.Struct, frozen=True, kw_only=True):
    """Which films are listed: `section` is a letter, `words` stand in a title, `person` is one who is asked;
    `only_short`: fewer are asked than should be.
    """

    section: str = ""
    words: str = ""
    person: str = ""
    only_short: bool = False


EVERY_FILM = AssignedWhich()


class AssignmentStand(msgspec.Struct, frozen=True, kw_only=True):
    """Where the edition stands: films and the views that they should have, views shared out, films that lack some."""

    films: int
    wanted: int
    shared: int
    short: int
    version: int
    last: str = ""
    last_at: datetime | None = None


class AssignmentSheet(Paged, frozen=True, kw_only=True):
    """Where the edition stands, and a page of the films that are meant."""

    stand: AssignmentStand
    films: list[AssignedFilm]


# What is known

FILMS = f"""
SELECT s.id, s.section, f.title, f.titles, x.letter AS section_letter, x.names AS section_names,
  {RUNTIME} AS runtime, f.languages, f.subtitles,
  coalesce((SELECT jsonb_agg(b.language) FROM subtitle b WHERE b.submission = s.id
            AND b.confirmed_at IS NOT NULL), '[]') AS tracks,
  f.title || ' ' || coalesce(f.synopses->>'fr', '') || ' ' || coalesce(f.synopses->>'en', '') AS words
FROM submission s JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section
JOIN edition e ON e.id = s.edition
JOIN film_file n ON n.submission = s.id AND n.state = 'released'
WHERE s.status = 'submitted' AND s.edition = {{}}
  AND ({{}}::text[] IS NULL OR s.section = ANY({{}})) ORDER BY s.filed_at, s.id"""
# Pairs that stay: a sheet was given, it was set by hand, or what was asked is under way.
# Who abstained is no view of the film any more, and is not asked for one.
FIXED = """
SELECT r.submission, r.person, true AS is_given FROM review r JOIN submission s ON s.id = r.submission
WHERE s.edition = {} AND r.given_at IS NOT NULL
UNION
SELECT a.submission, a.person, false FROM assignment a JOIN submission s ON s.id = a.submission
WHERE s.edition = {} AND (a.by_hand
  OR EXISTS (SELECT 1 FROM viewing v WHERE v.submission = a.submission AND v.person = a.person AND v.seconds > 0)
  OR EXISTS (SELECT 1 FROM review r WHERE r.submission = a.submission AND r.person = a.person))
  AND NOT EXISTS (SELECT 1 FROM review r WHERE r.submission = a.submission AND r.person = a.person
    AND r.abstained_at IS NOT NULL)
"""
APART = """
SELECT z.submission, z.person FROM recusal z JOIN submission s ON s.id = z.submission
WHERE s.edition = {} AND z.lifted_at IS NULL
UNION SELECT m.submission, m.person FROM member m JOIN submission s ON s.id = m.submission WHERE s.edition = {}
UNION SELECT c.submission, c.person FROM conflict_of_interest c WHERE c.edition = {} AND c.state <> 'dismissed'
UNION SELECT r.submission, r.person FROM review r JOIN submission s ON s.id = r.submission
WHERE s.edition = {} AND r.abstained_at IS NOT NULL
"""
STANDING = """
SELECT a.submission, a.person FROM assignment a JOIN submission s ON s.id = a.submission WHERE s.edition = {}
"""


def folded(text: str) -> str:
    """Without accents and case, words parted by one blank."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in plain).split())


def topics_in(words: str, topics: Iterable[str]) -> frozenset[str]:
    """Which of these words a film speaks of."""
    text = f" {folded(words)} "
    return frozenset(topic for topic in topics if f" {topic} " in text)


async def question_of(edition: Edition, viewer: Viewer, kind: str) -> AssignmentQuestion:
    """All that is known of the films that this chair shares out, those that they stepped aside from included: they
    are watched, too, and are told to nobody who may not know of them.
    """
    rules, members = await committee_rules(edition), await members_of(edition)
    asked = [one for one in members if one.is_asked]
    topics = {folded(topic) for one in asked for topic in one.topics} - {""}
    scope = scope_values(viewer, CHAIR)
    films = await rows(FILMS, edition.id, scope[1], scope[2])
    apart = pairs_in(await rows(APART, *[edition.id] * 4))
    fixed = pairs_in(await rows(FIXED, edition.id, edition.id))
    standing = pairs_in(await rows(STANDING, edition.id))
    its = {row["id"] for row in films}
    fixed |= {pair for pair in standing if pair[0] not in its}  # what other chairs have shared out
    wishes = await rows(
        """SELECT w.submission, w.person, w.wish FROM film_wish w JOIN submission s ON s.id = w.submission
           WHERE s.edition = {}""",
        edition.id,
    )
    return AssignmentQuestion(
        films=tuple(film_of(row, rules, topics) for row in films),
        members=tuple(assignable(one, rules) for one in asked),
        apart=apart,
        fixed=fixed - apart,
        standing=standing - apart - fixed,
        wishes={(row["submission"], row["person"]): Wish(row["wish"]) for row in wishes},
        keeps=kind == "mended",
    )


def pairs_in(found: list[dict[str, Any]]) -> frozenset[Pair]:
    return frozenset((row["submission"], row["person"]) for row in found)


def film_of(row: dict[str, Any], rules: CommitteeRules, topics: Iterable[str]) -> AssignableFilm:
    return AssignableFilm(
        id=row["id"],
        section=row["section"],
        languages=frozenset([*row["languages"], *row["subtitles"], *row["tracks"]]),
        minutes=row["runtime"] / 60,
        quorum=quorum_of(rules, row["section"]),
        topics=topics_in(row["words"], topics),
    )


def assignable(member: SeatedMember, rules: CommitteeRules) -> AssignableMember:
    return AssignableMember(
        id=member.id,
        sections=member.own_sections,
        languages=frozenset(member.languages),
        cap=rules.cap if member.cap is None else member.cap,
        topics=frozenset(folded(topic) for topic in member.topics),
    )


async def thought(question: AssignmentQuestion) -> SharedOut:
    """What a process of its own says; `Busy` when it takes too long."""
    try:
        with anyio.fail_after(THINKING_S):
            return await anyio.to_process.run_sync(
                share_out, question, cancellable=True, limiter=thinkers
            )
    except TimeoutError:
        raise Busy("assignment_slow") from None


# Acts


async def propose_assignment(
    edition: Edition, form: SharingForm, viewer: Viewer, *, by: Person
) -> str:
    """Reckon who could watch what; nothing changes before it is applied."""
    number = (await newest_change(edition))["number"]
    if form.version != number:
        raise Conflict("assignment_changed", version=number)
    question = await question_of(edition, viewer, form.kind)
    if not question.films:
        raise Refused("assignment_no_films")
    if not question.members:
        raise Refused("assignment_no_members")
    answer = await thought(question)
    its = {film.id for film in question.films}
    standing = {pair for pair in pairs_in(await rows(STANDING, edition.id)) if pair[0] in its}
    added = answer.pairs - standing
    removed = standing - answer.pairs - question.fixed
    plan = await rows(
        """INSERT INTO assignment_plan (id, edition, based_on, kind, made_by, added, removed, lacks, loads, seconds)
           VALUES ({}, {}, {}, {}, {}, {}::jsonb, {}::jsonb, {}::jsonb, {}::jsonb, {}) RETURNING id""",
        new_id(), edition.id, number, form.kind, by.id,
        as_json([(*pair, False) for pair in sorted(added)]), as_json(sorted(removed)),
        as_json([msgspec.to_builtins(one) for one in answer.shortages]), as_json(answer.loads),
        answer.seconds,
    )  # fmt: skip
    return str(plan[0]["id"])


def as_json(value: Any) -> str:
    return json.dumps(value)


async def newest_change(edition: Edition) -> dict[str, Any]:
    """The last change that was applied; number 0 where there is none."""
    found = await rows(
        """SELECT id, number, kind, applied_at FROM assignment_plan
           WHERE edition = {} AND number IS NOT NULL ORDER BY number DESC LIMIT 1""",
        edition.id,
    )
    return found[0] if found else {"id": "", "number": 0, "kind": "", "applied_at": None}


async def hold_assignment(edition: Edition, seen: int) -> dict[str, Any]:
    """Changes come one after the other, each on top of what its chair saw."""
    await desk.hold_edition(edition.id)
    newest = await newest_change(edition)
    if newest["number"] != seen:
        raise Conflict("assignment_changed", version=newest["number"])
    return newest


async def apply_assignment(
    edition: Edition, plan_id: str, viewer: Viewer, *, version: int, by: Person
) -> dict[str, int]:
    """What was proposed holds from now on, if the assignment still is the one that it was reckoned from. Whoever
    stepped aside or left meanwhile is not asked. Told are the new version and how many pairs of films that the
    viewer may know of were `added` and `removed`.
    """
    async with transaction():
        newest = await hold_assignment(edition, version)
        plan = await plan_in(edition, plan_id, by)
        if plan["number"] is not None:
            raise Conflict("assignment_applied")
        if plan["based_on"] != newest["number"]:
            raise Conflict("assignment_changed", version=newest["number"])
        added = await add_pairs(plan["added"])
        removed = await remove_pairs(plan["removed"])
        await rows(
            """UPDATE assignment_plan SET number = {}, applied_at = now(), made_by = {}, added = {}::jsonb,
                 removed = {}::jsonb WHERE id = {} RETURNING id""",
            version + 1, by.id, as_json(added), as_json(removed), plan_id,
        )  # fmt: skip
        await noted(edition, plan_id, plan["kind"], version + 1, added, removed, by=by)
        await ask_to_watch(edition, (person for _, person, _ in added), occasion=plan_id)
        films = list({film for film, *_ in [*added, *removed]})
        known = {film.id for film in await assigned_films(viewer, edition, films)}
    told = {"added": added, "removed": removed}
    return {"version": version + 1} | {
        name: sum(film in known for film, *_ in pairs) for name, pairs in told.items()
    }


async def plan_in(edition: Edition, plan_id: str, by: Person) -> dict[str, Any]:
    """A proposal of one's own: it was reckoned for the films that its chair may know of."""
    found = await rows(
        """SELECT id, number, based_on, kind, added, removed FROM assignment_plan
           WHERE id = {} AND edition = {} AND made_by = {} FOR UPDATE""",
        plan_id,
        edition.id,
        by.id,
    )
    if not found:
        raise Missing("assignment_plan_missing")
    return found[0]


async def add_pairs(pairs: list[list[Any]]) -> list[list[Any]]:
    """Those that can be, and are not there yet: the person still sits in the committee, and is not too close."""
    if not pairs:
        return []
    films, people, by_hand = ([pair[place] for pair in pairs] for place in range(3))
    kept = await rows(
        f"""INSERT INTO assignment (id, submission, person, by_hand)
            SELECT left(md5(s.id || g.person || clock_timestamp() || random()), 16), s.id, g.person, g.by_hand
            FROM unnest({{}}::text[], {{}}::text[], {{}}::bool[]) AS g(submission, person, by_hand)
            JOIN submission s ON s.id = g.submission
            WHERE {seated("g.person")} AND (g.by_hand OR NOT EXISTS (SELECT 1 FROM conflict_of_interest c
              WHERE c.submission = s.id AND c.person = g.person AND c.state <> 'dismissed'))
            ON CONFLICT (submission, person) DO NOTHING RETURNING submission, person, by_hand""",
        films, people, by_hand,
    )  # fmt: skip
    return sorted([row["submission"], row["person"], row["by_hand"]] for row in kept)


async def remove_pairs(pairs: list[list[Any]]) -> list[list[Any]]:
    if not pairs:
        return []
    gone = await rows(
        """DELETE FROM assignment a USING unnest({}::text[], {}::text[]) AS g(submission, person)
           WHERE a.submission = g.submission AND a.person = g.person
           RETURNING a.submission, a.person, a.by_hand""",
        [pair[0] for pair in pairs], [pair[1] for pair in pairs],
    )  # fmt: skip
    return sorted([row["submission"], row["person"], row["by_hand"]] for row in gone)


async def noted(
    edition: Edition,
    plan_id: str,
    kind: str,
    number: int,
    added: list[list[Any]],
    removed: list[list[Any]],
    *,
    by: Person,
) -> None:
    """The record says how much; which pairs, the change's own row says."""
    await record(
        "assignment_changed", plan_id, by=by, edition=edition.id,
        kind=kind, number=number, added=len(added), removed=len(removed),
    )  # fmt: skip


async def keep_change(
    edition: Edition, kind: str, number: int, added: list[Any], removed: list[Any], *, by: Person
) -> None:
    """A change that was made and applied at once."""
    plan_id = new_id()
    await rows(
        """INSERT INTO assignment_plan (id, edition, number, based_on, kind, made_by, added, removed, applied_at)
           VALUES ({}, {}, {}, {}, {}, {}, {}::jsonb, {}::jsonb, now()) RETURNING id""",
        plan_id, edition.id, number, number - 1, kind, by.id, as_json(added), as_json(removed),
    )  # fmt: skip
    await noted(edition, plan_id, kind, number, added, removed, by=by)


async def assign_by_hand(
    edition: Edition, submission: Submission, form: AssignmentByHand, *, by: Person
) -> int:
    """Ask one member to watch one film, whatever a sharing out would say; or ask them no more. Returns the number
    of the change; where nothing changes, of the one that stands.
    """
    async with transaction():
        await hold_assignment(edition, form.version)
        its = (Assignment.submission == submission.id) & (Assignment.person == form.person)
        standing = await Assignment.objects().get(its)
        pair = [submission.id, form.person, True]
        if not form.is_asked:
            if standing is None:
                return form.version
            removed = await remove_pairs([pair])
            await keep_change(edition, "by_hand", form.version + 1, [], removed, by=by)
            return form.version + 1
        if standing is not None and standing.by_hand:
            return form.version
        was = await remove_pairs([pair]) if standing else []
        added = await add_pairs([pair])
        if not added:
            raise Refused("person:assignment_unable")
        await keep_change(edition, "by_hand", form.version + 1, added, was, by=by)
        if standing is None:
            await ask_to_watch(edition, [form.person])
    return form.version + 1


async def undo_assignment(edition: Edition, viewer: Viewer, *, version: int, by: Person) -> int:
    """Take the last change back; what it took away is asked again, of whoever still can. `NotAllowed` where it
    is of sections that its chair has no part in.
    """
    async with transaction():
        newest = await hold_assignment(edition, version)
        if not newest["number"]:
            raise Refused("assignment_nothing_done")
        [pairs] = await rows(
            "SELECT added, removed FROM assignment_plan WHERE id = {}", newest["id"]
        )
        await check_theirs(viewer, [pair[0] for pair in (*pairs["added"], *pairs["removed"])])
        removed = await remove_pairs(pairs["added"])
        added = await add_pairs(pairs["removed"])
        await keep_change(edition, "undone", version + 1, added, removed, by=by)
    return version + 1


async def check_theirs(viewer: Viewer, films: list[str]) -> None:
    """All of these films are of sections that this person chairs."""
    sections = sorted(viewer.sections.get(Role.CHAIR, ()))
    if sections and await rows(
        "SELECT id FROM submission WHERE id = ANY({}) AND NOT section = ANY({}) LIMIT 1",
        films,
        sections,
    ):
        raise NotAllowed("not_allowed")


async def drop_proposal(edition: Edition, plan_id: str, *, by: Person) -> None:
    """One's own proposal that nobody wants; what was applied stays for the way back."""
    gone = await rows(
        """DELETE FROM assignment_plan
           WHERE id = {} AND edition = {} AND made_by = {} AND number IS NULL RETURNING id""",
        plan_id,
        edition.id,
        by.id,
    )
    if not gone:
        raise Missing("assignment_plan_missing")


# What its chair reads

SEEN_FILMS = """
FROM submission s JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section
JOIN edition e ON e.id = s.edition
JOIN film_file n ON n.submission = s.id AND n.state = 'released'
WHERE s.status = 'submitted' AND """


async def assignment_sheet(
    viewer: Viewer,
    edition: Edition,
    which: AssignedWhich = EVERY_FILM,
    *,
    number: int = 1,
    of: int = ALL_ON_ONE,
) -> AssignmentSheet:
    """The films that this chair may know of, with who is asked to watch each, `of` them a page; and where the edition
    stands. All are read through once.
    """
    rules = await committee_rules(edition)
    meant, values = meaning(which)
    sought = "SELECT id, title FROM here WHERE is_meant AND (NOT {}::bool OR shared < quorum)"
    laid = await rows(
        f"""WITH here AS MATERIALIZED (
              SELECT s.id, f.title, {quorum_sql(rules)} AS quorum, {meant} AS is_meant,
                (SELECT count(*) FROM assignment a WHERE a.submission = s.id) AS shared {SEEN_FILMS} {IN_SCOPE}),
            {paged(sought, order="title, id", of=of)},
            whole AS (SELECT count(*)::int AS films, coalesce(sum(quorum), 0)::int AS wanted,
              coalesce(sum(shared), 0)::int AS shared, (count(*) FILTER (WHERE shared < quorum))::int AS short
              FROM here)
            SELECT whole.*, page.id, page.place, page.found FROM whole LEFT JOIN page ON true ORDER BY page.place""",
        as_json(rules.quorums), *values, *scope_values(viewer, CHAIR), which.only_short, number,
    )  # fmt: skip
    its, newest = laid[0], await newest_change(edition)
    stand = {name: its[name] for name in ("films", "wanted", "shared", "short")}
    return AssignmentSheet(
        stand=AssignmentStand(
            **stand,
            version=newest["number"],
            last=newest["kind"],
            last_at=newest["applied_at"],
        ),
        films=await assigned_films(viewer, edition, [row["id"] for row in laid if row["id"]]),
        **numbers_of(laid, of=of),
    )


def meaning(which: AssignedWhich) -> tuple[str, tuple[str, ...]]:
    """SQL and its values: the films `s` and `f` of section `x` that are meant, however many are asked to watch them."""
    parts, values = ["true"], []
    if which.section:
        parts.append("x.letter = {}")
        values.append(which.section)
    if which.words:
        parts.append("(f.title ILIKE {} OR f.titles::text ILIKE {})")
        values += [like(which.words)] * 2
    if which.person:
        parts.append(
            "EXISTS (SELECT 1 FROM assignment a WHERE a.submission = s.id AND a.person = {})"
        )
        values.append(which.person)
    return " AND ".join(parts), tuple(values)


async def assigned_films(viewer: Viewer, edition: Edition, films: list[str]) -> list[AssignedFilm]:
    """Those of these films that this chair may know of, in the same order."""
    if not films:
        return []
    rules = await committee_rules(edition)
    found = await rows(
        f"""SELECT s.id, f.title, f.titles, s.section, x.letter AS section_letter, x.names AS section_names,
              {RUNTIME} AS runtime, {quorum_sql(rules)} AS quorum,
              coalesce((SELECT jsonb_agg(jsonb_build_object('id', p.id,
                  'name', coalesce(nullif(p.name, ''), p.email), 'by_hand', a.by_hand) ORDER BY p.name, p.id)
                FROM assignment a JOIN person p ON p.id = a.person WHERE a.submission = s.id), '[]') AS people
            {SEEN_FILMS} {IN_SCOPE} AND s.id = ANY({{}})""",
        as_json(rules.quorums), *scope_values(viewer, CHAIR), films,
    )  # fmt: skip
    known = {row["id"]: row for row in found}
    return msgspec.convert([known[film] for film in films if film in known], list[AssignedFilm])


def quorum_sql(rules: CommitteeRules) -> str:
    """SQL: how many are to watch a film `s`; its hole is for the quorums of sections, as JSON."""
    return f"coalesce(({{}}::jsonb->>s.section)::int, {int(rules.quorum)})"


def like(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


async def standing_proposal(viewer: Viewer, edition: Edition) -> AssignmentProposal | None:
    """The newest proposal of this chair that was not applied."""
    found = await rows(
        f"""WITH plan AS MATERIALIZED (SELECT * FROM assignment_plan
              WHERE edition = {{}} AND number IS NULL AND made_by = {{}} ORDER BY created_at DESC, id LIMIT 1),
            known AS (SELECT pair ->> 1 AS person, more FROM plan CROSS JOIN LATERAL (
                SELECT value AS pair, 1 AS more FROM jsonb_array_elements(plan.added)
                UNION ALL SELECT value, -1 FROM jsonb_array_elements(plan.removed)) one
              JOIN submission s ON s.id = pair ->> 0
              JOIN film_file n ON n.submission = s.id AND n.state = 'released' WHERE {IN_SCOPE})
            SELECT id, kind, lacks, loads, seconds, created_at, based_on,
              (SELECT count(*)::int FROM known WHERE more > 0) AS added,
              (SELECT count(*)::int FROM known WHERE more < 0) AS removed,
              (SELECT coalesce(jsonb_object_agg(person, n), jsonb_build_object())
               FROM (SELECT person, sum(more)::int AS n FROM known GROUP BY person) by_person) AS more
            FROM plan""",
        edition.id,
        viewer.id,
        *scope_values(viewer, CHAIR),
    )
    if not found:
        return None
    row = found[0]
    lacking = [short["film"] for short in row["lacks"]]
    known = {film.id: film for film in await assigned_films(viewer, edition, lacking)}
    shown = [short for short in row["lacks"] if short["film"] in known]
    lacks = [
        {
            **short,
            "title": known[short["film"]].title,
            "titles": known[short["film"]].titles,
            "section_letter": known[short["film"]].section_letter,
        }
        for short in shown
    ]
    newest = (await newest_change(edition))["number"]
    held, more = await loads_of(viewer, edition), row["more"]
    loads = {one: held.get(one, {}).get("films", 0) + more.get(one, 0) for one in row["loads"]}
    hidden = len(row["lacks"]) - len(shown)
    return msgspec.convert(
        {
            **row,
            "lacks": lacks,
            "loads": loads,
            "hidden": hidden,
            "is_stale": newest != row["based_on"],
        },
        AssignmentProposal,
    )


async def member_shares(
    viewer: Viewer, edition: Edition, proposal: AssignmentProposal | None = None
) -> list[MemberShare]:
    """Everybody of the committee, with what they have to watch of the films that this chair may know of."""
    held = await loads_of(viewer, edition)
    may_know = reads_at_once(viewer)
    shares = []
    for member in await members_of(edition):
        row = held.get(member.id, {})
        shares.append(
            MemberShare(
                member=member,
                films=row.get("films", 0),
                seconds=row.get("seconds", 0.0),
                given=row.get("given", 0) if may_know else None,
                after=proposal.loads.get(member.id) if proposal else None,
            )
        )
    return shares


def shares_sought(shares: list[MemberShare], *, words: str, number: int) -> ShareSheet:
    """Those with these words in their name, forty a page. All are read anyway: they are offered for every film."""
    key = folded(words) or words
    meant = [one for one in shares if key in folded(one.member.name)]
    number, last = nearest(number, len(meant), of=MEMBERS)
    shown = meant[(number - 1) * MEMBERS : number * MEMBERS]
    return ShareSheet(members=shown, number=number, last=last, found=len(meant))


def spread_of(shares: list[MemberShare]) -> int:
    """Films between whoever has most and whoever has fewest, of those to whom films are shared out."""
    loads = [one.films for one in shares if one.member.is_asked]
    return max(loads) - min(loads) if loads else 0

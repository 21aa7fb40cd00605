"""What members say to each other about a film, once they read each other's sheets: as the phase says, after one's
own, and its chair at once.

Whoever does not hear the talk learns nothing of it: not that there is one, nor how many speak, nor of being
named. Whoever stepped aside neither hears nor is heard. The record keeps who did what, and not the words.
"""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival.access import Act, PhaseRights, Subject, Viewer, Watching, may, reads_sheets
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import is_visible
from festival.paging import Paged, numbers_of, paged
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, Role, new_id
from festival.texts import Texts
from festival.viewers import rights_of
from reviews.evidence import NOT_AWAY, SEATS, seated
from reviews.lists import IN_SCOPE, names_shown, reads_at_once, scope_values
from reviews.mentioning import mentioned
from submissions.tables import Submission

PAGE = 60  # films in one page of those that are talked about
RemarkText = Annotated[str, Meta(min_length=1, max_length=4000)]


class NewTalk(msgspec.Struct, frozen=True, kw_only=True):
    text: RemarkText


class TalkChange(msgspec.Struct, frozen=True, kw_only=True):
    text: RemarkText
    version: VersionNumber


class TalkRead(msgspec.Struct, frozen=True, kw_only=True):
    """The newest remark that was before the reader."""

    newest: Annotated[str, Meta(max_length=32)]


class Hearer(msgspec.Struct, frozen=True):
    """A member who hears the talk about a film, and may be called by name."""

    id: str
    name: str


class TalkLine(msgspec.Struct, frozen=True, kw_only=True):
    """One remark. `called`: who is named in it and still hears; `read_by`: how many others have read it."""

    id: str
    by: str
    text: str
    created_at: datetime
    changed_at: datetime | None
    version: int
    mine: bool
    is_new: bool
    names_me: bool
    called: list[str] = []
    read_by: int = 0


class FilmTalk(msgspec.Struct, frozen=True, kw_only=True):
    """The talk about one film, the oldest first; closed, it says nothing. `others` hear it beside the reader,
    and `hearers` are they, where this phase names members to each other.
    """

    is_open: bool = False
    may_speak: bool = False
    lines: list[TalkLine] = []
    hearers: list[Hearer] = []
    others: int = 0

    @property
    def unread(self) -> int:
        return sum(line.is_new for line in self.lines)


class TalkedFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A film that is talked about, in the list of one member."""

    id: str
    title: str
    titles: Texts
    section_letter: str
    section_names: Texts
    remarks: int
    unread: int
    names_me: bool
    last_at: datetime


class TalkedSheet(Paged, frozen=True, kw_only=True):
    """A page of these; `unread` are new remarks on all of them."""

    films: list[TalkedFilm]
    unread: int


# Who hears


def may_hear(viewer: Viewer, subject: Subject) -> bool:
    """Whoever reads others' sheets of a film in this phase: the one question of every door."""
    return may(viewer, Act.SEE_REVIEWS, subject)


def may_speak(viewer: Viewer, subject: Subject) -> bool:
    return may(viewer, Act.DISCUSS, subject)


# The same of every film `s` in a list of the viewer's, which `IN_SCOPE` narrows to what they are shown.
HEARD = """(({}::bool AND ({}::bool OR s.section = ANY({}))) OR {}::bool
  OR (({}::bool OR {}::bool OR s.section = ANY({})) AND EXISTS (SELECT 1 FROM review mine
    WHERE mine.submission = s.id AND mine.person = {} AND mine.given_at IS NOT NULL)))"""


def heard_values(viewer: Viewer) -> tuple[object, ...]:
    own = viewer.sections.get(Role.CHAIR)
    everywhere, chaired = own is not None and not own, sorted(own or ())
    return (
        reads_at_once(viewer), everywhere, chaired, reads_sheets(viewer.rights, is_chair=False, has_own=False),
        reads_sheets(viewer.rights, is_chair=False, has_own=True), everywhere, chaired, viewer.id,
    )  # fmt: skip


def hears(person: str, rights: PhaseRights) -> str:
    """SQL: the same of anybody, under what the phases of the edition allow now; `s` is the film."""
    given = f"""EXISTS (SELECT 1 FROM review g WHERE g.submission = s.id AND g.person = {person}
                AND g.given_at IS NOT NULL)"""
    asked = f"""(EXISTS (SELECT 1 FROM assignment a WHERE a.submission = s.id AND a.person = {person}) OR {given})"""
    shown = {Watching.ALL: "true", Watching.ASSIGNED: asked, Watching.NONE: "false"}
    reads = {is_chair: reads_when(rights, given, is_chair=is_chair) for is_chair in (False, True)}
    chairs = f"""EXISTS (SELECT 1 FROM role c WHERE c.person = {person} AND c.edition = s.edition
                 AND c.part = 'chair' AND (c.sections = '[]'::jsonb OR c.sections ? s.section))"""
    return f"""({seated(person)} AND (({shown[rights.watching]} AND {reads[False]})
      OR ({chairs} AND {reads[True]})))"""


def reads_when(rights: PhaseRights, given: str, *, is_chair: bool) -> str:
    """SQL: `festival.access.reads_sheets` of somebody whose own sheet is there where `given` says so."""
    if reads_sheets(rights, is_chair=is_chair, has_own=False):
        return "true"
    return given if reads_sheets(rights, is_chair=is_chair, has_own=True) else "false"


async def rights_now(edition_id: str) -> PhaseRights:
    """What the committee's phases allow at this moment, whoever asks."""
    [found] = await rows(
        """SELECT (SELECT jsonb_agg(to_jsonb(h)) FROM committee_phase h WHERE h.edition = e.id
               AND h.opens_at <= now() AND (h.closes_at IS NULL OR now() < h.closes_at)) AS phases,
             EXISTS (SELECT 1 FROM committee_phase h WHERE h.edition = e.id) AS has_phases,
             coalesce((SELECT k.chair_waits FROM committee_rules k WHERE k.edition = e.id), false) AS waits
           FROM edition e WHERE e.id = {}""",
        edition_id,
    )
    return rights_of(found["phases"] or [], has_phases=found["has_phases"], waits=found["waits"])


async def hearers_of(submission_id: str, rights: PhaseRights) -> list[Hearer]:
    found = await rows(
        f"""SELECT p.id, coalesce(nullif(p.name, ''), p.email) AS name
            FROM submission s CROSS JOIN person p
            WHERE s.id = {{}} AND p.id IN (
              SELECT o.person FROM role o JOIN submission z ON z.edition = o.edition
              WHERE z.id = {{}} AND o.part IN ('reviewer', 'chair'))
              AND {hears("p.id", rights)} ORDER BY p.name, p.id""",
        submission_id,
        submission_id,
    )
    return msgspec.convert(found, list[Hearer])


# What is heard


async def talk_of(submission_id: str, viewer: Viewer, subject: Subject) -> FilmTalk:
    """Nothing where the viewer does not hear it; remarks of members who have no voice any more are gone. Where
    this phase names no members to each other, nobody is named but to the chair.
    """
    if not may_hear(viewer, subject):
        return FilmTalk()
    rights = viewer.rights
    everywhere, chaired = names_shown(viewer)
    found = await rows(
        f"""WITH film AS (SELECT s.*, ({{}}::bool OR s.section = ANY({{}})) AS is_named
                          FROM submission s WHERE s.id = {{}})
            SELECT r.id, r.text, r.created_at, r.changed_at, r.version, r.person = me.id AS mine,
              CASE WHEN r.person = me.id OR s.is_named THEN p.name ELSE '' END AS by,
              r.person <> me.id AND r.created_at > coalesce(k.read_at, '-infinity') AS is_new,
              EXISTS (SELECT 1 FROM talk_mention m WHERE m.remark = r.id AND m.person = me.id) AS names_me,
              coalesce((SELECT jsonb_agg(q.name ORDER BY q.name) FROM talk_mention m
                JOIN person q ON q.id = m.person
                WHERE s.is_named AND m.remark = r.id AND {hears("m.person", rights)}), '[]') AS called,
              (SELECT count(*)::int FROM talk_mark o WHERE o.submission = s.id AND o.person <> r.person
                AND o.read_at >= r.created_at AND {hears("o.person", rights)}) AS read_by
            FROM film s JOIN talk_remark r ON r.submission = s.id JOIN person p ON p.id = r.person
            JOIN person me ON me.id = {{}} LEFT JOIN talk_mark k ON k.submission = s.id AND k.person = me.id
            WHERE {seated("r.person")} ORDER BY r.created_at, r.id""",
        everywhere, chaired, submission_id, viewer.id,
    )  # fmt: skip
    hearers = await hearers_of(submission_id, rights)
    is_named = everywhere or subject.section in chaired
    return FilmTalk(
        is_open=True,
        may_speak=may_speak(viewer, subject),
        lines=msgspec.convert(found, list[TalkLine]),
        hearers=[one for one in hearers if one.id != viewer.id] if is_named else [],
        others=sum(one.id != viewer.id for one in hearers),
    )


async def talked_films(viewer: Viewer, *, page: int) -> TalkedSheet:
    """The films whose talk the viewer hears, what is new first. Remarks are counted by an index alone, and the films
    of the page told of afterwards.
    """
    found = await rows(
        f"""WITH shown AS MATERIALIZED (
              SELECT s.id, s.section, coalesce(k.read_at, '-infinity') AS read_at
              FROM submission s JOIN film_file n ON n.submission = s.id AND n.state = 'released'
              LEFT JOIN talk_mark k ON k.submission = s.id AND k.person = {{}}
              WHERE {IN_SCOPE} AND {HEARD}), {SEATS},
            talked AS MATERIALIZED (SELECT shown.*, said.* FROM shown CROSS JOIN LATERAL (
              SELECT count(*)::int AS remarks, count(*) FILTER (WHERE {NEW})::int AS unread,
                max(r.created_at) AS last_at {OF_SHOWN}) said WHERE said.remarks > 0),
            {paged("SELECT * FROM talked", order="unread = 0, last_at DESC, id", of=PAGE)}
            SELECT shown.*, (SELECT sum(unread)::int FROM talked) AS all_unread,
              f.title, f.titles, x.letter AS section_letter, x.names AS section_names,
              EXISTS (SELECT 1 {OF_SHOWN} AND {NEW} AND EXISTS (SELECT 1 FROM talk_mention m
                WHERE m.remark = r.id AND m.person = me.id)) AS names_me
            FROM page shown JOIN submission s ON s.id = shown.id JOIN film f ON f.id = s.film
            JOIN section x ON x.id = s.section ORDER BY shown.place""",
        viewer.id, *scope_values(viewer), *heard_values(viewer), viewer.edition, viewer.id, page, viewer.id,
    )  # fmt: skip
    return TalkedSheet(
        films=msgspec.convert(found, list[TalkedFilm]),
        unread=found[0]["all_unread"] if found else 0,
        **numbers_of(found, of=PAGE),
    )


OF_SHOWN = f"""FROM talk_remark r CROSS JOIN (SELECT {{}}::text AS id) me WHERE r.submission = shown.id
  AND ((r.person, shown.section) IN (SELECT person, section FROM seat)) IS TRUE
  AND (r.person, r.submission) {NOT_AWAY}"""
"""SQL: what is said of a film of `shown` by whoever may hear it; its hole is the reader, `me`. Seats are laid out once,
and no join with them.
"""
NEW = "(r.person <> me.id AND r.created_at > shown.read_at)"


# What is said


async def say(submission: Submission, new: NewTalk, *, by: Person) -> str:
    """Say something to all who hear; whoever speaks has read what stood before."""
    text = settled(new.text)
    async with transaction():
        await check_speaks(submission, by)
        remark = new_id()
        await rows(
            """INSERT INTO talk_remark (id, submission, person, text, created_at)
               VALUES ({}, {}, {}, {}, clock_timestamp()) RETURNING id""",
            remark, submission.id, by.id, text,
        )  # fmt: skip
        await call(submission, remark, text, by=by)
        await record("talk_said", submission.id, by=by, edition=submission.edition, remark=remark)
    return remark


async def call(submission: Submission, remark: str, text: str, *, by: Person) -> None:
    """Note who is named, among those who hear; those who are not any more are not called."""
    names = {
        one.id: one.name
        for one in await hearers_of(submission.id, await rights_now(submission.edition))
        if one.id != by.id
    }
    called = sorted(mentioned(text, names))
    await rows(
        "DELETE FROM talk_mention WHERE remark = {} AND NOT person = ANY({}) RETURNING id",
        remark,
        called,
    )
    for person in called:
        await rows(
            """INSERT INTO talk_mention (id, remark, person) VALUES ({}, {}, {})
               ON CONFLICT (remark, person) DO NOTHING RETURNING id""",
            new_id(), remark, person,
        )  # fmt: skip


def settled(text: str) -> str:
    if not is_visible(text):
        raise Refused("text:field_missing")
    return text.strip()


async def check_hears(submission: Submission, by: Person) -> PhaseRights:
    """Asked again within the act: a phase may end, and a member step aside, at any moment."""
    rights = await rights_now(submission.edition)
    found = await rows(
        f"""SELECT 1 AS one FROM submission s JOIN person me ON me.id = {{}}
            WHERE s.id = {{}} AND {hears("me.id", rights)}""",
        by.id,
        submission.id,
    )
    if not found:
        raise Refused("talk_after_sheet")
    return rights


async def check_speaks(submission: Submission, by: Person) -> None:
    if not (await check_hears(submission, by)).discusses:
        raise Refused("talk_over")


async def amend(submission: Submission, remark: str, change: TalkChange, *, by: Person) -> int:
    """One's own words, said otherwise. Returns the version that stands."""
    text = settled(change.text)
    async with transaction():
        await check_speaks(submission, by)
        standing = await own(submission, remark, version=change.version, by=by)
        if standing["text"] == text:
            return change.version
        [row] = await rows(
            """UPDATE talk_remark SET text = {}, changed_at = now(), version = version + 1
               WHERE id = {} RETURNING version""",
            text,
            remark,
        )
        await call(submission, remark, text, by=by)
        await record(
            "talk_changed", submission.id, by=by, edition=submission.edition, remark=remark
        )
    return int(row["version"])


async def remove(submission: Submission, remark: str, *, version: int, by: Person) -> None:
    """One's own words, taken back: nobody keeps them."""
    async with transaction():
        await own(submission, remark, version=version, by=by)
        await rows("DELETE FROM talk_remark WHERE id = {} RETURNING id", remark)
        await record(
            "talk_removed", submission.id, by=by, edition=submission.edition, remark=remark
        )


async def own(submission: Submission, remark: str, *, version: int, by: Person) -> dict[str, Any]:
    """The remark as it stands, held until the act ends; of another's it is not even said that it is there."""
    found = await rows(
        "SELECT * FROM talk_remark WHERE id = {} AND submission = {} AND person = {} FOR UPDATE",
        remark, submission.id, by.id,
    )  # fmt: skip
    if not found:
        raise Missing("remark_missing")
    if found[0]["version"] != version:
        raise Conflict("changed_meanwhile", version=found[0]["version"])
    return found[0]


async def mark_read(submission: Submission, newest: str, *, by: Person) -> None:
    """All up to this remark has been read; a mark never goes back."""
    async with transaction():
        await check_hears(submission, by)
        await rows(
            """INSERT INTO talk_mark (id, submission, person, read_at)
               SELECT {}, submission, {}, created_at FROM talk_remark WHERE id = {} AND submission = {}
               ON CONFLICT (submission, person) DO UPDATE
                 SET read_at = greatest(talk_mark.read_at, excluded.read_at) RETURNING id""",
            new_id(), by.id, newest, submission.id,
        )  # fmt: skip


# Whether a letter a day is wanted


async def wants_digest(edition: Edition, person_id: str) -> bool:
    found = await rows(
        "SELECT is_on FROM talk_wish WHERE edition = {} AND person = {}", edition.id, person_id
    )
    return bool(found[0]["is_on"]) if found else True


async def set_digest(edition: Edition, *, is_on: bool, by: Person) -> None:
    async with transaction():
        await rows(
            """INSERT INTO talk_wish (id, edition, person, is_on) VALUES ({}, {}, {}, {})
               ON CONFLICT (edition, person) DO UPDATE SET is_on = excluded.is_on RETURNING id""",
            new_id(), edition.id, by.id, is_on,
        )  # fmt: skip
        await record("talk_letters_set", by.id, by=by, edition=edition.id, is_on=is_on)

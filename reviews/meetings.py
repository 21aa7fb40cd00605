"""The committee at one table: a film at a time, one pen, and minutes that are written meanwhile.

Whoever holds the pen moves the meeting; everybody else looks on. The pen is a lease on PostgreSQL's clock: it is
taken where nobody holds it, handed over by whoever does, and lapses where it is not used.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.paging import Paged, numbers_of, paged
from festival.record import record
from festival.shapes import Id
from festival.tables import Edition, Person, new_id
from festival.texts import Texts
from reviews import board
from reviews.board import ON_BOARD, SEEN, seen_values
from reviews.decisions import Sentence, accept, regret, reopen, wait
from reviews.figures import refresh
from reviews.lists import CHAIR, scope_values
from reviews.tables import Meeting, MeetingLine, MeetingPerson
from submissions.tables import Submission

PEN_MINUTES = 10
AGENDA = 12  # films that are read beside the one on the table
PAGE = 100  # lines of the minutes in one page
MEETINGS = 40  # in one page of those that are over
RaisedHands = Annotated[int, Meta(ge=0, le=500)]
VERBS = {"accepted": accept, "waitlisted": wait, "declined": regret, "undecided": reopen}


class NewMeeting(msgspec.Struct, frozen=True, kw_only=True):
    """`people` are members of the committee who are there, `others` names of who else is, one a line."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    people: Annotated[list[Id], Meta(max_length=200)] = []
    others: Annotated[str, Meta(max_length=4000)] = ""


class AtTable(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes later, by account or by name."""

    person: Id = ""
    name: Annotated[str, Meta(max_length=120)] = ""


class TableFilm(msgspec.Struct, frozen=True):
    """The film that is to lie on the table."""

    submission: Id


class TableDecision(Sentence, frozen=True, kw_only=True):
    """What was decided of the film on the table, with the hands that were counted, where they were."""

    submission: Id
    wanted: Annotated[str, Meta(pattern="^(accepted|waitlisted|declined|undecided)$")]
    votes_for: RaisedHands | None = None
    votes_against: RaisedHands | None = None
    abstained: RaisedHands | None = None


class TableRemark(msgspec.Struct, frozen=True, kw_only=True):
    """Something said that belongs into the minutes: of the film on the table, or of none."""

    note: Annotated[str, Meta(min_length=1, max_length=4000)]
    submission: Id = ""


class Rewording(msgspec.Struct, frozen=True):
    """A line as it should have been written."""

    note: Annotated[str, Meta(min_length=1, max_length=4000)]


class PenTo(msgspec.Struct, frozen=True):
    """Who is to hold the pen; nobody named: whoever asks."""

    person: Id = ""


class AgendaFilm(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    title: str
    titles: Texts
    letter: str
    runtime: float
    spread: float


class Agenda(msgspec.Struct, frozen=True):
    """The first films that are still to be decided, and how many there are in all."""

    films: list[AgendaFilm]
    total: int


class MinutesLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the minutes; `earlier` are the words that it had before, oldest first, and `replaces` the
    lines that had them.
    """

    id: str
    submission: str | None
    title: str
    titles: Texts
    letter: str
    writer: str
    wanted: str
    note: str
    votes_for: int | None
    votes_against: int | None
    abstained: int | None
    said_at: datetime
    earlier: list[str]
    replaces: list[str]

    @property
    def has_hands(self) -> bool:
        return any(n is not None for n in (self.votes_for, self.votes_against, self.abstained))


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    person: str | None
    name: str
    came_at: datetime
    left_at: datetime | None


class TableState(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as everybody at it sees it; `pen` is who holds it now, by name, nobody where it lapsed."""

    id: str
    name: str
    submission: str | None
    scribe: str | None
    pen: str
    pen_until: datetime
    begun_at: datetime
    ended_at: datetime | None
    seats: list[Seat] = []

    def is_scribe(self, viewer: Viewer) -> bool:
        return bool(self.pen) and self.scribe == viewer.id


# Reading


STATE = """SELECT m.id, m.name, m.submission, m.scribe, m.pen_until, m.begun_at, m.ended_at,
    CASE WHEN m.pen_until > now() THEN coalesce(nullif(p.name, ''), p.email, '') ELSE '' END AS pen,
    coalesce((SELECT jsonb_agg(jsonb_build_object('id', t.id, 'person', t.person,
        'name', coalesce(nullif(t.name, ''), nullif(q.name, ''), q.email, ''), 'came_at', t.came_at,
        'left_at', t.left_at) ORDER BY t.came_at, t.id)
      FROM meeting_person t LEFT JOIN person q ON q.id = t.person WHERE t.meeting = m.id), '[]') AS seats
  FROM meeting m LEFT JOIN person p ON p.id = m.scribe WHERE m.edition = {} """


async def open_meeting(edition: Edition) -> TableState | None:
    found = await rows(STATE + "AND m.ended_at IS NULL", edition.id)
    return msgspec.convert(found[0], TableState) if found else None


async def meeting_with(meeting: str, edition: Edition) -> TableState:
    found = await rows(STATE + "AND m.id = {}", edition.id, meeting)
    if not found:
        raise Missing("meeting_missing")
    return msgspec.convert(found[0], TableState)


class MeetingSheet(Paged, frozen=True, kw_only=True):
    """A page of meetings, the newest first."""

    meetings: list[TableState]


async def meetings_of(edition: Edition, *, page: int = 1) -> MeetingSheet:
    """Every meeting, one that has no end included, forty a page."""
    told = await rows(
        f"""WITH {paged("SELECT id, begun_at FROM meeting WHERE edition = {}", order="begun_at DESC, id", of=MEETINGS)}
            SELECT page.place, page.found, one.* FROM page JOIN ({STATE}) one USING (id) ORDER BY page.place""",
        edition.id, page, edition.id,
    )  # fmt: skip
    return MeetingSheet(
        meetings=msgspec.convert(told, list[TableState]), **numbers_of(told, of=MEETINGS)
    )


async def agenda(viewer: Viewer) -> Agenda:
    """What has not been decided, as far as this chair may see it; what divides most comes first."""
    await refresh(viewer.edition)
    found = await rows(
        f"""{SEEN} SELECT id, title, titles, letter, runtime, shown_spread AS spread, count(*) OVER () AS total
            FROM seen WHERE col = 'undecided'
            ORDER BY round(shown_spread::numeric, 6) DESC, title, id LIMIT {AGENDA}""",
        *await seen_values(viewer),
    )
    return Agenda(msgspec.convert(found, list[AgendaFilm]), found[0]["total"] if found else 0)


READABLE = f"""WITH readable AS NOT MATERIALIZED (SELECT * FROM meeting_line l WHERE l.meeting = {{}}
    AND (l.submission IS NULL OR EXISTS ({ON_BOARD} AND s.id = l.submission))),
  line AS MATERIALIZED (SELECT * FROM readable WHERE replaced_by = '')"""
"""What this chair may read of a meeting, nothing about a film that is not theirs to see; `line`: what stands of it."""
REPLACED = """SELECT coalesce(jsonb_agg(note ORDER BY back DESC), '[]') AS earlier,
    coalesce(jsonb_agg(id ORDER BY back DESC), '[]') AS replaces FROM (
      WITH RECURSIVE old AS (
        SELECT id, note, 1 AS back FROM meeting_line WHERE replaced_by = l.id AND replaced_by <> ''
        UNION ALL SELECT o.id, o.note, old.back + 1 FROM meeting_line o JOIN old ON o.replaced_by = old.id
          AND o.replaced_by <> '')
      SELECT * FROM old) old"""


async def minutes_of(
    meeting: str, viewer: Viewer, *, first: int = 0, most: int | None = None, latest: bool = False
) -> list[MinutesLine]:
    """What was said, in the order in which it was, or the `latest` first; `first` counts from 0."""
    return (await minutes_and_total(meeting, viewer, first=first, most=most, latest=latest))[0]


async def minutes_and_total(
    meeting: str, viewer: Viewer, *, first: int = 0, most: int | None = None, latest: bool = False
) -> tuple[list[MinutesLine], int]:
    """As `minutes_of`, and how many lines there are in all: the chair's films are asked for once."""
    way = "DESC" if latest else "ASC"
    found = await rows(
        f"""{READABLE}, page AS MATERIALIZED (
              SELECT * FROM line ORDER BY said_at {way}, id {way} OFFSET {{}} LIMIT {{}})
            SELECT whole.total, l.id, l.submission, coalesce(f.title, '') AS title,
              coalesce(f.titles, jsonb_build_object()) AS titles, coalesce(x.letter, '') AS letter,
              coalesce(nullif(p.name, ''), p.email) AS writer, l.wanted, l.note, l.votes_for,
              l.votes_against, l.abstained, l.said_at, old.earlier, old.replaces
            FROM (SELECT count(*)::int AS total FROM line) whole LEFT JOIN (page l JOIN person p ON p.id = l.person
              LEFT JOIN submission s ON s.id = l.submission LEFT JOIN film f ON f.id = s.film
              LEFT JOIN section x ON x.id = s.section
              CROSS JOIN LATERAL ({REPLACED}) old) ON true
            ORDER BY l.said_at {way}, l.id {way}""",
        meeting, *scope_values(viewer, CHAIR), first, most,
    )  # fmt: skip
    lines = [row for row in found if row["id"] is not None]
    return msgspec.convert(lines, list[MinutesLine]), int(found[0]["total"])


async def mark_of(viewer: Viewer, edition: Edition) -> str:
    """Something that changes with whatever a window of the meeting shows."""
    found = await rows(
        """SELECT md5(concat_ws('|', m.id, m.submission, m.scribe, m.pen_until > now(), m.ended_at,
             (SELECT count(*) FROM meeting_line l WHERE l.meeting = m.id),
             (SELECT string_agg(concat_ws(',', t.id, t.left_at), ';' ORDER BY t.id)
              FROM meeting_person t WHERE t.meeting = m.id))) AS mark
           FROM meeting m WHERE m.edition = {} AND m.ended_at IS NULL""",
        edition.id,
    )
    return (found[0]["mark"] if found else "none") + await board.mark_of(viewer)


# The pen


@asynccontextmanager
async def with_pen(meeting: str, *, edition: Edition, by: Person) -> AsyncIterator[None]:
    """An act of whoever holds the pen, who holds it anew; `Conflict` for anybody else."""
    async with transaction():
        held = await rows(
            """UPDATE meeting SET pen_until = now() + make_interval(mins => {})
               WHERE id = {} AND edition = {} AND ended_at IS NULL AND scribe = {} AND pen_until > now()
               RETURNING id""",
            PEN_MINUTES,
            meeting,
            edition.id,
            by.id,
        )
        if not held:
            await tell_why(meeting, edition)
        yield


async def tell_why(meeting: str, edition: Edition) -> None:
    state = await meeting_with(meeting, edition)
    if state.ended_at is not None:
        raise Conflict("meeting_ended")
    if state.pen:
        raise Conflict("meeting_pen_held", name=state.pen)
    raise Conflict("meeting_pen_down")


async def take_pen(meeting: str, given: PenTo, *, edition: Edition, by: Person) -> None:
    """Take it where nobody holds it, or hand it over; whoever holds it may only be asked for it."""
    to = given.person or by.id
    chairs = await rows(
        """SELECT 1 AS one FROM role r JOIN person p ON p.id = r.person AND p.disabled_at IS NULL
           WHERE r.edition = {} AND r.part = 'chair' AND r.person = {}""",
        edition.id,
        to,
    )
    if not chairs:
        raise Refused("person:meeting_pen_chair")
    async with transaction():
        taken = await rows(
            """UPDATE meeting SET scribe = {}, pen_until = now() + make_interval(mins => {})
               WHERE id = {} AND edition = {} AND ended_at IS NULL
                 AND (scribe IS NULL OR scribe = {} OR pen_until <= now()) RETURNING id""",
            to,
            PEN_MINUTES,
            meeting,
            edition.id,
            by.id,
        )
        if not taken:
            await tell_why(meeting, edition)
        await record("meeting_pen_taken", meeting, by=by, edition=edition.id, to=to)


# The meeting


async def begin(given: NewMeeting, *, edition: Edition, viewer: Viewer, by: Person) -> str:
    """Whoever begins it holds the pen; the first film is the one that divides most."""
    first = next(iter((await agenda(viewer)).films), None)
    async with transaction():
        made = await rows(
            """INSERT INTO meeting (id, edition, name, submission, scribe, pen_until, begun_at)
               VALUES ({}, {}, {}, {}, {}, now() + make_interval(mins => {}), now())
               ON CONFLICT (edition) WHERE ended_at IS NULL DO NOTHING RETURNING id""",
            new_id(),
            edition.id,
            given.name.strip(),
            first.id if first else None,
            by.id,
            PEN_MINUTES,
        )
        if not made:
            raise Conflict("meeting_open")
        meeting = str(made[0]["id"])
        for person in dict.fromkeys([by.id, *given.people]):
            await sit_down(meeting, AtTable(person=person), edition)
        for name in filter(None, (line.strip()[:120] for line in given.others.splitlines())):
            await sit_down(meeting, AtTable(name=name), edition)
        await record("meeting_begun", meeting, by=by, edition=edition.id)
    return meeting


async def sit_down(meeting: str, given: AtTable, edition: Edition) -> None:
    """An account of this edition's committee, or a name."""
    if not given.person:
        if not given.name.strip():
            raise Refused("name:field_missing")
        await MeetingPerson(meeting=meeting, name=given.name.strip()).save()
        return
    part = await rows(
        "SELECT 1 AS one FROM role WHERE edition = {} AND person = {} AND part IN ('chair', 'reviewer')",
        edition.id,
        given.person,
    )
    if not part:
        raise Refused("people:meeting_stranger")
    await rows(
        """INSERT INTO meeting_person (id, meeting, person, name, came_at) VALUES ({}, {}, {}, '', now())
           ON CONFLICT (meeting, person) WHERE person IS NOT NULL
           DO UPDATE SET left_at = NULL RETURNING id""",
        new_id(),
        meeting,
        given.person,
    )


async def come(meeting: str, given: AtTable, *, edition: Edition, by: Person) -> None:
    async with with_pen(meeting, edition=edition, by=by):
        await sit_down(meeting, given, edition)
        await record("meeting_came", meeting, by=by, edition=edition.id)


async def leave(meeting: str, seat: str, *, edition: Edition, by: Person) -> None:
    """They were there until now; the minutes keep both hours. Twice is once."""
    async with with_pen(meeting, edition=edition, by=by):
        await rows(
            """UPDATE meeting_person SET left_at = now()
               WHERE id = {} AND meeting = {} AND left_at IS NULL RETURNING id""",
            seat,
            meeting,
        )
        await record("meeting_left", meeting, by=by, edition=edition.id)


async def show(meeting: str, submission: str, *, edition: Edition, by: Person) -> None:
    """Another film lies on the table."""
    async with with_pen(meeting, edition=edition, by=by):
        await rows(
            "UPDATE meeting SET submission = {} WHERE id = {} RETURNING id", submission, meeting
        )


async def decide(
    meeting: str,
    submission: Submission,
    given: TableDecision,
    *,
    edition: Edition,
    viewer: Viewer,
    by: Person,
) -> None:
    """The decision, its line in the minutes and the next film on the table: all of it, or nothing."""
    async with with_pen(meeting, edition=edition, by=by):
        on_table = (await meeting_with(meeting, edition)).submission
        if on_table != submission.id:
            raise Conflict("meeting_other_film")
        await VERBS[given.wanted](submission, by=by, note=given.note, seen=given.version)
        await MeetingLine(
            meeting=meeting,
            submission=submission.id,
            person=by.id,
            wanted=given.wanted,
            note=given.note.strip(),
            votes_for=given.votes_for,
            votes_against=given.votes_against,
            abstained=given.abstained,
        ).save()
        left = [one.id for one in (await agenda(viewer)).films if one.id != submission.id]
        await rows(
            "UPDATE meeting SET submission = {} WHERE id = {} RETURNING id",
            left[0] if left else None,
            meeting,
        )


async def remark(meeting: str, given: TableRemark, *, edition: Edition, by: Person) -> None:
    async with with_pen(meeting, edition=edition, by=by):
        await MeetingLine(
            meeting=meeting,
            submission=given.submission or None,
            person=by.id,
            note=given.note.strip(),
        ).save()


async def reword(
    meeting: str, line: str, given: Rewording, *, edition: Edition, viewer: Viewer, by: Person
) -> None:
    """A line is written anew; what it said before stays beside it. After the meeting too."""
    state = await meeting_with(meeting, edition)
    await check_readable(meeting, line, viewer)
    async with transaction():
        if state.ended_at is None:
            async with with_pen(meeting, edition=edition, by=by):
                pass
        new = new_id()
        old = await rows(
            """UPDATE meeting_line SET replaced_by = {} WHERE id = {} AND meeting = {} AND replaced_by = ''
               RETURNING submission, wanted, votes_for, votes_against, abstained, said_at""",
            new,
            line,
            meeting,
        )
        if not old:
            raise Conflict("changed_meanwhile")
        kept: dict[str, Any] = old[0]
        await MeetingLine(
            id=new, meeting=meeting, person=by.id, note=given.note.strip(), **kept
        ).save()
        await record("meeting_reworded", meeting, by=by, edition=edition.id)


async def check_readable(meeting: str, line: str, viewer: Viewer) -> None:
    """That the line is one of this meeting's, about no film that is not the chair's to see."""
    found = await rows(
        f"{READABLE} SELECT id FROM readable WHERE id = {{}}",
        meeting,
        *scope_values(viewer, CHAIR),
        line,
    )
    if not found:
        raise Missing("meeting_line_missing")


async def end(meeting: str, *, edition: Edition, by: Person) -> None:
    """From now on it is only read, and its lines corrected."""
    async with with_pen(meeting, edition=edition, by=by):
        await Meeting.update({Meeting.submission: None}).where(Meeting.id == meeting)
        await rows("UPDATE meeting SET ended_at = now() WHERE id = {} RETURNING id", meeting)
        await record("meeting_ended", meeting, by=by, edition=edition.id)


async def committee_of(edition: Edition) -> list[dict[str, Any]]:
    """Who may sit at the table: `id`, `name`, `is_chair`."""
    return await rows(
        """SELECT p.id, coalesce(nullif(p.name, ''), p.email) AS name, bool_or(r.part = 'chair') AS is_chair
           FROM role r JOIN person p ON p.id = r.person AND p.disabled_at IS NULL
           WHERE r.edition = {} AND r.part IN ('chair', 'reviewer')
           GROUP BY p.id ORDER BY name, p.id""",
        edition.id,
    )

"""What the committee reads. What may not be seen is not fetched: blindness is in the query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from festival.access import (
    COMMITTEE,
    Act,
    Subject,
    Viewer,
    committee_scope,
    in_scope,
    may,
    reads_sheets,
)
from festival.db import made_once, rows
from festival.errors import Missing, NotAllowed
from festival.paging import Paged, numbers_of, paged, sought
from festival.tables import Edition, Role
from festival.texts import EVERY_TITLE, Texts
from reviews.cautions import Caution, cautions, known_of, letters_of
from reviews.evidence import LENGTH, RUNTIME, seated, share
from reviews.rubrics import Rubrics, rubrics_of
from reviews.scoring import (
    PRIVATE,
    STEPS,
    Rubric,
    apart,
    column,
    given_total,
    mean,
    spread,
)
from reviews.tables import Review
from submissions import lists as submissions
from submissions.tables import FilmFile, Submission


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One film of a reviewer's queue; nothing in it depends on anybody else's score.

    `duration` is the copy's, `runtime` the length that is told: declared or measured, as the
    edition says. Both in seconds.
    """

    id: str
    title: str
    titles: Texts
    director: str
    file: str
    duration: float
    section_letter: str
    section_names: Texts
    status: str
    runtime: float = 0.0
    seen: float = 0.0
    seen_at: datetime | None = None
    position: float = 0.0
    given: bool = False
    begun: bool = False
    abstained: bool = False
    views: int = 0


IN_SCOPE = """
  s.edition = {} AND s.status NOT IN ('draft', 'withdrawn') AND n.state = 'released'
  AND ({}::text[] IS NULL OR s.section = ANY({})) AND NOT s.id = ANY({})
  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = {})
  AND ({}::text[] IS NULL OR s.id = ANY({}) OR s.section = ANY({}))
"""


CHAIR = frozenset({Role.CHAIR})

# `festival.access.reads_sheets` for the films `s` of a chair's query; `reviews.board` has its own sheet at hand.
VOTES_OPEN = """({}::bool OR EXISTS (SELECT 1 FROM review mine WHERE mine.submission = s.id
                        AND mine.person = {} AND mine.given_at IS NOT NULL))"""


def votes_open_values(viewer: Viewer) -> tuple[bool, str]:
    return (reads_at_once(viewer), viewer.id)


async def votes_open(submissions: list[str], viewer: Viewer) -> set[str]:
    """Those of this chair's films of which they read what others gave."""
    found = await rows(
        f"SELECT s.id FROM submission s WHERE s.id = ANY({{}}) AND {VOTES_OPEN}",
        submissions, *votes_open_values(viewer),
    )  # fmt: skip
    return {row["id"] for row in found}


def scope_values(viewer: Viewer, parts: frozenset[Role] = COMMITTEE) -> tuple[Any, ...]:
    scope = committee_scope(viewer, parts)
    return (
        viewer.edition, scope.sections, scope.sections, scope.recused, scope.person,
        scope.only, scope.only, scope.chaired,
    )  # fmt: skip


# One film a row, with what the viewer themself has done with it: never what anybody else has.
WAITING = (
    """
  FROM submission s JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section
  JOIN edition e ON e.id = s.edition
  JOIN film_file n ON n.submission = s.id AND n.state = 'released'
  LEFT JOIN viewing v ON v.file = n.id AND v.person = {}
  LEFT JOIN review r ON r.submission = s.id AND r.person = {}
  WHERE """
    + IN_SCOPE
)
STATE = """(CASE WHEN coalesce(r.given_at, r.abstained_at) IS NOT NULL THEN 'given'
                 WHEN r.id IS NOT NULL OR v.seconds > 0 THEN 'begun' ELSE 'new' END)"""
SEEN = share("v.seconds")
VIEWS = f"""(SELECT count(*) FROM viewing w WHERE w.file = n.id AND w.seconds > 0
     AND {share("w.seconds")} >= e.coverage - 1e-6 AND {seated("w.person")})"""
FIELDS = f"""
  s.id, f.title, f.titles, CASE WHEN x.is_blind THEN '' ELSE f.director END AS director,
  n.id AS file, {LENGTH} AS duration, {RUNTIME} AS runtime, x.letter AS section_letter,
  x.names AS section_names, s.status, v.seen_at, {SEEN} AS seen,
  coalesce(v.position, 0) AS position, r.given_at IS NOT NULL AS given, r.id IS NOT NULL AS begun,
  r.abstained_at IS NOT NULL AS abstained,
  {VIEWS} AS views"""

QUEUE_STATES = ("new", "begun", "given")


def waiting_values(viewer: Viewer) -> tuple[Any, ...]:
    return (viewer.id, viewer.id, *scope_values(viewer))


async def queue(
    viewer: Viewer,
    states: Sequence[str] = QUEUE_STATES,
    *,
    section: str = "",
    first: int = 0,
    most: int | None = None,
) -> list[Waiting]:
    """The films this person may watch, begun ones first, then by arrival; never by score.

    `states` are of `QUEUE_STATES`, `section` is a letter (none: all); `most` rows from `first` on.
    """
    selected = await rows(
        f"""SELECT {FIELDS} {WAITING} AND {STATE} = ANY({{}}) AND ({{}} = '' OR x.letter = {{}})
            ORDER BY coalesce(r.given_at, r.abstained_at) IS NOT NULL, v.id IS NULL, s.filed_at, s.id
            LIMIT {{}} OFFSET {{}}""",
        *waiting_values(viewer), list(states), section, section, most, first,
    )  # fmt: skip
    return msgspec.convert(selected, list[Waiting])


async def begun_last(viewer: Viewer) -> Waiting | None:
    """The film that this person was watching last, and has not seen to its end."""
    selected = await rows(
        f"""SELECT {FIELDS} {WAITING} AND coalesce(r.given_at, r.abstained_at) IS NULL
              AND v.seen_at IS NOT NULL
              AND v.position > 0 AND v.position < {LENGTH} - 1
            ORDER BY v.seen_at DESC, s.id DESC LIMIT 1""",
        *waiting_values(viewer),
    )
    return msgspec.convert(selected[0], Waiting) if selected else None


# Whether it was asked of this member; of whom nothing was asked in this edition, everything is.
MINE = """(NOT {}::bool OR EXISTS (SELECT 1 FROM assignment a WHERE a.submission = s.id AND a.person = {}))"""


async def was_asked(viewer: Viewer) -> bool:
    """Whether anything was shared out to this member in this edition."""
    found = await rows(
        """SELECT 1 AS one FROM assignment a JOIN submission s ON s.id = a.submission
           WHERE a.person = {} AND s.edition = {} LIMIT 1""",
        viewer.id,
        viewer.edition,
    )
    return bool(found)


class Ahead(msgspec.Struct, frozen=True, kw_only=True):
    """How many films still wait for the viewer's sheet, and which comes next."""

    left: int = 0
    id: str = ""
    title: str = ""
    titles: Texts = {}


async def ahead(viewer: Viewer, current: str) -> Ahead:
    """The next film after the one that is open, of those that were asked of this member: begun ones first, then those
    that fewest have watched; where nothing was asked, by arrival.
    """
    asked = await was_asked(viewer)
    selected = await rows(
        """SELECT one.id, f.title, f.titles, one.left FROM (
             SELECT s.id, s.film, count(*) OVER ()::int AS left
             FROM submission s JOIN film_file n ON n.submission = s.id AND n.state = 'released'
             LEFT JOIN viewing v ON v.file = n.id AND v.person = {}
             WHERE s.status = 'submitted' AND s.id NOT IN (SELECT r.submission FROM review r
               WHERE r.person = {} AND coalesce(r.given_at, r.abstained_at) IS NOT NULL)
               AND """ + IN_SCOPE + " AND " + MINE + """
             ORDER BY s.id = {}, v.id IS NULL, CASE WHEN {}::bool THEN (SELECT count(*) FROM viewing w
               WHERE w.file = n.id AND w.seconds > 0 AND w.person <> {}) ELSE 0 END, s.filed_at, s.id LIMIT 1) one
           JOIN film f ON f.id = one.film""",
        viewer.id, viewer.id, *scope_values(viewer), asked, viewer.id, current, asked, viewer.id,
    )  # fmt: skip
    return msgspec.convert(selected[0], Ahead) if selected else Ahead()


@made_once
async def subject_of(submission_id: str, viewer: Viewer) -> Subject:
    """As the submissions know it, and whether one's own review is given."""
    subject = await submissions.subject_of(submission_id, viewer)
    given = await Review.exists().where(
        (Review.submission == submission_id)
        & (Review.person == viewer.id)
        & Review.given_at.is_not_null()
    )
    return msgspec.structs.replace(subject, has_own_review=given)


async def open_film(
    submission_id: str, viewer: Viewer, edition: Edition, act: Act
) -> tuple[Submission, FilmFile]:
    """The film and its released file, if this may be done to it; else there is no such film."""
    subject = await subject_of(submission_id, viewer)
    if not may(viewer, act, subject):
        if act in {Act.DECIDE, Act.READMIT} and may(viewer, Act.WATCH, subject):
            raise NotAllowed("not_allowed")
        raise Missing("submission_missing")
    file = await FilmFile.objects().get(
        (FilmFile.submission == submission_id) & (FilmFile.state == "released")
    )
    if file is None or not in_scope(viewer, "committee"):
        raise Missing("file_missing")
    return await submissions.submission_in(edition, submission_id), file


class Earlier(msgspec.Struct, frozen=True):
    """What a given sheet said before it was given again."""

    version: int
    total: float
    opinion: str
    seen: float | None
    changed_at: datetime


class Vote(msgspec.Struct, frozen=True, kw_only=True):
    """One given review, for those who may see it.

    `seen` is the share of the film that stood behind it (None: not measured); `apart` says why it
    does not count (`unseen`, `older`), and is empty when it does.
    """

    id: str
    name: str
    total: float
    opinion: str
    mine: bool
    seen: float | None = None
    apart: str = ""
    out_of: int = STEPS
    confidence: int | None = None
    flags: tuple[str, ...] = ()
    version: int = 1
    given_at: datetime | None = None
    reopened: bool = False
    earlier: tuple[Earlier, ...] = ()

    @property
    def counts(self) -> bool:
        return not self.apart


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One film on the decision board."""

    id: str
    title: str
    titles: Texts
    director: str
    section_letter: str
    section_names: Texts
    status: str
    pending: str | None
    file: str
    duration: float
    runtime: float = 0.0
    votes: tuple[Vote, ...] = ()
    out_of: int = STEPS
    is_open: bool = False
    note: str = ""
    version: int = 0
    batch: str | None = None
    rank: int | None = None
    decided_at: datetime | None = None
    decided_by: str = ""
    announced_at: datetime | None = None

    @property
    def counted(self) -> tuple[Vote, ...]:
        return tuple(vote for vote in self.votes if vote.counts)

    @property
    def apart(self) -> tuple[Vote, ...]:
        return tuple(vote for vote in self.votes if not vote.counts)

    @property
    def unmeasured(self) -> int:
        """Votes that count though nobody measured how much of the film stood behind them."""
        return sum(vote.seen is None for vote in self.counted)

    @property
    def mean(self) -> float | None:
        return mean([vote.total for vote in self.counted])

    @property
    def spread(self) -> float:
        return spread([vote.total for vote in self.counted])

    @property
    def column(self) -> str:
        return column(self.status, self.pending)


def reads_at_once(viewer: Viewer) -> bool:
    """Whether a chair reads the sheets of the films that they chair before their own; after it every chair does."""
    return reads_sheets(viewer.rights, is_chair=True, has_own=False)


async def votes_of(
    submissions: list[str], viewer: Viewer, rubrics: Rubrics | None = None
) -> dict[str, tuple[Vote, ...]]:
    """Given votes of each film, by those who may still have one; the caller may see them. Their totals
    are by the sheet of the film's section.
    """
    rubrics = rubrics or await rubrics_of(viewer.edition)
    selected = await rows(
        """SELECT r.submission, s.section, r.id,
             CASE WHEN r.person = {} OR {}::bool OR s.section = ANY({}) THEN p.name ELSE '' END AS name,
             r.scores, r.opinion, r.person = {} AS mine, r.seen,
             r.confidence, r.flags, r.version, r.given_at, r.file = n.id AS is_current, e.coverage,
             EXISTS (SELECT 1 FROM reopening o WHERE o.review = r.id AND o.closed_at IS NULL)
               AS reopened,
             coalesce((SELECT jsonb_agg(jsonb_build_object('version', v.version,
                 'scores', v.scores, 'opinion', v.opinion, 'seen', v.seen,
                 'changed_at', v.changed_at) ORDER BY v.version DESC)
               FROM review_version v WHERE v.review = r.id), '[]') AS earlier
           FROM review r JOIN person p ON p.id = r.person
           JOIN submission s ON s.id = r.submission JOIN edition e ON e.id = s.edition
           LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
           WHERE r.submission = ANY({}) AND r.given_at IS NOT NULL AND """
        + seated("r.person")
        + " ORDER BY r.given_at, r.id",
        viewer.id, *names_shown(viewer), viewer.id, submissions,
    )  # fmt: skip
    votes: dict[str, tuple[Vote, ...]] = {}
    for row in selected:
        rubric = rubrics.rubric(row["section"])
        score = given_total(row["scores"], rubric)
        if score is not None:
            vote = vote_of(row, score, rubric)
            votes[row["submission"]] = (*votes.get(row["submission"], ()), vote)
    return votes


def names_shown(viewer: Viewer) -> tuple[bool, list[str]]:
    """Whether this person reads who wrote a sheet: in this phase everybody does, or all sections are theirs to chair;
    otherwise the sections that they chair.
    """
    chaired = viewer.sections.get(Role.CHAIR)
    everywhere = chaired is not None and not chaired
    return viewer.rights.votes_named or everywhere, sorted(chaired or ())


def vote_of(row: dict[str, Any], score: float, rubric: Rubric) -> Vote:
    enough = row["coverage"]
    return msgspec.convert(
        {
            **row,
            "total": score,
            "out_of": rubric.steps,
            "flags": [flag for flag in row["flags"] if flag not in PRIVATE],
            "apart": apart(row["seen"], enough=enough, is_current=bool(row["is_current"])),
            "earlier": [
                {**earlier, "total": given_total(earlier["scores"], rubric) or 0.0}
                for earlier in row["earlier"]
            ],
        },
        Vote,
    )


async def sentences(submission_id: str) -> list[dict[str, Any]]:
    """Every decision on a film, the newest first: `wanted`, `note`, `name`, `at`."""
    return await rows(
        """SELECT coalesce(d.wanted, 'undecided') AS wanted, d.note, d.created_at AS at,
             coalesce(nullif(p.name, ''), p.email) AS name
           FROM decision d JOIN person p ON p.id = d.person WHERE d.submission = {}
           ORDER BY d.created_at DESC""",
        submission_id,
    )


async def own_review(submission_id: str, viewer: Viewer) -> Review | None:
    return await Review.objects().get(
        (Review.submission == submission_id) & (Review.person == viewer.id)
    )


async def is_closed(submission_id: str, viewer: Viewer) -> bool:
    """Whether the viewer's sheet cannot change: the decision is announced, or the phase is not for it, and
    the chair has not opened the sheet again.
    """
    return await why_closed(submission_id, viewer) != ""


async def why_closed(submission_id: str, viewer: Viewer) -> str:
    """`announced` or `phase`; nothing while the sheet is open."""
    selected = await rows(
        """SELECT s.status <> 'submitted' AS announced,
             NOT (CASE WHEN r.given_at IS NULL THEN {}::bool ELSE {}::bool END) AS phase,
             EXISTS (SELECT 1 FROM reopening o WHERE o.review = r.id AND o.closed_at IS NULL) AS reopened
           FROM submission s LEFT JOIN review r ON r.submission = s.id AND r.person = {} WHERE s.id = {}""",
        viewer.rights.scores, viewer.rights.changes, viewer.id, submission_id,
    )  # fmt: skip
    if not selected or selected[0]["reopened"]:
        return ""
    return next((why for why in ("announced", "phase") if selected[0][why]), "")


async def own_notes(submission_id: str, viewer: Viewer) -> list[dict[str, Any]]:
    return await rows(
        """SELECT id, at_seconds, until_seconds, sign, text, version, created_at FROM note
           WHERE submission = {} AND person = {} ORDER BY at_seconds, created_at""",
        submission_id,
        viewer.id,
    )


async def own_viewing(file_id: str, viewer: Viewer) -> dict[str, Any]:
    """Stretches, the share of the film that they are, and where it was left."""
    selected = await rows(
        f"""SELECT v.ranges, v.position, {share("v.seconds")} AS seen
           FROM viewing v JOIN film_file n ON n.id = v.file WHERE n.id = {{}} AND v.person = {{}}""",
        file_id,
        viewer.id,
    )
    return selected[0] if selected else {"ranges": [], "position": 0.0, "seen": 0.0}


class Aside(msgspec.Struct, frozen=True, kw_only=True):
    """One's own stepping aside, in one's own words; the film is not named: it does not exist here
    any more.
    """

    submission: str
    section_letter: str
    reason: str
    created_at: datetime


async def own_recusals(viewer: Viewer) -> list[Aside]:
    selected = await rows(
        """SELECT s.id AS submission, coalesce(x.letter, '') AS section_letter, c.reason,
             c.created_at
           FROM recusal c JOIN submission s ON s.id = c.submission
           LEFT JOIN section x ON x.id = s.section
           WHERE s.edition = {} AND c.person = {} AND c.lifted_at IS NULL
           ORDER BY c.created_at DESC""",
        viewer.edition,
        viewer.id,
    )
    return msgspec.convert(selected, list[Aside])


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who stepped aside from a film that the viewer chairs."""

    submission: str
    title: str
    titles: Texts
    section_letter: str
    person: str
    name: str
    reason: str
    created_at: datetime


class AbsentSheet(Paged, frozen=True, kw_only=True):
    """A page of those who stepped aside."""

    recusals: list[Absent]


PERSON = "coalesce(nullif(p.name, ''), p.email)"
"""Somebody as a chair reads them, of a person `p`."""
NAMED_SO = sought(f"concat_ws(' ', {PERSON}, {EVERY_TITLE})")
"""Whether words stand in that, or in a title of a film `f`."""


async def others_recusals(
    viewer: Viewer, *, words: str = "", page: int = 1, most: int = 40
) -> AbsentSheet:
    """For the chair, of the films in their scope, the newest first, `most` a page; never their own, nor of a film
    that is not theirs to see. `words` are sought in titles and names.
    """
    here = f"""SELECT c.id, c.created_at FROM recusal c JOIN submission s ON s.id = c.submission
               JOIN section x ON x.id = s.section JOIN film_file n ON n.submission = s.id AND n.state = 'released'
               LEFT JOIN film f ON f.id = s.film LEFT JOIN person p ON p.id = c.person
               WHERE c.lifted_at IS NULL AND c.person <> {{}} AND {IN_SCOPE} {f"AND {NAMED_SO}" if words else ""}"""
    told = await rows(
        f"""WITH {paged(here, order="created_at DESC, id", of=most)}
            SELECT page.place, page.found, s.id AS submission, f.title, f.titles, x.letter AS section_letter,
              c.person, {PERSON} AS name, c.reason, c.created_at
            FROM page JOIN recusal c ON c.id = page.id JOIN submission s ON s.id = c.submission
            JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section JOIN person p ON p.id = c.person
            ORDER BY page.place""",
        viewer.id, *scope_values(viewer, CHAIR), *filter(None, [words]), page,
    )  # fmt: skip
    return AbsentSheet(recusals=msgspec.convert(told, list[Absent]), **numbers_of(told, of=most))


FIRST_FILMS = 200
"""Films of a batch, or for one, that are listed one by one."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One announcement with the films of it that the viewer may see, and how many they may not: all while it is open,
    the first two hundred afterwards. `tally` counts them all by what they were told; `takes_back`: makers are told
    that what they were told holds no more.
    """

    id: str
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    released_at: datetime | None = None
    released_by_name: str | None = None
    cancelled_at: datetime | None = None
    due_at: datetime | None = None
    stopped: str = ""
    note: str = ""
    word: str = ""
    films: list[dict[str, Any]] = []
    tally: dict[str, int] = {}
    takes_back: bool = False
    letters: int = 0
    cautions: list[Caution] = []
    hidden: int = 0

    @property
    def is_open(self) -> bool:
        return self.released_at is None and self.cancelled_at is None

    @property
    def is_due(self) -> bool:
        """Somebody has said yes, and it can still be called back."""
        return self.is_open and self.due_at is not None


async def announcements(viewer: Viewer) -> list[Batch]:
    """Batches with at least one film in the viewer's scope, and only those films, the newest first.

    What waits for its release says how many letters that writes, and what to know first.
    """
    selected = await rows(
        f"""WITH line AS (
             SELECT a.id AS announcement, a.released_at IS NULL AND a.cancelled_at IS NULL AS is_open, l.wanted, l.was,
               s.id, s.film, row_number() OVER (PARTITION BY a.id ORDER BY f.title, s.id) AS place
             FROM announcement a JOIN announcement_line l ON l.announcement = a.id
             JOIN submission s ON s.id = l.submission JOIN film f ON f.id = s.film
             WHERE a.edition = {{}} AND ({{}}::text[] IS NULL OR s.section = ANY({{}})) AND NOT s.id = ANY({{}})
               AND NOT EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = {{}})
               AND ({{}}::text[] IS NULL OR s.id = ANY({{}}) OR s.section = ANY({{}}))),
           tallied AS (
             SELECT announcement, sum(n)::int AS found, bool_or(takes_back) AS takes_back,
               jsonb_object_agg(wanted, n) AS tally
             FROM (SELECT announcement, wanted, count(*)::int AS n, coalesce(bool_or(was <> ''), false) AS takes_back
                   FROM line GROUP BY announcement, wanted) by_wanted GROUP BY announcement),
           shown AS (
             SELECT line.announcement, jsonb_agg(jsonb_build_object('id', line.id, 'title', f.title,
                 'titles', f.titles, 'wanted', line.wanted, 'was', line.was) ORDER BY line.place) AS films
             FROM line JOIN film f ON f.id = line.film WHERE line.is_open OR line.place <= {FIRST_FILMS}
             GROUP BY line.announcement)
           SELECT a.id, a.asked_by, p.name AS asked_by_name, a.asked_at, a.released_at,
             q.name AS released_by_name, a.cancelled_at, a.due_at, a.stopped, a.note, a.word,
             (SELECT count(*) FROM announcement_line w WHERE w.announcement = a.id) - tallied.found AS hidden,
             tallied.tally, tallied.takes_back, shown.films
           FROM announcement a JOIN person p ON p.id = a.asked_by
           JOIN tallied ON tallied.announcement = a.id JOIN shown ON shown.announcement = a.id
           LEFT JOIN person q ON q.id = a.released_by ORDER BY a.asked_at DESC""",
        *scope_values(viewer, CHAIR),
    )
    open_ones = [row for row in selected if not row["released_at"] and not row["cancelled_at"]]
    films = [film for row in open_ones for film in row["films"]]
    known, read = await known_of(films), await votes_open([film["id"] for film in films], viewer)
    letters = await letters_of([row["id"] for row in open_ones])
    for row in open_ones:
        row["cautions"] = cautions(row["films"], known, read)
        row["letters"] = letters.get(row["id"], 0)
    return msgspec.convert(selected, list[Batch])

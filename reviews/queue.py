"""A member's queue: what was asked of them, in the order in which a view changes most, and how fast they get on.

Nothing here depends on what others gave, but where the phase lets this person read it: blindness is in the query.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from festival.access import Viewer, reads_sheets
from festival.clock import now, zone
from festival.db import rows
from festival.paging import Paged, numbers_of, paged
from festival.tables import Edition, Role
from festival.texts import Texts
from reviews.blind_words import synopses_in_blind
from reviews.evidence import RUNTIME
from reviews.figures import means_of
from reviews.lists import (
    FIELDS,
    MINE,
    SEEN,
    VIEWS,
    WAITING,
    Waiting,
    waiting_values,
    was_asked,
)
from reviews.phases import committee_rules
from reviews.rubrics import rubrics_of
from reviews.scoring import given_total

MOST_ADVISED = 400
"""Of longer lists only what was begun comes first: to weigh every view of thousands of films takes too long."""
WEEKS = 3
FORESEEN_DAYS = 366
"""A pace that would take longer has only begun, and tells no day."""
ORDERS = ("advised", "length", "title")
"""What its reader chooses from; `given` and `arrival` are the house's."""
STATES = ("new", "begun", "note", "given", "over")


class QueueRow(Waiting, frozen=True, kw_only=True):
    """One film of the queue. `state`: untouched, begun, seen with the sheet to give, given, or decided without it.

    `is_mine`: it was asked of this member (where nothing was, every film is). `replaced_at`: since when another
    version stands than the one that they had begun. `total` is their own score, `committee` the mean of `votes`
    where they may read it.
    """

    state: str
    is_mine: bool
    countries: list[str]
    synopses: Texts
    quorum: int = 0
    is_blind: bool = False
    replaced_at: datetime | None = None
    given_at: datetime | None = None
    scores: dict[str, int]
    section: str = ""
    out_of: int = 5
    wish: str = ""
    total: float | None = None
    committee: float | None = None
    votes: int = 0


class QueueWhich(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows: `states` are of `STATES`; `section` is a letter; what is left of each fits into `minutes`."""

    states: tuple[str, ...] = STATES
    section: str = ""
    minutes: int = 0
    order: str = "advised"
    is_mine: bool = True


class QueueCount(msgspec.Struct, frozen=True, kw_only=True):
    """Films of one section in one state: how many, and the seconds that are still to be watched."""

    section_letter: str
    section_names: Texts
    state: str
    is_mine: bool
    films: int
    seconds: float


class WeekSeen(msgspec.Struct, frozen=True):
    """Seconds of film in the week that begins on `monday`; `is_done`, or reckoned ahead."""

    monday: date
    seconds: float
    is_done: bool = True


class QueuePace(msgspec.Struct, frozen=True, kw_only=True):
    """How fast a member gets on: seconds a week, weeks as they were and as they would be, the day on which all is
    seen, and until when the phase lasts.
    """

    weekly: float = 0.0
    weeks: list[WeekSeen] = []
    ends_on: date | None = None
    until: datetime | None = None

    @property
    def spare_days(self) -> int | None:
        """Days between the end of the work and the end of the phase; negative where it ends too late."""
        if self.ends_on is None or self.until is None:
            return None
        return (self.until.astimezone(zone()).date() - self.ends_on).days


STATE = f"""(CASE WHEN coalesce(r.given_at, r.abstained_at) IS NOT NULL THEN 'given'
  WHEN s.status <> 'submitted' THEN 'over'
  WHEN r.id IS NOT NULL OR {SEEN} >= e.coverage - 1e-6 THEN 'note'
  WHEN v.seconds > 0 THEN 'begun' ELSE 'new' END)"""
QUORUM = "coalesce(({}::jsonb->>s.section)::int, {}::int)"
SHOWN = f"""(SELECT coalesce(max(w.wish), '') FROM film_wish w WHERE w.submission = s.id AND w.person = {{}}) AS wish,
  {FIELDS}, {STATE} AS state, {MINE} AS is_mine, f.countries, f.synopses, x.is_blind, s.section,
  {QUORUM} AS quorum,
  coalesce(r.given_at, r.abstained_at) AS given_at,
  coalesce(r.scores, jsonb_build_object()) AS scores,
  CASE WHEN v.id IS NULL THEN (SELECT n.released_at FROM viewing w JOIN film_file o ON o.id = w.file
    WHERE w.submission = s.id AND w.person = {{}} AND w.seconds > 0 AND o.id <> n.id LIMIT 1) END AS replaced_at"""
# How far the sheets of a film lie apart, roughly: without weights, and only for whoever may read them.
APART = """(SELECT coalesce(stddev_pop((SELECT avg(one.value::float8) FROM jsonb_each_text(k.scores) AS one)), 0)
  FROM review k WHERE k.submission = q.id AND k.given_at IS NOT NULL)"""
# All that waits is looked through once: for its counts, for the films of a page, and for those given last. What is
# weighed is weighed once: joined as it stands, it was weighed anew beside each film.
LAID_OUT = f"""WITH waiting AS MATERIALIZED (
    SELECT s.id, s.filed_at, f.title, n.id AS file, x.letter, s.section, {STATE} AS state, {MINE} AS is_mine,
      {RUNTIME} AS runtime, {SEEN} AS seen, v.seen_at, coalesce(r.given_at, r.abstained_at) AS given_at {WAITING}),
  wanted AS MATERIALIZED (SELECT * FROM waiting
    WHERE state = ANY({{}}) AND ({{}} = '' OR letter = {{}}) AND is_mine = {{}}::bool
      AND ({{}}::int = 0 OR runtime * (1 - seen) <= {{}}::int)),
  whole AS (SELECT count(*)::int AS films FROM wanted),
  weighed AS MATERIALIZED (SELECT q.id, greatest({QUORUM} - {VIEWS}, 0) AS lacks,
      CASE WHEN {{}}::bool THEN {APART} ELSE 0 END AS apart
    FROM wanted q JOIN submission s ON s.id = q.id JOIN edition e ON e.id = s.edition JOIN film_file n ON n.id = q.file
    WHERE (SELECT films FROM whole) <= {{}}::int)"""
IN_HAND = "state IN ('begun', 'note') DESC, CASE WHEN state IN ('begun', 'note') THEN seen_at END DESC NULLS LAST"
BY = {
    "advised": f"{IN_HAND}, lacks DESC NULLS LAST, apart DESC NULLS LAST, filed_at, id",
    "length": "runtime * (1 - seen), id",
    "title": "title, id",
    "given": "given_at DESC, id",
}


class QueueSheet(Paged, frozen=True, kw_only=True):
    """A page of the queue: `rows` are its films, `counts` how all films stand, `given` those of one's own sheets that
    were given last.
    """

    counts: list[QueueCount]
    rows: list[QueueRow]
    given: list[QueueRow]


async def queue_sheet(
    viewer: Viewer,
    edition: Edition,
    which: QueueWhich,
    *,
    number: int = 1,
    of: int = 60,
    below: int = 0,
) -> QueueSheet:
    """Page `number`, of that many rows, and `below` films that were given last."""
    rules = await committee_rules(edition)
    quorum = (msgspec.json.encode(rules.quorums).decode(), rules.quorum)
    asked = await was_asked(viewer)
    by = BY.get(which.order, BY["advised"])
    weighed = "LEFT JOIN weighed USING (id)" if by == BY["advised"] else ""
    laid = await rows(
        f"""{LAID_OUT}, {paged(f"SELECT * FROM wanted {weighed}", order=by, of=of)}
            SELECT (SELECT coalesce(jsonb_agg(to_jsonb(p) ORDER BY p.place), '[]') FROM (
                SELECT id, place, found FROM page) p) AS page,
              (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.section_letter), '[]') FROM (
                 SELECT letter AS section_letter, names AS section_names, state, is_mine, films, seconds FROM (
                   SELECT section, state, is_mine, count(*) AS films, sum(runtime * (1 - seen)) AS seconds
                   FROM waiting GROUP BY 1, 2, 3) one JOIN section x ON x.id = one.section) c) AS counts,
              ARRAY(SELECT id FROM waiting WHERE state = 'given' AND is_mine
                ORDER BY {BY["given"]} LIMIT {{}}::int) AS given""",
        asked, viewer.id, *waiting_values(viewer), *narrowing(which), *quorum,
        reads_sheets(viewer.rights, is_chair=False, has_own=False), MOST_ADVISED,
        number, below,
    )  # fmt: skip
    its, page = laid[0], [row["id"] for row in laid[0]["page"]]
    found = await rows(
        f"SELECT {SHOWN} {WAITING} AND s.id = ANY({{}})",
        viewer.id, asked, viewer.id, *quorum, viewer.id, *waiting_values(viewer), [*page, *its["given"]],
    )  # fmt: skip
    known = {one.id: one for one in await told(viewer, msgspec.convert(found, list[QueueRow]))}
    return QueueSheet(
        counts=msgspec.convert(its["counts"], list[QueueCount]),
        rows=[known[film] for film in page if film in known],
        given=[known[film] for film in its["given"] if film in known],
        **numbers_of(its["page"], of=of),
    )


def narrowing(which: QueueWhich) -> tuple[object, ...]:
    """The values of what is `wanted`."""
    return (
        list(which.states), which.section, which.section, which.is_mine, which.minutes, which.minutes * 60,
    )  # fmt: skip


async def told(viewer: Viewer, found: list[QueueRow]) -> list[QueueRow]:
    """With their own score, the committee's where they may read it, and names covered where the section is blind."""
    rubrics = await rubrics_of(viewer.edition)
    hidden = await synopses_in_blind([row.id for row in found if row.is_blind])
    given = [row for row in found if row.given]  # who abstained has read nothing
    kept = await means_of(viewer.edition, [row.id for row in given if may_read(viewer, row)])
    shown = []
    for row in found:
        rubric = rubrics.rubric(row.section)
        committee, votes = kept.get(row.id, (None, 0))
        shown.append(
            msgspec.structs.replace(
                row,
                synopses=hidden.get(row.id, row.synopses),
                out_of=rubric.steps,
                total=given_total(row.scores, rubric) if row.given else None,
                committee=committee,
                votes=votes,
            )
        )
    return shown


def may_read(viewer: Viewer, row: QueueRow) -> bool:
    """Others' sheets of a film of which one's own is given: as `festival.access` has it."""
    chaired = viewer.sections.get(Role.CHAIR)
    is_chair = chaired is not None and (not chaired or row.section in chaired)
    return reads_sheets(viewer.rights, is_chair=is_chair, has_own=row.given)


# How fast


async def pace_of(viewer: Viewer, left: float, until: datetime | None) -> QueuePace:
    """`left` are the seconds that are still to be watched; `until`, when the phase closes that is open now."""
    today = now().astimezone(zone()).date()
    monday = today - timedelta(days=today.weekday())
    found = await rows(
        """SELECT v.seen_at, v.seconds FROM viewing v JOIN submission s ON s.id = v.submission
           WHERE v.person = {} AND s.edition = {} AND v.seconds > 0 AND v.seen_at >= now() - interval '28 days'""",
        viewer.id,
        viewer.edition,
    )
    return paced(
        [(row["seen_at"].astimezone(zone()).date(), row["seconds"]) for row in found],
        left=left, today=today, monday=monday, until=until,
    )  # fmt: skip


def paced(
    seen: Sequence[tuple[date, float]],
    *,
    left: float,
    today: date,
    monday: date,
    until: datetime | None,
) -> QueuePace:
    """Reckoned from the last three weeks, this one included as far as it has come."""
    first = monday - timedelta(weeks=WEEKS - 1)
    weeks = [
        WeekSeen(
            start := first + timedelta(weeks=number),
            sum(seconds for day, seconds in seen if start <= day < start + timedelta(weeks=1)),
        )
        for number in range(WEEKS)
    ]
    watched = sum(week.seconds for week in weeks)
    begun = min((day for day, _ in seen if day >= first), default=today)
    days = max(7, (today - begun).days + 1)
    weekly = watched / days * 7
    if weekly <= 0:
        return QueuePace(weeks=weeks, until=until)
    ahead: list[WeekSeen] = []
    rest = left
    while rest > 0 and len(ahead) < WEEKS:
        ahead.append(WeekSeen(monday + timedelta(weeks=len(ahead) + 1), min(rest, weekly), False))
        rest -= weekly
    days_left = round(left / weekly * 7)
    ends_on = today + timedelta(days=days_left) if left > 0 and days_left <= FORESEEN_DAYS else None
    return QueuePace(weekly=weekly, weeks=weeks + ahead, ends_on=ends_on, until=until)


async def recusals_count(viewer: Viewer) -> int:
    found = await rows(
        """SELECT count(*)::int AS films FROM recusal c JOIN submission s ON s.id = c.submission
           WHERE s.edition = {} AND c.person = {} AND c.lifted_at IS NULL""",
        viewer.edition,
        viewer.id,
    )
    return int(found[0]["films"])

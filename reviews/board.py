"""The decision board: a page of each column, chosen, sorted and counted by the database.

What may not be seen is not there: a film outside the chair's scope in no row and no number; of one whose
votes are not open to this chair no mean, no rank, no spread, in sorting and filtering neither.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from festival.access import Viewer
from festival.db import rows
from festival.directory import folded
from festival.texts import Texts
from reviews.decisions import VERSION
from reviews.evidence import LENGTH, RUNTIME
from reviews.figures import VoteGroup, means_under, refresh
from reviews.lists import (
    CHAIR,
    IN_SCOPE,
    VOTES_OPEN,
    Case,
    scope_values,
    votes_of,
    votes_open_values,
)
from reviews.rubrics import Rubrics, rubrics_of
from reviews.scoring import BOARD, RAISED, rank
from reviews.standing import name_in
from reviews.tables import QUORUM

DECIDED = BOARD[1:]
SORTS = ("spread", "mean", "rank", "title")
FLAGS = ("pencil", "told", "short", "unvoted", "apart", "split", *RAISED)
"""Decided and not announced; announced; fewer votes than its quorum; no vote counts; some vote does not; votes a
step or more apart; what somebody has put on it.
"""

MANY = 24
"""Votes of one film: of more than so many a card tells how many gave what, and not who."""

COLUMN = "coalesce(s.pending, CASE s.status WHEN 'submitted' THEN 'undecided' ELSE s.status END)"
"""`reviews.scoring.column` in SQL."""

SEEN = (
    f"""WITH here AS NOT MATERIALIZED (
  SELECT s.id, s.section, s.status, s.pending, {COLUMN} AS col, x.letter, x.names, x.position AS section_at,
    f.title, f.titles, f.folded_title, {RUNTIME} AS runtime, n.id AS file, {LENGTH} AS duration,
    ({{}} OR own.given_at IS NOT NULL) AS is_open,
    CASE WHEN x.is_blind AND own.given_at IS NULL THEN '' ELSE f.director END AS director,
    wp.position AS waits, g.votes AS counted, g.apart AS set_apart, g.mean AS kept_mean, g.spread AS kept_spread,
    g.totals AS kept_totals, coalesce((cr.quorums ->> s.section)::int, cr.quorum, {QUORUM}) AS quorum,
    {", ".join(f"g.{flag}" for flag in RAISED)}
  FROM submission s JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section
  JOIN edition e ON e.id = s.edition
  JOIN film_file n ON n.submission = s.id AND n.state = 'released'
  JOIN film_figure g ON g.submission = s.id
  LEFT JOIN committee_rules cr ON cr.edition = s.edition
  LEFT JOIN waiting_place wp ON wp.submission = s.id
  LEFT JOIN review own ON own.submission = s.id AND own.person = {{}}
  WHERE """
    + IN_SCOPE
    + f"""), seen AS NOT MATERIALIZED (
  SELECT here.*, CASE WHEN is_open THEN kept_mean END AS shown_mean,
    CASE WHEN is_open THEN kept_spread ELSE 0 END AS shown_spread,
    CASE WHEN is_open AND counted + set_apart > {MANY} THEN kept_totals ELSE '[]'::jsonb END AS shown_totals,
    is_open AND counted = 0 AS is_unvoted, is_open AND set_apart > 0 AS has_apart
  FROM here)"""
)
ON_BOARD = f"""SELECT s.id FROM submission s JOIN section x ON x.id = s.section
  JOIN film_file n ON n.submission = s.id AND n.state = 'released' WHERE {IN_SCOPE}"""
"""The films of `seen` by their ids alone; its values are those of the chair's scope."""
NARROW = """narrow AS MATERIALIZED (SELECT id, section, section_at, col, waits, folded_title, runtime,
    pending IS NOT NULL AS is_pencil,
    file, is_open, round(shown_mean * 1e6) AS by_mean, round(shown_spread * 1e6) AS by_spread, {asked} AS is_asked
    FROM seen),
  ranked AS (SELECT section, by_mean, 1 + coalesce(sum(count(*)) OVER (PARTITION BY section ORDER BY by_mean DESC
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)::int AS place_in_section
    FROM narrow WHERE by_mean IS NOT NULL GROUP BY section, by_mean)"""
"""After `seen`: of each film what places are reckoned from, and nothing else; places by the mean in its section,
which are those of `reviews.scoring.rank`.
"""
COUNTED = """shared AS (SELECT c.*, x.letter, x.names, x.position FROM (
    SELECT col, section, is_pencil, count(*)::int AS films, sum(runtime)::float8 AS seconds,
      count(*) FILTER (WHERE is_asked)::int AS found FROM narrow GROUP BY 1, 2, 3) c
  JOIN section x ON x.id = c.section)"""
"""After `narrow`: the rows of a `BoardShare`."""
WHERE_FLAG = {
    "": "true",
    "pencil": "pending IS NOT NULL",
    "told": "pending IS NULL AND status <> 'submitted'",
    "unvoted": "is_unvoted",
    "apart": "has_apart",
    "split": "shown_spread >= 1",
    "short": "is_open AND counted < quorum",
    **{flag: f"is_open AND {flag} > 0" for flag in RAISED},
}
HAYSTACK = folded(
    "concat_ws(' ', title, (SELECT string_agg(value, ' ') FROM jsonb_each_text(titles)), director)"
)
ORDERS = {
    "spread": """CASE WHEN col = 'waitlisted' THEN waits END NULLS LAST,
                 CASE WHEN col = 'undecided' THEN by_spread END DESC NULLS LAST,
                 CASE WHEN col <> 'undecided' THEN by_mean END DESC NULLS LAST, """,
    "mean": "by_mean DESC NULLS LAST, ",
    "rank": "coalesce(trusted, place_in_section) NULLS LAST, section_at, by_mean DESC NULLS LAST, ",
    "title": "",
}


class BoardCase(Case, frozen=True, kw_only=True):
    """One film as a card tells it; of many votes the `crowd` instead of each of them."""

    crowd: tuple[VoteGroup, ...] = ()
    shown_mean: float | None = None
    shown_spread: float = 0.0

    @property
    def given(self) -> int:
        """All votes, those that stand apart too."""
        return sum(one.votes for one in self.crowd) or len(self.votes)

    @property
    def heard(self) -> int:
        """Votes that count."""
        return sum(one.votes for one in self.crowd if one.counts) or len(self.counted)

    @property
    def unmeasured(self) -> int:
        if not self.crowd:
            return super().unmeasured
        return sum(one.votes for one in self.crowd if one.counts and not one.is_measured)

    @property
    def mean(self) -> float | None:
        return self.shown_mean if self.crowd else super().mean

    @property
    def spread(self) -> float:
        return self.shown_spread if self.crowd else super().spread


class BoardQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What of the board is asked for; anything unknown is as if it were not said."""

    section: str = ""
    q: str = ""
    flag: str = ""
    sort: str = SORTS[0]

    @property
    def is_narrow(self) -> bool:
        return bool(self.section or self.q or self.flag)


def query_of(asked: dict[str, str]) -> BoardQuery:
    """From words of an address."""
    sort, flag = asked.get("sort", ""), asked.get("flag", "")
    return BoardQuery(
        section=asked.get("section", "")[:1],
        q=asked.get("q", "").strip()[:100],
        flag=flag if flag in FLAGS else "",
        sort=sort if sort in SORTS else SORTS[0],
    )


def where(query: BoardQuery) -> tuple[str, tuple[Any, ...]]:
    """SQL and its values: the rows of `seen` that a query means."""
    parts, values = [WHERE_FLAG[query.flag]], []
    if query.section:
        parts.append("letter = {}")
        values.append(query.section)
    if query.q:
        parts.append(f"strpos({HAYSTACK}, {folded('{}::text')}) > 0")
        values.append(query.q)
    return " AND ".join(parts), tuple(values)


def placed(query: BoardQuery, places: dict[str, int]) -> tuple[str, tuple[Any, ...]]:
    """SQL after `seen`, and its values: `placed` are the films that a query means, with all that `in_order` asks
    for. `places` are ranks that are better than the mean's, where the query sorts by them.
    """
    asked, values = where(query)
    by_rank = """LEFT JOIN ranked USING (section, by_mean)
      LEFT JOIN unnest({}::text[], {}::int[]) AS trusted (id, trusted) USING (id)"""
    is_by_rank = query.sort == "rank"
    return f"""{NARROW.format(asked=asked)}, placed AS MATERIALIZED (
      SELECT * FROM narrow {by_rank if is_by_rank else ""} WHERE is_asked)""", (
        *values, *((list(places), list(places.values())) if is_by_rank else ())
    )  # fmt: skip


def in_order(query: BoardQuery) -> str:
    return f"ORDER BY {ORDERS[query.sort]}folded_title, id"


async def seen_values(viewer: Viewer) -> tuple[Any, ...]:
    return (*votes_open_values(viewer), *scope_values(viewer, CHAIR))


class BoardShare(msgspec.Struct, frozen=True, kw_only=True):
    """Films of one section in one column, in pencil or not: how many, their seconds, and how many of them
    the query means.
    """

    col: str
    section: str
    letter: str
    names: Texts
    is_pencil: bool
    films: int
    seconds: float
    found: int


async def shares(viewer: Viewer, query: BoardQuery) -> list[BoardShare]:
    await refresh(viewer.edition)
    asked, values = where(query)
    selected = await rows(
        f"{SEEN}, {NARROW.format(asked=asked)}, {COUNTED} SELECT * FROM shared ORDER BY position, letter",
        *await seen_values(viewer), *values,
    )  # fmt: skip
    return msgspec.convert(selected, list[BoardShare])


class BoardCut(msgspec.Struct, frozen=True, kw_only=True):
    """Which cards of those that a query means: `most` of each of these columns (all where it is none), after the
    `first` ones of it. `places` are ranks that are better than the mean's, where the query sorts by them. `is_brief`:
    of films with many votes how many gave what, and none of them.
    """

    columns: Sequence[str] = BOARD
    first: dict[str, int] = {}
    most: int | None = None
    places: dict[str, int] = {}
    is_brief: bool = False


WHOLE = BoardCut()
CARD = f"""p.id, p.title, p.titles, p.section, p.director, p.letter AS section_letter, p.names AS section_names,
  p.status, p.pending, p.file, p.duration, p.runtime, p.is_open, {VERSION} AS version, p.shown_mean, p.shown_spread,
  p.shown_totals, coalesce(d.note, '') AS note, d.created_at AS decided_at,
  coalesce(nullif(q.name, ''), q.email, '') AS decided_by, s.announced_at,
  (SELECT a.id FROM announcement a JOIN announcement_line l ON l.announcement = a.id
   WHERE l.submission = p.id AND a.released_at IS NULL AND a.cancelled_at IS NULL LIMIT 1) AS batch"""
OF_CARD = """JOIN submission s ON s.id = p.id
  LEFT JOIN LATERAL (SELECT * FROM decision d WHERE d.submission = p.id ORDER BY d.created_at DESC LIMIT 1) d ON true
  LEFT JOIN person q ON q.id = d.person"""
"""What a card tells of a film `p` of `seen`, and where from."""


class BoardSheet(msgspec.Struct, frozen=True, kw_only=True):
    """Cards in the board's order, and what is told of all films beside a card: their shares, and how those are `named`
    whose votes are open (`standing.named`). Where there is no card nothing is told.
    """

    cases: list[BoardCase]
    shares: list[BoardShare] = []
    named: tuple[int, int, int] | None = None


async def cards(viewer: Viewer, query: BoardQuery, cut: BoardCut = WHOLE) -> list[BoardCase]:
    return (await board_sheet(viewer, query, cut)).cases


async def board_sheet(viewer: Viewer, query: BoardQuery, cut: BoardCut) -> BoardSheet:
    """The films are read through once, whatever is told of them."""
    await refresh(viewer.edition)
    page, values = placed(query, cut.places)
    selected = await rows(
        f"""{SEEN}, {page}, {COUNTED}, page AS MATERIALIZED (
              SELECT one.id, c.at, one.place, r.place_in_section
              FROM unnest({{}}::text[]) WITH ORDINALITY AS c(name, at) CROSS JOIN unnest(ARRAY(
                SELECT id FROM placed WHERE col = c.name {in_order(query)}
                OFFSET coalesce(({{}}::jsonb ->> c.name)::int, 0) LIMIT {{}})) WITH ORDINALITY AS one(id, place)
              JOIN narrow USING (id) LEFT JOIN ranked r USING (section, by_mean))
            SELECT {CARD}, page.place_in_section AS rank,
              CASE WHEN row_number() OVER (ORDER BY page.at, page.place) = 1 THEN (
                SELECT jsonb_build_object('shares', jsonb_agg(to_jsonb(shared) ORDER BY position, letter), 'named', (
                  SELECT jsonb_build_array({name_in("id, section, file")}) FROM narrow WHERE is_open))
                FROM shared) END AS of_all
            FROM page JOIN seen p ON p.id = page.id AND p.id = ANY(ARRAY(SELECT id FROM page)) {OF_CARD}
            ORDER BY page.at, page.place""",
        *await seen_values(viewer), *values,
        list(cut.columns), msgspec.json.encode(cut.first).decode(), cut.most,
    )  # fmt: skip
    of_all = selected[0].pop("of_all") if selected else {}
    cases = await cases_of(selected, viewer, is_brief=cut.is_brief)
    return msgspec.convert({"cases": cases, **of_all}, BoardSheet)


async def cases_of(
    selected: list[dict[str, Any]], viewer: Viewer, *, is_brief: bool = False
) -> list[BoardCase]:
    """Rows of `CARD` with their votes, where these are open."""
    rubrics = await rubrics_of(viewer.edition)
    named = [
        row["id"] for row in selected if row["is_open"] and not (is_brief and row["shown_totals"])
    ]
    votes = await votes_of(named, viewer, rubrics)
    return [
        msgspec.convert(
            {
                **row,
                "votes": votes.get(row["id"], ()),
                "crowd": row["shown_totals"] if is_brief else (),
                "out_of": rubrics.rubric(row["section"]).steps,
            },
            BoardCase,
        )
        for row in selected
    ]


async def card_of(viewer: Viewer, submission: str) -> BoardCase | None:
    """One film of this chair's board with all its votes, and without its rank, which asks for its whole section."""
    await refresh(viewer.edition)
    selected = await rows(
        f"{SEEN} SELECT {CARD} FROM seen p {OF_CARD} WHERE p.id = {{}}",
        *await seen_values(viewer), submission,
    )  # fmt: skip
    found = await cases_of(selected, viewer)
    return found[0] if found else None


async def rank_of(viewer: Viewer, case: BoardCase) -> int | None:
    """Its place by the mean in its section, among the films whose votes are open: that of `placed`."""
    if case.shown_mean is None:
        return None
    found = await rows(
        f"""SELECT 1 + count(*)::int AS rank FROM submission s JOIN film_figure g ON g.submission = s.id
            JOIN film_file n ON n.submission = s.id AND n.state = 'released'
            WHERE {IN_SCOPE} AND {VOTES_OPEN} AND s.section = (SELECT o.section FROM submission o WHERE o.id = {{}})
              AND round(g.mean * 1e6) > round({{}}::float8 * 1e6)""",
        *scope_values(viewer, CHAIR), *votes_open_values(viewer), case.id, case.shown_mean,
    )  # fmt: skip
    return int(found[0]["rank"])


async def films(viewer: Viewer) -> list[BoardCase]:
    """All of them, in the board's order."""
    return await cards(viewer, BoardQuery())


async def place_of_film(
    viewer: Viewer, query: BoardQuery, submission: str, places: dict[str, int] | None = None
) -> tuple[str, int] | None:
    """In which column a film stands, and after how many others of it; None where the query leaves it out."""
    await refresh(viewer.edition)
    page, values = placed(query, places or {})
    found = await rows(
        f"""{SEEN}, {page} SELECT col, place - 1 AS before
            FROM (SELECT id, col, row_number() OVER (PARTITION BY col {in_order(query)}) AS place FROM placed) p
            WHERE id = {{}}""",
        *await seen_values(viewer), *values, submission,
    )  # fmt: skip
    return (found[0]["col"], int(found[0]["before"])) if found else None


async def known(viewer: Viewer, submissions: list[str]) -> set[str]:
    """Those of them that stand on this chair's board."""
    found = await rows(
        f"{SEEN} SELECT id FROM seen WHERE id = ANY({{}})", *await seen_values(viewer), submissions
    )
    return {row["id"] for row in found}


async def chosen_by(viewer: Viewer, query: BoardQuery, column: str, most: int) -> list[str]:
    """The films of a column that a query means, by their ids."""
    await refresh(viewer.edition)
    asked, values = where(query)
    found = await rows(
        f"{SEEN} SELECT id FROM seen WHERE col = {{}} AND {asked} ORDER BY id LIMIT {{}}",
        *await seen_values(viewer), column, *values, most,
    )  # fmt: skip
    return [row["id"] for row in found]


async def pencilled_in(viewer: Viewer) -> list[str]:
    """What this chair may know to be accepted in pencil."""
    found = await rows(
        f"{SEEN} SELECT id FROM seen WHERE pending = 'accepted'", *await seen_values(viewer)
    )
    return [row["id"] for row in found]


class Undrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A decision in pencil that waits in no announcement yet."""

    id: str
    title: str
    titles: Texts
    pending: str


UNDRAWN = """seen.pending IS NOT NULL AND NOT EXISTS (SELECT 1 FROM announcement a
  JOIN announcement_line l ON l.announcement = a.id
  WHERE l.submission = seen.id AND a.released_at IS NULL AND a.cancelled_at IS NULL)"""


async def undrawn(viewer: Viewer, *, most: int, outcomes: Sequence[str] = DECIDED) -> list[Undrawn]:
    found = await rows(
        f"""{SEEN} SELECT id, title, titles, pending FROM seen WHERE {UNDRAWN} AND pending = ANY({{}})
            ORDER BY array_position({{}}::text[], pending), folded_title, id LIMIT {{}}""",
        *await seen_values(viewer), list(outcomes), list(DECIDED), most,
    )  # fmt: skip
    return msgspec.convert(found, list[Undrawn])


async def undrawn_counts(viewer: Viewer) -> dict[str, int]:
    """How many decisions of each outcome wait in no announcement yet."""
    found = await rows(
        f"{SEEN} SELECT pending, count(*)::int AS n FROM seen WHERE {UNDRAWN} GROUP BY pending",
        *await seen_values(viewer),
    )
    counts = {row["pending"]: row["n"] for row in found}
    return {outcome: counts[outcome] for outcome in DECIDED if outcome in counts}


async def mark_of(viewer: Viewer) -> str:
    """Something that changes with whatever this chair's board shows, and with nothing else."""
    found = await rows(
        """WITH here AS MATERIALIZED (
             SELECT s.id, s.status, s.pending, {} OR EXISTS (SELECT 1 FROM review r
               WHERE r.submission = s.id AND r.person = {} AND r.given_at IS NOT NULL) AS is_open
             FROM submission s JOIN film_file n ON n.submission = s.id AND n.state = 'released'
             WHERE """
        + IN_SCOPE
        + """)
           SELECT md5(concat_ws('|',
             (SELECT count(*) FROM here),
             (SELECT string_agg(concat_ws(',', id, status, pending), ';' ORDER BY id) FROM here
              WHERE status <> 'submitted' OR pending IS NOT NULL),
             (SELECT max(d.created_at) FROM decision d JOIN here ON here.id = d.submission),
             (SELECT sum(w.position * hashtext(w.submission)::bigint) FROM waiting_place w
              JOIN here ON here.id = w.submission),
             (SELECT sum(g.asked) FROM film_figure g JOIN here ON here.id = g.submission WHERE is_open),
             (SELECT count(*) FROM announcement_line l JOIN announcement a ON a.id = l.announcement
              JOIN here ON here.id = l.submission WHERE a.cancelled_at IS NULL),
             (SELECT asked FROM figure_clock WHERE edition = {}),
             (SELECT string_agg(concat_ws(',', section, films, minutes), ';' ORDER BY section)
              FROM section_quota WHERE edition = {}))) AS mark""",
        *await seen_values(viewer),
        viewer.edition,
        viewer.edition,
    )
    return str(found[0]["mark"])


class BoardStanding(msgspec.Struct, frozen=True, kw_only=True):
    """One film under some sheets: its mean, and its rank in its section."""

    id: str
    title: str
    titles: Texts
    section_letter: str
    mean: float | None
    rank: int | None


async def standings(viewer: Viewer, rubrics: Rubrics) -> dict[str, BoardStanding]:
    """The chair's films as they would stand under these sheets, where their votes are open."""
    means = await means_under(rubrics, viewer.edition)
    found = await rows(
        f"{SEEN} SELECT id, title, titles, letter AS section_letter FROM seen WHERE is_open",
        *await seen_values(viewer),
    )
    by_section: dict[str, list[float | None]] = {}
    for row in found:
        by_section.setdefault(row["section_letter"], []).append(means.get(row["id"]))
    return {
        row["id"]: BoardStanding(
            **row,
            mean=means.get(row["id"]),
            rank=rank(means.get(row["id"]), by_section[row["section_letter"]]),
        )
        for row in found
    }

"""The committee in figures, for its chair: who carries how much, how fast, how far they agree, and what the choice
looks like by section, country and what makers declared.

Everything is of the chair's own films. What others gave is counted only where its chair reads votes; how many films
are left out for that is said.
"""

import json
import time
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import msgspec

from festival.access import Viewer
from festival.clock import now
from festival.db import rows
from festival.tables import Edition
from festival.texts import Texts
from reviews.board import COLUMN, DECIDED
from reviews.evidence import LENGTH, NOT_AWAY, SEATS
from reviews.figures import refresh
from reviews.lists import CHAIR, IN_SCOPE, VOTES_OPEN, scope_values, votes_open_values
from reviews.rubrics import EVERYWHERE, Rubrics, rubrics_of
from reviews.standing import (
    OPEN,
    name_in,
    open_values,
    standing_of,
)

FORTNIGHT = timedelta(days=14)
BEHIND = 0.5  # of what half of the others have done, where no end is set
MANY = 1000  # films: of so many what was counted stands for so long, and of so many sets of films
COUNTED_S, KEPT = 60.0, 32
FEWEST = 3  # films: of fewer no mean is told


class MemberLoad(msgspec.Struct, frozen=True, kw_only=True):
    """One member among the chair's films. `asked`: what was shared out to them, or all that they may see;
    `pace`: sheets a week, of the last fortnight; `ready_at`: when they are through at that pace.
    """

    person: str
    name: str
    asked: int
    given: int
    pace: float
    watched_seconds: float
    left_seconds: float
    last_at: datetime | None = None
    ready_at: datetime | None = None
    is_late: bool = False

    @property
    def left(self) -> int:
        return max(0, self.asked - self.given)


class ChoiceShare(msgspec.Struct, frozen=True, kw_only=True):
    """Some films together, and what became of them by now, in pencil or announced. `level` is the mean of their
    shares of the full score, 0 to 1; None of fewer than three.
    """

    key: str
    names: Texts = {}
    films: int = 0
    accepted: int = 0
    waitlisted: int = 0
    declined: int = 0
    voted: int = 0
    votes: int = 0
    level: float | None = None
    agreement: float | None = None


class AnswerFigures(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the edition's own that was answered by choosing, and the films by answer."""

    question: str
    labels: Texts
    shares: list[ChoiceShare]


class CommitteeFigures(msgspec.Struct, frozen=True, kw_only=True):
    """`hidden`: films whose votes this chair does not read yet, and which no figure of votes knows. `is_coming`: how
    far votes agree is being reckoned, and not told yet.
    """

    members: list[MemberLoad]
    sections: list[ChoiceShare]
    countries: list[ChoiceShare]
    answers: list[AnswerFigures]
    films: int
    hidden: int
    until: datetime | None = None
    is_coming: bool = False

    @property
    def late(self) -> list[MemberLoad]:
        return [one for one in self.members if one.is_late]


async def figures(
    edition: Edition, viewer: Viewer, *, patience: float | None = None
) -> CommitteeFigures:
    """Ranks are waited for as `standing_of` says."""
    await refresh(edition)
    rubrics = await rubrics_of(edition.id)
    opened, found = await by_section_and_country(viewer, rubrics)
    ranked = await standing_of(edition, viewer, named_now=opened, patience=patience)
    sections = [
        msgspec.convert({**row, "agreement": ranked.agreement.get(row["section"])}, ChoiceShare)
        for row in found
        if row["country"] is None
    ]
    films = sum(one.films for one in sections)
    until = await ends_at(edition)
    return CommitteeFigures(
        members=judged(await loads(edition, viewer, opened), until=until),
        sections=sections,
        countries=[
            msgspec.convert(row, ChoiceShare) for row in found if row["country"] is not None
        ],
        answers=await by_answers(viewer, rubrics),
        films=films,
        hidden=films - opened[0],
        until=until,
        is_coming=ranked.is_coming,
    )


async def ends_at(edition: Edition) -> datetime | None:
    """When the phase ends in which sheets are given now; None where the edition has set none."""
    found = await rows(
        """SELECT max(closes_at) AS at FROM committee_phase
           WHERE edition = {} AND scores AND opens_at <= now() AND closes_at > now()""",
        edition.id,
    )
    return found[0]["at"] if found else None


SEATED = f"""
WITH shown AS MATERIALIZED (
  SELECT s.id, s.section, n.id AS file, {LENGTH} AS seconds
  {OPEN}), {SEATS}"""
"""Given are the values of `standing.open_values` and the edition."""

GIVEN = f"""{SEATED},
sheet AS MATERIALIZED (
  SELECT r.person, f.section, count(*) AS films, count(*) FILTER (WHERE r.given_at > {{}}) AS lately,
    max(r.given_at) AS last_at, sum(f.seconds) AS seconds
  FROM review r JOIN shown f ON f.id = r.submission
  WHERE r.given_at IS NOT NULL AND (r.person, r.submission) {NOT_AWAY}
  GROUP BY r.person, f.section)
SELECT person, sum(films)::int AS films, sum(lately)::int AS lately, max(last_at) AS last_at,
  sum(seconds)::float8 AS seconds
FROM sheet JOIN seat USING (person, section) GROUP BY person"""
"""Seats join what was counted by member and section, and never single films: all seats times all films are a million
rows.
"""

LOADS = f"""{SEATED},
open AS (
  SELECT q.person, sum(b.films) AS films, sum(b.seconds) AS seconds
  FROM seat q JOIN (SELECT section, count(*) AS films, sum(seconds) AS seconds FROM shown GROUP BY section) b
    ON b.section = q.section
  GROUP BY q.person),
shut AS MATERIALIZED (
  SELECT a.person, f.section, count(*) AS films, sum(f.seconds) AS seconds
  FROM away a JOIN shown f ON f.id = a.submission GROUP BY a.person, f.section),
shared AS MATERIALIZED (
  SELECT d.person, f.section, count(*) AS films, count(r.given_at) AS given,
    coalesce(sum(f.seconds) FILTER (WHERE r.given_at IS NULL), 0) AS left_seconds
  FROM assignment d JOIN shown f ON f.id = d.submission
  LEFT JOIN review r ON r.submission = d.submission AND r.person = d.person
  WHERE (d.person, d.submission) {NOT_AWAY} GROUP BY d.person, f.section),
watched AS MATERIALIZED (
  SELECT v.person, f.section, sum(v.seconds) AS seconds
  FROM viewing v JOIN shown f ON f.file = v.file
  WHERE (v.person, f.id) {NOT_AWAY} GROUP BY v.person, f.section),
heard AS (
  SELECT q.person, sum(u.films) AS shut, sum(u.seconds) AS shut_seconds, sum(d.films) AS shared, sum(d.given) AS given,
    sum(d.left_seconds) AS left_seconds, sum(w.seconds) AS watched_seconds
  FROM seat q LEFT JOIN shut u USING (person, section) LEFT JOIN shared d USING (person, section)
  LEFT JOIN watched w USING (person, section)
  GROUP BY q.person)
SELECT p.id AS person, coalesce(nullif(p.name, ''), p.email) AS name,
  (o.films - coalesce(h.shut, 0))::int AS seen_by, coalesce(h.shared, 0)::int AS shared,
  coalesce(h.given, 0)::int AS given_shared, coalesce(h.watched_seconds, 0)::float8 AS watched_seconds,
  (o.seconds - coalesce(h.shut_seconds, 0))::float8 AS asked_seconds,
  coalesce(h.left_seconds, 0)::float8 AS left_shared,
  EXISTS (SELECT FROM assignment b JOIN submission c ON c.id = b.submission
          WHERE b.person = p.id AND c.edition = {{}}) AS is_shared,
  EXISTS (SELECT FROM role q WHERE q.person = p.id AND q.edition = {{}} AND q.part = 'reviewer') AS is_reviewer
FROM open o JOIN heard h USING (person) JOIN person p ON p.id = o.person
WHERE o.films > coalesce(h.shut, 0) ORDER BY p.name, p.id"""


class GivenSheets(msgspec.Struct, frozen=True):
    """What one member has given: of so many films, `lately` in the last fortnight, which last so long together."""

    films: int = 0
    lately: int = 0
    last_at: datetime | None = None
    seconds: float = 0.0


class CountedLoads(msgspec.Struct, frozen=True):
    members: list[MemberLoad]
    at: float


_counted: dict[tuple[str, int, int, int], CountedLoads] = {}
"""By an edition and a set of its films: whoever may see the votes of the same ones reads the same."""


async def loads(edition: Edition, viewer: Viewer, opened: tuple[int, int, int]) -> list[MemberLoad]:
    """Of every member who is to watch: a chair who was asked for nothing, and gave nothing, is not. Where there are
    many films, hundreds of thousands of sheets and viewings are counted once in a minute.
    """
    place = (edition.id, *opened)
    counted = _counted.get(place)
    if counted and time.monotonic() - counted.at < COUNTED_S:
        return counted.members
    at, members = time.monotonic(), await count_loads(edition, viewer)
    _counted.pop(place, None)
    if opened[0] >= MANY:
        while len(_counted) >= KEPT:
            _counted.pop(next(iter(_counted)))
        _counted[place] = CountedLoads(members, at)
    return members


async def count_loads(edition: Edition, viewer: Viewer) -> list[MemberLoad]:
    found = await rows(LOADS, *open_values(viewer), edition.id, edition.id, edition.id)
    given = {
        row.pop("person"): msgspec.convert(row, GivenSheets)
        for row in await rows(GIVEN, *open_values(viewer), edition.id, now() - FORTNIGHT)
    }
    return [
        load_of(row, own)
        for row in found
        for own in (given.get(row["person"], GivenSheets()),)
        if row["is_reviewer"] or row["is_shared"] or own.films
    ]


def load_of(row: dict[str, Any], own: GivenSheets) -> MemberLoad:
    """To whom films were shared out, only those count as asked; the pace is of all that they give."""
    shared = bool(row["is_shared"])
    asked = row["shared"] if shared else row["seen_by"]
    given = row["given_shared"] if shared else own.films
    pace = own.lately / (FORTNIGHT / timedelta(weeks=1))
    left = asked - given
    ready = None if left <= 0 or not pace else now() + timedelta(weeks=left / pace)
    return MemberLoad(
        person=row["person"],
        name=row["name"],
        asked=asked,
        given=given,
        pace=pace,
        watched_seconds=row["watched_seconds"],
        left_seconds=row["left_shared"] if shared else row["asked_seconds"] - own.seconds,
        last_at=own.last_at,
        ready_at=ready,
    )


def judged(members: list[MemberLoad], *, until: datetime | None) -> list[MemberLoad]:
    """Who is late: at this pace after the end; where none is set, far behind the others."""
    done = [one.given / one.asked for one in members if one.asked]
    usual = median(done) if done else 0.0
    return [
        msgspec.structs.replace(one, is_late=is_late(one, usual=usual, until=until))
        for one in members
    ]


def is_late(one: MemberLoad, *, usual: float, until: datetime | None) -> bool:
    if not one.left:
        return False
    if until is not None:
        return one.ready_at is None or one.ready_at > until
    return one.given / one.asked < BEHIND * usual


# The choice


CHOSEN = f"""WITH film AS MATERIALIZED (
  SELECT s.id, s.section, f.countries, n.id AS file, {COLUMN} AS col, votes.are_open,
    CASE WHEN votes.are_open THEN g.votes ELSE 0 END AS votes,
    CASE WHEN votes.are_open AND steps.of > 1 THEN (g.mean - 1) / (steps.of - 1) END AS level
  FROM submission s JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section
  JOIN film_file n ON n.submission = s.id AND n.state = 'released'
  JOIN film_figure g ON g.submission = s.id
  CROSS JOIN (SELECT {{}}::jsonb AS by_place) scale
  CROSS JOIN LATERAL (
    SELECT coalesce(scale.by_place -> s.section, scale.by_place -> '')::float8 AS of) steps
  CROSS JOIN LATERAL (SELECT {VOTES_OPEN} AS are_open) votes
  WHERE {IN_SCOPE})"""
"""The chair's films, of each what became of it, and of those alone whose votes the chair reads what came of them.
Scales differ by section: a mean counts as its share of the way from the worst to the best step.
"""
OUTCOMES = [f"count(*) FILTER (WHERE col = '{column}') AS {column}" for column in DECIDED]
PART = f"""count(*) AS films, {", ".join(OUTCOMES)}, count(*) FILTER (WHERE votes > 0) AS voted,
  sum(votes) AS votes, count(level) AS levels, sum(level) AS level"""
SHARE = f"""{", ".join(f"sum({one})::int AS {one}" for one in ("films", *DECIDED, "voted", "votes"))},
  CASE WHEN sum(levels) >= {FEWEST} THEN sum(level) / sum(levels) END AS level"""
"""Of films together, and of such parts together."""


def chosen_values(viewer: Viewer, rubrics: Rubrics) -> tuple[Any, ...]:
    steps = {place: rubrics.rubric(place).steps for place in {EVERYWHERE, *rubrics.own}}
    return (json.dumps(steps), *votes_open_values(viewer), *scope_values(viewer, CHAIR))


async def by_section_and_country(
    viewer: Viewer, rubrics: Rubrics
) -> tuple[tuple[int, int, int], list[dict[str, Any]]]:
    """What `name_of_films` says of the films whose votes are open, read in the same go, and the rows of a
    `ChoiceShare`, sections first. A film counts with each of its countries.
    """
    found = await rows(
        f"""{CHOSEN}, part AS MATERIALIZED (SELECT section, countries, {PART} FROM film GROUP BY 1, 2),
            one AS (SELECT section, NULL::text AS country, {SHARE} FROM part GROUP BY section
              UNION ALL SELECT NULL, country, {SHARE} FROM part
                CROSS JOIN LATERAL jsonb_array_elements_text(countries) AS country GROUP BY country)
            SELECT one.*, coalesce(country, x.letter) AS key, coalesce(x.names, jsonb_build_object()) AS names,
              opened.named
            FROM one CROSS JOIN (SELECT ARRAY[{name_in("id, section, file")}] AS named FROM film WHERE are_open) opened
            LEFT JOIN section x ON x.id = one.section
            ORDER BY x.position, x.letter, films DESC, country""",
        *chosen_values(viewer, rubrics),
    )
    films, one, other = found[0]["named"] if found else (0, 0, 0)
    return (films, one, other), found


async def by_answers(viewer: Viewer, rubrics: Rubrics) -> list[AnswerFigures]:
    """By questions with options, such as a director's gender where an edition asks for it. Of a blind section
    nothing is counted that identifies makers.
    """
    if not await asks_to_choose(viewer):
        return []
    found = await rows(
        f"""{CHOSEN}, counted AS (
              SELECT q.id, chosen.key, {PART}
              FROM question q JOIN entry_answer w ON w.question = q.id AND w.value IS NOT NULL
              JOIN film ON film.id = w.submission JOIN section x ON x.id = film.section
              CROSS JOIN LATERAL (SELECT DISTINCT jsonb_array_elements_text(CASE jsonb_typeof(w.value)
                WHEN 'array' THEN w.value ELSE jsonb_build_array(w.value) END) AS key) chosen
              WHERE q.kind IN ('choice', 'choices') AND q.asks = 'makers' AND NOT (x.is_blind AND q.identifies)
              GROUP BY q.id, chosen.key),
            shared AS (SELECT id, key, {SHARE} FROM counted WHERE key IS NOT NULL GROUP BY id, key)
            SELECT q.id, q.labels, q.options, jsonb_object_agg(shared.key, to_jsonb(shared)) AS shares
            FROM shared JOIN question q ON q.id = shared.id
            GROUP BY q.id ORDER BY q.position, q.id""",
        *chosen_values(viewer, rubrics),
    )
    return [
        AnswerFigures(
            question=row["id"],
            labels=row["labels"],
            shares=[
                msgspec.convert({**row["shares"][one["key"]], "names": one["names"]}, ChoiceShare)
                for one in row["options"]
                if one["key"] in row["shares"]
            ],
        )
        for row in found
    ]


async def asks_to_choose(viewer: Viewer) -> bool:
    found = await rows(
        """SELECT 1 AS one FROM question WHERE edition = {} AND kind IN ('choice', 'choices')
             AND asks = 'makers' LIMIT 1""",
        viewer.edition,
    )
    return bool(found)

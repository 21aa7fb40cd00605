"""The committee in figures, for its chair: who carries how much, how fast, how far they agree, and what the choice
looks like by section, country and what makers declared.

Everything is of the chair's own films. What others gave is counted only where its chair reads votes; how many films
are left out for that is said.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Any

import msgspec

from festival.access import Viewer
from festival.clock import now
from festival.db import rows
from festival.tables import Edition
from festival.texts import Texts
from reviews.evidence import LENGTH
from reviews.lists import CHAIR, IN_SCOPE, scope_values
from reviews.scoring import column
from reviews.standing import (
    FilmRank,
    OpenFilm,
    PanelStanding,
    named,
    open_films,
    standing_of,
    version_of_votes,
)

FORTNIGHT = timedelta(days=14)
BEHIND = 0.5  # of what half of the others have done, where no end is set
COUNTED, KEPT = timedelta(hours=1), 32  # what was counted of the sheets, and of how many chairs
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
    """`hidden`: films whose votes this chair does not read yet, and which no figure of votes knows."""

    members: list[MemberLoad]
    sections: list[ChoiceShare]
    countries: list[ChoiceShare]
    answers: list[AnswerFigures]
    films: int
    hidden: int
    until: datetime | None = None

    @property
    def late(self) -> list[MemberLoad]:
        return [one for one in self.members if one.is_late]


async def figures(edition: Edition, viewer: Viewer) -> CommitteeFigures:
    films = await chaired_films(viewer)
    opened = await open_films(viewer)
    standing = await standing_of(edition, viewer)
    until = await ends_at(edition)
    return CommitteeFigures(
        members=judged(await loads(edition, opened), until=until),
        sections=by_section(films, standing),
        countries=by(films, "countries", standing),
        answers=await by_answers(films, standing),
        films=len(films),
        hidden=len(films) - len(opened),
        until=until,
    )


async def ends_at(edition: Edition) -> datetime | None:
    """When the phase ends in which sheets are given now; None where the edition has set none."""
    found = await rows(
        """SELECT max(closes_at) AS at FROM committee_phase
           WHERE edition = {} AND scores AND opens_at <= now() AND closes_at > now()""",
        edition.id,
    )
    return found[0]["at"] if found else None


async def chaired_films(viewer: Viewer) -> list[dict[str, Any]]:
    """All that the chair decides on; none of it is what somebody gave."""
    return await rows(
        f"""SELECT s.id, s.section, x.letter, x.names, x.is_blind, s.status, s.pending, f.countries
            FROM submission s JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section
            JOIN film_file n ON n.submission = s.id AND n.state = 'released'
            WHERE {IN_SCOPE} ORDER BY x.position, x.letter, s.id""",
        *scope_values(viewer, CHAIR),
    )


SEATS = f"""
WITH film AS MATERIALIZED (
  SELECT s.id, s.section, n.id AS file, {LENGTH} AS seconds
  FROM submission s JOIN film_file n ON n.submission = s.id AND n.state = 'released' WHERE s.id = ANY({{}})),
seat AS MATERIALIZED (
  SELECT DISTINCT o.person, x.section
  FROM role o JOIN person q ON q.id = o.person AND q.disabled_at IS NULL
  JOIN (SELECT DISTINCT section FROM film) x ON o.sections = '[]' OR o.sections ? x.section
  WHERE o.edition = {{}} AND o.part IN ('reviewer', 'chair')),
away AS MATERIALIZED (
  SELECT z.person, z.submission FROM recusal z WHERE z.lifted_at IS NULL
  UNION SELECT m.person, m.submission FROM member m)"""
"""A seat is a section that a member may hear; from what they would hear in it goes what they are away from
(`evidence.seated`). Given are films and edition.
"""

GIVEN = f"""{SEATS}
SELECT q.person, count(*)::int AS films, count(*) FILTER (WHERE r.given_at > {{}})::int AS lately,
  max(r.given_at) AS last_at, sum(f.seconds)::float8 AS seconds
FROM review r JOIN film f ON f.id = r.submission JOIN seat q ON q.person = r.person AND q.section = f.section
WHERE r.given_at IS NOT NULL AND NOT EXISTS (
  SELECT FROM away a WHERE a.person = r.person AND a.submission = r.submission)
GROUP BY q.person"""

LOADS = f"""{SEATS},
open AS (
  SELECT q.person, sum(b.films) AS films, sum(b.seconds) AS seconds
  FROM seat q JOIN (SELECT section, count(*) AS films, sum(seconds) AS seconds FROM film GROUP BY section) b
    ON b.section = q.section
  GROUP BY q.person),
shut AS (
  SELECT a.person, count(*) AS films, sum(f.seconds) AS seconds
  FROM away a JOIN film f ON f.id = a.submission JOIN seat q ON q.person = a.person AND q.section = f.section
  GROUP BY a.person),
shared AS (
  SELECT q.person, count(*) AS films, count(r.given_at) AS given,
    coalesce(sum(f.seconds) FILTER (WHERE r.given_at IS NULL), 0) AS left_seconds
  FROM assignment d JOIN film f ON f.id = d.submission JOIN seat q ON q.person = d.person AND q.section = f.section
  LEFT JOIN review r ON r.submission = f.id AND r.person = d.person
  WHERE NOT EXISTS (SELECT FROM away a WHERE a.person = d.person AND a.submission = d.submission)
  GROUP BY q.person),
watched AS (
  SELECT q.person, sum(v.seconds) AS seconds
  FROM viewing v JOIN film f ON f.file = v.file JOIN seat q ON q.person = v.person AND q.section = f.section
  WHERE NOT EXISTS (SELECT FROM away a WHERE a.person = v.person AND a.submission = f.id)
  GROUP BY q.person)
SELECT p.id AS person, coalesce(nullif(p.name, ''), p.email) AS name,
  (o.films - coalesce(u.films, 0))::int AS seen_by, coalesce(d.films, 0)::int AS shared,
  coalesce(d.given, 0)::int AS given_shared, coalesce(w.seconds, 0)::float8 AS watched_seconds,
  (o.seconds - coalesce(u.seconds, 0))::float8 AS asked_seconds,
  coalesce(d.left_seconds, 0)::float8 AS left_shared,
  EXISTS (SELECT FROM assignment b JOIN submission c ON c.id = b.submission
          WHERE b.person = p.id AND c.edition = {{}}) AS is_shared,
  EXISTS (SELECT FROM role q WHERE q.person = p.id AND q.edition = {{}} AND q.part = 'reviewer') AS is_reviewer
FROM open o JOIN person p ON p.id = o.person
LEFT JOIN shut u ON u.person = p.id
LEFT JOIN shared d ON d.person = p.id LEFT JOIN watched w ON w.person = p.id
WHERE o.films > coalesce(u.films, 0) ORDER BY p.name, p.id"""
"""Films by section, so that a hundred members times all films need not be gone through one by one."""


class GivenSheets(msgspec.Struct, frozen=True):
    """What one member has given: of so many films, `lately` in the last fortnight, which last so long together."""

    films: int = 0
    lately: int = 0
    last_at: datetime | None = None
    seconds: float = 0.0


async def loads(edition: Edition, films: list[OpenFilm]) -> list[MemberLoad]:
    """Of every member who is to watch: a chair who was asked for nothing, and gave nothing, is not."""
    found = await rows(LOADS, [film.id for film in films], edition.id, edition.id, edition.id)
    given = await given_of(edition, films)
    return [
        load_of(row, own)
        for row in found
        for own in (given.get(row["person"], GivenSheets()),)
        if row["is_reviewer"] or row["is_shared"] or own.films
    ]


_given: dict[tuple[Any, ...], tuple[datetime, dict[str, GivenSheets]]] = {}


async def given_of(edition: Edition, films: list[OpenFilm]) -> dict[str, GivenSheets]:
    """By the member. Hundreds of thousands of sheets are counted once for the same films, until a sheet or a seat
    changes, and an hour at most: the fortnight goes on.
    """
    key = (edition.id, *named(films), await version_of_votes(edition))
    at, kept = _given.get(key, (None, {}))
    if at is None or now() - at > COUNTED:
        at = now()
        found = await rows(GIVEN, [film.id for film in films], edition.id, at - FORTNIGHT)
        kept = {row.pop("person"): msgspec.convert(row, GivenSheets) for row in found}
        while len(_given) >= KEPT:
            _given.pop(next(iter(_given)))
        _given[key] = (at, kept)
    return kept


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


def by_section(films: list[dict[str, Any]], standing: PanelStanding) -> list[ChoiceShare]:
    parts: dict[str, list[dict[str, Any]]] = {}
    for film in films:
        parts.setdefault(film["section"], []).append(film)
    return [
        msgspec.structs.replace(
            share_of(own[0]["letter"], own, standing, names=own[0]["names"]),
            agreement=standing.agreement.get(section),
        )
        for section, own in parts.items()
    ]


def by(films: list[dict[str, Any]], field: str, standing: PanelStanding) -> list[ChoiceShare]:
    """By each of several values that a film may have; it is counted with each."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for film in films:
        for value in film[field] or ():
            parts.setdefault(str(value), []).append(film)
    shares = [share_of(key, own, standing) for key, own in parts.items()]
    return sorted(shares, key=lambda one: (-one.films, one.key))


def share_of(
    key: str, films: list[dict[str, Any]], standing: PanelStanding, *, names: Texts | None = None
) -> ChoiceShare:
    columns = [column(film["status"], film["pending"]) for film in films]
    ranks = [standing.films[film["id"]] for film in films if film["id"] in standing.films]
    return ChoiceShare(
        key=key,
        names=names or {},
        films=len(films),
        accepted=columns.count("accepted"),
        waitlisted=columns.count("waitlisted"),
        declined=columns.count("declined"),
        voted=len(ranks),
        votes=sum(rank.votes for rank in ranks),
        level=level_of(ranks),
    )


def level_of(ranks: Iterable[FilmRank]) -> float | None:
    """Scales differ by section: each mean counts as its share of the way from the worst to the best step."""
    shares = [(rank.mean - 1) / (rank.out_of - 1) for rank in ranks if rank.out_of > 1]
    return fmean(shares) if len(shares) >= FEWEST and all(map(math.isfinite, shares)) else None


async def by_answers(films: list[dict[str, Any]], standing: PanelStanding) -> list[AnswerFigures]:
    """By questions with options, such as a director's gender where an edition asks for it. Of a blind section
    nothing is counted that identifies makers.
    """
    known = {film["id"]: film for film in films}
    found = await rows(
        """SELECT q.id, q.labels, q.options, jsonb_object_agg(w.submission, w.value) AS given
           FROM question q JOIN entry_answer w ON w.question = q.id AND w.value IS NOT NULL
           JOIN submission s ON s.id = w.submission JOIN section x ON x.id = s.section
           WHERE q.kind IN ('choice', 'choices') AND q.asks = 'makers' AND s.id = ANY({})
             AND NOT (x.is_blind AND q.identifies)
           GROUP BY q.id ORDER BY q.position, q.id""",
        list(known),
    )
    return [
        AnswerFigures(
            question=row["id"],
            labels=row["labels"],
            shares=[
                share_of(one["key"], own, standing, names=one["names"])
                for one in row["options"]
                if (
                    own := [
                        known[film]
                        for film, value in row["given"].items()
                        if one["key"] in chosen(value)
                    ]
                )
            ],
        )
        for row in found
    ]


def chosen(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]

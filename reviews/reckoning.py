"""Ranks reckoned from votes, of films that were chosen: whoever orders them may see the votes of each. Of a large
panel it is done in a process of its own, one at a time in the whole house, so that nobody at the door waits for the
interpreter, and what it takes of memory goes with it.

python -m reviews.reckoning < order > standing
"""

import asyncio
import os
import sys
from array import array
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import numpy as np

from festival.apart import answered
from festival.db import engine, rows
from festival.pool import pool
from reviews.evidence import counts, seated
from reviews.ranking import NOTABLE, Panel, Ranking, ranking
from reviews.rubrics import Rubrics
from reviews.scoring import Rubric, given_total
from units.parents import end_with_parent

AT_ONCE = 200
"""Films whose votes are read in one go."""
MANY = 5000
"""Votes: of fewer the reckoning is over before a process of its own has begun."""
COURTESY = 5  # like encoders: the pages of the house go before
TURN = 20271202  # the advisory lock of whoever reckons apart


class FilmRank(msgspec.Struct, frozen=True, kw_only=True):
    """Where a film stands in its section, on the scale of its sheet.

    `level` is what the committee of its section would give it, whoever happened to vote; it lies
    between `low` and `high` in 95 of 100 cases (`margin` on either side), and its `place` among
    `of` between `best` and `worst`. `mean` is the plain one of its `votes`. `why` with its `values`
    are the words `committee.rank.why.*`.
    """

    submission: str
    section: str
    votes: int
    out_of: int
    mean: float
    level: float
    margin: float
    low: float
    high: float
    place: int
    best: int
    worst: int
    of: int
    why: str
    values: dict[str, Any] = {}


class PanelStanding(msgspec.Struct, frozen=True, kw_only=True):
    """All films that have votes; `agreement` of each section (an id) is Krippendorff's alpha, and None where no two
    votes can be compared. `is_coming`: they are being reckoned, and nothing is told yet.
    """

    films: dict[str, FilmRank] = {}
    agreement: dict[str, float | None] = {}
    reviewers: int = 0
    is_coming: bool = False


class OpenFilm(msgspec.Struct, frozen=True):
    """A film whose votes the viewer may see. `one` and `other` are what it adds to the name of a set of films."""

    id: str
    section: str
    file: str
    one: int = 0
    other: int = 0


class Ballots(msgspec.Struct, frozen=True):
    """Votes that count, as columns: of hundreds of thousands none is an object. `film` and `person` are places in
    the films that are reckoned and in `people`, `score` is from 0 to 1, `given` in seconds.
    """

    people: dict[str, int] = {}
    film: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    person: "array[int]" = msgspec.field(default_factory=lambda: array("q"))
    score: "array[float]" = msgspec.field(default_factory=lambda: array("d"))
    given: "array[float]" = msgspec.field(default_factory=lambda: array("d"))

    def add(self, film: int, person: str, score: float, given: float) -> None:
        self.film.append(film)
        self.person.append(self.people.setdefault(person, len(self.people)))
        self.score.append(score)
        self.given.append(given)


class ReckoningOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What goes to the process; `PanelStanding` comes back."""

    films: list[OpenFilm]
    rubrics: Rubrics


async def reckoned(films: list[OpenFilm], rubrics: Rubrics) -> PanelStanding:
    """Raises `OSError` or `RuntimeError` where the process came to nothing."""
    if not await are_many(films):
        return await asyncio.to_thread(stood, films, await ballots_of(films, rubrics), rubrics)
    order = msgspec.msgpack.encode(ReckoningOrder(films=films, rubrics=rubrics))
    async with turn():
        return msgspec.msgpack.decode(
            await answered("reviews.reckoning", order), type=PanelStanding
        )


async def are_many(films: list[OpenFilm]) -> bool:
    found = await rows(
        """SELECT count(*) >= {} AS many FROM (
             SELECT FROM review WHERE submission = ANY({}) AND given_at IS NOT NULL LIMIT {}) vote""",
        MANY, [film.id for film in films], MANY,
    )  # fmt: skip
    return bool(found[0]["many"])


@asynccontextmanager
async def turn() -> AsyncIterator[None]:
    """All doors of the house take turns, so the database keeps them: one that a door has is over when its connection
    ends, however the door itself ended.
    """
    connection = await engine().get_new_connection()
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", TURN)
        yield
    finally:
        await connection.close()


async def ballots_of(films: list[OpenFilm], rubrics: Rubrics) -> Ballots:
    """Votes that count, of these films alone."""
    ballots = Ballots()
    totals: dict[tuple[str, str], float | None] = {}
    place = {film.id: at for at, film in enumerate(films)}
    ids = list(place)
    for first in range(0, len(ids), AT_ONCE):
        for row in await read(ids[first : first + AT_ONCE]):
            at = place[row["film"]]
            key = (films[at].section, row["scores"])
            if key not in totals:
                totals[key] = share_of(row["scores"], rubrics.rubric(key[0]))
            score = totals[key]
            if score is not None:
                ballots.add(at, row["person"], score, row["given"])
        await asyncio.sleep(0)
    return ballots


async def read(films: Sequence[str]) -> list[dict[str, Any]]:
    return await rows(
        f"""SELECT r.submission AS film, r.person, r.scores::text AS scores,
              extract(epoch FROM r.given_at)::float8 AS given
            FROM review r JOIN submission s ON s.id = r.submission
            JOIN edition e ON e.id = s.edition
            JOIN film_file n ON n.submission = s.id AND n.state = 'released'
            WHERE r.submission = ANY({{}}) AND {counts("r")} AND {seated("r.person")}
            ORDER BY r.given_at, r.id""",
        list(films),
    )


def share_of(scores: str, rubric: Rubric) -> float | None:
    """A sheet's total from 0 to 1, whatever the scale."""
    total = given_total(msgspec.json.decode(scores), rubric)
    return None if total is None else (total - 1) / max(rubric.steps - 1, 1)


def stood(films: list[OpenFilm], ballots: Ballots, rubrics: Rubrics) -> PanelStanding:
    """Pure; for a thread."""
    if not ballots.film:
        return PanelStanding()
    sections = {name: at for at, name in enumerate(sorted({one.section for one in films}))}
    people = {name: at for at, name in enumerate(sorted(ballots.people))}
    by_name = np.array([people[name] for name in ballots.people])
    panel = Panel(
        section=np.array([sections[one.section] for one in films]),
        film=np.array(ballots.film),
        reviewer=by_name[np.array(ballots.person)],
        score=np.array(ballots.score),
        given=np.array(ballots.given),
    )
    found = ranking(panel)
    steps = {name: rubrics.rubric(name).steps for name in sections}
    return PanelStanding(
        films=ranks(films, steps, panel, found),
        agreement={name: found.agreement[at] for name, at in sections.items()},
        reviewers=len(people),
    )


def ranks(
    films: list[OpenFilm], steps: dict[str, int], panel: Panel, found: Ranking
) -> dict[str, FilmRank]:
    levels, ranked = found.levels, {}
    of = np.bincount(panel.section[levels.place > 0])
    is_alone = int(panel.reviewer.max()) == 0
    is_even = float(np.ptp(panel.score)) < 1e-9
    for at, film in enumerate(films):
        if not levels.votes[at]:
            continue
        scale = steps[film.section] - 1
        level, half = levels.level[at], levels.half[at]
        why, values = why_of(found, at, scale=scale, is_alone=is_alone, is_even=is_even)
        ranked[film.id] = FilmRank(
            submission=film.id,
            section=film.section,
            votes=int(levels.votes[at]),
            out_of=steps[film.section],
            mean=1 + scale * float(levels.mean[at]),
            level=1 + scale * float(min(1.0, max(0.0, level))),
            margin=scale * float(half),
            low=1 + scale * float(min(1.0, max(0.0, level - half))),
            high=1 + scale * float(max(0.0, min(1.0, level + half))),
            place=int(levels.place[at]),
            best=int(levels.best[at]),
            worst=int(levels.worst[at]),
            of=int(of[panel.section[at]]),
            why=why,
            values=values,
        )
    return ranked


def why_of(
    found: Ranking, at: int, *, scale: int, is_alone: bool, is_even: bool
) -> tuple[str, dict[str, Any]]:
    """What one should know first of how a level came about.

    `alone`: one reviewer for everything; `even`: all votes of all films are the same; `island`: its
    reviewers heard nothing that the others heard; then what moved it most away from the plain mean,
    if it is worth a word: `severe`, `lenient` (who voted), `late`, `early` (when, in their piles),
    `few` (drawn towards the others); else `plain`.
    """
    levels = found.levels
    votes = int(levels.votes[at])
    if is_even or is_alone:
        return ("alone" if is_alone else "even"), {"n": votes}
    if levels.island[at]:
        return "island", {"n": votes}
    parts = {"panel": levels.panel[at], "order": levels.order[at], "pull": levels.pull[at]}
    most = max(parts, key=lambda part: abs(parts[part]))
    if abs(parts[most]) < NOTABLE:
        return ("single" if votes == 1 else "plain"), {"n": votes}
    moved = round(scale * float(parts[most]), 2)
    if most == "pull":
        return "few", {"n": votes, "moved": moved}
    if most == "order":
        return ("late" if moved > 0 else "early"), {"n": votes, "moved": moved}
    who = levels.severe if moved > 0 else levels.lenient
    return ("severe" if moved > 0 else "lenient"), {"n": max(1, int(who[at])), "moved": moved}


async def votes_read(order: ReckoningOrder) -> Ballots:
    async with pool(size=1):
        return await ballots_of(order.films, order.rubrics)


def main() -> None:
    """The other side, which reckons."""
    end_with_parent()
    os.nice(COURTESY)
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=ReckoningOrder)
    standing = stood(order.films, asyncio.run(votes_read(order)), order.rubrics)
    sys.stdout.buffer.write(msgspec.msgpack.encode(standing))


if __name__ == "__main__":
    main()

"""How the films of an edition stand after their votes: ranks, each with its interval and one line why. What is not
open to the viewer is not fetched, and so moves no rank that they see.
"""

import asyncio
import contextvars
import ctypes
import logging
import time
from array import array
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from festival.access import Viewer
from festival.db import rows
from festival.tables import Edition
from reviews.evidence import counts, seated
from reviews.lists import CHAIR, IN_SCOPE, VOTES_OPEN, scope_values, votes_open_values
from reviews.ranking import NOTABLE, Panel, Ranking, ranking
from reviews.rubrics import Rubrics, rubrics_of
from reviews.scoring import Rubric, given_total

log = logging.getLogger(__name__)
AT_ONCE = 200
"""Films whose votes are read in one go."""
QUICK = 0.5
"""Seconds: a reckoning that takes longer is not waited for while an older one is at hand."""
STALE = 60.0
"""Seconds that an older one may be shown while a new one is under way."""
LONG, RESTS = 2.0, 4
"""Seconds: after a reckoning that took longer, none of the same films begins for so many times its own length."""
KEPT = 32
"""Reckonings that one process keeps."""


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
    votes can be compared.
    """

    films: dict[str, FilmRank] = {}
    agreement: dict[str, float | None] = {}
    reviewers: int = 0


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


class KeptStanding(msgspec.Struct, frozen=True):
    version: str
    standing: PanelStanding
    seconds: float
    at: float


_Place = tuple[str, int, int, int]
"""An edition and a set of its films: whoever may see the votes of the same ones reads the same ranks."""

_kept: dict[_Place, KeptStanding] = {}
_under_way: dict[_Place, tuple[str, asyncio.Task[PanelStanding]]] = {}
"""With its version: of the same films one is reckoned at a time, however fast sheets come in."""


async def ranks_of(edition: Edition, viewer: Viewer) -> dict[str, FilmRank]:
    """By submission, the films whose votes the viewer may see and that have one that counts."""
    return (await standing_of(edition, viewer)).films


async def standing_of(
    edition: Edition, viewer: Viewer, *, named_now: tuple[int, int, int] | None = None
) -> PanelStanding:
    """Kept until a vote, a seat or a sheet changes. Large panels are reckoned beside the loop; meanwhile the older
    one is shown, for a minute at most. `named_now` is what `name_of_films` has just said.
    """
    place = (edition.id, *(named_now or await name_of_films(viewer)))
    rubrics = await rubrics_of(edition.id)
    version = f"{await version_of_votes(edition)}|{hash(msgspec.json.encode(rubrics))}"
    kept = _kept.get(place)
    if kept and (kept.version == version or rests(kept)):
        return kept.standing
    films = await open_films(viewer)
    if not films:
        return PanelStanding()
    place = (edition.id, *named(films))
    kept, (older, task) = _kept.get(place), _under_way.get(place, (version, None))
    task = task or begun(place, version, films, rubrics)
    if kept and kept.seconds > QUICK and time.monotonic() - kept.at < STALE:
        return kept.standing
    if older != version:  # its end is waited for, then it is seen whether it will do
        await asyncio.wait([task])
        return await standing_of(edition, viewer)
    return await asyncio.shield(task)


def rests(kept: KeptStanding) -> bool:
    """Whether reckoning anew would keep a processor busy with nothing else."""
    age = time.monotonic() - kept.at
    return kept.seconds > LONG and age < min(STALE, RESTS * kept.seconds)


def begun(
    place: _Place,
    version: str,
    films: list[OpenFilm],
    rubrics: Rubrics,
) -> asyncio.Task[PanelStanding]:
    """The reckoning of this version, for all who ask for it; in no request's transaction."""
    task = asyncio.get_running_loop().create_task(
        reckoned(place, version, films, rubrics), context=contextvars.Context()
    )
    _under_way[place] = (version, task)
    task.add_done_callback(lambda done: over(place, done))
    return task


def over(place: _Place, task: asyncio.Task[PanelStanding]) -> None:
    _under_way.pop(place, None)
    if not task.cancelled() and (fault := task.exception()):
        log.warning("ranks were not reckoned", exc_info=fault)


async def reckoned(
    place: _Place,
    version: str,
    films: list[OpenFilm],
    rubrics: Rubrics,
) -> PanelStanding:
    began = time.monotonic()
    ballots = await ballots_of(films, rubrics)
    standing = await asyncio.to_thread(stood, films, ballots, rubrics)
    del ballots
    give_back()
    _kept.pop(place, None)
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)))
    _kept[place] = KeptStanding(version, standing, time.monotonic() - began, time.monotonic())
    return standing


def give_back() -> None:
    """Hundreds of megabytes of draws were needed for a moment: glibc keeps them, unless it is told."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


OPEN = f"""FROM submission s JOIN section x ON x.id = s.section
  JOIN film_file n ON n.submission = s.id AND n.state = 'released'
  WHERE {IN_SCOPE} AND {VOTES_OPEN}"""
"""The chair's films `s` whose votes they read, with their files `n`; `open_values` are its values."""
ONE, OTHER = (f"hashtextextended(concat_ws(':', s.id, s.section, n.id), {seed})" for seed in (0, 1))


def open_values(viewer: Viewer) -> tuple[Any, ...]:
    return (*scope_values(viewer, CHAIR), *votes_open_values(viewer))


async def open_films(viewer: Viewer) -> list[OpenFilm]:
    selected = await rows(
        f"SELECT s.id, s.section, n.id AS file, {ONE} AS one, {OTHER} AS other {OPEN} ORDER BY s.id",
        *open_values(viewer),
    )  # fmt: skip
    return msgspec.convert(selected, list[OpenFilm])


async def name_of_films(viewer: Viewer) -> tuple[int, int, int]:
    """What `named` says of `open_films`, without fetching them."""
    found = await rows(
        f"""SELECT count(*)::int AS films, coalesce(bit_xor({ONE}), 0) AS one, coalesce(bit_xor({OTHER}), 0) AS other
            {OPEN}""",
        *open_values(viewer),
    )  # fmt: skip
    return found[0]["films"], found[0]["one"], found[0]["other"]


def named(films: list[OpenFilm]) -> tuple[int, int, int]:
    """The same for the same films with the same files in the same sections, and 128 bits away from any others."""
    one = other = 0
    for film in films:
        one, other = one ^ film.one, other ^ film.other
    return len(films), one, other


async def version_of_votes(edition: Edition) -> str:
    """Changes with every vote, seat and stepping aside: the newest thousand sheets, and all that
    says who may be heard.
    """
    selected = await rows(
        """SELECT concat_ws('.',
             (SELECT bit_xor(hashtextextended(w.id || ':' || w.version || ':' || w.file, 0))
                FROM (SELECT id, version, file FROM review ORDER BY changed_at DESC LIMIT 1000) w),
             (SELECT bit_xor(hashtextextended(
                  concat_ws(':', o.person, o.part, o.sections, q.disabled_at), 0))
                FROM role o JOIN person q ON q.id = o.person WHERE o.edition = e.id),
             (SELECT bit_xor(hashtextextended(concat_ws(':', z.id, z.lifted_at), 0))
                FROM recusal z JOIN submission s ON s.id = z.submission WHERE s.edition = e.id),
             (SELECT bit_xor(hashtextextended(concat_ws(':', m.submission, m.person), 0))
                FROM member m JOIN submission s ON s.id = m.submission
                JOIN role o ON o.person = m.person AND o.edition = s.edition
                WHERE s.edition = e.id),
             e.coverage) AS version
           FROM edition e WHERE e.id = {}""",
        edition.id,
    )
    return str(selected[0]["version"]) if selected else ""


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


def duels(
    ranked: Sequence[FilmRank], places: int, most: int = 12
) -> list[tuple[FilmRank, FilmRank]]:
    """Of one section: pairs across the border between what has a place and what has none, whose order nobody can
    tell yet: both intervals reach over it. The closest come first; no film stands in more than two.
    """
    order = sorted(ranked, key=lambda film: (-film.level, film.submission))
    if not 0 < places < len(order):
        return []
    cut = (order[places - 1].level + order[places].level) / 2
    unsure = [film for film in order if film.level - film.margin < cut < film.level + film.margin]
    inside = [film for film in unsure if film in order[:places]]
    outside = [film for film in unsure if film not in inside]
    pairs = sorted(
        ((one, other) for one in inside for other in outside),
        key=lambda pair: (pair[0].level - pair[1].level, pair[0].submission, pair[1].submission),
    )
    chosen: list[tuple[FilmRank, FilmRank]] = []
    met: dict[str, int] = {}
    for one, other in pairs:
        if len(chosen) < most and all(met.get(film.submission, 0) < 2 for film in (one, other)):
            chosen.append((one, other))
            for film in (one, other):
                met[film.submission] = met.get(film.submission, 0) + 1
    return chosen

"""How the films of an edition stand after their votes: ranks, each with its interval and one line why. What is not
open to the viewer is not fetched, and so moves no rank that they see.
"""

import asyncio
import contextvars
import logging
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from festival.access import Viewer
from festival.db import rows
from festival.tables import Edition
from reviews import reckoning
from reviews.lists import CHAIR, IN_SCOPE, VOTES_OPEN, scope_values, votes_open_values
from reviews.reckoning import FilmRank, OpenFilm, PanelStanding
from reviews.rubrics import Rubrics, rubrics_of

log = logging.getLogger(__name__)
QUICK = 0.5
"""Seconds: a reckoning that takes longer is not waited for while an older one is at hand."""
COMING = PanelStanding(is_coming=True)
STALE = 60.0
"""Seconds that an older one may be shown once a new one has begun."""
LONG, RESTS = 2.0, 4
"""Seconds: after a reckoning that took longer, none of the same films begins for so many times its own length."""
KEPT = 32
"""Reckonings that one process keeps."""


class KeptStanding(msgspec.Struct, frozen=True):
    version: str
    standing: PanelStanding
    seconds: float
    at: float


class ReckoningTask(msgspec.Struct, frozen=True):
    """The reckoning of one version, and when it began."""

    version: str
    task: "asyncio.Task[PanelStanding]"
    at: float


_Place = tuple[str, int, int, int]
"""An edition and a set of its films: whoever may see the votes of the same ones reads the same ranks."""

_kept: dict[_Place, KeptStanding] = {}
_under_way: dict[_Place, ReckoningTask] = {}
"""Of the same films one is reckoned at a time, however fast sheets come in."""


async def ranks_of(
    edition: Edition, viewer: Viewer, *, named_now: tuple[int, int, int] | None = None
) -> dict[str, FilmRank]:
    """By submission, the films whose votes the viewer may see and that have one that counts."""
    return (await standing_of(edition, viewer, named_now=named_now)).films


async def standing_of(
    edition: Edition,
    viewer: Viewer,
    *,
    named_now: tuple[int, int, int] | None = None,
    patience: float | None = None,
) -> PanelStanding:
    """Kept until a vote, a seat or a sheet changes. Large panels are reckoned elsewhere; meanwhile the older one is
    shown, for a minute at most; where there is none, `COMING` after so many seconds of `patience`. `named_now` is
    what `name_of_films` has just said.
    """
    place = (edition.id, *(named_now or await name_of_films(viewer)))
    rubrics = await rubrics_of(edition.id)
    version = f"{await version_of_votes(edition)}|{hash(msgspec.json.encode(rubrics))}"
    kept = _kept.get(place)
    if kept and (kept.version == version or rests(kept)):
        return kept.standing
    if place not in _under_way:
        films = await open_films(viewer)
        if not films:
            return PanelStanding()
        place = (edition.id, *named(films))
        if place not in _under_way:
            begin(place, version, films, rubrics)
    kept, under_way = _kept.get(place), _under_way[place]
    if kept and kept.seconds > QUICK and time.monotonic() - under_way.at < STALE:
        return kept.standing
    if not (await asyncio.wait([under_way.task], timeout=patience))[0]:
        return COMING
    if under_way.version != version:  # now that it is over it is seen whether it will do
        return await standing_of(edition, viewer, patience=patience)
    return await asyncio.shield(under_way.task)


def rests(kept: KeptStanding) -> bool:
    """Whether reckoning anew would keep a processor busy with nothing else."""
    age = time.monotonic() - kept.at
    return kept.seconds > LONG and age < min(STALE, RESTS * kept.seconds)


def begin(place: _Place, version: str, films: list[OpenFilm], rubrics: Rubrics) -> None:
    """The reckoning of this version, for all who ask for it; in no request's transaction."""
    task = asyncio.get_running_loop().create_task(
        reckoned(place, version, films, rubrics), context=contextvars.Context()
    )
    _under_way[place] = ReckoningTask(version, task, time.monotonic())
    task.add_done_callback(lambda done: over(place, done))


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
    """Where its process comes to nothing the older one stands, or no rank at all, and it is tried again later."""
    began = time.monotonic()
    try:
        standing = await reckoning.reckoned(films, rubrics)
        seconds = time.monotonic() - began
    except (OSError, RuntimeError):
        log.exception("ranks were not reckoned")
        version, seconds = "", STALE
        standing = _kept[place].standing if place in _kept else PanelStanding()
    _kept.pop(place, None)
    while len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)))
    _kept[place] = KeptStanding(version, standing, seconds, time.monotonic())
    return standing


OPEN = f"""FROM submission s JOIN section x ON x.id = s.section
  JOIN film_file n ON n.submission = s.id AND n.state = 'released'
  WHERE {IN_SCOPE} AND {VOTES_OPEN}"""
"""The chair's films `s` whose votes they read, with their files `n`; `open_values` are its values."""


def hash_of(film: str, seed: int) -> str:
    return f"hashtextextended(concat_ws(':', {film}), {seed})"


def name_in(film: str) -> str:
    """SQL: the three numbers of `named`, of films that are told by id, section and file."""
    one, other = (f"coalesce(bit_xor({hash_of(film, seed)}), 0)" for seed in (0, 1))
    return f"count(*), {one}, {other}"


FILM = "s.id, s.section, n.id"


def open_values(viewer: Viewer) -> tuple[Any, ...]:
    return (*scope_values(viewer, CHAIR), *votes_open_values(viewer))


async def open_films(viewer: Viewer) -> list[OpenFilm]:
    selected = await rows(
        f"""SELECT s.id, s.section, n.id AS file, {hash_of(FILM, 0)} AS one, {hash_of(FILM, 1)} AS other
            {OPEN} ORDER BY s.id""",
        *open_values(viewer),
    )  # fmt: skip
    return msgspec.convert(selected, list[OpenFilm])


async def name_of_films(viewer: Viewer) -> tuple[int, int, int]:
    """What `named` says of `open_films`, without fetching them."""
    found = await rows(f"SELECT ARRAY[{name_in(FILM)}] AS named {OPEN}", *open_values(viewer))
    films, one, other = found[0]["named"]
    return films, one, other


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
                FROM role o JOIN person q ON q.id = o.person
                WHERE o.edition = e.id AND o.part IN ('reviewer', 'chair')),
             (SELECT bit_xor(hashtextextended(concat_ws(':', z.id, z.lifted_at), 0))
                FROM recusal z JOIN submission s ON s.id = z.submission WHERE s.edition = e.id),
             (SELECT bit_xor(hashtextextended(concat_ws(':', m.submission, m.person), 0))
                FROM member m JOIN submission s ON s.id = m.submission
                WHERE s.edition = e.id AND m.person IN (SELECT o.person FROM role o
                  WHERE o.edition = e.id AND o.part IN ('reviewer', 'chair'))),
             e.coverage) AS version
           FROM edition e WHERE e.id = {}""",
        edition.id,
    )
    return str(selected[0]["version"]) if selected else ""


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

"""What was really watched: reports are believed as far as the house's own knowledge reaches.

Three bounds hold every report: the film's length, the house's clock, and the segments that this
very person was handed. What two tabs report twice counts once.
"""

import json
from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta

from festival.db import rows, transaction
from festival.errors import Refused
from festival.record import record
from festival.tables import Person, new_id
from reviews.scoring import Range, cut_to, measured, stretches
from submissions.tables import FilmFile

FASTEST = 2.0  # times the film's own speed: the most that is taken for watching
SLACK = 2.0  # seconds of film: a report and the clock never quite agree
MOST_CREDIT = 60.0  # seconds of film that a silent player may report at once
EDGE = 0.5  # seconds: a player may stop that far behind the film's measured end, or a segment's
MOST_STRETCHES = 2000

Second = Annotated[float, Meta(ge=0, le=86400)]


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """Stretches just watched, and where the film stands; in seconds of the film."""

    ranges: Annotated[list[tuple[Second, Second]], Meta(max_length=200)] = []
    position: Second = 0.0


class Coverage(msgspec.Struct, frozen=True):
    """What the house made of a report: the share seen so far, and the seconds that were new to it
    or were never handed out, and so do not count.
    """

    seen: float
    added: float = 0.0
    cut: float = 0.0


def length_of(file: FilmFile) -> float:
    """Seconds that can be seen: those of the picture, where it is shorter than its file."""
    facts = cast("dict[str, Any]", file.facts or {})
    picture = facts.get("picture") or {}
    return float(picture.get("duration") or facts.get("duration") or 0.0)


async def note_opening(file_id: str, *, edition: str, peer: str, by: Person) -> None:
    """Whoever opens a copy, its maker too, stands in the record, with the address they came from."""
    await record("copy_opened", file_id, by=by, edition=edition, peer=peer)


async def begin(submission_id: str, file_id: str, person_id: str) -> None:
    """Somebody opens the copy: from now on they may have seen some of it."""
    await rows(
        """INSERT INTO viewing (id, submission, file, person, ranges)
           VALUES ({}, {}, {}, {}, '[]') ON CONFLICT (file, person) DO NOTHING RETURNING id""",
        new_id(), submission_id, file_id, person_id,
    )  # fmt: skip


async def hand_out(file_id: str, person_id: str, stretch: Range) -> None:
    """A segment goes to this person; one row of theirs knows it, and is only written for new ones."""
    start, end = stretch
    await rows(
        """UPDATE viewing SET served = served + nummultirange(numrange({}::float8::numeric,
             {}::float8::numeric))
           WHERE file = {} AND person = {}
             AND NOT served @> numrange({}::float8::numeric, {}::float8::numeric) RETURNING id""",
        start, end, file_id, person_id, start, end,
    )  # fmt: skip


async def watch(file: FilmFile, report: Watched, *, by: Person) -> Coverage:
    """Add what was just watched to what had been; two tabs lose nothing of each other's.

    `Refused`: stretches beyond the film or running backwards, a copy that was never opened, more
    film than time has passed for, or nothing of what this person was handed.
    """
    length = length_of(file)
    if wrong := faults(report, length):
        raise Refused(*wrong, length=round(length, 1))
    async with transaction():
        known = await opened(file, by)
        if known is None and report.ranges:
            raise Refused("viewing_not_opened")
        if known is None:
            return Coverage(0.0)
        claimed = stretches(report.ranges)
        credited = cut_to(claimed, [(a - EDGE, b + EDGE) for a, b in pairs(known["served"])])
        credited = cut_to(credited, [(0.0, length)])
        if claimed and not credited:
            raise Refused("seen_not_served")
        before = pairs(known["ranges"])
        ranges = stretches([*before, *credited])
        if len(ranges) > MOST_STRETCHES:
            raise Refused("seen_in_too_many_pieces")
        added = measured(ranges) - measured(before)
        if added:
            await spend(added, total=measured(ranges), since=known["open_for"], by=by)
        await rows(
            """UPDATE viewing SET ranges = {}::jsonb, seconds = {}, position = {}, seen_at = now()
               WHERE id = {} RETURNING id""",
            json.dumps(ranges), measured(ranges), min(report.position, length), known["id"],
        )  # fmt: skip
    cut = measured(claimed) - measured(credited)
    return Coverage(share(measured(ranges), length), round(added, 3), round(cut, 3))


def faults(report: Watched, length: float) -> list[str]:
    wrong = []
    if any(end < start for start, end in report.ranges):
        wrong.append("ranges:seen_backwards")
    if any(end > length + EDGE for _, end in report.ranges):
        wrong.append("ranges:seen_beyond_film")
    return wrong


async def opened(file: FilmFile, by: Person) -> dict[str, Any] | None:
    """This person's row of the file, held; since when it is open in seconds of the house's clock."""
    selected = await rows(
        """SELECT id, ranges,
             coalesce((SELECT jsonb_agg(jsonb_build_array(lower(one), upper(one)))
                       FROM unnest(served) AS one), '[]') AS served,
             extract(epoch FROM clock_timestamp() - started_at)::float8 AS open_for
           FROM viewing WHERE file = {} AND person = {} FOR UPDATE""",
        file.id, by.id,
    )  # fmt: skip
    return selected[0] if selected else None


def pairs(stretches: list[list[float]]) -> list[Range]:
    return [(float(start), float(end)) for start, end in stretches]


async def spend(added: float, *, total: float, since: float, by: Person) -> None:
    """One person sees so many seconds of film a second, over all films and tabs; else `Refused`."""
    await rows(
        """INSERT INTO watcher (person, credit) VALUES ({}, {})
           ON CONFLICT (person) DO NOTHING RETURNING person""",
        by.id, MOST_CREDIT,
    )  # fmt: skip
    paid = await rows(
        """UPDATE watcher w SET credit = x.credit - {}, credited_at = clock_timestamp()
           FROM (SELECT person, least({}::float8, credit + {} * greatest(0,
                   extract(epoch FROM clock_timestamp() - credited_at)::float8)) AS credit
                 FROM watcher WHERE person = {} FOR UPDATE) x
           WHERE w.person = x.person AND x.credit + {} >= {} RETURNING w.person""",
        added, MOST_CREDIT, FASTEST, by.id, SLACK, added,
    )  # fmt: skip
    if not paid or total > SLACK + FASTEST * since:
        raise Refused("seen_faster_than_time", added=round(added, 1))


def share(seconds: float, length: float) -> float:
    """The share of the film that was seen, 0 to 1."""
    return min(1.0, seconds / length) if length > 0 else 0.0

"""Entries that may be one film, by name and directors, bytes or sound; and what the office says of them."""

import asyncio
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Conflict, Refused
from festival.paging import nearest
from festival.record import record
from festival.shapes import Id, SeenVersion
from festival.tables import Edition, Person, new_id
from media.sound_twins import SoundLikeness, likeness
from submissions.amending import film_to_amend
from submissions.office import inbox
from submissions.office.inbox import EntryLine, InboxQuery

PAGE = 20
AT_ONCE = 40  # files that one run compares
SPREAD = 120.0  # seconds by which a trimmed film may be shorter
SAID = ("open", "same", "different")
KINDS = ("file", "sound", "title")


class TwinSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the office says of two entries; empty takes it back. `version` is the pair's that was seen, 0 before
    anything was known of it.
    """

    one: Id
    other: Id
    said: Annotated[str, Meta(pattern="^(|same|different)$")] = ""
    version: SeenVersion = 0


class TwinShown(msgspec.Struct, frozen=True, kw_only=True):
    """Two entries side by side, with all that speaks for one film."""

    one: EntryLine
    other: EntryLine
    kinds: tuple[str, ...]
    sound: float | None
    said: str
    by: str
    version: int
    changed_at: datetime | None


class TwinSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A page of pairs, and how many there are of each saying."""

    pairs: list[TwinShown]
    number: int
    last: int
    counts: dict[str, int]


_STATED = """, stated AS (
  SELECT p.one, p.other, p.kinds, t.sound, coalesce(t.said, '') AS said, coalesce(t.version, 0) AS version,
    t.changed_at, coalesce(nullif(w.name, ''), w.email, '') AS by,
    CASE WHEN coalesce(t.said, '') = '' THEN 'open' ELSE t.said END AS state
  FROM pairs p LEFT JOIN twin_pair t ON t.one = p.one AND t.other = p.other LEFT JOIN person w ON w.id = t.person
  WHERE p.one < p.other AND {} IN ('', p.one, p.other))
"""


async def pairs_of(
    edition: Edition, viewer: Viewer, *, said: str = "", entry: str = "", number: int = 1
) -> TwinSheet:
    """Pairs of entries that the viewer may know of, those that most speaks for first; of one entry, or of all."""
    told = await rows(
        f"""{inbox.paired(viewer)}{_STATED},
            counted AS (SELECT coalesce(jsonb_object_agg(state, n), jsonb_build_object()) AS counts
              FROM (SELECT state, count(*) AS n FROM stated GROUP BY state) by_state),
            placed AS (SELECT *, row_number() OVER (
                ORDER BY cardinality(kinds) DESC, sound DESC NULLS LAST, one, other) - 1 AS place
              FROM stated WHERE {{}} IN ('', state))
            SELECT counted.counts, page.* FROM counted LEFT JOIN placed page ON page.place / {PAGE} =
              least({{}}::int, (SELECT coalesce(max(place), 0) FROM placed) / {PAGE})
            ORDER BY page.place""",
        *inbox.paired_values(viewer, edition),
        entry,
        said,
        max(number, 1) - 1,
    )
    counts, found = told[0]["counts"], [row for row in told if row["one"]]
    total = sum(n for state, n in counts.items() if said in ("", state))
    number, last = nearest(number, total, of=PAGE)
    ids = sorted({row[side] for row in found for side in ("one", "other")})
    known = await inbox.chosen(edition, viewer, ids=ids, query=InboxQuery()) if ids else []
    lines = {line.id: line for line in known}
    return TwinSheet(
        pairs=[
            TwinShown(
                one=lines[row["one"]],
                other=lines[row["other"]],
                **{name: row[name] for name in ("sound", "said", "by", "version", "changed_at")},
                kinds=tuple(row["kinds"]),
            )
            for row in found
        ],
        number=number,
        last=last,
        counts=counts,
    )


async def say(edition: Edition, wanted: TwinSaid, *, viewer: Viewer, by: Person) -> int:
    """Remember whether they are one film, or take back what was said. Returns the pair's version."""
    one, other = sorted((wanted.one, wanted.other))
    if one == other:
        raise Refused("twin_itself")
    async with transaction():
        for entry in (one, other):
            await film_to_amend(edition, entry, viewer)
        await rows("SELECT pg_advisory_xact_lock(hashtext({}))", f"twins:{one}:{other}")
        stood = await rows(
            "SELECT version, said FROM twin_pair WHERE one = {} AND other = {} FOR UPDATE",
            one,
            other,
        )
        version = stood[0]["version"] if stood else 0
        if version != wanted.version:
            raise Conflict("changed_meanwhile", version=version)
        if stood and stood[0]["said"] == wanted.said:
            return int(version)
        kept = await rows(
            """INSERT INTO twin_pair (id, one, other, said, person) VALUES ({}, {}, {}, {}, {})
               ON CONFLICT (one, other) DO UPDATE SET said = excluded.said, person = excluded.person,
                 version = twin_pair.version + 1, changed_at = now() RETURNING version""",
            new_id(),
            one,
            other,
            wanted.said,
            by.id,
        )
        for entry, twin in ((one, other), (other, one)):
            await record(
                "twin_said", entry, by=by, edition=edition.id, wanted=wanted.said, peer_entry=twin
            )
    return int(kept[0]["version"])


# By their sound


class HeardFile(msgspec.Struct, frozen=True, kw_only=True):
    """A film's file with its loudness, second by second, and how long it lasts."""

    id: str
    submission: str
    edition: str
    curve: list[float] | None
    lasts: float | None


async def look() -> int:
    """Compare what was measured lately with everything else of its edition; how many pairs were found."""
    found = 0
    while files := await heard_lately():
        for file in files:
            found += await look_at(file)
    return found


async def heard_lately() -> list[HeardFile]:
    """Files that were not compared yet, the oldest first, a few at a time."""
    selected = await rows(
        """SELECT n.id, n.submission, s.edition, n.facts -> 'curve' AS curve, (n.facts ->> 'duration')::float8 AS lasts
           FROM film_file n JOIN submission s ON s.id = n.submission
           JOIN edition e ON e.id = s.edition AND e.phase <> 'archived'
           WHERE n.likened_at IS NULL AND n.state IN ('sound', 'making', 'ready', 'released')
           ORDER BY n.judged_at, n.id LIMIT {}""",
        AT_ONCE,
    )
    return msgspec.convert(selected, list[HeardFile])


async def look_at(file: HeardFile) -> int:
    alike = await alike_to(file) if file.curve else []
    async with transaction():
        for other, told in alike:
            await keep_sound(file.submission, other, told)
        await rows("UPDATE film_file SET likened_at = now() WHERE id = {} RETURNING id", file.id)
    return len(alike)


async def alike_to(file: HeardFile) -> list[tuple[str, SoundLikeness]]:
    """Other entries whose film sounds the same, with how alike they are."""
    selected = await rows(
        """SELECT n.id, n.submission, s.edition, n.facts -> 'curve' AS curve, (n.facts ->> 'duration')::float8 AS lasts
           FROM film_file n JOIN submission s ON s.id = n.submission
           WHERE s.edition = {} AND n.submission <> {} AND s.status <> 'withdrawn'
             AND n.state IN ('sound', 'making', 'ready', 'released')
             AND abs((n.facts ->> 'duration')::float8 - {}::float8) <= greatest({}, {}::float8 * 0.15)""",
        file.edition,
        file.submission,
        file.lasts,
        SPREAD,
        file.lasts,
    )
    others = msgspec.convert(selected, list[HeardFile])
    return await asyncio.to_thread(compared, file.curve or [], others)


def compared(curve: list[float], others: list[HeardFile]) -> list[tuple[str, SoundLikeness]]:
    told = ((one.submission, likeness(curve, one.curve or ())) for one in others)
    return [(entry, one) for entry, one in told if one is not None and one.is_twin]


async def keep_sound(entry: str, twin: str, told: SoundLikeness) -> None:
    one, other = sorted((entry, twin))
    await rows(
        """INSERT INTO twin_pair (id, one, other, sound) VALUES ({}, {}, {}, {})
           ON CONFLICT (one, other) DO UPDATE SET sound = greatest(twin_pair.sound, excluded.sound)
           RETURNING id""",
        new_id(),
        one,
        other,
        round(told.share, 3),
    )

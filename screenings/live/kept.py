"""What is kept of the live days: read, written, and nothing decided."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec

from festival.clock import at, now
from festival.db import rows
from festival.tables import Edition, new_id
from screenings.live.shapes import Announced, Live, ToldLive
from screenings.tables import LiveRehearsal
from units.times import DAY, DAY_TURNS

SAID = ToldLive.__struct_fields__


class LiveClock(msgspec.Struct, frozen=True, kw_only=True):
    """What the page takes for now, and why: the festival's `days`, `before`, `after`, or a `rehearsal`."""

    now: datetime
    mode: str

    @property
    def runs(self) -> bool:
        """Whether anything can be said of a screening."""
        return self.mode in {"days", "rehearsal"}

    @property
    def rehearsed(self) -> bool:
        return self.mode == "rehearsal"


async def lives_of(edition_id: str, *, rehearsed: bool = False) -> dict[str, Live]:
    """Of every screening of which something is known."""
    selected = await rows(
        "SELECT * FROM live_screening WHERE edition = {} AND rehearsed = {}", edition_id, rehearsed
    )
    return {row["stable"]: live_of(row) for row in selected}


def live_of(row: dict[str, object]) -> Live:
    announced = row["announced"]
    return Live(
        stable=str(row["stable"]),
        said=msgspec.convert({name: row[name] for name in SAID}, ToldLive),
        announced=msgspec.convert(announced, Announced) if announced else None,
        expected_at=msgspec.convert(row["expected_at"], datetime | None),
        told=msgspec.convert(row["told"], int),
        version=msgspec.convert(row["version"], int),
        changed_at=msgspec.convert(row["changed_at"], datetime),
    )


async def keep(edition_id: str, live: Live, *, rehearsed: bool) -> None:
    """As it is handed over; the caller holds the edition."""
    said = live.said
    await rows(
        """INSERT INTO live_screening (id, edition, stable, rehearsed, began_at, ends_at, debate,
             screen, starts_at, cancelled, words, announced, expected_at, told, version, changed_at)
           VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}::jsonb, {}::jsonb, {}, {}, {}, clock_timestamp())
           ON CONFLICT (edition, stable, rehearsed) DO UPDATE SET
             began_at = excluded.began_at, ends_at = excluded.ends_at, debate = excluded.debate,
             screen = excluded.screen, starts_at = excluded.starts_at,
             cancelled = excluded.cancelled, words = excluded.words,
             announced = excluded.announced, expected_at = excluded.expected_at,
             told = excluded.told, version = excluded.version, changed_at = excluded.changed_at
           RETURNING id""",
        new_id(), edition_id, live.stable, rehearsed, said.began_at, said.ends_at, said.debate,
        said.screen, said.starts_at, said.cancelled, json.dumps(said.words),
        "{}" if live.announced is None else msgspec.json.encode(live.announced).decode(),
        live.expected_at, live.told, live.version,
    )  # fmt: skip


async def keep_act(
    edition_id: str,
    kind: str,
    before: Mapping[str, ToldLive],
    after: Mapping[str, ToldLive],
    *,
    by: str,
    rehearsed: bool,
) -> str:
    act = new_id()
    await rows(
        """INSERT INTO live_act (id, edition, rehearsed, kind, before, after, by, at)
           VALUES ({}, {}, {}, {}, {}::jsonb, {}::jsonb, {}, clock_timestamp()) RETURNING id""",
        act, edition_id, rehearsed, kind, msgspec.json.encode(before).decode(),
        msgspec.json.encode(after).decode(), by,
    )  # fmt: skip
    return act


class ActLine(msgspec.Struct, frozen=True, kw_only=True):
    """One tap as it is told: who, when, and what it changed."""

    id: str
    kind: str
    at: datetime
    by: str
    undone: bool
    before: dict[str, ToldLive]
    after: dict[str, ToldLive]


async def acts_of(edition_id: str, *, rehearsed: bool, most: int) -> list[ActLine]:
    """The newest first."""
    selected = await rows(
        """SELECT a.id, a.kind, a.at, coalesce(p.name, '') AS by, a.before, a.after,
             a.undone_at IS NOT NULL AS undone
           FROM live_act a LEFT JOIN person p ON p.id = a.by
           WHERE a.edition = {} AND a.rehearsed = {} ORDER BY a.at DESC LIMIT {}""",
        edition_id,
        rehearsed,
        most,
    )
    return msgspec.convert(selected, list[ActLine])


async def act_called(edition_id: str, act_id: str, *, rehearsed: bool) -> ActLine | None:
    selected = await rows(
        """SELECT a.id, a.kind, a.at, '' AS by, a.before, a.after,
             a.undone_at IS NOT NULL AS undone
           FROM live_act a WHERE a.id = {} AND a.edition = {} AND a.rehearsed = {}""",
        act_id,
        edition_id,
        rehearsed,
    )
    return msgspec.convert(selected[0], ActLine) if selected else None


async def mark_undone(act_id: str) -> None:
    await rows("UPDATE live_act SET undone_at = now() WHERE id = {} RETURNING id", act_id)


async def newest_act(edition_id: str, *, rehearsed: bool) -> str:
    """The name of all that was said so far; nothing where that is nothing."""
    selected = await rows(
        """SELECT id FROM live_act WHERE edition = {} AND rehearsed = {}
           ORDER BY at DESC LIMIT 1""",
        edition_id,
        rehearsed,
    )
    return str(selected[0]["id"]) if selected else ""


# The clock


async def clock_of(edition: Edition) -> LiveClock:
    """On the festival's days the real one, whatever somebody rehearsed before."""
    moment = now()
    mode = day_mode(edition, moment)
    if mode == "days":
        return LiveClock(now=moment, mode=mode)
    rehearsal = await LiveRehearsal.objects().get(LiveRehearsal.edition == edition.id)
    if rehearsal is None:
        return LiveClock(now=moment, mode=mode)
    pretended = rehearsal.pretends + (moment - rehearsal.began_at)
    return LiveClock(now=pretended, mode="rehearsal")


def day_mode(edition: Edition, moment: datetime) -> str:
    """The last evening ends where its day turns."""
    if moment < at(edition.first_day, 0):
        return "before"
    ends = at(edition.first_day, edition.days * DAY + DAY_TURNS)
    return "days" if moment < ends else "after"


def to_the_minute(moment: datetime) -> datetime:
    return moment - timedelta(seconds=moment.second, microseconds=moment.microsecond)


async def mark_of(edition: Edition) -> str:
    """Changes with everything that was said, and with what was published since."""
    selected = await rows(
        """SELECT concat_ws(' ',
             (SELECT concat(count(*), ' ', max(changed_at)) FROM live_screening WHERE edition = {}),
             (SELECT concat(began_at, pretends) FROM live_rehearsal WHERE edition = {}),
             (SELECT max(number) FROM grid WHERE edition = {})) AS mark""",
        edition.id,
        edition.id,
        edition.id,
    )
    return str(selected[0]["mark"])

"""Backups and drills as work of the house: asked for by people or the calendar, done by a process of their own.

What is done stands in `ops/backup.py`, which a person may run by hand as well; here is when, and what came of it.
"""

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from festival.backups import LastBackup, last_backup
from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import Conflict, Refused
from festival.leases import Heartbeat, Lease, Superseded, hold
from festival.letters import write_to_operators
from festival.paging import NEWEST
from festival.record import record
from festival.settings import Settings
from festival.tables import BackupRun, Person

ROOT = Path(__file__).parents[1]
AGAIN = timedelta(hours=1)  # after one that failed
GLANCE_SECONDS = 0.5
LONGEST_FAULT = 600
FAILED, DIFFERENT = 2, 1  # how `ops.backup` ends
DRILLS = "cfs-drill-*"


class Report(msgspec.Struct, frozen=True):
    """What the process says of a run that succeeded."""

    snapshot: str = ""
    size: int = 0
    added: int = 0
    told: str = ""
    snapshots: list[dict[str, str]] = []


class Standing(msgspec.Struct, frozen=True):
    """A backup that the target holds, and the day on which it goes at the latest."""

    id: str
    time: datetime
    until: datetime


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What operators read: `state` is unset, never, fresh, old or failed; runs, the newest first."""

    state: str
    last: LastBackup | None
    runs: list[dict[str, Any]]
    snapshots: list[Standing]
    rotten: list[dict[str, Any]]


# Asking


async def ask(kind: str, *, by: Person | None, settings: Settings) -> BackupRun:
    """`backup` or `drill`; one at a time."""
    if not settings.backup_target:
        raise Refused("backup_no_target")
    async with transaction():
        await rows("SELECT pg_advisory_xact_lock(hashtext('backup_run')) IS NULL AS held")
        if await rows("SELECT id FROM backup_run WHERE state IN ('asked', 'running')"):
            raise Conflict("backup_under_way")
        run = BackupRun(kind=kind, asked_by=None if by is None else by.id)
        await run.save()
        if kind == "drill":
            await later("drill_backup", run=run.id)
        else:
            await later("keep_backup", run=run.id)
        await record(f"{kind}_asked", run.id, by=by)
    return run


async def ask_when_due(*, settings: Settings) -> None:
    """The calendar: a backup each day, a drill each month, and again an hour after one that failed."""
    if not settings.backup_target:
        return
    await close_abandoned()
    for kind, every in (
        ("backup", timedelta(hours=settings.backup_every_hours)),
        ("drill", timedelta(days=settings.backup_drill_days)),
    ):
        if every and await is_due(kind, every):
            await ask(kind, by=None, settings=settings)
            return


async def is_due(kind: str, every: timedelta) -> bool:
    found = await rows(
        """SELECT max(created_at) FILTER (WHERE state = 'done') AS done, max(created_at) AS tried,
             bool_or(state IN ('asked', 'running')) AS open
           FROM backup_run WHERE kind = {}""",
        kind,
    )
    done, tried = found[0]["done"], found[0]["tried"]
    if found[0]["open"] or (tried is not None and tried > now() - AGAIN):
        return False
    if kind == "drill" and await last_backup() is None:
        return False
    return done is None or done < now() - every


async def close_abandoned() -> None:
    """A run whose line was given up: nobody works on it any more."""
    await rows(
        """UPDATE backup_run b SET state = 'failed', ended_at = now(), fault = 'abandoned'
           WHERE state IN ('asked', 'running') AND NOT EXISTS (SELECT FROM outbox o
             WHERE o.args->>'run' = b.id AND o.done_at IS NULL AND o.parked_at IS NULL)
             AND b.created_at < now() - interval '1 minute' RETURNING id"""
    )


# Doing


async def keep(run_id: str, *, lease: Lease, heartbeat: Heartbeat, settings: Settings) -> None:
    await carry_out(run_id, ["backup", settings.backup_target], lease, heartbeat, settings)


async def drill(run_id: str, *, lease: Lease, heartbeat: Heartbeat, settings: Settings) -> None:
    room = settings.media_root / "work"
    for left in room.glob(DRILLS):  # of one that was killed
        shutil.rmtree(left, ignore_errors=True)
    await carry_out(
        run_id, ["drill", settings.backup_target, "--in", str(room)], lease, heartbeat, settings
    )


async def carry_out(
    run_id: str, words: list[str], lease: Lease, heartbeat: Heartbeat, settings: Settings
) -> None:
    """Run it as a process; what it said becomes the row. A fault is no fault of the line: the calendar
    tries again.
    """
    run = await BackupRun.objects().get(BackupRun.id == run_id)
    if run is None or run.state in {"done", "failed"}:
        return
    await rows(
        "UPDATE backup_run SET state = 'running', started_at = now() WHERE id = {} RETURNING id",
        run_id,
    )
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report"
        code, said = await run_process([*words, "--report", str(report)], heartbeat, settings)
        read = report.read_bytes() if report.exists() else b"{}"
    told = msgspec.json.decode(read, type=Report)
    fault = "" if code == 0 else (told.told if code == DIFFERENT else said)[-LONGEST_FAULT:]
    async with transaction():
        await hold(lease)
        await rows(
            """UPDATE backup_run SET state = {}, ended_at = now(), snapshot = {}, size = {}, added = {},
                 told = {}, fault = {}, snapshots = {}::jsonb WHERE id = {} RETURNING id""",
            "failed" if code else "done",
            told.snapshot,
            told.size,
            told.added,
            told.told,
            fault,
            msgspec.json.encode(told.snapshots).decode(),
            run_id,
        )
        await record(f"{run.kind}_{'failed' if code else 'done'}", run_id)
        if code:
            await write_to_operators(
                "backup_failed",
                occasion=f"backup_failed:{run.kind}:{now():%Y-%m-%d}",
                link="/operator/backups",
                fault=fault or "?",
            )


async def run_process(
    words: list[str], heartbeat: Heartbeat, settings: Settings
) -> tuple[int, str]:
    """(how it ended, the last that it said); ended with its children when the line is no longer ours."""
    env = {**os.environ, "MEDIA_ROOT": str(settings.media_root.absolute())}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ops.backup", *words, cwd=ROOT, env=env, start_new_session=True,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    reading = asyncio.create_task(process.communicate())
    try:
        while not reading.done():
            await asyncio.wait({reading}, timeout=GLANCE_SECONDS)
            if heartbeat.lost:
                raise Superseded(heartbeat.lease.line)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGTERM)
            await reading
    said, _ = reading.result()
    return process.returncode or 0, said.decode(errors="replace").strip()


# Reading


async def desk(settings: Settings) -> Desk:
    last = await last_backup()
    runs = await rows(
        f"""SELECT b.id, b.kind, b.state, b.created_at, b.started_at, b.ended_at, b.size, b.added, b.told,
             b.fault, extract(epoch FROM b.ended_at - b.started_at)::float AS seconds,
             coalesce(nullif(p.name, ''), p.email, '') AS by
           FROM backup_run b LEFT JOIN person p ON p.id = b.asked_by
           ORDER BY b.created_at DESC LIMIT {NEWEST}"""
    )
    standing = await rows(
        """SELECT snapshots FROM backup_run WHERE kind = 'backup' AND state = 'done'
           ORDER BY ended_at DESC LIMIT 1"""
    )
    return Desk(
        state=state_of(settings, last, runs),
        last=last,
        runs=runs,
        snapshots=msgspec.convert(standing[0]["snapshots"], list[Standing]) if standing else [],
        rotten=await rotten(),
    )


def state_of(settings: Settings, last: LastBackup | None, runs: list[dict[str, Any]]) -> str:
    """The worst that holds: an old success is no comfort, and a fresh one excuses no later fault."""
    ended = [run for run in runs if run["kind"] == "backup" and run["ended_at"]]
    if not settings.backup_target:
        return "unset"
    if ended and ended[0]["state"] == "failed":
        return "failed"
    if last is None:
        return "never"
    return "fresh" if last.age < settings.backup_old_hours * 3600 else "old"


async def rotten() -> list[dict[str, Any]]:
    """Films whose bytes are no longer those that were received, until they are again."""
    return await rows(
        """SELECT n.id, n.name, n.size, n.rotten_at, e.name AS edition FROM film_file n
           JOIN submission s ON s.id = n.submission JOIN edition e ON e.id = s.edition
           WHERE n.rotten_at IS NOT NULL AND n.master_gone_at IS NULL ORDER BY n.rotten_at"""
    )

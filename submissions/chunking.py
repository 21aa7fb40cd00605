"""How a long film is shared out: the plan, and which of its chunks are made. The rows are the truth.

A chunk is a `Step`; whoever makes the last one finds that nothing is missing, and only they do.
"""

from typing import Any

import msgspec

from festival import forecast
from festival.db import later, rows, transaction
from festival.leases import Lease, hold
from festival.tables import new_id
from media.chunks import EncodingPlan
from submissions.tables import FilmFile

SOUND = "sound"
TASKS = ("encode_part", "encode_sound", "join_screener")


def kind_of(chunk: str) -> str:
    return f"part.{chunk}"


def names_of(plan: EncodingPlan) -> list[str]:
    """`sound`, `0000`, `0001`…: also the names of the folders in which they are joined."""
    return [SOUND, *(f"{chunk.index:04d}" for chunk in plan.chunks)]


def key_of(file_id: str, chunk: str) -> str:
    """Where a chunk lies until it is joined; no door leads there."""
    return f"{file_id}part{chunk}"


async def plan_of(file_id: str) -> EncodingPlan | None:
    steps = await rows("SELECT details FROM step WHERE file = {} AND kind = 'plan'", file_id)
    return msgspec.convert(steps[0]["details"], EncodingPlan) if steps else None


async def share_out(file: FilmFile, plan: EncodingPlan, *, lease: Lease) -> None:
    """Write the plan once, and a line for every chunk that is not made and that nobody has."""
    async with transaction():
        await hold(lease)
        await rows("SELECT id FROM film_file WHERE id = {} FOR UPDATE", file.id)
        await keep_step(file.id, "plan", "done", msgspec.json.encode(plan).decode())
        for name in names_of(plan):
            await keep_step(file.id, kind_of(name), "waiting", "{}")
        await rows(
            """UPDATE step SET state = 'waiting', fraction = 0, attempt = 0
               WHERE file = {} AND kind LIKE 'part.%' AND state <> 'done' RETURNING id""",
            file.id,
        )
        await rows("DELETE FROM step WHERE file = {} AND kind = 'join' RETURNING id", file.id)
        held = {row["part"] for row in await rows(
            """SELECT coalesce(args->>'part', 'sound') AS part FROM outbox
               WHERE args->>'file' = {} AND task = ANY({}) AND done_at IS NULL AND parked_at IS NULL""",
            file.id, list(TASKS[:2]),
        )}  # fmt: skip
        for row in await missing(file.id):
            if (name := row.removeprefix("part.")) not in held:
                await line_for(file, plan, name)
        await join_when_whole(file.id)


async def keep_step(file_id: str, kind: str, state: str, details: str) -> None:
    await rows(
        """INSERT INTO step (id, file, kind, state, fraction, attempt, started_at, details)
           VALUES ({}, {}, {}, {}, 0, 0, now(), {}::jsonb)
           ON CONFLICT (file, kind) DO NOTHING RETURNING id""",
        new_id(), file_id, kind, state, details,
    )  # fmt: skip


async def line_for(file: FilmFile, plan: EncodingPlan, name: str) -> None:
    owner = file.person or ""
    if name == SOUND:
        await later("encode_sound", file=file.id, owner=owner, weight=1)
        return
    weight = int(plan.facts.duration / len(plan.chunks))
    await later("encode_part", file=file.id, part=name, owner=owner, weight=weight)


async def missing(file_id: str) -> list[str]:
    steps: list[dict[str, Any]] = await rows(
        "SELECT kind FROM step WHERE file = {} AND kind LIKE 'part.%' AND state <> 'done' ORDER BY kind",
        file_id,
    )
    return [row["kind"] for row in steps]


async def chunk_made(file_id: str, name: str, *, lease: Lease) -> None:
    """This chunk counts from now on; with the last one the join is written down."""
    async with transaction():
        await hold(lease)
        await rows("SELECT id FROM film_file WHERE id = {} FOR UPDATE", file_id)
        await rows(
            """UPDATE step SET state = 'done', fraction = 1, ended_at = now()
               WHERE file = {} AND kind = {} RETURNING id""",
            file_id,
            kind_of(name),
        )
        await join_when_whole(file_id)


async def join_when_whole(file_id: str) -> None:
    """Inside a transaction that holds the file's row: exactly one caller sees the last chunk."""
    if await missing(file_id):
        return
    first = await rows(
        """INSERT INTO step (id, file, kind, state, fraction, attempt, started_at, details)
           VALUES ({}, {}, 'join', 'waiting', 0, 0, now(), jsonb_build_object())
           ON CONFLICT (file, kind) DO NOTHING RETURNING id""",
        new_id(),
        file_id,
    )
    if first:
        await later("join_screener", file=file_id, weight=1)


async def progress(file_id: str) -> tuple[float, float | None]:
    """How far the whole film is, kept in its own step, and the seconds that are left where they can be told.

    Its sound is soon made, beside a chunk of its pictures.
    """
    steps = await rows(
        """UPDATE step SET state = 'running', fraction = greatest(fraction, 0.97 * (
             SELECT sum(p.fraction * w.weight) / sum(w.weight)
             FROM step p, LATERAL (SELECT CASE WHEN p.kind = {} THEN 0.2 ELSE 1 END AS weight) w
             WHERE p.file = step.file AND p.kind LIKE 'part.%'))
           WHERE file = {} AND kind = 'screener' AND state <> 'done'
           RETURNING fraction, extract(epoch FROM now() - started_at)::float AS seconds""",
        kind_of(SOUND),
        file_id,
    )
    if not steps:
        return 0.0, None
    return steps[0]["fraction"], forecast.left(steps[0]["fraction"], steps[0]["seconds"])


async def forget(file_id: str) -> None:
    """The film is whole, or will begin anew: plan and chunks are of no more use."""
    await rows(
        """DELETE FROM step WHERE file = {} AND (kind IN ('plan', 'join') OR kind LIKE 'part.%')
           RETURNING id""",
        file_id,
    )


async def close_lines(file_id: str) -> None:
    """Whoever still makes a chunk of this film learns at the next beat that it is not wanted."""
    await rows(
        """UPDATE outbox SET done_at = now(), leased_until = NULL, fault = 'cancelled'
           WHERE args->>'file' = {} AND task = ANY({}) AND done_at IS NULL AND parked_at IS NULL
           RETURNING id""",
        file_id,
        list(TASKS),
    )

"""A line of work as the operator reads it: whose film, where it stands, why it stopped. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from festival.clock import now
from festival.forecast import Pace, Span, Waits, forecast
from festival.jobs import JOBS, queue_now

PHASES = ("sniff", "packets", "sound", "policy", "screener", "publish")
PHASE_OF = {
    "sniff": "look", "packets": "look", "sound": "listen", "policy": "judge",
    "screener": "copy", "publish": "publish",
}  # fmt: skip


class ShownJob(msgspec.Struct, frozen=True, kw_only=True):
    """`left` in seconds, when it can be guessed; `reason` has words, `detail` is what was logged; `whole`: how many
    there are in its state.
    """

    id: str
    task: str
    state: str
    title: str
    file_name: str
    size: int
    worker: str
    attempt: int
    weight: int
    queue: str
    since: datetime
    due_at: datetime
    phases: tuple[tuple[str, str], ...] = ()
    fraction: float | None = None
    left: float | None = None
    ready_at: datetime | None = None
    is_put_off: bool = False
    reason: str = ""
    detail: str = ""
    report: str = ""
    to: str = ""
    kind: str = ""
    whole: int = 0


def job(line: dict[str, Any]) -> ShownJob:
    fraction = line["fraction"] if line["state"] == "running" else None
    reason, detail = reason_of(line["fault"] or "")
    return ShownJob(
        id=line["id"],
        task=line["task"],
        state=line["state"],
        title=line["title"] or "",
        file_name=line["file_name"] or "",
        size=line["file_size"] or 0,
        worker=line["worker"].partition("@")[2] or line["worker"],
        attempt=line["attempt"],
        weight=line["weight"],
        queue=queue_now(line["task"], line["queue"]),
        since=line["done_at"] or line["parked_at"] or line["begun_at"] or line["created_at"],
        due_at=line["due_at"],
        phases=phases(line["task"], line["step"]) if line["state"] == "running" else (),
        fraction=fraction,
        left=line["left"] if line["state"] == "running" else None,
        reason=reason,
        detail=detail,
        is_put_off=line["state"] == "waiting" and bool(reason),
        report=line["submission"] or "",
        to=line["letter_to"] or "",
        kind=line["letter_kind"] or "",
        whole=line["whole"],
    )


def phases(task: str, step: str | None) -> tuple[tuple[str, str], ...]:
    """(phase, mark) of a film's work: what is done, what runs now, what comes."""
    names = JOBS[task].phases if task in JOBS else ()
    current = PHASE_OF.get(step or "", names[0] if names else "")
    at = names.index(current) if current in names else 0
    marks = ["done" if i < at else "now" if i == at else "" for i in range(len(names))]
    return tuple(zip(names, marks, strict=True))


def spans_of(
    jobs: Sequence[ShownJob],
    *,
    places: Mapping[str, int],
    paces: Mapping[str, Pace],
    paused: Iterable[str],
) -> dict[str, Span]:
    """When each waiting line will be worked on, in seconds from now."""
    at = now()
    return forecast(
        [
            Waits(
                line=job.id, queue=job.queue, task=job.task, weight=job.weight,
                not_before=max((job.due_at - at).total_seconds(), 0.0),
            )
            for job in jobs
            if job.state == "waiting"
        ],
        [(job.queue, job.left or 0.0) for job in jobs if job.state == "running"],
        places=places,
        paces=paces,
        paused=paused,
    )  # fmt: skip


def with_hours(jobs: Sequence[ShownJob], spans: Mapping[str, Span]) -> list[ShownJob]:
    """Each waiting job with the hour at which it will be done, where one can be told."""
    at = now()
    return [
        msgspec.structs.replace(job, ready_at=at + timedelta(seconds=spans[job.id].end))
        if job.id in spans
        else job
        for job in jobs
    ]


def reason_of(fault: str) -> tuple[str, str]:
    """(key of the words, what was logged): people read the first, a mechanic the second."""
    if fault in {"cancelled", "storage_full", "storage_away", "house_changing"}:
        return fault, ""
    if fault.endswith("workers died of it"):
        return "crashed", fault
    kind = re.match(r"(TransientFault|PermanentFault): \('(\w+)'", fault)
    if kind:
        return kind[2] if kind[2] in {"killed", "stalled", "too_slow"} else "ffmpeg", fault
    return ("other" if fault else ""), fault

"""The planner in a process of its own, with limits on memory and time: a wild run harms nobody.

This is the side that asks; it knows no solver, which takes seconds to read.
"""

import math
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from screenings.planner.answers.shapes import (
    Explanation,
    Happened,
    Lateness,
    OnwardWay,
    Persona,
    Reach,
    Repair,
    Traits,
    WayOut,
)
from screenings.planner.answers.words import Statement
from screenings.planner.certificate import Certificate
from screenings.planner.model import Name, Placement, Plan, Problem, Progress

ROOT = Path(__file__).parents[2]
MEMORY_BYTES = 4 << 30  # of address space: the solver's threads reserve far more than they use
STOP_GRACE_S = 20.0  # beyond its seconds, for building the model and for the last words
POLL_S = 0.05  # between two looks for a wish to stop
CPU_PER_COUNTED_S = 10  # seconds of a core that one counted second may take on a slow machine
Kind = TypeVar("Kind")


class PlannerFailed(Exception):
    """The process died: out of memory, over time, or by a fault of its own."""


class OverTime(PlannerFailed):
    """It did not end when it had to; the same question would take as long again."""


class PlanTask(Struct, frozen=True, tag="plan"):
    """`was`: the grid as it stands, from which nothing moves in vain.

    `certified`: the certificate of its bound is wanted as well.
    """

    problem: Problem
    seconds: float
    seed: int
    deterministic: bool = False
    target: float = 0.0
    was: list[Placement] = []
    certified: bool = False
    memory: int = MEMORY_BYTES


class WhyTask(Struct, frozen=True, tag="why"):
    """Why no plan shows everything."""

    problem: Problem
    seconds: float
    memory: int = MEMORY_BYTES


class RepairTask(Struct, frozen=True, tag="mend"):
    """`move_costs`: the price of a move, where it is not 1."""

    problem: Problem
    was: list[Placement]
    move_costs: list[tuple[Name, int]]
    only: list[Name]
    seconds: float
    polish: float
    memory: int = MEMORY_BYTES


class WaysOutTask(Struct, frozen=True, tag="remedies"):
    """What can be done about each rule of a core, and at what price."""

    problem: Problem
    was: list[Placement]
    core: list[Statement]
    seconds: float
    memory: int = MEMORY_BYTES


class ReachTask(Struct, frozen=True, tag="reach"):
    """What each of these visitors can see of a grid."""

    problem: Problem
    placements: list[Placement]
    personas: list[Persona]
    traits: dict[str, Traits]
    seconds: float
    memory: int = MEMORY_BYTES


class LateTask(Struct, frozen=True, tag="late"):
    """How late each screening of a grid is likely to start."""

    problem: Problem
    placements: list[Placement]
    seconds: float
    memory: int = MEMORY_BYTES


class OnwardTask(Struct, frozen=True, tag="onward"):
    """How to go on, on a day that does not go as planned; `now` in minutes like the placements."""

    problem: Problem
    planned: list[Placement]
    happened: list[Happened]
    now: int
    move_costs: list[tuple[Name, int]]
    seconds: float
    memory: int = MEMORY_BYTES


Task = PlanTask | WhyTask | RepairTask | WaysOutTask | ReachTask | LateTask | OnwardTask


class Word(Struct, frozen=True, omit_defaults=True):
    """One line from the process: how far it is, or its answer, which is the last."""

    progress: Progress | None = None
    plan: Plan | None = None
    certificate: Certificate | None = None
    explanation: Explanation | None = None
    repair: Repair | None = None
    remedies: list[WayOut] | None = None
    reaches: list[Reach] | None = None
    late: list[Lateness] | None = None
    ways_on: list[OnwardWay] | None = None


def solve(
    order: PlanTask,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Plan:
    """As `driver.plan`, but elsewhere. Both callbacks are called in this thread."""
    return given(run(order, on_progress, should_stop).plan)


def certified(
    order: PlanTask,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Plan, Certificate | None]:
    """As `solve`, with the certificate of the bound, where there is one."""
    word = run(replace(order, certified=True), on_progress, should_stop)
    return given(word.plan), word.certificate


def explained(question: WhyTask, *, should_stop: Callable[[], bool] = lambda: False) -> Explanation:
    """As `explain`, but elsewhere; one that is stopped knows nothing."""
    return given(run(question, None, should_stop).explanation)


def mended(task: RepairTask, *, should_stop: Callable[[], bool] = lambda: False) -> Repair:
    """As `repair`, but elsewhere; one that is stopped knows nothing."""
    return given(run(task, None, should_stop).repair)


def remedied(task: WaysOutTask, *, should_stop: Callable[[], bool] = lambda: False) -> list[WayOut]:
    """As `ways_out_of`, but elsewhere; one that is stopped knows none."""
    return given(run(task, None, should_stop).remedies)


def reached(task: ReachTask, *, should_stop: Callable[[], bool] = lambda: False) -> list[Reach]:
    """As `reach` of every persona, but elsewhere."""
    return given(run(task, None, should_stop).reaches)


def delayed(task: LateTask, *, should_stop: Callable[[], bool] = lambda: False) -> list[Lateness]:
    """As `lateness`, but elsewhere."""
    return given(run(task, None, should_stop).late)


def gone_on(
    task: OnwardTask, *, should_stop: Callable[[], bool] = lambda: False
) -> list[OnwardWay]:
    """As `ways_on`, but elsewhere; one that is stopped knows none."""
    return given(run(task, None, should_stop).ways_on)


def given(answer: Kind | None) -> Kind:
    if answer is None:
        raise PlannerFailed("another answer than asked for")
    return answer


def run(
    task: Task,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool],
) -> Word:
    """Everything but the answer goes to the callbacks; the child is gone when this returns."""
    child = subprocess.Popen(
        [sys.executable, "-m", "screenings.planner.child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        return follow(child, task, on_progress, should_stop)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                pipe.close()


def follow(
    child: "subprocess.Popen[bytes]",
    task: Task,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool],
) -> Word:
    words: SimpleQueue[Word | None] = SimpleQueue()
    faults: list[bytes] = []
    say(child, msgspec.json.encode(task) + b"\n")
    ears = [
        threading.Thread(target=hear, args=(child.stdout, words), daemon=True),
        threading.Thread(target=lambda: faults.append(rest(child.stderr)), daemon=True),
    ]
    for ear in ears:
        ear.start()
    ends, asked = time.monotonic() + wall_limit(task), False
    while time.monotonic() < ends:
        if should_stop() and not asked:
            asked = True
            ends = min(ends, time.monotonic() + STOP_GRACE_S)
            say(child, b"stop\n")
        try:
            word = words.get(timeout=POLL_S)
        except Empty:
            continue
        if word is None:
            ears[1].join(1)
            if child.wait() == -signal.SIGXCPU:
                raise OverTime("over_time")
            raise PlannerFailed(b"".join(faults).decode(errors="replace").strip()[-400:])
        if word.progress is None:
            return word
        if on_progress:
            on_progress(word.progress)
    raise OverTime("over_time")


def wall_limit(task: Task) -> float:
    """Seconds; counted work has none, for it takes as long as the machine lets it."""
    return math.inf if is_counted(task) else task.seconds + STOP_GRACE_S


def cpu_limit(task: Task) -> int | None:
    """Seconds of a core for counted work, whatever else the machine does meanwhile."""
    if not is_counted(task):
        return None
    return math.ceil(task.seconds * CPU_PER_COUNTED_S + STOP_GRACE_S)


def is_counted(task: Task) -> bool:
    return isinstance(task, PlanTask) and task.deterministic


def say(child: "subprocess.Popen[bytes]", line: bytes) -> None:
    if child.stdin is None:
        return
    try:
        child.stdin.write(line)
        child.stdin.flush()
    except BrokenPipeError:
        return  # it is gone; the end of its words will tell


def hear(pipe: IO[bytes] | None, words: "SimpleQueue[Word | None]") -> None:
    decoder = msgspec.json.Decoder(Word)
    for line in pipe or ():
        words.put(decoder.decode(line))
    words.put(None)


def rest(pipe: IO[bytes] | None) -> bytes:
    return pipe.read() if pipe else b""

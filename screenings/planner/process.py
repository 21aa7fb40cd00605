"""The solver in a process of its own, with limits on memory and time: a wild run harms nobody."""

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

import msgspec
from msgspec import Struct

from screenings.model import Plan, Problem, Progress
from screenings.planner import driver

ROOT = Path(__file__).parents[2]
MEMORY = 4 << 30  # address space: the solver's threads reserve far more than they use
PATIENCE = 0.7  # after a wish to stop, the best plan goes out even from the middle of a step
GRACE = 20.0  # beyond its seconds, for building the model and for the last words
GLANCE = 0.05


class PlannerFailed(Exception):
    """The process died: out of memory, over time, or by a fault of its own."""


class Order(Struct, frozen=True):
    problem: Problem
    seconds: float
    seed: int
    deterministic: bool = False
    target: float = 0.0
    memory: int = MEMORY


class Word(Struct, frozen=True, omit_defaults=True):
    """One line from the process: how far it is, or its plan."""

    progress: Progress | None = None
    plan: Plan | None = None


def solve(
    order: Order,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Plan:
    """As `driver.plan`, but elsewhere. Both callbacks are called in this thread."""
    child = subprocess.Popen(
        [sys.executable, "-m", "screenings.planner.process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        return follow(child, order, on_progress, should_stop)
    finally:
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            if pipe:
                pipe.close()


def follow(
    child: "subprocess.Popen[bytes]",
    order: Order,
    on_progress: Callable[[Progress], None] | None,
    should_stop: Callable[[], bool],
) -> Plan:
    words: SimpleQueue[Word | None] = SimpleQueue()
    faults: list[bytes] = []
    say(child, msgspec.json.encode(order) + b"\n")
    ears = [
        threading.Thread(target=hear, args=(child.stdout, words), daemon=True),
        threading.Thread(target=lambda: faults.append(rest(child.stderr)), daemon=True),
    ]
    for ear in ears:
        ear.start()
    ends, asked = time.monotonic() + allowed(order), False
    while time.monotonic() < ends:
        if should_stop() and not asked:
            asked = True
            ends = min(ends, time.monotonic() + GRACE)
            say(child, b"stop\n")
        try:
            word = words.get(timeout=GLANCE)
        except Empty:
            continue
        if word is None:
            ears[1].join(1)
            raise PlannerFailed(b"".join(faults).decode(errors="replace").strip()[-400:])
        if word.plan:
            return word.plan
        if word.progress and on_progress:
            on_progress(word.progress)
    raise PlannerFailed("over_time")


def allowed(order: Order) -> float:
    """Counted work may take a slow machine much longer than as many seconds."""
    return order.seconds * (10 if order.deterministic else 1) + GRACE


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


class Speaker:
    """The process's side: one line at a time, and after the plan no more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.run: driver.Run | None = None

    def say(self, word: Word) -> None:
        with self.lock:
            sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
            sys.stdout.buffer.flush()

    def last(self, plan: Plan) -> None:
        """The plan is the last word, whoever of two threads comes first."""
        self.say(Word(plan=plan))
        os._exit(0)

    def listen(self) -> None:
        """A wish to stop, or a parent that is gone; then soon the best plan so far."""
        sys.stdin.buffer.readline()
        self.stop.set()
        time.sleep(PATIENCE)
        if self.run is not None:
            self.run.on_progress = None
            self.last(driver.report(self.run))

    def note(self, run: driver.Run) -> None:
        self.run = run


def main() -> None:
    order = msgspec.json.decode(sys.stdin.buffer.readline(), type=Order)
    resource.setrlimit(resource.RLIMIT_AS, (order.memory, order.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    speaker = Speaker()
    threading.Thread(target=speaker.listen, daemon=True).start()
    speaker.last(
        driver.plan(
            order.problem,
            seconds=order.seconds,
            seed=order.seed,
            deterministic=order.deterministic,
            target=order.target,
            on_progress=lambda progress: speaker.say(Word(progress=progress)),
            should_stop=speaker.stop.is_set,
            on_run=speaker.note,
        )
    )


if __name__ == "__main__":
    main()

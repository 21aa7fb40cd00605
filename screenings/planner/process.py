"""The planner in a process of its own, with limits on memory and time: a wild run harms nobody."""

import os
import resource
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

from screenings.model import Placement, Plan, Problem, Progress
from screenings.planner import driver
from screenings.planner.explain import Explanation, explain
from screenings.planner.named import Name
from screenings.planner.repair import Repair, repair
from screenings.planner.settle import settled

ROOT = Path(__file__).parents[2]
MEMORY = 4 << 30  # address space: the solver's threads reserve far more than they use
PATIENCE = 0.7  # after a wish to stop, the best plan goes out even from the middle of a step
GRACE = 20.0  # beyond its seconds, for building the model and for the last words
GLANCE = 0.05
SETTLING = 2.0  # for sending back what has moved in vain
MENDING = 0.3  # of a run's seconds, for the grid that it begins from
HASTE = 0.15  # for the same, when somebody waits
Kind = TypeVar("Kind")


class PlannerFailed(Exception):
    """The process died: out of memory, over time, or by a fault of its own."""


class OverTime(PlannerFailed):
    """It did not end when it had to; the same question would take as long again."""


class Order(Struct, frozen=True, tag="plan"):
    """`was`: the grid as it stands, from which nothing moves in vain."""

    problem: Problem
    seconds: float
    seed: int
    deterministic: bool = False
    target: float = 0.0
    was: list[Placement] = []
    memory: int = MEMORY


class Question(Struct, frozen=True, tag="why"):
    """Why no plan shows everything."""

    problem: Problem
    seconds: float
    memory: int = MEMORY


class Mending(Struct, frozen=True, tag="mend"):
    """`dear`: the price of a move, where it is not 1."""

    problem: Problem
    was: list[Placement]
    dear: list[tuple[Name, int]]
    only: list[Name]
    seconds: float
    polish: float
    memory: int = MEMORY


Task = Order | Question | Mending


class Word(Struct, frozen=True, omit_defaults=True):
    """One line from the process: how far it is, or its answer, which is the last."""

    progress: Progress | None = None
    plan: Plan | None = None
    explanation: Explanation | None = None
    repair: Repair | None = None


def solve(
    order: Order,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Plan:
    """As `driver.plan`, but elsewhere. Both callbacks are called in this thread."""
    return given(run(order, on_progress, should_stop).plan)


def explained(
    question: Question, *, should_stop: Callable[[], bool] = lambda: False
) -> Explanation:
    """As `explain`, but elsewhere; one that is stopped knows nothing."""
    return given(run(question, None, should_stop).explanation)


def mended(task: Mending) -> Repair:
    """As `repair`, but elsewhere."""
    return given(run(task, None, lambda: False).repair)


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
        [sys.executable, "-m", "screenings.planner.process"],
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
    ends, asked = time.monotonic() + allowed(task), False
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
        if word.progress is None:
            return word
        if on_progress:
            on_progress(word.progress)
    raise OverTime("over_time")


def allowed(task: Task) -> float:
    """Counted work may take a slow machine much longer than as many seconds."""
    counted = isinstance(task, Order) and task.deterministic
    return task.seconds * (10 if counted else 1) + GRACE


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
        self.so_far: Callable[[], Word] | None = None

    def say(self, word: Word) -> None:
        with self.lock:
            sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
            sys.stdout.buffer.flush()

    def last(self, word: Word) -> None:
        """The answer is the last word, whoever of two threads comes first."""
        self.say(word)
        os._exit(0)

    def listen(self) -> None:
        """A wish to stop, or a parent that is gone; then soon the best plan so far."""
        sys.stdin.buffer.readline()
        self.stop.set()
        time.sleep(PATIENCE)
        if self.so_far is not None:
            self.last(self.so_far())

    def note(self, order: Order, run: driver.Run) -> None:
        def best() -> Word:
            run.on_progress = None
            return Word(plan=calm(order, driver.report(run), seconds=HASTE))

        self.so_far = best


def planned(order: Order, speaker: Speaker) -> Plan:
    began = time.monotonic()
    start = standing_mended(order)
    found = driver.plan(
        order.problem,
        start=start,
        seconds=max(1.0, order.seconds - (time.monotonic() - began)),
        seed=order.seed,
        deterministic=order.deterministic,
        target=order.target,
        on_progress=lambda progress: speaker.say(Word(progress=progress)),
        should_stop=speaker.stop.is_set,
        on_run=lambda run: speaker.note(order, run),
    )
    return calm(order, found, seconds=SETTLING)


def standing_mended(order: Order) -> list[Placement]:
    """Where moves have a price, the search begins at the grid as it stands, mended."""
    if not order.problem.old or order.deterministic:
        return []
    return repair(order.problem, order.was, seconds=MENDING * order.seconds, polish=0.5).plan


def calm(order: Order, found: Plan, *, seconds: float) -> Plan:
    return settled(order.problem, order.was, found, seconds=seconds) if order.was else found


def answered(task: Task, speaker: Speaker) -> Word:
    match task:
        case Order():
            return Word(plan=planned(task, speaker))
        case Question():
            speaker.so_far = lambda: Word(explanation=Explanation("unknown"))
            return Word(explanation=explain(task.problem, seconds=task.seconds))
        case Mending():
            speaker.so_far = lambda: Word(repair=Repair("unknown"))
            return Word(
                repair=repair(
                    task.problem,
                    task.was,
                    dear=dict(task.dear),
                    only=task.only,
                    seconds=task.seconds,
                    polish=task.polish,
                )
            )


def main() -> None:
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    resource.setrlimit(resource.RLIMIT_AS, (task.memory, task.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    speaker = Speaker()
    threading.Thread(target=speaker.listen, daemon=True).start()
    speaker.last(answered(task, speaker))


if __name__ == "__main__":
    main()

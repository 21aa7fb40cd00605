"""The planner's process, the side that thinks: one line with the task in, its words out.

It reads no more of the planner than its task asks for: the solver takes seconds, and somebody waits.

python -m screenings.planner.child
"""

import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from screenings.planner.answers.shapes import Explanation, Repair
from screenings.planner.model import Placement, Plan
from screenings.planner.process import (
    LateTask,
    OnwardTask,
    PlanTask,
    ReachTask,
    RepairTask,
    Task,
    WaysOutTask,
    WhyTask,
    Word,
    cpu_limit,
)
from units.parents import end_with_parent

if TYPE_CHECKING:
    from screenings.planner.run import Run

STOP_WAIT_S = 0.7  # after a wish to stop, the best plan goes out even from the middle of a step
SETTLE_S = 2.0  # for sending back what has moved in vain
MENDED_SHARE = 0.3  # of a run's seconds, for the grid that it begins from
HURRIED_SETTLE_S = 0.15  # for the same, when somebody waits


class Speaker:
    """One line at a time, and after the plan no more."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.stop = threading.Event()
        self.so_far: Callable[[], Word] | None = None
        self.run: Run | None = None

    def say(self, word: Word) -> None:
        with self.lock:
            sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
            sys.stdout.buffer.flush()

    def last(self, word: Word) -> None:
        """The answer is the last word, whoever of two threads comes first."""
        self.say(word)
        os._exit(0)

    def listen(self) -> None:
        """A wish to stop: then soon the best plan so far. Whom nobody asks any more ends at once."""
        if not sys.stdin.buffer.readline():
            os._exit(1)
        self.stop.set()
        time.sleep(STOP_WAIT_S)
        if self.so_far is not None:
            self.last(self.so_far())

    def note(self, task: PlanTask, run: "Run") -> None:
        from screenings.planner import driver

        def best() -> Word:
            run.on_progress = None
            plan = sent_back(task, driver.report(run), seconds=HURRIED_SETTLE_S)
            return Word(plan=plan, certificate=run.certificate if task.certified else None)

        self.so_far, self.run = best, run


def planned(task: PlanTask, speaker: Speaker) -> Word:
    from screenings.planner import driver

    began = time.monotonic()
    start = standing_mended(task)
    plan = driver.plan(
        task.problem,
        start=start,
        seconds=max(1.0, task.seconds - (time.monotonic() - began)),
        seed=task.seed,
        deterministic=task.deterministic,
        target=task.target,
        on_progress=lambda progress: speaker.say(Word(progress=progress)),
        should_stop=speaker.stop.is_set,
        on_run=lambda run: speaker.note(task, run),
    )
    certificate = speaker.run.certificate if speaker.run and task.certified else None
    return Word(plan=sent_back(task, plan, seconds=SETTLE_S), certificate=certificate)


def standing_mended(task: PlanTask) -> list[Placement]:
    """Where moves have a price, the search begins at the grid as it stands, mended."""
    if not task.problem.old or task.deterministic:
        return []
    from screenings.planner.answers.repair import repair

    return repair(task.problem, task.was, seconds=MENDED_SHARE * task.seconds, polish=0.5).plan


def sent_back(task: PlanTask, plan: Plan, *, seconds: float) -> Plan:
    if not task.was:
        return plan
    from screenings.planner.answers.settle import settled

    return settled(task.problem, task.was, plan, seconds=seconds)


def answered(task: Task, speaker: Speaker) -> Word:
    match task:
        case PlanTask():
            return planned(task, speaker)
        case WhyTask():
            from screenings.planner.answers.explain import explain

            speaker.so_far = lambda: Word(explanation=Explanation("unknown"))
            return Word(explanation=explain(task.problem, seconds=task.seconds))
        case RepairTask():
            from screenings.planner.answers.repair import repair

            speaker.so_far = lambda: Word(repair=Repair("unknown"))
            return Word(
                repair=repair(
                    task.problem,
                    task.was,
                    move_costs=dict(task.move_costs),
                    only=task.only,
                    seconds=task.seconds,
                    polish=task.polish,
                )
            )

        case WaysOutTask():
            from screenings.planner.answers.waysout import ways_out_of

            speaker.so_far = lambda: Word(remedies=[])
            stopped = speaker.stop.is_set
            return Word(
                remedies=ways_out_of(
                    task.problem, task.was, task.core, seconds=task.seconds, should_stop=stopped
                )
            )
        case _:
            return foretold(task, speaker)


def foretold(task: ReachTask | LateTask | OnwardTask, speaker: Speaker) -> Word:
    """What becomes of a grid that stands."""
    match task:
        case ReachTask():
            from screenings.planner.answers.personas import reach

            speaker.so_far = lambda: Word(reaches=[])
            visitors = [
                reach(task.problem, task.placements, visitor, task.traits)
                for visitor in task.personas
            ]
            return Word(reaches=visitors)
        case LateTask():
            from screenings.planner.answers.robustness import lateness

            speaker.so_far = lambda: Word(late=[])
            return Word(late=lateness(task.problem, task.placements))
        case OnwardTask():
            from screenings.planner.answers.onward import ways_on

            speaker.so_far = lambda: Word(ways_on=[])
            return Word(
                ways_on=ways_on(
                    task.problem,
                    task.planned,
                    task.happened,
                    now=task.now,
                    move_costs=dict(task.move_costs),
                    seconds=task.seconds,
                )
            )


def main() -> None:
    """The kernel ends it with whoever asked, even in the middle of a long step of the solver."""
    end_with_parent()
    task = msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)
    resource.setrlimit(resource.RLIMIT_AS, (task.memory, task.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if (limit := cpu_limit(task)) is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
    speaker = Speaker()
    threading.Thread(target=speaker.listen, daemon=True).start()
    speaker.last(answered(task, speaker))


if __name__ == "__main__":
    main()

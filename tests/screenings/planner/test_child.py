"""The planner's process ends with whoever asked, even where somebody else keeps its ears open."""

import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screenings.planner.process import (
    OverTime,
    PlannerFailed,
    PlanTask,
    WhyTask,
    cpu_limit,
    follow,
    wall_limit,
)
from tests.screenings.planner.builders import a_problem

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
ASKER = """
import os, sys, time
from bench.festivals import festival, problem_of
from screenings.planner.process import PlanTask, solve

sibling = 0

def on_progress(progress):
    global sibling
    if not sibling:
        sibling = os.fork()  # it keeps the pipe to the planner, as a pool of workers does
        if not sibling:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            time.sleep(120)
            os._exit(0)
        children = open(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read().split()
        print(sibling, *(one for one in children if int(one) != sibling), flush=True)

solve(PlanTask(problem_of(festival("L", seed=1)), seconds=120, seed=1), on_progress=on_progress)
"""


def ends(pid: int, seconds: float) -> bool:
    """Gone, or no more than a name that nobody has asked after."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_planner_ends_with_whoever_asked() -> None:
    with subprocess.Popen([sys.executable, "-c", ASKER], cwd=ROOT, stdout=subprocess.PIPE, text=True) as asker:
        assert asker.stdout is not None
        sibling, planner = map(int, asker.stdout.readline().split())
        try:
            asker.kill()

            assert ends(planner, 20)
        finally:
            os.kill(sibling, signal.SIGKILL)


COUNTED = PlanTask(a_problem(), 2, 1, deterministic=True)


def test_counted_work_is_bounded_by_the_core_and_never_by_the_wall() -> None:
    assert (wall_limit(COUNTED), cpu_limit(COUNTED)) == (math.inf, 40)


@pytest.mark.parametrize("task", [PlanTask(a_problem(), 2, 1), WhyTask(a_problem(), 2)])
def test_what_is_not_counted_has_its_seconds_on_the_wall(task: PlanTask | WhyTask) -> None:
    assert (wall_limit(task), cpu_limit(task)) == (22, None)


@pytest.mark.parametrize(("ending", "fault"), [
    (signal.SIGXCPU, OverTime), (signal.SIGKILL, PlannerFailed),
])
def test_a_planner_that_the_kernel_ends_says_whether_it_was_over_its_time(
    ending: signal.Signals, fault: type[Exception]
) -> None:
    dying = f"import os, sys; sys.stdin.readline(); os.kill(os.getpid(), {int(ending)})"
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen([sys.executable, "-c", dying], **pipes) as child, pytest.raises(fault) as raised:
        follow(child, COUNTED, None, lambda: False)

    assert type(raised.value) is fault

"""The planner's process ends with whoever asked, even where somebody else keeps its ears open."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[3]
ASKER = """
import os, sys, time
from bench.festivals import festival, problem_of
from screenings.planner.process import Order, solve

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

solve(Order(problem_of(festival("L", seed=1)), seconds=120, seed=1), on_progress=on_progress)
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

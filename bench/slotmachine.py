"""slotmachine (Electromagnetic Field) on what it can express, in a house of its own below `var`.

It knows durations, hours of each screen for each talk, who cannot be in two rooms, and by how much
a large room would help; it keeps one time to clear after each talk, so that it gets the longest.
It is no package of a registry, and is set up from its sources once: `SLOTMACHINE` says where these are
if not at GitHub, `SLOTMACHINE_PYTHON` which Python (3.13 or later) reads them if not one that uv or pyenv
has. What fails is told, and it is passed over.
"""

import json
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from bench.peer import turned_away
from screenings.planner import minutes
from screenings.planner.model import Problem
from screenings.planner.search.instance import Instance, compile_instance

SOURCES = "git+https://github.com/emfcamp/slotmachine@1aefed5"
FOLDER = Path(__file__).parents[1] / "var" / "bench" / "slotmachine"
STEP = 5
RANKS = 10
SCRIPT = """
import json, sys, time
from datetime import datetime, timedelta
from slotmachine import SchedulingProblem, SlotMachine, Talk, Unsatisfiable, VenueTimes

given = json.load(sys.stdin)
dawn = datetime(2026, 1, 1)
def when(minute):
    return dawn + timedelta(minutes=minute)
talks = [
    Talk(
        id=one["id"], duration=one["duration"], speakers=set(one["speakers"]), minutes_after=one["after"],
        venue_times=[
            VenueTimes(venue=venue, times=[(when(a), when(b)) for a, b in spans], venue_weight=weight)
            for venue, spans, weight in one["venues"]
        ],
    )
    for one in given["talks"]
]
began = time.monotonic()
try:
    found = SlotMachine(SchedulingProblem(talks=talks, slot_duration=given["step"])).solve(
        max_time_in_seconds=given["seconds"]
    )
    said = {"venues": {talk.id: talk.venue for talk in found.talks}, "kind": found.solution_type}
except Unsatisfiable as fault:
    said = {"venues": None, "kind": fault.status}
print(json.dumps(said | {"seconds": time.monotonic() - began}))
"""


def a_python() -> str:
    kept = sorted((Path.home() / ".pyenv" / "versions").glob("3.1[3-9]*/bin/python"))
    return os.environ.get("SLOTMACHINE_PYTHON") or (str(kept[0]) if kept else "3.13")


@cache
def absent() -> str:
    """Why it cannot be asked; nothing where it can."""
    if (FOLDER / "installed").exists():
        return ""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    uv, python = shutil.which("uv") or "uv", a_python()
    wanted = f"slotmachine @ {os.environ.get('SLOTMACHINE', SOURCES)}"
    for command in (
        [uv, "venv", "-q", "--python", python, str(FOLDER / "venv")],
        [uv, "pip", "install", "-q", "--python", str(FOLDER / "venv" / "bin" / "python"), wanted],
    ):
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=300, text=True)
        except (OSError, subprocess.SubprocessError) as fault:
            why = (getattr(fault, "stderr", None) or str(fault)).strip().splitlines() or [""]
            return f"{' '.join(command[1:3])}: {why[-1].strip()}"
    (FOLDER / "installed").touch()
    return ""


def slotmachine(problem: Problem, *, seconds: float) -> tuple[int, float] | None:
    """People turned away (of `bench.peer.expressible`) and seconds; None when it finds no schedule."""
    instance = compile_instance(problem)
    talks = [talk_of(instance, at) for at in range(len(instance.names))]
    asked = {"talks": talks, "step": STEP, "seconds": seconds}
    done = subprocess.run(
        [str(FOLDER / "venv" / "bin" / "python"), "-c", SCRIPT],
        input=json.dumps(asked), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
        return None
    said = json.loads(done.stdout)
    if said["venues"] is None:
        return None
    rooms = [
        (instance.names[int(talk)][0], instance.screens[venue].id)
        for talk, venue in said["venues"].items()
    ]
    return turned_away(problem, rooms), said["seconds"]


def talk_of(instance: Instance, at: int) -> dict[str, object]:
    clear, long = max(instance.turnaround), instance.lengths[at]
    rank = ranks([instance.facts.programmes[name[0]].demand for name in instance.names])
    room = ranks([screen.seats for screen in instance.screens])
    return {
        "id": at,
        "duration": long,
        "after": clear,
        "speakers": [n for n, apart in enumerate(instance.apart) if at in apart.members],
        "venues": [
            [
                screen,
                [(first, last + long) for first, last in minutes.stretches(starts, STEP)],
                rank[at] * room[screen],
            ]
            for screen, starts in enumerate(instance.starts[at])
            if starts
        ],
    }


def ranks(numbers: list[int]) -> list[int]:
    """One to ten, as its authors advise."""
    order = sorted(numbers)
    return [1 + (RANKS - 1) * order.index(one) // max(1, len(order) - 1) for one in numbers]

"""Who of several test workers takes which file, so that the whole house is opened once and no worker waits at the end.

A worker that has begun with the house never goes back to files that ask the database by themselves: the
house's relay takes every line of that worker's database, and Chromium's loop ends all other loops.
"""

from enum import IntEnum
from functools import cache
from pathlib import Path

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

ROOT = Path(__file__).parents[1]
HOUSE = ("tests/browser/", "tests/test_walk.py", "tests/test_early_refusal.py")
ALONE = ("tests/media/", "tests/howto/", "tests/screenings/planner/", "tests/units/")  # the longest first
UNIT = "pytestmark = pytest.mark.unit"
LOOPS = ("async def test", "asyncio.run(", "lipsync.screen")


class Lane(IntEnum):
    """In the order in which a worker prefers them."""

    HOUSE = 0
    DATABASE = 1
    ALONE = 2


@cache
def lane_of(path: str) -> Lane:
    """Of a file, named from the root of the tree; whoever needs neither house nor loop goes well after both."""
    if path.startswith(HOUSE):
        return Lane.HOUSE
    text = file.read_text() if (file := ROOT / path).exists() else ""  # a test of these tests has its own tree
    if not path.startswith(ALONE) and UNIT not in text:
        return Lane.DATABASE
    return Lane.DATABASE if any(loop in text for loop in LOOPS) else Lane.ALONE


class LaneScheduling(LoadFileScheduling):
    """Whole files: one worker takes those of the house, the others ask the database, and all share the rest."""

    def lanes_of(self, node: WorkerController) -> set[Lane]:
        held = {other: {lane_of(path) for path in work} for other, work in self.assigned_work.items()}
        if Lane.HOUSE in held[node]:
            return {Lane.HOUSE, Lane.ALONE}
        if any(Lane.HOUSE in lanes for lanes in held.values()):
            return {Lane.DATABASE, Lane.ALONE}
        return set(Lane)

    def next_for(self, node: WorkerController) -> str | None:
        lanes = self.lanes_of(node)
        return min((path for path in self.workqueue if lane_of(path) in lanes), key=lane_of, default=None)

    def _assign_work_unit(self, node: WorkerController) -> None:
        if (path := self.next_for(node)) is None:
            node.shutdown()
        else:
            self.workqueue.move_to_end(path, last=False)
            super()._assign_work_unit(node)

"""Files are shared out so that the whole house is opened by one worker, and no loop meets another."""

from types import SimpleNamespace

import pytest

from tests.lanes import ROOT, Lane, LaneScheduling, lane_of

pytestmark = pytest.mark.unit
BROWSER, WALK = "tests/browser/test_room.py", "tests/test_walk.py"
ASKS, OTHER = "tests/reviews/test_scope.py", "tests/test_access.py"
FFMPEG, RULES = "tests/media/test_twins.py", "tests/units/test_times.py"


class Node:
    """A worker, as far as it is spoken to."""

    def __init__(self, scheduling: LaneScheduling) -> None:
        self.shutting_down, self.taken, self.gateway = False, [], SimpleNamespace(id=str(id(self)))
        self.paths = [nodeid.partition("::")[0] for nodeid in scheduling.registered]
        scheduling.add_node(self)
        scheduling.add_node_collection(self, scheduling.registered)

    def send_runtest_some(self, indexes: list[int]) -> None:
        self.taken += [self.paths[index] for index in indexes]

    def shutdown(self) -> None:
        self.shutting_down = True


class Scheduling(LaneScheduling):
    def __init__(self, paths: list[str], workers: int) -> None:
        told = SimpleNamespace(loadscopereorder=False)
        super().__init__(SimpleNamespace(getvalue=lambda _: ["popen"] * workers, option=told))
        self.registered = [f"{path}::test_it" for path in paths]
        self.workers = [Node(self) for _ in range(workers)]

    def run(self) -> list[list[str]]:
        """Each worker's files in their order; they go on by turns, a file at a time."""
        self.schedule()
        done = dict.fromkeys(self.workers, 0)
        while any(done[worker] < len(worker.taken) for worker in self.workers):
            for worker in self.workers:
                if done[worker] < len(worker.taken):
                    done[worker] += 1
                    self.mark_test_complete(worker, worker.paths.index(worker.taken[done[worker] - 1]))
        return [worker.taken for worker in self.workers]


@pytest.mark.parametrize(("path", "lane"), [
    (BROWSER, Lane.HOUSE), (WALK, Lane.HOUSE), (ASKS, Lane.DATABASE), (FFMPEG, Lane.ALONE), (RULES, Lane.ALONE),
    ("tests/test_styles.py", Lane.ALONE), ("tests/media/test_storage.py", Lane.DATABASE), ("tests/media/test_lipsync.py", Lane.DATABASE),
    ("tests/ops/test_backup.py", Lane.DATABASE),
])  # fmt: skip
def test_a_file_with_a_loop_of_its_own_goes_to_no_worker_with_a_browser(path: str, lane: Lane) -> None:
    assert (ROOT / path).exists()
    assert lane_of(path) is lane


@pytest.mark.parametrize("workers", [2, 3])
def test_one_worker_has_the_house_and_all_share_what_needs_nothing(workers: int) -> None:
    paths = [ASKS, FFMPEG, OTHER, "tests/api/test_acts.py", RULES, "tests/units/test_spans.py", WALK, BROWSER]

    taken = Scheduling(paths, workers).run()

    assert sorted(path for files in taken for path in files) == sorted(paths)
    [house] = [files for files in taken if Lane.HOUSE in map(lane_of, files)]
    assert house[:2] == [WALK, BROWSER]
    assert Lane.DATABASE not in map(lane_of, house)
    assert len(house) > 2


def test_a_house_whose_worker_died_is_opened_by_another() -> None:
    scheduling = Scheduling([ASKS, OTHER, WALK, BROWSER], 2)
    scheduling.schedule()
    dead, other = scheduling.workers

    scheduling.remove_node(dead)
    new = Node(scheduling)
    scheduling.schedule()

    assert (lane_of(dead.taken[0]), set(other.taken)) == (Lane.HOUSE, {ASKS, OTHER})
    assert new.taken[:1] in ([WALK], [BROWSER])

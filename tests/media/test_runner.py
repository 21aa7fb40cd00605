"""One process, watched: what it says, how it is stopped, and that nothing of it is left."""

import os
import pickle
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from media.runner import LINES, Cancelled, DiskQuota, PermanentFault, TransientFault, clean, run

FOREVER = "trap '' TERM; while :; do sleep 0.1; done"


def shell(script: str) -> list[str]:
    return ["/bin/bash", "-c", script]


def is_alive(note: Path) -> bool:
    """Whether the process that wrote its number here still runs (a zombie does not)."""
    try:
        return Path(f"/proc/{note.read_text().strip()}/stat").read_text().split(")")[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_was_said_is_returned() -> None:
    ran = run(shell("echo film; echo note >&2"), deadline=10)

    assert (ran.output, ran.log) == ("film\n", ("note",))


def test_progress_is_told_and_never_falls() -> None:
    told: list[float] = []

    ran = run(
        shell("for t in N/A 1000000 3000000 2000000; do echo out_time_us=$t; sleep 0.3; done"),
        deadline=10, on_seconds=told.append,
    )  # fmt: skip

    assert (told == sorted(told), told[-1], ran.output) == (True, 3.0, "")


def test_a_failure_keeps_its_last_words() -> None:
    with pytest.raises(PermanentFault) as failed:
        run(shell("echo 'no film here' >&2; exit 3"), deadline=10)

    assert (failed.value.code, failed.value.detail) == ("ffmpeg_failed", "exit 3: no film here")


@pytest.mark.parametrize("script", ["kill -9 $$", "echo 'No space left on device' >&2; exit 1"])
def test_what_the_house_did_is_not_the_films_fault(script: str) -> None:
    with pytest.raises(TransientFault) as failed:
        run(shell(script), deadline=10)

    assert failed.value.code == "killed"


@pytest.mark.parametrize("kind", [PermanentFault, TransientFault])
def test_a_fault_survives_a_message_queue(kind: type[PermanentFault | TransientFault]) -> None:
    back = pickle.loads(pickle.dumps(kind("stalled", "60 s")))

    assert (type(back), back.code, back.detail) == (kind, "stalled", "60 s")


def test_cancelled_leaves_nothing_within_two_seconds(tmp_path: Path) -> None:
    child, cancel = tmp_path / "child", threading.Event()
    threading.Timer(0.5, cancel.set).start()
    started = time.monotonic()

    with pytest.raises(Cancelled):
        run(shell(f"({FOREVER}) & echo $! > {child}; {FOREVER}"), deadline=30, cancelled=cancel.is_set)

    assert time.monotonic() - started < 2.5
    assert is_alive(child) is False


def test_a_child_that_outlives_its_parent_is_ended_too(tmp_path: Path) -> None:
    child = tmp_path / "child"

    run(shell(f"({FOREVER}) >/dev/null 2>&1 & echo $! > {child}"), deadline=10)

    time.sleep(0.1)
    assert is_alive(child) is False


@pytest.mark.parametrize("said", [
    "sleep 30",
    "while :; do echo frame=7; echo out_time_us=5; echo progress=continue; sleep 0.1; done",
])  # fmt: skip
def test_a_run_that_does_not_move_is_stopped(said: str) -> None:
    with pytest.raises(TransientFault) as stopped:
        run(shell(said), deadline=30, stall=1)

    assert stopped.value.code == "stalled"


def test_who_works_without_a_word_has_not_stalled_and_who_sleeps_has(sandbox_for, tmp_path: Path) -> None:
    """A child of a child that counts is at work, inside its sandbox too; all of them asleep are not."""
    sandbox = sandbox_for(tmp_path / "film")
    sandbox.source.touch()
    work = "end=$((SECONDS+4)); while [ $SECONDS -lt $end ]; do :; done"

    run(sandbox.argv(shell(f"({work}) & wait")), deadline=60, stall=1.5)

    with pytest.raises(TransientFault, match="stalled"):
        run(sandbox.argv(shell("(sleep 30) & wait")), deadline=60, stall=1.5)


def test_who_was_at_work_and_then_sleeps_has_stalled() -> None:
    script = "end=$((SECONDS+2)); while [ $SECONDS -lt $end ]; do :; done; sleep 30"
    began = time.monotonic()

    with pytest.raises(TransientFault, match="stalled"):
        run(shell(script), deadline=60, stall=2)

    assert time.monotonic() - began > 3


def test_a_run_that_moves_too_long_is_stopped() -> None:
    with pytest.raises(TransientFault) as stopped:
        run(shell("while :; do echo on; sleep 0.1; done"), deadline=1, stall=30)

    assert stopped.value.code == "too_slow"


def test_a_copy_that_grows_without_end_is_stopped_and_never_tried_again(tmp_path: Path) -> None:
    quota = DiskQuota(tmp_path, most=30_000_000)

    with pytest.raises(PermanentFault) as stopped:
        run(shell(f"while :; do head -c 5000000 /dev/zero >> {tmp_path}/copy; sleep 0.05; done"), deadline=30, quota=quota)

    assert stopped.value.code == "output_too_large"
    assert quota.used() < 400_000_000


def test_who_writes_without_a_word_has_not_stalled(tmp_path: Path) -> None:
    script = f"for i in 1 2 3 4 5 6; do head -c 500000 /dev/zero >> {tmp_path}/copy; sleep 0.5; done"

    run(shell(script), deadline=30, stall=2.0, quota=DiskQuota(tmp_path, most=100_000_000))

    with pytest.raises(TransientFault, match="stalled"):
        run(shell("sleep 20"), deadline=30, stall=2.0, quota=DiskQuota(tmp_path, most=100_000_000))


def test_endless_words_fill_no_memory() -> None:
    script = "head -c 8000000 /dev/zero; head -c 8000000 /dev/zero >&2; seq 1000 >&2"

    ran = run(shell(script), deadline=20, most_output=1000)

    assert len(ran.output) < 100_000
    assert len(ran.log) <= LINES
    assert max(map(len, ran.log)) <= 500


def test_a_log_line_steers_no_terminal() -> None:
    assert clean(b"\x1b[31mred\x1b[0m \x07bell\x00\r\n") == "red bell"


def test_nothing_is_asked_on_standard_input() -> None:
    assert run(["/bin/cat"], deadline=10).output == ""


def test_ffmpeg_dies_with_its_worker(tmp_path: Path) -> None:
    note = tmp_path / "child"
    script = (
        "from media.runner import run\n"
        f"run(['/bin/bash', '-c', 'echo $$ > {note}; sleep 30'], deadline=60)\n"
    )
    worker = subprocess.Popen([sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": "."})
    until = time.monotonic() + 10
    while not (note.exists() and note.read_text().strip()) and time.monotonic() < until:
        time.sleep(0.05)
    assert is_alive(note) is True

    worker.kill()
    worker.wait()

    time.sleep(0.3)
    assert is_alive(note) is False

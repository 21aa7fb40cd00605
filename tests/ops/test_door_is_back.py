"""A house of its own whose door is killed ten times: it stands again at once, the tenth time as the first."""

import os
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.launcher import empty
from ops.process import die_with_parent, free_port

ROOT = Path(__file__).parents[2]
KILLS = 10
BUSY = 30.0  # seconds, on a machine that does much else
SLOWER = 3.0  # times what reading the door takes: a pause that grows makes the last starts longer


@pytest.fixture
def var(tmp_path, monkeypatch) -> Iterator[Path]:
    """The state folder of a house that has its demonstration behind it."""
    (tmp_path / "demo-done").touch()
    monkeypatch.setattr("ops.launcher.VAR", tmp_path)
    yield tmp_path
    empty()


@pytest.fixture
def url(var) -> Iterator[str]:
    port = free_port()
    servers = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"}
    env = {name: value for name, value in os.environ.items() if name not in servers}
    said = var / "said"
    with said.open("wb") as out:
        house = subprocess.Popen(
            [sys.executable, "-m", "ops.launcher"],
            cwd=ROOT,
            env={**env, "VAR": str(var), "PORT": str(port)},
            stdout=out,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        until_open(said, house)
        yield f"http://127.0.0.1:{port}"
    finally:
        house.terminate()
        house.wait(60)


def until_open(said: Path, house: "subprocess.Popen[bytes]", seconds: float = 150) -> None:
    """By its own word: a door that falls while the house still waits for it is another matter."""
    ends = time.monotonic() + seconds
    while "is open" not in said.read_text():
        assert house.poll() is None
        assert time.monotonic() < ends
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def door_of(var: Path) -> int:
    """Who serves, by the file that the doors take turns at; 0 while one hands over to the other."""
    return int((var / "door").read_text() or 0)


def seconds_away(var: Path, url: str) -> float:
    killed, began = door_of(var), time.monotonic()
    os.kill(killed, signal.SIGKILL)
    while door_of(var) == killed or not answers(f"{url}/health"):
        assert time.monotonic() < began + 2 * BUSY
        time.sleep(0.02)
    return time.monotonic() - began


def bare_start() -> float:
    """What no launcher can be faster than: the door's code, read and nothing more."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import uvicorn.main, api.app"], cwd=ROOT, check=True)
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.timeout(900)  # ten starts of a whole door, where much else runs
def test_a_door_that_is_killed_ten_times_is_back_each_time(var, url) -> None:
    away = [seconds_away(var, url) for _ in range(KILLS)]
    bare = statistics.median(bare_start() for _ in range(3))
    time.sleep(5 * bare)  # the other one has read everything again
    rested = seconds_away(var, url)
    told = f"away {[round(one, 2) for one in away]} s, rested {rested:.2f}; bare import {bare:.2f} s"
    sys.stdout.write(told + "\n")

    assert max(away) < SLOWER * bare, told
    assert rested < bare, told

"""Kill whatever is working, at any moment: the film ends with the same copy, and nothing is left behind.

A film is put before two workers of its own queue; `KILL_ROUNDS` says how often each thing is done.
"""

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from festival.tables import new_id
from media import scan, windows
from media.sandbox import Sandbox
from media.storage import LocalStore, sha256_of
from media.tools import find_tools
from tests.clips import Clips, film

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
ROUNDS = int(os.environ.get("KILL_ROUNDS", "2"))


class Booth:
    """Two heavy workers that are started again when they die, as the launcher does."""

    def __init__(self, site, clip: Path) -> None:
        self.site, self.clip = site, clip
        self.store = LocalStore(Path(os.environ["MEDIA_ROOT"]))
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.edition, _ = site.an_edition("k")
        self.facts = self.looked_at()

    def looked_at(self) -> str:
        work = self.store.work_folder(new_id())
        sandbox = Sandbox(tools=find_tools(), source=self.clip, work=work)
        facts = windows.look(sandbox, scan.inspect(sandbox))
        return msgspec.json.encode(facts).decode()

    def start(self, name: str) -> None:
        log = (self.site.var / f"{name}.log").open("ab")
        self.parts[name] = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-Q", "heavy", "-c", "1",
             "-n", f"{name}@%h", "--without-gossip", "--without-mingle"],
            env=self.site.env, cwd=self.site.root, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip

    def keep_alive(self) -> None:
        for name, part in list(self.parts.items()):
            if part.poll() is not None:
                self.start(name)

    def a_film(self) -> str:
        """A film that passed, whose copy is due now."""
        film_id, submission, file = new_id(), new_id(), new_id()
        sql = self.site.sql
        sql("INSERT INTO film (id, title) VALUES ($1, 'Nuit')", film_id)
        sql("INSERT INTO submission (id, edition, film, status) VALUES ($1, $2, $3, 'draft')",
            submission, self.edition, film_id)
        target = self.store.master_path(file)
        target.parent.mkdir(mode=0o700)
        os.link(self.clip, target)
        sql("""INSERT INTO film_file (id, submission, state, name, size, policy, facts)
               VALUES ($1, $2, 'sound', 'film.mp4', $3, 'demo', $4::jsonb)""",
            file, submission, self.clip.stat().st_size, self.facts)
        sql("""INSERT INTO outbox (id, task, queue, args) VALUES ($1, 'make_screener', 'heavy', $2::jsonb)""",
            new_id(), json.dumps({"file": file}))
        return file

    def ffmpeg(self) -> list[int]:
        """Programs that work on a film of this house."""
        found = []
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit() and str(self.store.root).encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue
        return found

    def busy_ones(self) -> list[int]:
        """A worker that has a program running, with all that belongs to it."""
        found: list[int] = []

        def look() -> bool:
            found.clear()
            for part in self.parts.values():
                if any(children(child) for child in children(part.pid)):
                    found.extend([part.pid, *children(part.pid), *self.ffmpeg()])
                    return True
            return False

        assert self.until(look, patience=30)
        return found

    def state(self, file: str) -> str:
        return self.site.sql("SELECT state FROM film_file WHERE id = $1", file)[0]["state"]

    def is_making(self, file: str) -> bool:
        """Whether its copy is under way: the look before it runs programs, too."""
        return self.state(file) == "making" and bool(self.ffmpeg())

    def until(self, fact: Callable[[], bool], *, patience: float) -> bool:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self.keep_alive()
            if fact():
                return True
            time.sleep(0.05)
        return False

    def tree(self, file: str) -> dict[str, str]:
        folder = self.store.root / "copies" / file
        return {str(p.relative_to(folder)): sha256_of(p) for p in sorted(folder.rglob("*")) if p.is_file()}

    def finished(self, file: str) -> dict[str, str]:
        assert self.until(lambda: self.state(file) == "ready", patience=180), self.state(file)
        assert self.until(lambda: not self.ffmpeg(), patience=10), "a program was left behind"
        return self.tree(file)


def children(pid: int) -> list[int]:
    """Of every thread: the kernel lists a child with the thread that began it."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*"):
        with contextlib.suppress(OSError):
            found += [int(one) for one in (task / "children").read_text().split()]
    return found


@pytest.fixture(scope="module")
def booth(site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    clip = Clips(tmp_path_factory.mktemp("kills")).draw(
        film(size="960x540", seconds=20, look="noise=alls=20:allf=t")
    )
    made = Booth(site, clip)
    site.parts["heavy"].terminate()
    site.parts["heavy"].wait(20)
    for name in ("heavy1", "heavy2"):
        made.start(name)
    yield made
    for part in made.parts.values():
        part.terminate()
        part.wait(20)
    site.start("heavy", site.COMMANDS["heavy"])


@pytest.fixture(scope="module")
def undisturbed(booth: Booth) -> dict[str, str]:
    return booth.finished(booth.a_film())


def kill_ffmpeg(booth: Booth) -> None:
    for pid in booth.ffmpeg()[:1]:
        os.kill(pid, signal.SIGKILL)


def kill_child(booth: Booth) -> None:
    victims = [c for part in booth.parts.values() for c in children(part.pid) if children(c)]
    for child in victims:
        os.kill(child, signal.SIGKILL)


def kill_worker(booth: Booth) -> None:
    for part in booth.parts.values():
        os.kill(part.pid, signal.SIGKILL)


def kill_group(booth: Booth) -> None:
    for part in booth.parts.values():
        os.killpg(part.pid, signal.SIGKILL)


@pytest.mark.parametrize("act", [kill_ffmpeg, kill_child, kill_worker, kill_group])
def test_whatever_is_killed_the_copy_is_the_same(
    booth: Booth, undisturbed: dict[str, str], act: Callable[[Booth], None]
) -> None:
    chance = random.Random(act.__name__)
    for _ in range(ROUNDS):
        file = booth.a_film()
        assert booth.until(lambda: bool(booth.ffmpeg()), patience=60)
        time.sleep(chance.uniform(0, 4))
        with contextlib.suppress(ProcessLookupError):
            act(booth)

        assert booth.finished(file) == undisturbed


def test_who_sleeps_past_the_lease_spoils_nothing(booth: Booth, undisturbed: dict[str, str]) -> None:
    for _ in range(ROUNDS):
        file = booth.a_film()
        assert booth.until(lambda: bool(booth.ffmpeg()), patience=60)
        asleep = booth.busy_ones()
        for pid in asleep:
            os.kill(pid, signal.SIGSTOP)
        try:
            assert booth.until(lambda f=file: booth.state(f) == "ready", patience=180)
        finally:
            for pid in asleep:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

        assert booth.finished(file) == undisturbed
        assert len(booth.site.sql("SELECT 1 FROM record WHERE act = 'copy_ready' AND subject = $1", file)) == 1


def test_a_cancelled_line_has_no_program_within_two_seconds(booth: Booth) -> None:
    taken = []
    for _ in range(ROUNDS):
        file = booth.a_film()
        assert booth.until(partial(booth.is_making, file), patience=60)
        [line] = booth.site.sql("SELECT id FROM outbox WHERE args->>'file' = $1", file)
        began = time.monotonic()
        booth.site.sql("""UPDATE outbox SET parked_at = now(), leased_until = NULL, cancelled_by = 'x',
                            fault = 'cancelled' WHERE id = $1""", line["id"])
        assert booth.until(lambda: not booth.ffmpeg(), patience=20)
        taken.append(time.monotonic() - began)

        assert booth.state(file) == "making"
    assert max(taken) <= 2, taken

"""A shared film loses at most the part that a dead worker had in hand, and is the same film in the end."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.clips import Clips, film
from tests.test_kills import Booth, children

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
RESUMED_SECONDS = 30


@pytest.fixture(scope="module")
def booth(site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Booth]:
    clip = Clips(tmp_path_factory.mktemp("shared")).draw(
        film(size="640x360", seconds=125, look="noise=alls=10:allf=t")
    )
    site.env["SHARE_FROM_SECONDS"] = "60"
    made = Booth(site, clip)
    site.parts["heavy"].terminate()
    site.parts["heavy"].wait(20)
    for name in ("heavy1", "heavy2"):
        made.start(name)
    time.sleep(8)  # until both were heard
    yield made
    for part in made.parts.values():
        part.terminate()
        part.wait(20)
    del site.env["SHARE_FROM_SECONDS"]
    site.start("heavy", site.COMMANDS["heavy"])


def parts_of(booth: Booth, file: str) -> dict[str, tuple[str, int]]:
    """(state, attempt) of each part's line."""
    told = booth.site.sql(
        """SELECT args->>'part' AS part, attempt, done_at IS NOT NULL AS done FROM outbox
           WHERE task = 'encode_part' AND args->>'file' = $1""", file,
    )  # fmt: skip
    return {row["part"]: ("done" if row["done"] else "open", row["attempt"]) for row in told}


def test_a_dead_worker_costs_one_part_and_the_film_is_the_same(booth: Booth) -> None:
    undisturbed = booth.finished(calm := booth.a_film())
    assert len(parts_of(booth, calm)) == 4
    assert {attempt for _, attempt in parts_of(booth, calm).values()} == {1}

    file = booth.a_film()
    assert booth.until(
        lambda: any(state == "done" for state, _ in parts_of(booth, file).values()) and bool(booth.ffmpeg()),
        patience=120,
    )
    made = {part for part, (state, _) in parts_of(booth, file).items() if state == "done"}
    victim = booth.parts["heavy1"] if children(booth.parts["heavy1"].pid) else booth.parts["heavy2"]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(victim.pid, signal.SIGKILL)
    died = time.monotonic()

    def resumed() -> bool:
        return any(attempt == 2 for _, attempt in parts_of(booth, file).values()) or booth.state(file) == "ready"

    assert booth.until(resumed, patience=RESUMED_SECONDS)
    assert time.monotonic() - died < RESUMED_SECONDS
    assert booth.finished(file) == undisturbed
    attempts = parts_of(booth, file)
    assert {attempts[part][1] for part in made} == {1}
    assert sum(attempt - 1 for _, attempt in attempts.values()) <= 1

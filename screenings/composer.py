"""The composer in a process of its own: a question in, a proposal or a no out.

python -m screenings.composer

The side that asks reads no solver; whoever is gone ends the thinking.
"""

import contextlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from festival.errors import Refused
from screenings.planner.process import MEMORY_BYTES, PlannerFailed
from screenings.running_order import BlockPlan, BlocksAsked

ROOT = Path(__file__).parents[1]
POLL_S = 0.1
GRACE_S = 20.0  # beyond its seconds, to begin and to say its last words


class ComposerAnswer(msgspec.Struct, frozen=True):
    """A plan, or why there is none."""

    plan: BlockPlan | None = None
    codes: list[str] = []
    values: dict[str, Any] = {}


def proposed(question: BlocksAsked, *, should_stop: Callable[[], bool]) -> ComposerAnswer:
    """What the composer says; PlannerFailed when its process dies."""
    child = subprocess.Popen(
        [sys.executable, "-m", "screenings.composer"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    asked: bytes | None = msgspec.json.encode(question)
    ends = time.monotonic() + question.seconds + GRACE_S
    try:
        while True:
            should_stop()
            with contextlib.suppress(subprocess.TimeoutExpired):
                said, faults = child.communicate(asked, timeout=POLL_S)
                break
            asked = None  # it has it by now
            if time.monotonic() > ends:
                raise PlannerFailed("over_time")
    finally:
        child.kill()
        child.wait()
    if child.returncode:
        raise PlannerFailed(faults.decode(errors="replace").strip()[-400:])
    return msgspec.json.decode(said, type=ComposerAnswer)


def main() -> None:
    """The other side, which thinks."""
    from screenings.blocks import composed  # noqa: PLC0415 - the side that asks reads no solver

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=BlocksAsked)
    try:
        answer = ComposerAnswer(plan=composed(question))
    except Refused as error:
        answer = ComposerAnswer(codes=list(error.codes), values=error.values)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


if __name__ == "__main__":
    main()

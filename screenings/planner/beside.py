"""The prover beside the walk: on two cores, one looks for better plans, the other for why there are none.

It is forked from the run as it stands, so that nothing is read or compiled twice, and ends with it.
Both tell each other what they find: each better plan goes over, each bound comes back, with the
certificate that the checker has passed. A festival too large to be closed leaves the prover idle when
its columns are at their end: then it walks as well, elsewhere.
"""

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from screenings.planner.certificate import Certificate
from screenings.planner.model import BoundProof, Progress
from screenings.planner.proving import BoundRounds, ClosingSearch
from screenings.planner.run import Run
from screenings.planner.search.instance import Positions
from screenings.planner.walking import search_from, walk
from units.parents import end_with_parent

FIRST_BOUND_S = 5.0  # beyond the end of a run
LISTEN_S = 0.02  # while nothing else is to be done


@dataclass(frozen=True)
class ProverWord:
    """What the prover has: of plans that leave out so many, and how many plans it has heard of."""

    phase: str
    left_out: dict[str, int]
    bound: int
    proof: BoundProof
    certificate: Certificate | None
    positions: Positions | None
    heard: int


@dataclass
class Prover:
    """The prover as the walk sees it; `line` is None once it is gone."""

    run: Run
    line: Connection | None
    told: int = 0
    heard: int = 0
    known: int = 0  # the cost of the best plan that both have
    bounded: bool = False

    def look(self) -> bool:
        """Hear what it has, and say what it may not know; whether it has found a better plan."""
        before = self.run.cost
        try:
            while self.line and self.line.poll():
                self.take(self.line.recv())
            if self.line and self.run.cost < self.known and self.heard == self.told:
                self.told, self.known = self.told + 1, self.run.cost
                self.line.send(self.run.positions)
        except (EOFError, OSError):  # out of memory, say: it has told why, and the walk goes on
            self.line = None
        return self.run.cost < before

    def wait(self) -> None:
        """A short run on a crowded machine may end before there is any bound: that one is waited for."""
        ends = time.monotonic() + FIRST_BOUND_S
        while self.line and not self.bounded and time.monotonic() < ends:
            if self.run.should_stop() or self.run.proved:
                return
            time.sleep(LISTEN_S)
            self.look()

    def take(self, word: ProverWord) -> None:
        run, self.heard = self.run, word.heard
        if word.positions is not None:
            run.offer(word.positions)
            self.known = min(self.known, run.instance.cost(word.positions))
        if word.left_out == run.left_out:
            run.phase, self.bounded = word.phase, True
            run.certificate = word.certificate or run.certificate
            run.learn(word.bound, word.proof)


@contextmanager
def prover_of(run: Run) -> Iterator[Prover]:
    here, there = Pipe()
    parent = os.getpid()
    pid = os.fork()
    if not pid:
        here.close()
        beside(run, there, parent)
    there.close()
    try:
        yield Prover(run, here, known=run.cost)
    finally:
        here.close()
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def beside(run: Run, line: Connection, parent: int) -> None:
    """The whole life of the forked process: it never returns."""
    try:
        end_with_parent()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)  # its parent's words go out there
        if os.getppid() == parent:
            PlanExchange(run, line).prove()
    except (BrokenPipeError, EOFError):
        pass  # nobody asks any more
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(0)


@dataclass
class PlanExchange:
    """The prover as it sees itself, with a copy of the run."""

    run: Run
    line: Connection
    heard: int = 0
    known: int = 0  # the cost of the best plan that both have
    certificate: Certificate | None = None

    def prove(self) -> None:
        run, self.known = self.run, self.run.cost
        run.on_progress, run.asked_to_stop = self.say, lambda: False
        rounds, closing = BoundRounds(run), ClosingSearch(run)
        rounds.step()
        run.tell()
        while rounds.step():
            self.listen()
        rounds.certify()
        search = search_from(run, random.Random(run.seed + 1))  # noqa: S311
        for _ in walk(run, search, run.ends):
            better = self.listen()
            if run.relaxation is None:
                while rounds.step():
                    self.listen()
            while closing.look() or closing.task is not None:
                better = self.listen() or better
                time.sleep(LISTEN_S)
            if better:
                search.restart(run.positions)
        while True:
            self.listen()
            time.sleep(LISTEN_S)

    def say(self, progress: Progress) -> None:
        run = self.run
        positions = run.positions if run.cost < self.known else None
        fresh = run.certificate if run.certificate is not self.certificate else None
        self.known, self.certificate = min(self.known, run.cost), run.certificate
        self.line.send(
            ProverWord(
                progress.phase, run.left_out, run.bound, run.proof, fresh, positions, self.heard
            )
        )

    def listen(self) -> bool:
        """Whether the walk has a better plan."""
        before = self.run.cost
        while self.line.poll():
            positions = self.line.recv()
            self.heard += 1
            self.known = min(self.known, self.run.instance.cost(positions))
            self.run.offer(positions)
            self.run.tell()
        return self.run.cost < before

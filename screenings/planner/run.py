"""One run of the planner: the best plan so far and the best bound, kept outside every solver."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from screenings.planner.bound.master import MasterProblem
from screenings.planner.certificate import Certificate, Verifier
from screenings.planner.clock import Clock
from screenings.planner.model import BoundProof, Placement, Problem, Progress, gap
from screenings.planner.search.instance import Instance, Positions, compile_instance

OnProgress = Callable[[Progress], None]
TELL_EVERY_S = 1.0  # of progress
MOST_FOUND = 3  # screenings that one better plan names
CHECK_S_PER_OFFER = 1e-6  # counted seconds of one check of a certificate
READ_S_PER_OFFER = 2e-5  # counted seconds of reading a problem for it
CHECK_SHARE = 0.2  # of the seconds, at most, for checks while the bound rises


@dataclass
class Run:
    """The incumbent, kept outside every solver."""

    instance: Instance
    clock: Clock
    started: float
    ends: float
    seed: int
    target: float
    on_progress: OnProgress | None
    asked_to_stop: Callable[[], bool]
    positions: Positions = field(default_factory=list)
    cost: int = 0
    bound: int = 0
    fewest: bool = False
    phase: str = "greedy"
    told: float = 0.0
    bettered: float = 0.0
    stopped: bool = False
    relaxation: MasterProblem | None = None
    certificate: Certificate | None = None
    proof: BoundProof = ""
    verifier: Verifier | None = None
    next_check: float = 0.0
    refused: bool = False

    @property
    def missing(self) -> int:
        return self.positions.count(None)

    @property
    def price(self) -> int:
        """The cost of what is placed, without the price of what is not."""
        lost = (at for at in self.instance.free if self.positions[at] is None)
        return self.cost - sum(self.instance.loss(at) for at in lost)

    @property
    def left(self) -> float:
        return self.ends - self.clock.now()

    @property
    def proved(self) -> bool:
        return self.fewest and self.bound >= self.price

    @property
    def near(self) -> bool:
        """As near to perfect as was asked for."""
        return self.fewest and gap(self.price, self.bound) <= self.target

    def over(self) -> bool:
        return self.should_stop() or self.left <= 0 or self.near

    def offer(self, positions: Positions) -> None:
        """A plan that breaks a constraint between two screenings is refused: the exact model does not know them all."""
        if self.instance.pair_constraints and self.instance.broken(positions):
            self.refused = True
            return
        price = self.instance.cost(positions)
        if not self.positions or price < self.cost:
            if self.positions and self.missing != positions.count(None):
                self.bound, self.proof = 0, ""  # the old bound spoke of smaller plans
                self.relaxation = self.certificate = None
            found = self.differing(positions)
            self.positions, self.cost, self.bettered = list(positions), price, self.clock.now()
            self.fewest = self.fewest or self.missing == len(self.hopeless)
            self.tell(found)

    @property
    def hopeless(self) -> list[int]:
        """No start at all is left to them by the rules and the locks."""
        return [at for at in self.instance.free if not any(self.instance.starts[at])]

    def differing(self, positions: Positions) -> list[Placement]:
        """What these have elsewhere than the best so far; nothing while there is none."""
        if not self.positions:
            return []
        screens = self.instance.problem.screens
        return [
            Placement(*self.instance.names[at], screens[new[0]].id, new[1])
            for at, (old, new) in enumerate(zip(self.positions, positions, strict=True))
            if new is not None and new != old
        ]

    def learn(self, bound: int, proof: BoundProof) -> None:
        if bound > self.bound:
            self.bound, self.proof = min(bound, self.price), proof
            self.tell()

    def certify(self, certificate: Certificate) -> None:
        """What the checker does not find as well is not told."""
        if self.verifier is None:
            self.verifier = Verifier(self.instance.problem)
            self.clock.spend(self.verifier.size * READ_S_PER_OFFER)
        began = self.clock.now()  # the reading is done once
        proved = self.verifier.proved(certificate)
        self.clock.spend(self.verifier.size * CHECK_S_PER_OFFER)
        self.next_check = self.clock.now() + (self.clock.now() - began) / CHECK_SHARE
        if proved > self.bound:
            self.certificate = replace(certificate, bound=proved)
            self.learn(proved, "certificate")

    @property
    def left_out(self) -> dict[str, int]:
        """As a certificate counts it."""
        numbers = [
            name[1]
            for name, position in zip(self.instance.names, self.positions, strict=True)
            if position is None
        ]
        return {"left_out": len(numbers), "left_out_firsts": numbers.count(0)}

    def should_stop(self) -> bool:
        """Asked many times a second, so the clock of the page is moved here as well."""
        self.stopped = self.stopped or self.asked_to_stop()
        if self.clock.now() - self.told > TELL_EVERY_S:
            self.tell()
        return self.stopped

    def tell(self, found: Sequence[Placement] = ()) -> None:
        self.told = self.clock.now()
        if self.on_progress:
            self.on_progress(
                Progress(
                    phase=self.phase,
                    best=self.price,
                    bound=self.bound,
                    gap=gap(self.price, self.bound),
                    seconds=round(self.told - self.started, 2),
                    placed=len(self.positions) - self.missing,
                    unplaced=self.missing,
                    found=list(found[:MOST_FOUND]),
                    changed=len(found),
                )
            )


def begin(
    problem: Problem,
    clock: Clock,
    *,
    seconds: float,
    seed: int,
    target: float = 0.0,
    on_progress: OnProgress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Run:
    started = clock.now()
    run = Run(
        compile_instance(problem), clock, started, started + seconds, seed, target, on_progress,
        should_stop, told=started,
    )  # fmt: skip
    run.positions = list(run.instance.locked_at)
    run.cost = run.instance.cost(run.positions)
    return run

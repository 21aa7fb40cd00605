"""Ranks that can be trusted: what a film is worth once it is known who voted on it, and how sure that is. Pure.

A vote is the level of its section, the film, the severity of who gave it and where in their pile it
came, and chance. Films, severities and drifts are drawn towards their common mean as far as the votes
themselves say (restricted likelihood; how much each part varies is not taken for certain either).
Scores go from 0 to 1 here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


SURE = 0.95
Z = 1.959963984540054
"""Of a normal law, for 95 %."""
NOTABLE = 0.05
"""Of the scale, 0.2 of a scale of five: less is not spoken of."""
DRAWS = 400
SEED = 20270512


@dataclass(frozen=True)
class Prior:
    """What is believed before anybody votes: variances of films, severities and drifts as shares of that of
    chance (`shares`), each within a factor e^`width` or so; the deviation of one vote (`chance`), worth
    `weight` votes; and how many times smaller than chance the drift is that all have in common.
    """

    shares: tuple[float, float, float] = (0.5, 0.3, 0.03)
    width: float = 1.5
    chance: float = 0.125
    weight: float = 3.0
    common_drift: float = 20.0


@dataclass(frozen=True)
class Panel:
    """Votes as columns: film and reviewer (from 0), a score from 0 to 1, and when it was given (any number that
    rises); `section` of each film (from 0).
    """

    section: IntArray
    film: IntArray
    reviewer: IntArray
    score: FloatArray
    given: FloatArray


@dataclass(frozen=True)
class Levels:
    """Of each film, on the scale of 0 to 1; NaN where nobody voted. `half` is half of the interval that holds its
    level in 95 of 100 cases.

    `panel`, `order` and `pull` say what leads from the plain `mean` to the `level`: who voted, when
    in their piles, and what few votes are drawn towards the others. `island`: no chain of reviewers
    joins it to most films of its section.
    """

    level: FloatArray
    half: FloatArray
    mean: FloatArray
    votes: IntArray
    panel: FloatArray
    order: FloatArray
    pull: FloatArray
    severe: IntArray
    lenient: IntArray
    island: NDArray[np.bool_]
    place: IntArray
    best: IntArray
    worst: IntArray


@dataclass(frozen=True)
class Ranking:
    """`severity` of each reviewer beside those of the same sections (below 0: severe), with its standard
    error; `agreement` by section.
    """

    levels: Levels
    severity: FloatArray
    severity_error: FloatArray
    agreement: list[float | None] = field(default_factory=list)
    reliability: float | None = None


def ranking(panel: Panel, prior: Prior = Prior()) -> Ranking:
    """All films of a panel. 3 000 of them with 300 000 votes take a few seconds: not for the loop."""
    if not panel.film.size:
        return nothing(panel)
    return told(PanelModel(panel, prior))


class PanelModel:
    """The panel's equations, films folded away: what is left to solve is sections, drift and reviewers."""

    def __init__(self, panel: Panel, prior: Prior) -> None:
        self.panel, self.prior = panel, prior
        self.films = panel.section.size
        self.reviewers = int(panel.reviewer.max()) + 1
        _, section = np.unique(panel.section[panel.film], return_inverse=True)
        self.section = section.reshape(-1).astype(np.int64)
        self.sections = int(self.section.max()) + 1
        self.moment = moments(panel)
        self.centre = float(panel.score.mean())
        self.score = panel.score - self.centre
        self.count = np.bincount(panel.film, minlength=self.films).astype(np.float64)
        self.sums = np.bincount(panel.film, self.score, minlength=self.films)
        self.equations()

    def equations(self) -> None:
        """`by_film` holds the columns summed film by film, `crossed` and `right` the normal equations."""
        ones, moment, who = np.ones_like(self.score), self.moment, self.panel.reviewer
        drift = np.full_like(who, self.sections)
        columns = [
            (self.section, ones),
            (drift, moment),
            (self.sections + 1 + who, ones),
            (self.sections + 1 + self.reviewers + who, moment),
        ]
        size = self.size = self.sections + 1 + 2 * self.reviewers
        self.by_film = np.zeros((self.films, size))
        self.crossed, self.right = np.zeros((size, size)), np.zeros(size)
        for at, value in columns:
            self.right += np.bincount(at, value * self.score, minlength=size)
            self.by_film += summed(self.panel.film, at, value, (self.films, size))
            for other, times in columns:
                self.crossed += summed(at, other, value * times, (size, size))

    def solve(self, shares: FloatArray) -> "Solved":
        """For rows of shares (of films, severities, drifts; all at once)."""
        inverse = 1 / shares
        few, which = np.unique(np.round(inverse[:, 0], 9), return_inverse=True)
        each = 1 / (self.count + few[:, None])
        rest_of = [self.crossed - (self.by_film.T * one) @ self.by_film for one in each]
        left, folded = np.stack(rest_of)[which.reshape(-1)], each[which.reshape(-1)]
        ridge = np.zeros((len(shares), self.size))
        ridge[:, self.sections] = self.prior.common_drift
        ridge[:, self.sections + 1 :] = np.repeat(inverse[:, 1:], self.reviewers, axis=1)
        left[:, range(self.size), range(self.size)] += ridge
        right = self.right - (folded * self.sums) @ self.by_film
        answer = np.linalg.solve(left, right[..., None])[..., 0]
        rest = self.score @ self.score - (folded * self.sums**2).sum(1) - (right * answer).sum(1)
        return Solved(shares, folded, left, answer, np.maximum(rest, 0))

    @property
    def freedom(self) -> float:
        return self.panel.score.size - self.sections + self.prior.weight

    def chance(self, solved: "Solved") -> FloatArray:
        """The variance of one vote around what the model says of it."""
        return (solved.rest + self.prior.weight * self.prior.chance**2) / self.freedom

    def likelihood(self, logs: FloatArray) -> FloatArray:
        """Restricted, with the prior; of rows of logarithms of shares."""
        solved = self.solve(np.exp(logs))
        held = self.count > 0
        volume = (
            np.linalg.slogdet(solved.left)[1]
            - np.log(solved.folded[:, held]).sum(1)
            + held.sum() * logs[:, 0]
            + self.reviewers * (logs[:, 1] + logs[:, 2])
        )
        fit = self.freedom * np.log(self.chance(solved) * self.freedom)
        off = (logs - np.log(self.prior.shares)) / self.prior.width
        return np.asarray(-0.5 * (volume + fit + (off**2).sum(1)))


@dataclass(frozen=True)
class Solved:
    shares: FloatArray
    folded: FloatArray
    left: FloatArray
    answer: FloatArray
    rest: FloatArray


def summed(
    row: IntArray, column: IntArray, value: FloatArray, shape: tuple[int, int]
) -> FloatArray:
    flat = np.bincount(row * shape[1] + column, value, minlength=shape[0] * shape[1])
    return np.asarray(flat.reshape(shape), dtype=np.float64)


def moments(panel: Panel) -> FloatArray:
    """Where each vote came in its reviewer's pile: -1 the first, 1 the last, 0 for an only one."""
    order = np.lexsort((panel.given, panel.reviewer))
    sizes = np.bincount(panel.reviewer)
    first = np.cumsum(sizes) - sizes
    place = np.empty(order.size)
    place[order] = np.arange(order.size) - first[panel.reviewer[order]]
    many = np.maximum(sizes[panel.reviewer] - 1, 1)
    return np.asarray(np.where(sizes[panel.reviewer] > 1, 2 * place / many - 1, 0.0))


STENCIL = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1], [-1, 0, 1], indexing="ij"), -1).reshape(
    -1, 3
)
STEP = 0.5


def climb(
    likelihood: Callable[[FloatArray], FloatArray], start: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Where it is highest, and its curvature there: Newton's steps, read off 27 points around."""
    here = start
    for _ in range(30):
        values = likelihood(here + STEP * STENCIL)
        slope, curve = shape_of(values)
        best = STENCIL[values.argmax()] * STEP
        is_peak = bool((np.linalg.eigvalsh(curve) < 0).all())
        step = -np.linalg.solve(curve, slope) if is_peak else best
        length = float(np.linalg.norm(step))
        if is_peak and length < 0.05:
            break
        here = here + step * min(1.0, 2 / max(length, 1e-9))
    return here, curve if is_peak else -np.eye(3)


def shape_of(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Slope and curvature at the middle of the 27 points."""
    cube = values.reshape(3, 3, 3)
    slope, curve = np.zeros(3), np.zeros((3, 3))
    for one in range(3):
        line = np.moveaxis(cube, one, 0)[:, 1, 1]
        slope[one] = (line[2] - line[0]) / (2 * STEP)
        curve[one, one] = (line[2] - 2 * line[1] + line[0]) / STEP**2
        for other in range(one):
            face = np.moveaxis(cube, (other, one), (0, 1))[..., 1]
            cross = (face[2, 2] - face[2, 0] - face[0, 2] + face[0, 0]) / (4 * STEP**2)
            curve[one, other] = curve[other, one] = cross
    return slope, curve


def nodes_of(model: PanelModel) -> tuple[FloatArray, FloatArray]:
    """What the shares may be, and how much of the belief is there: 27 points, the likeliest in the middle."""
    peak, curve = climb(model.likelihood, np.log(model.prior.shares))
    spread = np.linalg.cholesky(np.linalg.inv(-curve))
    steps = np.sqrt(3) * STENCIL
    logs = peak + steps @ spread.T
    normal = np.prod(np.where(STENCIL == 0, 2 / 3, 1 / 6), axis=1)
    height = model.likelihood(logs) + 0.5 * (steps**2).sum(1)
    weight = normal * np.exp(np.clip(height - height[13], -20, 5))
    return np.exp(logs), weight / weight.sum()


def told(model: PanelModel) -> Ranking:
    shares, weight = nodes_of(model)
    panel, held = model.panel, model.count > 0
    mine = own_committee(model)
    solved = model.solve(shares)
    chance = model.chance(solved)
    level, error = np.zeros((27, model.films)), np.zeros((27, model.films))
    severity, severity_error = np.zeros((27, model.reviewers)), np.zeros((27, model.reviewers))
    away = away_from(model)
    for node in range(27):
        around = np.linalg.inv(solved.left[node])
        weighed = mine - model.by_film * solved.folded[node][:, None]
        level[node] = model.sums * solved.folded[node] + weighed @ solved.answer[node]
        error[node] = solved.folded[node] + ((weighed @ around) * weighed).sum(1)
        severity[node] = away @ solved.answer[node]
        severity_error[node] = ((away @ around) * away).sum(1)
    middle = weight @ level
    variance = weight @ (chance[:, None] * error) + weight @ (level - middle) ** 2
    severe, drift = weight @ severity, weight @ solved.answer
    severe_error = np.sqrt(weight @ (chance[:, None] * severity_error))
    draws = drawn(model, solved, mine, float(chance[13]))
    levels = levels_of(model, middle, np.sqrt(variance), (severe, severe_error, drift), draws)
    return Ranking(
        levels=levels,
        severity=severe,
        severity_error=severe_error,
        agreement=[
            alpha(panel, panel.section[panel.film] == one)
            for one in range(int(panel.section.max()) + 1)
        ],
        reliability=reliability(model, shares, weight) if held.sum() > 1 else None,
    )


def own_committee(model: PanelModel) -> FloatArray:
    """What is asked of each film: its level as the reviewers of its own section would hear it, each as often as
    they voted there.
    """
    heard = summed(
        model.section, model.panel.reviewer, np.ones_like(model.score),
        (model.sections, model.reviewers),
    )  # fmt: skip
    asked = np.zeros((model.sections, model.size))
    asked[:, : model.sections] = np.eye(model.sections)
    asked[:, model.sections + 1 : model.sections + 1 + model.reviewers] = heard / heard.sum(
        1, keepdims=True
    )
    place = np.zeros(model.films, dtype=np.int64)
    place[model.panel.film] = model.section
    return np.asarray(asked[place])


def away_from(model: PanelModel) -> FloatArray:
    """Each reviewer's severity beside those who voted in the same sections."""
    heard = summed(
        model.panel.reviewer, model.section, np.ones_like(model.score),
        (model.reviewers, model.sections),
    )  # fmt: skip
    share = heard / np.maximum(heard.sum(1, keepdims=True), 1)
    common = share @ (heard / heard.sum(0)).T
    away = np.zeros((model.reviewers, model.size))
    away[:, model.sections + 1 : model.sections + 1 + model.reviewers] = (
        np.eye(model.reviewers) - common
    )
    return away


def levels_of(
    model: PanelModel,
    level: FloatArray,
    error: FloatArray,
    found: tuple[FloatArray, FloatArray, FloatArray],
    draws: FloatArray,
) -> Levels:
    panel, held = model.panel, model.count > 0
    severity, severity_error, answer = found
    many = np.maximum(model.count, 1)
    mean = np.where(held, model.sums / many, np.nan)
    slopes = answer[model.sections] + answer[model.sections + 1 + model.reviewers :]
    by_film = [
        np.bincount(panel.film, value, minlength=model.films) / many
        for value in (severity[panel.reviewer], slopes[panel.reviewer] * model.moment)
    ]
    notable = np.maximum(NOTABLE, severity_error)
    place, best, worst = placed(panel.section, np.where(held, level, np.nan), draws)
    return Levels(
        level=np.where(held, level + model.centre, np.nan),
        half=np.where(held, student(model.freedom) * error, np.nan),
        mean=mean + model.centre,
        votes=model.count.astype(np.int64),
        panel=-by_film[0],
        order=-by_film[1],
        pull=level - mean + by_film[0] + by_film[1],
        severe=counted(panel, severity < -notable, model.films),
        lenient=counted(panel, severity > notable, model.films),
        island=islands(panel),
        place=place,
        best=best,
        worst=worst,
    )


def counted(panel: Panel, who: NDArray[np.bool_], films: int) -> IntArray:
    """How many of each film's voters are such."""
    return np.bincount(panel.film[who[panel.reviewer]], minlength=films).astype(np.int64)


def drawn(model: PanelModel, solved: Solved, mine: FloatArray, chance: float) -> FloatArray:
    """Levels as they may well be, all films of one draw together: films that met the same reviewer are wrong
    about them together.
    """
    luck = np.random.default_rng(SEED)
    folded, left = solved.folded[13], solved.left[13]
    lower = np.linalg.cholesky(left)
    loose = np.linalg.solve(lower.T, luck.standard_normal((model.size, DRAWS)))
    answer = solved.answer[13][:, None] + np.sqrt(chance) * loose
    weighed = mine - model.by_film * folded[:, None]
    draws = luck.standard_normal(
        (model.films, DRAWS)
    )  # in place: of ten thousand films it is 32 MB
    draws *= np.sqrt(chance * folded)[:, None]
    draws += weighed @ answer
    draws += (model.sums * folded)[:, None]
    return draws


def placed(
    section: IntArray, level: FloatArray, draws: FloatArray
) -> tuple[IntArray, IntArray, IntArray]:
    """The place of each film within its section, and between which ones it may well be; 0 where nobody voted.
    Equal levels share a place.
    """
    place, best, worst = (np.zeros(level.size, dtype=np.int64) for _ in range(3))
    for one in np.unique(section):
        here = np.flatnonzero((section == one) & ~np.isnan(level))
        if not here.size:
            continue
        rounded = np.round(-level[here], 6)
        place[here] = 1 + np.searchsorted(np.sort(rounded), rounded)
        places = np.empty((here.size, draws.shape[1]), dtype=np.int32)
        for draw in range(draws.shape[1]):
            places[np.argsort(-draws[here, draw]), draw] = np.arange(1, here.size + 1)
        tail = (1 - SURE) / 2
        low, high = np.quantile(places, [tail, 1 - tail], axis=1, method="nearest")
        best[here] = np.minimum(low, place[here])
        worst[here] = np.maximum(high, place[here])
    return place, best, worst


def islands(panel: Panel) -> NDArray[np.bool_]:
    """Films that no chain of shared reviewers joins to most of their section."""
    mark = np.arange(panel.section.size)
    while True:
        theirs = np.full(int(panel.reviewer.max()) + 1, mark.size)
        np.minimum.at(theirs, panel.reviewer, mark[panel.film])
        joined = mark.copy()
        np.minimum.at(joined, panel.film, theirs[panel.reviewer])
        if (joined == mark).all():
            break
        mark = joined
    apart = np.zeros(mark.size, dtype=bool)
    voted = np.bincount(panel.film, minlength=mark.size) > 0
    for one in np.unique(panel.section):
        here = np.flatnonzero((panel.section == one) & voted)
        if here.size:
            apart[here] = mark[here] != np.bincount(mark[here]).argmax()
    return apart


def alpha(panel: Panel, chosen: NDArray[np.bool_]) -> float | None:
    """Krippendorff's, for scores on a scale: 1 all agree, 0 as if the votes were dealt out; None where nothing
    can be compared.
    """
    film, score = panel.film[chosen], panel.score[chosen]
    count = np.bincount(film)
    paired = count[film] > 1
    film, score = film[paired], score[paired]
    if not film.size:
        return None
    count = np.bincount(film)
    sums, squares = np.bincount(film, score), np.bincount(film, score**2)
    several = count > 1
    within = (2 * (count * squares - sums**2)[several] / (count[several] - 1)).sum()
    among = 2 * (film.size * (score**2).sum() - score.sum() ** 2) / (film.size - 1)
    if among <= 1e-12 * film.size:
        return None
    return float(1 - within / among)


def reliability(model: PanelModel, shares: FloatArray, weight: FloatArray) -> float:
    """How much of what parts two votes of two reviewers is the films: 0 to 1."""
    swing = float((model.moment**2).mean())
    whole = 1 + shares[:, 0] + shares[:, 1] + swing * shares[:, 2]
    return float(weight @ (shares[:, 0] / whole))


def student(freedom: float) -> float:
    """The 97.5th percentile of Student's law (Fisher and Cornish's series): right to 1 % from 2 degrees on."""
    z, n = Z, freedom
    return (
        z
        + (z**3 + z) / (4 * n)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * n**4)
    )


def nothing(panel: Panel) -> Ranking:
    films = panel.section.size
    none, zero = np.full(films, np.nan), np.zeros(films, dtype=np.int64)
    levels = Levels(
        level=none, half=none, mean=none, votes=zero, panel=none, order=none, pull=none,
        severe=zero, lenient=zero, island=np.zeros(films, dtype=bool), place=zero, best=zero,
        worst=zero,
    )  # fmt: skip
    sections = int(panel.section.max()) + 1 if films else 0
    return Ranking(
        levels=levels,
        severity=np.zeros(0),
        severity_error=np.zeros(0),
        agreement=[None] * sections,
    )

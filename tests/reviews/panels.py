"""Panels of votes whose truth is known."""

import numpy as np

from reviews.ranking import FloatArray, Panel, moments


def simulated(
    seed: int, *, films: int = 30, reviewers: int = 8, each: int = 4, worth: float = 0.12, severity: float = 0.09,
    drift: float = 0.03, chance: float = 0.12, sections: int = 1, rounded: bool = False,
) -> tuple[Panel, FloatArray]:
    """The votes, and what the committee of its section would give each film; deviations of films, severities, drifts
    and of chance are on the scale of 0 to 1. `rounded`: to fortieths, within the scale, as sheets are.
    """  # fmt: skip
    luck = np.random.default_rng(seed)
    own, harsh, slope = (luck.normal(0, wide, n) for wide, n in ((worth, films), (severity, reviewers), (drift, reviewers)))
    film = np.repeat(np.arange(films), each)
    reviewer = luck.permuted(np.tile(np.arange(reviewers), (films, 1)), axis=1)[:, :each].ravel()
    section = np.arange(films) % sections
    blank = Panel(section, film, reviewer, np.zeros(film.size), luck.permutation(film.size).astype(float))
    score = 0.55 + own[film] + harsh[reviewer] + slope[reviewer] * moments(blank) + luck.normal(0, chance, film.size)
    if rounded:
        score = np.clip(np.round(score * 40) / 40, 0, 1)
    truth = 0.55 + own
    for one in range(sections):
        truth[section == one] += harsh[reviewer[section[film] == one]].mean()
    return Panel(section, film, reviewer, score, blank.given), truth

"""Whether two films sound the same: their loudness, second by second, laid over each other. Pure.

The curve is the one that the booth has measured of every film (`media/scan.py`: short-term loudness, once a second),
so that nothing is decoded for it, and films of before are known as well. Another encoding leaves it as it is, another
level lifts it as a whole, a trim shifts it: so the best shift is looked for, to a quarter of a second, and what differs
after one common lift is told as a share of how much the sound moves by itself.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

SILENT = -60.0  # LUFS: below, a curve says nothing
LEAST_OVERLAP = 40  # seconds
LEAST_PART = 0.6  # of the shorter one
LEAST_MOVEMENT = 1.2  # LU: a sound that hardly moves is like any other
FAR = 6.0  # LU: what differs by more is simply another sound there
LIKE = 0.65
LAGS = 6
QUARTERS = np.arange(-3, 4) / 4.0

LoudnessCurve = NDArray[np.float64]


class SoundLikeness(msgspec.Struct, frozen=True):
    """`share` of 1 is the same sound; `shift` is by how many seconds the other begins later."""

    share: float
    shift: float
    seconds: float

    @property
    def is_twin(self) -> bool:
        return self.share >= LIKE


def likeness(one: Sequence[float], other: Sequence[float]) -> SoundLikeness | None:
    """How alike two curves are at their best shift; nothing where they are too short, or hardly move."""
    first, second = (np.clip(np.asarray(curve, float), SILENT, 0.0) for curve in (one, other))
    shorter = min(len(first), len(second))
    if shorter < LEAST_OVERLAP:
        return None
    least = max(LEAST_OVERLAP, int(shorter * LEAST_PART))
    found = [
        told
        for lag in best_lags(first, second, least)
        for part in QUARTERS
        if (told := laid_over(first, second, lag + part, least)) is not None
    ]
    return max(found, key=lambda told: told.share, default=None)


def best_lags(first: LoudnessCurve, second: LoudnessCurve, least: int) -> list[int]:
    """Whole shifts at which the two go best together; none at all is always tried."""
    size = 1 << (len(first) + len(second) - 1).bit_length()
    moved = [np.fft.rfft(curve - np.median(curve), size) for curve in (first, second)]
    together = np.fft.irfft(moved[0] * np.conj(moved[1]), size)
    lags = np.arange(-(len(second) - least), len(first) - least + 1)
    best = lags[np.argsort(together[lags % size])[::-1][:LAGS]]
    return list(dict.fromkeys([0, *(int(lag) for lag in best)]))


def laid_over(
    first: LoudnessCurve, second: LoudnessCurve, shift: float, least: int
) -> SoundLikeness | None:
    """The second, moved by so many seconds, beside the first."""
    times = np.arange(len(first)) - shift
    inside = (times >= 0) & (times <= len(second) - 1)
    if np.count_nonzero(inside) < least:
        return None
    here = first[inside]
    there = np.interp(times[inside], np.arange(len(second)), second)
    differs = here - there
    rest = np.minimum(np.abs(differs - np.median(differs)), FAR).mean()
    moves = np.minimum(np.abs(here - np.median(here)), FAR).mean()
    if moves < LEAST_MOVEMENT:
        return None
    return SoundLikeness(
        share=float(max(0.0, 1.0 - rest / moves)),
        shift=float(shift),
        seconds=float(np.count_nonzero(inside)),
    )

"""What a film is said to play at: the nearest cadence that a projector knows, within a tolerance.

Headers write 2997/125 for 24000/1001, phones 20000/667 for 30, Matroska counts in milliseconds: a
rate is only compared after it was brought here. Pure.
"""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Gaps = NDArray[np.float64]
KNOWN = tuple(
    Fraction(n, d)
    for n, d in [
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48000, 1001), (48, 1), (50, 1),
        (60000, 1001), (60, 1), (1, 1), (5, 1), (8, 1), (10, 1), (12, 1), (15, 1), (20, 1),
        (90, 1), (100, 1), (120000, 1001), (120, 1), (240, 1),
    ]
)  # fmt: skip
TOLERANCE = 0.005  # of the rate: five times what lies between 24 and 24000/1001
GRAIN = 0.0011  # seconds: the coarsest stamps of any container, and a little
FASTEST_UNEVEN = 60  # pictures a second


def nearest(rate: Fraction) -> Fraction:
    """The known cadence within the tolerance, or the rate itself where there is none."""
    best = min(KNOWN, key=lambda known: abs(known - rate))
    return best if abs(best - rate) <= TOLERANCE * rate else rate


def shown(gaps: Gaps, claimed: Fraction) -> Fraction:
    """What the times between the pictures show, in seconds; `claimed` is the header's word.

    The header is believed only between cadences that the stamps cannot tell apart: a second of film
    in milliseconds is 24 and 24000/1001 alike.
    """
    seconds = float(gaps.sum())
    if seconds <= 0:
        return nearest(claimed)
    rate = Fraction(len(gaps) / seconds)
    nominal = nearest(claimed)
    if nominal in KNOWN and abs(len(gaps) / nominal - seconds) <= GRAIN:
        return nominal
    best = nearest(rate)
    return best if best in KNOWN else rate.limit_denominator(1001)


def uneven(gaps: Gaps) -> Fraction:
    """What a film of varying cadence is made steady at: the known cadence nearest to its mean."""
    rate = Fraction(len(gaps) / float(gaps.sum()))
    steady = [known for known in KNOWN if known <= FASTEST_UNEVEN]
    return min(steady, key=lambda known: abs(known - rate))

"""Whose variants a clip is made of. Pure: keys in, names or nobody out.

Every viewer of a copy has a code: one bit a segment, drawn like coins by a key that nobody else has. The
bits are independent of whatever leaks, so that evidence against somebody innocent is an e-value: its mean
is 1, and it reaches `t` with a chance below `1/t` (Markov), whatever the clip is, however it was mixed and
with whomever. That is a proof and not a simulation: `FALSE` bounds the chance that anybody innocent is
named, over all viewers and all pairs of them.

Coins of one half, and no biased ones as in Tardos's codes ("Optimal probabilistic fingerprint codes",
2008): against one or two viewers the even coin is the best there is (Huang and Moulin, "On the saddle-point
solution and the large-coalition asymptotics of fingerprinting games", 2012), and pairs are asked jointly
as in Amiri and Tardos, "High rate fingerprinting codes and the fingerprinting capacity", 2009.
"""

import math
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from media.mark.variants import ViewerCode

FALSE = 1e-6
"""The chance that one clip names anybody innocent."""
SLIP = 0.02
"""How often a segment is read as the other variant."""
SEVERAL = 0.75
"""How often a segment is one's own where two viewers have mixed theirs."""
EITHER = 0.5
"""How often a segment is each variant where the two of a mixture were shown different ones."""

OwnCounts = NDArray[np.int_]
Evidence = NDArray[np.float64]
ReadBits = Sequence[int | None]
"""What each segment of a clip was read as: variant 0 or 1, or None where it was not legible."""


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence against one viewer: `odds` against chance, of all viewers together, as a power of ten;
    `own` of `read` segments are theirs; `beside` is whom they seem to have mixed with.
    """

    viewer: str
    odds: float
    own: int
    read: int
    is_named: bool
    beside: str = ""


def suspects(
    read: ReadBits, codes: Mapping[str, ViewerCode], *, false: float = FALSE
) -> list[Suspicion]:
    """Every viewer, the most suspicious first; those beyond `false` are named.

    `codes` are of the clip's own segments, in its order.
    """
    if not codes:
        return []
    legible = [place for place, seen in enumerate(read) if seen is not None]
    seen = np.array([read[place] for place in legible], np.int8)
    known = np.array([[code[place] for place in legible] for code in codes.values()], np.int8)
    is_own = known == seen
    alone = evidence(is_own.sum(axis=1), len(legible))
    added = additions(is_own)
    enough = math.log(3 * len(codes) ** 2 / false)
    viewers, found = list(codes), []
    for place, viewer in enumerate(viewers):
        partner = int(added[place].argmax())
        best = max(alone[place], added[place, partner])
        is_mixed = added[place, partner] > alone[place]
        found.append(
            Suspicion(
                viewer=viewer,
                odds=round(float(best - enough - math.log(false)) / math.log(10), 1),
                own=int(is_own[place].sum()),
                read=len(legible),
                is_named=bool(best >= enough),
                beside=viewers[partner] if best >= enough and is_mixed else "",
            )
        )
    return sorted(found, key=lambda one: -one.odds)


def evidence(own: OwnCounts, read: int) -> Evidence:
    """Against each viewer, of whom `own` of the segments read are: that they all are, or a mixture's
    share. Natural logarithms.
    """
    shares = (1 - SLIP, SEVERAL)
    told = [own * math.log(2 * one) + (read - own) * math.log(2 - 2 * one) for one in shares]
    return np.asarray(np.maximum(*told), np.float64)


def additions(is_own: NDArray[np.bool_]) -> Evidence:
    """How much likelier the clip is as a mixture of each viewer (row) and each other one (column) than of
    that other one and a stranger. A stranger's bits are even coins, as an innocent's are: over them the
    mean is 1.
    """
    total = np.zeros((len(is_own), len(is_own)))
    for theirs in (True, False):
        shared = 1 - SLIP if theirs else SLIP
        usual = (shared + EITHER) / 2
        for mine in (True, False):
            told = math.log((shared if mine == theirs else EITHER) / usual)
            total += told * ((is_own == mine).astype(float) @ (is_own == theirs).astype(float).T)
    np.fill_diagonal(total, -math.inf)
    return total

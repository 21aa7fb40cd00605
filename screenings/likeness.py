"""Which programmes share their audience, from what their films are. Pure.

Two programmes share a section, a theme, a country or a language: each says something of who comes,
and says the more, the fewer others say it too. What nearly everybody says tells nobody apart.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, product

from msgspec import Struct

POINTS = {"section": 1, "theme": 2, "country": 1, "language": 1}
"""What each kind of likeness counts, however many of a kind two programmes share."""
LEAST_POINTS = 3  # fewer say nothing: two of one section are not yet one audience
COMMON = 0.25  # what more than this part of all programmes says tells nobody apart
MOST_EACH = 4  # pairs of one programme: the planner stays quick, and a table readable
HEAVIEST = 3  # of a computed pair
MOST_WEIGHT = 9  # of one that is set by hand

ENOUGH = [
    kinds
    for size in range(1, len(POINTS) + 1)
    for kinds in combinations(sorted(POINTS), size)
    if LEAST_POINTS
    <= sum(POINTS[kind] for kind in kinds)
    < LEAST_POINTS + min(POINTS[kind] for kind in kinds)
]
"""The fewest kinds that say something together: each lot of them holds none that it could do without."""
TraitKey = tuple[str, str]  # its kind, and which one: `("country", "GE")`


class ProgrammeTraits(Struct, frozen=True, kw_only=True):
    """What is known of a programme's films; an empty section is none. `demand`: who would come."""

    id: str
    section: str = ""
    themes: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    demand: int = 0

    @property
    def keys(self) -> frozenset[TraitKey]:
        return frozenset(
            [
                *(("section", one) for one in [self.section] if one),
                *(("theme", one) for one in self.themes),
                *(("country", one) for one in self.countries),
                *(("language", one) for one in self.languages),
            ]
        )


class AudiencePair(Struct, frozen=True, kw_only=True):
    """Two programmes, the smaller id first, that share an audience; `because` is what they share."""

    one: str
    other: str
    points: int
    because: list[TraitKey]

    @property
    def weight(self) -> int:
        """1 for the least likeness that counts, and one more for each point above."""
        return min(HEAVIEST, self.points - LEAST_POINTS + 1)


def shared_audiences(programmes: Sequence[ProgrammeTraits]) -> list[AudiencePair]:
    """The pairs that are alike enough, most alike first; of each programme the strongest few."""
    demand = {one.id: one.demand for one in programmes}
    found = sorted(
        alike(programmes),
        key=lambda p: (-p.points, -demand[p.one] - demand[p.other], p.one, p.other),
    )
    of_each: Counter[str] = Counter()
    kept = []
    for pair in found:
        if max(of_each[pair.one], of_each[pair.other]) < MOST_EACH:
            of_each.update((pair.one, pair.other))
            kept.append(pair)
    return kept


def alike(programmes: Sequence[ProgrammeTraits]) -> Iterable[AudiencePair]:
    """Every pair with points enough. Only programmes that share enough are ever compared."""
    telling = telling_traits(programmes)
    keys = {one.id: one.keys & telling for one in sorted(programmes, key=lambda one: one.id)}
    holders: dict[tuple[TraitKey, ...], list[str]] = defaultdict(list)
    for name, its in keys.items():
        for kinds in ENOUGH:
            for traits in product(
                *(sorted(key for key in its if key[0] == kind) for kind in kinds)
            ):
                holders[traits].append(name)
    for one, other in sorted(
        {pair for names in holders.values() for pair in combinations(names, 2)}
    ):
        because = sorted(keys[one] & keys[other])
        points = sum(POINTS[kind] for kind in {kind for kind, _ in because})
        yield AudiencePair(one=one, other=other, points=points, because=because)


def telling_traits(programmes: Sequence[ProgrammeTraits]) -> set[TraitKey]:
    """Those that only some say; a section tells however large it is. Where there are few programmes at
    all, every likeness is common, and nothing tells.
    """
    said = Counter(key for programme in programmes for key in programme.keys)
    most = COMMON * len(programmes)
    return {key for key, n in said.items() if n > 1 and (key[0] == "section" or n <= most)}


def corrected(
    computed: Iterable[AudiencePair], by_hand: dict[tuple[str, str], int]
) -> list[tuple[str, str, int]]:
    """The pairs that hold: what somebody has set stands over what is computed, and 0 is no pair."""
    weights = {(pair.one, pair.other): pair.weight for pair in computed} | by_hand
    return sorted((one, other, weight) for (one, other), weight in weights.items() if weight > 0)


def in_order(one: str, other: str) -> tuple[str, str]:
    """A pair has no direction: the smaller id stands first."""
    return (one, other) if one <= other else (other, one)

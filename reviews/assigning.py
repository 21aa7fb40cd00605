"""Who watches what: each film as many members as its quorum, nobody beyond their cap, no film in a language that
they do not follow, none that they are too close to; and everybody as many films as everybody else. Pure.

One minimum-cost flow. Each film sends as many units as it lacks views; a unit goes over a member's share of the
film's section to the member, or to nobody. What matters more costs so much more that no sum of what matters
less can outweigh it: views that lack, then changes of what was shared out before (when it is kept), then an equal
load, and last an equal mix of sections with what members know and wish.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec
import numpy as np
from ortools.graph.python import min_cost_flow

Pair = tuple[str, str]
"""A film and a member, by their ids."""
NO_WORDS = "zxx"
"""The language of a film without speech."""
MIX = 4  # what an uneven mix of sections costs, beside what members know and wish


class Wish(StrEnum):
    """What a member says of a film before it is shared out."""

    LOVE = "love"
    CAN = "can"
    RATHER_NOT = "rather_not"


WISHES = {Wish.LOVE: -6, Wish.CAN: 0, Wish.RATHER_NOT: 12}
KNOWS = -4  # a film about what a member knows


class AssignableFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A film to be watched by `quorum` members. `languages` are all in which it can be followed, its
    subtitles included, none named is any; `topics` are words that it is about.
    """

    id: str
    section: str = ""
    languages: frozenset[str] = frozenset()
    minutes: float = 0.0
    quorum: int = 3
    topics: frozenset[str] = frozenset()


class AssignableMember(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who watches: only films of `sections` in `languages` (none named is all), `cap` at most."""

    id: str
    sections: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    cap: int | None = None
    topics: frozenset[str] = frozenset()


class AssignmentQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known. `apart` are pairs that must not be; `fixed` are views that were given, or that the
    chair has set by hand: they stay, and count. `standing` is what was shared out before: `keeps` says that
    as little of it as possible may change.
    """

    films: tuple[AssignableFilm, ...]
    members: tuple[AssignableMember, ...]
    apart: frozenset[Pair] = frozenset()
    fixed: frozenset[Pair] = frozenset()
    standing: frozenset[Pair] = frozenset()
    wishes: dict[Pair, Wish] = {}
    keeps: bool = False


class Shortage(msgspec.Struct, frozen=True, kw_only=True):
    """A film that lacks `missing` views: of the members who have no view of it yet, so many watch other
    sections, do not follow its languages, are too close to it, or have their cap full.
    """

    film: str
    missing: int
    section: int = 0
    language: int = 0
    apart: int = 0
    full: int = 0


class SharedOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who watches what, beside what is fixed; films that lack somebody; how many films each member has,
    those that are fixed included; and how long that took, in seconds.
    """

    pairs: frozenset[Pair]
    shortages: tuple[Shortage, ...]
    loads: dict[str, int]
    seconds: float = 0.0

    @property
    def spread(self) -> int:
        """Films between the member with most and the one with fewest."""
        return max(self.loads.values()) - min(self.loads.values()) if self.loads else 0


def primary(tag: str) -> str:
    """`pt` of `pt-BR`."""
    return tag.partition("-")[0].lower()


def follows(member: AssignableMember, film: AssignableFilm) -> bool:
    spoken = {primary(tag) for tag in film.languages}
    if not member.languages or not spoken or NO_WORDS in spoken:
        return True
    return bool(spoken & {primary(tag) for tag in member.languages})


def watches(member: AssignableMember, film: AssignableFilm) -> bool:
    return not member.sections or film.section in member.sections


def share_out(question: AssignmentQuestion) -> SharedOut:
    """As many of the views that lack as there can be, as fair as they can be."""
    began = time.monotonic()
    state = Sharing(question)
    pairs = state.solved()
    loads = Counter(state.base)
    loads.update(member for _, member in pairs)
    full = {one.id for one in question.members if one.cap is not None and loads[one.id] >= one.cap}
    return SharedOut(
        pairs=frozenset(pairs),
        shortages=tuple(state.shortages(pairs, full)),
        loads={one.id: loads[one.id] for one in question.members},
        seconds=time.monotonic() - began,
    )


class Sharing:
    """The question laid out as a network: one node a film, one a member and section, one a member, one sink."""

    def __init__(self, question: AssignmentQuestion) -> None:
        self.question = question
        self.films, self.members = question.films, question.members
        known = {one.id for one in self.members}
        fixed = [(film, member) for film, member in question.fixed if member in known]
        self.base: Counter[str] = Counter(member for _, member in fixed)
        done = Counter(film for film, _ in fixed)
        self.need = {one.id: max(0, one.quorum - done[one.id]) for one in self.films}
        self.room = {one.id: self.room_of(one) for one in self.members}
        self.taken = question.apart | question.fixed

    def room_of(self, member: AssignableMember) -> int:
        """Films that they may get: without a cap all of them, whatever they have given of others before."""
        if member.cap is None:
            return len(self.films)
        return max(0, member.cap - self.base[member.id])

    def price(self, film: AssignableFilm, member: AssignableMember) -> int:
        wish = self.question.wishes.get((film.id, member.id), Wish.CAN)
        return WISHES[wish] + (KNOWS if film.topics & member.topics else 0)

    def able(self) -> list[tuple[int, int]]:
        """Films and members, by their places, that may meet."""
        by_kind: dict[tuple[str, frozenset[str]], list[int]] = {}
        found = []
        for place, film in enumerate(self.films):
            if not self.need[film.id]:
                continue
            kind = (film.section, film.languages)
            if kind not in by_kind:
                by_kind[kind] = [
                    number
                    for number, one in enumerate(self.members)
                    if self.room[one.id] and watches(one, film) and follows(one, film)
                ]
            found += [
                (place, number)
                for number in by_kind[kind]
                if (film.id, self.members[number].id) not in self.taken
            ]
        return found

    def solved(self) -> list[Pair]:
        able = self.able()
        if not able:
            return []
        flow, first = self.network(able)
        status = flow.solve()
        if (
            status != flow.OPTIMAL
        ):  # the arcs to nobody take whatever is left: there always is an answer
            raise AssertionError(f"no flow: {status}")
        return [
            (self.films[place].id, self.members[number].id)
            for arc, (place, number) in enumerate(able)
            if flow.flow(first + arc)
        ]

    def network(self, able: list[tuple[int, int]]) -> tuple[min_cost_flow.SimpleMinCostFlow, int]:
        """The network, and the number of the arc of the first pair."""
        most = self.most_films(able)
        even, kept, lacking = self.weights(most)
        mixes = sorted({(number, self.films[place].section) for place, number in able})
        film_at, mix_at = 0, len(self.films)
        member_at = mix_at + len(mixes)
        sink = member_at + len(self.members)
        at_mix = {mix: mix_at + place for place, mix in enumerate(mixes)}
        standing = self.question.standing if self.question.keeps else frozenset()
        arcs = Arcs()
        for place, number in able:
            film, member = self.films[place], self.members[number]
            stays = kept if (film.id, member.id) in standing else 0
            arcs.add(
                film_at + place, at_mix[number, film.section], 1, self.price(film, member) - stays
            )
        shares = self.shares()
        for number, section in mixes:
            begun = shares[self.members[number].id, section]
            room = min(self.room[self.members[number].id], most[number, section])
            arcs.add_steps(at_mix[number, section], member_at + number, begun, room, MIX)
        totals: Counter[int] = Counter()
        for (number, _), films in most.items():
            totals[number] += films
        for number, member in enumerate(self.members):
            room = min(self.room[member.id], totals[number])
            arcs.add_steps(member_at + number, sink, self.base[member.id], room, even)
        for place, film in enumerate(self.films):
            for lack in range(self.need[film.id]):
                arcs.add(film_at + place, sink, 1, lacking + lack * (lacking // 8))
        flow = min_cost_flow.SimpleMinCostFlow()
        arcs.into(flow)
        supplies = [self.need[one.id] for one in self.films]
        flow.set_nodes_supplies(np.arange(len(supplies)), np.array(supplies))
        flow.set_node_supply(sink, -sum(supplies))
        return flow, 0

    def most_films(self, able: Iterable[tuple[int, int]]) -> Counter[tuple[int, str]]:
        """No member gets more of a section than there is for them, nor much more than their part of it."""
        return Counter((number, self.films[place].section) for place, number in able)

    def weights(self, most: Counter[tuple[int, str]]) -> tuple[int, int, int]:
        """What an unequal load, a change and a missing view cost: each more than all that is less can sum up
        to along one exchange, which visits no member twice.
        """
        hops = 2 * len(self.members) + 2
        mixed = MIX * 2 * (max(most.values()) + max(self.shares().values(), default=0) + 1)
        spoken = 2 * (max(WISHES.values()) - min(WISHES.values()) - KNOWS)
        even = hops * (mixed + spoken)
        films = len(self.films) + max(self.base.values(), default=0) + 1
        kept = hops * 2 * even * min(films, self.likely())
        return even, kept, 2 * hops * kept if self.question.keeps else kept

    def likely(self) -> int:
        """More films than anybody will have in the end, unless the others cannot: several times their part."""
        views = sum(self.need.values()) + self.base.total()
        return max(
            16, 4 * (views // max(1, len(self.members)) + 1), max(self.base.values(), default=0)
        )

    def shares(self) -> Counter[tuple[str, str]]:
        """How many films of each section a member has already."""
        section_of = {one.id: one.section for one in self.films}
        return Counter(
            (member, section_of[film]) for film, member in self.question.fixed if film in section_of
        )

    def shortages(self, pairs: Sequence[Pair], full: set[str]) -> list[Shortage]:
        got = Counter(film for film, _ in pairs)
        has: defaultdict[str, set[str]] = defaultdict(set)
        for film, member in (*pairs, *self.question.fixed):
            has[film].add(member)
        return [
            self.shortage(film, lacks, has[film.id], full)
            for film in self.films
            if (lacks := self.need[film.id] - got[film.id]) > 0
        ]

    def shortage(
        self, film: AssignableFilm, missing: int, has: set[str], full: set[str]
    ) -> Shortage:
        why: Counter[str] = Counter()
        for one in self.members:
            if one.id in has:
                continue
            if not watches(one, film):
                why["section"] += 1
            elif not follows(one, film):
                why["language"] += 1
            elif (film.id, one.id) in self.question.apart:
                why["apart"] += 1
            elif one.id in full:
                why["full"] += 1
        return Shortage(film=film.id, missing=missing, **why)


class Arcs:
    """Arcs as they are gathered, handed over at once."""

    def __init__(self) -> None:
        self.tails: list[int] = []
        self.heads: list[int] = []
        self.capacities: list[int] = []
        self.costs: list[int] = []

    def add(self, tail: int, head: int, capacity: int, cost: int) -> None:
        self.tails.append(tail)
        self.heads.append(head)
        self.capacities.append(capacity)
        self.costs.append(cost)

    def add_steps(self, tail: int, head: int, begun: int, room: int, weight: int) -> None:
        """Each further unit costs more than the one before, as squares do: equal shares cost least."""
        for step in range(begun, begun + room):
            self.add(tail, head, 1, weight * (2 * step + 1))

    def into(self, flow: min_cost_flow.SimpleMinCostFlow) -> None:
        flow.add_arcs_with_capacity_and_unit_cost(
            np.array(self.tails),
            np.array(self.heads),
            np.array(self.capacities),
            np.array(self.costs),
        )

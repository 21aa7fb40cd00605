"""What one visitor can see of a plan: the best selection there is, for personas and the public."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from ortools.sat.python import cp_model

from screenings.planner.answers.shapes import Persona, Reach, Traits
from screenings.planner.model import Placement, Problem, day_of, minute_of
from screenings.planner.rules.facts import ProblemFacts


def reach(
    problem: Problem,
    placements: Sequence[Placement],
    persona: Persona,
    traits: Mapping[str, Traits] | None = None,
) -> Reach:
    """All that must be seen before anything else, then as many programmes as possible."""
    facts = ProblemFacts(problem)
    wishes = wished(facts, persona, traits or {})
    open_to = [p for p in placements if p.programme in wishes and comes(facts, persona, p)]
    seen, best = select(facts, open_to, wishes, pause=persona.pause, most_a_day=persona.most_a_day)
    reached = {p.programme for p in seen}
    wanted = persona.must or sorted(wishes)
    share = sum(programme in reached for programme in wanted) / len(wanted) if wanted else 1.0
    missed = [programme for programme in wanted if programme not in reached]
    return Reach(persona.id, seen, missed, round(share, 4), best)


def wished(facts: ProblemFacts, persona: Persona, traits: Mapping[str, Traits]) -> dict[str, int]:
    """What each programme is worth: one that must be seen outweighs all that need not."""
    open_to = [
        p.id
        for p in facts.problem.programmes
        if (not persona.sections or p.section in persona.sections)
        and suits(persona, traits.get(p.id, Traits()))
    ]
    must = [programme for programme in persona.must if programme in facts.programmes]
    return dict.fromkeys(open_to, 1) | dict.fromkeys(must, len(open_to) + 1)


def suits(persona: Persona, traits: Traits) -> bool:
    if traits.rating > persona.oldest_rating:
        return False
    if persona.captions and not traits.wordless:
        return bool(set(persona.captions) & set(traits.captions))
    heard = {*traits.languages, *traits.subtitles}
    return not persona.understands or traits.wordless or bool(set(persona.understands) & heard)


def comes(facts: ProblemFacts, persona: Persona, p: Placement) -> bool:
    ends = minute_of(p.start) + facts.ends(p) - p.start
    return (
        (not persona.days or day_of(p.start) in persona.days)
        and minute_of(p.start) >= persona.earliest
        and ends <= persona.latest_end
    )


def select(
    facts: ProblemFacts,
    placements: Sequence[Placement],
    wishes: Mapping[str, int],
    *,
    pause: int = 0,
    most_a_day: int = 99,
    seconds: float = 5.0,
) -> tuple[list[Placement], bool]:
    """The worthiest screenings that one person can attend one after the other; proved or not."""
    cp = cp_model.CpModel()
    goes = {at: cp.new_bool_var("") for at in range(len(placements))}
    of_programme: dict[str, list[int]] = defaultdict(list)
    of_day: dict[int, list[int]] = defaultdict(list)
    for at, p in enumerate(placements):
        of_programme[p.programme].append(at)
        of_day[day_of(p.start)].append(at)
    for members in of_programme.values():
        cp.add_at_most_one(goes[at] for at in members)
    for members in of_day.values():
        cp.add(cp_model.LinearExpr.sum([goes[at] for at in members]) <= most_a_day)
        for a, b in combinations(members, 2):
            if not one_can_see_both(facts, placements[a], placements[b], pause):
                cp.add_at_most_one(goes[a], goes[b])
    cp.maximize(sum(wishes.get(placements[at].programme, 0) * x for at, x in goes.items()))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(cp)
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return [], False
    chosen = [placements[at] for at, x in goes.items() if solver.value(x)]
    return sorted(chosen, key=lambda p: p.start), status == cp_model.OPTIMAL


def one_can_see_both(facts: ProblemFacts, a: Placement, b: Placement, pause: int) -> bool:
    first, second = (a, b) if a.start <= b.start else (b, a)
    way = facts.way(a.screen, b.screen)
    return facts.ends(first) + max(way, pause) <= second.start

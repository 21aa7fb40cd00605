"""What the rules of an edition weigh, and what other weights would be as a new fact."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from screenings.planner.answers.newfacts import NewFact
from screenings.planner.model import Problem, Setting
from screenings.planner.rules.facts import ProblemFacts
from screenings.planning import GOALS


def weights_of(problem: Problem) -> dict[str, int]:
    """By rule what one breach costs; 0 where the rule does not count."""
    facts = ProblemFacts(problem)
    return {rule: facts.weight(rule) for rule in GOALS}


def weights_fact(problem: Problem, weights: Mapping[str, int]) -> NewFact | None:
    """Only what differs; nothing where nothing does."""
    now = weights_of(problem)
    changed = {rule: weight for rule, weight in weights.items() if weight != now[rule]}
    if not changed:
        return None
    settings = {
        rule: replace(problem.settings.get(rule, Setting()), on=weight > 0, weight=max(weight, 1))
        for rule, weight in changed.items()
    }
    given = {"settings": msgspec.to_builtins(settings)}
    rules = " ".join(sorted(changed, key=GOALS.index))
    return NewFact("rules", "", given, "weights", {"rules": rules})

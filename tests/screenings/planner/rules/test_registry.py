"""A rule is said once, and nobody who reads rules may forget one."""

import inspect

import pytest

from festival.language import has_words
from screenings.planner import checker
from screenings.planner.exact.rule_model import RuleModel
from screenings.planner.model import Setting
from screenings.planner.rules import CONSTRAINTS, PRICES, RULES, ProblemFacts
from screenings.planner.rules.demands import demands_of, physics_of, tell
from screenings.planner.rules.rule import Model
from screenings.planner.search.instance import InstanceBuilder
from screenings.planner.soundness import validate
from tests.screenings.planner.any_festival import any_festival
from tests.screenings.planner.builders import a_problem
from tests.screenings.planner.mutants import MUTATORS
from tests.screenings.planner.rules.test_taste import REASONED

pytestmark = pytest.mark.unit

SENTENCES = {name for name, _ in inspect.getmembers(Model, inspect.isfunction) if name[0] != "_"}
NARROWING = {"keep", "refuse", "open", "at_most", "at_once"}
SEEDS = range(40)


class Heard(Model):
    """Notes every sentence that it is told."""


for sentence in SENTENCES:
    setattr(Heard, sentence, lambda self, *_, _said=sentence, **__: self.said.add(_said))


def heard(facts, demand):
    model = Heard(facts.names)
    model.said = set()
    tell(facts, demand, model)
    return model.said


@pytest.fixture(scope="module")
def spoken():
    """By constraint, all that it has ever said of any festival."""
    found = {code: set() for code in CONSTRAINTS}
    for seed in SEEDS:
        facts = ProblemFacts(any_festival(seed, demoted=False))
        for demand in [*demands_of(facts), *physics_of(facts)]:
            found[demand.code] |= heard(facts, demand)
    return found


def test_the_judge_reads_every_rule_and_no_other():
    assert set(checker.SOFT) == {price.code for price in PRICES}
    assert set(checker.RULES) == {rule.code for rule in RULES}


def test_somebody_breaks_every_hard_rule_and_counts_every_soft_one_by_hand():
    assert set(MUTATORS) == {rule.code for rule in RULES}
    assert {rule for rule, *_ in REASONED} | {"S1", "S2", "S3"} == {price.code for price in PRICES}


@pytest.mark.parametrize("rule", [rule.code for rule in (*RULES, *PRICES)])
def test_every_rule_can_be_set_and_some_festival_does(rule):
    assert validate(a_problem(settings={rule: Setting()})) == []
    assert rule == "H2" or any(rule in any_festival(seed).settings for seed in SEEDS)


def test_no_code_is_said_twice():
    codes = [code for rule in RULES for code in rule.codes]

    assert len(codes) == len(set(codes)) == len(CONSTRAINTS)
    assert len({rule.code for rule in (*RULES, *PRICES)}) == len(RULES) + len(PRICES)


def test_every_constraint_but_the_first_of_physics_tells_a_model_something(spoken):
    assert {code for code, said in spoken.items() if not said} == {"screen_taken"}


def test_every_sentence_is_needed_and_both_models_understand_it(spoken):
    assert set().union(*spoken.values()) == SENTENCES
    for model in (InstanceBuilder, RuleModel):
        deaf = {name for name in SENTENCES if getattr(model, name) is getattr(Model, name)}
        assert deaf <= {"show"}, model  # a plan that leaves something out is dear, and still a plan


def test_what_may_be_let_go_has_its_reason_its_way_out_and_a_place_of_its_own():
    negotiable = {code: one for code, one in CONSTRAINTS.items() if one.softness is not None}

    assert len({one.softness for one in negotiable.values()}) == len(negotiable)
    for code in negotiable:
        assert has_words(f"because.{code}"), code
        assert has_words(f"letgo.{code}"), code


def test_whatever_can_leave_a_screening_without_a_start_has_words_for_it(spoken):
    for code, said in spoken.items():
        if said & NARROWING:
            assert has_words(f"unplaced.{CONSTRAINTS[code].code}"), code


@pytest.mark.parametrize("rule", [rule.code for rule in (*RULES, *PRICES)])
def test_every_rule_has_a_name_for_people(rule):
    assert has_words(f"planner.rule.{rule}")

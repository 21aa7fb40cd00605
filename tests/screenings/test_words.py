"""No bare code reaches a person: whatever the grid can refuse or show has words in both languages."""

import ast
from pathlib import Path

import pytest

from festival.language import has_words
from screenings.planner.model import Unplaced
from screenings.planner.rules import RULES
from tests.test_architecture import ROOT
from tests.trees import tree_of

pytestmark = pytest.mark.unit

SHOWN = {code for rule in RULES for code in rule.codes if rule.code != "H1"}
SHOWN |= {"film_withdrawn", "film_declined", "length_changed", "film_twin"}
NO = {"Refused", "Conflict", "Missing", "NotAllowed"}
PACKAGES = ("api", "festival", "keeping", "media", "reviews", "screenings", "submissions", "workers")


def codes_of(path: Path) -> set[str]:
    """Every code that stands in a refusal of this file."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in NO:
            found |= {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {code.rpartition(":")[2] for code in found if code.isidentifier() or ":" in code}


@pytest.mark.parametrize("code", sorted(SHOWN))
def test_a_clash_has_its_sentence_and_a_short_one_for_a_refusal(code: str) -> None:
    assert has_words(f"clash.{code}")
    assert has_words(f"error.{code}")


def test_every_refusal_in_the_house_has_words() -> None:
    known = {code for name in PACKAGES for path in (ROOT / name).rglob("*.py") for code in codes_of(path)}

    assert {"screening_locked", "nothing_to_publish", "act_followed", "plan_makes_clashes"} <= known
    assert sorted(code for code in known if not has_words(f"error.{code}")) == []


def test_whatever_is_left_out_says_why() -> None:
    assert has_words(f"unplaced.{Unplaced('p', 0, 'not_asked').reason}")

"""One thing has one name in the planner, and one name means one thing."""

import ast
from collections import Counter

import pytest

from tests.test_architecture import ROOT
from tests.trees import tree_of

pytestmark = pytest.mark.unit

PLANNER = ROOT / "screenings" / "planner"
SHAPES = {"tuple", "dict", "list", "set", "frozenset", "Sequence", "Iterable", "Mapping", "Callable", "NDArray"}


def names_of(tree: ast.Module) -> list[str]:
    """Classes and aliases of types that stand in a module."""
    found = [node.name for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            made_of = node.value.value
            if isinstance(made_of, ast.Name) and made_of.id in SHAPES:
                found += [target.id for target in node.targets if isinstance(target, ast.Name)]
    return found


def test_no_class_and_no_alias_of_the_planner_is_there_twice() -> None:
    named = Counter(
        name
        for path in sorted(PLANNER.rglob("*.py"))
        for name in names_of(tree_of(path))
        if not name.startswith("_")
    )

    assert len(named) > 60
    assert {name for name, times in named.items() if times > 1} == set()


@pytest.mark.parametrize("path", sorted(PLANNER.rglob("*.py")), ids=lambda path: path.stem)
def test_every_module_of_the_planner_says_what_it_is(path) -> None:
    said = ast.get_docstring(tree_of(path))

    assert said
    assert said.endswith((".", "schemas", "child"))

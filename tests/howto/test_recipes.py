"""Each recipe of `docs/howto` can be followed today: its blocks fit the tree, and what they make works."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.howto.recipes import (
    HOWTO,
    CannotBeApplied,
    apply,
    change,
    commands,
    copy_of_the_tree,
    run,
)

PAGES = sorted(HOWTO.glob("*.md"))
LONG = {"finding", "job", "language", "leaf", "page", "rule", "table"}  # servers of their own, or much to think about


def marked(page: Path) -> object:
    """Those that take long wait for the long tests; that they fit the tree is always asked."""
    return pytest.param(page, id=page.stem, marks=pytest.mark.slow if page.stem in LONG else ())


@pytest.mark.unit
@pytest.mark.parametrize("recipe", [pytest.param(page, id=page.stem) for page in PAGES])
def test_a_recipe_fits_the_tree_and_says_how_to_see_that_it_works(recipe: Path, tmp_path: Path) -> None:
    """And its code names only what is there, which ruff knows at once."""
    tree = copy_of_the_tree(tmp_path / "tree")
    python = {str(place) for place in apply(recipe, tree) if place.suffix == ".py"}

    read = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "F,E9,I", *sorted(python)]
    found = subprocess.run(read, cwd=tree, capture_output=True, text=True, check=False)
    assert commands(recipe)
    assert not python or found.returncode == 0, found.stdout


@pytest.mark.parametrize("recipe", [marked(page) for page in PAGES])
def test_what_a_recipe_makes_works(recipe: Path, tmp_path: Path) -> None:
    tree = copy_of_the_tree(tmp_path / "tree")
    apply(recipe, tree)

    for command in commands(recipe):
        done = run(command, tree)
        assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@pytest.mark.unit
@pytest.mark.parametrize(("text", "count"), [("a\nb\n", 0), ("here\na\nhere\n", 2)])
def test_a_recipe_that_the_tree_has_left_behind_is_noticed(tmp_path: Path, text: str, count: int) -> None:
    file = tmp_path / "x.py"
    file.write_text(text)

    with pytest.raises(CannotBeApplied, match=f"found {count} times"):
        change(file, " here\n+there\n")

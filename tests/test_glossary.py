"""Our words: a public class or alias has its name alone, and the glossary says what is there."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trees import tree_of

ROOT = Path(__file__).parents[1]
PACKAGES = ("festival", "media", "submissions", "reviews", "screenings", "workers", "ops", "api", "units")
DOMAIN = ("festival", "submissions", "reviews", "screenings")
# What the planner is asked about, under the names of its file's shapes. The list may only shrink.
TWICE = {"Film", "Guest", "Programme", "Screen"}

pytestmark = pytest.mark.unit


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in found if "piccolo_migrations" not in path.parts]


def alias_of(node: ast.stmt) -> str | None:
    """The name of a type, as in `Name = tuple[str, int]`; type variables and tables of data are none."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.BinOp() | ast.Name()):
            return name
        case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
            return name
        case _:
            return None


def public_types(path: Path) -> Iterator[str]:
    for node in tree_of(path).body:
        name = node.name if isinstance(node, ast.ClassDef) else alias_of(node)
        if name and re.match(r"[A-Z][a-z]|[A-Z]$", name):
            yield name


def test_a_public_class_or_alias_has_its_name_alone() -> None:
    places = defaultdict(set)
    for path in modules():
        for name in public_types(path):
            places[name].add(str(path.relative_to(ROOT)))

    shared = {name: found for name, found in places.items() if len(found) > 1}
    outside = {
        name: found for name, found in shared.items() if sum("planner/" not in place for place in found) > 1
    }
    assert outside == {}
    assert set(shared) == TWICE


def glossary() -> list[list[str]]:
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")][1:]


def test_the_glossary_has_whole_rows_and_each_term_once() -> None:
    terms = [row[0] for row in glossary()]

    assert [row for row in glossary() if len(row) != 4 or not all(row)] == []
    assert len(terms) == len(set(terms)) >= 60


def named(place: str) -> bool:
    """Whether `package/module.py`, or `package/module.py:Name`, is there."""
    file, _, name = place.partition(":")
    if not (ROOT / file).is_file():
        return False
    body = tree_of(ROOT / file).body
    known = {node.name for node in body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)}
    return not name or name in known | {alias_of(node) for node in body}


def test_what_the_glossary_names_in_the_code_is_there() -> None:
    places = [place for row in glossary() for place in re.findall(r"`([^`]+)`", row[3])]

    assert [place for place in places if not named(place)] == []


@pytest.mark.parametrize("package", DOMAIN)
def test_every_table_is_in_the_glossary(package: str) -> None:
    said = {place for row in glossary() for place in re.findall(r"`([^`]+)`", row[3])}
    file = f"{package}/tables.py"

    assert [name for name in public_types(ROOT / file) if f"{file}:{name}" not in said] == []

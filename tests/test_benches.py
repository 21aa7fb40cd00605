"""Benches are run by hand and seldom: what they take from the house must be there all the same."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from bench.proofs import Alone, Asked, Row, keep, rows_in, told
from tests.trees import tree_of

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]


def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def names_in(path: Path) -> set[str]:
    tree = tree_of(path)
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    made = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    taken = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom | ast.Import) for a in n.names}
    return bound | made | taken


@pytest.mark.parametrize("bench", sorted(path.name for path in (ROOT / "bench").glob("*.py")))
def test_what_a_bench_takes_is_there(bench: str) -> None:
    asked = [n for n in ast.walk(tree_of(ROOT / "bench" / bench)) if isinstance(n, ast.ImportFrom)]
    missing = [
        f"{node.module}.{alias.name}"
        for node in asked
        if (source := file_of(node.module or ""))
        for alias in node.names
        if alias.name not in names_in(source) and file_of(f"{node.module}.{alias.name}") is None
    ]
    assert not missing


def test_rows_of_a_bench_that_was_cut_are_not_measured_again(tmp_path: Path) -> None:
    """Not those of other seconds either; half a line is none."""
    asked = Asked(1, rows=tmp_path / "rows")
    row = Row("S-1", 52, 50, 43, {"10": 0.1}, 0.04, "", None, 200, 0, "50", 0.5, 30.0, Alone(None, 24, 0.2))

    keep(asked, row)
    with asked.rows.open("ab") as file:
        file.write(b'\n{"code": "')
    keep(asked, replace(row, name="S-2"))

    assert rows_in(asked, 30.0) == {"S-1": row, "S-2": replace(row, name="S-2")}
    assert rows_in(asked, 10.0) == {}
    assert "STARVED" in told(row)

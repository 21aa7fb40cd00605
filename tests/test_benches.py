"""Benches are run by hand and seldom: what they take from the house must be there all the same."""

import ast
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[1]


def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    made = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    taken = {a.asname or a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom | ast.Import) for a in n.names}
    return bound | made | taken


@pytest.mark.parametrize("bench", sorted(path.name for path in (ROOT / "bench").glob("*.py")))
def test_what_a_bench_takes_is_there(bench: str) -> None:
    asked = [n for n in ast.walk(ast.parse((ROOT / "bench" / bench).read_text())) if isinstance(n, ast.ImportFrom)]
    missing = [
        f"{node.module}.{alias.name}"
        for node in asked
        if (source := file_of(node.module or ""))
        for alias in node.names
        if alias.name not in names_in(source) and file_of(f"{node.module}.{alias.name}") is None
    ]
    assert not missing

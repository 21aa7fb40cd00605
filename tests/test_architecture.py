"""The order of the house: who may import whom, that every job has a worker."""

import ast
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.trees import tree_of

ROOT = Path(__file__).parents[1]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]


def contracts_of(folder: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the house that stands in this folder."""
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache"],
        cwd=folder, env={"PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )


PAGES = "6 An act stands on pages, and no page knows the JSON door"
NO_SQL = "7 No SQL, no transaction and no record at a door"
BREACHES = [
    ("festival/clock.py", "import submissions.status", "1 A film only moves forward"),
    ("submissions/entries.py", "import litestar", "2 Only the door speaks HTTP"),
    ("media/graph.py", "import redis", "3 Media is a craft"),
    ("screenings/blocks.py", "import piccolo", "4a What is judged is judged without a database"),
    ("screenings/planner/model.py", "import festival.clock", "4b The planner thinks alone"),
    ("screenings/planner/answers/why.py", "import screenings.lists", "4b The planner thinks alone"),
    (
        "screenings/planner/search/instance.py",
        "import screenings.planner.exact.rule_model",
        "4c The planner's rooms, each on the floor of the next",
    ),
    (
        "screenings/planner/checker.py",
        "import screenings.planner.rules",
        "4d The judge knows neither the rules nor the solver",
    ),
    ("screenings/planner/rules/rule.py", "import ortools", "4e A rule knows no solver"),
    ("submissions/intake.py", "import ffmpeg", "5 Only media calls ffmpeg"),
    ("api/pages/room.py", "import api.v1.files", PAGES),
    ("api/pages/committee.py", "import api.acts.room", PAGES),
    ("api/v1/committee.py", "import api.acts.recusals", PAGES),
    ("api/acts/venues.py", "import api.app", PAGES),
    ("api/acts/room.py", "import festival.db", NO_SQL),
    ("api/limits.py", "import festival.record", NO_SQL),
    ("api/v1/account.py", "import piccolo", NO_SQL),
]


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a copy of the house in which every contract is broken."""
    copy = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, copy / package,
            ignore=shutil.ignore_patterns("__pycache__", "static", "node_modules"),
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    for file, line, _ in BREACHES:
        path = copy / file
        path.write_text(path.read_text() + f"\n{line}\n")
    done = contracts_of(copy)
    assert done.returncode != 0
    return " ".join(done.stdout.split())


def test_the_house_keeps_its_import_contracts() -> None:
    linted = contracts_of(ROOT)

    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize(("file", "line", "contract"), BREACHES)
def test_a_forbidden_import_breaks_its_contract(linted: str, file: str, line: str, contract: str) -> None:
    """Broken by this very import, which the contract names among its faults."""
    importer, imported = file.removesuffix(".py").replace("/", "."), line.removeprefix("import ")

    assert f"{contract} BROKEN" in linted
    faults = linted.partition("Broken contracts")[2].partition(f"{contract} -")[2]
    assert f"{importer} -> {imported} (l." in faults


def names_given_to_later() -> dict[str, str]:
    """Every task that some act asks for, and where; a name that is no literal is `?`."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(tree_of(path)):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "later":
                    first = node.args[0]
                    name = first.value if isinstance(first, ast.Constant) else "?"
                    found[str(name)] = str(path.relative_to(ROOT))
    return found


def test_every_task_that_is_asked_for_is_a_job() -> None:
    from festival.jobs import JOBS

    asked = names_given_to_later()

    assert asked.pop("?") == "workers/tasks.py"  # the calendar asks for jobs of the table itself
    assert {"send_letter", "inspect_film", "make_screener", "plan_grid"} <= set(asked)
    assert set(asked) <= set(JOBS)
    assert {task for task, job in JOBS.items() if not job.every} == set(asked)


QUERIES = {"objects", "select", "raw", "insert", "exists", "save"}
QUERIES_OF_TABLES = {"update", "delete", "count"}  # of dicts and strings, these are none


def asks_a_table(node: ast.AST) -> bool:
    """`Person.objects()`, `row.save()`, `Person.update(…)`; `{}.update(…)` asks nobody."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    owner = node.func.value
    of_class = isinstance(owner, ast.Name) and owner.id[:1].isupper()
    return node.func.attr in QUERIES or (of_class and node.func.attr in QUERIES_OF_TABLES)


def test_no_door_asks_a_table() -> None:
    """What a door wants to know or to do is a list or a verb of a package; no SQL, no transaction."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "api").rglob("*.py")
        for node in ast.walk(tree_of(path))
        if asks_a_table(node)
    ]

    assert found == []


def test_bounds_of_an_address_are_held_wherever_a_program_asks() -> None:
    """Litestar's own drops what `Meta` says of a parameter (`api/queries.py`)."""
    drops = re.compile(r"litestar\.params import .*FromQuery")
    found = [path.name for path in (ROOT / "api" / "v1").glob("*.py") if drops.search(path.read_text())]

    assert found == []


@pytest.mark.parametrize("line", ["Person.objects().get(x)", "await row.save()", "Role.delete().where(x)"])
def test_a_question_to_a_table_is_seen(line: str) -> None:
    assert any(map(asks_a_table, ast.walk(ast.parse(line))))


def version(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in importlib.metadata.version(name).split(".")[:2])


def test_the_libraries_are_not_dragged_back() -> None:
    assert version("litestar") >= (2, 25)
    assert version("celery") == (5, 7)
    assert version("redis") >= (8, 0)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_row_is_refreshed(package: str) -> None:
    """Piccolo's `refresh` cannot read a JSON column that the pool has read already: ask for the row anew."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "refresh"
    ]

    assert found == []


def test_the_door_starts_without_solver_and_printer() -> None:
    """A door that was killed must stand again at once, and these take longer to read than all the rest."""
    heavy = {"ortools.sat", "ortools.math_opt", "pandas", "weasyprint"}
    told = subprocess.run(
        [sys.executable, "-c", "import sys, api.app; print(*sys.modules)"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )

    assert heavy.isdisjoint(told.stdout.split())

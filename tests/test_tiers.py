"""Two tiers of tests: `unit` starts nothing, the others find the whole house up."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.unit

DOORS = "import api.app, workers.app, workers.relay, workers.tasks"
GUARD = """
import sys
def watch(event, arguments):
    assert event not in {"socket.connect", "subprocess.Popen"}, (event, arguments)
sys.addaudithook(watch)
"""


def test_nothing_is_read_or_opened_when_the_doors_are_imported() -> None:
    """An editor looks for tests where nothing is set; settings of production would be refused there."""
    done = subprocess.run(
        [sys.executable, "-c", GUARD + DOORS], cwd=ROOT, env={}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_unit_test_that_asks_for_the_house_is_named(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *")
    (tmp_path / "test_wrong.py").write_text(
        "import pytest\n\n@pytest.mark.unit\nasync def test_hears(client): ...\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-q",
         str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )

    assert done.returncode != 0
    assert "they ask for the house" in done.stderr + done.stdout
    assert "test_hears" in done.stderr + done.stdout


def test_what_fails_is_named_before_the_run_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *")
    (tmp_path / "test_red.py").write_text(
        "import os, pytest\n\npytestmark = pytest.mark.unit\n\ndef test_red():\n    assert not 'at noon'\n\n"
        "def test_stopped():\n    os._exit(7)\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path), "-q",
         str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")},
    )  # fmt: skip

    assert done.returncode == 7
    assert "FAILED AT ONCE test_red.py::test_red (call) AssertionError: assert not 'at noon'" in done.stdout

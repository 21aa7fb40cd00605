"""What the browser's scripts reckon is tried by Node, without a browser: tests/js."""

import subprocess
from pathlib import Path

import pytest

from ops.front import node

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.unit


def test_the_pure_parts_of_the_scripts_keep_their_promises() -> None:
    files = sorted(map(str, (ROOT / "tests" / "js").glob("*.mjs")))

    done = subprocess.run([node(), "--test", *files], cwd=ROOT, capture_output=True, text=True, check=False)

    assert files
    assert done.returncode == 0, done.stdout

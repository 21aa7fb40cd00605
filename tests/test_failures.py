"""The catalogue of faults and the clauses of tus name tests that there are; what is not tried is said."""

import re
from pathlib import Path

import pytest

from ops.faults import faults

pytestmark = pytest.mark.unit

TESTS = Path(__file__).parent


def test_every_row_is_read() -> None:
    assert [fault.number for fault in faults()] == list(range(1, 63))


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: str(fault.number))
def test_a_row_names_tests_that_there_are_or_says_that_there_are_none(fault) -> None:
    assert fault.tests or fault.gap
    for test in fault.tests:
        assert is_there(test), test


def is_there(test: str) -> bool:
    path, _, name = test.partition("::")
    return not name or re.search(rf"def {name}\b", (TESTS / path).read_text()) is not None


def test_every_clause_of_tus_names_a_test_that_there_is() -> None:
    rows = [row for row in (TESTS.parent / "docs/tus.md").read_text().partition("\n## ")[0].splitlines() if row.startswith("| ")]
    named = [re.findall(r"`([^`]+::[^`]+)`", row) for row in rows[1:]]

    assert len(named) > 20
    assert all(tests and all(is_there(test) for test in tests) for tests in named)

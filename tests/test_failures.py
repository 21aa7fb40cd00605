"""The catalogue of faults names tests that there are, and every row says what it does not try."""

import re
from pathlib import Path

import pytest

from ops.faults import faults

pytestmark = pytest.mark.unit

TESTS = Path(__file__).parent


def test_every_row_is_read() -> None:
    assert [fault.number for fault in faults()] == list(range(1, 62))


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: str(fault.number))
def test_a_row_names_tests_that_there_are_or_says_that_there_are_none(fault) -> None:
    assert fault.tests or fault.gap
    for test in fault.tests:
        path, _, name = test.partition("::")
        text = (TESTS / path).read_text()
        assert not name or re.search(rf"def {name}\b", text), test

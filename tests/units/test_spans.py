"""Stretches that touch are one."""

import pytest

from units.spans import merged

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("spans", "gap", "expected"),
    [
        ([], 0, []),
        ([(5, 9), (0, 2)], 0, [(0, 2), (5, 9)]),
        ([(0, 10), (10, 12)], 0, [(0, 12)]),
        ([(0, 10), (2, 4)], 0, [(0, 10)]),
        ([(0.0, 1.0), (1.06, 2.0)], 0.06001, [(0.0, 2.0)]),
        ([(0.0, 1.0), (1.07, 2.0)], 0.06001, [(0.0, 1.0), (1.07, 2.0)]),
    ],
)
def test_what_touches_is_one(spans: list[tuple[float, float]], gap: float, expected: list[tuple[float, float]]) -> None:
    assert merged(spans, gap=gap) == expected

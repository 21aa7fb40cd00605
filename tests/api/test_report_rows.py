"""The technical report's table: what was measured, and what is allowed."""

import pytest

from api.pages import _report
from media import policy
from media.facts import Picture

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("lang", "measured", "expected"), [
    ("fr", "5,1\N{NO-BREAK SPACE}%", "5\N{NO-BREAK SPACE}% au plus"), ("en", "5.1%", "5% at most"),
])  # fmt: skip
def test_a_limit_says_whether_it_is_the_most_or_the_least(lang: str, measured: str, expected: str) -> None:
    picture = Picture(codec="h264", width=1920, height=1080, rate=(25, 1), frames=9, combed=0.051)
    found = list(policy.about_cadence(picture, policy.load("festival")))
    damaged = policy.warn("AUDIO_DAMAGED", 3, "2")  # *2* is the number of a track

    rows = _report.found_rows(lang, policy.verdict_of_findings([*found, damaged], policy.load("festival")))

    assert [(row.measured, row.expected) for row in rows] == [(measured, expected), ("3", "")]

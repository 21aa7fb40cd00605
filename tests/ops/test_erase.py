"""The plan from the terminal says what the page says, and what is left out is left out."""

from argparse import Namespace
from datetime import UTC, datetime

import pytest

from keeping.erasure import FilmFate, Line, Plan
from keeping.mentions import Mention
from ops.erase import picked, told

pytestmark = pytest.mark.unit

HERE = Mention(table="guest", row="g1", edition="e", columns=["name"], around="avec Ada King")
READ = Mention(table="film", row="f1", edition="e", columns=["title"], around="", is_public=True)


def test_each_line_says_what_goes_or_why_it_stays() -> None:
    film = FilmFate(submission="s", film="f", title="Comète", edition="2027", status="accepted", goes=False,
                    why="public", files=2, size=3_000_000)  # fmt: skip
    plan = Plan(person="p", name="Ada", email="ada@example.org", films=[film], goes=[Line(table="role", count=1)],
                stays=[Line(table="review", count=4, why="vote")], elsewhere=[HERE, READ], asks=["part"], jobs=1,
                backups_until=datetime(2027, 3, 1, tzinfo=UTC))  # fmt: skip

    lines = "\n".join(told(plan))

    assert (
        "Comète (2027, accepted, 2 files, 3.0\u00a0MB): stays: the film was announced or published"
        in lines
    )
    assert "1 x part in an edition" in lines
    assert "4 x score sheet: a vote that was counted stays so" in lines
    assert "guest.g1: avec Ada King" in lines
    assert "jobs to be stopped: 1; in backups until: 2027-03-01" in lines


@pytest.mark.parametrize(("but", "published", "left"), [
    ("", False, ["guest.g1"]), ("guest.g1", False, []), ("", True, ["guest.g1", "film.f1"]),
])  # fmt: skip
def test_what_was_published_and_what_is_named_stays(
    but: str, published: bool, left: list[str]
) -> None:
    assert picked([HERE, READ], Namespace(but=but, published=published)) == left

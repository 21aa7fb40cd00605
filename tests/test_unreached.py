"""What nothing can reach is known by name: the list in `docs/unreached.md` is the whole of it."""

import ast
import re

import pytest

from tests import reach, writers

pytestmark = pytest.mark.unit

PAGE = reach.ROOT / "docs" / "unreached.md"
FINDERS = {
    "Functions and modules": reach.unreached,
    "Tables and columns that nobody writes": writers.unwritten,
    "Settings that nothing asks for": writers.unread,
}


def listed() -> dict[str, set[str]]:
    sections = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0]: set(re.findall(r"^\| `([\w.]+)` \|", section, re.MULTILINE))
        for section in sections
    }


UNFED = "Fields of the planner's problem that no row fills"
"""Held against the rows themselves, by tests/screenings/test_problem.py."""


def test_the_page_has_a_section_for_each_kind() -> None:
    assert listed().keys() == {*FINDERS, UNFED}


@pytest.mark.parametrize("kind", FINDERS)
def test_what_nothing_can_reach_stands_on_the_page_and_nothing_else(kind: str) -> None:
    found, known = FINDERS[kind](), listed()[kind]

    assert sorted(found - known) == [], "no caller or no writer: give it one, or a row on the page"
    assert sorted(known - found) == [], "reached by now: its row can go"


# The finders themselves, on changes that they have to see

ALONE = "async def send_flowers(person): ...\n"


def planted(
    monkeypatch: pytest.MonkeyPatch, module: str, *, more: str = "", **instead: str
) -> None:
    """The tree as it stands, with something added to a module or said otherwise in it."""
    trees = dict(reach.modules())
    text = ast.unparse(trees[module])
    for old, new in instead.items():
        assert old in text
        text = text.replace(old, new)
    trees[module] = ast.parse(text + "\n" + more)
    for where in (reach, writers):
        monkeypatch.setattr(where, "modules", lambda: trees)


def test_a_verb_without_a_caller_is_found_even_where_another_one_like_it_calls_it(
    monkeypatch,
) -> None:
    before = reach.unreached()
    planted(
        monkeypatch,
        "festival.people",
        more=ALONE + "async def thank(person): await send_flowers(person)",
    )

    assert reach.unreached() - before == {"festival.people.send_flowers", "festival.people.thank"}


def test_a_method_without_a_caller_is_found(monkeypatch) -> None:
    before = reach.unreached()
    planted(
        monkeypatch,
        "media.facts",
        more="class Reel(Struct):\n    def unwound(self): ...\nREEL = Reel",
    )

    assert reach.unreached() - before == {"media.facts.Reel.unwound"}


def test_a_verb_that_found_its_door_is_no_longer_found(monkeypatch) -> None:
    planted(monkeypatch, "api.v1.operator", more="HANDLERS.append(thickest)")

    assert "media.facts.Bars.thickest" not in reach.unreached()


def test_a_column_that_nobody_writes_is_found_and_one_that_is_written_is_not(monkeypatch) -> None:
    before = writers.unwritten()
    planted(
        monkeypatch, "reviews.tables",
        more="class Bouquet(Table):\n    id = Varchar()\n    scent = Varchar()\n    colour = Varchar()\n"
        "SEND = 'INSERT INTO bouquet (id, colour) VALUES (1, 2)'",
    )  # fmt: skip

    assert writers.unwritten() - before == {"Bouquet.scent"}


def test_a_table_that_nobody_puts_a_row_into_is_found(monkeypatch) -> None:
    before = writers.unwritten()
    planted(monkeypatch, "reviews.tables", more="class Bouquet(Table):\n    scent = Varchar()")

    assert writers.unwritten() - before == {"Bouquet"}

"""Templates are compiled once for all languages, and say in each what is of that language."""

import re
from pathlib import Path

import pytest
from jinja2 import DictLoader

from api.drawing import COMPILED, environment

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]


NEVER_REFUSED = {
    "components.html", "operator/mailbox.html", "operator/record.html", "operator/form_preview.html",
    "programmer/paper.html", "programmer/papers.html", "public/receipt.html",
}  # fmt: skip
"""Pages that no act draws again."""


@pytest.mark.parametrize("written", [r'href="\?', r'method="get"(?![^>]*action=)[^>]*>', r"filters\((?![^%]*\bat=)[^%]*%}"])
def test_whatever_narrows_a_list_says_where_the_list_lives(written: str) -> None:
    """A refused act has left its reader at its own address, which nobody can read."""
    templates = ROOT / "api" / "templates"
    found = {
        path.relative_to(templates).as_posix() for path in templates.rglob("*.html")
        if path.parent.name != "_macros" and re.search(written, path.read_text())
    }

    assert found <= NEVER_REFUSED


def test_languages_share_what_is_compiled_and_no_word_of_it() -> None:
    loader = DictLoader({"page": "{{ 1234567 | number }} {{ '2027-11-26' | as_day | date }}"})
    before = set(COMPILED.kept)

    said = [environment(lang).overlay(loader=loader).get_template("page").render() for lang in ("fr", "en")]

    assert said == ["1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567 26 novembre 2027", "1,234,567 26 November 2027"]
    assert len(set(COMPILED.kept) - before) == 1

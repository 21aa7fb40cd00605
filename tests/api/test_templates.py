"""Templates are compiled once for all languages, and say in each what is of that language."""

import pytest
from jinja2 import DictLoader

from api.drawing import COMPILED, environment

pytestmark = pytest.mark.unit


def test_languages_share_what_is_compiled_and_no_word_of_it() -> None:
    loader = DictLoader({"page": "{{ 1234567 | number }} {{ '2027-11-26' | as_day | date }}"})
    before = set(COMPILED.kept)

    said = [environment(lang).overlay(loader=loader).get_template("page").render() for lang in ("fr", "en")]

    assert said == ["1\N{NO-BREAK SPACE}234\N{NO-BREAK SPACE}567 26 novembre 2027", "1,234,567 26 November 2027"]
    assert len(set(COMPILED.kept) - before) == 1

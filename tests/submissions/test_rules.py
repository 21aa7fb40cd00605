"""Which films a section takes: each rule at its edge, and what it says to whom it turns away."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from festival.language import has_words, t
from submissions.eligibility import (
    BY_NAME,
    RULES,
    TIERS,
    Candidate,
    RuleSetting,
    RuleWeight,
    SectionTerms,
    exactly,
    findings,
    fitting,
    refusals,
    wrong_settings,
)

pytestmark = pytest.mark.unit


def terms(letter: str = "C", least: int = 60, most: int = 600, **rules: Any) -> SectionTerms:
    return SectionTerms(
        letter=letter, least_seconds=least, most_seconds=most,
        rules={name: RuleSetting(weight=RuleWeight.REFUSED, value=value) for name, value in rules.items()},
    )  # fmt: skip


def broken(film: Candidate, asked: SectionTerms) -> list[str]:
    return [one.code for one in refusals(film, asked)]


@pytest.mark.parametrize(("seconds", "is_taken"), [(59, False), (60, True), (600, True), (601, False), (None, True)])
def test_the_edges_of_a_section_belong_to_it(seconds: int | None, is_taken: bool) -> None:
    said = broken(Candidate(seconds=seconds), terms())

    assert said == ([] if is_taken else ["declared_seconds:runtime_outside_section"])


CASES = [
    ("year", 2026, {"year": 2026}, {"year": 2025}),
    ("countries", ["FR", "BE"], {"countries": ["DE", "BE"]}, {"countries": ["DE"]}),
    ("countries_not", ["FR"], {"countries": ["DE"]}, {"countries": ["DE", "FR"]}),
    ("readable", ["fr", "en"], {"languages": ["uk"], "subtitles": ["en"]}, {"languages": ["uk"], "subtitles": ["de"]}),
    ("readable", ["fr", "en"], {"languages": ["fr-CA"]}, {"languages": ["uk"], "subtitles": ["zxx"]}),
    ("readable", ["fr", "en"], {"languages": ["zxx"]}, {"languages": ["zxx", "uk"]}),
    ("readable_each", ["fr", "en"], {"languages": ["fr"], "subtitles": ["en", "de"]}, {"languages": ["fr"], "subtitles": ["de"]}),
    ("readable_each", ["fr", "en"], {"languages": ["zxx"]}, {"languages": ["en"]}),
    ("premiere", "european", {"premiere": "international"}, {"premiere": "national"}),
    ("premiere", "european", {"premiere": "european"}, {"premiere": "none"}),
    ("per_director", 2, {"others": 1}, {"others": 2}),
    ("new", None, {"was_here": False}, {"was_here": True}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "value", "good", "bad"), CASES)
def test_a_rule_takes_what_it_asks_for_and_says_why_it_takes_nothing_else(rule, value, good, bad) -> None:
    asked = terms(**{rule: value})

    assert broken(Candidate(**good), asked) == []
    assert broken(Candidate(**bad), asked) == [f"{BY_NAME[rule].field}:{BY_NAME[rule].code}"]


@pytest.mark.parametrize(("rule", "value", "_", "bad"), CASES)
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_a_rule_says_is_whole_in_both_languages(rule, value, _, bad, lang) -> None:
    asked = terms(**{rule: value})
    [found] = findings(Candidate(**bad), asked)

    for key in (f"error.{BY_NAME[rule].code}", f"eligibility.{rule}.asks"):
        words = t(lang, key, **found.values)
        assert words
        assert "{" not in words


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_has_its_words(rule) -> None:
    keys = [f"eligibility.{rule.name}", f"eligibility.{rule.name}.example", f"eligibility.{rule.name}.asks"]
    keys += [f"eligibility.{rule.name}.value"] if rule.kind else []

    assert [key for key in keys if not has_words(key)] == []


def test_what_is_not_typed_yet_breaks_nothing() -> None:
    every = terms(**{rule: value for rule, value, _, _ in CASES})

    assert findings(Candidate(), every) == []


@pytest.mark.parametrize(("weight", "found", "refused"), [
    (RuleWeight.OFF, 0, 0), (RuleWeight.REMARK, 1, 0), (RuleWeight.REFUSED, 1, 1),
])  # fmt: skip
def test_a_remark_keeps_nobody_out(weight: RuleWeight, found: int, refused: int) -> None:
    asked = SectionTerms(letter="C", least_seconds=0, most_seconds=600, rules={"year": RuleSetting(weight=weight, value=2026)})
    film = Candidate(year=2020)

    assert (len(findings(film, asked)), len(refusals(film, asked))) == (found, refused)


def test_lengths_are_refused_unless_the_section_says_otherwise() -> None:
    asked = SectionTerms(letter="C", least_seconds=60, most_seconds=600, rules={"length": RuleSetting(weight=RuleWeight.REMARK)})

    assert broken(Candidate(seconds=601), terms()) != []
    assert broken(Candidate(seconds=601), asked) == []


def test_the_section_that_would_take_it_is_open_and_refuses_nothing() -> None:
    film = Candidate(seconds=1200)
    short, long, shut = terms("S", 60, 600), terms("L", 601, 9000), SectionTerms(letter="X", least_seconds=0, most_seconds=9000, is_open=False)

    assert fitting(dict.fromkeys("SLX", film), [short, long, shut]) == ["L"]


@pytest.mark.parametrize(("rules", "said"), [
    ({"year": RuleSetting(weight=RuleWeight.REFUSED)}, ["rule_year:rule_without_value"]),
    ({"year": RuleSetting(weight=RuleWeight.OFF)}, []),
    ({"year": RuleSetting(weight=RuleWeight.REFUSED, value=17)}, ["rule_year:rule_value_unfit"]),
    ({"year": RuleSetting(weight=RuleWeight.REFUSED, value=["FR"])}, ["rule_year:rule_value_unfit"]),
    ({"premiere": RuleSetting(weight=RuleWeight.REFUSED, value="galactic")}, ["rule_premiere:rule_value_unfit"]),
    ({"countries": RuleSetting(weight=RuleWeight.REMARK, value=[])}, ["rule_countries:rule_without_value"]),
    ({"new": RuleSetting(weight=RuleWeight.REFUSED, value=3)}, ["rule_new:rule_value_unfit"]),
    ({"taste": RuleSetting()}, ["rules:section_rule_unknown"]),
])  # fmt: skip
def test_a_rule_that_no_film_could_be_held_against_is_refused(rules, said) -> None:
    assert wrong_settings(rules) == said


CANDIDATES = st.builds(
    Candidate,
    seconds=st.none() | st.integers(1, 86400),
    year=st.none() | st.integers(1888, 2100),
    countries=st.lists(st.sampled_from(["FR", "BE", "UA", "JP"]), max_size=3, unique=True),
    languages=st.lists(st.sampled_from(["fr", "en", "uk", "zxx"]), max_size=2, unique=True),
    subtitles=st.lists(st.sampled_from(["fr", "en", "zxx"]), max_size=2, unique=True),
    premiere=st.sampled_from(["", *TIERS]),
    others=st.integers(0, 5),
    was_here=st.booleans(),
)
VALUES = {
    "length": st.none(), "year": st.integers(1888, 2100),
    "countries": st.lists(st.sampled_from(["FR", "BE"]), min_size=1), "countries_not": st.just(["JP"]),
    "readable": st.just(["fr", "en"]), "readable_each": st.just(["fr", "en"]),
    "premiere": st.sampled_from(TIERS), "per_director": st.integers(1, 4), "new": st.none(),
}  # fmt: skip
SETTINGS = st.fixed_dictionaries(
    {}, optional={
        name: st.builds(RuleSetting, weight=st.sampled_from(list(RuleWeight)), value=value)
        for name, value in VALUES.items()
    },
)  # fmt: skip


@given(CANDIDATES, SETTINGS, st.integers(0, 5000), st.integers(0, 5000))
def test_letting_a_rule_go_never_turns_a_film_away(film, rules, least, more) -> None:
    asked = SectionTerms(letter="C", least_seconds=least, most_seconds=least + more, rules=rules)
    said = {one.rule for one in refusals(film, asked)}

    for name in rules:
        off = {**rules, name: RuleSetting(weight=RuleWeight.OFF)}
        let_go = SectionTerms(letter="C", least_seconds=least, most_seconds=least + more, rules=off)
        assert {one.rule for one in refusals(film, let_go)} == said - {name}


@pytest.mark.parametrize(("seconds", "words"), [(59, "59 s"), (60, "1 min"), (3599, "59 min 59 s"), (3600, "1 h 00"), (20_000, "5:33:20")])
def test_a_bound_is_told_as_it_is(seconds: int, words: str) -> None:
    assert exactly("fr", seconds).replace("\u00a0", " ") == words

"""The technical rules as people set them: bounded, named when wrong, kept as what differs."""

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from festival.language import has_words
from media import policy, rulebook
from media.policy import laid_over, load, merged
from media.rulebook import GROUPS, LEVELS, RULES, Measure, Pick, different, limits, rules_of, values

pytestmark = pytest.mark.unit

HOUSE = load("festival")


def test_every_code_that_is_judged_has_its_rule_and_its_words() -> None:
    source = Path(policy.__file__).read_text()
    judged = set(re.findall(r"(?:reject|warn)\(\s*\"([A-Z_]+)\"", source))

    assert judged - set(RULES) - set(rulebook.FOLLOWS) == set()
    for code in RULES:
        assert has_words(f"rule.{code}"), code
        assert has_words(f"rule.{code}.name"), code


def test_how_a_rule_weighs_by_itself_is_what_the_judge_says() -> None:
    source = Path(policy.__file__).read_text()
    said: dict[str, set[str]] = {}
    for verb, code in re.findall(r"(reject|warn)\(\s*\"([A-Z_]+)\"", source):
        said.setdefault(code, set()).add(verb)

    for code, verbs in said.items():
        if code in RULES and code != "CONTAINER_NOT_ALLOWED":
            assert set(RULES[code].usual) == verbs, code


def test_every_limit_of_a_policy_stands_in_exactly_one_rule() -> None:
    paths = [limit.path for limit in limits()]

    assert len(paths) == len(set(paths))
    for limit in limits():
        if isinstance(limit, Measure):
            shown = limit.shown(HOUSE)
            assert shown is not None
            assert limit.bounds[0] <= shown <= limit.bounds[1], limit.path


def test_the_rules_as_they_are_shown_differ_in_nothing() -> None:
    assert rules_of(values(HOUSE), HOUSE) == ({}, [])
    assert rules_of(values(load("demo")), load("demo")) == ({}, [])


def test_only_what_differs_is_kept_and_read_again_as_it_was_set() -> None:
    own, wrong = rules_of(
        {"height.least": "576", "combed_share": "7,5", "level.AUDIO_MONO": "reject", "most_size.1": 4096,
         "containers": ["mov"], "containers.warn": ["mp4"], "duration.unlike_declared": ""}, HOUSE,
    )  # fmt: skip

    assert wrong == []
    assert own == {
        "height": {"least": 576}, "combed_share": 0.075, "severities": {"AUDIO_MONO": "reject"},
        "most_size": [4096, 4096], "containers": {"accept": ["mov"], "warn": ["mp4"]},
        "duration": {"unlike_declared": None},
    }  # fmt: skip
    laid = laid_over("festival", "", own)
    assert (laid.height.least, laid.height.recommended, laid.duration.unlike_declared) == (576, 1080, None)
    assert rulebook.changes(HOUSE, laid)["combed_share"] == [5, 7.5]


def test_what_lies_above_wins_and_can_be_put_back_as_usual() -> None:
    edition = {"severities": {"AUDIO_MONO": "reject", "VIDEO_VFR": "off"}, "height": {"least": 576}}
    section = {"severities": {"AUDIO_MONO": "usual"}, "height": {"recommended": 720}}

    laid = laid_over("festival", "", edition, section)

    assert (laid.height.least, laid.height.recommended) == (576, 720)
    assert rulebook.weighs(laid, RULES["AUDIO_MONO"]) == ("warn",)
    assert rulebook.weighs(laid, RULES["VIDEO_VFR"]) == ()
    below = laid_over("festival", "", edition)
    assert rules_of({"level.AUDIO_MONO": "usual"}, below)[0] == {"severities": {"AUDIO_MONO": "usual"}}


@pytest.mark.parametrize(("name", "value", "code"), [
    ("height.least", "15", "rule_beyond"), ("height.least", "4321", "rule_beyond"),
    ("height.least", "", "rule_beyond"), ("height.least", "lots", "rule_beyond"),
    ("height.least", "nan", "rule_beyond"), ("height.least", "inf", "rule_beyond"),
    ("height.least", "720.5", "rule_broken"), ("height.least", ["720"], "rule_beyond"),
    ("height.least", True, "rule_beyond"), ("black.inside", 0.5, "rule_beyond"),
    ("codecs", [], "rule_none_taken"), ("codecs", ["wmv3"], "rule_choice"), ("codecs", "h264", "rule_choice"),
    ("level.AUDIO_MONO", "quarantine", "rule_level"), ("level.AUDIO_MONO", ["off"], "rule_level"),
    ("level.HOSTILE_REFERENCE", "off", "rule_fixed"), ("level.COPY_IMPOSSIBLE", "warn", "rule_fixed"),
    ("level.NOSUCH", "off", "rule_unknown"), ("hard_most_pixels", "1", "rule_unknown"),
    ("id", "x", "rule_unknown"), ("height", {"least": 1}, "rule_unknown"), ("codecs.warn", [], "rule_unknown"),
])  # fmt: skip
def test_a_wrong_value_is_named_with_what_would_do(name: str, value: object, code: str) -> None:
    _, wrong = rules_of({name: value}, HOUSE)

    assert [(fault.at, fault.code) for fault in wrong] == [(name, code)]
    if code == "rule_beyond":
        assert {"least", "most"} <= wrong[0].values.keys()


@pytest.mark.parametrize(("given", "at"), [
    ({"duration.least": 600, "duration.most": 60}, "duration.most"),
    ({"height.recommended": 360}, "height.recommended"),
    ({"sound.loudness.low": -10}, "sound.loudness.high"), ({"aspect.least": 3}, "aspect.most"),
])  # fmt: skip
def test_of_two_limits_the_lower_is_not_the_higher(given: dict, at: str) -> None:
    _, wrong = rules_of(given, HOUSE)

    assert [(fault.at, fault.code) for fault in wrong] == [(at, "rule_out_of_order")]


def setting(limit: Measure | Pick) -> st.SearchStrategy[object]:
    if isinstance(limit, Pick):
        return st.lists(st.sampled_from([str(one) for one in limit.values]), min_size=1, unique=True)
    low, high = limit.bounds
    numbers = st.floats(low, high) if not limit.is_whole else st.integers(int(low), int(high))
    return numbers.map(lambda number: round(number, 2))


DRAFTS = st.fixed_dictionaries(
    {}, optional={
        **{limit.path: setting(limit) for limit in limits()},
        **{rule.level_path: st.sampled_from(LEVELS) for rule in RULES.values() if not rule.is_fixed},
    },
)  # fmt: skip


@given(DRAFTS)
def test_whatever_is_set_within_its_bounds_is_kept_and_read_again(draft: dict) -> None:
    own, wrong = rules_of(draft, HOUSE)
    if wrong:
        assert {fault.code for fault in wrong} <= {"rule_out_of_order", "rule_beyond"}
        return

    laid = laid_over("festival", "", own)
    again, none = rules_of(values(laid), HOUSE)

    assert none == []
    assert laid_over("festival", "", again) == laid
    assert set(rulebook.changes(HOUSE, laid)) <= {*draft, *(f"{name}.warn" for name in draft)}


@given(DRAFTS, DRAFTS)
def test_a_difference_laid_over_what_it_differs_from_gives_the_whole(one: dict, other: dict) -> None:
    below = merged(msgspec.to_builtins(HOUSE), rules_of(one, HOUSE)[0])
    above = merged(msgspec.to_builtins(HOUSE), rules_of(other, HOUSE)[0])
    gone = set(below["severities"]) - set(above["severities"])
    above["severities"] |= dict.fromkeys(gone, "usual")

    assert merged(below, different(below, above)) == above


def test_groups_are_what_people_know() -> None:
    assert list(GROUPS) == ["container", "picture", "sound", "time", "subtitle"]

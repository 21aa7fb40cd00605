"""A name is found however it is spelt, and never inside another word."""

import pytest

from keeping import naming

pytestmark = pytest.mark.unit

TEXT = "Avec É́léonore  Le-Gall, Eleonore LE GALL et ELÉONORE\nle gall ; pas Eleonore Le Gallois."


def test_a_name_goes_in_every_spelling_and_no_other_word_does() -> None:
    gone = naming.redacted(TEXT, ["Éléonore Le Gall"])

    assert gone == "Avec [effacé], [effacé] et [effacé] ; pas Eleonore Le Gallois."


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Straße", "dans la STRASSE d'à côté", "dans la [effacé] d'à côté"),
        ("ｆｕｌｌ width", "FULL WIDTH", "[effacé]"),
        ("ada@example.org", "<Ada@Example.org>, bada@example.org", "<[effacé]>, bada@example.org"),
        ("D’Arc", "Jeanne d'arc", "Jeanne [effacé]"),
        ("Al", "al dente", "al dente"),  # too short to be looked for
        ("(.*)", "anything (.*)", "anything (.*)"),
        ("李小龙", "李小龙 et 李小龙传", "[effacé] et 李小龙传"),
    ],
)
def test_names_as_people_write_them(name: str, text: str, left: str) -> None:
    assert naming.redacted(text, [name]) == left


def test_two_names_that_overlap_go_as_one() -> None:
    assert naming.redacted("Ada King Lovelace", ["Ada King", "King Lovelace"]) == "[effacé]"


def test_json_keeps_its_shape() -> None:
    value = {"names": ["Ada Byron", 3, None, {"ada byron": "by ADA BYRON"}], "n": 1.5}

    assert naming.without(value, ["ada byron"]) == {
        "names": ["[effacé]", 3, None, {"ada byron": "by [effacé]"}], "n": 1.5,
    }  # fmt: skip


def test_a_short_column_is_not_overrun() -> None:
    assert naming.redacted("Ada " * 4, ["Ada"], most=16) == "[effacé] [effacé"

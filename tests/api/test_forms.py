"""A wrong field is named by the bound of its own type that it breaks."""

from typing import Annotated

import pytest
from msgspec import Meta

from api.drawing import filters
from api.forms import fault_of

pytestmark = pytest.mark.unit

Short = Annotated[str, Meta(min_length=2, max_length=4)]
Few = Annotated[list[Short], Meta(max_length=2)]
Share = Annotated[float, Meta(ge=0, le=1)]


@pytest.mark.parametrize(
    ("value", "kind", "code"),
    [
        ("a", Short, "field_short"),
        ("abcde", Short, "field_long"),
        ("b", Annotated[str, Meta(pattern="^a$")], "field_invalid"),
        (["ab", "ab", "ab"], Few, "field_long"),
        ([], Annotated[list[str], Meta(min_length=1)], "nothing_chosen"),
        (["ab", "abcde"], Few, "field_long"),
        ("-1", Annotated[int, Meta(ge=0)], "field_out_of_bounds"),
        ("9" * 40, Annotated[int, Meta(le=9)] | None, "field_out_of_bounds"),
        ("1.5", Share, "field_out_of_bounds"),
        ("soon", Annotated[int, Meta(ge=0)], "field_invalid"),
        ("soon", Share, "field_invalid"),
        (5, Short, "field_invalid"),
    ],
)
def test_the_bound_that_is_broken_has_the_word(value: object, kind: object, code: str) -> None:
    assert fault_of(value, kind) == code


def test_words_above_a_form_name_their_field_where_they_do_not_say_it() -> None:
    of_field = filters("fr")["of_field"]

    assert of_field("C’est trop long.", "name") == "Nom\u00a0: c’est trop long."
    assert of_field("C’est trop long.", "no_such_field") == "C’est trop long."
    assert of_field("Donnez une lettre de A à Z.", "letter") == "Donnez une lettre de A à Z."
    assert filters("en")["of_field"]("This is too long.", "name") == "Name: this is too long."

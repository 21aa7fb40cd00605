"""The published shapes are those of the code, and a wrong field is named."""

import msgspec
import pytest

from screenings.planner.model import Problem
from screenings.planner.schemas import FOLDER, SHAPES, schema

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("name", SHAPES)
def test_the_published_schema_is_the_one_of_the_code(name):
    assert (FOLDER / f"{name}.schema.json").read_bytes() == schema(name)


@pytest.mark.parametrize(("field", "path"), [
    (b'{"days": 16, "screens": [], "programmes": []}', "$.days"),
    (b'{"days": 3, "screens": [], "programmes": [], "settings": {"H3": {"level": "loud"}}}',
     "$.settings[...].level"),
    (b'{"days": 3, "screens": [], "programmes": [], "juries": [{"id": "j", "name": "J", "programmes": [], "most_a_day": 0}]}',
     "$.juries[0].most_a_day"),
    (b'{"days": 3, "screens": [], "programmes": [], "step": 0}', "$.step"),
])
def test_a_wrong_field_is_named(field, path):
    with pytest.raises(msgspec.ValidationError, match="at `" + path.replace("$", r"\$").replace("[", r"\[")):
        msgspec.json.decode(field, type=Problem)

"""What nobody says of a programme or a screen is the same in table, form, page and planner."""

import msgspec
import pytest

from api.acts.screens import TypedScreen
from screenings.defaults import PROGRAMME, SCREEN
from screenings.planner import model
from screenings.programmes import ProgrammeForm
from screenings.rooms import ScreenForm
from screenings.tables import Programme, Screen

pytestmark = pytest.mark.unit


FROM_ITS_FILMS = {"languages", "subtitles"}
"""Nothing said of them is what its films say, and no empty list."""


def said(shape: type[msgspec.Struct]) -> dict[str, object]:
    """The fields of a shape that have a plain default."""
    return {
        field.name: field.default
        for field in msgspec.structs.fields(shape)
        if field.default is not msgspec.NODEFAULT
    }


@pytest.mark.parametrize(("shape", "usual"), [
    (ProgrammeForm, PROGRAMME), (ScreenForm, SCREEN), (TypedScreen, SCREEN),
])  # fmt: skip
def test_a_form_begins_as_the_planner_does(shape, usual) -> None:
    known = set(said(shape)) & set(usual.__struct_fields__) - {"title", "section"} - FROM_ITS_FILMS

    assert known
    assert {name: said(shape)[name] for name in known} == {name: getattr(usual, name) for name in known}


@pytest.mark.parametrize(("table", "shape"), [(Programme, model.Programme), (Screen, model.Screen)])
def test_a_row_begins_as_the_planner_does(table, shape) -> None:
    usual = said(shape)
    columns = {column._meta.name: column.get_default_value() for column in table._meta.columns}

    known = set(columns) & set(usual) - {"section", "venue"}

    assert len(known) >= 1
    assert {name: columns[name] for name in known} == {name: usual[name] for name in known}

"""The closed table of access: what one thing more, or one less, changes for whom."""

import pytest

from festival.access import Act, Subject, Viewer, may
from festival.tables import Phase, Role

pytestmark = pytest.mark.unit

FILM = Subject(id="film", section="C", status="submitted", members=frozenset({"ada"}), editors=frozenset({"ada"}),
               owners=frozenset({"ada"}), is_released=True)
OF_A_MAKER = {Act.SEE_ENTRY, Act.EDIT_ENTRY, Act.UPLOAD, Act.WATCH_OWN}
OF_THE_COMMITTEE = {Act.WATCH, Act.REVIEW, Act.RECUSE}
ABOUT_A_FILM = OF_A_MAKER | OF_THE_COMMITTEE | {Act.SEE_REVIEWS, Act.DECIDE, Act.READMIT}


def somebody(*parts: Role, **given: object) -> Viewer:
    return Viewer(**{"id": "jun", "phase": Phase.SELECTION, "roles": frozenset(parts), **given})


def acts(viewer: Viewer, **given: object) -> set[Act]:
    """What this person may do to the film, if it were so."""
    film = Subject(**{**{name: getattr(FILM, name) for name in FILM.__struct_fields__}, **given})
    return {act for act in ABOUT_A_FILM if may(viewer, act, film)}


def test_a_stranger_may_do_nothing_to_a_film() -> None:
    assert acts(Viewer()) == acts(somebody()) == set()


def test_its_maker_has_the_entry_and_nothing_of_the_committee() -> None:
    maker = somebody(Role.FILMMAKER, id="ada")

    assert acts(maker) == acts(maker, status="draft", is_released=False) == OF_A_MAKER


def test_nobody_judges_their_own_film_whatever_else_they_are() -> None:
    assert acts(somebody(Role.CHAIR, Role.REVIEWER, Role.FILMMAKER, id="ada"), has_own_review=True) == OF_A_MAKER


@pytest.mark.parametrize("part", [Role.REVIEWER, Role.CHAIR])
def test_a_committee_hears_others_once_it_has_spoken(part: Role) -> None:
    """A chair reads at once, where the edition's phases do not let them wait."""
    own = {Act.DECIDE, Act.READMIT, Act.SEE_REVIEWS} if part is Role.CHAIR else set()

    assert acts(somebody(part)) == OF_THE_COMMITTEE | own
    assert acts(somebody(part), has_own_review=True) == OF_THE_COMMITTEE | own | {Act.SEE_REVIEWS}


@pytest.mark.parametrize("part", [Role.REVIEWER, Role.CHAIR])
@pytest.mark.parametrize(
    "so", [{"status": "draft"}, {"status": "withdrawn"}, {"is_released": False}, {"section": "S"}, {"section": None}]
)
def test_what_is_no_film_of_theirs_does_not_exist_for_the_committee(part: Role, so: dict[str, object]) -> None:
    of_a_section = somebody(part, sections={part: frozenset({"C"})})

    assert acts(of_a_section, **so, has_own_review=True) == set()


@pytest.mark.parametrize("part", [Role.REVIEWER, Role.CHAIR])
def test_who_stepped_aside_may_do_nothing(part: Role) -> None:
    assert acts(somebody(part, recused=frozenset({"film"})), has_own_review=True) == set()


def test_a_chair_of_one_section_decides_in_no_other_though_they_may_watch() -> None:
    both = somebody(Role.CHAIR, Role.REVIEWER, sections={Role.CHAIR: frozenset({"S"})})

    assert acts(both) == OF_THE_COMMITTEE


def test_nothing_is_decided_while_entries_are_open() -> None:
    assert Act.DECIDE not in acts(somebody(Role.CHAIR, phase=Phase.ENTRIES))


@pytest.mark.parametrize("part", [Role.PROGRAMMER, Role.OPERATOR, Role.FILMMAKER])
def test_other_parts_open_no_film(part: Role) -> None:
    assert acts(somebody(part), has_own_review=True) == set()


@pytest.mark.parametrize("act", sorted(ABOUT_A_FILM))
def test_an_act_on_a_film_is_not_asked_without_the_film(act: Act) -> None:
    with pytest.raises(TypeError, match="is about a film"):
        may(somebody(*Role), act)

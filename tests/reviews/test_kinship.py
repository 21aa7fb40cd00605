"""Who may be too close is found by names, houses and addresses, and whoever only sounds alike is not."""

import pytest

from reviews.kinship import FilmKin, KinLink, LinkKind, MemberKin, kinship

pytestmark = pytest.mark.unit


def links(film: FilmKin, member: MemberKin) -> list[KinLink]:
    return kinship([film], [member]).get((film.id, member.id), [])


@pytest.mark.parametrize(("credited", "member", "is_one"), [
    ("Aïgerim Saparova", "aigerim SAPAROVA", True), ("Saparova Aigerim", "Aïgerim Saparova", True),
    ("Aigerim Saparowa", "Aïgerim Saparova", True), ("Łukasz Żal", "Lukasz Zal", True),
    ("Jeanne Dupont", "Jean Dupont", False), ("Marie Martin", "Marie Martinez", False),
    ("Ada", "Ada", False), ("Marta A. Okafor", "Marta Okafor", True), ("François Œuf-Dupré", "Francois Oeuf Dupre", True),
])  # fmt: skip
def test_a_credited_name_is_the_members_whatever_its_accents(credited: str, member: str, is_one: bool) -> None:
    film, one = FilmKin(id="f", names=(credited,)), MemberKin(id="m", name=member)

    assert links(film, one) == ([KinLink(LinkKind.NAME, member, credited)] if is_one else [])


@pytest.mark.parametrize(("theirs", "mine", "is_one"), [
    ("Les Films du Périgée SARL", "Films du Perigee", True), ("Pleine Voûte Productions", "Pleine Voute", True),
    ("École nationale La Fémis, Paris", "La Femis", True), ("Studio Orbite", "Studio Apogée", False),
    ("Les Films", "Films SARL", False), ("Arte France", "Carte Blanche", False),
])  # fmt: skip
def test_a_company_or_school_is_the_same_without_its_legal_form(theirs: str, mine: str, is_one: bool) -> None:
    found = links(FilmKin(id="f", houses=(theirs,)), MemberKin(id="m", houses=(mine,)))

    assert found == ([KinLink(LinkKind.HOUSE, mine, theirs)] if is_one else [])


@pytest.mark.parametrize(("maker", "member", "domain"), [
    ("a@perigee.fr", "b@Perigee.fr", "perigee.fr"), ("a@post.femis.fr", "b@femis.fr", "post.femis.fr"),
    ("a@gmail.com", "b@gmail.com", ""), ("a@orange.fr", "b@orange.fr", ""), ("a@notfemis.fr", "b@femis.fr", ""),
])  # fmt: skip
def test_an_address_in_one_house_counts_and_one_where_everybody_lives_does_not(
    maker: str, member: str, domain: str
) -> None:
    found = links(FilmKin(id="f", addresses=(maker,)), MemberKin(id="m", address=member))

    assert [one.theirs for one in found] == ([domain] if domain else [])


def test_whoever_made_a_film_with_the_member_counts_and_the_member_is_told_once() -> None:
    film = FilmKin(id="f", names=("Ousmane Quirinus", "Ann Lee"))
    member = MemberKin(id="m", name="Ann Lee", crew=("Ousmane Quirínus", "Ann Lee"))

    assert links(film, member) == [
        KinLink(LinkKind.CREW, "Ousmane Quirínus", "Ousmane Quirinus"), KinLink(LinkKind.NAME, "Ann Lee", "Ann Lee"),
    ]  # fmt: skip


"""What a number changes for the public: added, moved, cancelled, said otherwise; and nothing twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from screenings import changelog
from screenings.changelog import news_of
from screenings.document import (
    Document,
    PublicFilm,
    PublicGuest,
    PublicProgramme,
    PublicScreen,
    PublicScreening,
)

pytestmark = pytest.mark.unit

EIGHT = datetime(2027, 11, 26, 19, tzinfo=UTC)


def a_screening(name: str = "s", starts: datetime = EIGHT, screen: str = "orion", **said: Any) -> PublicScreening:
    usual: dict[str, Any] = {
        "id": name, "programme": f"p-{name}", "number": 0, "screen": screen, "day": "2027-11-26", "starts_at": starts,
        "film_ends_at": starts + timedelta(hours=1), "ends_at": starts + timedelta(hours=1, minutes=20), "debate": True,
    }  # fmt: skip
    return PublicScreening(**usual | said)


def a_programme(name: str = "s", **said: Any) -> PublicProgramme:
    film = PublicFilm(
        submission=f"f-{name}", title="Apogée", titles={}, director="Ada", year=2026, countries=["FR"], languages=["fr"],
        subtitles=[], synopses={"fr": "Loin."}, seconds=3600.0, premiere="none", file="n",
    )  # fmt: skip
    usual: dict[str, Any] = {
        "id": f"p-{name}", "kind": "film", "titles": {"fr": "Apogée", "en": "Apogee"}, "section": "C",
        "section_names": {}, "minutes": 60, "debate": 20, "premiere": "none", "films": [film], "guests": [],
    }  # fmt: skip
    return PublicProgramme(**usual | said)


def a_document(*screenings: PublicScreening, programmes: list[PublicProgramme] | None = None) -> Document:
    return Document(
        number=1, edition="ici", name="Ici", first_day="2027-11-26", days=3, places={},
        screens=[PublicScreen(id=one, name=one.title(), seats=9, venue="v") for one in ("orion", "vega")],
        programmes=programmes or [a_programme(one.id) for one in screenings], screenings=list(screenings),
    )  # fmt: skip


def kinds(before: Document | None, after: Document) -> list[tuple[str, str]]:
    return [(one.screening, one.kind) for one in news_of(before, after)]


def test_the_same_grid_has_no_news() -> None:
    assert news_of(a_document(a_screening()), a_document(a_screening())) == []


def test_at_first_everything_is_new() -> None:
    assert kinds(None, a_document(a_screening())) == [("s", "new")]


def test_another_hour_or_another_room_is_a_move_told_with_both() -> None:
    later = a_document(a_screening(starts=EIGHT + timedelta(hours=2)))
    elsewhere = a_document(a_screening(screen="vega"))

    [moved] = news_of(a_document(a_screening()), later)
    assert (moved.kind, moved.before.starts_at, moved.after.starts_at) == ("moved", EIGHT, EIGHT + timedelta(hours=2))
    [moved] = news_of(a_document(a_screening()), elsewhere)
    assert (moved.kind, moved.before.room, moved.after.room) == ("moved", "Orion", "Vega")


def test_what_is_gone_is_named_as_it_was() -> None:
    both, one = a_document(a_screening("a"), a_screening("b")), a_document(a_screening("b"))

    [gone] = news_of(both, one)
    assert (gone.kind, gone.titles["fr"], gone.after) == ("gone", "Apogée", None)


CHANGES: dict[str, dict[str, Any]] = {
    "titles": {"titles": {"fr": "Périgée", "en": "Perigee"}},
    "guests": {"guests": [PublicGuest(name="Claire Aubin", qualities={})]},
    "section": {"section": "D"},
    "texts": {"films": [msgspec.structs.replace(a_programme().films[0], synopses={"fr": "Près."})]},
    "films": {"films": []},
}


@pytest.mark.parametrize("part", CHANGES)
def test_what_stays_and_is_said_otherwise_is_named_by_its_part(part: str) -> None:
    changed = a_document(a_screening(), programmes=[a_programme(**CHANGES[part])])

    [news] = news_of(a_document(a_screening()), changed)
    assert news.kind == "changed"
    assert part in news.parts


def test_a_new_cut_of_a_film_that_says_the_same_is_no_news() -> None:
    cut = msgspec.structs.replace(a_programme().films[0], file="another", seconds=3601.0)

    assert news_of(a_document(a_screening()), a_document(a_screening(), programmes=[a_programme(films=[cut])])) == []


def test_news_come_in_the_order_of_the_programme() -> None:
    late, early = a_screening("a", EIGHT + timedelta(days=1)), a_screening("b", EIGHT)

    assert kinds(None, a_document(late, early)) == [("b", "new"), ("a", "new")]


def test_a_film_that_has_left_is_not_named_any_more() -> None:
    document = a_document(a_screening("a"), a_screening("b"))
    gone = changelog.titles_gone(document, {"f-a"})

    assert gone == {"p-a"}
    assert [one.titles for one in changelog.unnamed(news_of(None, document), gone)] == [
        {}, {"fr": "Apogée", "en": "Apogee"},
    ]  # fmt: skip

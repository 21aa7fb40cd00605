"""What was said lies over what was published: hours, places, marks; what a newer number says wins."""

from datetime import date, datetime, timedelta

import pytest
from icalendar import Calendar
from msgspec.structs import replace

from festival.clock import at
from screenings.document import Document, PublicProgramme, PublicScreen, PublicScreening
from screenings.exports import schedule
from screenings.exports.ical import calendar
from screenings.live.overlay import announced, as_it_runs
from screenings.live.shapes import Live, ToldLive

pytestmark = pytest.mark.unit
SIX = at(date(2027, 11, 26), 18 * 60)


def minutes(n: int) -> timedelta:
    return timedelta(minutes=n)


def a_screening(starts: datetime = SIX) -> PublicScreening:
    return PublicScreening(
        id="s", programme="p", number=0, screen="a", day="2027-11-26", starts_at=starts,
        film_ends_at=starts + minutes(90), ends_at=starts + minutes(110), debate=True, sequence=1,
    )  # fmt: skip


def a_document(screening: PublicScreening) -> Document:
    programme = PublicProgramme(
        id="p", kind="event", titles={"fr": "Nuit"}, section=None, section_names={}, minutes=90,
        debate=20, premiere="none", films=[], guests=[],
    )  # fmt: skip
    return Document(
        number=1, published_at=SIX, edition="e", name="E", first_day="2027-11-26", days=3, places={},
        screens=[PublicScreen(id=one, name=one.upper(), seats=9, venue="v") for one in "ab"],
        programmes=[programme], screenings=[screening],
    )  # fmt: skip


def said(told: int = 1, *, of: PublicScreening | None = None, **what: object) -> dict[str, Live]:
    live = Live(
        stable="s", said=ToldLive(**what), told=told, version=1, announced=announced(of or a_screening()),
        changed_at=SIX + minutes(60),
    )  # fmt: skip
    return {"s": live}


def shown(**what: object) -> PublicScreening:
    return as_it_runs(a_document(a_screening()), said(**what)).screenings[0]


def test_where_nothing_was_said_it_is_the_very_document() -> None:
    document = a_document(a_screening())

    assert as_it_runs(document, {}) is document


@pytest.mark.parametrize(("late", "starts"), [(0, 0), (4, 0), (5, 5), (17, 17), (-10, -10)])
def test_less_than_five_minutes_change_no_hour(late, starts) -> None:
    one = shown(began_at=SIX + minutes(late))

    assert one.starts_at == SIX + minutes(starts)
    assert one.ends_at - one.starts_at == minutes(110)


def test_a_debate_that_is_cut_ends_earlier_and_the_film_does_not() -> None:
    one = shown(debate=5)

    assert (one.film_ends_at, one.ends_at) == (SIX + minutes(90), SIX + minutes(95))


def test_what_ended_within_the_film_has_no_debate() -> None:
    one = shown(began_at=SIX, ends_at=SIX + minutes(40))

    assert (one.film_ends_at, one.ends_at, one.debate) == (SIX + minutes(40), SIX + minutes(40), False)


def test_a_newer_number_that_moves_it_silences_all_but_a_cancellation() -> None:
    moved = a_document(a_screening(SIX + minutes(30)))

    one = as_it_runs(moved, said(screen="b", starts_at=SIX + minutes(5), cancelled=True)).screenings[0]

    assert (one.screen, one.starts_at, one.live.cancelled) == ("a", SIX + minutes(30), True)


def event(told: int, **what: object):
    body = calendar(as_it_runs(a_document(a_screening()), said(told, **what)), "fr", url="http://x/")
    return Calendar.from_ical(body).walk("VEVENT")[0]


def test_a_diary_is_told_by_a_number_that_only_rises() -> None:
    moved, back = event(1, starts_at=SIX + minutes(20)), event(2)

    assert (moved["sequence"], back["sequence"]) == (2, 3)
    assert (moved["dtstart"].dt - back["dtstart"].dt) == minutes(20)
    assert moved["dtstamp"].dt == SIX + minutes(60)
    assert event(0)["dtstamp"].dt == SIX


def test_what_is_cancelled_stays_in_diaries_and_leaves_lists() -> None:
    document = as_it_runs(a_document(a_screening()), said(cancelled=True))

    assert event(1, cancelled=True)["status"] == "CANCELLED"
    assert schedule.published(document).shows == []
    assert [one.id for one in schedule.published(replace(document, screenings=[a_screening()])).shows] == ["s"]

"""Dates and languages as people read them."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from festival.language import (
    FIXED,
    calendar_day,
    day,
    decimal,
    evening,
    form_of,
    hour,
    last_minute,
    own_name,
    preferred,
    quoted,
    size,
    text_in,
    upper_first,
)
from festival.tables import Section
from festival.texts import film_title, quoted_films

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.unit


def paris(*moment: int) -> datetime:
    """A November moment of Paris: an hour ahead of UTC."""
    from festival.clock import PARIS

    return datetime(*moment, tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(("moment", "french", "english"), [
    ((2027, 11, 26, 20, 30), "vendredi 26 novembre", "Friday 26 November"),
    ((2027, 11, 27, 1, 45), "nuit du vendredi 26 au samedi 27 novembre",
     "night of Friday 26 to Saturday 27 November"),
    ((2027, 11, 27, 0, 0), "nuit du vendredi 26 au samedi 27 novembre",
     "night of Friday 26 to Saturday 27 November"),
    ((2027, 11, 27, 3, 59), "nuit du vendredi 26 au samedi 27 novembre",
     "night of Friday 26 to Saturday 27 November"),
    ((2027, 11, 27, 4, 0), "samedi 27 novembre", "Saturday 27 November"),
    ((2027, 12, 1, 0, 30), "nuit du mardi 30 novembre au mercredi 1er décembre",
     "night of Tuesday 30 November to Wednesday 1 December"),
    ((2028, 1, 1, 0, 30), "nuit du vendredi 31 décembre au samedi 1er janvier",
     "night of Friday 31 December to Saturday 1 January"),
])  # fmt: skip
def test_a_screening_after_midnight_names_both_days(moment, french, english) -> None:
    assert evening("fr", paris(*moment)) == french
    assert evening("en", paris(*moment)) == english


def test_a_moment_has_the_date_of_the_wall() -> None:
    at_night = paris(2027, 11, 27, 1, 45)

    assert day("fr", at_night) == day("fr", date(2027, 11, 27)) == "samedi 27 novembre"
    assert calendar_day("fr", at_night) == "27 novembre 2027"
    assert calendar_day("fr", paris(2027, 12, 1, 12, 0)) == "1er décembre 2027"


@pytest.mark.parametrize(("moment", "told"), [
    ((2027, 1, 31, 23, 59), ("dimanche 31 janvier", "23:59")),
    ((2027, 2, 1, 0, 0), ("dimanche 31 janvier", "23:59")),
    ((2027, 2, 1, 0, 1), ("lundi 1er février", "00:01")),
    ((2027, 1, 31, 18, 0), ("dimanche 31 janvier", "18:00")),
])  # fmt: skip
def test_a_deadline_at_midnight_is_told_as_the_minute_before(moment, told) -> None:
    last = last_minute(paris(*moment))

    assert (day("fr", last), hour(last)) == told


def test_only_the_first_letter_is_raised() -> None:
    assert upper_first(day("en", date(2027, 11, 26))) == "Friday 26 November"
    assert upper_first("à minuit") == "À minuit"
    assert upper_first("") == ""


@pytest.mark.parametrize(("header", "chosen"), [
    ("", "fr"),
    ("*", "fr"),
    ("en", "en"),
    ("en-GB,en;q=0.9", "en"),
    ("lt,en-US;q=0.9,en;q=0.8", "en"),
    ("de,de;q=0.9,en;q=0.8,fr;q=0.5", "en"),
    ("fr;q=0.1,en;q=0.9", "en"),
    ("en;q=0,fr", "fr"),
    ("en;q=0", "fr"),
    ("fr;q=0, *;q=0.5", "en"),
    ("fr-CA, en", "fr"),
    ("en, fr-CA", "en"),
    ("de, ja;q=0.5", "fr"),
    ("EN-us", "en"),
    ("en;q=nonsense, fr;q=0.2", "fr"),
    (",;;q=,=;", "fr"),
])  # fmt: skip
def test_the_best_liked_of_our_languages_is_chosen(header: str, chosen: str) -> None:
    assert preferred(header) == chosen


def test_what_somebody_wrote_stands_between_the_readers_marks() -> None:
    assert quoted("fr", "Lumineux.") == "«\u00a0Lumineux.\u202f»"
    assert quoted("en", "Lumineux.") == "“Lumineux.”"


ASKED = re.compile(r"""[!=]==? ?["'](?:fr|en)["']|["'](?:fr|en)["'] [!=]==? """)
"""A place that asks which language it is: a third one would have to be added there."""


def test_no_place_asks_which_of_two_languages_it_is() -> None:
    product = [
        path
        for folder in (
            "api",
            "festival",
            "keeping",
            "media",
            "ops",
            "reviews",
            "screenings",
            "submissions",
            "workers",
        )
        for ending in ("*.py", "*.html", "*.js")
        for path in (ROOT / folder).rglob(ending)
    ]

    asking = [path.name for path in product if ASKED.search(path.read_text())]

    assert len(product) > 200
    assert asking == []
    assert ASKED.search('x if lang == "fr" else y')


@pytest.mark.parametrize(("language", "forms"), [
    ("fr", {0: 0, 1: 0, 1.5: 0, 2: 1, -1: 0, -2: 1, 1_000_000: 1}),
    ("en", {0: 1, 1: 0, 1.5: 1, 2: 1, 0.5: 1, -1: 0}),
    ("pl", {1: 0, 2: 1, 5: 2, 22: 1, 1.5: 2}),
])  # fmt: skip
def test_a_count_takes_the_form_that_its_language_gives_it(language, forms) -> None:
    assert {count: form_of(language, count) for count in forms} == forms


@pytest.mark.parametrize(("count", "french", "english"), [
    (5, "5_o", "5_B"), (64_000, "64_ko", "64_kB"), (38_400_000_000, "38,4_Go", "38.4_GB"),
])  # fmt: skip
def test_bytes_are_counted_in_the_readers_units(count, french, english) -> None:
    assert size("fr", count).replace(FIXED, "_") == french
    assert size("en", count).replace(FIXED, "_") == english


def test_a_broken_number_keeps_no_digit_that_it_does_not_need() -> None:
    assert (decimal("fr", 2.5), decimal("en", 2.5), decimal("fr", 4.0)) == ("2,5", "2.5", "4")


def test_a_text_is_read_in_ones_own_language_and_in_english_where_there_is_none() -> None:
    section = Section(edition="e", letter="S", names={"fr": "Courts", "en": "Shorts"})

    assert [text_in(lang, section.names) for lang in ("fr", "en", "de")] == [
        "Courts",
        "Shorts",
        "Shorts",
    ]
    assert text_in("de", {"fr": "Courts", "en": ""}) == "Courts"
    assert text_in("fr", {"pt": "Curtas"}) == "Curtas"
    assert text_in("fr", None) == text_in("fr", {}) == ""


def test_a_film_keeps_its_own_title_in_the_language_of_the_house() -> None:
    film = {"title": "La Nuit", "titles": {"en": "The Night"}}

    assert [film_title(lang, film) for lang in ("fr", "en", "de")] == [
        "La Nuit",
        "The Night",
        "The Night",
    ]
    assert film_title("en", {**film, "titles": {}}) == "La Nuit"
    assert film_title("fr", {**film, "title": ""}) == film["titles"]["en"]


def test_films_in_a_sentence_are_quoted_in_its_language() -> None:
    films = [{"title": f"Nuit {n}", "titles": {"en": f"Night {n}"}} for n in range(3)]

    assert quoted_films("en", films, most=2) == "“Night 0”, “Night 1” (+1)"
    assert quoted_films("fr", films[:1]) == "«\u00a0Nuit 0\u202f»"


def test_a_language_is_chosen_by_its_own_name() -> None:
    assert (own_name("fr"), own_name("en")) == ("Français", "English")


@pytest.mark.parametrize(
    ("moment", "french", "english"),
    [
        ((2027, 11, 27, 1, 45), "nuit du ven. 26 au sam. 27 nov.", "night of Fri 26 to Sat 27 Nov"),
        ((2027, 5, 1, 0, 0), "nuit du ven. 30 avr. au sam. 1er mai", "night of Fri 30 Apr to Sat 1 May"),
        ((2027, 3, 28, 3, 30), "nuit du sam. 27 au dim. 28 mars", "night of Sat 27 to Sun 28 Mar"),
        ((2027, 11, 27, 4, 0), "sam. 27 nov.", "Sat 27 Nov"),
    ],
)
def test_a_night_told_briefly_names_both_its_days(moment, french: str, english: str) -> None:
    when = paris(*moment)

    assert [evening(lang, when, style="short") for lang in ("fr", "en")] == [french, english]

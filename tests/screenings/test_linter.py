"""Each rule of the linter finds what it is for, and nothing in a film that is as it should be."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from festival.language import OFFICIAL, has_words
from screenings import linter
from screenings.linter import LintFilm, LintGuest, LintProgramme, LintScreening, ProofSheet
from screenings.visas import FilmPapers

pytestmark = pytest.mark.unit

FRIDAY = datetime(2027, 11, 26, 10, tzinfo=UTC)
SAID = "Une station dérive. Trois voix la cherchent."
PAPERS: dict[str, Any] = {
    "submission": "f", "title": "Apogée", "titles": {}, "director": "Ada", "visa": "full", "visa_number": "161 803",
    "rating": 0, "access": ["sdh"],
}  # fmt: skip


def papers(**said: Any) -> FilmPapers:
    return FilmPapers(**PAPERS | said)


def a_film(**said: Any) -> LintFilm:
    usual: dict[str, Any] = {
        "submission": "f", "title": "Apogée", "titles": {"en": "Apogee"}, "director": "Ada",
        "synopses": {"fr": SAID, "en": SAID}, "languages": ["fr"], "subtitles": [], "declared": 3600.0,
        "measured": 3600.0, "seconds": 3600.0, "file": "n", "has_still": True, "is_checked": True, "papers": papers(),
    }  # fmt: skip
    return LintFilm(**usual | said)


def a_show(starts: datetime = FRIDAY, number: int = 0, debate: int = 30) -> LintScreening:
    ends = starts + timedelta(hours=1)
    return LintScreening(
        programme="p", number=number, day=starts.date(), starts_at=starts, film_ends_at=ends,
        ends_at=ends + timedelta(minutes=debate),
    )  # fmt: skip


def a_guest(*stays: tuple[datetime, datetime]) -> LintGuest:
    return LintGuest(id="g", name="Claire Aubin", programmes=["p"], stays=list(stays))


WHOLE_DAY = (FRIDAY - timedelta(hours=10), FRIDAY + timedelta(hours=13))


def a_proof(film: LintFilm | None = None, **said: Any) -> ProofSheet:
    programme = LintProgramme(id="p", kind="film", titles={"fr": "Apogée"}, subtitles=[], films=["f"])
    usual: dict[str, Any] = {
        "today": date(2027, 10, 1), "ahead": 15, "films": {"f": film or a_film()},
        "programmes": {"p": programme}, "screenings": [a_show()], "guests": [a_guest(WHOLE_DAY)],
    }  # fmt: skip
    return ProofSheet(**usual | said)


def filmed(**said: Any) -> ProofSheet:
    return a_proof(a_film(**said))


def papered(**said: Any) -> ProofSheet:
    return filmed(papers=papers(**said))


def titled(title: str) -> ProofSheet:
    programme = LintProgramme(id="p", kind="film", titles={"fr": title}, subtitles=[], films=["f"])
    return a_proof(programmes={"p": programme})


UNASKED: dict[str, Any] = {"visa": "", "visa_number": ""}
LATE = (FRIDAY + timedelta(hours=2), FRIDAY + timedelta(hours=9))
TWO_WEEKS = [a_show(FRIDAY + timedelta(days=7 * n), n, debate=30 - 30 * n) for n in range(2)]
EVENING = FRIDAY.replace(hour=19)
CASES: dict[str, ProofSheet] = {
    "copy_damaged": filmed(is_damaged=True),
    "length_unknown": filmed(seconds=0.0, measured=0.0, declared=0.0),
    "visa_screenings_over": a_proof(
        a_film(papers=papers(visa="exceptional")), screenings=[a_show(number=n) for n in range(31)]
    ),
    "visa_days_over": a_proof(a_film(papers=papers(visa="brief")), screenings=TWO_WEEKS),
    "youth_forbidden": papered(youth_from=8, rating=12),
    "guest_misses_debate": a_proof(guests=[a_guest(LATE)]),
    "no_french": filmed(languages=["de"], subtitles=["en"]),
    "visa_late": a_proof(a_film(papers=papers(**UNASKED)), today=date(2027, 11, 12)),
    "still_missing": filmed(has_still=False),
    "copy_missing": filmed(file=None),
    "synopsis_missing": filmed(synopses={}),
    "synopsis_one_language": filmed(synopses={"fr": SAID}),
    "synopsis_long": filmed(synopses={"fr": SAID, "en": "Far." * 200}),
    "director_missing": filmed(director=" "),
    "age_unsaid": papered(rating=None),
    "warning_one_language": papered(warnings={"fr": "Scènes de violence."}),
    "school_missing": a_proof(a_film(papers=papers(youth_from=8)), screenings=[a_show(EVENING)]),
    "visa_missing": papered(**UNASKED),
    "visa_awaited": papered(visa_number="", visa_asked_on=date(2027, 9, 1)),
    "length_declared": filmed(measured=0.0),
    "lengths_differ": filmed(declared=3700.0),
    "copy_unchecked": filmed(is_checked=False),
    "synopsis_no_stop": filmed(synopses={"fr": SAID, "en": "A station adrift"}),
    "synopsis_spaces": filmed(synopses={"fr": SAID, "en": "A station  adrift."}),
    "title_long": titled("Long " * 20),
    "access_unsaid": papered(access=None),
    "guest_hour_unknown": a_proof(guests=[a_guest()]),
    "debate_alone": a_proof(guests=[]),
}  # fmt: skip


def codes(proof: ProofSheet) -> list[str]:
    return [one.code for one in linter.findings(proof)]


def test_a_film_that_is_as_it_should_be_has_no_finding() -> None:
    assert codes(a_proof()) == []


def test_every_rule_has_its_case() -> None:
    assert {rule.code for rule in linter.RULES} == CASES.keys()


@pytest.mark.parametrize("code", CASES)
def test_each_rule_finds_its_case_and_has_words_for_it(code: str) -> None:
    assert code in codes(CASES[code])
    assert has_words(f"lint.{code}")
    assert has_words(f"lint.{code}.next")


ALSO = {
    "length_unknown": {"length_declared"}, "copy_damaged": set(), "copy_missing": set(),
    "guest_misses_debate": set(), "synopsis_missing": set(),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_no_other_rule_speaks_of_the_same(code: str) -> None:
    assert set(codes(CASES[code])) - {code} <= ALSO.get(code, set())


FINE: dict[str, Callable[[], ProofSheet]] = {
    "exactly thirty screenings of an exceptional visa": lambda: a_proof(
        a_film(papers=papers(visa="exceptional")), screenings=[a_show(number=n) for n in range(30)]
    ),
    "a documentary may have a hundred": lambda: a_proof(
        a_film(papers=papers(visa="exceptional", documentary=True)),
        screenings=[a_show(number=n) for n in range(100)],
    ),
    "two days of a brief visa": lambda: a_proof(
        a_film(papers=papers(visa="brief")), screenings=[a_show(), a_show(FRIDAY + timedelta(days=1), 1, debate=0)]
    ),
    "a film without words needs no subtitles": lambda: filmed(languages=["zxx"]),
    "French of Canada is French": lambda: filmed(languages=["fr-CA"]),
    "a guest who arrives during the film": lambda: a_proof(
        guests=[a_guest((FRIDAY + timedelta(minutes=30), WHOLE_DAY[1]))]
    ),
    "a length that somebody has typed for its programme": lambda: a_proof(
        a_film(seconds=0.0, measured=0.0, declared=0.0),
        programmes={"p": LintProgramme(id="p", kind="film", titles={}, subtitles=[], films=["f"], is_measured=False)},
    ),
    "a class at ten on a Friday": lambda: papered(youth_from=8),
    "a youth film of exactly its age": lambda: papered(youth_from=12, rating=12),
    "the last day on which a visa may be asked for": lambda: a_proof(
        a_film(papers=papers(visa="", visa_number="", visa_asked_on=None, access=["sdh"])),
        today=date(2027, 11, 11),
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_at_the_edge_of_a_rule_nothing_grave_is_said(name: str) -> None:
    assert [one.code for one in linter.findings(FINE[name]()) if one.level != "note"] == []


def test_a_showing_that_stands_in_two_programmes_counts_in_both() -> None:
    """The law counts a film's screenings, alone or in a block."""
    proof = a_proof(a_film(papers=papers(visa="exceptional")), screenings=[a_show(number=n) for n in range(30)])
    block = LintProgramme(id="q", kind="block", titles={"fr": "Courts"}, subtitles=[], films=["f"])
    shown = msgspec.structs.replace(a_show(debate=0), programme="q")
    more = msgspec.structs.replace(
        proof, programmes=proof.programmes | {"q": block}, screenings=[*proof.screenings, shown]
    )

    assert codes(proof) == []
    assert codes(more) == ["visa_screenings_over"]


def test_the_gravest_comes_first() -> None:
    film = a_film(is_damaged=True, has_still=False, papers=papers(access=None))

    assert [one.level for one in linter.findings(a_proof(film))] == ["stop", "warn", "note"]


def test_the_official_languages_are_those_that_a_synopsis_is_asked_in() -> None:
    assert set(OFFICIAL) == {"fr", "en"}


def test_a_later_debate_to_which_nobody_comes_any_more_is_told() -> None:
    later = a_show(FRIDAY + timedelta(days=2), 1)

    found = linter.findings(a_proof(screenings=[a_show(), later]))

    assert [(one.code, one.number) for one in found] == [("debate_alone", 1)]

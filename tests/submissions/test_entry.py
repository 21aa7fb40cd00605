"""What an entry must say: every fault at once, in the order of the form."""

from typing import Any

import msgspec
import pytest

from submissions.entry import Entry, faults, settled

pytestmark = pytest.mark.unit

SECTIONS = {"C"}
WHOLE: dict[str, Any] = {
    "title": "Nuit claire", "titles": {"en": "Clear Night"}, "directors": ["Ada"], "section": "C", "premiere": "world",
    "year": 2026, "countries": ["FR"], "languages": ["fr"], "declared_seconds": 300,
    "synopses": {"fr": "Une nuit au-dessus de la mer.", "en": "One night above the sea."},
    "rights_confirmed": True,
}  # fmt: skip


def wrong(*, released: bool = True, **given: object) -> list[str]:
    entry = msgspec.convert({**WHOLE, **given}, Entry)
    return faults(entry, sections=SECTIONS, file_is_released=released)


def test_a_whole_entry_has_no_fault() -> None:
    assert wrong() == []


def test_an_empty_entry_hears_everything_at_once() -> None:
    assert faults(Entry(), sections=SECTIONS, file_is_released=False) == [
        "title:title_missing",
        "title_en:title_en_missing",
        "section:section_missing",
        "year:year_missing",
        "declared_seconds:runtime_missing",
        "premiere:premiere_missing",
        "directors:director_missing",
        "countries:countries_missing",
        "languages:languages_missing",
        "synopsis_fr:synopsis_fr_short",
        "synopsis_en:synopsis_en_short",
        "rights_confirmed:rights_missing",
        "file:file_not_released",
    ]


UNSEEN = ["   ", "\u200b\u200b", "\u2060\u00a0", "\u3164", "\u2800", "\u202e\ufeff"]


@pytest.mark.parametrize("text", UNSEEN)
def test_what_nobody_sees_is_neither_title_nor_name_nor_synopsis(text: str) -> None:
    assert wrong(title=text) == ["title:title_missing"]
    assert wrong(titles={"en": text}) == ["title_en:title_en_missing"]
    assert settled(Entry(directors=[text])).directors == []
    assert wrong(synopses={**WHOLE["synopses"], "fr": text * 20}) == ["synopsis_fr:synopsis_fr_short"]
    assert wrong(title=f"א{text}🛰") == []


@pytest.mark.parametrize(("text", "found"), [
    ("x" * 19 + " ", ["synopsis_fr:synopsis_fr_short"]),
    ("x" * 20, []),
])  # fmt: skip
def test_a_synopsis_has_twenty_letters(text: str, found: list[str]) -> None:
    assert wrong(synopses={**WHOLE["synopses"], "fr": text}) == found


def test_a_copy_nobody_released_keeps_the_entry_back() -> None:
    assert wrong(released=False) == ["file:file_not_released"]


@pytest.mark.parametrize("given", [
    {"year": 1887}, {"year": "2026"}, {"declared_seconds": 0}, {"premiere": "galactic"},
    {"title": "x" * 201}, {"section": "CC"},
])  # fmt: skip
def test_what_no_form_can_say_is_not_an_entry(given: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**WHOLE, **given}, Entry)

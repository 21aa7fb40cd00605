"""Countries and languages are codes, whatever words were typed; directors are a list."""

import csv
from pathlib import Path

import msgspec
import pytest

from api.pages import _entry
from festival import codes
from festival.errors import Refused
from festival.language import country, tongue
from submissions.entry import Entry, settled

pytestmark = pytest.mark.unit

FILMS = Path(__file__).parents[3] / "shared" / "data" / "film-list.csv"


def typed(**given: str) -> Entry:
    return _entry.entry_from({**dict.fromkeys(_entry.all_fields(), ""), **given})


@pytest.mark.parametrize(("words", "found"), [
    ("UK, USA", ["GB", "US"]), ("South Korea", ["KR"]), ("Korea, Republic of; USA", ["KR", "US"]),
    ("Germany, Korea, Republic of, USA", ["DE", "KR", "US"]), ("Corée du Sud", ["KR"]),
    ("Czechia", ["CZ"]), ("Czech Republic", ["CZ"]), ("Russia", ["RU"]), ("Hong Kong", ["HK"]),
    ("Côte d'Ivoire / France", ["CI", "FR"]), ("Ivory Coast|Cote d’Ivoire", ["CI"]),
    ("France; Iran, Islamic Republic of\nBosnia & Herzegovina", ["FR", "IR", "BA"]),
    ("fr, de", ["FR", "DE"]), ("URSS", ["SUHH"]), ("Yugoslavia", ["YUCS"]), ("République tchèque", ["CZ"]),
    ("Trinidad and Tobago", ["TT"]), ("St. Lucia", ["LC"]), ("The Netherlands", ["NL"]), ("", []),
])  # fmt: skip
def test_a_country_is_understood_by_its_usual_names(words: str, found: list[str]) -> None:
    assert typed(countries=words).countries == found


def test_forty_countries_stand_side_by_side_and_one_more_is_too_many() -> None:
    names = [country("fr", code) for code in codes.countries()[:41]]

    assert len(typed(countries=" ; ".join(names[:40])).countries) == 40
    with pytest.raises(Refused) as refused:
        typed(countries=" ; ".join(names))
    assert refused.value.codes == ("countries:field_long",)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_name_that_we_show_is_understood_again(lang: str) -> None:
    assert {code: codes.country_code(country(lang, code)) for code in codes.countries()} == {
        code: code for code in codes.countries()
    }
    tags = codes.languages()
    shown = _entry.typed(Entry(languages=list(tags[:200])), lang)["languages"]
    assert codes.split(shown, codes.language_code)
    assert [codes.language_code(w) for w in codes.split(shown, codes.language_code)] == list(tags[:200])


@pytest.mark.parametrize(("field", "words", "code", "told"), [
    ("countries", "France, Frnace", "countries:country_unknown", "« Frnace » (peut-être : France ?)"),
    ("countries", "Congo", "countries:country_unknown", "Congo-Kinshasa, Congo-Brazzaville"),
    ("countries", "Atlantis", "countries:country_unknown", "« Atlantis »"),
    ("languages", "anglai", "languages:language_unknown", "anglais"),
    ("subtitles", "Volapükisch", "subtitles:caption_unknown", "« Volapükisch »"),
])  # fmt: skip
def test_a_word_that_is_no_name_is_refused_by_name(field: str, words: str, code: str, told: str) -> None:
    with pytest.raises(Refused) as refused:
        typed(**{field: words})

    assert refused.value.codes == (code,)
    name = code.partition(":")[2]
    assert told in refused.value.values[name]("fr").replace("\u00a0", " ").replace("\u202f", " ")
    assert refused.value.values[name]("en") != refused.value.values[name]("fr")


def test_nobody_speaks_is_an_answer_of_its_own() -> None:
    silent = typed(no_dialogue="yes", no_subtitles="yes")

    assert (silent.languages, silent.subtitles) == (["zxx"], ["zxx"])
    assert typed(languages="sans paroles").languages == ["zxx"]
    assert _entry.typed(silent, "fr")["no_dialogue"] == "yes"
    with pytest.raises(Refused) as refused:
        typed(no_dialogue="yes", languages="français")
    assert refused.value.codes == ("languages:none_alone",)


def test_directors_are_one_a_line_and_a_name_may_hold_a_comma() -> None:
    found = typed(directors="Lau, Flora\n\n  Ö \nA. B.")

    assert found.directors == ["Lau, Flora", "Ö", "A. B."]
    assert settled(found).director == "Lau, Flora, Ö, A. B."


@pytest.mark.parametrize(("given", "kept"), [
    ({"director": "Ada"}, ["Ada"]), ({"directors": ["Ada", "Bo"]}, ["Ada", "Bo"]),
    ({"directors": ["Ada", "Bo"], "director": "Ada, Bo"}, ["Ada", "Bo"]),
])  # fmt: skip
def test_the_old_name_of_the_field_is_still_understood(given: dict[str, object], kept: list[str]) -> None:
    assert settled(msgspec.convert(given, Entry)).directors == kept


def test_two_answers_that_differ_are_refused() -> None:
    with pytest.raises(Refused):
        settled(Entry(directors=["Ada", "Bo"], director="Ada"))


@pytest.mark.parametrize(("one", "other", "is_same"), [
    ("UK", "Royaume-Uni", True), ("France, UK", "GB ; FR", False), ("Atlantis", "Atlantis ", True),
    ("Atlantis", "Atlantide", False), ("", " ", True),
])  # fmt: skip
def test_two_texts_of_a_field_are_compared_by_what_they_say(one: str, other: str, is_same: bool) -> None:
    assert _entry.same("countries", one, other) is is_same


def test_what_cannot_be_read_is_kept_as_typed_and_the_rest_is_read() -> None:
    before = _entry.typed(Entry(year=2020), "fr")
    fields = {**before, "year": "l’an 2026", "countries": "Frnace", "title": "Nuit"}

    entry, unread, error = _entry.readable(fields, before)

    assert (entry.title, entry.year, entry.countries) == ("Nuit", 2020, [])
    assert unread == {"year": "l’an 2026", "countries": "Frnace"}
    assert error is not None
    assert {"year:year_unreadable", "countries:country_unknown"} == set(error.codes)


def test_a_track_is_named_in_both_languages() -> None:
    assert tongue("fr", "sr-Latn") == "serbe (latin)"
    assert (tongue("fr", "zxx"), tongue("en", "zxx")) == ("sans paroles", "no dialogue")


@pytest.mark.skipif(not FILMS.exists(), reason="the list of real films is not beside this checkout")
def test_every_film_of_the_real_list_can_be_entered_but_one() -> None:
    with FILMS.open(newline="") as lines:
        films = list(csv.DictReader(lines))

    refused = []
    for film in films:
        names = "\n".join(film["directors"].split(";"))
        try:
            typed(title=film["title"][:200], year=film["year"], directors=names, countries=film["countries"])
        except Refused as error:
            refused.append((film["title"], error.codes))

    assert len(films) > 9000
    assert refused == [("sonita", ("directors:field_long",))]  # one row holds a text in place of a name

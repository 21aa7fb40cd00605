"""Texts that people write once a language: titles, synopses, names of sections and places.

Each is one column (and one field of JSON) of texts by language, `{"fr": "Courts", "en": "Shorts"}`;
a language without a text is not in it. A form has a field for each language that the house speaks,
`title_fr`, `title_en`: their names are said here and nowhere else.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from msgspec import Meta

from festival.errors import Refused
from festival.language import OFFICIAL, is_visible, listed, quoted, spoken, text_in

Texts = dict[str, str]
LanguageCode = Annotated[str, Meta(pattern="^[a-z]{2}$")]
ShortTexts = Annotated[
    dict[LanguageCode, Annotated[str, Meta(max_length=200)]], Meta(max_length=40)
]
LongTexts = Annotated[
    dict[LanguageCode, Annotated[str, Meta(max_length=2000)]], Meta(max_length=40)
]

ONE_OF = {
    "bodies": "body",
    "helps": "help",
    "labels": "label",
    "names": "name",
    "places": "place",
    "qualities": "quality",
    "remarks": "remark",
    "section_names": "section",
    "subjects": "subject",
    "synopses": "synopsis",
    "texts": "text",
    "titles": "title",
    "warnings": "warning",
}
"""How one text of a column is called: `titles` has a `title_fr`."""


def texts_of(column: Any) -> Texts:
    """What a row has in a column of texts; one that was never read back has the default as JSON."""
    return dict(json.loads(column) if isinstance(column, str) else column)


def film_title(language: str, film: Any) -> str:
    """Its own in the house's language, where there is no other; elsewhere a translated one, if any."""
    own, titles = (
        (film["title"], film["titles"]) if isinstance(film, Mapping) else (film.title, film.titles)
    )
    first = titles.get(language) or (own if language == OFFICIAL[0] else text_in(language, titles))
    return str(first or own or text_in(language, titles))


def own_title(film: Any) -> str:
    """The title that it was made under, where nothing is known of who reads it."""
    return film_title(OFFICIAL[0], film)


def quoted_films(language: str, films: Sequence[Any], *, most: int = 5) -> str:
    """Titles in a sentence, each between its marks: the first few, and how many more."""
    more = f" (+{len(films) - most})" if len(films) > most else ""
    few = (quoted(language, film_title(language, film)) for film in films[:most])
    return listed(language, few) + more


ANY_TITLE = "coalesce(nullif(f.title, ''), (SELECT min(value) FROM jsonb_each_text(f.titles)), '')"
"""`own_title` in SQL, of a film `f`."""
EVERY_TITLE = (
    "concat_ws(' ', f.title, (SELECT string_agg(value, ' ') FROM jsonb_each_text(f.titles)))"
)
"""All titles of a film `f`, in SQL: what a list is searched by."""


def field_of(column: str, language: str) -> str:
    """`titles`, `fr` → `title_fr`: the field of a form, and of what is said of it."""
    return f"{ONE_OF[column]}_{language}"


def fields_of(column: str, languages: Iterable[str] | None = None) -> dict[str, str]:
    """Field → language, for every language that the house speaks."""
    return {field_of(column, one): one for one in (spoken() if languages is None else languages)}


def translated() -> tuple[str, ...]:
    """Into which languages a film's title is asked for: its own stands for the house's."""
    return tuple(one for one in spoken() if one != OFFICIAL[0])


def flat(column: str, texts: Mapping[str, str]) -> Texts:
    """The fields of a form with the texts that stand in them, empty ones too."""
    return {field: texts.get(language, "") for field, language in fields_of(column).items()}


@cache
def _known_fields(column: str, languages: tuple[str, ...]) -> dict[str, str]:
    return fields_of(column, languages)


@cache
def _every_field(languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(field for column in ONE_OF for field in fields_of(column, languages))


def gathered(given: Mapping[str, Any], columns: Iterable[str] = ONE_OF) -> dict[str, Any]:
    """What was sent, with `title_fr` and its like put into their `titles`."""
    kept = dict(given)
    if kept.keys().isdisjoint(_every_field(spoken())):
        return kept
    for column in columns:
        fields = _known_fields(column, tuple(spoken()))
        if fields.keys().isdisjoint(kept):
            continue
        texts = {language: kept.pop(field) for field, language in fields.items() if field in kept}
        if texts:
            kept[column] = texts | (kept[column] if isinstance(kept.get(column), dict) else {})
    return kept


def settled(column: str, texts: Mapping[str, str]) -> Texts:
    """Without blanks at the ends, and without empty ones; `Refused` in a language nobody speaks here."""
    if set(texts) - set(spoken()):
        raise Refused(f"{column}:language_unspoken", known=", ".join(spoken()))
    return {language: text.strip() for language, text in texts.items() if is_visible(text)}

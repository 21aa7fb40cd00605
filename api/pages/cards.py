"""Pictures for wherever an address is sent on, the festival's and each film's; and the words that go with them."""

from datetime import date, timedelta
from typing import Any

from api.doors import doors_to
from api.leaves import Asked, Drawing, Leaf, when_asked
from festival import language
from festival.language import t, text_in
from screenings.document import Document, PublicProgramme, is_cancelled, still_of
from screenings.exports.cards import SentCard, drawn
from screenings.exports.ical import one_line

DAYS_FIRST = ("fr", "en")  # languages in which a date begins with the day


def picture(card: SentCard, still: bytes | None) -> Drawing:
    return Drawing(body=drawn(card, still), media_type="image/jpeg")


def of_festival(asked: Asked) -> Drawing:
    document = asked.document()
    tagline = text_in(asked.lang, asked.public.words.get("tagline", {})) or t(
        asked.lang, "public.what"
    )
    lines = (tagline, text_in(asked.lang, document.places))
    return picture(said(document.name, lines, asked, document), None)


def of_film(asked: Asked) -> Drawing:
    """Its still, its title, its first screening that is not called off."""
    document, programme, lang = asked.document(), asked.programme(), asked.lang
    lines = (when_shown(document, programme, lang), who_made(programme, lang))
    still = still_of(programme)
    card = said(text_in(lang, programme.titles), lines, asked, document)
    return picture(card, asked.stills(still.id) if still else None)


def said(title: str, lines: tuple[str, ...], asked: Asked, document: Document) -> SentCard:
    told = tuple(line for line in map(one_line, lines) if line)
    return SentCard(
        title=one_line(title), lines=told, when=one_line(days_told(document, asked.lang))
    )


def days_told(document: Document, lang: str) -> str:
    first = date.fromisoformat(document.first_day)
    last = first + timedelta(days=document.days - 1)
    if first == last:
        return language.calendar_day(lang, last)
    if first.month == last.month and lang in DAYS_FIRST:
        return f"{first.day}–{language.calendar_day(lang, last)}"
    return f"{language.day(lang, first, style='month')} – {language.calendar_day(lang, last)}"


def when_shown(document: Document, programme: PublicProgramme, lang: str) -> str:
    shows = sorted(
        (one for one in document.screenings if one.programme == programme.id and not is_cancelled(one)),
        key=lambda one: one.starts_at,
    )  # fmt: skip
    if not shows:
        return ""
    screen = next(s.name for s in document.screens if s.id == shows[0].screen)
    when = language.upper_first(language.evening(lang, shows[0].starts_at))
    told = [f"{when}, {language.hour(shows[0].starts_at)}", screen]
    if len(shows) > 1:
        told.append(t(lang, "public.count", n=len(shows)))
    return " · ".join(told)


def who_made(programme: PublicProgramme, lang: str) -> str:
    length = language.length(lang, programme.minutes * 60)
    if len(programme.films) != 1:
        films = t(lang, "public.films", n=len(programme.films)) if programme.films else ""
        return " · ".join(part for part in (films, length) if part)
    film = programme.films[0]
    countries = language.listed(lang, [language.country(lang, one) for one in film.countries])
    return " · ".join(part for part in (film.director, countries, length) if part)


LEAVES = [
    Leaf(path="/card.jpg", draw=of_festival, each=when_asked),
    Leaf(path="/films/{programme_id:str}/card.jpg", draw=of_film, each=when_asked),
]
HANDLERS: list[Any] = doors_to(LEAVES)

"""The published grid as calendars (RFC 5545, RFC 7986): stable names, so that a moved screening moves in
every diary.

The same publication is the same bytes: stamps are the publication's, sequences the screenings' own,
hours stand in the edition's zone, whose rules come along.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from festival.language import t, text_in
from screenings.document import (
    Document,
    PublicProgramme,
    PublicScreen,
    PublicScreening,
    is_cancelled,
)

AGAIN = timedelta(minutes=15)  # after which a diary may ask whether anything has moved
NEVER = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")  # letters and signs are made of them


def calendar(
    document: Document,
    lang: str,
    *,
    url: str,
    only: frozenset[str] | None = None,
    about: str = "",
) -> bytes:
    """All screenings, or only the named ones, in one language; `url` is the programme's address."""
    shown = [s for s in document.screenings if only is None or s.id in only]
    made = head(document, lang, url=url, about=about)
    made.add("last-modified", max((stamp(document, one) for one in shown), default=stamp(document)))
    known = {programme.id: programme for programme in document.programmes}
    screens = {screen.id: screen for screen in document.screens}
    for screening in shown:
        made.add_component(
            event(
                screening,
                known[screening.programme],
                screen=screens[screening.screen],
                document=document,
                lang=lang,
                url=url,
            )
        )
    add_zone(made, document, shown)
    return bytes(made.to_ical())


def head(document: Document, lang: str, *, url: str, about: str) -> Calendar:
    made = Calendar()
    name = one_line(" · ".join(part for part in (document.name, about) if part))
    made.add("prodid", "-//Cinema for Space//Programme//FR")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", document.zone)
    made.add("description", t(lang, "public.ics.about", n=document.number))
    made.add("url", url)
    made.add("refresh-interval", AGAIN, parameters={"value": "DURATION"})
    made.add("x-published-ttl", AGAIN)
    return made


def event(
    screening: PublicScreening,
    programme: PublicProgramme,
    *,
    screen: PublicScreen,
    document: Document,
    lang: str,
    url: str,
) -> Event:
    made, zone = Event(), ZoneInfo(document.zone)
    made.add("uid", f"{screening.id}@{document.domain}")
    made.add("sequence", (screening.sequence or document.number) + times_told(screening))
    made.add("dtstamp", stamp(document, screening))
    made.add("dtstart", screening.starts_at.astimezone(zone))
    made.add("dtend", screening.ends_at.astimezone(zone))
    made.add("summary", one_line(text_in(lang, programme.titles)))
    made.add("location", one_line(place_of(screen, document, lang)))
    if directors := " · ".join(film.director for film in programme.films):
        made.add("description", one_line(directors))
    if section := text_in(lang, programme.section_names):
        made.add("categories", [one_line(section)])
    made.add("url", f"{url}films/{programme.id}")
    made.add("status", "CANCELLED" if is_cancelled(screening) else "CONFIRMED")
    made.add("transp", "OPAQUE")
    return made


def place_of(screen: PublicScreen, document: Document, lang: str) -> str:
    """Room, house and where it stands; a house that is not told apart is the edition's place."""
    house = next((venue for venue in document.venues if venue.id == screen.venue), None)
    where = (
        [house.name, house.address, house.commune]
        if house is not None and (house.address or house.commune)
        else [house.name if house else "", text_in(lang, document.places)]
    )
    return ", ".join(part for part in (screen.name, *where) if part)


def times_told(screening: PublicScreening) -> int:
    """How often it was told again on its day; like the number, it only rises."""
    return 0 if screening.live is None else screening.live.told


def stamp(document: Document, screening: PublicScreening | None = None) -> datetime:
    """When it was said last: by the number, or on its day."""
    news = None if screening is None else screening.live
    known = document.published_at or datetime(2000, 1, 1, tzinfo=UTC)
    if news is not None and news.told_at is not None:
        known = max(known, news.told_at)
    return known.replace(microsecond=0)


def add_zone(made: Calendar, document: Document, shown: list[PublicScreening]) -> None:
    """The rules of the clock for the days that are told, and a year about them."""
    if document.zone == "UTC" or not shown:
        return
    years = [s.starts_at.year for s in shown]
    made.add_missing_timezones(
        first_date=datetime(min(years) - 1, 1, 1).date(),  # noqa: DTZ001
        last_date=datetime(max(years) + 2, 1, 1).date(),  # noqa: DTZ001
    )


def one_line(text: str) -> str:
    """A filmmaker's words stay words: no line of theirs becomes a property, none turns the rest round."""
    return " ".join("".join(c if may_stand(c) else " " for c in text).split())


def may_stand(character: str) -> bool:
    """Letters and signs, and what joins them; no control, no line's end, no sign that turns a line."""
    return character in JOINERS or unicodedata.category(character) not in NEVER

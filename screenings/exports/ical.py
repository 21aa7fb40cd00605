"""The published grid as a calendar: stable ids, so that a moved screening moves in every diary.

The same publication is the same bytes: stamps are the publication's, sequences the screenings' own.
"""

from datetime import UTC, datetime

from icalendar import Calendar, Event

from festival.language import text_in
from screenings.publication import Document, PublicProgramme, PublicScreening

DOMAIN = (
    "cinema-for-space"  # a name, not an address: whatever host serves it, an event stays itself
)


def calendar(
    document: Document, lang: str, *, url: str, only: frozenset[str] | None = None
) -> bytes:
    """All screenings, or only the named ones, in one language; `url` is the programme's address."""
    made = Calendar()
    made.add("prodid", "-//Cinema for Space//Programme//FR")
    made.add("version", "2.0")
    made.add("x-wr-calname", document.name)
    known = {programme.id: programme for programme in document.programmes}
    screens = {screen.id: screen.name for screen in document.screens}
    for screening in document.screenings:
        if only is None or screening.id in only:
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
    return bytes(made.to_ical())


def event(
    screening: PublicScreening,
    programme: PublicProgramme,
    *,
    screen: str,
    document: Document,
    lang: str,
    url: str,
) -> Event:
    made = Event()
    made.add("uid", f"{screening.id}@{DOMAIN}")
    made.add("sequence", screening.sequence or document.number)
    made.add("dtstamp", document.published_at or datetime.now(UTC))
    made.add("dtstart", screening.starts_at)
    made.add("dtend", screening.ends_at)
    made.add("summary", one_line(text_in(lang, programme.titles)))
    made.add("location", one_line(f"{screen}, {text_in(lang, document.places)}"))
    made.add("description", one_line(" · ".join(film.director for film in programme.films)))
    made.add("url", f"{url}films/{programme.id}")
    return made


def one_line(text: str) -> str:
    """A filmmaker's words stay words: no line of theirs becomes a property."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())

"""What pages say to machines that read them: schema.org's festival, screenings and films."""

from datetime import date, timedelta
from typing import Any

from api.leaves import Asked
from festival.clock import zone
from festival.language import text_in
from festival.texts import film_title
from screenings.document import (
    Document,
    LiveNews,
    PublicFilm,
    PublicProgramme,
    PublicScreening,
    still_of,
)

CONTEXT = "https://schema.org"


def festival(asked: Asked, document: Document) -> dict[str, Any]:
    first = date.fromisoformat(document.first_day)
    return {
        "@type": "Festival",
        "@id": f"{asked.url}{asked.prefix}/#festival",
        "name": document.name,
        "url": f"{asked.url}{asked.prefix}/",
        "startDate": first.isoformat(),
        "endDate": (first + timedelta(days=document.days - 1)).isoformat(),
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place",
            "name": text_in(asked.lang, document.places) or document.name,
            "address": text_in(asked.lang, document.places) or document.name,
        },
        "organizer": {
            "@type": "Organization",
            "name": "Cinéma for Space",
            "url": f"{asked.url}{asked.prefix}/",
        },
    }


def programme_page(asked: Asked, document: Document) -> dict[str, Any]:
    return {"@context": CONTEXT, **festival(asked, document)}


def film_page(asked: Asked, document: Document, programme: PublicProgramme) -> list[dict[str, Any]]:
    """One event a screening; what is shown there is told with the first alone, and named by the others."""
    shown = [one for one in document.screenings if one.programme == programme.id]
    works = [movie(asked, programme, film) for film in programme.films]
    named = [{"@type": "Movie", "@id": one["@id"], "name": one["name"]} for one in works]
    return [
        {
            "@context": CONTEXT,
            **screening(asked, document, programme, one),
            **presented(works if number == 0 else named),
        }
        for number, one in enumerate(shown)
    ]


def presented(works: list[dict[str, Any]]) -> dict[str, Any]:
    if not works:
        return {}
    return {"workPresented": works[0] if len(works) == 1 else works}


def page_of(asked: Asked, programme: PublicProgramme) -> str:
    return f"{asked.url}{asked.prefix}/films/{programme.id}"


def screening(
    asked: Asked, document: Document, programme: PublicProgramme, one: PublicScreening
) -> dict[str, Any]:
    lang, page = asked.lang, page_of(asked, programme)
    event: dict[str, Any] = {
        "@type": "ScreeningEvent" if programme.films else "Event",
        "@id": f"{page}#{one.id}",
        "name": text_in(lang, programme.titles),
        "url": page,
        "startDate": one.starts_at.astimezone(zone()).isoformat(),
        "endDate": one.ends_at.astimezone(zone()).isoformat(),
        "eventAttendanceMode": f"{CONTEXT}/OfflineEventAttendanceMode",
        **status_of(one.live),
        "location": room(document, one, lang),
        "superEvent": {
            "@type": "Festival",
            "@id": f"{asked.url}{asked.prefix}/#festival",
            "name": document.name,
        },
        "image": f"{page}/card.jpg",
    }
    if programme.films:
        event["inLanguage"] = list(dict.fromkeys(x for f in programme.films for x in f.languages))
        event["subtitleLanguage"] = list(
            dict.fromkeys(x for f in programme.films for x in f.subtitles if x != "zxx")
        )
    if programme.rating is not None:
        event["typicalAgeRange"] = f"{programme.rating}-"
    if programme.guests:
        event["performer"] = [{"@type": "Person", "name": one.name} for one in programme.guests]
    return {name: value for name, value in event.items() if value != []}


def room(document: Document, one: PublicScreening, lang: str) -> dict[str, Any]:
    """The room in its house; where the house stands, as far as it is known."""
    screen = next(s for s in document.screens if s.id == one.screen)
    house = next((v for v in document.venues if v.id == screen.venue), None)
    place = text_in(lang, document.places) or document.name
    address: Any = place
    if house is not None and (house.address or house.commune):
        told = {"streetAddress": house.address, "addressLocality": house.commune}
        address = {"@type": "PostalAddress"} | {name: text for name, text in told.items() if text}
    return {
        "@type": "Place",
        "name": f"{screen.name}, {house.name}" if house is not None else screen.name,
        "address": address,
        "maximumAttendeeCapacity": screen.seats,
    }


def movie(asked: Asked, programme: PublicProgramme, film: PublicFilm) -> dict[str, Any]:
    lang, base = asked.lang, f"{asked.url}/api/v1/{asked.public.edition.slug}/programme"
    told: dict[str, Any] = {
        "@type": "Movie",
        "@id": f"{page_of(asked, programme)}#{film.submission}",
        "name": film_title(lang, film),
        "alternateName": film.title,
        "director": {"@type": "Person", "name": film.director} if film.director else None,
        "duration": f"PT{max(1, round(film.seconds / 60))}M",
        "dateCreated": str(film.year) if film.year else None,
        "countryOfOrigin": [{"@type": "Country", "name": one} for one in film.countries],
        "inLanguage": [one for one in film.languages if one != "zxx"],
        "subtitleLanguage": [one for one in film.subtitles if one != "zxx"],
        "description": text_in(lang, film.synopses),
        "image": f"{base}/stills/{film.still.id}.jpg"
        if film.still and film.still == still_of(programme)
        else None,
        "contentRating": None if film.rating is None else str(film.rating),
    }
    if told["alternateName"] == told["name"]:
        del told["alternateName"]
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def status_of(news: LiveNews | None) -> dict[str, str]:
    """As schema.org says it: what was published and is so no more."""
    if news is not None and news.cancelled:
        return {"eventStatus": f"{CONTEXT}/EventCancelled"}
    if news is None or news.was_at is None:
        return {"eventStatus": f"{CONTEXT}/EventScheduled"}
    return {
        "eventStatus": f"{CONTEXT}/EventRescheduled",
        "previousStartDate": news.was_at.astimezone(zone()).isoformat(),
    }

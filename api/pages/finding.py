"""Ways into the programme beside its days: by house, by section, by the hour, and by what is looked for."""

from functools import partial
from typing import Any

from litestar import Response, route

from api.doors import doors_to, held_of
from api.etags import READ
from api.leaves import Asked, venues
from api.pages._page import page
from api.pages._public import (
    OWN_ALONE,
    SentAlong,
    asked_by,
    choices,
    days_of,
    only,
    page_leaf,
    sections_in,
)
from api.request import AnyRequest
from festival import language
from festival.errors import Missing
from festival.language import t
from screenings.finding import LookedFor, matches, words_of
from screenings.public import Public


def sections(public: Public) -> list[str]:
    document = public.open_document
    return [] if document is None else [letter for letter, _ in sections_in(document, "fr")]


@page_leaf("/venues/{venue_id:str}", "public/listed.html", each=venues)
def venue(asked: Asked) -> dict[str, Any]:
    """What is shown in one house, and where it stands."""
    document, lang = asked.document(), asked.lang
    house = next((one for one in document.venues if one.id == asked.name), None)
    days = only(days_of(document, lang), lambda show: show["venue"] == asked.name)
    if house is None or not days:
        raise Missing("missing")
    rooms = [one for one in document.screens if one.venue == house.id]
    place = ", ".join(part for part in (house.address, house.commune) if part)
    return {
        "at": f"/venues/{house.id}",
        "along": SentAlong(title=f"{house.name} · {asked.public.edition.name}", words=place),
        "title": house.name,
        "place": place,
        "rooms": rooms,
        "days": days,
        "diary": f"/venues/{house.id}/programme.ics",
    }


@page_leaf("/sections/{section_letter:str}", "public/listed.html", each=sections)
def section(asked: Asked) -> dict[str, Any]:
    document, lang = asked.document(), asked.lang
    names = dict(sections_in(document, lang))
    if asked.name not in names:
        raise Missing("missing")
    along = SentAlong(title=f"{names[asked.name]} · {asked.public.edition.name}")
    return {
        "at": f"/sections/{asked.name}",
        "along": along,
        "title": names[asked.name],
        "place": "",
        "rooms": [],
        "days": only(days_of(document, lang), lambda show: show["programme"].section == asked.name),
        "diary": "",
    }


@page_leaf("/now", "public/now.html")
def now(asked: Asked) -> dict[str, Any]:
    """All screenings in order: the browser knows the hour, and shows those that it is time for."""
    document, lang = asked.document(), asked.lang
    return {
        "at": "/now",
        "days": only(days_of(document, lang), lambda _: True),
        "words": {
            "running": t(lang, "public.now.running", hour="{hour}"),
            "soon": t(lang, "public.now.soon", minutes="{minutes}"),
            "later": t(lang, "public.now.later", when="{when}"),
        },
    }


@route("/search", http_method=READ, status_code=200, include_in_schema=False)
async def search(request: AnyRequest) -> Response[str]:
    """What the form of the programme asks where no script filters it; its address can be sent on."""
    asked = asked_by(request, await held_of(request))
    document, lang = asked.document(), asked.lang
    given = request.query_params
    sought = LookedFor(**{name: str(given.get(name, "")) for name in LookedFor.__struct_fields__})
    country = partial(language.country, lang)
    found = matches(document, sought, lambda programme: words_of(programme, country))
    names = {one.id for one in found} if sought.is_anything else set()
    return page(
        request,
        "public/search.html",
        theme="screening",
        headers=OWN_ALONE,
        sought=sought,
        choices=choices(document, lang),
        count=len(names),
        days=only(days_of(document, lang), lambda show: show["id"] in names),
    )


LEAVES = [venue, section, now]
HANDLERS: list[Any] = [*doors_to(LEAVES), search]

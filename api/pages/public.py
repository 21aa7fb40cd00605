"""The public's pages: only the last publication is read, whole or not at all."""

import math
import re
from datetime import date, datetime, timedelta
from typing import Any
from unicodedata import east_asian_width

from litestar import Response, get, route
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from api.auth import settings_of
from api.etags import READ, tagged
from api.pages._exports import FORMATS, KINDS, file_of
from api.pages._page import language_of, page, prefix_of
from api.request import AnyRequest
from festival import language
from festival.access import Viewer
from festival.clock import festival_day, zone
from festival.editions import current_edition, newest_edition
from festival.errors import Missing
from festival.language import OFFICIAL, spoken, text_in
from festival.site import OWN_PAGES, written
from festival.tables import Edition, Phase
from screenings.exports import schedule
from screenings.exports.ical import calendar
from screenings.publication import (
    Document,
    is_open,
    newest_document,
    published,
    published_programme,
)
from units.times import clock_face

ROW = 30  # pixels between two bars


def shortly(request: AnyRequest) -> dict[str, str]:
    """Kept for a minute by anybody for the public; what names a viewer is theirs alone."""
    known = request.state["viewer"].is_known
    return {
        "cache-control": "private, no-store" if known else "public, max-age=60",
        "vary": "cookie",
    }


def hour_of(moment: datetime, day: date) -> float:
    """Hours of wall clock after the festival day's midnight: 25.5 is half past one at night."""
    local = moment.astimezone(zone())
    return (local.date() - day).days * 24 + local.hour + local.minute / 60


def night(lang: str, starts_at: datetime) -> str:
    """Beside an hour after midnight, which two days it lies between; nothing beside others."""
    if festival_day(starts_at) == language.wall_day(starts_at):
        return ""
    return language.evening(lang, starts_at, style="name")


LONGEST = (8, 10, 12, 14, 17, 20, 24, 30, 40)


def longest_word(title: str) -> int:
    """How wide the longest word is, in letters, a foreign wide one counted twice, in rough steps:
    the headline's size is chosen by it, so that no word leaves the screen.
    """
    widest = max(
        (
            sum(1 + (east_asian_width(c) in "WF") for c in word)
            for word in re.split(r"[\s-]+", title)
        ),
        default=0,
    )
    return next((step for step in LONGEST if widest <= step), LONGEST[-1])


def days_of(document: Document, lang: str) -> list[dict[str, Any]]:
    """Each festival day with its screenings in order, and its bars to scale."""
    first = date.fromisoformat(document.first_day)
    programmes = {p.id: p for p in document.programmes}
    screens = {s.id: (i, s.name) for i, s in enumerate(document.screens)}
    shown_days = []
    for offset in range(document.days):
        day = first + timedelta(days=offset)
        shows = [
            {"id": s.id, "starts_at": s.starts_at, "film_ends_at": s.film_ends_at,
             "ends_at": s.ends_at, "debate": s.debate, "number": s.number,
             "programme": programmes[s.programme], "screen": screens[s.screen][1],
             "row": screens[s.screen][0], "title": text_in(lang, programmes[s.programme].titles),
             "poster": any(film.file for film in programmes[s.programme].films),
             "night": night(lang, s.starts_at),
             "when": f"{language.evening(lang, s.starts_at)}, {language.hour(s.starts_at)}"}
            for s in sorted(document.screenings, key=lambda s: (s.starts_at, s.screen))
            if s.day == day.isoformat()
        ]  # fmt: skip
        shown_days.append(
            {
                "id": f"d{offset + 1}",
                "name": language.day(lang, day, style="name"),
                "number": day.day,
                "date": language.day(lang, day, style="month"),
                "shows": shows,
                **scale(shows, day),
            }
        )
    return shown_days


def scale(shows: list[dict[str, Any]], day: date) -> dict[str, Any]:
    """One bar a screening, in per cent of the day's opening, film and debate apart."""
    if not shows:
        return {"hours": [], "bars": []}
    opens = math.floor(min(hour_of(s["starts_at"], day) for s in shows))
    closes = math.ceil(max(hour_of(s["ends_at"], day) for s in shows))
    width = closes - opens
    bars = []
    for show in shows:
        start, film, end = (hour_of(show[k], day) for k in ("starts_at", "film_ends_at", "ends_at"))
        bars.append(
            {
                "x": f"{100 * (start - opens) / width:.2f}",
                "w": f"{100 * (end - start) / width:.2f}",
                "y": 24 + ROW * show["row"],
                "film": round(100 * (film - start) / (end - start), 1),
                "section": show["programme"].section or "E",
                "title": show["title"] if (end - start) / width > 0.09 else "",
            }
        )
    hours = [
        (f"{100 * (h - opens) / width:.2f}", clock_face(60 * h))
        for h in range(opens + 1, closes, 2)
    ]
    return {"hours": hours, "bars": bars}


def dots(document: Document) -> list[tuple[str, str, str, str]]:
    """Every screening a point on the orbit, from the first evening to the last."""
    shows = sorted(document.screenings, key=lambda s: s.starts_at)
    points = []
    for i, show in enumerate(shows):
        angle = math.pi * (1 - (i + 0.5) / len(shows))
        x, y = 540 * math.cos(angle), 150 * math.sin(angle)
        turn = math.radians(-24)
        points.append(
            (
                f"{x * math.cos(turn) - y * math.sin(turn):.0f}",
                f"{x * math.sin(turn) + y * math.cos(turn):.0f}",
                "6.5",
                show.id,
            )
        )
    return points


def sections_in(document: Document, lang: str) -> list[tuple[str, str]]:
    return sorted(
        {(p.section, text_in(lang, p.section_names)) for p in document.programmes if p.section}
    )


@route("/", http_method=READ, status_code=200)
async def programme(
    request: AnyRequest, edition_row: NamedDependency[Edition], viewer: NamedDependency[Viewer]
) -> Response[str]:
    """The three days; before the first publication, or the opening, a promise."""
    document, lang = await newest_document(edition_row, viewer), language_of(request)
    return page(
        request,
        "public/programme.html",
        theme="screening",
        headers=shortly(request),
        document=document,
        days=days_of(document, lang) if document else [],
        dots=dots(document) if document else [],
        sections=sections_in(document, lang) if document else [],
        waits=waits(edition_row, document),
        texts=await written(edition_row),
    )


def waits(edition: Edition, document: Document | None) -> str:
    """Why the public reads no programme, as the end of a key of words; for who reads one before it
    opens, that they are alone; nothing where everybody reads it.
    """
    if not is_open(edition):
        return "opening" if document is None else "inside"
    if document is not None:
        return ""
    return "preparing" if edition.phase == Phase.PREPARING else "lead"


@route("/films/{programme_id:str}", http_method=READ, status_code=200)
async def film(
    request: AnyRequest,
    programme_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> Response[str]:
    document, lang = await published(edition_row, viewer), language_of(request)
    shown = await published_programme(edition_row, programme_id, viewer)
    screens = {s.id: s.name for s in document.screens}
    shows: list[dict[str, Any]] = [
        {"id": s.id, "starts_at": s.starts_at, "film_ends_at": s.film_ends_at,
         "ends_at": s.ends_at, "debate": s.debate, "screen_name": screens[s.screen]}
        for s in document.screenings if s.programme == programme_id
    ]  # fmt: skip
    title = text_in(lang, shown.titles)
    return page(
        request, "public/film.html", theme="screening", headers=shortly(request),
        programme=shown, shows=shows, title=title, longest=longest_word(title),
        poster=any(shown_film.file for shown_film in shown.films),
        linked=[
            {"@context": "https://schema.org", "@type": "ScreeningEvent", "name": title,
             "startDate": s["starts_at"].isoformat(), "endDate": s["ends_at"].isoformat(),
             "location": {"@type": "Place", "name": s["screen_name"],
                          "address": text_in(lang, document.places)}}
            for s in shows
        ],
    )  # fmt: skip


def diary(
    request: AnyRequest, document: Document, *, only: frozenset[str] | None = None
) -> Response[bytes]:
    url = f"{settings_of(request).public_url}{prefix_of(request)}/"
    body = calendar(document, language_of(request), url=url, only=only)
    headers = {
        "content-disposition": 'attachment; filename="cinema-for-space.ics"',
        "cache-control": "public, max-age=60",
    }
    return tagged(request, body, media_type="text/calendar", headers=headers)


@route("/programme.ics", http_method=READ, status_code=200)
async def whole_diary(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[bytes]:
    return diary(request, await published(edition_row))


@route("/exports/{name:str}", http_method=READ, status_code=200)
async def exported(
    request: AnyRequest, name: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[bytes]:
    """The published programme for other machines: `grid.*` in our words, `schedule.*` as frab has it."""
    document = await published(edition_row)
    if name not in FORMATS:
        raise Missing("export_missing")
    kind = name.partition(".")[2]
    url = f"{settings_of(request).public_url}{prefix_of(request)}/"
    body = await file_of(schedule.published(document), name, language_of(request), url=url)
    disposition = f'inline; filename="{edition_row.slug}-{document.number}-{name}"'
    headers = {"content-disposition": disposition, **shortly(request)}
    return tagged(request, body, media_type=KINDS[kind], headers=headers)


@route("/screenings/{name:str}", http_method=READ, status_code=200)
async def one_diary(
    request: AnyRequest, name: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[bytes]:
    """`/screenings/<stable id>.ics`: one screening for one's own calendar."""
    document = await published(edition_row)
    screening = name.removesuffix(".ics")
    if not name.endswith(".ics") or all(s.id != screening for s in document.screenings):
        raise Missing("screening_missing")
    return diary(request, document, only=frozenset({screening}))


@route("/site/{text:str}", http_method=READ, status_code=200)
async def own_words(
    request: AnyRequest, text: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """A text of the site that has a page of its own, once somebody has written it."""
    words = (await written(edition_row)).get(text)
    if text not in OWN_PAGES or not words:
        raise Missing("missing")
    return page(
        request,
        "public/words.html",
        theme="screening",
        headers=shortly(request),
        kind=text,
        words=words,
        shown=next(
            one for one in (language_of(request), *reversed(OFFICIAL), *words) if one in words
        ),
    )


@get("/", include_in_schema=False)
async def front(request: AnyRequest) -> Response[Any]:
    """To the edition that was chosen for it, in the visitor's language; French first."""
    lang = language.preferred(request.headers.get("accept-language", ""))
    edition = await current_edition()
    return Redirect(
        f"/{lang}/{edition.slug}/" if edition else f"/{lang}",
        status_code=303,
        headers={"vary": "accept-language", "cache-control": "private, no-cache"},
    )


@get("/{lang:str}", include_in_schema=False)
async def front_in(request: AnyRequest, lang: FromPath[str]) -> Response[Any]:
    """The same; before an edition was chosen, a page that says so."""
    if lang not in spoken():
        raise NotFoundException("missing")
    if edition := await current_edition():
        return Redirect(f"/{lang}/{edition.slug}/", status_code=303)
    newest = await newest_edition()
    return page(
        request,
        "public/waiting.html",
        theme="screening",
        headers={"cache-control": "no-store"},
        door=f"/{lang}/{newest.slug}/account/sign-in" if newest else "",
    )


HANDLERS: list[Any] = [programme, film, whole_diary, one_diary, exported, own_words]
OUTSIDE: list[Any] = [front, front_in]

"""The public's pages: only the last publication is read, whole or not at all.

Each is a leaf (`api/leaves.py`), printed when a number is published and handed out as it lies there.
"""

import re
from pathlib import Path
from typing import Any

from litestar import Response, get, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from api.doors import doors_to
from api.etags import READ, tagged
from api.leaves import Asked, programmes
from api.pages._linked import film_page, programme_page
from api.pages._page import page
from api.pages._public import (
    SentAlong,
    choices,
    days_of,
    dots,
    longest_word,
    own_pages,
    page_leaf,
    sections_in,
    waits,
    was_in,
)
from api.pages.cards import when_shown, who_made
from api.request import AnyRequest
from festival import language
from festival.editions import current_edition, newest_edition
from festival.errors import Missing
from festival.language import OFFICIAL, spoken, text_in
from screenings.document import Document, PublicProgramme, still_of


@page_leaf("/", "public/programme.html")
def programme(asked: Asked) -> dict[str, Any]:
    """The three days; before the first publication, or the opening, a promise."""
    document, lang = asked.document_or_none(), asked.lang
    return {
        "at": "/",
        "document": document,
        "days": days_of(document, lang) if document else [],
        "dots": dots(document) if document else [],
        "sections": sections_in(document, lang) if document else [],
        "choices": choices(document, lang) if document else {},
        "waits": waits(asked.public.edition, document),
        "texts": asked.public.words,
        "linked": programme_page(asked, document) if document else None,
    }


@page_leaf("/films/{programme_id:str}", "public/film.html", each=programmes)
def film(asked: Asked) -> dict[str, Any]:
    document, shown, lang = asked.document(), asked.programme(), asked.lang
    screens = {s.id: s.name for s in document.screens}
    shows: list[dict[str, Any]] = [
        {"id": s.id, "starts_at": s.starts_at, "film_ends_at": s.film_ends_at,
         "ends_at": s.ends_at, "debate": s.debate, "screen": screens[s.screen], "screen_id": s.screen,
         "live": s.live, "was_in": was_in(document, s)}
        for s in document.screenings if s.programme == shown.id
    ]  # fmt: skip
    title = text_in(lang, shown.titles)
    pitch = next((text for one in shown.films if (text := text_in(lang, one.synopses))), "")
    return {
        "at": f"/films/{shown.id}",
        "programme": shown,
        "shows": shows,
        "title": title,
        "longest": longest_word(title),
        "still": still_of(shown),
        "trailers": [
            {
                "at": f"/api/v1/{asked.public.edition.slug}/programme/trailers/{key}",
                "title": one.title,
            }
            for one in shown.films
            if (key := asked.public.trailers.get(one.submission))
        ],
        "gallery": [one for film in shown.films for one in film.pictures[1:]],
        "beside": beside(document, shown, lang),
        "pitches": [pitch_of(text_in(lang, one.synopses)) for one in shown.films],
        "rooms": [
            one
            for one in document.screens
            if one.access and one.id in {s["screen_id"] for s in shows}
        ],
        "linked": film_page(asked, document, shown),
        "along": SentAlong(
            title=title,
            words=". ".join(
                part
                for part in (when_shown(document, shown, lang), pitch or who_made(shown, lang))
                if part
            ),
            kind="video.movie" if shown.films else "website",
            picture=f"/films/{shown.id}/card.jpg",
        ),
    }


def beside(document: Document, shown: PublicProgramme, lang: str) -> list[dict[str, Any]]:
    """Others of its section that have a still: those whose first screening follows its own, then from the first."""
    kin = {p.id: p for p in document.programmes if p.section == shown.section and still_of(p)}
    screens = {one.id: one.name for one in document.screens}
    firsts = [s for s in document.screenings if s.number == 0 and s.programme in kin]
    firsts.sort(key=lambda s: (s.starts_at, s.screen))
    place = next((n for n, s in enumerate(firsts) if s.programme == shown.id), len(firsts))
    return [
        {"programme": kin[s.programme], "still": still_of(kin[s.programme]),
         "title": text_in(lang, kin[s.programme].titles),
         "when": f"{language.evening(lang, s.starts_at)}, {language.hour(s.starts_at)}",
         "screen": screens[s.screen]}
        for s in (firsts[place + 1 :] + firsts[:place])[:BESIDE]
    ]  # fmt: skip


BESIDE = 3
SERVICE_WORKER = Path(__file__).parents[1] / "static" / "js" / "sw.js"
PITCH = 160  # letters that still read as a headline
ENDS = re.compile(r"(?<=[.!?…。؟])\s+")


def pitch_of(synopsis: str) -> tuple[str, str]:
    """The first sentence, to be read from afar, and the rest; none is told so where it is long."""
    first, *rest = ENDS.split(synopsis.strip(), maxsplit=1)
    if len(first) > PITCH:
        return "", synopsis.strip()
    return first, "".join(rest)


@page_leaf("/site/{text:str}", "public/words.html", each=own_pages)
def own_words(asked: Asked) -> dict[str, Any]:
    """A text of the site that has a page of its own, once somebody has written it."""
    if asked.name not in own_pages(asked.public):
        raise Missing("missing")
    words = asked.public.words[asked.name]
    liked = (asked.lang, *reversed(OFFICIAL), *words)
    return {
        "at": f"/site/{asked.name}",
        "kind": asked.name,
        "words": words,
        "shown": next(one for one in liked if one in words),
    }


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


@route("/sw.js", http_method=READ, status_code=200, include_in_schema=False)
async def without_network(request: AnyRequest) -> Response[bytes]:
    """Where a browser looks for it, so that it may answer for every public page; asked for anew each time."""
    return tagged(
        request,
        SERVICE_WORKER.read_bytes(),
        media_type="text/javascript; charset=utf-8",
        headers={"cache-control": "no-cache"},
    )


LEAVES = [programme, film, own_words]
HANDLERS: list[Any] = doors_to(LEAVES)
OUTSIDE: list[Any] = [front, front_in, without_network]

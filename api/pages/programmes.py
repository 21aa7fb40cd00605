"""The programmers' room of programmes: the list, one programme with every field, and what is said of two."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.grid import evening_and_hour
from api.guards import SEE
from api.pages import _changes, _programmes
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.pages.committee import sheet_of
from api.request import AnyRequest
from festival.clock import minutes_of
from festival.errors import FestivalError
from festival.language import tongues
from festival.people import plain
from festival.tables import Edition
from festival.texts import film_title, own_title
from screenings import confirming, lists, programmes, relations
from screenings.lists import Item, Placed
from screenings.planner.rules.facts import debate, intro
from screenings.programmes import ProgrammeForm, ProgrammeUses
from submissions.entry import PREMIERES
from submissions.lists import sections_of
from submissions.twins import twins_among

PAGE = "/programmer/programmes"
ROWS = 40
KINDS = ("film", "block", "event")
STATES = ("placed", "part", "tray", "pencil", "gone")
NEW: _programmes.ProgrammeFields = _programmes.typed(
    ProgrammeForm(kind="event", intro=0, debate=0), ""
)


class ProgrammeFilters(msgspec.Struct, frozen=True):
    """What narrows the list; empty is no wish."""

    q: str = ""
    section: str = ""
    kind: str = ""
    state: str = ""

    @property
    def query(self) -> dict[str, str]:
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value}


def filters_of(request: AnyRequest) -> ProgrammeFilters:
    asked = request.query_params
    return ProgrammeFilters(
        q=asked.get("q", "")[:100],
        section=asked.get("section", "")[:1],
        kind=asked.get("kind", "") if asked.get("kind", "") in KINDS else "",
        state=asked.get("state", "") if asked.get("state", "") in STATES else "",
    )


def sifted(
    items: Iterable[Item], placed: Mapping[str, int], filters: ProgrammeFilters, lang: str
) -> list[Item]:
    """Programmes that are asked for; accents and capitals make no difference."""
    words = plain(filters.q).split()
    return [
        item
        for item in items
        if (not filters.section or filters.section == (item.section_letter or "-"))
        and (not filters.kind or filters.kind == item.kind)
        and (not filters.state or filters.state in states_of(item, placed.get(item.id, 0)))
        and all(word in said_of(item, lang) for word in words)
    ]


def said_of(item: Item, lang: str) -> str:
    """Everything that a search finds it by."""
    names = [*item.titles.values(), item.title(lang)]
    names += [text for film in item.films for text in (film["title"], film["director"])]
    return plain(" ".join(names))


def states_of(item: Item, placed: int) -> set[str]:
    """Its marks: where its showings stand, and whether its films do."""
    where = "tray" if not placed else "placed" if placed >= item.showings else "part"
    return {
        where,
        *(["tray"] if placed < item.showings else []),
        *(["pencil"] if item.is_pencilled else []),
        *(["gone"] if item.has_left or any(map(lists.is_gone, item.films)) else []),
    }


@get(PAGE, guards=SEE)
async def all_programmes(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Every programme, with what narrows the list and what was taken away of late."""
    return await programmes_page(request, edition_row)


async def programmes_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    given: Mapping[str, str] | None = None,
) -> Response[str]:
    lang, filters = language_of(request), filters_of(request)
    items = await lists.items(edition)
    grid = await lists.working_grid(edition)
    placed = Counter(p.programme for p in await lists.placed_in(grid))
    found = sifted(items, placed, filters, lang)
    titles = {film["submission"]: own_title(film) for item in items for film in item.films}
    twins = await twins_among(list(titles))
    return planning_page(
        request,
        "programmer/programmes.html",
        error=error,
        at=PAGE,
        given=given or {},
        of=refused_form(request, error),
        sheet=sheet_of(found, request.query_params.get("page", "1"), of=ROWS),
        total=len(items),
        placed=placed,
        filters=filters,
        more="".join(f"&{name}={quote(value)}" for name, value in filters.query.items()),
        kinds=KINDS,
        states=STATES,
        sections=await sections_of(edition),
        removed=await programmes.removed_lately(edition),
        twins={
            submission: [titles[other] for other in others] for submission, others in twins.items()
        },
        **await told_of_two(edition, items, lang),
    )


def refused_form(request: AnyRequest, error: FestivalError | None) -> str:
    """Which form was refused, where the page has several: how its fields end, `-order-<id>`."""
    if error is None:
        return ""
    for name in ("order", "apart"):
        found = re.search(rf"/programmer/{name}s(?:/([A-Za-z0-9]+))?", request.url.path)
        if found:
            return f"-{name}-{found[1] or 'new'}"
    return ""


async def told_of_two(
    edition: Edition, items: Iterable[Item], lang: str, about: str = ""
) -> dict[str, Any]:
    """Orders and pairs that never run at once; those about one programme where it is named."""
    titles = {item.id: item.title(lang) for item in items}
    return {
        "titles": titles,
        "orders": [
            one for one in await relations.orders_of(edition) if about in {"", one.first, one.then}
        ],
        "aparts": [
            one for one in await relations.aparts_of(edition) if about in {"", one.one, one.other}
        ],
        "relations_removed": [
            one
            for one in await relations.removed_lately(edition)
            if about in {"", one.one, one.other}
        ],
    }


@get(f"{PAGE}/{{programme_id:str}}", guards=SEE)
async def one_programme(
    request: AnyRequest, programme_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """One programme with every field, where it stands, and how grid and public see it."""
    return await programme_page(request, edition_row, programme_id)


async def programme_page(
    request: AnyRequest,
    edition: Edition,
    programme_id: str,
    *,
    error: FestivalError | None = None,
    fields: _programmes.ProgrammeFields | None = None,
    version: int = 0,
    leaves: int = 0,
    given: Mapping[str, str] | None = None,
) -> Response[str]:
    lang = language_of(request)
    row = await programmes.programme_in(edition, programme_id)
    items = {item.id: item for item in await lists.items(edition)}
    item = items[programme_id]
    stands = _programmes.typed(await programmes.form_of(edition, programme_id), lang)
    grid = await lists.working_grid(edition)
    placed = [p for p in await lists.placed_in(grid) if p.programme == programme_id]
    uses = await programmes.uses_of_programme(row)
    offered = await programmes.films_offered(edition, lang)
    viewer = request.state["viewer"]
    return planning_page(
        request,
        "programmer/programme.html",
        agreed=await confirming.counts_of(edition, viewer, programme=programme_id),
        error=error,
        at=f"{PAGE}/{programme_id}",
        of=refused_form(request, error),
        item=item,
        fields=stands if fields is None else fields,
        version=version or row.version,
        given=given or {},
        leaves=leaves,
        kinds=KINDS,
        premieres=PREMIERES,
        sections=await sections_of(edition),
        days=days_of(edition),
        showings=showings_of(edition, item, placed, lang, await lists.screens(edition)),
        free=free_films(item, offered),
        from_films={
            "languages": tongues(lang, lists.spoken_in(item.films)),
            "subtitles": tongues(lang, lists.readable_in(item.films)),
        },
        last=await last_change(edition, item, offered, lang),
        used=ProgrammeUses(uses)(lang) if uses else "",
        **await told_of_two(edition, items.values(), lang, about=programme_id),
    )


def days_of(edition: Edition) -> list[date]:
    return [edition.first_day + timedelta(days=number) for number in range(edition.days)]


def showings_of(
    edition: Edition, item: Item, placed: Iterable[Placed], lang: str, rooms: Iterable[Any]
) -> list[dict[str, Any]]:
    """Each showing that is promised, with its talks and where it stands in the working grid."""
    names = {room.id: room.name for room in rooms}
    stand = {p.number: p for p in placed}
    return [
        {
            "number": number,
            "place": None
            if number not in stand
            else f"{evening_and_hour(lang, edition, minutes_of(stand[number].starts_at, edition.first_day))}, "
            f"{names.get(stand[number].screen, '')}",
            "locked": number in stand and stand[number].locked,
            "intro": intro(item, number),
            "debate": debate(item, number),
        }
        for number in range(max(item.showings, max(stand, default=-1) + 1))
    ]


def free_films(item: Item, offered: Mapping[str, str]) -> list[tuple[str, str]]:
    """Films that may be put into this programme: chosen, and not in it yet."""
    here = {film["submission"] for film in item.films}
    return [(film, title) for film, title in offered.items() if film not in here]


async def last_change(edition: Edition, item: Item, names: Mapping[str, str], lang: str) -> Any:
    """The newest change of it, in words, and the line by which it is put back."""
    line = await programmes.last_change(item.id)
    if line is None:
        return None
    known = dict(names) | {film["submission"]: film_title(lang, film) for film in item.films}
    known |= {str(one.id): one.letter for one in await sections_of(edition)}
    changes = {
        name: [hour_told(value) for value in pair] if name in _programmes.HOURS else pair
        for name, pair in line.details["changes"].items()
    }
    return {
        "line": line.line,
        "by": line.by,
        "at": line.at,
        "changes": _changes.changes_in(lang, {"changes": changes}, known),
    }


def hour_told(minutes: Any) -> Any:
    return _programmes.hour_typed(minutes) if isinstance(minutes, int) else minutes


HANDLERS: list[Any] = [all_programmes, one_programme]

"""What programmers say to each other about screenings: the newest first, open or settled, by film."""

from collections.abc import Mapping
from typing import Annotated, Any, cast, get_args

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Meta

from api.grid import evening_and_hour
from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._lists import kept, out_of_sight, said
from api.pages._page import language_of
from api.request import AnyRequest
from festival.clock import minutes_of
from festival.errors import FestivalError
from festival.language import t
from festival.tables import Edition
from screenings import comments, lists
from screenings.comments import CommentState, CommentText
from screenings.planner.model import Name

PAGE = "/programmer/comments"


class CommentForm(msgspec.Struct, frozen=True, kw_only=True):
    """`showing` is `programme:number`."""

    showing: Annotated[str, Meta(pattern=r"^\w{1,32}:\d{1,2}$")]
    text: CommentText


async def comments_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    which: str = "",
    sent: Mapping[str, list[str]] | None = None,
) -> Response[str]:
    """`which` is the comment whose form was refused, or `new`; `sent` what stood in it."""
    lang = language_of(request)
    items = {item.id: item for item in await lists.items(edition)}
    where = await places_told(edition, lang)
    state, programme, page = asked(request)
    found = await comments.sheet(edition, state=state, programme=programme, page=page)
    typed = {name: values[-1] for name, values in (sent or {}).items() if values}
    return planning_page(
        request, "programmer/comments.html", error=error, at=PAGE,
        sheet=found, state=state, states=get_args(CommentState), programme=programme,
        titles={one: item.title(lang) for one, item in items.items()}, where=where,
        showings=[
            (f"{item.id}:{n}", told(item.title(lang), (item.id, n), item.showings, where, lang))
            for item in sorted(items.values(), key=lambda item: item.title(lang).lower())
            for n in range(item.showings)
        ],
        own=request.state["viewer"].id, which=which, typed=typed,
        in_vain=out_of_sight(which, ["new", *(one.id for one in found.comments)], typed, "text"),
        more=said(shown=state, programme=programme),
        kept=kept(found.number, shown=state, programme=programme),
    )  # fmt: skip


def asked(request: AnyRequest) -> tuple[CommentState, str, int]:
    """What the list is narrowed to; what is no answer to it is the usual."""
    query = request.query_params
    state, page = query.get("shown", "open"), query.get("page", "1")
    known = cast("CommentState", state) if state in get_args(CommentState) else "open"
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return known, query.get("programme", "")[:32], number


async def places_told(edition: Edition, lang: str) -> dict[Name, str]:
    """Where each screening of the working grid stands, in words."""
    rooms = {screen.id: screen.name for screen in await lists.screens(edition)}
    return {
        (p.programme, p.number): f"{evening_and_hour(lang, edition, minutes_of(p.starts_at, edition.first_day))}, "
        f"{rooms.get(p.screen, '–')}"
        for p in await lists.placed_in(await lists.working_grid(edition))
    }  # fmt: skip


def told(title: str, name: Name, showings: int, where: Mapping[Name, str], lang: str) -> str:
    """`Périhélie · 2ᵉ séance · ven. 26 nov., 18:00, Lumière`."""
    parts = [title]
    if showings > 1:
        parts.append(t(lang, "comments.showing", n=name[1] + 1))
    parts.append(where.get(name, t(lang, "comments.in_tray")))
    return " · ".join(parts)


@get(PAGE, guards=SEE)
async def all_comments(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await comments_page(request, edition_row)


HANDLERS: list[Any] = [all_comments]

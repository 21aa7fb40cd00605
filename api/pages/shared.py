"""The programmers' room of what screenings share: juries, crews, and things of which there are only so many."""

from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._form import strings, unless_late
from api.pages._page import language_of
from api.pages._shared import SHARED, last_change, picks_of, removed
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.language import length
from festival.tables import Edition
from screenings import lists, shared
from screenings.lists import Item
from screenings.shared import COUNTED, FORMS, KINDS

PLAIN = ("name", "pause", "most_a_day", "rest_hours", "at_once", "counted", "version")
MANY = ("programmes", "screens", "numbers")
TOLD_PROGRAMMES = 6


@get(SHARED, guards=SEE)
async def all_shared(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Every jury, crew and resource, each with what it asks of the grid."""
    return await all_page(request, edition_row)


async def all_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    lang = language_of(request)
    items = {item.id: item for item in await lists.items(edition)}
    rooms = {screen.id: screen.name for screen in await lists.screens(edition)}
    return planning_page(
        request,
        "programmer/shared.html",
        error=error,
        at=SHARED,
        kinds=await shared.all_shared(edition),
        titles=lambda row: told_titles(row.programmes, items, lang),
        rooms_of=lambda row: [rooms[one] for one in row.screens if one in rooms],
        length=lambda minutes: length(lang, minutes * 60),
        removed={kind: await removed(edition, f"{kind}_removed") for kind in KINDS},
    )


def told_titles(programmes: list[str], items: dict[str, Item], lang: str) -> tuple[list[str], int]:
    """The first few, and how many there are besides."""
    titles = [items[one].title(lang) for one in programmes if one in items]
    return titles[:TOLD_PROGRAMMES], max(0, len(titles) - TOLD_PROGRAMMES)


@get(f"{SHARED}/{{shared_kind:str}}/new", guards=SEE)
async def new_shared(
    request: AnyRequest, shared_kind: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    shared.table_of(shared_kind)
    return await one_page(request, edition_row, shared_kind, None)


@get(f"{SHARED}/{{shared_kind:str}}/{{shared_id:str}}", guards=SEE)
async def one_shared(
    request: AnyRequest,
    shared_kind: FromPath[str],
    shared_id: FromPath[str],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    return await one_page(request, edition_row, shared_kind, shared_id)


async def one_page(
    request: AnyRequest,
    edition: Edition,
    kind: str,
    shared_id: str | None,
    error: FestivalError | None = None,
) -> Response[str]:
    """`error`: the form was refused, and shows what was typed into it."""
    lang = language_of(request)
    row = await shared.shared_in(edition, kind, shared_id) if shared_id else None
    typed = typed_shared(kind, row)
    if error is not None:
        typed |= unless_late(await sent_again(request), error)
    items = {item.id: item for item in await lists.items(edition)}
    return planning_page(
        request,
        "programmer/shared_one.html",
        error=error,
        at=f"{SHARED}/{kind}/{shared_id or 'new'}",
        kind=kind,
        row=row,
        typed=typed,
        counted=COUNTED,
        most_showings=max([item.showings for item in items.values()], default=1),
        picks=picks_of(items, typed.get("programmes", []), lang),
        screens=[
            {"id": one.id, "title": one.name, "letter": "", "is_chosen": one.id in typed["screens"]}
            for one in await lists.screens(edition)
        ]
        if kind == "crew"
        else [],
        last=await last_change(row.id) if row else None,
    )


def typed_shared(kind: str, row: Any) -> dict[str, Any]:
    """The fields of a kind's form as the row stands, or as its shape has them."""
    typed: dict[str, Any] = {"version": str(row.version if row else 1)}
    for field in msgspec.structs.fields(FORMS[kind]):
        usual = [] if field.name in MANY else "" if field.required else field.default
        value = usual if row is None else getattr(row, field.name)
        typed[field.name] = [str(one) for one in value] if field.name in MANY else str(value)
    if kind == "crew":
        typed["rest_hours"] = hours_typed(int(typed.pop("rest")))
    return typed


def hours_typed(minutes: int) -> str:
    """`9`, or `9:30`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours}:{rest:02d}" if rest else str(hours)


async def sent_again(request: AnyRequest) -> dict[str, Any]:
    form = await request.form()
    return {name: strings(form, name)[-1] for name in PLAIN if strings(form, name)} | {
        name: strings(form, name) for name in MANY
    }


HANDLERS: list[Any] = [all_shared, new_shared, one_shared]

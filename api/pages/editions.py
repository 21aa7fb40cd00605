"""Every edition that somebody operates, with what stands in each; and the form that founds another."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages._desk import desk_page
from api.request import AnyRequest
from festival import texts
from festival.access import Viewer
from festival.copying import KINDS
from festival.editions import operated_by
from festival.errors import FestivalError
from festival.tables import Edition
from screenings.editions import standings

PAGE = "/operator/editions"


async def operated(viewer: Viewer, edition: Edition) -> list[Edition]:
    """A key is good for its own edition alone; a person sees all that they operate."""
    return [edition] if viewer.scopes is not None else await operated_by(viewer.id)


async def editions_page(
    request: AnyRequest,
    viewer: Viewer,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    typed: dict[str, Any] | None = None,
) -> Response[str]:
    known = await operated(viewer, edition)
    return desk_page(
        request,
        "operator/editions.html",
        error=error,
        at=PAGE,
        editions=known,
        standings=await standings(known),
        kinds=list(KINDS),
        values=new_edition(edition) if typed is None else typed,
    )


def new_edition(edition: Edition) -> dict[str, Any]:
    """What a new edition is likely to be: another year's of this one."""
    return {
        "slug": "",
        "name": "",
        "first_day": "",
        "days": edition.days,
        "zone": edition.zone,
        "copy_of": edition.slug,
        "kinds": list(KINDS),
        **texts.flat("places", texts.texts_of(edition.places)),
    }


@get(PAGE, guards=OPERATOR)
async def all_editions(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await editions_page(request, viewer, edition_row)


HANDLERS: list[Any] = [all_editions]

"""Something happens to a planned festival: what it was, in four small forms."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.pages.programmer import given_to
from api.request import AnyRequest
from festival.clock import at
from festival.errors import FestivalError
from festival.language import day, t
from festival.tables import Edition
from screenings import lists
from screenings.guests import kept_guests


async def happenings_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None = None
) -> Response[str]:
    lang = language_of(request)
    shown = [item for item in await lists.items(edition) if item.showings and not item.has_left]
    return planning_page(
        request,
        "programmer/happenings.html",
        error=error,
        at="/programmer/happenings",
        given=await given_to(request, error),
        days=[
            (str(n), day(lang, at(edition.first_day, n * 1440 + 720))) for n in range(edition.days)
        ],
        screens=[(screen.id, screen.name) for screen in await lists.screens(edition)],
        guests=[(guest.id, guest.name) for guest in await kept_guests(edition)],
        programmes=[
            (item.id, f"{item.title(lang)} ({t(lang, 'programmes.minutes', n=item.minutes)})")
            for item in shown
        ],
    )


@get("/programmer/happenings", guards=SEE)
async def happenings(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await happenings_page(request, edition_row)


HANDLERS: list[Any] = [happenings]

"""The films of a filmmaker, and the beginning of one more."""

from datetime import datetime
from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import MAKER
from api.pages._films import FilmCard, film
from api.pages._page import language_of, page
from api.pages._report import decimals
from api.pages._uploading import received
from api.pages.catalogue import table_page
from api.pages.sections import offered
from api.request import AnyRequest
from festival.access import Viewer
from festival.clock import now
from festival.deadlines import last_closing
from festival.errors import FestivalError
from festival.language import day, euro, last_minute, wall_day
from festival.settings import Settings
from festival.tables import Edition
from media.storage import Store
from reviews import receipts
from screenings import confirming
from submissions import entries, materials, membership
from submissions.catalogue import MANY
from submissions.eligibility import may_open
from submissions.fees import EntryPrice, price_of
from submissions.lists import Card, my_submissions, submission_in
from submissions.office.fixes import field_label, open_for
from submissions.reusing import films_to_reuse
from submissions.status import Status
from submissions.tables import EntryRight
from submissions.waiver_codes import is_late_possible


@get("/submissions", guards=MAKER)
async def films(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
    settings: NamedDependency[Settings],
) -> Response[str]:
    """One card a film, the most urgent first, each with the one thing to do next; of many films a table."""
    lang = language_of(request)
    cards = await my_submissions(viewer)
    if len(cards) > MANY and request.query_params.get("as") != "cards":
        return await table_page(request, edition_row, viewer)
    fixes, awaited = (
        await open_for(viewer.id, edition_row),
        await confirming.awaited([card.id for card in cards]),
    )
    rights = await membership.rights_in(edition_row, viewer.id)
    shown = [
        await standing(card, edition_row, store, is_read=rights.get(card.id) is EntryRight.SEE)
        for card in cards
    ]
    closing = await last_closing(edition_row)
    return page(
        request,
        "filmmaker/films.html",
        films=shown,
        asked_to=await membership.questions_to(viewer.id),
        fixes=fixes,
        fix_label=partial(field_label, lang),
        decimals=partial(decimals, lang),
        most=settings.max_upload_bytes,
        days_left=days_left(closing),
        closing=closing,
        deadline_day=day(lang, last_minute(closing), style="month"),
        euro=partial(euro, lang),
        prices={card.id: await price_of_card(card, edition_row) for card in cards},
        festival_day=day(lang, edition_row.first_day, style="month"),
        asked=sum(card.is_urgent for card in shown) + len(fixes) + sum(map(bool, awaited.values())),
        receipts_on=(await receipts.rule_of(edition_row)).is_on,
        owed=[
            (one, day(lang, last_minute(one.due_at), style="month"))
            for one in await materials.owed_by([card.id for card in cards])
        ],
        by_id={card.id: card for card in cards},
        awaited=awaited,
    )


async def standing(
    card: Card, edition: Edition, store: Store, *, is_read: bool = False
) -> FilmCard:
    """`is_read`: its reader may only read it, so that nothing of it is theirs to do."""
    missing: list[str] = []
    if card.status == Status.DRAFT:
        refused = await entries.refusals_of(await submission_in(edition, card.id), edition)
        missing = list(refused.codes) if refused else []
    kept = await received(card.file, card.file_state, store)
    return film(card, missing=missing, received=kept, is_read=is_read)


async def price_of_card(card: Card, edition: Edition) -> EntryPrice:
    """What the film costs, as its maker reads it."""
    return await price_of(await submission_in(edition, card.id), edition)


def days_left(deadline: datetime) -> int | None:
    """Nights until the day of the deadline, by the calendar on the wall; none once it is over."""
    if not may_open(now(), deadline):
        return None
    return (wall_day(last_minute(deadline)) - wall_day(now())).days


@get("/submissions/new", guards=MAKER)
async def begin(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """A title opens an entry; the rest follows."""
    return await opening_page(request, edition_row, {}, None)


async def opening_page(
    request: AnyRequest, edition: Edition, given: dict[str, str], error: FestivalError | None
) -> Response[str]:
    closing = await last_closing(edition)
    return page(
        request,
        "filmmaker/new.html",
        error=error,
        given=given,
        offered=await offered(edition, language_of(request), given.get("section", "")),
        days_left=days_left(closing),
        closing=closing,
        is_open=may_open(now(), closing),
        is_late_possible=await is_late_possible(edition),
        reusable=await films_to_reuse(request.state["viewer"]),
    )


HANDLERS: list[Any] = [films, begin]

"""The letters of an announcement, read and changed before they go."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR
from api.pages._page import page
from api.pages.committee import place_of
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError, Missing, NotAllowed
from festival.language import spoken
from festival.reading import one_view
from festival.tables import Edition
from festival.texts import texts_of
from festival.wording import house_words, own_words
from reviews import lists, releasing
from reviews.cautions import letters_of
from reviews.releasing import ROWS


async def letters_page(
    request: AnyRequest,
    viewer: Viewer,
    batch_id: str,
    error: FestivalError | None = None,
    sent: dict[str, list[str]] | None = None,
) -> Response[str]:
    """Each as its reader will have it; words for all of an outcome stand above."""
    edition: Edition = request.state["edition"]
    batch = next((one for one in await lists.announcements(viewer) if one.id == batch_id), None)
    if batch is None:
        raise Missing("announcement_missing")
    if batch.hidden:
        raise NotAllowed("announcement_not_whole", n=batch.hidden, name=batch.asked_by_name)
    counted = {batch_id: batch.letters} if batch.is_open else await letters_of([batch_id])
    here = place_of(counted.get(batch_id, 0), request.query_params.get("page", "1"), of=ROWS)
    told = await releasing.letters_ahead(batch_id, edition, first=here.first)
    kept = await releasing.words_of(batch_id)
    outcomes = sorted({film["wanted"] for film in batch.films if not film["was"]})
    usual: dict[str, dict[str, tuple[str, str]]] = {}
    for wanted in outcomes:
        words, own = house_words(wanted), await own_words(wanted, edition)
        subjects = words.subjects | (texts_of(own.subjects) if own else {})
        bodies = words.bodies | (texts_of(own.bodies) if own else {})
        usual[wanted] = {lang: (subjects[lang], bodies[lang]) for lang in spoken()}
    return page(
        request,
        "committee/letters.html",
        at=f"/committee/announcements/{batch_id}/letters",
        error=error,
        batch=batch,
        sheet=here.with_rows(told),
        outcomes=outcomes,
        usual=usual,
        kept=kept,
        typed={name: values[-1] for name, values in (sent or {}).items() if values},
    )


@get("/committee/announcements/{batch_id:str}/letters", guards=CHAIR)
async def letters(
    request: AnyRequest, batch_id: FromPath[str], viewer: NamedDependency[Viewer]
) -> Response[str]:
    async with one_view():
        return await letters_page(request, viewer, batch_id)


HANDLERS: list[Any] = [letters]

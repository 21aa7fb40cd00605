"""JSON: what members say to each other about films."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import COMMITTEE
from api.queries import FromQuery
from festival.access import Act, Viewer
from festival.tables import Edition
from reviews import lists, talk
from reviews.lists import open_film
from reviews.talk import FilmTalk, TalkedSheet


class TalkOverview(TalkedSheet, frozen=True, kw_only=True):
    """Films that are talked about; `letters`: whether a letter a day is wanted."""

    letters: bool


@get("/committee/talk", guards=COMMITTEE)
async def overview(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> TalkOverview:
    """Films whose talk the caller hears, sixty a page, what is new first."""
    sheet = await talk.talked_films(viewer, page=page)
    letters = await talk.wants_digest(edition_row, viewer.id)
    return TalkOverview(**msgspec.structs.asdict(sheet), letters=letters)


@get("/committee/submissions/{submission_id:str}/talk", guards=COMMITTEE)
async def film_talk(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> FilmTalk:
    """The talk about one film; `is_open` is false, and nothing is said, before one's own sheet is given."""
    submission, _ = await open_film(submission_id, viewer, edition_row, Act.WATCH)
    return await talk.talk_of(submission.id, viewer, await lists.subject_of(submission.id, viewer))


HANDLERS: list[Any] = [overview, film_talk]

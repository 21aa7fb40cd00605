"""Subtitles beside a film: its makers see every track; whoever may watch may read those that stand."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER
from api.v1.files import may_watch
from festival.access import Act, Viewer
from festival.tables import Edition
from submissions import subtitling
from submissions.lists import own, subject_of_file
from submissions.subtitling import TrackKind


@get("/submissions/{submission_id:str}/subtitles", guards=MAKER)
async def listed(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[dict[str, Any]]:
    """Every track, standing and waiting; the waiting ones with their first cues."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return [subtitling.told(track) for track in await subtitling.tracks_of(submission.id)]


@get("/files/{file_id:str}/subtitles/{language:str}", guards=MAKER)
async def read(
    file_id: FromPath[str],
    language: FromPath[str],
    viewer: NamedDependency[Viewer],
    kind: TrackKind = "full",
) -> Response[str]:
    """A standing track, for whoever may watch the film at this moment."""
    await may_watch(file_id, viewer)
    subject, _ = await subject_of_file(file_id, viewer)
    return Response(
        await subtitling.text_of(subject.id, language, kind),
        media_type="text/vtt",
        headers={"cache-control": "private, no-store"},
    )


HANDLERS: list[Any] = [listed, read]

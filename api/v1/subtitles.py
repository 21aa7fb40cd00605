"""Subtitles beside a film: its makers bring and remove them; whoever may watch may read them."""

from typing import Annotated, Any

import msgspec
from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.auth import signed_in
from api.request import AnyRequest
from api.v1.files import may_watch
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from media.encodings import spelled
from media.subtitles import MOST_BYTES
from submissions import subtitling
from submissions.lists import own, subject_of_file
from submissions.subtitling import SubtitleTrack
from submissions.uploads import shown_name

TrackKind = Annotated[str, Meta(max_length=8)]


def told(track: SubtitleTrack) -> dict[str, Any]:
    """What was read and how; `first` is to be looked at, `confirmed` says whether others see it."""
    return {
        "track": track.id,
        "language": track.language,
        "kind": track.kind,
        "name": track.name,
        "cues": track.cues,
        "bad": track.bad,
        "late": track.late,
        "encoding": spelled(track.encoding),
        "confirmed": track.is_confirmed,
        "first": msgspec.to_builtins(track.first),
        "replaces": track.replaces,
    }


@put(
    "/submissions/{submission_id:str}/subtitles/{language:str}",
    guards=[signed_in()],
    status_code=200,
    request_max_body_size=MOST_BYTES,
)
async def bring(
    request: AnyRequest,
    submission_id: FromPath[str],
    language: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    name: Annotated[str, Meta(max_length=255)] = "",
    kind: TrackKind = "full",
) -> dict[str, Any]:
    """The file as the body. What was read, and whether it stands or waits for a confirmation:
    it waits when its encoding had to be guessed, or when another of its language and kind stands.
    """
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    track = await subtitling.add(
        submission,
        await request.body(),
        language=language,
        kind=kind,
        name=shown_name(name),
        by=person,
    )
    return told(msgspec.structs.replace(track, first=await subtitling.first_of(track.id)))


@get("/submissions/{submission_id:str}/subtitles", guards=[signed_in()])
async def listed(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> list[dict[str, Any]]:
    """Every track, standing and waiting; the waiting ones with their first cues."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return [told(track) for track in await subtitling.tracks_of(submission.id)]


@get("/files/{file_id:str}/subtitles/{language:str}", guards=[signed_in()])
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


HANDLERS: list[Any] = [bring, listed, read]

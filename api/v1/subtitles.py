"""Subtitles beside a film: its makers bring and remove them; whoever may watch may read them."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.auth import signed_in
from api.v1.files import may_watch
from api.v1.submissions import own
from api.v1.uploads import shown_name
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from media.subtitles import MOST_BYTES
from submissions import subtitling
from submissions.lists import subject_of_file

AnyRequest = Request[Any, Any, Any]


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
) -> dict[str, int]:
    """SRT or WebVTT as the body; how many cues were read, unreadable, and after the film's end."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    raw = await request.body()
    found = await subtitling.add(
        submission, raw, language=language, name=shown_name(name), by=person
    )
    return {"cues": len(found.cues), "bad": found.bad, "late": found.late}


@delete(
    "/submissions/{submission_id:str}/subtitles/{language:str}",
    guards=[signed_in()],
    status_code=204,
)
async def remove(
    submission_id: FromPath[str],
    language: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await subtitling.remove(submission, language=language, by=person)


@get("/files/{file_id:str}/subtitles/{language:str}", guards=[signed_in()])
async def read(
    file_id: FromPath[str],
    language: FromPath[str],
    viewer: NamedDependency[Viewer],
) -> Response[str]:
    """One language, for whoever may watch the film at this moment."""
    await may_watch(file_id, viewer)
    subject, _ = await subject_of_file(file_id, viewer)
    return Response(
        await subtitling.text_of(subject.id, language),
        media_type="text/vtt",
        headers={"cache-control": "private, no-store"},
    )


HANDLERS: list[Any] = [bring, remove, read]

"""Subtitles on the page of the technical report: brought, looked at, confirmed, taken away."""

from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.auth import signed_in
from api.pages.filmmaker import go, report_page
from api.request import AnyRequest
from festival import codes
from festival.access import Act, Viewer
from festival.errors import FestivalError, Refused
from festival.tables import Edition, Person
from media.storage import Store
from media.subtitles import MOST_BYTES
from submissions import subtitling
from submissions.lists import own
from submissions.tables import Submission
from submissions.uploads import shown_name

TITLE = {"subtitle_language": "language", "subtitle_kind": "kind", "subtitle_file": "subtitles"}
"""Which field of the form a refusal speaks of; every other speaks of the file."""


class Words(msgspec.Struct, frozen=True):
    """The form as typed, bounded."""

    language: Annotated[str, Meta(max_length=100)] = ""
    kind: Annotated[str, Meta(max_length=8)] = ""


@post("/submissions/{submission_id:str}/subtitles", guards=[signed_in()],
      request_max_body_size=MOST_BYTES + 64 * 1024)  # fmt: skip
async def bring(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    store: NamedDependency[Store],
) -> Response[Any]:
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    form = await request.form()
    words = Words(str(form.get("language", ""))[:100], str(form.get("kind", ""))[:8])
    try:
        track = await brought(submission, words, form.get("subtitles"), by=person)
    except Refused as error:
        return await refused(request, submission, edition_row, store, error, words)
    done = "subtitled" if track.is_confirmed else "waiting"
    return go(request, f"/submissions/{submission.id}/file", done=done)


async def brought(
    submission: Submission, words: Words, file: object, *, by: Person
) -> subtitling.SubtitleTrack:
    raw = await file.read() if isinstance(file, UploadFile) else b""
    wrong = [] if raw else ["subtitle_file"]
    try:
        tag = codes.language_code(words.language)
    except codes.Unknown:
        wrong.append("subtitle_language")
    if words.kind not in subtitling.KINDS:
        wrong.append("subtitle_kind")
    if wrong or not isinstance(file, UploadFile):
        raise Refused(*wrong)
    return await subtitling.add(
        submission, raw, language=tag, kind=words.kind, name=shown_name(file.filename), by=by
    )


async def refused(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    store: Store,
    error: FestivalError,
    words: Words,
) -> Response[str]:
    named = [f"{TITLE.get(code, 'subtitles')}:{code}" for code in error.codes]
    refusal = Refused(*named, **error.values)
    return await report_page(request, submission, edition, store, refusal, words=words)


HANDLERS: list[Any] = [bring]

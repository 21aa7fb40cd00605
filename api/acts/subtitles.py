"""Subtitles beside a film: brought, confirmed once their first cues were read, and taken away."""

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import Refusal, act
from api.acts.entries import FILM, film_of, refusal_of, to_report
from api.guards import MAKER
from api.pages.report import report_page
from api.request import AnyRequest
from festival import codes
from festival.access import Act, Viewer
from festival.errors import Refused
from festival.tables import Edition, Person
from media.subtitles import MOST_BYTES
from submissions import subtitling
from submissions.lists import own
from submissions.subtitling import TrackKind
from submissions.uploads import shown_name

TRACKS = f"{FILM}/subtitles"
FIELD_OF = {"subtitle_language": "language", "subtitle_kind": "kind"}
"""Which field of the form a refusal speaks of; every other speaks of the file."""

TrackId = Annotated[str, Meta(max_length=16)]


class Brought(msgspec.Struct, frozen=True):
    """A file of subtitles as it came, what it is called, and what its maker says of it."""

    raw: bytes
    language: str
    kind: str
    name: str


class TrackWords(msgspec.Struct, frozen=True):
    """What stood in the form beside the file, bounded."""

    language: str
    kind: str


class SeenTrack(msgspec.Struct, frozen=True):
    """The track whose first cues were read."""

    track: TrackId


async def words_of(request: AnyRequest) -> TrackWords:
    form = await request.form()
    return TrackWords(str(form.get("language", ""))[:100], str(form.get("kind", ""))[:8])


async def from_form(request: AnyRequest) -> Brought:
    """A person may name a language in words; every fault of the form is told at once."""
    words, file = await words_of(request), (await request.form()).get("subtitles")
    raw = await file.read() if isinstance(file, UploadFile) else b""
    wrong, tag = [] if raw else ["subtitle_file"], ""
    try:
        tag = codes.language_code(words.language)
    except codes.Unknown:
        wrong.append("subtitle_language")
    if words.kind not in subtitling.KINDS:
        wrong.append("subtitle_kind")
    if wrong or not isinstance(file, UploadFile):
        raise Refused(*wrong)
    return Brought(raw, tag, words.kind, file.filename)


async def from_body(
    request: AnyRequest,
    language: FromPath[str],
    name: Annotated[str, Meta(max_length=255)] = "",
    kind: TrackKind = "full",
) -> Brought:
    return Brought(await request.body(), language, kind, name)


async def bringing_again(request: AnyRequest, refused: Refusal) -> Response[str]:
    error = refusal_of(refused)
    named = [f"{FIELD_OF.get(code, 'subtitles')}:{code}" for code in error.codes]
    return await report_page(
        request,
        await film_of(request),
        request.state["edition"],
        request.app.state.store,
        Refused(*named, **error.values),
        words=await words_of(request),
    )


def stands_or_waits(_: AnyRequest, told: dict[str, Any]) -> str:
    return f"filmmaker.done.{'subtitled' if told['confirmed'] else 'waiting'}"


@act(
    TRACKS,
    json=f"{TRACKS}/{{language:str}}",
    method="put",
    guards=MAKER,
    reads=from_form,
    brings=from_body,
    most=MOST_BYTES,
    again=bringing_again,
    goes=to_report,
    says=stands_or_waits,
)
async def bring(
    submission_id: FromPath[str],
    data: Brought,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The file as the body. What was read, and whether it stands or waits for a confirmation:
    it waits when its encoding had to be guessed, or when another of its language and kind stands.
    """
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    track = await subtitling.add(
        submission,
        data.raw,
        language=data.language,
        kind=data.kind,
        name=shown_name(data.name),
        by=person,
    )
    return subtitling.told(
        msgspec.structs.replace(track, first=await subtitling.first_of(track.id))
    )


async def at_address(request: AnyRequest) -> SeenTrack:
    return SeenTrack(request.path_params["track"])


@act(
    f"{TRACKS}/{{track:str}}/confirmation",
    json=f"{TRACKS}/confirmation",
    status=204,
    guards=MAKER,
    reads=at_address,
    goes=to_report,
    says="filmmaker.done.subtitled",
)
async def confirm(
    submission_id: FromPath[str],
    data: SeenTrack,
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """Its first cues read right: the track stands, and replaces the one before it."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await subtitling.confirm(submission, data.track, by=person)


@act(f"{TRACKS}/{{track:str}}/removal", guards=MAKER, goes=to_report, says="filmmaker.done.dropped")
async def drop(
    submission_id: FromPath[str],
    track: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """One track alone, standing or waiting, as its row on the page names it."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await subtitling.drop(submission, track, by=person)


@act(json=f"{TRACKS}/{{language:str}}", method="delete", status=204, guards=MAKER)
async def remove(
    submission_id: FromPath[str],
    language: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    kind: TrackKind = "full",
    track: TrackId = "",
) -> None:
    """All of a language and kind; with `track` that one alone, which may be a waiting one."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    if track:
        await subtitling.drop(submission, track, by=person)
    else:
        await subtitling.remove(submission, language=language, kind=kind, by=person)


ACTS = [bring, confirm, drop, remove]

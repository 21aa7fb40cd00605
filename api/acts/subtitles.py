"""Subtitles beside a film: confirmed once their first cues were read, and taken away."""

from typing import Annotated

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.acts.act import act
from api.acts.entries import FILM, MAKER, to_report
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.tables import Edition, Person
from submissions import subtitling
from submissions.lists import own

TRACKS = f"{FILM}/subtitles"
TrackId = Annotated[str, Meta(max_length=16)]


class SeenTrack(msgspec.Struct, frozen=True):
    """The track whose first cues were read."""

    track: TrackId


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
    kind: Annotated[str, Meta(max_length=8)] = "full",
    track: TrackId = "",
) -> None:
    """All of a language and kind; with `track` that one alone, which may be a waiting one."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    if track:
        await subtitling.drop(submission, track, by=person)
    else:
        await subtitling.remove(submission, language=language, kind=kind, by=person)


ACTS = [confirm, drop, remove]

"""JSON: a filmmaker's entries, their report, and what happens to them now."""

from typing import Annotated, Any

import msgspec
from litestar import get, patch, post
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import ServerSentEvent
from msgspec import Meta

from api.auth import signed_in
from api.news import stream
from festival.access import Act, Viewer, in_scope
from festival.errors import Missing
from festival.progress import channel
from festival.settings import Settings
from festival.tables import Edition, Person
from submissions import entries
from submissions.entry import Entry
from submissions.lists import (
    Card,
    card,
    current_file,
    my_submissions,
    own,
    steps_of,
)
from submissions.status import LAST
from submissions.tables import FilmFile
from submissions.twins import twins_for_maker
from submissions.verdicts import facts_of, told, tracks_of, verdict_of


class Saving(msgspec.Struct, frozen=True):
    """The whole form, and the version it was read at."""

    entry: Entry
    version: Annotated[int, Meta(ge=1, le=10**9)]


def report_of(file: FilmFile) -> dict[str, Any]:
    """Facts and verdict of one version of the file, every finding with its words."""
    verdict = verdict_of(file.verdict)
    return {
        "file": file.id,
        "number": file.number,
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "state": file.state,
        "sandbox": file.sandbox,
        "fault": file.fault,
        "facts": file.facts,
        "sounds": msgspec.to_builtins(tracks_of(facts_of(file.facts))),
        "outcome": verdict.outcome if verdict else None,
        "policy": verdict.policy if verdict else None,
        "findings": [told(finding) for finding in verdict.findings] if verdict else [],
    }


@get("/submissions", guards=[signed_in()])
async def mine(viewer: NamedDependency[Viewer]) -> list[Card]:
    """The films of the caller in this edition."""
    if not in_scope(viewer, "entries"):
        raise Missing("missing")
    return await my_submissions(viewer)


@post("/submissions", guards=[signed_in()])
async def open_entry(
    data: JSONBody[Entry],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Open an entry in draft; it may hold as little as a title."""
    if not in_scope(viewer, "entries"):
        raise Missing("missing")
    submission = await entries.open_entry(edition_row, by=person, entry=data)
    return {"id": submission.id, "version": submission.version, "status": submission.status}


@get("/submissions/{submission_id:str}", guards=[signed_in()])
async def one(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The entry, its state, and what it still lacks."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return {
        "card": msgspec.to_builtins(await card(submission.id)),
        "entry": msgspec.to_builtins(await entries.entry_of(submission)),
        "version": submission.version,
        "missing": await entries.missing_of(submission),
    }


@patch("/submissions/{submission_id:str}", guards=[signed_in()])
async def save(
    submission_id: FromPath[str],
    data: JSONBody[Saving],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, int]:
    """Save the form; 409 when somebody else saved meanwhile."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    version = await entries.save_entry(submission, data.entry, version=data.version, by=person)
    return {"version": version}


@get("/submissions/{submission_id:str}/report", guards=[signed_in()])
async def report(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The technical report of the current file."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    file = await current_file(submission.id)
    if file is None:
        raise Missing("file_missing")
    twins = await twins_for_maker(submission.id, viewer)
    return {**report_of(file), "twins": [{"id": one.id, "title": one.title} for one in twins]}


@get("/submissions/{submission_id:str}/events", guards=[signed_in()], status_code=200)
async def events(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    channels: NamedDependency[ChannelsPlugin],
) -> ServerSentEvent:
    """What happens to the current file, live."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    file = await current_file(submission.id)
    if file is None:
        raise Missing("file_missing")
    steps = await steps_of(file.id)
    snapshot = {"state": file.state, "steps": {k: s.fraction for k, s in steps.items()}}
    return stream(channels, channel("file", file.id), snapshot, last=[s.value for s in LAST])


@post("/submissions/{submission_id:str}/release", guards=[signed_in()], status_code=204)
async def release(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    """The maker has watched the copy and lets the committee see it."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await entries.release(submission, by=person)


@post("/submissions/{submission_id:str}/filing", guards=[signed_in()], status_code=204)
async def file_entry(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    settings: NamedDependency[Settings],
) -> None:
    """File the entry; 422 with everything that is missing."""
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await entries.submit(submission, edition=edition_row, by=person, grace=settings.grace)


@post("/submissions/{submission_id:str}/withdrawal", guards=[signed_in()], status_code=204)
async def withdraw(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> None:
    submission = await own(submission_id, viewer, edition_row, Act.EDIT_ENTRY)
    await entries.withdraw(submission, by=person)


HANDLERS: list[Any] = [
    mine,
    open_entry,
    one,
    save,
    report,
    events,
    release,
    file_entry,
    withdraw,
]

"""JSON: a filmmaker's entries, their report, and what happens to them now."""

from typing import Any

import msgspec
from litestar import get
from litestar.channels import ChannelsPlugin
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import ServerSentEvent

from api.guards import MAKER
from api.news import stream
from festival.access import Act, Viewer, in_scope
from festival.errors import Missing
from festival.progress import channel
from festival.tables import Edition, Person
from submissions import answers, entries, membership
from submissions.candidates import standing_of
from submissions.fees import price_of, priced
from submissions.lists import (
    Card,
    card,
    current_file,
    my_submissions,
    own,
    steps_of,
)
from submissions.status import LAST
from submissions.tables import EntryRight, FilmFile
from submissions.twins import twins_for_maker
from submissions.verdicts import facts_of, told, tracks_of, verdict_of


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


@get("/submissions", guards=MAKER)
async def mine(viewer: NamedDependency[Viewer]) -> list[Card]:
    """The films of the caller in this edition."""
    if not in_scope(viewer, "entries"):
        raise Missing("missing")
    return await my_submissions(viewer)


@get("/submissions/{submission_id:str}", guards=MAKER)
async def one(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """The entry, its state, what it is asked, and what it still lacks; which sections would take it,
    until when, and what it costs.
    """
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    where = await standing_of(submission, edition_row)
    form = await answers.form_of(submission)
    refused = entries.lacks(submission, form, await entries.missing_of(submission, form), where)
    return {
        "card": msgspec.to_builtins(await card(submission.id)),
        "entry": msgspec.to_builtins(await entries.written(submission)),
        "version": submission.version,
        "missing": list(refused.codes) if refused else [],
        "remarks": [one.code for one in where.remarks],
        "fits": where.fits,
        "closes_at": (await entries.closing_for(submission, edition_row)).isoformat(),
        "fee": priced(await price_of(submission, edition_row)),
        "form": msgspec.to_builtins(form),
        "files": msgspec.to_builtins(await answers.files_answered(submission)),
    }


@get("/submissions/{submission_id:str}/report", guards=MAKER)
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
    return {**report_of(file), "twins": [{"id": twin.id, "title": twin.title} for twin in twins]}


@get("/submissions/{submission_id:str}/events", guards=MAKER, status_code=200)
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


@get("/submissions/{submission_id:str}/people", guards=MAKER)
async def people_on(
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
) -> dict[str, Any]:
    """Who is on the entry, with which right; to its owners also who was asked and has not answered."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    is_owner = await membership.right_of(submission, viewer.id) is EntryRight.OWN
    asked = await membership.asked_to(submission) if is_owner else []
    return {
        "members": msgspec.to_builtins(await membership.members_of(submission, by=person)),
        "asked": msgspec.to_builtins(asked),
    }


HANDLERS: list[Any] = [
    mine,
    one,
    people_on,
    report,
    events,
]

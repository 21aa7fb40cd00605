"""JSON: the committee's phases and rules, who watches what, members and conflicts of interest."""

from typing import Annotated, Any

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Meta

from api.guards import CHAIR, COMMITTEE, SHEETS
from api.queries import FromQuery
from festival.access import Viewer
from festival.tables import Edition
from reviews import assignments, conflicts, phases, profiles
from reviews.assignments import AssignedWhich, AssignmentSheet
from reviews.conflicts import ConflictSheet, SuspectedConflict
from reviews.phases import PhasesNow
from reviews.profiles import SeatedMember

MOST_TOLD = 100


@get("/operator/phases", guards=SHEETS)
async def committee_phases(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """Phases in the order in which they open, the rules, and where the committee stands."""
    phases.check_sets(viewer)
    rules = await phases.committee_rules(edition_row)
    return {
        "phases": [one.to_dict() for one in await phases.phases_of(edition_row)],
        "rules": rules.to_dict(),
        "now": msgspec.to_builtins(await phases.phases_now(edition_row.id)),
    }


@get("/committee/phase", guards=COMMITTEE)
async def committee_phase(
    viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> dict[str, Any]:
    """What is open now, what comes next, and what the caller may do meanwhile."""
    now: PhasesNow = await phases.phases_now(edition_row.id)
    return {"now": msgspec.to_builtins(now), "rights": msgspec.to_builtins(viewer.rights)}


@get("/committee/assignment", guards=CHAIR)
async def assignment(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> dict[str, Any]:
    """Where it stands, the caller's proposal that waits, and members with what they have to watch, forty a page; `q`
    is sought in names.
    """
    proposal = await assignments.standing_proposal(viewer, edition_row)
    shares = await assignments.member_shares(viewer, edition_row, proposal)
    sheet = await assignments.assignment_sheet(viewer, edition_row, of=1)
    return {
        "stand": msgspec.to_builtins(sheet.stand),
        "proposal": msgspec.to_builtins(proposal),
        "spread": assignments.spread_of(shares),
        **msgspec.to_builtins(assignments.shares_sought(shares, words=q.strip(), number=page)),
    }


@get("/committee/assignment/films", guards=CHAIR)
async def assigned_films(
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
    section: FromQuery[Annotated[str, Meta(max_length=1)]] = "",
    member: FromQuery[Annotated[str, Meta(max_length=16)]] = "",
    words: FromQuery[Annotated[str, Meta(max_length=80)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> AssignmentSheet:
    """The films that the caller chairs, with who is asked to watch each: by title, a hundred a page."""
    which = AssignedWhich(section=section, person=member, words=words)
    return await assignments.assignment_sheet(viewer, edition_row, which, number=page, of=MOST_TOLD)


@get("/committee/members/{person_id:str}", guards=COMMITTEE)
async def member(
    person_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> SeatedMember:
    """What a member watches, knows and belongs to: one's own, or as a chair anybody's."""
    profiles.check_edits(viewer, person_id)
    return await profiles.member_in(edition_row, person_id)


@get("/committee/conflicts", guards=CHAIR)
async def suspected_conflicts(
    viewer: NamedDependency[Viewer],
    shown: FromQuery[Annotated[str, Meta(pattern="^(suspected|dismissed)$")]] = "suspected",
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=99999)]] = 1,
) -> ConflictSheet:
    """What waits for a chair's word, or was dismissed, forty a page; `q` is sought in titles and names."""
    return await conflicts.suspicions(viewer, shown, words=q.strip(), page=page)


@get("/committee/conflicts/mine", guards=COMMITTEE)
async def own_conflicts(viewer: NamedDependency[Viewer]) -> list[SuspectedConflict]:
    """What the caller is asked of themself."""
    return await conflicts.asked_of(viewer)


HANDLERS: list[Any] = [
    committee_phases,
    committee_phase,
    assignment,
    assigned_films,
    member,
    suspected_conflicts,
    own_conflicts,
]

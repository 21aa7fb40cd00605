"""Whole accounts, as operators may see and touch them.

Somebody is seen by who operates an edition in which they have a part or an entry; their parts are
changed in that edition alone. What concerns the account itself (closing it, ending its sessions,
taking its second factor away) is for whoever operates every edition that it belongs to.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from festival import directory, mailbag, merging, people, second_factor, team
from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, NotAllowed, Refused
from festival.record import record
from festival.tables import Edition, MergeRequest, Person
from festival.texts import ANY_TITLE


async def reach_of(viewer: Viewer) -> list[str]:
    """The editions that the viewer operates; a program's key reaches no further than its own."""
    if viewer.scopes is not None:
        return [viewer.edition]
    found = await rows(
        f"""SELECT r.edition FROM role r JOIN edition e ON e.id = r.edition
           WHERE r.person = {{}} AND r.part = 'operator'
             AND (NOT e.second_factor_for @> '["operator"]' OR {people.has_factor("r.person")})""",
        viewer.id,
    )
    return [row["edition"] for row in found]


async def editions_of(person_id: str) -> list[str]:
    """Where an account belongs: by a part, or as a maker of an entry."""
    found = await rows(
        """SELECT edition FROM role WHERE person = {}
           UNION SELECT s.edition FROM member m JOIN submission s ON s.id = m.submission
             WHERE m.person = {} ORDER BY 1""",
        person_id,
        person_id,
    )
    return [row["edition"] for row in found]


async def seen_by(viewer: Viewer, person_id: str) -> Person:
    """Somebody whom the viewer may know of; `Missing` for anybody else."""
    known = await people.person(person_id)
    if known.merged_into is not None:
        raise Missing("person_missing")
    if not set(await editions_of(person_id)) & set(await reach_of(viewer)):
        raise Missing("person_missing")
    return known


async def is_within(viewer: Viewer, person_id: str) -> bool:
    """Whether the viewer operates every edition that this account belongs to."""
    return set(await editions_of(person_id)) <= set(await reach_of(viewer))


async def check_whole(viewer: Viewer, person_id: str) -> Person:
    """Somebody whose whole account the viewer may act on; nobody acts on their own in this way."""
    known = await seen_by(viewer, person_id)
    if known.id == viewer.id:
        raise Refused("account_own")
    if not await is_within(viewer, person_id):
        raise NotAllowed("account_beyond")
    return known


@asynccontextmanager
async def whole(viewer: Viewer, person_id: str, *, by: Person) -> AsyncIterator[Person]:
    """An act on a whole account: two operators who put each other out wait for each other."""
    await check_whole(viewer, person_id)
    async with transaction():
        await people.hold_operators(await editions_of(person_id), by=by)
        yield await check_whole(viewer, person_id)


async def disable(person_id: str, viewer: Viewer, *, by: Person) -> None:
    """Nothing of theirs works from this moment. Whoever does it stays an operator everywhere they were."""
    async with whole(viewer, person_id, by=by) as person:
        if person.disabled_at is not None:
            raise Conflict("account_disabled")
        await people.disable(person, by=by, edition=viewer.edition)


async def enable(person_id: str, viewer: Viewer, *, by: Person) -> None:
    async with whole(viewer, person_id, by=by) as person:
        if person.disabled_at is None:
            raise Conflict("account_open")
        await people.enable(person, by=by, edition=viewer.edition)


async def end_sessions(person_id: str, viewer: Viewer, *, by: Person) -> None:
    """Every browser, key and link of theirs: they come in anew."""
    async with whole(viewer, person_id, by=by) as person:
        await people.end_every_way_in(person)
        await record("sessions_ended", person.id, by=by, edition=viewer.edition)


async def reset_factor(person_id: str, viewer: Viewer, *, edition: Edition, by: Person) -> None:
    async with whole(viewer, person_id, by=by) as person:
        await second_factor.reset(person, edition=edition, by=by)


async def file_of(person: Person, viewer: Viewer, edition: Edition) -> dict[str, Any]:
    """What an operator may know of somebody; `mark` goes back with a change of their parts."""
    reach = await reach_of(viewer)
    letters = await directory.letters_to(person.id, edition)
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "language": person.language,
        "created_at": person.created_at,
        "seen_at": person.seen_at,
        "disabled_at": person.disabled_at,
        "mark": await team.mark_of(person.id, edition),
        "parts": await directory.parts_of(person.id, reach),
        "invitations": await directory.invitations_of(person.id, edition),
        "entries": await entries_of(person.id, viewer),
        "letters": letters["n"],
        "letter_refused": mailbag.reason_of(letters["fault"], is_dead_letter=True)[0]
        if letters["fault"]
        else "",
        "sessions": await directory.sessions_count(person.id),
        "second_factor": (await second_factor.state_of(person.id)).stands,
        "other_addresses": await directory.other_addresses(person.id),
        "whole_account": person.id != viewer.id and await is_within(viewer, person.id),
    }


async def entries_of(person_id: str, viewer: Viewer) -> list[dict[str, Any]]:
    """Entries on which somebody is a maker, in the editions that the viewer operates; one that the viewer has stepped
    aside from is left out. Which it is, title and id, is told as `IS_KNOWN_BY` says.
    """
    return await rows(
        f"""SELECT CASE WHEN known.yes THEN s.id ELSE '' END AS id, e.slug, e.name AS edition, s.status,
              CASE WHEN known.yes THEN {ANY_TITLE} ELSE '' END AS title
            FROM member m JOIN submission s ON s.id = m.submission JOIN film f ON f.id = s.film
            JOIN edition e ON e.id = s.edition CROSS JOIN LATERAL (SELECT {IS_KNOWN_BY} AS yes) known
            WHERE m.person = {{}} AND s.edition = ANY({{}}) AND NOT s.id = ANY({{}})
            ORDER BY e.first_day DESC, s.created_at""",
        viewer.id,
        person_id,
        await reach_of(viewer),
        sorted(viewer.recused),
    )


IS_KNOWN_BY = """NOT EXISTS (SELECT FROM section x JOIN role r ON r.edition = x.edition
  WHERE x.id = s.section AND x.is_blind AND r.part IN ('reviewer', 'chair') AND r.person = {})"""
"""SQL, with the viewer as its value: whether an entry `s` may be told where its makers are read. Not to who sits in
the committee of its edition, if that judges them blind, whichever edition they look from.
"""


async def known_by(entries: list[str], viewer: Viewer) -> set[str]:
    """Of some entries of one person those that the viewer may know them by: of editions that they operate, and from
    which they have not stepped aside.
    """
    found = await rows(
        f"""SELECT s.id FROM submission s WHERE s.id = ANY({{}}) AND s.edition = ANY({{}}) AND NOT s.id = ANY({{}})
            AND {IS_KNOWN_BY}""",
        entries,
        await reach_of(viewer),
        sorted(viewer.recused),
        viewer.id,
    )
    return {row["id"] for row in found}


async def ask_merge(stays: str, goes: str, viewer: Viewer, *, edition: Edition, by: Person) -> str:
    """Two accounts that are one person's, both within the viewer's reach. Returns the question's id."""
    return await merging.ask(
        await check_whole(viewer, stays),
        await check_whole(viewer, goes),
        edition=edition,
        by=by,
    )


async def merge_plan(stays: str, goes: str, viewer: Viewer) -> merging.MergePlan:
    """What it would do; nothing is written, and nobody is asked."""
    return await merging.plan(await check_whole(viewer, stays), await check_whole(viewer, goes))


async def take_merge_back(request_id: str, viewer: Viewer, *, by: Person) -> None:
    """The operator who reaches the account that would stay asks no longer."""
    asked = await MergeRequest.objects().get(MergeRequest.id == request_id)
    if asked is None or asked.edition != viewer.edition:
        raise Missing("merge_missing")
    await merging.refuse(request_id, by=by)

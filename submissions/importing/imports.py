"""What operators do with a list of entries: bring it, say what its columns mean, apply it, stop, take it back.

Each is one act; the long work (`work.py`) is a job that goes on where it was stopped.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from festival.access import Viewer
from festival.codes import bare
from festival.db import later, rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.leases import Lease
from festival.record import record
from festival.tables import Edition, Person, Section, new_id
from submissions.importing import own, sheets
from submissions.importing.asked import asked_by
from submissions.importing.columns import checked, guessed
from submissions.tables import Import, ImportMapping
from submissions.uploads import shown_name

AT_ONCE = 5_000  # rows of one statement
MOST_CATEGORIES = 60
LONGEST_CATEGORY = 120
TO_LEAVE_OUT = "-"  # a word of the section's column that means no section


class State(StrEnum):
    BROUGHT = "brought"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    STOPPED = "stopped"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"


WORKING = frozenset({State.CHECKING, State.APPLYING, State.UNDOING})
MAPPABLE = frozenset({State.BROUGHT, State.CHECKED})
UNDOABLE = frozenset({State.APPLIED, State.STOPPED})


class ColumnMapping(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns mean, one field or nothing each: a field of the entry, or `q_<id>` of one of the
    edition's own questions; `categories` which letter a word means.

    `source` is where tracking numbers come from; `keep_as` keeps all of this under a name for the next list;
    `invites`: each maker who becomes known by it gets a letter.
    """

    columns: Annotated[
        list[Annotated[str, Meta(max_length=24)]], Meta(max_length=sheets.MOST_COLUMNS)
    ]
    categories: Annotated[
        dict[Annotated[str, Meta(max_length=LONGEST_CATEGORY)], Annotated[str, Meta(max_length=1)]],
        Meta(max_length=MOST_CATEGORIES),
    ] = {}
    source: Annotated[str, Meta(max_length=40)] = ""
    keep_as: Annotated[str, Meta(max_length=80)] = ""
    invites: bool = False
    version: Annotated[int, Meta(ge=1, le=10**9)]


async def bring(
    raw: bytes, *, edition: Edition, name: str, by: Person, is_own: bool = False
) -> Import:
    """A list as it came; nothing is done with it yet. `Refused` where it is none. `is_own`: of the films of whoever
    brings it, who alone sees it.
    """
    if is_own:
        await own.be_taken(edition)
    sheet = await asyncio.to_thread(sheets.read, raw)
    kept = None if is_own else await mapping_that_fits(edition, sheet.headers)
    questions = (await asked_by(edition.id)).in_words
    brought = Import(
        edition=edition.id,
        person=by.id,
        is_own=is_own,
        source=kept.source if kept else "" if is_own else source_of(sheet.headers),
        name=shown_name(name),
        kind=sheet.kind,
        encoding=sheet.encoding,
        separator=sheet.separator,
        headers=sheet.headers,
        columns=guessed(
            sheet.headers, as_dict(kept.columns) if kept else None, questions, is_own=is_own
        ),
        categories=as_dict(kept.categories) if kept else {},
        rows=len(sheet.rows),
    )
    async with transaction():
        if is_own:
            await own.one_more(brought, by=by)
        await brought.save()
        for first in range(0, len(sheet.rows), AT_ONCE):
            part = sheet.rows[first : first + AT_ONCE]
            await rows(
                """INSERT INTO import_row (brought, number, cells)
                   SELECT {}, r.number, r.cells::jsonb
                   FROM unnest({}::int[], {}::text[]) AS r(number, cells)""",
                brought.id,
                [number for number, _ in part],
                [json.dumps(cells) for _, cells in part],
            )
        await record(
            "import_brought",
            brought.id,
            by=by,
            edition=edition.id,
            rows=len(sheet.rows),
            kind=sheet.kind,
        )
    return brought


def as_dict(column: Any) -> dict[str, Any]:
    """A column of JSON as it was read back, which Piccolo's types call a text."""
    return dict(column)


def source_of(headers: Sequence[str]) -> str:
    """Where a list comes from, as far as its heads tell."""
    heads = {bare(header) for header in headers}
    return "FilmFreeway" if {"tracking number", "project title"} <= heads else ""


async def mapping_that_fits(edition: Edition, headers: Sequence[str]) -> ImportMapping | None:
    """The newest kept mapping that was made for just these heads."""
    heads = {bare(header) for header in headers}
    kept = await (
        ImportMapping.objects()
        .where(ImportMapping.edition == edition.id)
        .order_by(ImportMapping.changed_at, ascending=False)
    )
    return next((one for one in kept if set(one.columns) == heads), None)


async def choose(brought: Import, wanted: ColumnMapping, *, edition: Edition, by: Person) -> None:
    """What each column means; then every row is read, and nothing is written yet (the dry run)."""
    questions = (await asked_by(edition.id)).questions
    columns = checked(
        wanted.columns, width=len(brought.headers), questions=questions, is_own=brought.is_own
    )
    source = wanted.source.strip()
    if brought.is_own:
        await own.be_taken(edition)
        own.refuse_what_an_office_sets(wanted.keep_as, source, invites=wanted.invites)
    elif not source:
        raise Refused("source:source_missing")
    await refuse_unknown_letters(edition, wanted.categories)
    async with transaction():
        moved = await rows(
            """UPDATE import SET columns = {}::jsonb, categories = {}::jsonb, source = {}, invites = {},
                 state = 'checking', done = 0, counts = jsonb_build_object(), fault = '', version = version + 1,
                 changed_at = now()
               WHERE id = {} AND version = {} AND state = ANY({}) AND swept_at IS NULL RETURNING id""",
            json.dumps(columns),
            json.dumps(wanted.categories),
            source,
            wanted.invites,
            brought.id,
            wanted.version,
            sorted(MAPPABLE),
        )
        if not moved:
            raise Conflict("import_moved_on")
        if wanted.keep_as.strip():
            await keep_mapping(brought, wanted, columns, source, edition=edition)
        await later("check_import", brought=brought.id, edition=edition.id)
        await record("import_mapped", brought.id, by=by, edition=edition.id, source=source)


async def refuse_unknown_letters(edition: Edition, categories: Mapping[str, str]) -> None:
    known = {s.letter for s in await Section.objects().where(Section.edition == edition.id)}
    if wrong := sorted(set(categories.values()) - known - {TO_LEAVE_OUT}):
        raise Refused(
            "categories:section_unknown", letters=", ".join(wrong), known=", ".join(sorted(known))
        )


async def keep_mapping(
    brought: Import, wanted: ColumnMapping, columns: Sequence[str], source: str, *, edition: Edition
) -> None:
    by_head = {bare(header): field for header, field in zip(brought.headers, columns, strict=True)}
    await rows(
        """INSERT INTO import_mapping (id, edition, name, columns, categories, source)
           VALUES ({}, {}, {}, {}::jsonb, {}::jsonb, {}) ON CONFLICT (edition, name) DO UPDATE
             SET columns = excluded.columns, categories = excluded.categories, source = excluded.source,
               changed_at = now() RETURNING id""",
        new_id(),
        edition.id,
        wanted.keep_as.strip(),
        json.dumps(by_head),
        json.dumps(wanted.categories),
        source,
    )


async def forget_mapping(mapping_id: str, *, edition: Edition, by: Person) -> None:
    async with transaction():
        gone = await rows(
            "DELETE FROM import_mapping WHERE id = {} AND edition = {} RETURNING name",
            mapping_id,
            edition.id,
        )
        if not gone:
            raise Missing("mapping_missing")
        await record("mapping_removed", mapping_id, by=by, edition=edition.id, name=gone[0]["name"])


MOVES: dict[str, tuple[frozenset[State], State, str]] = {
    "apply": (frozenset({State.CHECKED}), State.APPLYING, "import_begun"),
    "resume": (frozenset({State.STOPPED}), State.APPLYING, "import_resumed"),
    "stop": (frozenset({State.APPLYING}), State.STOPPED, "import_stopped"),
    "undo": (UNDOABLE, State.UNDOING, "import_undo_begun"),
}
"""What an operator may do: from where, to where, and what the record calls it."""


async def move(brought: Import, way: str, *, seen: int = 0, edition: Edition, by: Person) -> None:
    """One step of `MOVES`; whoever comes second, or to a list that went elsewhere, is told. `seen` is the version that
    was read, 0 where none was.
    """
    standing, wanted, act = MOVES[way]
    async with transaction():
        if brought.is_own:
            await own.may_move(edition, way)
        moved = await rows(
            """UPDATE import SET state = {}, fault = '', version = version + 1, changed_at = now(),
                 done = CASE WHEN {} THEN 0 ELSE done END
               WHERE id = {} AND state = ANY({}) AND (swept_at IS NULL OR {} = 'undo') AND {} IN (0, version)
               RETURNING id""",
            wanted.value,
            way in {"apply", "undo"},
            brought.id,
            sorted(standing),
            way,
            seen,
        )
        if not moved:
            raise Conflict("import_moved_on")
        if wanted is State.APPLYING:
            await later("apply_import", brought=brought.id, edition=edition.id)
        elif wanted is State.UNDOING:
            await later("undo_import", brought=brought.id, edition=edition.id)
        await record(act, brought.id, by=by, edition=edition.id)


async def drop(brought: Import, *, seen: int = 0, edition: Edition, by: Person) -> None:
    """A list of which nothing has been brought in goes, with all of its rows; `seen` as for `move`."""
    async with transaction():
        if brought.is_own:
            await own.may_move(edition, "drop")
        gone = await rows(
            "DELETE FROM import WHERE id = {} AND state = ANY({}) AND {} IN (0, version) RETURNING name",
            brought.id,
            sorted(MAPPABLE),
            seen,
        )
        if not gone:
            raise Conflict("import_moved_on")
        await record("import_dropped", brought.id, by=by, edition=edition.id)


# State while the work is done → (its job, state when it was tried in vain).
AFTER = {
    State.CHECKING: ("check_import", State.BROUGHT),
    State.APPLYING: ("apply_import", State.STOPPED),
    State.UNDOING: ("undo_import", State.APPLIED),
}


async def give_up(lease: Lease, fault: str) -> None:
    """The work was tried in vain: the list says so, and can be taken up where it stands."""
    await _turn(lease, {state: after for state, (_, after) in AFTER.items()}, fault)


async def take_up_again(lease: Lease) -> None:
    """An operator sends the parked line again: the list stands where that work begins."""
    await _turn(lease, {after: state for state, (_, after) in AFTER.items()}, "")


async def _turn(lease: Lease, turns: Mapping[State, State], fault: str) -> None:
    working = next(state for state, (task, _) in AFTER.items() if task == lease.task)
    before = next(one for one in turns if working in {one, turns[one]})
    await rows(
        """UPDATE import SET state = {}, fault = {}, version = version + 1, changed_at = now()
           WHERE id = {} AND state = {} RETURNING id""",
        turns[before].value,
        fault[:400],
        lease.args["brought"],
        before.value,
    )


# Reading


async def import_in(edition: Edition, import_id: str) -> Import:
    """Of the office of this edition, or it does not exist: a maker's own list is theirs alone."""
    return await _found(edition, import_id, Import.is_own.eq(False))


async def own_import(edition: Edition, import_id: str, viewer: Viewer) -> Import:
    """A list of this person's own films, or it does not exist."""
    own.be_in_scope(viewer)
    return await _found(edition, import_id, Import.is_own.eq(True) & (Import.person == viewer.id))


async def _found(edition: Edition, import_id: str, among: Any) -> Import:
    found = await Import.objects().get(
        (Import.id == import_id) & (Import.edition == edition.id) & among
    )
    if found is None:
        raise Missing("import_missing")
    return found


def told(brought: Import) -> dict[str, Any]:
    """What a program reads of a list."""
    names = ("id", "source", "name", "kind", "encoding", "separator", "headers", "columns", "categories",
             "invites", "rows", "done", "state", "counts", "seconds", "version", "fault", "created_at",
             "applied_at", "undone_at", "swept_at")  # fmt: skip
    return {name: getattr(brought, name) for name in names}


SWEPT_AFTER = "30 days"


async def sweep() -> None:
    """The rows of a list as they came hold addresses and words of many people: they go after a while.

    What was made of them stays, and can still be taken back.
    """
    await rows(
        f"""WITH old AS (UPDATE import SET swept_at = now() WHERE swept_at IS NULL
              AND state <> ALL({{}}) AND changed_at < now() - interval '{SWEPT_AFTER}' RETURNING id)
            DELETE FROM import_row USING old WHERE import_row.brought = old.id RETURNING 1 AS one""",
        sorted(WORKING),
    )


def tally(
    outcomes: Sequence[str], remarks: int, before: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Counts by outcome, added to those from before."""
    found = Counter(before or {})
    found.update(outcomes)
    found["remarks"] += remarks
    return {name: found[name] for name in ("new", "changed", "same", "kept", "faulty", "remarks")}

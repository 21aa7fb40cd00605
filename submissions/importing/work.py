"""The long work of a list: the dry run, bringing in, taking back. Hundreds of rows a statement, batch by batch.

Each batch is one transaction that moves the mark of how far it is: whoever dies between two goes on at
the mark, and an operator who stops it is heard at the next one.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from festival import letters
from festival.catalogue import Key, keys_to
from festival.db import rows, transaction
from festival.leases import Lease, hold
from festival.people import email_key
from festival.people import person as person_of
from festival.record import record
from festival.tables import Edition, Role, Section, new_id
from festival.texts import film_title, texts_of
from submissions.entries import MOST_ENTRIES
from submissions.importing import own
from submissions.importing.asked import AskedByEdition, asked_by, let_through
from submissions.importing.imports import State, as_dict, tally
from submissions.importing.reading import CellFault, Reader, RowReading, film_key, number_in
from submissions.importing.standing import (
    ANSWERS,
    EMPTY,
    Read,
    StandingEntry,
    answers_between,
    film_row,
    merged,
    outcome_of,
    standing_of,
)
from submissions.tables import Import

BATCH = 1_000
ENDLESS = 10**9
OVER = CellFault(-1, "entries_many", str(MOST_ENTRIES))
OWN = frozenset({"imported_entry", "member", "entry_answer", "film_figure"})
"""What an import itself leaves beside an entry, and what the house reckons of each."""
ANSWERED = """EXISTS (SELECT 1 FROM entry_answer w JOIN question q ON q.id = w.question WHERE w.submission = s.id
  AND (w.attachment IS NOT NULL OR w.value IS NOT NULL AND q.asks <> 'makers'))"""
"""Answers that no list gives: files, and those of the team. One that a maker has changed raised the entry's version."""


NO_MORE_THEIRS = """EXISTS (SELECT 1 FROM import i WHERE i.id = c.brought AND i.is_own AND NOT EXISTS (
  SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = i.person AND m.entry_right <> 'see'))"""
"""Whether whoever brought own films may change the entry `s` no longer: it was handed on since."""


# The dry run


async def check(brought_id: str, _: str, *, lease: Lease) -> None:
    """Read every row, and say what would become of it; nothing of the edition changes."""
    brought = await standing_import(brought_id, State.CHECKING)
    if brought is None:
        return
    began, after, counts = time.monotonic(), 0, tally([], 0)
    edition = await asked_by(str(brought.edition))
    reader = await reader_of(brought, edition)
    seen: dict[str, int] = {}
    room = await own.room(brought) if brought.is_own else ENDLESS
    while batch := await rows_after(brought, after):
        found = [reader.read(row["cells"]) for row in batch]
        for row, reading in zip(batch, found, strict=True):
            note_twins(row["number"], reading, seen, is_own=brought.is_own)
        known = await known_of(brought, found)
        outcomes = [
            outcome(row["number"], one, known, edition, brought.columns)
            for row, one in zip(batch, found, strict=True)
        ]
        room -= leave_out(outcomes, found, room)
        after = batch[-1]["number"]
        remarks = sum(bool(one.faults) and not one.is_stopped for one in found)
        counts = tally(outcomes, remarks, counts)
        async with transaction():
            await hold(lease)
            await keep_readings(brought, batch, found, outcomes)
            if not await mark(brought, State.CHECKING, done=len(batch), counts=counts):
                return
    await end(brought, State.CHECKING, State.CHECKED, lease, seconds=time.monotonic() - began)


async def reader_of(brought: Import, edition: AskedByEdition) -> Reader:
    sections = {
        s.letter: texts_of(s.names)
        for s in await Section.objects().where(Section.edition == brought.edition)
    }
    return Reader(
        brought.columns,
        sections=sections,
        categories=as_dict(brought.categories),
        questions=edition.in_words,
        is_own=brought.is_own,
    )


async def rows_after(brought: Import, number: int) -> list[dict[str, Any]]:
    return await rows(
        """SELECT number, cells FROM import_row WHERE brought = {} AND number > {}
           ORDER BY number LIMIT {}""",
        brought.id,
        number,
        BATCH,
    )


def note_twins(
    number: int, reading: RowReading, seen: dict[str, int], *, is_own: bool = False
) -> None:
    """A number that stands twice in one list means two films, or one row too many: nobody can know which."""
    tracking, title = number_in(reading.tracking), reading.entry["title"]
    if tracking and (first := seen.setdefault(tracking, number)) != number:
        reading.faults.append(CellFault(-1, "tracking_twice", f"{tracking} ({first})", "tracking"))
    if is_own and title and (first := seen.setdefault(film_key(reading.entry), number)) != number:
        reading.faults.append(CellFault(-1, "film_twice", f"{title} ({first})", "title"))


def leave_out(outcomes: list[str], found: Sequence[RowReading], room: int) -> int:
    """Among the new ones those that one person has no room for are faulty; how many have found room."""
    new = [at for at, what in enumerate(outcomes) if what == "new"]
    for at in new[room:]:
        outcomes[at] = "faulty"
        found[at].faults.append(OVER)
    return min(len(new), room)


async def known_of(
    brought: Import, batch: Sequence[Read] | Sequence[RowReading], *, hold: bool = False
) -> dict[str, StandingEntry]:
    """Entries by tracking number; of a maker's own list also those that are the same film under no number."""
    trackings = [row.tracking for row in batch]
    owner = brought.person if brought.is_own else None
    known = await standing_of(brought.edition, brought.source, trackings, owner=owner, hold=hold)
    return await own.known_also(brought, batch, known) if brought.is_own else known


def outcome(
    number: int,
    reading: RowReading,
    known: dict[str, StandingEntry],
    edition: AskedByEdition,
    columns: Sequence[str],
) -> str:
    """What would become of the row; what the edition does not take of it is among its faults by then."""
    if reading.is_stopped:
        return "faulty"
    row, stands = read_of(number, reading), known.get(reading.tracking)
    reading.faults += let_through(row, stands, edition, columns)
    reading.unread = row.unread
    return outcome_of(row, stands)


def read_of(number: int, reading: RowReading) -> Read:
    return Read(
        number=number,
        tracking=reading.tracking,
        entry=reading.entry,
        unread=reading.unread,
        email=reading.email,
        maker=reading.maker,
    )


async def keep_readings(
    brought: Import,
    batch: Sequence[dict[str, Any]],
    found: Sequence[RowReading],
    outcomes: Sequence[str],
) -> None:
    await rows(
        """UPDATE import_row r SET tracking = x.tracking, entry = x.entry::jsonb, faults = x.faults::jsonb,
             outcome = x.outcome
           FROM unnest({}::int[], {}::text[], {}::text[], {}::text[], {}::text[])
             AS x(number, tracking, entry, faults, outcome)
           WHERE r.brought = {} AND r.number = x.number RETURNING 1 AS one""",
        [row["number"] for row in batch],
        [one.tracking[:120] for one in found],
        [said(read_of(row["number"], one)) for row, one in zip(batch, found, strict=True)],
        [said(one.faults) for one in found],
        list(outcomes),
        brought.id,
    )


def said(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# What the three have in common


async def standing_import(brought_id: str, state: State) -> Import | None:
    """The list, while this is what is wanted of it."""
    return await Import.objects().get((Import.id == brought_id) & (Import.state == state.value))


async def mark(brought: Import, state: State, *, done: int, counts: dict[str, int]) -> bool:
    """How far it is; False when somebody has said that it is enough."""
    moved = await rows(
        """UPDATE import SET done = done + {}, counts = {}::jsonb, changed_at = now()
           WHERE id = {} AND state = {} RETURNING id""",
        done,
        json.dumps(counts),
        brought.id,
        state.value,
    )
    return bool(moved)


async def end(
    brought: Import, state: State, wanted: State, lease: Lease, *, seconds: float, act: str = ""
) -> None:
    """One line of the record a list, with its counts: not one for each of thousands of rows."""
    async with transaction():
        await hold(lease)
        moved = await rows(
            """UPDATE import SET state = {}, seconds = {}, version = version + 1, changed_at = now(),
                 applied_at = CASE WHEN {} = 'applied' THEN now() ELSE applied_at END,
                 undone_at = CASE WHEN {} = 'undone' THEN now() ELSE undone_at END
               WHERE id = {} AND state = {} RETURNING counts, source, person""",
            wanted.value,
            round(seconds, 2),
            wanted.value,
            wanted.value,
            brought.id,
            state.value,
        )
        if moved and act:
            by = await person_of(moved[0]["person"]) if moved[0]["person"] else None
            await record(
                act, brought.id, by=by, edition=str(brought.edition), source=moved[0]["source"],
                counts=moved[0]["counts"],
            )  # fmt: skip


async def held_import(brought_id: str, state: State, lease: Lease) -> Import | None:
    """In the transaction of a batch: the import, if it is still in this state and the work is ours.

    Lists of one edition are brought in and taken back one batch at a time.
    """
    await hold(lease)
    await rows("SELECT id FROM import WHERE id = {} FOR UPDATE", brought_id)
    brought = await standing_import(brought_id, state)
    if brought is not None:
        await rows("SELECT pg_advisory_xact_lock(hashtext({}))", f"import:{brought.edition}")
    return brought


# Bringing in


async def apply(brought_id: str, _: str, *, lease: Lease) -> None:
    """Make the entries that are new, change those that differ and that nobody has touched since."""
    brought = await standing_import(brought_id, State.APPLYING)
    if brought is None:
        return
    began = time.monotonic()
    while await apply_batch(brought_id, lease):
        pass
    await end(
        brought, State.APPLYING, State.APPLIED, lease,
        seconds=time.monotonic() - began, act="import_applied",
    )  # fmt: skip


async def apply_batch(brought_id: str, lease: Lease) -> bool:
    """The rows after the mark; False when there is none, or no more are wanted."""
    async with transaction():
        brought = await held_import(brought_id, State.APPLYING, lease)
        if brought is None:
            return False
        if brought.is_own and (fault := await own.why_not(brought)):
            await halt(brought, fault)
            return False
        batch = await rows(
            """SELECT number, entry, outcome, faults <> '[]' AS has_remarks FROM import_row
               WHERE brought = {} ORDER BY number OFFSET {} LIMIT {}""",
            brought_id,
            brought.done,
            BATCH,
        )
        if not batch:
            return False
        readings = [
            msgspec.convert(row["entry"], Read) for row in batch if row["outcome"] != "faulty"
        ]
        outcomes, remarked = await written(brought, readings)
        counts = tally(
            [*outcomes, *("faulty" for row in batch if row["outcome"] == "faulty")],
            sum(
                (row["has_remarks"] or row["number"] in remarked) and row["outcome"] != "faulty"
                for row in batch
            ),
            as_dict(brought.counts) if brought.done else None,
        )
        return await mark(brought, State.APPLYING, done=len(batch), counts=counts)


async def halt(brought: Import, fault: str) -> None:
    """Entries are taken no more since the list was sent off: it stands where it is, and says why."""
    await rows(
        """UPDATE import SET state = 'stopped', fault = {}, version = version + 1, changed_at = now()
           WHERE id = {} RETURNING id""",
        fault,
        brought.id,
    )


async def written(brought: Import, batch: Sequence[Read]) -> tuple[list[str], set[int]]:
    """The outcome of each row, as its entry and the edition stand in this very moment; rows of which
    something was left out that the dry run would have brought in.
    """
    known = await known_of(brought, batch, hold=True)
    remarked = await kept_out(brought, batch, known)
    outcomes = [outcome_of(row, known.get(row.tracking)) for row in batch]
    if brought.is_own:
        await keep_within_room(brought, batch, outcomes)
    sections = {
        s.letter: s.id for s in await Section.objects().where(Section.edition == brought.edition)
    }
    new = [row for row, what in zip(batch, outcomes, strict=True) if what == "new"]
    changed = [row for row, what in zip(batch, outcomes, strict=True) if what == "changed"]
    places = await make(brought, new, sections)
    places |= await change(brought, changed, known, sections)
    if brought.is_own:
        await add_owner(brought, [places[row.tracking] for row in new])
    else:
        await add_makers(brought, [row for row in (*new, *changed) if row.email], places)
    return outcomes, remarked


async def keep_within_room(brought: Import, batch: Sequence[Read], outcomes: list[str]) -> None:
    """Other entries may have taken the room since the dry run: what has none is left out, and says so."""
    new = [at for at, what in enumerate(outcomes) if what == "new"]
    over = new[await own.room(brought) :]
    for at in over:
        outcomes[at] = "faulty"
    await add_faults(brought, {batch[at].number: [OVER] for at in over})


async def kept_out(
    brought: Import, batch: Sequence[Read], known: dict[str, StandingEntry]
) -> set[int]:
    """What the edition takes no longer since the dry run stays out, and is among the row's faults."""
    edition = await asked_by(str(brought.edition))
    faults = {
        row.number: found
        for row in batch
        if (found := let_through(row, known.get(row.tracking), edition, brought.columns))
    }
    await add_faults(brought, faults)
    return set(faults)


async def add_faults(brought: Import, faults: Mapping[int, list[CellFault]]) -> None:
    """By the number of their row, beside what the dry run has found."""
    if faults:
        await rows(
            """UPDATE import_row r SET faults = r.faults || x.faults::jsonb
               FROM unnest({}::int[], {}::text[]) AS x(number, faults)
               WHERE r.brought = {} AND r.number = x.number RETURNING 1 AS one""",
            list(faults),
            [said(found) for found in faults.values()],
            brought.id,
        )


async def write_answers(given: dict[str, dict[str, Any]], *, by: str | None) -> None:
    """Submission → question → value, nothing where an answer goes; a question that is gone is answered by nobody."""
    lines = [
        {"id": new_id(), "submission": submission, "question": question, "value": value}
        for submission, values in given.items()
        for question, value in values.items()
    ]
    if lines:
        await rows(
            """INSERT INTO entry_answer (id, submission, question, value, person)
               SELECT x.id, x.submission, q.id, nullif(x.value, 'null'), {}
               FROM jsonb_to_recordset({}::jsonb) AS x(id text, submission text, question text, value jsonb)
               JOIN question q ON q.id = x.question
               ON CONFLICT (submission, question) DO UPDATE SET value = excluded.value,
                 person = excluded.person, version = entry_answer.version + 1, changed_at = now()
               RETURNING id""",
            by,
            said(lines),
        )


async def make(brought: Import, batch: Sequence[Read], sections: dict[str, str]) -> dict[str, str]:
    """New films, each with its candidacy in draft. Tracking number → submission."""
    lines = [
        film_row(values := merged(EMPTY, row))
        | {
            "film": new_id(), "submission": new_id(), "own": new_id(), "step": new_id(),
            "section": sections.get(values["section"]), "unread": values["unread"],
            "tracking": row.tracking, "number": row.number, "answers": values["answers"],
        }
        for row in batch
    ]  # fmt: skip
    if lines:
        owner = brought.person if brought.is_own else None
        where = (brought.edition, brought.edition, brought.source, owner)
        await rows(CREATE, said(lines), *where, brought.id)
        given = {line["submission"]: line["answers"] for line in lines}
        await write_answers(given, by=brought.person)
    return {line["tracking"]: line["submission"] for line in lines}


LINE = """jsonb_to_recordset({}::jsonb) AS x(film text, submission text, own text, step text, tracking text,
  number int, title text, titles jsonb, synopses jsonb, year smallint, countries jsonb, languages jsonb,
  subtitles jsonb, directors jsonb, director text, declared_seconds int, premiere text, section text,
  unread jsonb, before jsonb, version int)"""
CREATE = f"""
WITH line AS (SELECT x.* FROM {LINE}),
film AS (INSERT INTO film (id, title, titles, synopses, year, countries, languages, subtitles, directors,
    director, declared_seconds, premiere)
  SELECT film, title, titles, synopses, year, countries, languages, subtitles, directors, director,
    declared_seconds, premiere FROM line RETURNING id),
entry AS (INSERT INTO submission (id, edition, film, section, unread)
  SELECT submission, {{}}, film, section, unread FROM line RETURNING id),
own AS (INSERT INTO imported_entry (id, edition, source, owner, tracking, submission)
  SELECT own, {{}}, {{}}, {{}}::text, tracking, submission FROM line RETURNING id)
INSERT INTO import_change (id, brought, submission, number, tracking)
SELECT step, {{}}, submission, number, tracking FROM line RETURNING id
"""
CHANGE = f"""
WITH line AS (SELECT x.* FROM {LINE}),
film AS (UPDATE film f SET title = l.title, titles = l.titles, synopses = l.synopses, year = l.year,
    countries = l.countries, languages = l.languages, subtitles = l.subtitles, directors = l.directors,
    director = l.director, declared_seconds = l.declared_seconds, premiere = l.premiere
  FROM line l WHERE f.id = l.film RETURNING f.id),
entry AS (UPDATE submission s SET section = l.section, unread = l.unread, version = l.version,
    changed_at = now() FROM line l WHERE s.id = l.submission RETURNING s.id),
own AS (UPDATE imported_entry i SET version = l.version FROM line l
  WHERE i.submission = l.submission RETURNING i.id)
"""


async def change(
    brought: Import,
    batch: Sequence[Read],
    known: dict[str, StandingEntry],
    sections: dict[str, str],
) -> dict[str, str]:
    """Entries that differ from the list; what stood is kept, for who takes the import back."""
    lines, given = [], {}
    for row in batch:
        stands = known[row.tracking]
        values = merged(stands.values, row)
        given[stands.submission] = answers_between(stands.values["answers"], values["answers"])
        lines.append(
            film_row(values)
            | {
                "film": stands.film, "submission": stands.submission, "step": new_id(),
                "section": sections.get(values["section"]), "unread": values["unread"],
                "tracking": row.tracking, "number": row.number, "version": stands.version + 1,
                "before": stands.values | {"version": stands.version},
            }
        )  # fmt: skip
    if lines:
        await rows(
            CHANGE
            + """INSERT INTO import_change (id, brought, submission, number, tracking, before, version, outcome)
                 SELECT step, {}, submission, number, tracking, before, version, 'changed' FROM line
                 RETURNING id""",
            said(lines),
            brought.id,
        )
        await write_answers(given, by=brought.person)
    return {line["tracking"]: line["submission"] for line in lines}


async def add_makers(brought: Import, batch: Sequence[Read], places: dict[str, str]) -> None:
    """Whoever's address a row has may act for its entry; who was unknown becomes a person.

    Nobody is written to, but where the operator has asked for it.
    """
    if not batch:
        return
    people = {email_key(row.email): row for row in batch}
    made = await rows(
        """INSERT INTO person (id, email, email_key, name)
           SELECT * FROM unnest({}::text[], {}::text[], {}::text[], {}::text[])
           ON CONFLICT (email_key) DO NOTHING RETURNING id""",
        [new_id() for _ in people],
        [row.email for row in people.values()],
        list(people),
        [row.maker for row in people.values()],
    )
    ids = {
        row["email_key"]: row["id"]
        for row in await rows(
            "SELECT id, email_key FROM person WHERE email_key = ANY({})", list(people)
        )
    }
    await rows(
        """INSERT INTO role (id, person, edition, part)
           SELECT x.id, x.person, {}, {} FROM unnest({}::text[], {}::text[]) AS x(id, person)
           ON CONFLICT (person, edition, part) DO NOTHING RETURNING id""",
        brought.edition,
        Role.FILMMAKER.value,
        [new_id() for _ in ids],
        list(ids.values()),
    )
    pairs = [(places[row.tracking], ids[email_key(row.email)]) for row in batch]
    members = await rows(
        """INSERT INTO member (id, submission, person)
           SELECT * FROM unnest({}::text[], {}::text[], {}::text[])
           ON CONFLICT (submission, person) DO NOTHING RETURNING id, submission, person""",
        [new_id() for _ in pairs],
        [submission for submission, _ in pairs],
        [person for _, person in pairs],
    )
    await note_makers(brought, members, {row["id"] for row in made})
    if brought.invites:
        await write_to(brought, members)


async def add_owner(brought: Import, submissions: Sequence[str]) -> None:
    """Whoever brings own films owns their entries, alone: a list invites nobody, and writes to nobody."""
    members = await rows(
        """INSERT INTO member (id, submission, person)
           SELECT x.id, x.submission, {} FROM unnest({}::text[], {}::text[]) AS x(id, submission)
           RETURNING id, submission, person""",
        brought.person,
        [new_id() for _ in submissions],
        list(submissions),
    )
    await note_makers(brought, members, set())


async def note_makers(brought: Import, members: Sequence[dict[str, Any]], made: set[str]) -> None:
    await rows(
        """UPDATE import_change c SET member = x.member, person = x.person
           FROM unnest({}::text[], {}::text[], {}::text[]) AS x(submission, member, person)
           WHERE c.brought = {} AND c.submission = x.submission RETURNING 1 AS one""",
        [row["submission"] for row in members],
        [row["id"] for row in members],
        [row["person"] if row["person"] in made else "" for row in members],
        brought.id,
    )


async def write_to(brought: Import, members: Iterable[dict[str, Any]]) -> None:
    """One letter for each new maker of an entry, about that entry."""
    edition = await Edition.objects().get(Edition.id == brought.edition)
    for row in members:
        film = await rows(
            "SELECT f.title, f.titles FROM film f JOIN submission s ON s.film = f.id WHERE s.id = {}",
            row["submission"],
        )
        await letters.write(
            "imported",
            await person_of(row["person"]),
            occasion=f"imported:{row['submission']}:{row['person']}",
            edition=edition,
            about=row["submission"],
            link=f"/submissions/{row['submission']}",
            title=partial(film_title, film=film[0]),
        )


# Taking back


async def undo(brought_id: str, _: str, *, lease: Lease) -> None:
    """What the import made, and nobody has touched since, goes; what it changed is again what stood."""
    brought = await standing_import(brought_id, State.UNDOING)
    if brought is None:
        return
    began = time.monotonic()
    while await undo_batch(brought_id, lease):
        pass
    await forget_people(brought)
    await end(
        brought, State.UNDOING, State.UNDONE, lease,
        seconds=time.monotonic() - began, act="import_undone",
    )  # fmt: skip


async def undo_batch(brought_id: str, lease: Lease) -> bool:
    async with transaction():
        brought = await held_import(brought_id, State.UNDOING, lease)
        if brought is None:
            return False
        batch = await rows(
            """SELECT id, submission FROM import_change WHERE brought = {} AND outcome IN ('made', 'changed')
               ORDER BY number LIMIT {}""",
            brought_id,
            BATCH,
        )
        if not batch:
            return False
        ids = [row["id"] for row in batch]
        await rows(
            "SELECT id FROM submission WHERE id = ANY({}) ORDER BY id FOR UPDATE",
            [row["submission"] for row in batch],
        )
        await say_what_stays(ids)
        await take_away(ids)
        await put_back(ids)
        counts = await outcomes_of(brought_id)
        return await mark(
            brought, State.UNDOING, done=len(batch), counts=as_dict(brought.counts) | counts
        )


async def say_what_stays(changes: list[str]) -> None:
    """Why an entry cannot go back: it is filed, a film has come, others work on it, it was changed."""
    used = " OR ".join([ANSWERED, *(exists(key) for key in await uses())])
    await rows(
        f"""UPDATE import_change c SET outcome = 'stays', why = CASE
              WHEN s.status <> 'draft' THEN 'filed'
              WHEN EXISTS (SELECT 1 FROM film_file n WHERE n.submission = s.id) THEN 'film'
              WHEN s.version <> c.version THEN 'changed'
              WHEN EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.id <> c.member)
                AND c.outcome = 'made' OR {NO_MORE_THEIRS} THEN 'makers'
              ELSE 'used' END
            FROM submission s WHERE c.id = ANY({{}}) AND s.id = c.submission
              AND (s.status <> 'draft' OR s.version <> c.version OR {NO_MORE_THEIRS} OR c.outcome = 'made' AND (
                EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.id <> c.member) OR {used}))
            RETURNING c.id""",
        changes,
    )


async def uses() -> list[Key]:
    """Every table that may hold something of an entry or its film, but for what an import leaves itself."""
    return [
        *await keys_to("submission", but=OWN),
        *await keys_to("film", but=frozenset({"submission"})),
    ]


def exists(key: Key) -> str:
    column = "s.id" if key.target == "submission" else "s.film"
    return f'EXISTS (SELECT 1 FROM {key.table} u WHERE u."{key.column}" = {column})'


async def take_away(changes: list[str]) -> None:
    """Entries that the import made, with their films, where nothing was said against it; and letters about
    them that have not left yet.
    """
    await rows(
        """DELETE FROM letter l USING import_change c WHERE c.id = ANY({}) AND c.outcome = 'made'
             AND l.about = c.submission AND l.kind = 'imported' AND l.sent_at IS NULL RETURNING l.id""",
        changes,
    )
    gone = await rows(
        """DELETE FROM submission s USING import_change c
           WHERE c.id = ANY({}) AND c.outcome = 'made' AND s.id = c.submission RETURNING s.film""",
        changes,
    )
    await rows(
        """DELETE FROM film f WHERE f.id = ANY({})
             AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.film = f.id) RETURNING f.id""",
        [row["film"] for row in gone],
    )
    await rows(
        "UPDATE import_change SET outcome = 'back' WHERE id = ANY({}) AND outcome = 'made' RETURNING id",
        changes,
    )


async def put_back(changes: list[str]) -> None:
    """Entries that it changed, as they stood; an import of before that still owns them goes on owning them."""
    standing = await rows(
        f"""SELECT c.id AS step, c.submission, c.member, c.version, c.before, s.film, s.edition,
             i.person, {ANSWERS} AS answers
           FROM import_change c JOIN submission s ON s.id = c.submission JOIN import i ON i.id = c.brought
           WHERE c.id = ANY({{}}) AND c.outcome = 'changed'""",
        changes,
    )
    if standing:
        sections = await letters_of(standing[0]["edition"])
        lines = [
            film_row(row["before"])
            | {
                "film": row["film"], "submission": row["submission"], "version": row["version"] + 1,
                "section": sections.get(row["before"]["section"]), "unread": row["before"]["unread"],
                "before": {"version": row["before"]["version"]},
            }
            for row in standing
        ]  # fmt: skip
        await rows(
            CHANGE
            + """UPDATE import_change c SET version = l.version FROM line l
                 WHERE c.submission = l.submission AND c.version = (l.before->>'version')::int
                 RETURNING c.id""",
            said(lines),
        )
        stood = {
            row["submission"]: answers_between(row["answers"], row["before"]["answers"])
            for row in standing
            if "answers" in row["before"]  # lists have brought answers only since then
        }
        await write_answers(stood, by=standing[0]["person"])
        await rows(
            "DELETE FROM member WHERE id = ANY({}) RETURNING id",
            [row["member"] for row in standing if row["member"]],
        )
    await rows(
        "UPDATE import_change SET outcome = 'back' WHERE id = ANY({}) AND outcome = 'changed' RETURNING id",
        changes,
    )


async def letters_of(edition: str) -> dict[str, str]:
    return {s.letter: s.id for s in await Section.objects().where(Section.edition == edition)}


async def outcomes_of(brought_id: str) -> dict[str, int]:
    counted = await rows(
        """SELECT count(*) FILTER (WHERE outcome = 'back') AS back,
             count(*) FILTER (WHERE outcome = 'stays') AS stays FROM import_change WHERE brought = {}""",
        brought_id,
    )
    return dict(counted[0])


async def forget_people(brought: Import) -> None:
    """Who became known by the import alone, and has never been heard of since, is unknown again."""
    async with transaction():
        made = await rows(
            "SELECT DISTINCT person FROM import_change WHERE brought = {} AND person <> ''",
            brought.id,
        )
        others = " OR ".join(
            f'EXISTS (SELECT 1 FROM {key.table} u WHERE u."{key.column}" = p.id)'
            for key in await keys_to("person", but=frozenset({"role"}))
        )
        free = await rows(
            f"""SELECT p.id FROM person p WHERE p.id = ANY({{}}) AND NOT ({others})
                  AND NOT EXISTS (SELECT 1 FROM record r WHERE r.person = p.id)
                  AND NOT EXISTS (SELECT 1 FROM role r WHERE r.person = p.id
                    AND (r.edition <> {{}} OR r.part <> 'filmmaker'))
                FOR UPDATE OF p""",
            [row["person"] for row in made],
            brought.edition,
        )
        await rows(
            "DELETE FROM person WHERE id = ANY({}) RETURNING id", [row["id"] for row in free]
        )

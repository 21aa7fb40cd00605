"""Many invitations in one act: a list is read with its faults by row, then done row by row by a worker.

A row that was done before is done again to the same end, so that a list may come twice, and a
worker may die in the middle of one.
"""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import msgspec

from festival import letters, people
from festival.clock import now
from festival.db import later, rows, transaction
from festival.errors import FestivalError, Missing, Refused
from festival.language import spoken, t
from festival.leases import Lease, hold
from festival.paging import NEWEST
from festival.record import record
from festival.settings import Settings
from festival.tables import Edition, InvitationList, Person, Role, Section
from festival.team import OF_A_SECTION, InvitationForm, InvitationOutcome, invite, keepers_of

MOST_ROWS = 500
MOST_CELL = 254
SEPARATORS = ";\t,"
COLUMNS = {
    "email": ("e-mail", "email", "mail", "courriel", "adresse", "adresse electronique", "address"),
    "name": ("nom", "name", "prenom et nom", "full name"),
    "parts": ("role", "roles", "part", "parts"),
    "sections": ("section", "sections"),
    "language": ("langue", "language"),
}
"""What a column may be called, folded; without a line of names they stand in this order."""
GIVING = frozenset({InvitationOutcome.INVITED, InvitationOutcome.QUIET})


class ListLine(msgspec.Struct, frozen=True, kw_only=True):
    """A row that can be done. `does`: `new` makes an account, `given` gives a part, `held` changes nothing."""

    row: int
    email: str
    name: str = ""
    parts: list[Role] = []
    sections: list[str] | None = None
    language: str = ""
    does: str = "new"


class ListFault(msgspec.Struct, frozen=True):
    """What is wrong with a row, by column and code; `value` is what stood there."""

    row: int
    column: str
    code: str
    value: str = ""


class ListReading(msgspec.Struct, frozen=True):
    """A dry run: what would be done, and what cannot be."""

    lines: list[ListLine]
    faults: list[ListFault]

    @property
    def counts(self) -> dict[str, int]:
        return dict(Counter(line.does for line in self.lines))


class ListProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a list is: `outcomes` row by row, as an `InvitationOutcome` or the code of a refusal."""

    id: str
    total: int
    done: int
    is_over: bool
    by: str
    counts: dict[str, int]
    lines: list[dict[str, Any]]


# Reading


async def read(text: str, *, edition: Edition, by: Person) -> ListReading:
    """The rows of a table: separated by ; , or tab, with or without a line of names."""
    table = rows_of(text)
    if len(table) > MOST_ROWS:
        raise Refused("text:list_long", most=MOST_ROWS, rows=len(table))
    if not table:
        raise Refused("text:list_empty")
    letters_known = {
        section.letter for section in await Section.objects().where(Section.edition == edition.id)
    }
    lines: list[ListLine] = []
    faults: list[ListFault] = []
    first: dict[str, int] = {}
    for number, cells in table:
        line, wrong = line_of(number, cells, letters_known)
        key = people.email_key(cells.get("email", ""))
        if key and key in first:
            wrong.append(ListFault(number, "email", "row_twin", str(first[key])))
        first.setdefault(key, number)
        if key == by.email_key:
            wrong.append(ListFault(number, "email", "part_to_oneself", cells["email"]))
        faults += wrong
        if not wrong:
            lines.append(line)
    known = await _standing(edition, [people.email_key(line.email) for line in lines])
    for line in lines:
        if (known.get(people.email_key(line.email)) or {}).get("disabled"):
            faults.append(ListFault(line.row, "email", "account_disabled", line.email))
    return ListReading([_with_effect(line, known) for line in lines], sorted(faults, key=_by_row))


def _by_row(fault: ListFault) -> int:
    return fault.row


def rows_of(text: str) -> list[tuple[int, dict[str, str]]]:
    """(number of the row, its cells by column); empty rows are none."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=first.count)
    try:
        table = [
            (number, [cell.strip() for cell in cells])
            for number, cells in enumerate(
                csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator), start=1
            )
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error:
        raise Refused("text:list_unreadable") from None
    if not table:
        return []
    names = list(COLUMNS)
    if not any("@" in cell for cell in table[0][1]):
        names = [column_of(cell) for cell in table[0][1]]
        if "email" not in names:
            raise Refused("text:list_without_email")
        table = table[1:]
    return [(number, dict(zip(names, cells, strict=False))) for number, cells in table]


def column_of(name: str) -> str:
    """Our name of a column that somebody called theirs; nothing for one that we do not read."""
    plain = fold(name)
    return next((ours for ours, known in COLUMNS.items() if plain in known), "")


def fold(text: str) -> str:
    """Without accents and capitals."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    return "".join(c for c in apart if not unicodedata.combining(c)).strip()


def line_of(
    number: int, cells: dict[str, str], letters_known: set[str]
) -> tuple[ListLine, list[ListFault]]:
    wrong: list[ListFault] = []

    def fault(column: str, code: str, value: str = "") -> None:
        wrong.append(ListFault(number, column, code, value[:60]))

    email, name = cells.get("email", ""), cells.get("name", "")
    try:
        email = people.checked_email(email)
    except Refused:
        fault("email", "email_invalid", email)
    if len(name) > 120:
        fault("name", "field_long", name)
    parts, unknown = parts_in(cells.get("parts", ""))
    for word in unknown:
        fault("parts", "part_unknown", word)
    if not parts and not unknown:
        fault("parts", "nothing_chosen")
    wanted = [word.upper() for word in words_in(cells.get("sections", ""))]
    for letter in wanted:
        if letter not in letters_known:
            fault("sections", "section_not_here", letter)
    if wanted and not OF_A_SECTION & set(parts) and parts:
        fault("sections", "section_without_part", ", ".join(wanted))
    language = fold(cells.get("language", ""))
    if language and language not in spoken():
        fault("language", "language_not_here", language)
    return (
        ListLine(
            row=number,
            email=email,
            name=name,
            parts=parts,
            sections=wanted or None,
            language=language,
        ),
        wrong,
    )


def words_in(cell: str) -> list[str]:
    return [word.strip() for word in re.split(r"[+/|,;]", cell) if word.strip()]


def parts_in(cell: str) -> tuple[list[Role], list[str]]:
    """The parts that a cell names, by our names or by those on pages in any language; and what else stands there."""
    found, unknown = [], []
    for word in words_in(cell):
        part = part_names().get(fold(word))
        if part is None:
            unknown.append(word)
        elif part not in found:
            found.append(part)
    return found, unknown


@cache
def part_names() -> dict[str, Role]:
    return {fold(part.value): part for part in Role} | {
        fold(t(language, f"common.part.{part}")): part for language in spoken() for part in Role
    }


async def _standing(edition: Edition, keys: list[str]) -> dict[str, dict[str, Any]]:
    """What is known of these addresses: whether the account is closed, and the parts held here."""
    found = await rows(
        """SELECT k.email_key, p.disabled_at IS NOT NULL AS disabled,
             coalesce((SELECT jsonb_object_agg(r.part, coalesce((SELECT jsonb_agg(s.letter ORDER BY s.letter)
               FROM section s WHERE r.sections @> to_jsonb(s.id)), '[]'))
               FROM role r WHERE r.person = p.id AND r.edition = {}), jsonb_build_object()) AS parts
           FROM person k JOIN person p ON p.id = coalesce(k.merged_into, k.id)
           WHERE k.email_key = ANY({})""",
        edition.id,
        keys,
    )
    return {row["email_key"]: row for row in found}


def _with_effect(line: ListLine, known: dict[str, dict[str, Any]]) -> ListLine:
    standing = known.get(people.email_key(line.email))
    if standing is None:
        return line
    held = standing["parts"]
    is_held = all(
        part.value in held
        and (
            line.sections is None
            or part not in OF_A_SECTION
            or held[part.value] == sorted(line.sections)
        )
        for part in line.parts
    )
    return msgspec.structs.replace(line, does="held" if is_held else "given")


# Doing


async def begin(text: str, *, edition: Edition, by: Person) -> str:
    """All of a list, or none of it while a row is at fault. Returns the list's id."""
    reading = await read(text, edition=edition, by=by)
    if reading.faults:
        raise Refused("text:list_faulty", n=len({fault.row for fault in reading.faults}))
    async with transaction():
        made = InvitationList(
            edition=edition.id,
            by=by.id,
            lines=msgspec.json.encode(reading.lines).decode(),
            outcomes="[]",
        )
        await made.save()
        await record("list_invited", made.id, by=by, edition=edition.id, rows=len(reading.lines))
        await later("invite_list", list=made.id, edition=edition.id)
    return str(made.id)


async def run(list_id: str, *, lease: Lease, settings: Settings) -> None:
    """Row by row, each with what it did in one transaction; who keeps the edition hears once, at the end."""
    kept = await InvitationList.objects().get(InvitationList.id == list_id)
    if kept is None or kept.ended_at is not None:
        return
    edition = await Edition.objects().get(Edition.id == kept.edition)
    if edition is None:
        return
    by = await people.person(kept.by)
    lines = msgspec.convert(kept.lines, list[ListLine])
    for line in lines[kept.done :]:
        async with transaction():
            await hold(lease)
            outcome = await _done(line, edition=edition, by=by, settings=settings)
            await rows(
                """UPDATE invitation_list SET done = done + 1, outcomes = outcomes || to_jsonb({}::text)
                   WHERE id = {} RETURNING id""",
                outcome,
                list_id,
            )
    async with transaction():
        await hold(lease)
        await rows(
            "UPDATE invitation_list SET ended_at = {} WHERE id = {} RETURNING id", now(), list_id
        )
        await _tell(list_id, lines, edition=edition, by=by)


async def _done(line: ListLine, *, edition: Edition, by: Person, settings: Settings) -> str:
    form = InvitationForm(
        email=line.email,
        name=line.name,
        parts=line.parts,
        sections=line.sections,
        language=line.language,
    )
    try:
        async with _aside():
            return str((await invite(edition, form, by=by, settings=settings, tells=False)).state)
    except FestivalError as error:  # what has changed since the list was read
        return error.codes[0].rpartition(":")[2]


@asynccontextmanager
async def _aside() -> AsyncIterator[None]:
    """A row that is refused takes nothing of the others with it."""
    await rows("SAVEPOINT line")
    try:
        yield
    except FestivalError:
        await rows("ROLLBACK TO SAVEPOINT line")
        raise
    await rows("RELEASE SAVEPOINT line")


async def _tell(list_id: str, lines: list[ListLine], *, edition: Edition, by: Person) -> None:
    """Whoever keeps the edition hears of a list that has given something, makers' parts apart."""
    kept = await rows("SELECT outcomes FROM invitation_list WHERE id = {}", list_id)
    given = [
        line
        for line, outcome in zip(lines, kept[0]["outcomes"], strict=True)
        if outcome in GIVING and set(line.parts) - {Role.FILMMAKER}
    ]
    if not given:
        return
    for to in await keepers_of(edition, besides=[by.id]):
        await letters.write(
            "parts_given_list",
            to,
            occasion=f"parts_given_list:{list_id}:{to.id}",
            edition=edition,
            link=f"/operator/people/lists/{list_id}",
            by=by.name or by.email,
            n=len(given),
        )


async def progress(list_id: str, *, edition: Edition) -> ListProgress:
    found = await rows(
        """SELECT i.id, i.lines, i.outcomes, i.done, i.ended_at, coalesce(nullif(p.name, ''), p.email, '') AS by
           FROM invitation_list i LEFT JOIN person p ON p.id = i.by WHERE i.id = {} AND i.edition = {}""",
        list_id,
        edition.id,
    )
    if not found:
        raise Missing("list_missing")
    kept = found[0]
    outcomes = kept["outcomes"] + [""] * (len(kept["lines"]) - len(kept["outcomes"]))
    return ListProgress(
        id=kept["id"],
        total=len(kept["lines"]),
        done=kept["done"],
        is_over=kept["ended_at"] is not None,
        by=kept["by"],
        counts=dict(Counter(kept["outcomes"])),
        lines=[
            {**line, "outcome": outcome}
            for line, outcome in zip(kept["lines"], outcomes, strict=True)
        ],
    )


async def latest(edition: Edition) -> list[dict[str, Any]]:
    """The last lists of an edition: `id`, `at`, `by`, `rows`, `done`."""
    return await rows(
        f"""SELECT i.id, i.created_at AS at, i.done, jsonb_array_length(i.lines) AS rows,
             coalesce(nullif(p.name, ''), p.email, '') AS by
           FROM invitation_list i LEFT JOIN person p ON p.id = i.by
           WHERE i.edition = {{}} ORDER BY i.created_at DESC LIMIT {NEWEST}""",
        edition.id,
    )

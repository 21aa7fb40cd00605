"""What a new edition may take over from an earlier one: each kind is one function, and one tick.

    "rooms": "screenings.copying:rooms"

A kind that is kept in a package above is named by its place, as a job's verb is. Each function gets
`Copy` and says how many rows it has made; kinds are copied in their order here, so that what names
sections comes after them. `rows_of` copies the rows of a table that need no more than a new edition,
a section of the same letter, and moments moved along with the first day.
"""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any, cast

import msgspec
from piccolo.columns import ForeignKey
from piccolo.query import Objects
from piccolo.table import Table

from festival import people
from festival.clock import at, minutes_of
from festival.db import rows, transaction
from festival.editions import NewEdition, found
from festival.errors import Refused
from festival.jobs import verb_at
from festival.record import record
from festival.tables import (
    Deadline,
    Edition,
    LetterHold,
    LetterText,
    Person,
    Role,
    Section,
    SiteText,
)

KINDS: dict[str, str] = {
    "sections": "festival.copying:sections",
    "deadlines": "festival.copying:deadlines",
    "form": "submissions.copying:form",
    "materials": "submissions.copying:materials",
    "rules": "festival.copying:rules",
    "technical": "submissions.copying:technical",
    "sheets": "reviews.copying:sheets",
    "committee": "reviews.copying:committee",
    "letters": "festival.copying:letters",
    "reminders": "submissions.copying:reminders",
    "keeping": "keeping.copying:keeping",
    "site": "festival.copying:site_texts",
    "rooms": "screenings.copying:rooms",
    "audiences": "screenings.copying:audiences",
    "plan_rules": "screenings.copying:plan_rules",
    "team": "festival.copying:team",
}


class Copy(msgspec.Struct):
    """One copying: `source` → `target`; `sections` maps the ids of the one's to those of the other's."""

    source: Edition
    target: Edition
    by: Person
    sections: dict[str, str] = {}

    def moved(self, moment: datetime) -> datetime:
        """As long before or after the first day, at the same hour on the wall."""
        return at(self.target.first_day, minutes_of(moment, self.source.first_day))


CopyKind = Callable[[Copy], Awaitable[int]]


async def found_like(
    new: NewEdition, source: Edition, kinds: Collection[str], *, by: Person
) -> Edition:
    """An edition founded as a copy of an earlier one, whole or not at all."""
    if unknown := set(kinds) - KINDS.keys():
        raise Refused("kinds:kind_unknown", kinds=", ".join(sorted(unknown)))
    async with transaction():
        target = await found(
            new, by=by, sections="sections" not in kinds, questions="form" not in kinds
        )
        copy = Copy(source=source, target=target, by=by)
        counts = {}
        for kind in (kind for kind in KINDS if kind in kinds):
            counts[kind] = await cast("CopyKind", verb_at(KINDS[kind]))(copy)
            if kind == "sections" or not copy.sections:
                copy.sections = await same_letters(source, target)
        await record(
            "edition_copied", target.id, by=by, edition=target.id, source=source.slug, rows=counts
        )
    return target


async def same_letters(source: Edition, target: Edition) -> dict[str, str]:
    return {
        row["old"]: row["new"]
        for row in await rows(
            """SELECT s.id AS old, t.id AS new FROM section s JOIN section t ON t.letter = s.letter
               WHERE s.edition = {} AND t.edition = {}""",
            source.id,
            target.id,
        )
    }


async def rows_of(
    table: type[Table], copy: Copy, *, moved: Collection[str] = (), **changed: Any
) -> int:
    """Copy every row of the edition in `table`: what names no section that is there stays behind, and so
    does what was closed.

    `moved` are columns of moments; `changed` are columns and what they are in the copy.
    """
    kept = cast(
        "list[Table]",
        await cast("Objects[Any]", table.objects()).where(table.edition == copy.source.id),  # type: ignore[attr-defined]
    )
    made = [given for row in kept if (given := row_of(table, row, copy, moved=moved)) is not None]
    for given in made:
        await table(**(given | changed)).save()
    return len(made)


FRESH = frozenset({"id", "version", "created_at", "changed_at"})
"""Columns that a new row has of its own."""


def row_of(
    table: type[Table], row: Table, copy: Copy, *, moved: Collection[str] = ()
) -> dict[str, Any] | None:
    """A row's columns for the copy, without its name and version; nothing where its section is none."""
    given: dict[str, Any] = {}
    for column in table._meta.columns:  # noqa: SLF001
        name = column._meta.name  # noqa: SLF001
        value = getattr(row, name)
        if name in FRESH:
            continue
        if name == "closed_at" and value is not None:
            return None
        if name == "sections" and value:
            value = [copy.sections[one] for one in value if one in copy.sections]
            if not value:
                return None  # none at all would mean every one
        if isinstance(column, ForeignKey) and name == "edition":
            value = copy.target.id
        elif isinstance(column, ForeignKey) and name == "section" and value is not None:
            if value not in copy.sections:
                return None
            value = copy.sections[value]
        elif name in moved and value is not None:
            value = copy.moved(value)
        given[name] = value
    return given


# The kinds of the common ground


async def sections(copy: Copy) -> int:
    """Sections with all that stands in their rows; those that were closed take entries again."""
    return await rows_of(Section, copy, is_open=True)


async def deadlines(copy: Copy) -> int:
    """The edition's deadlines and those of sections, with their fees, moved along with the first day;
    the rule for uploads under way, and for what is not paid.
    """
    copy.target.deadline_at = copy.moved(copy.source.deadline_at)
    await take(copy, "grace_hours", "fee_before_filing", deadline_at=copy.target.deadline_at)
    return 1 + await rows_of(Deadline, copy, moved={"at"})


async def take(copy: Copy, *columns: str, **more: Any) -> int:
    """Columns of the edition itself, as the earlier one has them."""
    taken: dict[Any, Any] = {name: getattr(copy.source, name) for name in columns} | more
    await Edition.update(taken).where(Edition.id == copy.target.id)
    for name, value in taken.items():
        setattr(copy.target, name, value)
    return len(taken)


async def rules(copy: Copy) -> int:
    """The technical policy, whose runtime counts, who releases decisions, what counts as watched."""
    return await take(
        copy,
        "policy",
        "measured_runtime",
        "two_person_release",
        "coverage",
        "has_marks",
        "burns_mark",
        "mark_may_go",
    )


async def letters(copy: Copy) -> int:
    """An edition's own words for letters, and which kinds wait for a reader."""
    return await rows_of(LetterText, copy) + await rows_of(LetterHold, copy)


async def site_texts(copy: Copy) -> int:
    return await rows_of(SiteText, copy)


async def team(copy: Copy) -> int:
    """Everybody's parts but filmmakers' and the founder's own: who founds gives themself no part."""
    held = await rows(
        """SELECT r.person, r.part, r.sections FROM role r JOIN person p ON p.id = r.person
           WHERE r.edition = {} AND r.part <> {} AND r.person <> {} AND p.disabled_at IS NULL
           ORDER BY r.id""",
        copy.source.id,
        Role.FILMMAKER.value,
        copy.by.id,
    )
    given = 0
    for row in held:
        there = [copy.sections[one] for one in row["sections"] if one in copy.sections]
        if row["sections"] and not there:
            continue  # their sections are not there, and none at all would mean every one
        await people.grant(
            await people.person(row["person"]),
            Role(row["part"]),
            edition=copy.target,
            by=copy.by,
            sections=there,
        )
        given += 1
    return given

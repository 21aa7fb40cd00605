"""Until when entries are taken, early, regular and late, and what one then costs; set by operators.

A section that has deadlines of its own goes by those alone, every other by the edition's. The last of
the edition's own is its `deadline_at`: whichever of the two is moved, the other moves with it.
"""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

import msgspec
from msgspec import Meta

from festival import desk
from festival.clock import closes
from festival.db import later, made_once, rows, transaction
from festival.errors import Refused
from festival.shapes import VersionNumber
from festival.tables import Deadline, Edition, Person, Section

MOST_CENTS = 1_000_000  # ten thousand euro


class DeadlineKind(StrEnum):
    """In the order in which they come."""

    EARLY = "early"
    REGULAR = "regular"
    LATE = "late"


FeeCents = Annotated[int, Meta(ge=0, le=MOST_CENTS)]


class DeadlineForm(msgspec.Struct, frozen=True, kw_only=True):
    """One deadline: of the section with this letter, or of the edition where there is none."""

    section: Annotated[str, Meta(max_length=1)] = ""
    kind: DeadlineKind = DeadlineKind.REGULAR
    at: datetime
    fee_cents: FeeCents = 0


class DeadlineChange(msgspec.Struct, frozen=True, kw_only=True):
    """Another moment or fee for one that stands; `version` is what whoever changes it has read."""

    version: VersionNumber
    at: datetime
    fee_cents: FeeCents = 0


class EntryTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The edition's rule for uploads under way, and whether an unpaid entry may be filed."""

    version: VersionNumber
    grace_hours: Annotated[int, Meta(ge=0, le=240)]
    fee_before_filing: bool = False


class DeadlineStop(msgspec.Struct, frozen=True):
    """Until when, of which kind, and what it costs up to then."""

    kind: str
    at: datetime
    fee_cents: int


@made_once
async def deadlines_of(edition: Edition) -> list[Deadline]:
    """All of them, the edition's own first, each line in the order of its moments."""
    found = await Deadline.objects().where(Deadline.edition == edition.id).order_by(Deadline.at)
    return sorted(found, key=lambda one: (one.section is not None, one.section or "", one.at))


def line_of(
    edition: Edition, deadlines: Iterable[Deadline], section: str | None
) -> list[DeadlineStop]:
    """The deadlines that a section goes by, the first to come first: its own, or else the edition's."""
    known = list(deadlines)
    own = [one for one in known if section is not None and one.section == section]
    stops = own or [one for one in known if one.section is None]
    return sorted(
        (DeadlineStop(one.kind, one.at, one.fee_cents) for one in stops), key=lambda stop: stop.at
    ) or [DeadlineStop(DeadlineKind.REGULAR, edition.deadline_at, 0)]


def stop_at(moment: datetime, line: list[DeadlineStop]) -> DeadlineStop:
    """Under which of its deadlines an entry stands at this moment; beyond them all, the last."""
    return next((stop for stop in line if moment < closes(stop.at)), line[-1])


async def line_for(edition: Edition, section: str | None) -> list[DeadlineStop]:
    return line_of(edition, await deadlines_of(edition), section)


async def closing_of(edition: Edition, section: str | None) -> datetime:
    """The last deadline of a section; of the edition, where none is chosen yet."""
    return (await line_for(edition, section))[-1].at


async def last_closing(edition: Edition) -> datetime:
    """Until when anything at all is taken: the last deadline of any open section."""
    known = await deadlines_of(edition)
    sections = await Section.objects().where(
        (Section.edition == edition.id) & Section.is_open.eq(True)
    )
    lines = [line_of(edition, known, section.id) for section in sections]
    return max((line[-1].at for line in lines), default=edition.deadline_at)


# What operators set


async def add_deadline(edition: Edition, form: DeadlineForm, *, by: Person) -> str:
    """A deadline more; `Refused` where there is one of its kind, or where their order would be lost."""
    section = await section_called(edition, form.section)
    async with transaction(), closings_told(edition):
        await hold(edition)
        row = Deadline(
            edition=edition.id,
            section=section,
            kind=form.kind.value,
            at=form.at,
            fee_cents=form.fee_cents,
        )
        check([*await its_line(edition, section), row], changed=form.at)
        added = await desk.add(row, act="deadline_added", by=by)
        await tell_edition(edition, section)
    return added


async def change_deadline(
    edition: Edition, deadline_id: str, change: DeadlineChange, *, by: Person
) -> int:
    """Another moment, another fee: whoever was in time when they began stays so. Returns the version."""
    async with transaction(), closings_told(edition):
        await hold(edition)
        row = await desk.one_of(Deadline, deadline_id, edition=edition, missing="deadline_missing")
        section = row.section
        others = [one for one in await its_line(edition, section) if one.id != row.id]
        moved = DeadlineStop(row.kind, change.at, change.fee_cents)
        check([*others, moved], changed=change.at)
        version = await desk.amend(
            row,
            {"at": change.at, "fee_cents": change.fee_cents},
            version=change.version,
            act="deadline_changed",
            by=by,
        )
        await tell_edition(edition, section)
    return version


async def remove_deadline(edition: Edition, deadline_id: str, *, version: int, by: Person) -> None:
    """Take it away; those that are left, or the edition's own, hold from now on."""
    async with transaction(), closings_told(edition):
        await hold(edition)
        row = await desk.one_of(Deadline, deadline_id, edition=edition, missing="deadline_missing")
        await desk.remove(row, version=version, act="deadline_removed", by=by)
        await tell_edition(edition, row.section)


async def change_terms(edition: Edition, terms: EntryTerms, *, by: Person) -> int:
    """The grace of uploads under way, and whether a fee is asked for before an entry is filed."""
    async with transaction():
        await hold(edition)
        return await desk.amend(
            edition,
            {"grace_hours": terms.grace_hours, "fee_before_filing": terms.fee_before_filing},
            version=terms.version,
            act="entry_terms_changed",
            by=by,
        )


async def move_closing(edition: Edition, at: datetime) -> None:
    """The edition's `deadline_at` is set: the last of its own deadlines, if it has some, is the same."""
    line = await its_line(edition, None)
    if not line or line[-1].at == at:
        return
    moved = DeadlineStop(line[-1].kind, at, line[-1].fee_cents)
    check([*line[:-1], moved], changed=at, field="deadline_at")
    await Deadline.update({"at": at, "version": line[-1].version + 1}).where(
        Deadline.id == line[-1].id
    )


@asynccontextmanager
async def closings_told(edition: Edition) -> AsyncIterator[None]:
    """Within an act: makers of drafts whose closing it moves, earlier or later, get a letter."""
    before = await closings(edition)
    yield
    after = await closings(edition)
    for section, closing in after.items():
        if closing != before.get(section, closing):
            await later("tell_of_closing", edition=str(edition.id), section=section)


async def closings(edition: Edition) -> dict[str, datetime]:
    """Section, or nothing for films without one yet → its last deadline."""
    known = await deadlines_of(edition)
    sections = await Section.select(Section.id).where(Section.edition == edition.id)
    return {
        one: line_of(edition, known, one or None)[-1].at
        for one in ("", *(row["id"] for row in sections))
    }


async def tell_edition(edition: Edition, section: str | None) -> None:
    """The last of the edition's own deadlines is what every other page calls its closing."""
    line = await its_line(edition, None)
    if section is None and line and line[-1].at != edition.deadline_at:
        await Edition.update({Edition.deadline_at: line[-1].at}).where(Edition.id == edition.id)
        edition.deadline_at = line[-1].at


async def its_line(edition: Edition, section: str | None) -> list[Deadline]:
    """The rows that one section, or the edition itself, has of its own."""
    known = await deadlines_of(edition)
    return [one for one in known if one.section == section]


def check(line: Iterable[Deadline | DeadlineStop], *, changed: datetime, field: str = "at") -> None:
    """One of each kind, and early before regular before late."""
    if changed.tzinfo is None:
        raise Refused(f"{field}:time_without_zone")
    stops = sorted(line, key=lambda one: list(DeadlineKind).index(DeadlineKind(one.kind)))
    kinds = [one.kind for one in stops]
    if len(set(kinds)) < len(kinds):
        raise Refused("kind:deadline_kind_taken")
    moments = [one.at for one in stops]
    if any(later <= sooner for sooner, later in pairwise(moments)):
        raise Refused(f"{field}:deadline_out_of_order")


async def section_called(edition: Edition, letter: str) -> str | None:
    """The id of the section with this letter; none for the edition itself."""
    if not letter:
        return None
    known = await Section.objects().where(Section.edition == edition.id).order_by(Section.position)
    ids: Mapping[str, str] = {section.letter: section.id for section in known}
    if letter not in ids:
        raise Refused("section:section_unknown", letters=letter, known=", ".join(ids))
    return ids[letter]


async def hold(edition: Edition) -> None:
    """Whoever files meanwhile does so wholly under the old deadlines, or wholly under the new ones."""
    await rows("SELECT id FROM edition WHERE id = {} FOR NO KEY UPDATE", edition.id)


async def stand_still(edition: Edition) -> Edition:
    """The edition as it is now, and its terms do not change before this act ends."""
    await rows("SELECT id FROM edition WHERE id = {} FOR SHARE", edition.id)
    standing = await Edition.objects().get(Edition.id == edition.id)
    return edition if standing is None else standing

"""Who is on stage: guests and moderators, as programmers keep them and as makers announce them.

What makers say holds by itself until somebody takes it over; from then on the guest is the
programmers' own, and what the makers change is shown beside it.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from festival import desk, texts
from festival.db import made_once, rows, transaction
from festival.desk import RowChanges
from festival.errors import Missing, Refused
from festival.language import is_visible
from festival.shapes import Id, VersionNumber
from festival.tables import Edition, Person
from screenings.stays import Stay, StayMinute, Window, stay_of, windows_of
from screenings.tables import Guest, Programme
from submissions.visitors import UNSAID, AnnouncedVisitor, SpokenOnStage, visitors_in

MISSING = "guest_missing"


class GuestForm(msgspec.Struct, frozen=True, kw_only=True):
    """`windows`: [from, to] in minutes after the first day's midnight; none means always there."""

    name: Annotated[str, Meta(min_length=1, max_length=160)]
    kind: Literal["guest", "moderator"] = "guest"
    qualities: texts.ShortTexts = {}
    windows: Annotated[list[tuple[StayMinute, StayMinute]], Meta(max_length=30)] = []
    programmes: Annotated[list[Id], Meta(max_length=60)] = []
    step_free: bool = False
    languages: SpokenOnStage = []
    joins_debate: bool = True


class GuestChange(GuestForm, frozen=True, kw_only=True):
    """All of it, and the version that its editor saw."""

    version: VersionNumber


class TakenVisitor(msgspec.Struct, frozen=True, kw_only=True):
    """`into` names the guest that this visitor is; nobody yet makes a new one."""

    into: Id = ""


def windows_in(guest: Guest) -> list[Window]:
    return msgspec.convert(guest.windows, list[Window])


def languages_in(guest: Guest) -> list[str]:
    return msgspec.convert(guest.languages, list[str])


def said_in(guest: Guest) -> dict[str, dict[str, Any]]:
    """By the visitor: what was taken over."""
    return msgspec.convert(guest.said, dict[str, dict[str, Any]])


async def guest_in(edition: Edition, guest_id: str) -> Guest:
    return await desk.one_of(Guest, guest_id, edition=edition, missing=MISSING)


@made_once
async def kept_guests(edition: Edition) -> list[Guest]:
    """Those whom programmers keep; the public reads of nobody else."""
    return await Guest.objects().where(Guest.edition == edition.id).order_by(Guest.name, Guest.id)


@made_once
async def guests_holding(edition: Edition) -> list[Guest]:
    """Everybody whom the planner reckons with: whoever is kept, and whoever is announced only."""
    kept = await kept_guests(edition)
    known = {visitor for guest in kept for visitor in said_in(guest)}
    return [*kept, *(await announced_only(edition, known))]


async def announced_only(edition: Edition, known: set[str]) -> list[Guest]:
    """A guest for each visitor that nobody has taken over, by the visitor's id; never saved."""
    shown_in = await programmes_by_film(edition)
    return [
        Guest(
            id=visitor.id,
            edition=edition.id,
            name=visitor.name,
            qualities=visitor.qualities,
            windows=windows_of(Stay(arrives=visitor.arrives, leaves=visitor.leaves)),
            programmes=shown_in.get(visitor.submission, []),
            step_free=visitor.step_free,
            languages=visitor.languages,
            joins_debate=visitor.joins_debate,
            said={},
        )
        for visitor in await visitors_in(edition)
        if visitor.id not in known
    ]


async def programmes_by_film(edition: Edition) -> dict[str, list[str]]:
    """By the submission: the programmes that show it."""
    selected = await rows(
        """SELECT q.submission, jsonb_agg(q.programme ORDER BY q.programme) AS programmes
           FROM programme_film q JOIN programme p ON p.id = q.programme
           WHERE p.edition = {} GROUP BY q.submission""",
        edition.id,
    )
    return {row["submission"]: row["programmes"] for row in selected}


# What programmers do


async def add_guest(edition: Edition, form: GuestForm, *, by: Person) -> Guest:
    guest = Guest(edition=edition.id, said={}, **await columns_of(edition, form))
    await desk.add(guest, act="guest_added", by=by)
    return guest


async def change_guest(edition: Edition, guest_id: str, change: GuestChange, *, by: Person) -> int:
    given = await columns_of(edition, change)
    guest = await guest_in(edition, guest_id)
    return await desk.amend(guest, given, version=change.version, act="guest_changed", by=by)


async def remove_guest(edition: Edition, guest_id: str, *, version: int, by: Person) -> None:
    """Whoever was announced by makers is announced only from then on."""
    guest = await guest_in(edition, guest_id)
    await desk.remove(guest, version=version, act="guest_removed", by=by)


async def columns_of(edition: Edition, form: GuestForm) -> dict[str, Any]:
    if not is_visible(form.name):
        raise Refused("name:field_missing")
    if any(start >= end for start, end in form.windows):
        raise Refused("windows:hours_backwards")
    await check_programmes(edition, form.programmes)
    return {
        "name": form.name.strip(),
        "kind": form.kind,
        "qualities": texts.settled("qualities", form.qualities),
        "windows": [list(window) for window in form.windows],
        "programmes": list(dict.fromkeys(form.programmes)),
        "step_free": form.step_free,
        "languages": form.languages,
        "joins_debate": form.joins_debate,
    }


async def check_programmes(edition: Edition, programmes: list[str]) -> None:
    known = await Programme.count().where(
        (Programme.edition == edition.id) & Programme.id.is_in(programmes or [""])
    )
    if known != len(set(programmes)):
        raise Missing("programme_missing")


# What makers said


async def take_over(edition: Edition, visitor_id: str, *, by: Person, into: str = "") -> str:
    """What the makers say of a visitor holds, from now on as the programmers' own.

    It makes a guest, or goes into one that is there; who was taken over before is as their makers
    say now, but for the hours in between that programmers have ruled out. Returns the guest's id.
    """
    async with transaction():
        await desk.hold_edition(edition.id)
        visitor = await visitor_in(edition, visitor_id)
        shown_in = (await programmes_by_film(edition)).get(visitor.submission, [])
        known = await guest_of_visitor(edition, visitor_id)
        if known is None and not into:
            return await desk.add(
                Guest(
                    edition=edition.id,
                    programmes=shown_in,
                    said={visitor_id: visitor.said},
                    **as_said(visitor, []),
                ),
                act="guest_added",
                by=by,
            )
        guest = known or await guest_in(edition, into)
        given = as_said(visitor, windows_in(guest)) if known else beside(visitor, guest)
        given["programmes"] = list(dict.fromkeys([*guest.programmes, *shown_in]))
        given["said"] = {**said_in(guest), visitor_id: visitor.said}
        await desk.amend(guest, given, version=guest.version, act="guest_changed", by=by)
        return str(guest.id)


def as_said(visitor: AnnouncedVisitor, windows: list[Window]) -> dict[str, Any]:
    """The columns of a guest who is as their makers say; what was ruled out in between stays so."""
    travel = Stay(arrives=visitor.arrives, leaves=visitor.leaves)
    ruled_out = msgspec.structs.replace(travel, gaps=stay_of(windows).gaps)
    return {
        "name": visitor.name,
        "qualities": visitor.qualities,
        "windows": [list(window) for window in windows_of(ruled_out) or windows_of(travel)],
        "step_free": visitor.step_free,
        "languages": visitor.languages,
        "joins_debate": visitor.joins_debate,
    }


def beside(visitor: AnnouncedVisitor, guest: Guest) -> dict[str, Any]:
    """What somebody who is known already brings from another film: hours where there were none."""
    said = as_said(visitor, [])
    return {
        "windows": windows_in(guest) or said["windows"],
        "step_free": guest.step_free or visitor.step_free,
        "languages": list(dict.fromkeys([*languages_in(guest), *visitor.languages])),
    }


async def leave_as_is(edition: Edition, visitor_id: str, *, by: Person) -> str:
    """What the makers say now was read, and the guest stays as they are."""
    async with transaction():
        await desk.hold_edition(edition.id)
        visitor = await visitor_in(edition, visitor_id)
        guest = await guest_of_visitor(edition, visitor_id)
        if guest is None:
            raise Missing(MISSING)
        given = {"said": {**said_in(guest), visitor_id: visitor.said}}
        await desk.amend(guest, given, version=guest.version, act="guest_changed", by=by)
        return str(guest.id)


async def visitor_in(edition: Edition, visitor_id: str) -> AnnouncedVisitor:
    for visitor in await visitors_in(edition):
        if visitor.id == visitor_id:
            return visitor
    raise Missing("visitor_missing")


async def guest_of_visitor(edition: Edition, visitor_id: str) -> Guest | None:
    found = await rows(
        "SELECT id FROM guest WHERE edition = {} AND said ? {}", edition.id, visitor_id
    )
    return await guest_in(edition, found[0]["id"]) if found else None


def differences(guest: Guest, visitors: dict[str, AnnouncedVisitor]) -> dict[str, RowChanges]:
    """By the visitor: what its makers have changed since it was taken over; nothing left means that
    they announce nobody any more.
    """
    told = {}
    for visitor_id, was in said_in(guest).items():
        visitor = visitors.get(visitor_id)
        changes = desk.changed(UNSAID | was, visitor.said) if visitor else {}
        if visitor is None or changes:
            told[visitor_id] = changes
    return told


# Taking back


async def undo_change(edition: Edition, guest_id: str, line: int, *, by: Person) -> int:
    """The last change of a guest goes back."""
    async with transaction():
        guest = await guest_in(edition, guest_id)
        was = await desk.before(guest, line)
        return await desk.amend(guest, was, version=guest.version, act="guest_changed", by=by)


async def bring_back(edition: Edition, line: int, *, by: Person) -> str:
    """Somebody who was taken away is there again."""
    async with transaction():
        gone = await desk.gone(edition, line, act="guest_removed")
        guest = await desk.bring_back(Guest, gone, edition=edition, act="guest_added", by=by)
        return str(guest.id)

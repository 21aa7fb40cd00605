"""Founding an edition, setting its rules, moving it on, and giving it the front page: an act each."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
import msgspec
from msgspec import UNSET, Meta, UnsetType

from festival import desk, people, texts
from festival.clock import at, closes, now
from festival.db import later, rows, transaction
from festival.deadlines import closings_told, move_closing
from festival.errors import Missing, Refused
from festival.jobs import verb_at
from festival.language import OFFICIAL, is_visible
from festival.record import record
from festival.shapes import VersionNumber
from festival.tables import Edition, Person, Phase, Role, Section

SECTIONS: dict[str, texts.Texts] = {
    "C": {"fr": "Compétition", "en": "Competition"},
    "D": {"fr": "Documentaire", "en": "Documentary"},
    "S": {"fr": "Courts", "en": "Shorts"},
    "P": {"fr": "Patrimoine", "en": "Heritage"},
    "I": {"fr": "Immersif", "en": "Immersive"},
    "E": {"fr": "Événement", "en": "Event"},
}
HUES = {"C": 265, "D": 160, "S": 50, "P": 320, "I": 205, "E": 75}
SHORT_MOST_S = 59 * 60
USUAL_PLACE = "Cannes, Palais des Festivals"
USUAL_QUESTIONS = "submissions.questions:usual"
"""By its place, as a job's verb is: it lies in a package above."""
ENTRIES_CLOSE_DAYS = 90  # before the first day, where nobody has said otherwise
TAKEN_ADDRESSES = frozenset({"founding"})  # pages of the house that stand beside the editions

Slug = Annotated[str, Meta(min_length=1, max_length=32)]
ADDRESS = re.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?")
EditionName = Annotated[str, Meta(min_length=1, max_length=120)]
DayCount = Annotated[int, Meta(ge=1, le=15)]
Zone = Annotated[str, Meta(max_length=40)]


class NewEdition(msgspec.Struct, frozen=True, kw_only=True):
    """What an edition is founded with; the rest is set on its own page."""

    slug: Slug
    name: EditionName
    first_day: date
    days: DayCount = 3
    places: texts.ShortTexts = {}
    zone: Zone = "Europe/Paris"


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may change; a missing field stays as it is.

    `version` is the edition's as whoever changes it has read it; without one nothing is compared.
    """

    version: VersionNumber | None = None
    name: EditionName | None = None
    first_day: date | None = None
    days: DayCount | None = None
    deadline_at: datetime | None = None
    opens_at: datetime | UnsetType | None = UNSET
    places: texts.ShortTexts | None = None
    zone: Zone | None = None
    phase: Phase | None = None
    policy: Annotated[str, Meta(pattern="^[a-z]{1,32}$")] | None = None
    measured_runtime: bool | None = None
    two_person_release: bool | None = None
    coverage: Annotated[float, Meta(ge=0, le=1)] | None = None
    has_marks: bool | None = None
    burns_mark: bool | None = None


async def edition_called(slug: str) -> Edition | None:
    return await Edition.objects().get(Edition.slug == slug)


async def current_edition() -> Edition | None:
    """The one that the front page shows; none before somebody has chosen it."""
    return await Edition.objects().get(Edition.is_current.eq(True))


async def newest_edition() -> Edition | None:
    return await Edition.objects().order_by(Edition.created_at, ascending=False).first()


async def operated_by(person_id: str) -> list[Edition]:
    """The editions that somebody may operate, the latest festival first."""
    held = await rows(
        "SELECT edition FROM role WHERE person = {} AND part = {}", person_id, Role.OPERATOR.value
    )
    return (
        await Edition.objects()
        .where(Edition.id.is_in([row["edition"] for row in held] or [""]))
        .order_by(Edition.first_day, ascending=False)
    )


# Founding


async def found(
    new: NewEdition, *, by: Person | None, sections: bool = True, questions: bool = True
) -> Edition:
    """An edition in preparation; its founder is its first operator. It never takes the front page.

    With `sections` it has the festival's usual ones, with `questions` what is usually asked of makers.
    """
    checked(new)
    try:
        async with transaction():
            edition = Edition(
                slug=new.slug,
                name=new.name.strip(),
                phase=Phase.PREPARING,
                first_day=new.first_day,
                days=new.days,
                deadline_at=at(new.first_day - timedelta(days=ENTRIES_CLOSE_DAYS), 24 * 60),
                places=texts.settled("places", new.places),
                zone=new.zone,
            )
            await edition.save()
            await record(
                "edition_founded", edition.id, by=by, edition=edition.id, slug=edition.slug
            )
            if by is not None:
                await people.grant(by, Role.OPERATOR, edition=edition, by=by)
            if sections:
                await usual_sections(edition)
            if questions:
                await verb_at(USUAL_QUESTIONS)(edition)
    except asyncpg.UniqueViolationError:
        raise Refused("slug:slug_taken", slug=new.slug) from None
    return edition


def checked(new: NewEdition) -> None:
    """`Refused` with all that would keep this edition from being founded, but a taken address."""
    wrong = []
    if not ADDRESS.fullmatch(new.slug):
        wrong.append("slug:slug_invalid")
    if new.slug in TAKEN_ADDRESSES:
        wrong.append("slug:slug_taken")
    if not is_visible(new.name):
        wrong.append("name:field_missing")
    if not is_zone(new.zone):
        wrong.append("zone:zone_unknown")
    if wrong:
        raise Refused(*wrong, slug=new.slug)


def is_zone(name: str) -> bool:
    """Whether clocks know it: `Europe/Paris`."""
    try:
        return ("/" in name or name == "UTC") and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


async def usual_sections(edition: Edition) -> None:
    for position, (letter, names) in enumerate(SECTIONS.items()):
        most = SHORT_MOST_S if letter == "S" else 6 * 3600
        await Section(
            edition=edition.id,
            letter=letter,
            hue=HUES[letter],
            names=names,
            position=position,
            most_seconds=most,
        ).save()


async def found_called(slug: str) -> Edition:
    """The edition of this address, founded as the festival usually is when there is none."""
    known = await edition_called(slug)
    if known is not None:
        return known
    return await found(
        NewEdition(
            slug=slug,
            name=f"Cinéma for Space {slug}",
            first_day=now().date() + timedelta(days=180),
            places=dict.fromkeys(OFFICIAL, USUAL_PLACE),
        ),
        by=None,
    )


# Rules and phases


async def change(edition: Edition, rules: Rules, *, by: Person) -> None:
    """Set what is given, if it still stands as whoever changes it has read it; a phase moves on."""
    given = given_of(edition, rules)
    async with transaction(), closings_told(edition):
        was = edition.measured_runtime
        if rules.deadline_at is not None:
            await move_closing(edition, rules.deadline_at)
        if given:
            version = edition.version if rules.version is None else rules.version
            await desk.amend(edition, given, version=version, act="edition_changed", by=by)
        if edition.measured_runtime != was:
            await later("tell_of_lengths", edition=str(edition.id))
        if given.get("has_marks"):
            await later("mark_copies", edition=str(edition.id))
        if rules.phase is not None:
            await move_on(edition, rules.phase, by=by)


def given_of(edition: Edition, rules: Rules) -> dict[str, Any]:
    """The columns that these rules name, put in order; `Refused` with all that cannot be."""
    given: dict[str, Any] = {
        name: value
        for name in rules.__struct_fields__
        if name not in {"version", "phase"}
        and (value := getattr(rules, name)) is not UNSET
        and (value is not None or name == "opens_at")
    }
    wrong = [
        f"{name}:time_without_zone"
        for name in ("deadline_at", "opens_at")
        if given.get(name) is not None and given[name].tzinfo is None
    ]
    if rules.name is not None and not is_visible(rules.name):
        wrong.append("name:field_missing")
    if rules.zone is not None and not is_zone(rules.zone):
        wrong.append("zone:zone_unknown")
    if rules.zone not in {None, edition.zone} and edition.phase != Phase.PREPARING:
        wrong.append("zone:zone_late")
    if wrong:
        raise Refused(*wrong)
    if rules.places is not None:
        given["places"] = texts.settled("places", rules.places)
    if rules.name is not None:
        given["name"] = rules.name.strip()
    return given


async def move_on(edition: Edition, to: Phase, *, by: Person) -> None:
    """The edition takes a later phase; where it stands there already, nothing happens.

    Nothing can be entered before somebody has opened it for entries, and that asks for what
    entries need.
    """
    async with transaction():
        here = await phase_held(edition)
        if Phase.ARCHIVED in (here, to) and here is not to:
            raise Refused("phase:phase_archived")
        order = list(Phase)
        if order.index(to) < order.index(here):
            raise Refused("phase:phase_backwards")
        if to is here:
            return
        if here is Phase.PREPARING:
            await be_ready(await again(edition))
        await Edition.update({Edition.phase: to}).where(Edition.id == edition.id)
        await record(
            "phase_moved",
            edition.id,
            by=by,
            edition=edition.id,
            changes={"phase": [here.value, to.value]},
        )
    edition.phase = to


async def be_ready(edition: Edition) -> None:
    """`Refused` with all that entries still need."""
    if lacks := await lacking(edition):
        raise Refused(*lacks)


async def phase_held(edition: Edition) -> Phase:
    """Where it stands; whoever else moves it waits for the end of this act."""
    held = await rows("SELECT phase FROM edition WHERE id = {} FOR UPDATE", edition.id)
    if not held:
        raise Missing("edition_missing")
    return Phase(held[0]["phase"])


async def again(edition: Edition) -> Edition:
    """As it stands now."""
    found = await Edition.objects().get(Edition.id == edition.id)
    if found is None:
        raise Missing("edition_missing")
    return found


async def lacking(edition: Edition) -> list[str]:
    """Every code that keeps an edition from opening for entries."""
    lacks = []
    if not await Section.exists().where(Section.edition == edition.id):
        lacks.append("sections_none")
    if closes(edition.deadline_at) <= now():
        lacks.append("deadline_behind")
    if edition.deadline_at >= at(edition.first_day, 0):
        lacks.append("deadline_after_festival")
    return lacks


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do before entries open: `place` is the page where it is done; without the ones
    that `must` be done they do not open.
    """

    what: str
    place: str
    is_done: bool
    must: bool = False


async def checklist(edition: Edition) -> list[Check]:
    """What an edition wants before somebody opens it for entries, in the order of setting it up."""
    lacks = await lacking(edition)
    parts = await parts_held(edition)
    written = {
        row["kind"]
        for row in await rows(
            """SELECT kind FROM site_text WHERE edition = {} AND texts <> jsonb_build_object()""",
            edition.id,
        )
    }
    places = texts.texts_of(edition.places)
    return [
        Check(
            what="dates",
            place="/operator/edition#f-deadline_at",
            is_done=not {"deadline_behind", "deadline_after_festival"} & set(lacks),
            must=True,
        ),
        Check(
            what="sections",
            place="/operator/sections",
            is_done="sections_none" not in lacks,
            must=True,
        ),
        Check(
            what="places",
            place=f"/operator/edition#f-{texts.field_of('places', OFFICIAL[0])}",
            is_done=all(places.get(one) for one in OFFICIAL),
        ),
        Check(what="policy", place="/operator/policy", is_done=bool(edition.policy)),
        Check(
            what="committee",
            place="/operator/people",
            is_done=bool(parts.get(Role.REVIEWER) or parts.get(Role.CHAIR)),
        ),
        Check(
            what="release",
            place="/operator/people",
            is_done=not edition.two_person_release or parts.get(Role.CHAIR, 0) > 1,
        ),
        Check(
            what="legal",
            place="/operator/site",
            is_done={"legal", "privacy", "contact"} <= written,
        ),
    ]


async def parts_held(edition: Edition) -> dict[str, int]:
    """Part → how many hold it."""
    held = await rows(
        "SELECT part, count(*) AS n FROM role WHERE edition = {} GROUP BY part", edition.id
    )
    return {row["part"]: row["n"] for row in held}


# The front page


async def take_front_page(edition: Edition, *, by: Person) -> None:
    """The front page shows this edition from now on, and no other; done once, it stays done."""
    async with transaction():
        await rows("SELECT id FROM edition ORDER BY id FOR UPDATE")
        before = await current_edition()
        if before is not None and before.id == edition.id:
            return
        if before is not None:
            await Edition.update({Edition.is_current: False}).where(Edition.id == before.id)
            await record("front_page_left", before.id, by=by, edition=before.id, to=edition.slug)
        await Edition.update({Edition.is_current: True}).where(Edition.id == edition.id)
        await record(
            "front_page_taken",
            edition.id,
            by=by,
            edition=edition.id,
            changes={"front": ["" if before is None else before.slug, edition.slug]},
        )
    edition.is_current = True

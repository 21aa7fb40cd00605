"""Founding an edition and setting its rules."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from piccolo.columns import Column

from festival import texts
from festival.clock import at, now
from festival.db import later, rows, transaction
from festival.deadlines import move_closing
from festival.errors import Refused
from festival.language import OFFICIAL
from festival.record import record
from festival.tables import Edition, Person, Phase, Section

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


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may change; a missing field stays as it is."""

    name: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    first_day: date | None = None
    days: Annotated[int, Meta(ge=1, le=15)] | None = None
    deadline_at: datetime | None = None
    places: texts.ShortTexts | None = None
    phase: Phase | None = None
    policy: Annotated[str, Meta(pattern="^[a-z]{1,32}$")] | None = None
    measured_runtime: bool | None = None
    two_person_release: bool | None = None
    coverage: Annotated[float, Meta(ge=0, le=1)] | None = None
    is_current: Literal[True] | None = None  # the front page shows this one, and no other


async def edition_called(slug: str) -> Edition | None:
    return await Edition.objects().get(Edition.slug == slug)


async def current_edition() -> Edition | None:
    """The one that the front page shows; the newest, where several say so."""
    return (
        await Edition.objects()
        .where(Edition.is_current.eq(True))
        .order_by(Edition.created_at, ascending=False)
        .first()
    )


async def found(slug: str) -> Edition:
    """The edition of this slug, made with the festival's own rules when there is none.

    The first one takes the front page; a later one only when it is told to (`is_current`).
    """
    known = await edition_called(slug)
    if known is not None:
        return known
    first = now().date() + timedelta(days=180)
    async with transaction():
        edition = Edition(
            slug=slug,
            name=f"Cinéma for Space {slug}",
            first_day=first,
            deadline_at=at(first - timedelta(days=90), 24 * 60),
            places=dict.fromkeys(OFFICIAL, "Cannes, Palais des Festivals"),
            is_current=not await Edition.exists().where(Edition.is_current.eq(True)),
        )
        await edition.save()
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
        await record("edition_founded", edition.id, edition=edition.id)
    return edition


async def change(edition: Edition, rules: Rules, *, by: Person) -> None:
    """Set what is given; a phase only moves forward."""
    given: dict[Column | str, Any] = {
        name: value for name in rules.__struct_fields__
        if (value := getattr(rules, name)) is not None
    }  # fmt: skip
    order = list(Phase)
    if rules.phase is not None and order.index(rules.phase) < order.index(Phase(edition.phase)):
        raise Refused("phase:phase_backwards")
    if rules.deadline_at is not None and rules.deadline_at.tzinfo is None:
        raise Refused("deadline_at:time_without_zone")
    if rules.places is not None:
        given["places"] = texts.settled("places", rules.places)
    if not given:
        return
    async with transaction():
        if rules.is_current:
            await rows(
                "UPDATE edition SET is_current = false WHERE id <> {} RETURNING id", edition.id
            )
        if rules.deadline_at is not None:
            await move_closing(edition, rules.deadline_at)
        await Edition.update(given).where(Edition.id == edition.id)
        await record(
            "edition_changed",
            edition.id,
            by=by,
            edition=edition.id,
            changed=sorted(map(str, given)),
        )
        if rules.measured_runtime not in {None, edition.measured_runtime}:
            await later("tell_of_lengths", edition=str(edition.id))
    for name, value in given.items():
        setattr(edition, str(name), value)

"""How many films, or minutes of them, the chair wants of each section: a wish that the board counts against."""

from typing import Annotated

import msgspec
from msgspec import Meta

from festival import desk
from festival.access import Viewer
from festival.db import transaction
from festival.errors import Conflict, Missing
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, Role, Section
from reviews.tables import SectionQuota

MOST_FILMS, MOST_MINUTES = 3000, 60_000


class QuotaForm(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing in both fields is no wish. `version`: 0 where there is none yet."""

    films: Annotated[int, Meta(ge=1, le=MOST_FILMS)] | None = None
    minutes: Annotated[int, Meta(ge=1, le=MOST_MINUTES)] | None = None
    version: SeenVersion = 0


async def quotas_of(edition: str) -> dict[str, SectionQuota]:
    """By the id of the section."""
    kept = await SectionQuota.objects().where(SectionQuota.edition == edition)
    return {str(one.section): one for one in kept}


def chairs_section(viewer: Viewer, section: str) -> bool:
    own = viewer.sections.get(Role.CHAIR)
    return viewer.has(Role.CHAIR) and (not own or section in own)


async def set_quota(
    letter: str, given: QuotaForm, *, edition: Edition, viewer: Viewer, by: Person
) -> int:
    """Returns the version that stands."""
    section = await Section.objects().get(
        (Section.edition == edition.id) & (Section.letter == letter)
    )
    if section is None or not chairs_section(viewer, section.id):
        raise Missing("section_missing")
    async with transaction():
        await desk.hold_edition(edition.id)
        row = await SectionQuota.objects().get(SectionQuota.section == section.id)
        if row is None:
            if given.version:
                raise Conflict("gone_meanwhile")
            row = SectionQuota(
                edition=edition.id, section=section.id, films=given.films, minutes=given.minutes
            )
            await desk.add(row, act="quota_set", by=by)
            return 1
        wishes = {"films": given.films, "minutes": given.minutes}
        return await desk.amend(row, wishes, version=given.version, act="quota_set", by=by)

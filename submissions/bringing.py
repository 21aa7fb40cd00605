"""One material brought for several films at once, as a distributor has it for their whole slate: each film in an
act of its own, so that one which cannot take it keeps no other from it.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from festival.access import Act, Viewer
from festival.db import rows, transaction
from festival.errors import Conflict, Missing, Refused
from festival.language import is_visible, size
from festival.tables import Edition, Person
from festival.texts import Texts
from media.storage import Store
from submissions import attachments, materials
from submissions.attachments import MOST_MATERIAL_BYTES
from submissions.catalogue import DoneForSeveral, OwnSeen, with_each
from submissions.lists import own
from submissions.materials import IN_SECTION, PACKAGE, TEXT

MOST_TOGETHER = 10 * MOST_MATERIAL_BYTES
"""Of a file, for all the films that get it."""
GLANCE = 160  # signs of a text that stands already


class MaterialTaker(msgspec.Struct, frozen=True, kw_only=True):
    """An accepted film of which a material is wanted. `version` is that of its text, of files how many there are."""

    id: str
    title: str
    titles: Texts
    section_letter: str
    version: int
    text: str
    is_full: bool

    @property
    def seen(self) -> str:
        return f"{self.id}.{self.version}"


class SharedMaterial(msgspec.Struct, frozen=True, kw_only=True):
    """A material that is wanted of this many of one's films, and of how many it is still missing."""

    id: str
    labels: Texts
    helps: Texts
    accepts: str
    most: int
    is_required: bool
    due_at: datetime | None
    films: int
    missing: int


# a package is a copy of one film, and comes by the door of uploads
_MINE = f"""FROM member k JOIN submission s ON s.id = k.submission AND s.status = 'accepted'
  JOIN film f ON f.id = s.film LEFT JOIN section x ON x.id = s.section
  JOIN material m ON m.edition = s.edition AND m.closed_at IS NULL AND {IN_SECTION}
    AND m.accepts <> '{PACKAGE}'
  CROSS JOIN LATERAL (
    SELECT count(*)::int AS n, coalesce(max(v.version), 0) AS version, coalesce(max(v.text), '') AS text
    FROM delivery v WHERE v.material = m.id AND v.submission = s.id) d
  WHERE k.person = {{}} AND k.entry_right <> 'see' AND s.edition = {{}}"""


async def wanted_of_mine(viewer: Viewer, edition: Edition) -> list[SharedMaterial]:
    """What is wanted of films that the viewer may change, in the order of the checklist."""
    found = await rows(
        f"""SELECT m.id, m.labels, m.helps, m.accepts, m.most, m.is_required, m.due_at, count(*)::int AS films,
              count(*) FILTER (WHERE d.n = 0)::int AS missing {_MINE}
            GROUP BY m.id ORDER BY m.position, m.id""",
        viewer.id,
        edition.id,
    )
    return msgspec.convert(found, list[SharedMaterial])


async def takers(
    viewer: Viewer, edition: Edition, material_id: str
) -> tuple[SharedMaterial, list[MaterialTaker]]:
    """The material with each of these films, those without it first; `Missing` where it is wanted of none."""
    for material in await wanted_of_mine(viewer, edition):
        if material.id == material_id:
            break
    else:
        raise Missing("material_missing")
    found = await rows(
        f"""SELECT s.id, f.title, f.titles, coalesce(x.letter, '') AS section_letter, left(d.text, {GLANCE}) AS text,
              CASE WHEN m.accepts = '{TEXT}' THEN d.version ELSE d.n END AS version,
              m.accepts <> '{TEXT}' AND d.n >= m.most AS is_full {_MINE} AND m.id = {{}}
            ORDER BY d.n > 0, f.title, s.id""",
        viewer.id,
        edition.id,
        material_id,
    )
    return material, msgspec.convert(found, list[MaterialTaker])


async def bring_text_each(
    viewer: Viewer,
    edition: Edition,
    material_id: str,
    text: str,
    seen: Sequence[OwnSeen],
    *,
    by: Person,
) -> DoneForSeveral:
    """The same text for each of these films; a text that stands is replaced if it is still the one that was seen."""
    material, _ = await takers(viewer, edition, material_id)
    if material.accepts != TEXT:
        raise Refused("text:material_is_file")
    if not is_visible(text):
        raise Refused("text:material_empty")

    async def bring(entry: str, version: int) -> None:
        submission = await own(entry, viewer, edition, Act.EDIT_ENTRY)
        await materials.bring_text(submission, material_id, text, version=version, by=by)

    return await with_each(viewer, edition, seen, bring)


async def bring_file_each(
    viewer: Viewer,
    edition: Edition,
    material_id: str,
    raw: bytes,
    seen: Sequence[OwnSeen],
    *,
    name: str,
    by: Person,
    store: Store,
) -> DoneForSeveral:
    """The same file beside what each of these films has; one that is full is left, nothing is replaced."""
    material, _ = await takers(viewer, edition, material_id)
    if material.accepts == TEXT:
        raise Refused("file:material_is_text")
    try:
        attachments.checked(raw, material.accepts, most=MOST_MATERIAL_BYTES)
    except Refused as error:
        raise Refused(*(f"file:{code}" for code in error.codes), **error.values) from None
    if len(raw) * len(seen) > MOST_TOGETHER:
        raise Refused("file:bringing_heavy", most=lambda lang: size(lang, MOST_TOGETHER))

    async def bring(entry: str, known: int) -> None:
        async with transaction():
            submission = await own(entry, viewer, edition, Act.EDIT_ENTRY)
            standing, wanted = await materials.wanted_one(submission, material_id)
            if len(wanted.brought) >= wanted.most:
                raise Refused("material_full", n=wanted.most)
            if len(wanted.brought) != known:
                raise Conflict("material_meanwhile")
            await materials.bring_file(standing, material_id, raw, name=name, by=by, store=store)

    return await with_each(viewer, edition, seen, bring)

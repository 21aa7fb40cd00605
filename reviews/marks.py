"""Which variants of a marked copy one member of the committee is shown, and whose a leaked clip is."""

import secrets
from functools import lru_cache

import msgspec

from festival.db import rows
from festival.record import record
from festival.tables import new_id
from media.mark import codes
from media.mark.codes import Suspicion, ViewerCode
from media.mark.reading import LegibleMark


class ShownVariants(msgspec.Struct, frozen=True):
    """The variant of each segment that one viewer gets, and their size, as `1280x720`."""

    bits: ViewerCode
    size: str


async def is_wanted(edition_id: str) -> bool:
    selected = await rows("SELECT has_marks FROM edition WHERE id = {}", edition_id)
    return bool(selected and selected[0]["has_marks"])


async def shown_to(file_id: str, person_id: str) -> ShownVariants | None:
    """Drawn when the copy is opened first, and never changed; None as long as the copy has no variants."""
    found = await rows(
        """WITH copy AS (SELECT file, segments, width, height FROM marked_copy WHERE file = {}),
             made AS (INSERT INTO marked_viewer (id, file, person, key)
                      SELECT {}, file, {}, {} FROM copy
                      ON CONFLICT (file, person) DO NOTHING RETURNING key)
           SELECT c.segments, c.width, c.height, coalesce((SELECT key FROM made),
             (SELECT key FROM marked_viewer v WHERE v.file = c.file AND v.person = {})) AS key
           FROM copy c""",
        file_id, new_id(), person_id, secrets.token_hex(32), person_id,
    )  # fmt: skip
    if not found:
        return None
    copy = found[0]
    if copy["key"] is None:  # another window drew it in the same instant
        return await shown_to(file_id, person_id)
    return ShownVariants(drawn(copy["key"], copy["segments"]), f"{copy['width']}x{copy['height']}")


@lru_cache(maxsize=4096)
def drawn(key: str, segments: int) -> ViewerCode:
    return codes.bits(bytes.fromhex(key), segments)


class Viewed(msgspec.Struct, frozen=True):
    """One person who was shown a copy, and their code."""

    name: str
    email: str
    key: str


async def viewers_of(file_id: str) -> list[tuple[str, Viewed]]:
    """(person, who they are) of everybody who was shown variants of this copy."""
    found = await rows(
        """SELECT v.person, p.name, p.email, v.key FROM marked_viewer v JOIN person p ON p.id = v.person
           WHERE v.file = {} ORDER BY v.person""",
        file_id,
    )
    return [(row["person"], Viewed(row["name"], row["email"], row["key"])) for row in found]


async def traced(
    file_id: str, edition_id: str, clip: LegibleMark, segments: int
) -> list[Suspicion]:
    """Whose variants the clip is made of; asking stands in the record, with whoever was named."""
    beyond = clip.first + len(clip.bits)
    known = {
        person: codes.bits(bytes.fromhex(viewed.key), segments)[clip.first : beyond]
        for person, viewed in await viewers_of(file_id)
    }
    found = codes.suspects(clip.bits, known)
    named = [one.viewer for one in found if one.is_named]
    await record(
        "clip_traced", file_id, edition=edition_id, named=named,
        read=sum(bit is not None for bit in clip.bits), first=clip.first,
    )  # fmt: skip
    return found

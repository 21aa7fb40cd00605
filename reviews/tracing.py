"""Whose a leaked clip is: asked by `./run trace`, and by nothing at a door."""

import msgspec

from festival.db import rows
from festival.record import record
from media.mark import codes, variants
from media.mark.codes import Suspicion
from media.mark.reading import LegibleMark


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
        person: variants.bits(bytes.fromhex(viewed.key), segments)[clip.first : beyond]
        for person, viewed in await viewers_of(file_id)
    }
    found = codes.suspects(clip.bits, known)
    named = [one.viewer for one in found if one.is_named]
    await record(
        "clip_traced", file_id, edition=edition_id, named=named,
        read=sum(bit is not None for bit in clip.bits), first=clip.first,
    )  # fmt: skip
    return found

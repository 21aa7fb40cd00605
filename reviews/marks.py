"""Which variants of a marked copy one member of the committee is shown."""

import secrets
from functools import lru_cache

import msgspec

from festival.db import rows
from festival.tables import new_id
from media.mark import variants
from media.mark.variants import ViewerCode


class ShownVariants(msgspec.Struct, frozen=True):
    """The variant of each segment that one viewer gets, and their size, as `1280x720`."""

    bits: ViewerCode
    size: str


async def is_wanted(edition_id: str) -> bool:
    selected = await rows("SELECT has_marks FROM edition WHERE id = {}", edition_id)
    return bool(selected and selected[0]["has_marks"])


async def is_marked(file_id: str) -> bool:
    """Whether both variants of this copy are there."""
    return bool(await rows("SELECT file FROM marked_copy WHERE file = {}", file_id))


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
    return variants.bits(bytes.fromhex(key), segments)

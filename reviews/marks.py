"""Which variants of a marked copy one member of the committee is shown."""

import secrets
from functools import lru_cache
from typing import Any

import msgspec

from festival.db import rows
from festival.errors import Conflict
from festival.tables import new_id
from media.mark import variants
from media.mark.variants import ViewerCode


class ShownVariants(msgspec.Struct, frozen=True):
    """The variant of each segment that one viewer gets, and their size, as `1280x720`; neither, where nothing is marked
    but by the viewer's name. `is_signed`: the name is within the picture.
    """

    bits: ViewerCode = ()
    size: str = ""
    is_signed: bool = False


async def variants_for(edition_id: str, file_id: str, person_id: str) -> ShownVariants | None:
    """None where the edition marks no picture; `Conflict` until the copy is marked. Asked at every segment."""
    [copy] = await rows(
        """SELECT e.has_marks, e.burns_mark, c.segments, c.width, c.height, v.key FROM edition e
           LEFT JOIN marked_copy c ON c.file = {}
           LEFT JOIN marked_viewer v ON v.file = c.file AND v.person = {} WHERE e.id = {}""",
        file_id,
        person_id,
        edition_id,
    )
    if not copy["has_marks"]:
        return ShownVariants(is_signed=True) if copy["burns_mark"] else None
    shown = shown_of(copy) if copy["key"] else await shown_to(file_id, person_id)
    if shown is None:
        raise Conflict("copy_not_marked_yet")
    return msgspec.structs.replace(shown, is_signed=copy["burns_mark"])


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
    return shown_of(copy)


def shown_of(copy: dict[str, Any]) -> ShownVariants:
    return ShownVariants(drawn(copy["key"], copy["segments"]), f"{copy['width']}x{copy['height']}")


@lru_cache(maxsize=4096)
def drawn(key: str, segments: int) -> ViewerCode:
    return variants.bits(bytes.fromhex(key), segments)

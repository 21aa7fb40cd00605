"""What of the committee's work hangs on one person: told to an operator in numbers, never in words."""

from typing import Any

from festival.access import COMMITTEE, Viewer
from festival.db import rows
from festival.tables import Edition


async def loose_ends(person_id: str, edition: Edition, viewer: Viewer) -> dict[str, Any]:
    """`drafts`: sheets that were begun and never given; `announcements` drawn up and not released.

    Whoever sits in the committee reads no number of another's sheets.
    """
    found = await rows(
        """SELECT
             (SELECT count(*) FROM review r JOIN submission s ON s.id = r.submission
              WHERE r.person = {} AND s.edition = {} AND r.given_at IS NULL
                AND r.abstained_at IS NULL) AS drafts,
             (SELECT count(*) FROM announcement a WHERE a.asked_by = {} AND a.edition = {}
              AND a.released_at IS NULL AND a.cancelled_at IS NULL) AS announcements""",
        person_id,
        edition.id,
        person_id,
        edition.id,
    )
    ends = found[0]
    if viewer.has(*COMMITTEE):
        ends["drafts"] = None
    return ends

"""Which entries an operator may know of, and what of them: one rule for lists and for single acts.

A film is named once it is filed and its copy released, or where an import of the office has brought it; until then it
is its makers' own, and a line says only how it stands. Nobody reads of a film of their own, or of one that they have
stepped aside from; whose names are kept from whom says `submissions/veil.py`.
"""

from typing import Any

from festival.access import Viewer
from festival.db import rows
from festival.errors import Missing
from festival.tables import Edition
from submissions.amending import film_to_amend
from submissions.tables import Submission

NAMED = """(s.status NOT IN ('draft', 'withdrawn')
    AND EXISTS (SELECT 1 FROM film_file n WHERE n.submission = s.id AND n.state = 'released')
  OR s.status <> 'withdrawn' AND EXISTS (SELECT 1 FROM imported_entry i
    WHERE i.submission = s.id AND i.owner IS NULL))"""
REACHED = """s.edition = {} AND NOT s.id = ANY({})
  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.submission = s.id AND m.person = {})"""


def reached(viewer: Viewer, edition: Edition) -> tuple[Any, ...]:
    """The values of `REACHED`."""
    return edition.id, sorted(viewer.recused), viewer.id


async def named_film(edition: Edition, submission_id: str, viewer: Viewer) -> Submission:
    """An entry of which the office may read what it says; of no other is it told whether there is one."""
    submission = await film_to_amend(edition, submission_id, viewer)
    if not await rows(
        f"SELECT s.id FROM submission s WHERE s.id = {{}} AND {NAMED}", submission.id
    ):
        raise Missing("submission_missing")
    return submission

"""Everything that happened to one entry, in one line of time: acts of the record, and letters to its makers.

What the committee says and decides among itself is not there; a decision is, once it was announced.
"""

from datetime import datetime
from typing import Any

import msgspec

from festival.db import rows
from festival.kinds import OPEN
from festival.paging import nearest
from submissions.oversight import ABOUT_A_FILM_OF_THEIRS
from submissions.tables import Submission

PAGE = 40
GROUPS: dict[str, tuple[str, ...]] = {
    "file": ("upload%", "file%", "copy%", "subtitle%", "master%", "trailer%"),
    "entry": (
        "entry%",
        "submission_moved",
        "film_corrected",
        "answer%",
        "fee%",
        "code%",
        "import%",
    ),
    "fixes": ("fix%",),
    "notes": ("office_note%", "entry_tagged", "entry_untagged", "twin%"),
    "people": ("member%", "consent%", "visitor%"),
    "letters": (),
}
"""What can be looked for, by how acts begin; letters are no acts."""


class TimelineItem(msgspec.Struct, frozen=True, kw_only=True):
    """One act, or one letter (`letter` is its id then): `what` is the act, or the letter's kind."""

    at: datetime
    what: str
    letter: str
    who: str
    details: dict[str, Any]


class EntryTimeline(msgspec.Struct, frozen=True, kw_only=True):
    """A page, the newest first."""

    lines: list[TimelineItem]
    number: int
    last: int
    total: int


_ALL = """WITH its AS (
  SELECT r.at, r.id::text AS place, r.act AS what, '' AS letter, coalesce(nullif(p.name, ''), p.email, '') AS who,
    r.details
  FROM record r LEFT JOIN person p ON p.id = r.person
  WHERE r.edition = {} AND NOT r.act = ANY({}) AND {} AND r.subject = ANY(ARRAY(
    SELECT {}::varchar UNION ALL SELECT id FROM film_file WHERE submission = {}
    UNION ALL SELECT id FROM subtitle WHERE submission = {}
    UNION ALL SELECT brought FROM import_change WHERE submission = {}))
    AND ({} OR r.act LIKE ANY({}))
  UNION ALL
  SELECT l.created_at, l.id, l.kind, l.id, coalesce(nullif(p.name, ''), p.email), jsonb_build_object()
  FROM letter l JOIN person p ON p.id = l.person
  WHERE l.about = {} AND l.edition = {} AND l.kind = ANY({}) AND {})
"""


async def timeline_of(submission: Submission, *, group: str = "", number: int = 1) -> EntryTimeline:
    """The caller has asked whether its reader may know all of the entry (`submissions/office/reach.py`)."""
    asked = (
        submission.edition, ABOUT_A_FILM_OF_THEIRS, group != "letters", submission.id, submission.id,
        submission.id, submission.id, group not in GROUPS, list(GROUPS.get(group, ())), submission.id,
        submission.edition, sorted(OPEN), group in ("", "letters"),
    )  # fmt: skip
    counted = await rows(_ALL + "SELECT count(*)::int AS n FROM its", *asked)
    total = counted[0]["n"]
    number, last = nearest(number, total, of=PAGE)
    found = await rows(
        _ALL
        + f"""SELECT at, what, letter, who, details FROM its ORDER BY at DESC, place DESC
              LIMIT {PAGE} OFFSET {(number - 1) * PAGE}""",
        *asked,
    )
    return EntryTimeline(
        lines=msgspec.convert(found, list[TimelineItem]), number=number, last=last, total=total
    )

"""What a committee that must not know who made a film reads of it: its synopsis with the names covered that the house
knows, or, where that is not enough, one that somebody has written by hand who may read those names.
"""

import json
from collections.abc import Sequence
from datetime import datetime

import msgspec

from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Conflict, Missing
from festival.record import record
from festival.shapes import SeenVersion
from festival.tables import Edition, Person, new_id
from festival.texts import LongTexts, Texts, settled
from reviews.masking import covered
from submissions.amending import film_to_amend
from submissions.lists import section_of
from submissions.status import Status
from submissions.tables import Submission


class BlindSynopses(msgspec.Struct, frozen=True, kw_only=True):
    """The text for each language, and the version that was read (0: none was ever written). A language without
    one gets the covered synopsis again.
    """

    synopses: LongTexts = {}
    version: SeenVersion = 0


class BlindText(msgspec.Struct, frozen=True, kw_only=True):
    """Its makers' synopses, those with the known names covered, and what was written by hand."""

    own: Texts
    covered: Texts
    written: Texts
    version: int = 0
    by: str = ""
    changed_at: datetime | None = None


SYNOPSES = """
SELECT s.id, f.synopses, coalesce(b.synopses, jsonb_build_object()) AS written, coalesce(b.version, 0) AS version,
  b.changed_at, coalesce(nullif(w.name, ''), w.email, '') AS by, (SELECT coalesce(jsonb_agg(one.name), '[]') FROM (
    SELECT jsonb_array_elements_text(f.directors) AS name
    UNION SELECT c.name FROM credit c WHERE c.film = f.id
    UNION SELECT p.name FROM member m JOIN person p ON p.id = m.person WHERE m.submission = s.id
    UNION SELECT v.name FROM visitor v WHERE v.submission = s.id) one) AS names
FROM submission s JOIN film f ON f.id = s.film JOIN section x ON x.id = s.section
LEFT JOIN blind_synopsis b ON b.submission = s.id LEFT JOIN person w ON w.id = b.person
WHERE s.id = ANY({}) AND x.is_blind"""


async def blind_texts(submissions: Sequence[str]) -> dict[str, BlindText]:
    """Of those of these films that stand in a blind section."""
    if not submissions:
        return {}
    found = await rows(SYNOPSES, list(submissions))
    return {
        row["id"]: BlindText(
            own=row["synopses"],
            covered={lang: covered(text, row["names"]) for lang, text in row["synopses"].items()},
            written=row["written"],
            version=row["version"],
            by=row["by"],
            changed_at=row["changed_at"],
        )
        for row in found
    }


async def synopses_in_blind(submissions: Sequence[str]) -> dict[str, Texts]:
    """What a blind committee reads: by language what was written by hand, else what is covered."""
    return {
        id_: text.covered | text.written for id_, text in (await blind_texts(submissions)).items()
    }


async def blind_film(edition: Edition, submission_id: str, viewer: Viewer) -> Submission:
    """A filed film of a blind section, for an operator who may read who made it: nobody of its committee."""
    submission = await film_to_amend(edition, submission_id, viewer)
    section = await section_of(submission)
    if submission.status == Status.DRAFT or section is None or not section.is_blind:
        raise Missing("blind_synopsis_none")
    return submission


async def write_blind_synopses(
    edition: Edition, submission_id: str, given: BlindSynopses, *, viewer: Viewer, by: Person
) -> int:
    """Keep what the committee reads instead; without a text in any language it reads the covered one again. Returns
    the new version; where nothing differs, nothing is written.
    """
    written = settled("synopses", given.synopses)
    async with transaction():
        submission = await blind_film(edition, submission_id, viewer)
        held = await rows(
            "SELECT synopses, version FROM blind_synopsis WHERE submission = {} FOR UPDATE",
            submission.id,
        )
        before, version = (held[0]["synopses"], held[0]["version"]) if held else ({}, 0)
        if version != given.version:
            raise Conflict("changed_meanwhile", version=version)
        if written == before:
            return version
        kept = await rows(
            """INSERT INTO blind_synopsis (id, submission, synopses, person) VALUES ({}, {}, {}::jsonb, {})
               ON CONFLICT (submission) DO UPDATE SET synopses = excluded.synopses, person = excluded.person,
                 version = blind_synopsis.version + 1, changed_at = now() WHERE blind_synopsis.version = {}
               RETURNING version""",
            new_id(), submission.id, json.dumps(written), by.id, version,
        )  # fmt: skip
        if not kept:  # another window wrote the first one in the same instant
            raise Conflict("changed_meanwhile")
        await record(
            "blind_synopsis_written" if written else "blind_synopsis_reset",
            submission.id,
            by=by,
            edition=edition.id,
            counts=len(written),
            version=kept[0]["version"],
        )
    return int(kept[0]["version"])

"""Words that the office puts on entries, to find them by."""

from typing import Annotated

from msgspec import Meta

from festival.access import Viewer
from festival.db import rows, transaction
from festival.errors import Refused
from festival.language import is_visible
from festival.record import record
from festival.tables import Edition, Person, new_id
from submissions.amending import film_to_amend
from submissions.office.reach import REACHED, reached

TagName = Annotated[str, Meta(max_length=40)]
MOST_TAGS = 12  # on one entry


async def tags_in(edition: Edition, viewer: Viewer) -> list[str]:
    """Every tag that stands on an entry which the viewer may know of: the index of words leads from each to the
    next, past all entries that have it.
    """
    found = await rows(
        f"""WITH RECURSIVE word (name) AS (
              SELECT min(name) FROM entry_tag WHERE edition = {{}}
              UNION ALL SELECT (SELECT min(t.name) FROM entry_tag t WHERE t.edition = {{}} AND t.name > word.name)
              FROM word WHERE word.name IS NOT NULL)
            SELECT word.name FROM word CROSS JOIN LATERAL (
              SELECT FROM entry_tag t JOIN submission s ON s.id = t.submission
              WHERE t.edition = {{}} AND t.name = word.name AND {REACHED} LIMIT 1) reached ORDER BY 1""",
        *[edition.id] * 3,
        *reached(viewer, edition),
    )
    return [row["name"] for row in found]


async def tag(
    edition: Edition, submission_id: str, name: str, *, viewer: Viewer, by: Person
) -> bool:
    """Put it on; whether it was not there before."""
    word = worded(name)
    async with transaction():
        submission = await film_to_amend(edition, submission_id, viewer)
        made = await rows(
            """INSERT INTO entry_tag (id, submission, name, person)
               SELECT {}, {}, {}, {} WHERE (SELECT count(*) FROM entry_tag WHERE submission = {}) < {}
               ON CONFLICT (submission, name) DO NOTHING RETURNING id""",
            new_id(),
            submission.id,
            word,
            by.id,
            submission.id,
            MOST_TAGS,
        )
        if made:
            await record("entry_tagged", submission.id, by=by, edition=edition.id, words=word)
    return bool(made)


async def untag(
    edition: Edition, submission_id: str, name: str, *, viewer: Viewer, by: Person
) -> bool:
    """Take it off; whether it was there."""
    async with transaction():
        submission = await film_to_amend(edition, submission_id, viewer)
        gone = await rows(
            "DELETE FROM entry_tag WHERE submission = {} AND name = {} RETURNING id",
            submission.id,
            worded(name),
        )
        if gone:
            await record(
                "entry_untagged", submission.id, by=by, edition=edition.id, words=worded(name)
            )
    return bool(gone)


def worded(name: str) -> str:
    if not is_visible(name):
        raise Refused("tag:tag_missing")
    return " ".join(name.split())[:40]

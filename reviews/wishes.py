"""What a member says of a film before it is shared out: it decides where loads stay equal."""

from festival.db import rows, transaction
from festival.record import record
from festival.tables import Person, new_id
from reviews.assigning import Wish
from submissions.tables import Submission


async def wish(submission: Submission, said: str, *, by: Person) -> None:
    """The last word counts; `can` is what everybody says who says nothing."""
    async with transaction():
        changed = await rows(
            """INSERT INTO film_wish (id, submission, person, wish) VALUES ({}, {}, {}, {})
               ON CONFLICT (submission, person) DO UPDATE SET wish = excluded.wish
               WHERE film_wish.wish <> excluded.wish RETURNING film_wish.id""",
            new_id(), submission.id, by.id, Wish(said).value,
        )  # fmt: skip
        if changed:
            await record("film_wished", submission.id, by=by, edition=submission.edition, wish=said)

"""One film, several files: an older one stands until a newer one can do what it does."""

from festival.db import rows
from submissions.status import YIELDING, FileState


async def put_older_aside(submission: str, number: int, *, now_is: FileState) -> None:
    """File `number` has come to a state: older ones that can do no more than it are replaced.

    In the transaction of that move. A broken replacement so never costs a film its sound file.
    """
    yielding = YIELDING.get(now_is, frozenset())
    await rows(
        """UPDATE film_file SET state = 'replaced', replaced_at = now()
           WHERE submission = {} AND number < {} AND state = ANY({}) RETURNING id""",
        submission,
        number,
        sorted(yielding),
    )


async def standing_before(submission: str, number: int) -> dict[str, object] | None:
    """The older file that stands while file `number` cannot yet do what it does."""
    selected = await rows(
        """SELECT id, number, name, state FROM film_file
           WHERE submission = {} AND number < {} AND state = ANY({})
           ORDER BY number DESC LIMIT 1""",
        submission,
        number,
        [FileState.READY.value, FileState.RELEASED.value],
    )
    return selected[0] if selected else None


async def put_unreleased_aside(submission: str) -> None:
    """The entry is filed with its released file: no other one can take its place afterwards."""
    await rows(
        """UPDATE film_file SET state = 'replaced', replaced_at = now()
           WHERE submission = {} AND state NOT IN ('released', 'replaced') RETURNING id""",
        submission,
    )

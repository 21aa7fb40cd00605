"""The visible mark on a committee's copy: the viewer's name and the hour. It stays, unless the chair says otherwise."""

from festival.db import rows, transaction
from festival.record import record
from festival.tables import Edition, Person


async def let_go(edition: Edition, *, allowed: bool, by: Person) -> None:
    """Whether members may take their own name off the picture; what is so already leaves no trace."""
    async with transaction():
        changed = await rows(
            "UPDATE edition SET mark_may_go = {} WHERE id = {} AND mark_may_go <> {} RETURNING id",
            allowed, edition.id, allowed,
        )  # fmt: skip
        if changed:
            act = "mark_let_go" if allowed else "mark_kept"
            await record(act, edition.id, by=by, edition=edition.id)

"""The append-only record: who did what, when and why, in the transaction of the act itself."""

from typing import Any

from festival.tables import Person, Record


async def record(
    act: str, subject: str = "", *, by: Person | None = None, edition: str = "", **details: Any
) -> None:
    """`by` is missing only where the house acts of itself: a deadline, a worker."""
    await Record(
        act=act,
        subject=subject,
        person="" if by is None else by.id,
        edition=edition,
        details=details,
    ).save()

"""The append-only record: who did what, when and why, in the transaction of the act itself."""

from typing import Any

from festival.tables import Person, Record


async def record(
    act: str, subject: str = "", *, by: Person | None = None, edition: str = "", **details: Any
) -> None:
    """`by` is missing only where the house acts of itself: a deadline, a worker.

    An edition that is not named is that of the film, file, run or line; a person has none.
    """
    await Record(
        act=act,
        subject=subject,
        person="" if by is None else by.id,
        edition=edition or await edition_of(subject),
        details=details,
    ).save()


async def edition_of(subject: str) -> str:
    selected = await Record.raw("SELECT edition_of_subject({}) AS edition", subject)
    return str(selected[0]["edition"])

"""What a new edition asks of films as an earlier one did."""

from festival.copying import Copy, rows_of
from submissions.tables import FieldRule, Material, Question, Reminder, TechnicalRules

DAYS = frozenset({"required_from", "frozen_from"})


async def form(copy: Copy) -> int:
    """Which fields are asked for, by section, and the edition's own questions."""
    return await rows_of(FieldRule, copy, moved=DAYS) + await rows_of(Question, copy, moved=DAYS)


async def materials(copy: Copy) -> int:
    """What is wanted of chosen films, and until when."""
    return await rows_of(Material, copy, moved={"due_at"})


async def technical(copy: Copy) -> int:
    """What the edition, and each section, says over the house's technical rules."""
    return await rows_of(TechnicalRules, copy)


async def reminders(copy: Copy) -> int:
    return await rows_of(Reminder, copy)

"""Score sheets that a new edition takes over from an earlier one."""

from festival.copying import Copy, row_of
from reviews.tables import Criterion, ScoreSheet


async def sheets(copy: Copy) -> int:
    """Each sheet with its criteria; those that were closed stay behind."""
    made = 0
    for sheet in await ScoreSheet.objects().where(ScoreSheet.edition == copy.source.id):
        given = row_of(ScoreSheet, sheet, copy)
        if given is None:
            continue
        new = ScoreSheet(**given)
        await new.save()
        for criterion in (
            await Criterion.objects()
            .where(Criterion.sheet == sheet.id)
            .order_by(Criterion.position)
        ):
            asked = row_of(Criterion, criterion, copy)
            if asked is not None:
                await Criterion(**(asked | {"sheet": new.id})).save()
                made += 1
    return made

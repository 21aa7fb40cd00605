"""What a new edition takes over from an earlier one: score sheets, and how the committee works."""

from festival.copying import Copy, row_of, rows_of
from reviews.tables import CommitteePhase, CommitteeRules, Criterion, ScoreSheet


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


async def committee(copy: Copy) -> int:
    """Quorum and cap, and phases as long before or after the first day as they were."""
    made = await rows_of(CommitteePhase, copy, moved={"opens_at", "closes_at"})
    rules = await CommitteeRules.objects().get(CommitteeRules.edition == copy.source.id)
    if rules is not None and (given := row_of(CommitteeRules, rules, copy)) is not None:
        own = {copy.sections[id_]: n for id_, n in given["quorums"].items() if id_ in copy.sections}
        await CommitteeRules(**(given | {"quorums": own})).save()
        made += 1
    return made

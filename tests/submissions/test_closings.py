"""A deadline is moved: whoever has a draft hears until when they have now, once, and nobody else."""

from datetime import timedelta

from festival import deadlines, editions
from festival.clock import now
from festival.db import rows
from festival.deadlines import DeadlineForm, DeadlineKind
from festival.editions import Rules
from submissions import closings
from tests.builders import a_film, a_person, an_edition


async def told(edition) -> list[tuple[str, str]]:
    """(to whom, subject), after the work that the act has left was done."""
    for line in await rows(
        "SELECT args FROM outbox WHERE edition = {} AND task = 'tell_of_closing' ORDER BY id", edition.id
    ):
        await closings.tell(line["args"]["edition"], line["args"]["section"])
    return [
        (row["person"], row["subject"])
        for row in await rows(
            "SELECT person, subject FROM letter WHERE edition = {} AND kind = 'closing_moved' ORDER BY subject", edition.id
        )
    ]


async def test_makers_of_drafts_hear_of_it_whichever_way_it_moves(house) -> None:
    edition = await an_edition()
    by, maker, other = [await a_person(part, edition=edition) for part in ("operator", "filmmaker", "filmmaker")]
    await a_film(edition, maker, title="Esquisse", status="draft", file="ready")
    await a_film(edition, other, title="Envoyé", status="submitted")

    await editions.change(edition, Rules(deadline_at=now() + timedelta(days=10)), by=by)
    first = await told(edition)
    again = await told(edition)
    await editions.change(edition, Rules(deadline_at=now() + timedelta(days=40)), by=by)
    await editions.change(edition, Rules(name="Autre nom"), by=by)

    assert [one[0] for one in first] == [maker.id]
    assert "Esquisse" in first[0][1]
    assert again == first
    assert [one[0] for one in await told(edition)] == [maker.id, maker.id]


async def test_a_section_with_a_deadline_of_its_own_is_told_alone(house) -> None:
    edition = await an_edition()
    by, maker, other = [await a_person(part, edition=edition) for part in ("operator", "filmmaker", "filmmaker")]
    await a_film(edition, maker, title="Long", section="C", status="draft")
    await a_film(edition, other, title="Court", section="S", status="draft")
    form = DeadlineForm(kind=DeadlineKind.REGULAR, at=now() + timedelta(days=3), section="S")

    await deadlines.add_deadline(edition, form, by=by)

    assert [one[0] for one in await told(edition)] == [other.id]


async def test_a_fee_alone_moves_nothing(house) -> None:
    edition = await an_edition()
    by, maker = await a_person("operator", edition=edition), await a_person("filmmaker", edition=edition)
    await a_film(edition, maker, status="draft")
    form = DeadlineForm(kind=DeadlineKind.REGULAR, at=edition.deadline_at, fee_cents=1250)

    await deadlines.add_deadline(edition, form, by=by)

    assert await told(edition) == []

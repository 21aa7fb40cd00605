"""Deadlines as operators set them: one of each kind, in their order, a section's own before the edition's."""

import asyncio
from datetime import datetime, timedelta

import pytest

from festival import deadlines
from festival.clock import closes, now
from festival.db import rows
from festival.deadlines import (
    DeadlineChange,
    DeadlineForm,
    DeadlineKind,
    DeadlineStop,
    EntryTerms,
    stop_at,
)
from festival.errors import Conflict, Missing, Refused
from festival.tables import Deadline, Edition
from tests.builders import a_person, a_section, an_edition, paris

EARLY, REGULAR, LATE = (paris(f"2031-0{month}-15 18:00") for month in (1, 2, 3))


async def a_desk():
    edition = await an_edition()
    return edition, await a_person("operator", edition=edition)


def form(kind: DeadlineKind, at: datetime, cents: int = 0, section: str = "") -> DeadlineForm:
    return DeadlineForm(section=section, kind=kind, at=at, fee_cents=cents)


async def again(edition: Edition) -> Edition:
    found = await Edition.objects().get(Edition.id == edition.id)
    assert found is not None
    return found


async def acts_of(edition: Edition) -> list[dict]:
    return await rows(
        "SELECT act, details FROM record WHERE edition = {} AND act <> 'role_granted' ORDER BY id", edition.id
    )


async def test_a_section_goes_by_its_own_deadlines_and_every_other_by_the_editions(house) -> None:
    edition, operator = await a_desk()
    own, other = await a_section(edition, "S"), await a_section(edition, "C")
    assert await deadlines.closing_of(edition, own.id) == edition.deadline_at

    await deadlines.add_deadline(edition, form(DeadlineKind.EARLY, EARLY, 1000), by=operator)
    await deadlines.add_deadline(edition, form(DeadlineKind.REGULAR, REGULAR, 2000), by=operator)
    await deadlines.add_deadline(edition, form(DeadlineKind.LATE, LATE, 500, "S"), by=operator)

    assert [stop.fee_cents for stop in await deadlines.line_for(edition, other.id)] == [1000, 2000]
    assert [stop.fee_cents for stop in await deadlines.line_for(edition, own.id)] == [500]
    assert await deadlines.closing_of(edition, None) == REGULAR
    assert await deadlines.last_closing(edition) == LATE


async def test_the_editions_closing_is_the_last_of_its_own_deadlines_whichever_is_moved(house) -> None:
    edition, operator = await a_desk()
    await deadlines.add_deadline(edition, form(DeadlineKind.EARLY, EARLY), by=operator)
    regular = await deadlines.add_deadline(edition, form(DeadlineKind.REGULAR, REGULAR), by=operator)
    await deadlines.add_deadline(edition, form(DeadlineKind.LATE, LATE, section="S"), by=operator)
    assert (await again(edition)).deadline_at == REGULAR

    await deadlines.change_deadline(edition, regular, DeadlineChange(version=1, at=LATE), by=operator)
    assert (await again(edition)).deadline_at == LATE

    await deadlines.move_closing(edition, REGULAR)
    assert await deadlines.closing_of(edition, None) == REGULAR
    with pytest.raises(Refused) as refused:
        await deadlines.move_closing(edition, EARLY)
    assert refused.value.codes == ("deadline_at:deadline_out_of_order",)


@pytest.mark.parametrize(("kind", "at", "code"), [
    (DeadlineKind.REGULAR, LATE, "kind:deadline_kind_taken"),
    (DeadlineKind.EARLY, REGULAR, "at:deadline_out_of_order"),
    (DeadlineKind.LATE, REGULAR, "at:deadline_out_of_order"),
    (DeadlineKind.LATE, EARLY, "at:deadline_out_of_order"),
    (DeadlineKind.LATE, datetime.fromisoformat("2031-04-01T12:00"), "at:time_without_zone"),
])  # fmt: skip
async def test_a_deadline_out_of_its_order_is_refused(house, kind: DeadlineKind, at: datetime, code: str) -> None:
    edition, operator = await a_desk()
    await deadlines.add_deadline(edition, form(DeadlineKind.REGULAR, REGULAR), by=operator)

    with pytest.raises(Refused) as refused:
        await deadlines.add_deadline(edition, form(kind, at), by=operator)

    assert refused.value.codes == (code,)
    assert await Deadline.count().where(Deadline.edition == edition.id) == 1


async def test_every_act_is_on_the_record_with_before_and_after(house) -> None:
    edition, operator = await a_desk()
    one = await deadlines.add_deadline(edition, form(DeadlineKind.REGULAR, REGULAR, 1500), by=operator)
    change = DeadlineChange(version=1, at=LATE, fee_cents=1500)
    assert await deadlines.change_deadline(edition, one, change, by=operator) == 2
    with pytest.raises(Conflict):
        await deadlines.change_deadline(edition, one, change, by=operator)
    await deadlines.remove_deadline(edition, one, version=2, by=operator)
    with pytest.raises(Missing):
        await deadlines.remove_deadline(edition, one, version=2, by=operator)

    said = await acts_of(edition)
    assert [line["act"] for line in said] == ["deadline_added", "deadline_changed", "deadline_removed"]
    before, after = said[1]["details"]["changes"]["at"]
    assert (datetime.fromisoformat(before), datetime.fromisoformat(after)) == (REGULAR, LATE)
    assert list(said[1]["details"]["changes"]) == ["at"]


async def test_two_of_one_kind_at_once_leave_one(house) -> None:
    edition, operator = await a_desk()
    tries = [deadlines.add_deadline(edition, form(DeadlineKind.EARLY, EARLY), by=operator) for _ in range(4)]

    done = await asyncio.gather(*tries, return_exceptions=True)

    assert sum(isinstance(one, str) for one in done) == 1
    assert await Deadline.count().where(Deadline.edition == edition.id) == 1


async def test_the_grace_is_a_number_of_the_edition(house) -> None:
    edition, operator = await a_desk()

    await deadlines.change_terms(edition, EntryTerms(version=1, grace_hours=3), by=operator)

    assert (await again(edition)).grace_hours == 3
    assert (await acts_of(edition))[-1]["details"]["changes"] == {"grace_hours": [12, 3]}


@pytest.mark.unit
def test_a_fee_holds_until_its_deadline_is_over_and_the_last_one_beyond_it() -> None:
    line = [DeadlineStop("early", EARLY, 10), DeadlineStop("regular", paris("2031-02-15 23:59"), 20)]
    second = timedelta(microseconds=1)
    over = closes(line[1].at)

    assert [stop_at(moment, line).fee_cents for moment in (EARLY - second, EARLY, over - second, over, now())] == [10, 20, 20, 20, 10]

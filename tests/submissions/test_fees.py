"""What an entry costs: by the deadline of its filing, less its code, and by hand from then on."""

from datetime import timedelta

import pytest

from festival import deadlines
from festival.clock import now
from festival.db import rows
from festival.deadlines import DeadlineForm, DeadlineKind, EntryTerms
from festival.errors import Conflict, NotAllowed, Refused
from festival.tables import Edition
from submissions import entries, fees, waiver_codes
from submissions.fees import FeeChange, FeeState
from submissions.lists import submission_in
from submissions.waiver_codes import CodeForm
from tests.builders import a_film, a_person, an_edition, the_viewer

DAY = timedelta(days=1)


async def a_desk(cents: int = 2000):
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    for kind, at, fee in (
        (DeadlineKind.EARLY, now() - DAY, cents // 2), (DeadlineKind.REGULAR, now() + DAY, cents), (DeadlineKind.LATE, now() + 2 * DAY, cents * 2),
    ):  # fmt: skip
        await deadlines.add_deadline(edition, DeadlineForm(kind=kind, at=at, fee_cents=fee), by=operator)
    return edition, operator, await a_person("filmmaker", edition=edition)


async def a_draft(edition, maker, **given):
    submission, _ = await a_film(edition, maker, **{"title": "Nuit très claire", "status": "draft", **given})
    return await submission_in(edition, submission)


async def filed(edition, maker, **given):
    draft = await a_draft(edition, maker, **given)
    await entries.submit(draft, edition=edition, by=maker)
    return await submission_in(edition, draft.id)


def change(state: FeeState, cents: int = 2000, version: int = 0) -> FeeChange:
    return FeeChange(state=state, cents=cents, note="Virement reçu.", version=version)


async def test_filing_writes_down_what_holds_at_that_moment(house) -> None:
    edition, _, maker = await a_desk()
    price = await fees.price_of(await filed(edition, maker), edition)

    assert (price.state, price.kind, price.owed_cents, price.version) == ("due", "regular", 2000, 1)


async def test_where_nothing_is_asked_for_nothing_is_due_also_not_later(house) -> None:
    edition = await an_edition()
    maker, operator = await a_person("filmmaker", edition=edition), await a_person("operator", edition=edition)
    submission = await filed(edition, maker)

    form = DeadlineForm(kind=DeadlineKind.REGULAR, at=now() + DAY, fee_cents=900)
    await deadlines.add_deadline(edition, form, by=operator)

    assert (await fees.price_of(submission, edition)).state == "free"


@pytest.mark.parametrize(("percent", "state", "owed"), [(100, "waived", 0), (30, "due", 1400)])
async def test_a_code_waives_its_part(house, percent: int, state: str, owed: int) -> None:
    edition, operator, maker = await a_desk()
    await waiver_codes.add_code(edition, CodeForm(code="ECOLE", percent=percent), by=operator)
    draft = await a_draft(edition, maker)
    await waiver_codes.redeem(draft, "ECOLE", by=maker)
    before = await fees.price_of(draft, edition)

    await entries.submit(draft, edition=edition, by=maker)

    after = await fees.price_of(await submission_in(edition, draft.id), edition)
    assert [(one.state, one.owed_cents) for one in (before, after)] == [(state, owed)] * 2


async def test_an_unpaid_entry_is_filed_unless_the_edition_says_otherwise(house) -> None:
    edition, operator, maker = await a_desk()
    await deadlines.change_terms(edition, EntryTerms(version=1, grace_hours=12, fee_before_filing=True), by=operator)
    draft = await a_draft(edition, maker)

    with pytest.raises(Refused) as refused:
        await entries.submit(draft, edition=edition, by=maker)
    assert refused.value.codes == ("fee_unpaid",)
    assert "20" in refused.value.values["amount"]("fr")

    await fees.change_fee(draft, change(FeeState.PAID), edition=edition, by=operator)
    await entries.submit(draft, edition=edition, by=maker)
    assert (await fees.price_of(draft, edition)).state == "paid"


async def test_a_fee_is_changed_by_hand_with_before_and_after_on_the_record(house) -> None:
    edition, operator, maker = await a_desk()
    submission = await filed(edition, maker)

    assert await fees.change_fee(submission, change(FeeState.PAID, version=1), edition=edition, by=operator) == 2
    for stale in (0, 1):
        with pytest.raises(Conflict):
            await fees.change_fee(submission, change(FeeState.WAIVED, version=stale), edition=edition, by=operator)
    await fees.change_fee(submission, change(FeeState.WAIVED, version=2), edition=edition, by=operator)

    said = await rows("SELECT details FROM record WHERE act = 'fee_changed' AND edition = {} ORDER BY id", edition.id)
    assert [line["details"]["changes"]["state"] for line in said] == [["due", "paid"], ["paid", "waived"]]


async def test_nobody_notes_the_fee_of_a_film_of_their_own(house) -> None:
    edition, operator, _ = await a_desk()
    own = await filed(edition, operator)

    with pytest.raises(NotAllowed):
        await fees.change_fee(own, change(FeeState.WAIVED, version=1), edition=edition, by=operator)

    assert (await fees.price_of(own, edition)).state == "due"


async def test_the_list_is_sought_counted_and_summed(house) -> None:
    edition, operator, maker = await a_desk()
    paid = await filed(edition, maker, title="Comète très froide")
    await filed(edition, maker)
    await a_draft(edition, maker, title="Encore en chantier")
    await fees.change_fee(paid, change(FeeState.PAID, cents=1200, version=1), edition=edition, by=operator)
    viewer = await the_viewer(operator, edition)

    whole = await fees.fees_of(edition, viewer)
    due = await fees.fees_of(edition, viewer, state="due")
    sought = await fees.fees_of(edition, viewer, words="froide")

    assert whole.totals == due.totals == {"due": [1, 2000], "paid": [1, 1200]}, "of each state, whatever is looked for"
    assert (whole.found, due.found, sought.totals) == (2, 1, {"paid": [1, 1200]})
    assert [line.title for line in whole.lines] == ["Nuit très claire", "Comète très froide"]
    assert [line.title for line in due.lines] == ["Nuit très claire"]
    assert [line.id for line in sought.lines] == [paid.id]


async def test_a_film_from_which_an_operator_steps_aside_is_not_named(house) -> None:
    edition, operator, maker = await a_desk()
    submission = await filed(edition, maker)
    await rows(
        "INSERT INTO recusal (id, submission, person, reason) VALUES ('r' || {}, {}, {}, 'Un ami.') RETURNING id",
        submission.id[:15], submission.id, operator.id,
    )  # fmt: skip

    [line] = (await fees.fees_of(edition, await the_viewer(operator, edition))).lines

    assert (line.title, line.director) == ("", "")


async def test_the_edition_of_a_fee_is_its_own(house) -> None:
    edition, operator, _ = await a_desk()
    other = await an_edition()
    stranger = await a_person("filmmaker", edition=other)
    await filed(other, stranger)

    assert (await fees.fees_of(edition, await the_viewer(operator, edition))).lines == []
    assert await Edition.exists().where(Edition.id == other.id)

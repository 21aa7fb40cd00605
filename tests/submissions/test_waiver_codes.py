"""Waiver codes: used as often as they may be and no more, by two at once as by one."""

import asyncio
from datetime import timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from submissions import entries, fees, waiver_codes
from submissions.lists import submission_in
from submissions.waiver_codes import CodeChange, CodeForm
from tests.builders import a_film, a_person, an_edition

HOUR = timedelta(hours=1)


async def a_desk():
    edition = await an_edition()
    operator = await a_person("operator", edition=edition)
    return edition, operator, await a_person("filmmaker", edition=edition)


async def a_draft(edition, maker, section: str = "C", status: str = "draft"):
    submission, _ = await a_film(edition, maker, title="Nuit très claire", section=section, status=status)
    return await submission_in(edition, submission)


async def refusal(act) -> tuple[str, ...]:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.codes


async def test_of_many_who_come_for_the_last_use_one_gets_it(house) -> None:
    edition, operator, maker = await a_desk()
    code = await waiver_codes.add_code(edition, CodeForm(code="ECOLE", most_uses=2), by=operator)
    drafts = [await a_draft(edition, maker) for _ in range(5)]
    await waiver_codes.redeem(drafts[0], "ecole", by=maker)

    done = await asyncio.gather(
        *(waiver_codes.redeem(draft, "école".replace("é", "e"), by=maker) for draft in drafts[1:]),
        return_exceptions=True,
    )

    refused = [one.codes for one in done if isinstance(one, Refused)]
    assert refused == [("code:code_used_up",)] * 3
    assert await waiver_codes.times_used(code["id"]) == 2


async def test_twice_is_once_and_another_code_frees_the_first(house) -> None:
    edition, operator, maker = await a_desk()
    first = await waiver_codes.add_code(edition, CodeForm(code="ECOLE"), by=operator)
    second = await waiver_codes.add_code(edition, CodeForm(), by=operator)
    draft = await a_draft(edition, maker)

    await waiver_codes.redeem(draft, "ECOLE", by=maker)
    await waiver_codes.redeem(draft, " e-c o l e ", by=maker)
    assert await waiver_codes.times_used(first["id"]) == 1

    await waiver_codes.redeem(draft, second["code"].lower(), by=maker)
    assert [await waiver_codes.times_used(one["id"]) for one in (first, second)] == [0, 1]
    said = await rows("SELECT act FROM record WHERE subject = {} ORDER BY id", draft.id)
    assert [line["act"] for line in said] == ["code_used", "code_used"]


@pytest.mark.parametrize(("given", "code"), [
    ({"is_open": False}, "code:code_closed"),
    ({"expires_at": now() - HOUR}, "code:code_over"),
    ({"sections": ["S"]}, "code:code_for_others"),
])  # fmt: skip
async def test_a_code_that_does_not_count_says_why(house, given, code) -> None:
    edition, operator, maker = await a_desk()
    await waiver_codes.add_code(edition, CodeForm(code="ECOLE", **given), by=operator)

    assert await refusal(waiver_codes.redeem(await a_draft(edition, maker), "ECOLE", by=maker)) == (code,)
    assert await refusal(waiver_codes.redeem(await a_draft(edition, maker), "AUTRE", by=maker)) == ("code:code_unknown",)


async def test_a_code_of_another_edition_is_none(house) -> None:
    edition, operator, maker = await a_desk()
    other = await an_edition()
    await waiver_codes.add_code(other, CodeForm(code="ECOLE"), by=operator)

    assert await refusal(waiver_codes.redeem(await a_draft(edition, maker), "ECOLE", by=maker)) == ("code:code_unknown",)


async def test_what_is_filed_takes_no_code_and_gives_none_back(house) -> None:
    edition, operator, maker = await a_desk()
    await waiver_codes.add_code(edition, CodeForm(code="ECOLE"), by=operator)
    filed = await a_draft(edition, maker, status="submitted")

    assert await refusal(waiver_codes.redeem(filed, "ECOLE", by=maker)) == ("entry_is_filed",)
    assert await refusal(waiver_codes.give_back(filed, by=maker)) == ("entry_is_filed",)


@pytest.mark.parametrize(("given", "code"), [
    ({"code": "abc"}, "code:code_length"),
    ({"code": "!!!!!!"}, "code:code_length"),
    ({"code": "ECOLE", "percent": 0}, "percent:code_waives_nothing"),
    ({"code": "ECOLE", "sections": ["Q"]}, "sections:section_unknown"),
    ({"code": "e c o l e 2 7"}, "code:code_taken"),
])  # fmt: skip
async def test_a_code_that_nobody_could_use_is_not_made(house, given, code) -> None:
    edition, operator, _ = await a_desk()
    await waiver_codes.add_code(edition, CodeForm(code="ECOLE27"), by=operator)

    assert await refusal(waiver_codes.add_code(edition, CodeForm(**given), by=operator)) == (code,)


async def test_a_used_code_is_closed_and_not_removed_nor_made_smaller_than_its_use(house) -> None:
    edition, operator, maker = await a_desk()
    made = await waiver_codes.add_code(edition, CodeForm(code="ECOLE", most_uses=3), by=operator)
    for _ in range(2):
        await waiver_codes.redeem(await a_draft(edition, maker), "ECOLE", by=maker)

    def change(**given) -> CodeChange:
        return CodeChange(**{"code": "ECOLE", "version": 1, "most_uses": 3, **given})

    assert await refusal(waiver_codes.remove_code(edition, made["id"], version=1, by=operator)) == ("code_in_use",)
    assert await refusal(
        waiver_codes.change_code(edition, made["id"], change(most_uses=1), by=operator)
    ) == ("most_uses:code_used_more",)
    await waiver_codes.change_code(edition, made["id"], change(is_open=False), by=operator)
    with pytest.raises(Conflict):
        await waiver_codes.change_code(edition, made["id"], change(), by=operator)
    assert await refusal(waiver_codes.redeem(await a_draft(edition, maker), "ECOLE", by=maker)) == ("code:code_closed",)

    unused = await waiver_codes.add_code(edition, CodeForm(), by=operator)
    await waiver_codes.remove_code(edition, unused["id"], version=1, by=operator)
    with pytest.raises(Missing):
        await waiver_codes.code_in(edition, unused["id"])


async def test_a_code_counts_only_in_its_sections(house) -> None:
    edition, operator, maker = await a_desk()
    await waiver_codes.add_code(edition, CodeForm(code="COURTS", sections=["S"]), by=operator)
    draft = await entries.open_entry(edition, by=maker)

    await waiver_codes.redeem(draft, "COURTS", by=maker)  # no section is chosen yet
    on = await waiver_codes.code_on(draft)

    assert (on.counts, on.letters) == (False, ["S"])
    assert (await fees.price_of(draft, edition)).state == "free"

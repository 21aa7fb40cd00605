"""Watch receipts: after the announcement, where the chair allows it, without a name, and sealed."""

import json

import pytest

from festival.clock import now
from festival.db import rows
from festival.settings import Settings
from reviews import receipts, reviewing
from reviews.receipts import ReceiptsWanted
from tests.builders import has_seen, sign_in
from tests.reviews.test_blindness import Jury


class Watched(Jury):
    """Ann saw all of the first film, Bob half of it; its decision is announced."""

    async def show(self, *, allowed: bool = True, announced: bool = True) -> "Watched":
        await self.seat()
        for person, share in ((self.ann, 1.0), (self.bob, 0.5), (self.chair, 0.001)):
            await has_seen(person, self.films[0][1], share)
        if allowed:
            await receipts.set_rule(ReceiptsWanted(is_on=True), edition=self.edition, by=self.chair)
        if announced:
            await rows("UPDATE submission SET status = 'declined', announced_at = {} WHERE id = {} RETURNING id",
                       now(), self.films[0][0])  # fmt: skip
        return self

    def door(self) -> str:
        return f"/api/v1/{self.edition.slug}/submissions/{self.films[0][0]}/receipts"


async def test_a_maker_learns_how_much_was_watched_and_by_nobodys_name(client) -> None:
    world = await Watched().show()
    await sign_in(client, world.maker)

    receipt = (await client.post(world.door())).json()

    assert (receipt["said"]["shares"], receipt["said"]["title"]) == ([100, 50], "Nuit 0")
    said = json.dumps(receipt)
    assert not any(word in said for one in (world.ann, world.bob) for word in (one.id, one.name, one.email))
    client.cookies.clear()
    checked = await client.get(f"/api/v1/{world.edition.slug}/receipts/{receipt['code']}")
    page = await client.get(f"/fr/{world.edition.slug}/receipts", params={"code": receipt["code"]})
    assert checked.json()["said"] == receipt["said"]
    assert "Authentique" in page.text


@pytest.mark.parametrize(("given", "code"), [
    ({"allowed": False}, "receipt_off"), ({"announced": False}, "receipt_early"),
])  # fmt: skip
async def test_none_is_written_before_its_time_or_against_the_chairs_will(client, given, code) -> None:
    world = await Watched().show(**given)
    await sign_in(client, world.maker)

    refused = await client.post(world.door())
    by_ann = await as_other(client, world)

    assert (refused.status_code, refused.json()["codes"]) == (422, [code])
    assert by_ann == 404
    assert await rows("SELECT id FROM watch_receipt WHERE submission = {}", world.films[0][0]) == []


async def as_other(client, world: Watched) -> int:
    await sign_in(client, world.ann)
    return (await client.post(world.door())).status_code


async def test_what_was_changed_in_the_rows_or_in_the_code_is_not_what_the_house_said(client) -> None:
    world = await Watched().show()
    submission, _ = await world.film()
    settings = Settings.read()
    made = await receipts.issue(submission, edition=world.edition, settings=settings, by=world.maker)
    place = f"/api/v1/{world.edition.slug}/receipts"
    forged = made.code[:-1] + ("0" if made.code[-1] != "0" else "1")
    codes = [forged, made.code.partition(".")[0], "x.y", "é" * 20]

    wrong = [(await client.get(f"{place}/{code}")).status_code for code in codes]
    await rows("UPDATE watch_receipt SET said = jsonb_set(said, '{{shares}}', '[100, 100]') RETURNING id")
    after = await client.get(f"{place}/{made.code}")

    assert wrong == [404] * 4
    assert after.status_code == 404


async def test_whoever_stepped_aside_is_no_longer_counted(client) -> None:
    world = await Watched().show()
    submission, _ = await world.film()
    await reviewing.recuse(submission, reason="Un ami.", by=world.ann)

    said = await receipts.watched(submission, world.edition)

    assert (said.shares, said.whole) == ([50], 0)

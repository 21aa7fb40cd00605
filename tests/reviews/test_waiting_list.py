"""The waiting list has an order, and proposes its first when a chosen film leaves."""

import pytest

from festival.db import rows
from festival.desk import Way
from festival.errors import Conflict, Missing
from reviews import decisions, reviewing, waiting_list
from reviews.tables import CommitteeRules
from reviews.waiting_list import PromotionAnswer
from submissions.entries import withdraw
from tests.builders import sign_in, the_viewer
from tests.reviews.test_board import Desk


class List(Desk):
    """Éclat is accepted and announced, then leaves; Cime, Dune and Eau wait."""

    async def stand(self) -> "List":
        await self.lay({"Éclat": [5, 5], "Cime": [2, 2], "Dune": [4, 4], "Eau": [3, 3]})
        await decisions.accept(await self.film("Éclat"), by=self.chair, note="Lumineux.")
        for title in ("Cime", "Dune", "Eau"):
            await decisions.wait(await self.film(title), by=self.chair, note="À garder.")
        batch = await decisions.ask_announcement(self.edition, list(self.films.values()), by=self.chair)
        await decisions.announce(batch.id, edition=self.edition, by=self.other)
        return self

    async def leaves(self) -> None:
        await withdraw(await self.film("Éclat"), by=self.maker)

    async def answer(self, title: str, *, by=None, version: int = 2) -> None:
        given = PromotionAnswer(submission=self.films.get(title, ""), note="À la place d’Éclat.", version=version)
        await waiting_list.answer(self.films["Éclat"], given, edition=self.edition, viewer=self.viewer,
                                  by=by or self.chair)  # fmt: skip


async def test_who_waits_stands_by_mean_until_somebody_orders_them(house) -> None:
    desk = await List().stand()
    before = await desk.titles("waitlisted")

    await waiting_list.move(await desk.film("Cime"), Way.UP, edition=desk.edition, viewer=desk.viewer, by=desk.chair)
    await waiting_list.move(await desk.film("Cime"), Way.UP, edition=desk.edition, viewer=desk.viewer, by=desk.chair)
    await waiting_list.move(await desk.film("Cime"), Way.UP, edition=desk.edition, viewer=desk.viewer, by=desk.chair)

    assert before == ["Dune", "Eau", "Cime"]
    assert await desk.titles("waitlisted") == ["Cime", "Dune", "Eau"]
    with pytest.raises(Conflict):
        await waiting_list.move(await desk.film("Éclat"), Way.UP, edition=desk.edition, viewer=desk.viewer, by=desk.chair)


async def test_a_film_that_leaves_asks_for_the_first_who_waits_and_is_answered_once(client) -> None:
    desk = await List().stand()
    none = await waiting_list.proposals(desk.viewer)
    await desk.leaves()
    await waiting_list.move(await desk.film("Eau"), Way.UP, edition=desk.edition, viewer=desk.viewer, by=desk.chair)
    await sign_in(client, desk.chair)

    page = (await client.get(f"/fr/{desk.edition.slug}/committee/decisions")).text
    with pytest.raises(Conflict):
        await desk.answer("Dune")
    with pytest.raises(Conflict):
        await desk.answer("Eau", version=0)
    await desk.answer("Eau")
    with pytest.raises(Missing):
        await desk.answer("Eau", by=desk.other)

    assert none == []
    assert "«\u00a0Éclat\u202f», retenu, s’est retiré." in page.replace("« Éclat »", "«\u00a0Éclat\u202f»")
    assert "Le premier en attente de sa section" in page
    assert (await desk.film("Eau")).pending == "accepted"
    assert await rows("SELECT status FROM submission WHERE id = {}", desk.films["Eau"]) == [{"status": "waitlisted"}]


async def test_no_is_an_answer_and_who_stepped_aside_is_not_asked(house) -> None:
    desk = await List().stand()
    await reviewing.recuse(await desk.film("Éclat"), reason="Mon frère.", by=desk.other)
    await desk.leaves()
    aside = await waiting_list.proposals(await the_viewer(desk.other, desk.edition))

    await desk.answer("nobody")

    assert (aside, await waiting_list.proposals(desk.viewer)) == ([], [])
    assert await desk.titles("accepted") == []


async def test_where_the_chair_waits_a_move_lays_no_hidden_order_bare(house) -> None:
    desk = await List().stand()
    await CommitteeRules(edition=desk.edition.id, chair_waits=True).save()
    desk.viewer = await the_viewer(desk.chair, desk.edition)
    before = await desk.titles("waitlisted")

    await waiting_list.move(await desk.film("Eau"), Way.UP, edition=desk.edition, viewer=desk.viewer, by=desk.chair)

    assert before == ["Cime", "Dune", "Eau"]
    assert await desk.titles("waitlisted") == ["Cime", "Eau", "Dune"]

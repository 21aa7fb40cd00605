"""An announced decision is taken back by two people, with a letter of its own; until that goes, what was told stands."""

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.tables import Letter
from reviews import changing, decisions, releasing, waiting_list
from reviews.changing import ChangeWanted
from submissions.entries import withdraw
from tests.builders import a_person, sign_in, the_viewer
from tests.reviews.test_decisions import Room
from tests.reviews.test_releasing import TEN
from tests.reviews.test_waiting_list import List


class Told(Room):
    """Night 0 is accepted and Night 1 declined, and their makers know it."""

    async def tell(self) -> "Told":
        await self.fill()
        await decisions.announce(await self.a_batch(), edition=self.edition, by=self.two)
        return self

    async def ask(self, n: int, wanted: str, *, word: str = "", version: int = 2) -> str:
        given = ChangeWanted(wanted=wanted, note="Nous l’avons revu.", word=word, version=version)
        return (await changing.ask_change(await self.film(n), given, edition=self.edition, by=self.one)).id

    async def goes_out(self, batch: str) -> None:
        await releasing.release(batch, edition=self.edition, by=self.two, at=None, call_back=TEN)
        await rows("UPDATE announcement SET due_at = now() - interval '1 second' WHERE id = {} RETURNING id", batch)
        await releasing.carry_out(batch, self.edition.id)

    async def own_letters(self) -> list[Letter]:
        return await Letter.objects().where((Letter.edition == self.edition.id) & (Letter.kind == "decision_taken_back"))


async def test_a_refusal_becomes_a_yes_after_a_second_person_and_ten_minutes(house) -> None:
    room = await Told().tell()

    batch = await room.ask(1, "accepted", word="Une séance s’est ajoutée.")
    with pytest.raises(Refused) as alone:
        await releasing.release(batch, edition=room.edition, by=room.one, at=None, call_back=TEN)
    await releasing.release(batch, edition=room.edition, by=room.two, at=None, call_back=TEN)
    await releasing.carry_out(batch, room.edition.id)  # before its moment
    before = (await room.standing(), await room.own_letters())
    await releasing.call_back(batch, edition=room.edition, by=room.one)
    ahead = await releasing.letters_ahead(batch, room.edition)
    await room.goes_out(batch)
    await releasing.carry_out(batch, room.edition.id)  # twice is once

    assert alone.value.codes == ("announcement_needs_second_person",)
    assert before == ([("accepted", None), ("declined", None)], [])
    assert await room.standing() == [("accepted", None), ("accepted", None)]
    (letter,) = await room.own_letters()
    assert (letter.subject, letter.body) == (ahead[0].subject, ahead[0].body)
    body = letter.body.replace("\u00a0", " ").replace("\u202f", " ")
    assert "« Nuit 1 » n’était pas retenu" in body
    assert "Cette décision a changé : le film est retenu.\n\nUne séance s’est ajoutée." in body
    assert "revu" not in letter.body
    kept = await rows("SELECT wanted, note, person FROM decision WHERE submission = {} ORDER BY created_at", room.films[1])
    assert kept[-1] == {"wanted": "accepted", "note": "Nous l’avons revu.", "person": room.one.id}
    told = await rows("SELECT details FROM record WHERE act = 'decision_taken_back' AND subject = {}", room.films[1])
    assert told == [{"details": {"changes": {"status": ["declined", "accepted"]}}}]
    ordered = await rows("""SELECT 1 FROM outbox WHERE task = 'make_mezzanine'
                              AND args->>'file' IN (SELECT id FROM film_file WHERE submission = {})""", room.films[1])  # fmt: skip
    assert len(ordered) == 1


async def test_a_letter_is_in_its_readers_language(house) -> None:
    room = await Told().tell()
    await rows("UPDATE person SET language = 'en' WHERE id = {} RETURNING id", room.maker.id)

    await room.goes_out(await room.ask(0, "submitted"))

    (letter,) = await room.own_letters()
    assert "“Night 0” was selected at" in letter.body
    assert "the film is before the committee again" in letter.body
    assert await room.standing() == [("submitted", None), ("declined", None)]
    await decisions.wait(await room.film(0), by=room.one, note="Plutôt en attente.", seen=4)  # it is decided anew


@pytest.mark.parametrize(("n", "wanted", "version", "code"), [
    (0, "accepted", 2, "wanted:change_same"), (0, "declined", 1, "decision_overtaken"),
])  # fmt: skip
async def test_what_is_no_change_or_was_seen_otherwise_is_refused(house, n, wanted, version, code) -> None:
    room = await Told().tell()

    with pytest.raises((Refused, Conflict)) as told:
        await room.ask(n, wanted, version=version)

    assert told.value.codes == (code,)


async def test_nothing_told_nothing_twice_and_nothing_withdrawn(house) -> None:
    room = await Told().fill()
    with pytest.raises(Refused) as untold:
        await room.ask(0, "declined", version=0)
    await decisions.announce(await room.a_batch(), edition=room.edition, by=room.two)
    await room.ask(0, "declined")
    with pytest.raises(Conflict) as twice:
        await room.ask(0, "waitlisted")
    await withdraw(await room.film(0), by=room.maker)
    with pytest.raises(Refused) as gone:
        await room.ask(0, "declined")

    codes = [one.value.codes[0] for one in (untold, twice, gone)]
    assert codes == ["change_nothing_told", "announcement_drawn_already", "stands_withdrawn"]


async def test_a_film_that_leaves_meanwhile_stops_it_and_both_chairs_are_written_to(house) -> None:
    room = await Told().tell()
    batch = await room.ask(0, "waitlisted")
    await releasing.release(batch, edition=room.edition, by=room.two, at=None, call_back=TEN)
    await withdraw(await room.film(0), by=room.maker)
    await rows("UPDATE announcement SET due_at = {} WHERE id = {} RETURNING id", now(), batch)

    await releasing.carry_out(batch, room.edition.id)
    await releasing.carry_out(batch, room.edition.id)

    assert (await room.film(0)).status == "withdrawn"
    assert await room.own_letters() == []
    told = await Letter.objects().where((Letter.edition == room.edition.id) & (Letter.kind == "announcement_stopped"))
    assert sorted(one.person for one in told) == sorted([room.one.id, room.two.id])
    assert all("/committee/announcements" in one.body or "{link}" in one.body or one.link for one in told)


async def test_the_place_of_a_film_that_is_chosen_no_more_is_proposed_to_who_waits(client) -> None:
    desk = await List().stand()
    given = ChangeWanted(wanted="waitlisted", note="Les droits manquent.", version=2)
    batch = await changing.ask_change(await desk.film("Éclat"), given, edition=desk.edition, by=desk.chair)
    before = await waiting_list.proposals(desk.viewer)

    await decisions.announce(batch.id, edition=desk.edition, by=desk.other)
    (asked,) = await waiting_list.proposals(desk.viewer)
    await sign_in(client, desk.chair)
    page = (await client.get(f"/fr/{desk.edition.slug}/committee/decisions")).text
    await desk.answer("Dune")

    assert before == []
    assert (asked.gone_title, asked.title, asked.is_back) == ("Éclat", "Dune", True)
    assert "n’est plus retenu." in page
    assert await waiting_list.proposals(desk.viewer) == []
    tasks = await rows("SELECT 1 FROM outbox WHERE task = 'tell_of_departure' AND args->>'submission' = {}", desk.films["Éclat"])
    assert len(tasks) == 1


async def test_both_doors_draw_it_up_and_a_no_keeps_what_was_typed(client) -> None:
    room = await Told().tell()
    site, api = f"/fr/{room.edition.slug}", f"/api/v1/{room.edition.slug}"
    form = {"wanted": "accepted", "note": "Nous l’avons revu.", "word": "Pardon.", "version": "1"}
    await sign_in(client, room.one)

    board = (await client.get(f"{site}/committee/decisions")).text
    page = await client.get(f"{site}/committee/submissions/{room.films[1]}/change")
    stale = await client.post(f"{site}/committee/submissions/{room.films[1]}/change", data=form)
    drawn = await client.post(f"{site}/committee/submissions/{room.films[1]}/change", data=form | {"version": "2"})
    letters = await client.get(drawn.headers["location"])
    all_of = await client.get(f"{site}/committee/announcements")
    program = await client.post(f"{api}/committee/submissions/{room.films[0]}/change",
                                json={"wanted": "submitted", "note": "À revoir.", "version": 2})  # fmt: skip
    kept = (await client.get(f"{api}/announcements")).json()
    words = await client.put(f"{api}/announcements/{program.json()['id']}/words",
                             json={"wanted": "accepted", "language": "fr", "subject": "x", "body": "x"})  # fmt: skip

    assert f"/committee/submissions/{room.films[1]}/change" in board
    assert (page.status_code, stale.status_code, drawn.status_code, program.status_code) == (200, 409, 303, 201)
    assert "Pardon." in stale.text
    assert "Nous l’avons revu." in stale.text
    assert "n’était pas retenu" in letters.text
    assert "Revient sur une décision annoncée." in all_of.text
    assert kept[0]["films"][0]["was"] == "accepted"
    assert words.status_code == 404


async def test_who_may_not_decide_on_it_finds_no_way_back(client) -> None:
    room = await Told().tell()
    elsewhere = await a_person("chair", edition=room.edition, sections=["none"])
    reviewer = await a_person("reviewer", edition=room.edition)
    codes = []
    for person in (elsewhere, reviewer, room.maker):
        await sign_in(client, person)
        answer = await client.post(f"/api/v1/{room.edition.slug}/committee/submissions/{room.films[0]}/change",
                                   json={"wanted": "declined", "note": "Non.", "version": 2})  # fmt: skip
        codes.append(answer.status_code)

    assert [code in {403, 404} for code in codes] == [True] * 3
    assert await the_viewer(room.one, room.edition)
    assert await room.standing() == [("accepted", None), ("declined", None)]

"""Between a yes and the letters: read, reworded, put off, called back; and then once, whole."""

from datetime import timedelta

import pytest
from lxml import html

from api.pages import letters_ahead
from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Refused
from festival.tables import Letter
from reviews import decisions, releasing
from reviews.releasing import BatchWords, LetterOfBatch
from tests.builders import sign_in
from tests.reviews.test_decisions import Room

TEN = timedelta(minutes=10)


class Waiting(Room):
    """A batch of two films, one accepted and one declined, to which somebody else has said yes."""

    async def fill(self, films: int = 2, *, at=None) -> "Waiting":
        await super().fill(films)
        self.batch = await self.a_batch()
        self.due = await releasing.release(self.batch, edition=self.edition, by=self.two, at=at, call_back=TEN)
        return self

    async def moment_comes(self) -> None:
        await rows("UPDATE announcement SET due_at = now() - interval '1 second' WHERE id = {} RETURNING id", self.batch)
        await releasing.carry_out(self.batch, self.edition.id)

    async def bodies(self) -> dict[str, tuple[str, str]]:
        found = await Letter.objects().where(Letter.edition == self.edition.id)
        return {one.kind: (one.subject, one.body) for one in found}


async def test_for_ten_minutes_nothing_moves_and_then_all_of_it_once(house) -> None:
    room = await Waiting().fill()
    await releasing.carry_out(room.batch, room.edition.id)  # a worker that comes too early
    before = await room.standing(), await room.letters()

    await room.moment_comes()
    await releasing.carry_out(room.batch, room.edition.id)

    assert before == ([("submitted", "accepted"), ("submitted", "declined")], [])
    assert timedelta(minutes=9) < room.due - now() <= TEN
    assert await room.standing() == [("accepted", None), ("declined", None)]
    assert await room.letters() == ["accepted", "declined"]
    with pytest.raises(Conflict):
        await releasing.call_back(room.batch, edition=room.edition, by=room.one)


async def test_called_back_it_never_goes_and_may_be_confirmed_again(house) -> None:
    room = await Waiting().fill()

    await releasing.call_back(room.batch, edition=room.edition, by=room.one)
    await releasing.carry_out(room.batch, room.edition.id)
    with pytest.raises(Refused):
        await releasing.release(room.batch, edition=room.edition, by=room.one, at=None, call_back=TEN)
    nothing = await room.letters()
    await releasing.release(room.batch, edition=room.edition, by=room.two, at=None, call_back=TEN)
    await room.moment_comes()

    assert (nothing, await room.letters()) == ([], ["accepted", "declined"])


async def test_at_its_moment_a_changed_decision_stops_it_and_it_says_so(client) -> None:
    room = await Waiting().fill(at=now() + timedelta(days=3))
    await decisions.wait(await room.film(1), by=room.one, note="À revoir.", seen=1)

    await room.moment_comes()
    await sign_in(client, room.one)
    page = await client.get(f"/fr/{room.edition.slug}/committee/announcements")

    assert await room.letters() == ["announcement_stopped"] * 2  # to both chairs, and to no maker
    assert await room.standing() == [("submitted", "accepted"), ("submitted", "waitlisted")]
    assert "Elle n’est pas partie à son heure" in page.text


@pytest.mark.parametrize("days", [-1, 121])
async def test_a_moment_is_to_come_and_not_too_far(house, days: int) -> None:
    room = await Room().fill()
    batch = await room.a_batch()

    with pytest.raises(Refused) as told:
        await releasing.release(batch, edition=room.edition, by=room.two, at=now() + timedelta(days=days), call_back=TEN)
    assert told.value.codes == ("due_at:moment_beyond",)


async def test_letters_are_read_and_reworded_all_of_a_kind_or_one(client) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    root = f"/api/v1/{room.edition.slug}/announcements/{batch}"
    await sign_in(client, room.one)

    every = await client.put(f"{root}/words", json={"wanted": "accepted", "language": "fr",
                                                    "subject": "Oui à {title}", "body": "Chère {name}, oui."})  # fmt: skip
    stale = await client.put(f"{root}/words", json={"wanted": "accepted", "language": "fr", "subject": "x", "body": "x"})
    wrong = await client.put(f"{root}/words", json={"wanted": "accepted", "language": "fr", "version": 1,
                                                    "subject": "Oui", "body": "{secret}"})  # fmt: skip
    one = await client.put(f"{root}/letter", json={"submission": room.films[1], "person": room.maker.id,
                                                   "subject": "Pour vous", "body": "Un mot à part {title}."})  # fmt: skip
    page = (await client.get(f"/fr/{room.edition.slug}/committee/announcements/{batch}/letters")).text
    await decisions.announce(batch, edition=room.edition, by=room.two)
    late = await client.put(f"{root}/letter", json={"submission": room.films[1], "person": room.maker.id,
                                                    "subject": "x", "body": "x", "version": 1})  # fmt: skip

    assert [answer.status_code for answer in (every, stale, wrong, one, late)] == [200, 409, 422, 200, 409]
    assert "Oui à Nuit 0" in page
    assert "Un mot à part {title}." in page
    sent = await Waiting.bodies(room)
    assert sent["accepted"] == ("Oui à Nuit 0", "Chère Ada, oui.")
    assert sent["declined"] == ("Pour vous", "Un mot à part {title}.")


async def test_a_letter_of_the_second_page_is_changed_there_and_a_refused_one_stands_there_again(client, monkeypatch) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    monkeypatch.setattr(letters_ahead, "ROWS", 1)
    await sign_in(client, room.one)
    place = f"/fr/{room.edition.slug}/committee/announcements/{batch}"
    page = html.fromstring((await client.get(f"{place}/letters?page=2")).text)
    [form] = page.xpath("//form[contains(@action, '/letter?')]")
    given = dict(form.fields) | {"subject": "Pour vous", "body": "Un mot à part."}

    done = await client.post(form.get("action"), data=given)
    stale = await client.post(form.get("action"), data=given | {"body": "Un autre mot."})

    assert f"{batch}/letters?page=2&" in done.headers["location"]
    assert (stale.status_code, "Un autre mot.</textarea>" in stale.text) == (409, True)


async def test_a_preview_is_the_letter_that_goes(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    await releasing.word_all(batch, BatchWords(wanted="declined", language="fr", subject="À {name}", body="Non, {title}."),
                             edition=room.edition, by=room.one)  # fmt: skip
    ahead = {one.wanted: (one.subject, one.body) for one in await releasing.letters_ahead(batch, room.edition)}

    await decisions.announce(batch, edition=room.edition, by=room.two)

    sent = await Waiting.bodies(room)
    assert {kind: subject for kind, (subject, _) in ahead.items()} == {kind: subject for kind, (subject, _) in sent.items()}
    assert ahead["declined"] == sent["declined"] == ("À Ada", "Non, Nuit 1.")


async def test_words_of_a_letter_that_is_not_in_the_batch_are_refused(client) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    await sign_in(client, room.one)
    given = LetterOfBatch(submission=room.films[0], person=room.one.id, subject="x", body="x")

    answer = await client.put(f"/api/v1/{room.edition.slug}/announcements/{batch}/letter",
                              json={"submission": given.submission, "person": given.person, "subject": "x", "body": "x"})  # fmt: skip

    assert answer.status_code == 404


async def test_every_decision_of_an_outcome_is_drawn_up_however_many(client) -> None:
    room = await Room().fill(3)
    await decisions.accept(await room.film(0), by=room.one, note="Lumineux.")
    for n in (1, 2):
        await decisions.regret(await room.film(n), by=room.one, note="Trop long.")
    await sign_in(client, room.one)
    place = f"/api/v1/{room.edition.slug}/announcements"

    drawn = await client.post(place, json={"outcomes": ["declined"]})
    none = await client.post(place, json={"outcomes": ["declined"]})
    lines = await rows("SELECT submission FROM announcement_line WHERE announcement = {}", drawn.json()["id"])

    assert (drawn.status_code, none.status_code) == (201, 422)
    assert {row["submission"] for row in lines} == set(room.films[1:])


async def test_a_chosen_moment_stands_on_the_editions_wall(client) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    await sign_in(client, room.two)
    place, day = f"/fr/{room.edition.slug}/committee/announcements", (now() + timedelta(days=5)).date().isoformat()

    unread = await client.post(f"{place}/{batch}/moment", data={"due_at": day, "due_hour": "midi"})
    typed = html.fromstring(unread.text).xpath("//details[@open]//input[@type='date' or @aria-invalid]/@value")
    led = html.fromstring(unread.text).xpath("boolean(//*[@id = substring-after(//*[@id='summary']//a/@href, '#')])")
    said = await client.post(f"{place}/{batch}/moment", data={"due_at": day, "due_hour": "10:00"})
    page = (await client.get(place)).text

    assert (unread.status_code, said.status_code) == (422, 303)
    assert (typed, led) == ([day, "midi"], True)
    assert ", 10:00. Jusque-là, rien n’a bougé." in page
    assert await room.letters() == []

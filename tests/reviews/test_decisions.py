"""A decision stays inside until a second person announces it, whole and once."""

import asyncio
import re

import pytest

from festival.errors import Conflict, Missing, Refused
from festival.tables import Letter, Outbox, Phase
from reviews import decisions, reviewing
from reviews.tables import Announcement, Decision
from submissions.lists import submission_in
from submissions.tables import FilmFile
from tests.builders import a_film, a_person, an_edition, led_to, sign_in


class Room:
    """An edition, its two chairs, and films that wait for a decision."""

    async def fill(self, films: int = 2) -> "Room":
        self.edition = await an_edition(phase=Phase.SELECTION)
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.one = await a_person("chair", edition=self.edition, name="Cy")
        self.two = await a_person("chair", edition=self.edition, name="Di")
        self.films = [
            (await a_film(self.edition, self.maker, title=f"Nuit {n}", title_en=f"Night {n}"))[0]
            for n in range(films)
        ]
        return self

    async def film(self, n: int = 0):
        return await submission_in(self.edition, self.films[n])

    async def standing(self) -> list[tuple[str, str | None]]:
        found = [await self.film(n) for n in range(len(self.films))]
        return [(one.status, one.pending) for one in found]

    async def letters(self) -> list[str]:
        found = await Letter.objects().where(Letter.edition == self.edition.id)
        return sorted(letter.kind for letter in found)

    async def a_batch(self) -> str:
        await decisions.accept(await self.film(0), by=self.one, note="Lumineux.")
        await decisions.regret(await self.film(1), by=self.one, note="Trop long.")
        batch = await decisions.ask_announcement(self.edition, self.films, by=self.one)
        return batch.id


async def test_a_decision_is_known_to_the_committee_alone(client) -> None:
    room = await Room().fill()

    await decisions.accept(await room.film(), by=room.one, note="Lumineux.")

    assert await room.standing() == [("submitted", "accepted"), ("submitted", None)]
    assert await room.letters() == []


async def test_a_filmmakers_json_never_holds_what_is_pending(client) -> None:
    room = await Room().fill()
    await room.a_batch()
    await sign_in(client, room.maker)
    base = f"/api/v1/{room.edition.slug}/submissions"

    answers = [
        await client.get(place)
        for place in (base, f"{base}/{room.films[0]}", f"{base}/{room.films[0]}/report")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    for answer in answers:
        assert [word for word in ("pending", "accepted", "declined") if word in answer.text] == []


async def test_who_asked_cannot_announce_and_nothing_moves(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()

    with pytest.raises(Refused) as refused:
        await decisions.announce(batch, edition=room.edition, by=room.one)

    kept = await Announcement.objects().get(Announcement.id == batch)
    assert refused.value.codes == ("announcement_needs_second_person",)
    assert kept.released_at is None
    assert await room.standing() == [("submitted", "accepted"), ("submitted", "declined")]
    assert await room.letters() == []


async def test_a_second_person_announces_all_at_once(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()

    await decisions.announce(batch, edition=room.edition, by=room.two)

    assert await room.standing() == [("accepted", None), ("declined", None)]
    assert await room.letters() == ["accepted", "declined"]


async def test_however_often_it_is_announced_the_letters_go_once(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()

    answers = await asyncio.gather(
        *(decisions.announce(batch, edition=room.edition, by=room.two) for _ in range(4))
    )
    await decisions.announce(batch, edition=room.edition, by=room.two)

    assert answers == [None] * 4
    assert await room.letters() == ["accepted", "declined"]


async def test_one_decision_that_changed_holds_the_whole_batch(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    await decisions.wait(await room.film(1), by=room.one, note="À revoir.", seen=1)

    with pytest.raises(Conflict):
        await decisions.announce(batch, edition=room.edition, by=room.two)

    assert await room.standing() == [("submitted", "accepted"), ("submitted", "waitlisted")]
    assert await room.letters() == []


async def test_a_batch_holds_decided_films_of_this_edition_only(house) -> None:
    room, other = await Room().fill(), await Room().fill()
    await decisions.accept(await room.film(0), by=room.one, note="Lumineux.")
    await decisions.accept(await other.film(0), by=other.one, note="Lumineux.")

    for films in ([], room.films, [room.films[0], other.films[0]]):
        with pytest.raises(Refused) as refused:
            await decisions.ask_announcement(room.edition, films, by=room.one)
        assert refused.value.codes == ("announcement_without_decision",)


async def test_of_two_who_draw_a_film_at_once_one_does_until_it_is_put_back(client) -> None:
    room = await Room().fill()
    await decisions.accept(await room.film(0), by=room.one, note="Lumineux.")
    place, wanted = f"/api/v1/{room.edition.slug}/announcements", {"submissions": room.films[:1]}
    await sign_in(client, room.one)

    answers = await asyncio.gather(*(client.post(place, json=wanted) for _ in range(3)))
    drawn, *refused = sorted(answers, key=lambda answer: answer.status_code)
    page = await client.post(f"/en/{room.edition.slug}/committee/announcements", data=wanted)
    await client.delete(f"{place}/{drawn.json()['id']}")
    again = await client.post(place, json=wanted)

    told = {
        (answer.status_code, *answer.json()["codes"], answer.json()["titles_en"])
        for answer in refused
    }
    assert (drawn.status_code, again.status_code) == (201, 201)
    assert told == {(409, "announcement_drawn_already", "“Night 0”")}
    assert page.status_code == 409
    assert "Already in another announcement: “Night 0”" in page.text


async def test_a_cancelled_batch_tells_nobody(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    await decisions.cancel(batch, edition=room.edition, by=room.one)

    for verb in (decisions.announce, decisions.cancel):
        with pytest.raises(Conflict) as refused:
            await verb(batch, edition=room.edition, by=room.two)
        assert refused.value.codes == ("announcement_cancelled",)  # not that it is out already

    assert await room.letters() == []


async def test_what_was_told_cannot_be_cancelled(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    await decisions.announce(batch, edition=room.edition, by=room.two)

    with pytest.raises(Conflict):
        await decisions.cancel(batch, edition=room.edition, by=room.one)


async def test_a_batch_of_another_edition_does_not_exist(house) -> None:
    room, other = await Room().fill(), await Room().fill()
    batch = await room.a_batch()

    with pytest.raises(Missing):
        await decisions.announce(batch, edition=other.edition, by=other.two)


async def test_a_draft_is_not_decided(house) -> None:
    room = await Room().fill(0)
    room.films = [(await a_film(room.edition, room.maker, status="draft"))[0]]

    with pytest.raises(Refused):
        await decisions.accept(await room.film(), by=room.one, note="Lumineux.")

    assert await room.standing() == [("draft", None)]


async def test_a_chosen_film_is_made_ready_for_projection_once_it_is_announced(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    assert await projections(room) == []

    await decisions.announce(batch, edition=room.edition, by=room.two)
    await decisions.announce(batch, edition=room.edition, by=room.two)

    chosen = await FilmFile.objects().get(FilmFile.submission == room.films[0])
    assert await projections(room) == [chosen.id]


async def projections(room: Room) -> list[str]:
    files = [
        file.id for file in await FilmFile.objects().where(FilmFile.submission.is_in(room.films))
    ]
    lines = await Outbox.objects().where(Outbox.task == "make_mezzanine")
    return [line.args["file"] for line in lines if line.args["file"] in files]


async def test_who_decides_on_an_older_state_is_told_and_overwrites_nothing(house) -> None:
    room = await Room().fill(1)
    await decisions.accept(await room.film(), by=room.one, note="Lumineux.")

    with pytest.raises(Conflict) as told:
        await decisions.regret(await room.film(), by=room.two, note="Trop long.", seen=0)

    assert told.value.codes == ("decision_overtaken",)
    assert told.value.values["version"] == 1
    assert (told.value.values["name"], told.value.values["note"]) == ("Cy", "Lumineux.")
    assert await room.standing() == [("submitted", "accepted")]
    assert await Decision.count().where(Decision.submission == room.films[0]) == 1


async def test_of_two_chairs_at_once_one_decides(house) -> None:
    room = await Room().fill(1)
    answers = await asyncio.gather(
        decisions.accept(await room.film(), by=room.one, note="Lumineux."),
        decisions.regret(await room.film(), by=room.two, note="Trop long."),
        return_exceptions=True,
    )

    assert sorted(type(answer) for answer in answers if answer) == [Conflict]
    assert await Decision.count().where(Decision.submission == room.films[0]) == 1


async def test_whoever_has_read_the_other_sentence_may_decide_again(house) -> None:
    room = await Room().fill(1)
    await decisions.accept(await room.film(), by=room.one, note="Lumineux.")

    await decisions.regret(await room.film(), by=room.two, note="Trop long.", seen=1)
    await decisions.reopen(await room.film(), by=room.one, note="Parlons-en.", seen=2)

    assert await room.standing() == [("submitted", None)]


async def test_an_announcement_is_a_newer_state_too(house) -> None:
    room = await Room().fill(1)
    await decisions.wait(await room.film(), by=room.one, note="À revoir.")
    batch = await decisions.ask_announcement(room.edition, room.films, by=room.one)
    await decisions.announce(batch.id, edition=room.edition, by=room.two)

    with pytest.raises(Conflict):
        await decisions.accept(await room.film(), by=room.one, note="Lumineux.", seen=1)
    await decisions.accept(await room.film(), by=room.one, note="Lumineux.", seen=2)

    assert await room.standing() == [("waitlisted", "accepted")]


@pytest.mark.parametrize(("status", "code"), [
    ("draft", "stands_draft"), ("withdrawn", "stands_withdrawn"),
    ("accepted", "stands_accepted"), ("declined", "stands_declined"),
])  # fmt: skip
async def test_a_film_that_takes_no_decision_says_where_it_stands(house, status, code) -> None:
    room = await Room().fill(0)
    room.films = [(await a_film(room.edition, room.maker, status=status))[0]]

    for act in (decisions.accept, decisions.wait, decisions.regret, decisions.reopen):
        with pytest.raises(Refused) as told:
            await act(await room.film(), by=room.one, note="Lumineux.")
        assert told.value.codes == (code,)
    assert await room.standing() == [(status, None)]


async def test_a_stale_decision_is_409_with_both_sentences(client) -> None:
    room = await Room().fill(1)
    place = f"/api/v1/{room.edition.slug}/committee/submissions/{room.films[0]}"
    await sign_in(client, room.one)
    first = await client.post(f"{place}/acceptance", json={"note": "Lumineux.", "version": 0})
    await sign_in(client, room.two)

    stale = await client.post(f"{place}/regret", json={"note": "Trop long."})

    assert (first.status_code, stale.status_code) == (204, 409)
    told = stale.json()
    assert told["codes"] == ["decision_overtaken"]
    assert (told["standing"]["name"], told["standing"]["wanted"]) == ("Cy", "accepted")
    assert "Lumineux." in told["words"]["fr"][0]


async def test_a_stale_form_keeps_what_was_typed_and_shows_what_stands(client) -> None:
    room = await Room().fill(1)
    await decisions.accept(await room.film(), by=room.one, note="Lumineux.")
    await sign_in(client, room.two)

    page = await client.post(
        f"/fr/{room.edition.slug}/committee/submissions/{room.films[0]}/decision",
        data={"act": "regret", "note": "Trop long, hélas.", "version": "0"},
    )

    assert page.status_code == 409
    assert f'href="/en/{room.edition.slug}/committee/decisions"' in page.text
    assert "Trop long, hélas." in page.text
    assert "Lumineux." in page.text
    assert 'name="version" value="1"' in page.text
    assert await room.standing() == [("submitted", "accepted")]


async def test_a_decision_without_its_act_or_its_reason_leads_to_where_they_are_missing(
    client,
) -> None:
    room = await Room().fill(2)
    await sign_in(client, room.two)
    place = f"/fr/{room.edition.slug}/committee/submissions/{room.films[1]}/decision"

    page = await client.post(place, data={"note": "x", "version": "0"})

    assert (page.status_code, led_to(page.text)) == (422, [place, place])


async def test_what_was_typed_about_a_film_of_a_later_page_stands_there_again(
    client, monkeypatch
) -> None:
    monkeypatch.setattr("api.pages.board.CARDS", 1)
    room = await Room().fill(3)
    await sign_in(client, room.two)
    root = f"/fr/{room.edition.slug}/committee/submissions"

    pages = [
        await client.post(
            f"{root}/{film}/decision", data={"note": "Trop long, hélas.", "version": "0"}
        )
        for film in room.films
    ]

    assert ["Trop long, hélas." in page.text for page in pages] == [True] * 3
    assert [led_to(page.text) for page in pages] == [
        [f"{root}/{film}/decision"] for film in room.films
    ]
    board = f"/fr/{room.edition.slug}/committee/decisions"
    leaves = {re.sub(r"\?.*", "", at) for at in re.findall(r'rel="(?:prev|next)" href="([^"]*)"', pages[1].text)}
    assert leaves == {board}


async def test_who_draws_what_no_other_chair_may_see_is_told_which_film(client) -> None:
    room = await Room().fill()
    await decisions.accept(await room.film(0), by=room.one, note="Lumineux.")
    await decisions.regret(await room.film(1), by=room.one, note="Trop long.")
    await reviewing.recuse(await room.film(1), reason="Mon frère.", by=room.two)
    await sign_in(client, room.one)

    drawn = await client.post(
        f"/api/v1/{room.edition.slug}/announcements", json={"submissions": room.films}
    )
    page = await client.get(f"/fr/{room.edition.slug}/committee/announcements")

    assert drawn.json()["unseen"] == ["Nuit 1"]
    assert "sortez-en «\u00a0Nuit 1\u202f»" in page.text


async def test_a_third_chair_releases_what_the_second_may_not_see(client) -> None:
    room = await Room().fill()
    third = await a_person("chair", edition=room.edition, name="Eo")
    batch = await room.a_batch()
    await reviewing.recuse(await room.film(1), reason="Mon frère.", by=room.two)
    place = f"/api/v1/{room.edition.slug}/announcements/{batch}/release"
    await sign_in(client, room.two)
    barred = await client.post(place)
    page = await client.get(f"/fr/{room.edition.slug}/committee/announcements")
    await sign_in(client, third)

    released = await client.post(place)

    assert (barred.status_code, barred.json()["codes"]) == (403, ["announcement_not_whole"])
    assert "1 film que vous ne pouvez pas voir" in page.text
    assert f"{batch}/release" not in page.text
    assert "Nuit 1" not in page.text
    assert released.status_code == 204
    assert await room.letters() == ["accepted", "declined"]


async def test_a_decision_that_changed_since_the_preview_is_named(house) -> None:
    room = await Room().fill()
    batch = await room.a_batch()
    await decisions.wait(await room.film(1), by=room.one, note="À revoir.", seen=1)

    with pytest.raises(Conflict) as told:
        await decisions.announce(batch, edition=room.edition, by=room.two)

    titles = told.value.values["titles"]
    assert [titles(lang) for lang in ("fr", "en")] == ["«\u00a0Nuit 1\u202f»", "“Night 1”"]

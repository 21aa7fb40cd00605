"""The meeting: one film, one pen, and minutes that keep what was said, by whom and when."""

import asyncio

import pytest

from festival.db import rows
from festival.errors import Conflict, Refused
from reviews import decisions, meetings, reviewing
from reviews.meetings import AtTable, NewMeeting, PenTo, Rewording, TableDecision, TableRemark
from tests.builders import a_person, sign_in, the_viewer
from tests.reviews.test_board import Desk

VOTES = {"aube": [1, 5], "Cime": [2, 3], "Dune": [4, 4]}


class Table(Desk):
    """Cy has begun a meeting, and holds the pen; Di chairs too."""

    async def sit(self) -> "Table":
        await self.lay(VOTES)
        given = NewMeeting(name="Jeudi", people=[self.panel[0].id], others="Une invitée\n\n")
        self.id = await meetings.begin(given, edition=self.edition, viewer=self.viewer, by=self.chair)
        return self

    async def state(self):
        return await meetings.meeting_with(self.id, self.edition)

    async def on_table(self) -> str | None:
        names = {film: title for title, film in self.films.items()}
        return names.get((await self.state()).submission)

    async def decide(self, title: str, wanted: str, *, by=None, version: int = 0, **hands: int) -> None:
        given = TableDecision(
            submission=self.films[title], wanted=wanted, note=f"On a parlé de {title}.", version=version, **hands
        )
        await meetings.decide(self.id, await self.film(title), given, edition=self.edition, viewer=self.viewer,
                              by=by or self.chair)  # fmt: skip

    async def lines(self, viewer=None) -> list[meetings.MinutesLine]:
        return await meetings.minutes_of(self.id, viewer or self.viewer)


async def test_a_film_after_the_other_what_divides_most_first_and_all_of_it_in_the_minutes(house) -> None:
    table = await Table().sit()
    seen = [await table.on_table()]

    await table.decide("aube", "accepted", votes_for=3, votes_against=1, abstained=0)
    seen.append(await table.on_table())
    await meetings.remark(table.id, TableRemark(note="On revoit la fin.", submission=table.films["Cime"]),
                          edition=table.edition, by=table.chair)  # fmt: skip
    await table.decide("Cime", "declined")
    await table.decide("Dune", "undecided")

    assert seen == ["aube", "Cime"]
    told = [(one.title, one.wanted, one.note, one.votes_for, one.abstained) for one in await table.lines()]
    assert told == [
        ("aube", "accepted", "On a parlé de aube.", 3, 0), ("Cime", "", "On revoit la fin.", None, None),
        ("Cime", "declined", "On a parlé de Cime.", None, None), ("Dune", "undecided", "On a parlé de Dune.", None, None),
    ]  # fmt: skip
    assert {one.name for one in (await table.state()).seats} == {"Cy", "Ann", "Une invitée"}
    assert await table.titles("accepted") == ["aube"]


async def test_one_holds_the_pen_and_hands_it_over_or_lets_it_lapse(house) -> None:
    table = await Table().sit()
    with pytest.raises(Conflict) as held:
        await table.decide("aube", "accepted", by=table.other)
    with pytest.raises(Conflict):
        await meetings.take_pen(table.id, PenTo(), edition=table.edition, by=table.other)
    with pytest.raises(Refused):
        await meetings.take_pen(table.id, PenTo(person=table.panel[0].id), edition=table.edition, by=table.chair)

    await meetings.take_pen(table.id, PenTo(person=table.other.id), edition=table.edition, by=table.chair)
    await table.decide("aube", "accepted", by=table.other)
    with pytest.raises(Conflict):
        await table.decide("Cime", "accepted")
    await rows("UPDATE meeting SET pen_until = now() - interval '1 second' WHERE id = {} RETURNING id", table.id)
    with pytest.raises(Conflict) as down:
        await table.decide("Cime", "accepted", by=table.other)
    both = await asyncio.gather(*(meetings.take_pen(table.id, PenTo(), edition=table.edition, by=who)
                                  for who in (table.chair, table.other)), return_exceptions=True)  # fmt: skip

    assert (held.value.codes, held.value.values["name"], down.value.codes) == (
        ("meeting_pen_held",), "Cy", ("meeting_pen_down",))  # fmt: skip
    assert [type(one) for one in both if one] == [Conflict]


async def test_a_decision_that_was_overtaken_leaves_no_line_and_the_film_on_the_table(house) -> None:
    table = await Table().sit()
    await decisions.regret(await table.film("aube"), by=table.other, note="Non.")

    with pytest.raises(Conflict) as told:
        await table.decide("aube", "accepted")
    with pytest.raises(Conflict) as other:
        await table.decide("Cime", "accepted")

    assert (told.value.codes, other.value.codes) == (("decision_overtaken",), ("meeting_other_film",))
    assert (await table.lines(), await table.on_table()) == ([], "aube")


async def test_a_corrected_line_keeps_its_earlier_words_after_the_meeting_too(house) -> None:
    table = await Table().sit()
    await table.decide("aube", "accepted")
    await meetings.end(table.id, edition=table.edition, by=table.chair)
    for words in ("On a parlé d’aube.", "On a longtemps parlé d’aube."):
        [line] = await table.lines()
        await meetings.reword(table.id, line.id, Rewording(note=words), edition=table.edition, viewer=table.viewer,
                              by=table.other)  # fmt: skip

    [line] = await table.lines()
    with pytest.raises(Conflict):
        await table.decide("Cime", "accepted")

    assert (line.note, line.writer, line.wanted) == ("On a longtemps parlé d’aube.", "Di", "accepted")
    assert line.earlier == ["On a parlé de aube.", "On a parlé d’aube."]


async def test_nobody_reads_in_the_minutes_of_a_film_that_is_not_theirs(client) -> None:
    table = await Table().sit()
    await table.decide("aube", "accepted")
    await meetings.remark(table.id, TableRemark(note="Pause."), edition=table.edition, by=table.chair)
    await reviewing.recuse(await table.film("aube"), reason="Mon frère.", by=table.other)
    await reviewing.recuse(await table.film("Cime"), reason="Ma sœur.", by=table.other)
    await sign_in(client, table.other)
    root = f"/fr/{table.edition.slug}/committee"

    answers = [await client.get(f"{root}/{place}") for place in ("meeting", f"meetings/{table.id}")]
    told = await client.get(f"/api/v1/{table.edition.slug}/committee/meetings/{table.id}")
    lines = await table.lines(await the_viewer(table.other, table.edition))

    assert [one.note for one in lines] == ["Pause."]
    assert "il se discute sans vous" in answers[0].text
    assert not any(word in answer.text for answer in [*answers, told] for word in ("aube", "Cime"))


async def test_whoever_sits_down_and_leaves_stands_in_the_minutes_with_the_hour(client) -> None:
    table = await Table().sit()
    stranger = await a_person(edition=table.edition, name="Zoé")
    with pytest.raises(Refused):
        await meetings.come(table.id, AtTable(person=stranger.id), edition=table.edition, by=table.chair)
    await meetings.come(table.id, AtTable(name="Un régisseur"), edition=table.edition, by=table.chair)
    seat = next(one for one in (await table.state()).seats if one.name == "Ann")
    await meetings.leave(table.id, seat.id, edition=table.edition, by=table.chair)
    await sign_in(client, table.chair)

    page = await client.get(f"/fr/{table.edition.slug}/committee/meetings/{table.id}")
    paper = await client.get(f"/fr/{table.edition.slug}/committee/meetings/{table.id}/minutes.pdf")

    assert "Un régisseur" in page.text
    assert "jusqu’à" in page.text
    assert (paper.status_code, paper.content[:5]) == (200, b"%PDF-")


async def test_whoever_has_no_pen_any_more_finds_the_words_that_no_form_holds(client) -> None:
    """Only what they sent from our own page: no other site puts words there."""
    table = await Table().sit()
    await sign_in(client, table.other)
    words = {"note": "On revoit la fin du film d’aube.", "drawn": "names of fields that stood there"}
    place = f"/fr/{table.edition.slug}/committee/meetings/{table.id}/remarks"

    ours, strange = [
        await client.post(place, data=words, headers={"sec-fetch-site": site}) for site in ("same-origin", "cross-site")
    ]

    assert ours.status_code == 409
    assert "Voici ce que vous aviez écrit" in ours.text
    assert words["note"] in ours.text
    assert words["note"] not in strange.text
    assert words["drawn"] not in ours.text


async def test_long_minutes_are_read_page_by_page_and_a_correction_comes_back_to_its_page(client, monkeypatch) -> None:
    table = await Table().sit()
    for n in range(5):
        await meetings.remark(table.id, TableRemark(note=f"Point {n}."), edition=table.edition, by=table.chair)
    monkeypatch.setattr("api.pages.meeting.PAGE", 2)
    await sign_in(client, table.chair)
    root = f"/fr/{table.edition.slug}/committee/meetings/{table.id}"

    pages = [await client.get(f"{root}?page={n}") for n in (1, 3, 9)]
    last = (await table.lines())[-1]
    moved = await client.post(f"{root}/lines/{last.id}?page=3", data={"note": "Autrement."})

    assert [[n for n in range(5) if f"Point {n}." in page.text] for page in pages] == [[0, 1], [4], [4]]
    assert f"{table.id}?page=3&" in moved.headers["location"]
    newest = await meetings.minutes_of(table.id, table.viewer, most=2, latest=True)
    assert [one.note for one in newest] == ["Autrement.", "Point 3."]


async def test_meetings_that_are_over_are_read_page_by_page_and_the_agenda_counts_what_it_does_not_show(
    client, monkeypatch
) -> None:
    table = await Table().sit()
    monkeypatch.setattr("reviews.meetings.MEETINGS", 1)
    monkeypatch.setattr("reviews.meetings.AGENDA", 1)
    await sign_in(client, table.chair)
    pages, words = f"/fr/{table.edition.slug}/committee/meeting", "Seules les 1 premières"

    running = (await client.get(pages)).text
    await meetings.end(table.id, edition=table.edition, by=table.chair)
    later = NewMeeting(name="Vendredi")
    second = await meetings.begin(later, edition=table.edition, viewer=table.viewer, by=table.chair)
    await meetings.end(second, edition=table.edition, by=table.chair)

    assert ("3 films à débattre" in running, words in running) == (True, True)
    read = [(await client.get(f"{pages}?page={n}")).text for n in (1, 2, 9)]
    assert [[name for name in ("Jeudi", "Vendredi") if f">{name}<" in page] for page in read] == [
        ["Vendredi"], ["Jeudi"], ["Jeudi"]
    ]  # fmt: skip
    told = (await client.get(f"/api/v1/{table.edition.slug}/committee/meetings?page=2")).json()
    assert ([one["id"] for one in told["meetings"]], told["found"]) == ([table.id], 2)


async def test_a_correction_that_was_overtaken_finds_its_words_again_beside_those_that_stand(client) -> None:
    table = await Table().sit()
    await table.decide("aube", "accepted")
    [line] = await table.lines()
    await sign_in(client, table.chair)
    root = f"/fr/{table.edition.slug}/committee/meetings/{table.id}"
    await meetings.reword(table.id, line.id, Rewording(note="Les autres."), edition=table.edition, viewer=table.viewer,
                          by=table.chair)  # fmt: skip

    refused = await client.post(f"{root}/lines/{line.id}?page=1", data={"note": "Mes mots à moi."})

    assert refused.status_code == 409
    assert "Mes mots à moi.</textarea>" in refused.text
    assert "<details open" in refused.text
    assert [one.note for one in await table.lines()] == ["Les autres."]

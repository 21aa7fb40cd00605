"""Which votes count, who still has one, and when a sheet closes; nothing is rewritten unseen."""

import asyncio

import pytest

from festival import people
from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from festival.tables import Edition, Letter, Record, Role
from reviews import board, decisions, lists, reviewing
from reviews.evidence import heard
from reviews.scoring import Sheet
from submissions.tables import FilmFile, Member
from tests.builders import has_seen, led_to, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, POOR, Jury

FAIR = Sheet(writing=3, image=3, sound=3, space=3, opinion="Un film honnête, sans plus, à revoir.")


class Panel(Jury):
    """Ann gave 5, Bob 1 and the chair 3, each having seen the whole film."""

    async def vote(self) -> "Panel":
        await self.seat()
        await Edition.update({Edition.phase: "selection"}).where(Edition.id == self.edition.id)
        for person, sheet in ((self.ann, GOOD), (self.bob, POOR), (self.chair, FAIR)):
            await self.give(person, sheet)
        self.other = await self.another()
        return self

    async def another(self):
        from tests.builders import a_person

        return await a_person("chair", edition=self.edition, name="Dee")

    async def case(self) -> lists.Case:
        cases = await board.films(await the_viewer(self.chair, self.edition))
        return next(case for case in cases if case.id == self.films[0][0])

    async def names(self) -> list[str]:
        return sorted(vote.name for vote in (await self.case()).votes)

    async def announce(self) -> None:
        submission, _ = await self.film()
        await decisions.accept(submission, by=self.chair, note="Lumineux.")
        batch = await decisions.ask_announcement(self.edition, [submission.id], by=self.chair)
        await decisions.announce(batch.id, edition=self.edition, by=self.other)

    async def sheet_of(self, person) -> dict:
        return (await rows("SELECT * FROM review WHERE submission = {} AND person = {}",
                           self.films[0][0], person.id))[0]  # fmt: skip

    async def records(self, act: str) -> list[Record]:
        return await Record.objects().where((Record.act == act) & (Record.subject == self.films[0][0])).order_by(Record.id)


async def test_a_vote_on_a_film_half_seen_stands_apart(house) -> None:
    panel = await Jury().seat()
    await panel.give(panel.ann, GOOD, seen=0.38)
    await panel.give(panel.chair, FAIR)

    case = (await board.films(await the_viewer(panel.chair, panel.edition)))[0]

    assert [(v.name, v.seen, v.apart) for v in case.apart] == [("Ann", 0.38, "unseen")]
    assert (case.mean, case.spread, [v.name for v in case.counted]) == (3.0, 0.0, ["Cy"])
    known = (await heard([panel.films[0][0]]))[panel.films[0][0]]
    assert (known.votes, known.apart, known.watched, known.whole) == (1, 1, 2, 1)


async def test_how_much_must_be_seen_is_the_editions_own(house) -> None:
    panel = await Jury().seat()
    await Edition.update({Edition.coverage: 0.3}).where(Edition.id == panel.edition.id)
    await panel.give(panel.chair, GOOD, seen=0.38)

    case = (await board.films(await the_viewer(panel.chair, panel.edition)))[0]

    assert (case.mean, case.apart) == (5.0, ())


async def test_seen_to_the_end_and_given_again_the_vote_counts(house) -> None:
    panel = await Jury().seat()
    await panel.give(panel.chair, GOOD, seen=0.38)
    await panel.give(panel.chair, GOOD, version=1)

    case = (await board.films(await the_viewer(panel.chair, panel.edition)))[0]

    assert (case.mean, [v.seen for v in case.votes]) == (5.0, [1.0])


async def test_a_vote_on_a_replaced_file_stands_apart(house) -> None:
    panel = await Panel().vote()
    submission, file = panel.films[0]
    await FilmFile.update({FilmFile.state: "replaced"}).where(FilmFile.id == file)
    await FilmFile(submission=submission, state="released", number=2, facts='{"duration": 60.0}').save()

    case = await panel.case()

    assert ({vote.apart for vote in case.votes}, case.mean) == ({"older"}, None)


async def test_stepping_aside_takes_the_vote_along_and_the_record_keeps_what_left(client) -> None:
    panel = await Panel().vote()
    submission, _ = await panel.film()

    await reviewing.recuse(submission, reason="Mon frère l'a tourné.", by=panel.ann)

    case = await panel.case()
    assert (await panel.names(), case.mean) == (["Bob", "Cy"], 2.0)
    assert GOOD.opinion not in (await panel.room(client, panel.bob)).text
    assert (await heard([submission.id]))[submission.id].votes == 2
    line = (await panel.records("recused"))[0]
    assert line.details["vote_removed"]["total"] == 5.0
    assert line.details["reason"] == "Mon frère l'a tourné."


async def test_let_back_in_the_vote_is_back(house) -> None:
    panel = await Panel().vote()
    submission, _ = await panel.film()
    await reviewing.recuse(submission, reason="Un ami.", by=panel.ann)

    await reviewing.lift_recusal(
        submission, panel.ann.id, reason="Un malentendu.", edition=panel.edition, by=panel.chair
    )

    assert await panel.names() == ["Ann", "Bob", "Cy"]


async def test_no_reason_no_stepping_aside(client) -> None:
    panel = await Panel().vote()
    await sign_in(client, panel.ann)

    told = await client.post(
        f"/api/v1/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/recusal", json={"reason": "  "}
    )

    assert (told.status_code, told.json()["codes"]) == (422, ["reason:reason_missing"])
    assert await panel.names() == ["Ann", "Bob", "Cy"]


async def test_whoever_stepped_aside_can_read_that_they_did(client) -> None:
    panel = await Panel().vote()
    await reviewing.recuse((await panel.film())[0], reason="Mon frère.", by=panel.ann)
    await sign_in(client, panel.ann)

    told = (await client.get(f"/api/v1/{panel.edition.slug}/committee/recusals")).json()

    assert [(one["reason"], one["section_letter"]) for one in told] == [("Mon frère.", "C")]


async def lose_the_part(panel: Panel) -> None:
    await people.revoke(panel.ann, Role.REVIEWER, edition=panel.edition, by=panel.chair)


async def lose_the_section(panel: Panel) -> None:
    await people.grant(panel.ann, Role.REVIEWER, edition=panel.edition, by=None, sections=["elsewhere"])


async def lose_the_account(panel: Panel) -> None:
    await people.disable(panel.ann, by=panel.chair)


async def join_the_film(panel: Panel) -> None:
    await Member(submission=panel.films[0][0], person=panel.ann.id).save()


@pytest.mark.parametrize("go", [lose_the_part, lose_the_section, lose_the_account, join_the_film])
async def test_whoever_may_not_hear_the_film_any_more_has_no_vote(house, go) -> None:
    panel = await Panel().vote()

    await go(panel)

    assert (await panel.names(), (await panel.case()).mean) == (["Bob", "Cy"], 2.0)


async def test_announced_is_closed(client) -> None:
    panel = await Panel().vote()
    await panel.announce()
    await sign_in(client, panel.bob)

    told = await client.put(
        f"/api/v1/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/review",
        json={"sheet": {"writing": 5, "image": 5, "sound": 5, "space": 5, "opinion": GOOD.opinion}, "version": 1, "give": True},
    )

    assert (told.status_code, told.json()["codes"]) == (422, ["sheet_closed"])
    assert (await panel.sheet_of(panel.bob))["opinion"] == POOR.opinion
    assert (await panel.room(client, panel.bob)).json()["is_closed"] is True


async def test_a_sheet_and_an_announcement_in_the_same_instant_do_not_cross(house) -> None:
    panel = await Panel().vote()
    submission, _ = await panel.film()
    await decisions.accept(submission, by=panel.chair, note="Lumineux.")
    batch = await decisions.ask_announcement(panel.edition, [submission.id], by=panel.chair)

    await asyncio.gather(
        decisions.announce(batch.id, edition=panel.edition, by=panel.other),
        *(panel.give(panel.bob, GOOD, version=1) for _ in range(3)),
        return_exceptions=True,
    )

    lines = await rows("SELECT act FROM record WHERE subject = {} AND act IN ('submission_moved', 'review_given') ORDER BY id", submission.id)
    assert [line["act"] for line in lines][-1] == "submission_moved"


async def test_the_chair_reopens_one_sheet_once_and_what_it_said_is_kept(client) -> None:
    panel = await Panel().vote()
    await panel.announce()
    submission, _ = await panel.film()
    sheet = await panel.sheet_of(panel.bob)
    place = f"/api/v1/{panel.edition.slug}/committee/submissions/{submission.id}/reviews/{sheet['id']}/reopening"
    await sign_in(client, panel.bob)
    by_himself = await client.post(place, json={"reason": "Je me suis trompé."})
    await sign_in(client, panel.chair)
    form = place.replace("/api/v1", "/fr")
    unsaid = await client.post(form, data={"reason": ""})
    assert (unsaid.status_code, led_to(unsaid.text)) == (422, [form])

    opened = [(await client.post(place, json={"reason": "Erreur de saisie."})).status_code for _ in range(2)]
    await panel.give(panel.bob, GOOD, version=1)
    with pytest.raises(Refused) as refused:
        await panel.give(panel.bob, POOR, version=2)
    with pytest.raises(Refused):
        await panel.give(panel.ann, POOR, version=1)

    vote = next(v for v in (await panel.case()).votes if v.name == "Bob")
    assert (by_himself.status_code, opened, refused.value.codes) == (403, [204, 204], ("sheet_closed",))
    assert (vote.total, [(e.version, e.total, e.opinion) for e in vote.earlier]) == (5.0, [(1, 1.0, POOR.opinion)])
    assert [line.details["reason"] for line in await panel.records("sheet_reopened")] == ["Erreur de saisie."]
    told = await Letter.objects().where((Letter.kind == "sheet_reopened") & (Letter.edition == panel.edition.id))
    assert [(one.person, one.link, "Erreur de saisie." in one.body) for one in told] == [
        (panel.bob.id, f"/committee/submissions/{submission.id}", True)
    ]


async def test_who_may_not_reopen_a_sheet(house) -> None:
    panel = await Panel().vote()
    sheets = {p.id: await panel.sheet_of(p) for p in (panel.bob, panel.chair)}

    async def reopen(who, review: str, reason: str = "Erreur de saisie.") -> tuple[str, ...]:
        film, _ = await panel.film()
        with pytest.raises((Refused, Missing)) as told:
            await reviewing.reopen_sheet(film, review, reason=reason, edition=panel.edition, by=who)
        return told.value.codes

    before = await reopen(panel.chair, sheets[panel.bob.id]["id"])
    await panel.announce()

    assert before == ("sheet_is_open",)
    assert await reopen(panel.chair, sheets[panel.chair.id]["id"]) == ("sheet_own",)
    assert await reopen(panel.chair, "nothing") == ("review_missing",)
    assert await reopen(panel.chair, sheets[panel.bob.id]["id"], reason=" ") == ("reason:reason_missing",)


async def test_the_record_holds_the_figures_old_and_new(house) -> None:
    panel = await Jury().seat()
    await panel.give(panel.bob, GOOD, seen=0.5)
    await panel.give(panel.bob, POOR, version=1)

    first, second = [line.details for line in await Panel.records(panel, "review_given")]

    assert (first["before"], first["now"]["total"], first["now"]["seen"]) == (None, 5.0, 0.5)
    assert second["before"] == first["now"]
    assert (second["now"]["total"], second["now"]["seen"], second["now"]["version"]) == (1.0, 1.0, 2)
    assert POOR.opinion not in str(second)


async def test_only_given_sheets_leave_versions(house) -> None:
    panel = await Jury().seat()
    await panel.give(panel.bob, Sheet(writing=3), give=False)
    await panel.give(panel.bob, GOOD, version=1)
    await panel.give(panel.bob, POOR, version=2, give=False)

    kept = await rows("SELECT v.version FROM review_version v JOIN review r ON r.id = v.review WHERE r.person = {}", panel.bob.id)
    assert [one["version"] for one in kept] == [2]


async def test_the_second_tab_is_shown_the_first_ones_sheet(client) -> None:
    panel = await Panel().vote()
    await sign_in(client, panel.bob)

    told = await client.put(
        f"/api/v1/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/review", json={"sheet": {"writing": 5}, "version": 0}
    )

    standing = told.json()["standing"]
    assert (told.status_code, told.json()["codes"]) == (409, ["review_changed_meanwhile"])
    assert (standing["version"], standing["opinion"], standing["given"]) == (1, POOR.opinion, True)


async def test_two_that_begin_a_sheet_in_one_instant_make_one(house) -> None:
    panel = await Jury().seat()
    await has_seen(panel.bob, panel.films[0][1])

    answers = await asyncio.gather(*(panel.give(panel.bob, GOOD) for _ in range(4)), return_exceptions=True)

    assert [one for one in answers if one == 1] == [1]
    assert sum(isinstance(one, Conflict) for one in answers) == 3


async def test_a_note_is_mended_and_taken_away_by_its_writer_alone(client) -> None:
    panel = await Jury().seat()
    place = f"/api/v1/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/notes"
    await sign_in(client, panel.bob)
    note = (await client.post(place, json={"at_seconds": 12, "text": "Un racord.", "sign": "-"})).json()["id"]
    await sign_in(client, panel.ann)
    foreign = [await client.put(f"{place}/{note}", json={"text": "Faux", "version": 1}), await client.delete(f"{place}/{note}")]
    await sign_in(client, panel.bob)

    first = await client.put(f"{place}/{note}", json={"text": "Un raccord.", "sign": "?", "version": 1})
    stale = await client.put(f"{place}/{note}", json={"text": "Autre", "version": 1})
    kept = (await panel.room(client, panel.bob)).json()["notes"]
    gone = [(await client.delete(f"{place}/{note}")).status_code for _ in range(2)]

    assert [one.status_code for one in foreign] == [404, 204]
    assert (first.json(), stale.status_code) == ({"version": 2}, 409)
    assert [(one["text"], one["sign"], one["at_seconds"]) for one in kept] == [("Un raccord.", "?", 12)]
    assert (gone, (await panel.room(client, panel.bob)).json()["notes"]) == ([204, 204], [])


async def test_a_note_of_a_stretch_keeps_its_beginning_and_ends_after_it(client) -> None:
    panel = await Panel().vote()
    await sign_in(client, panel.bob)
    place = f"/api/v1/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/notes"
    stretch = {"at_seconds": 12, "until_seconds": 15.5, "text": "Un plan."}

    wrong = [
        (await client.post(place, json=stretch | change)).json()["codes"]
        for change in ({"until_seconds": 12}, {"at_seconds": 20}, {"until_seconds": 61.0})
    ]
    note = (await client.post(place, json=stretch)).json()
    again = {"text": "Un plan.", "version": 1}
    before = await client.put(f"{place}/{note['id']}", json=again | {"until_seconds": 11})
    longer = await client.put(f"{place}/{note['id']}", json=again | {"until_seconds": 18})
    kept = (await panel.room(client, panel.bob)).json()["notes"]
    await client.put(f"{place}/{note['id']}", json=again | {"version": 2})
    point = (await panel.room(client, panel.bob)).json()["notes"]

    assert wrong == [["until_seconds:note_ends_before"]] * 2 + [["until_seconds:note_beyond_film"]]
    assert (before.json()["codes"], longer.json()) == (
        ["until_seconds:note_ends_before"],
        {"version": 2},
    )
    assert [(one["at_seconds"], one["until_seconds"]) for one in kept + point] == [
        (12, 18),
        (12, None),
    ]


@pytest.mark.parametrize(("lang", "words"), [("fr", "38 % vu, non comptée"), ("en", "38% seen, not counted")])
async def test_the_board_sets_an_unsupported_vote_apart_in_words(client, lang, words) -> None:
    panel = await Jury().seat()
    await panel.give(panel.ann, GOOD, seen=0.38)
    await panel.give(panel.chair, FAIR, seen=0.2)
    await sign_in(client, panel.chair)

    page = (await client.get(f"/{lang}/{panel.edition.slug}/committee/decisions", headers={"accept": "text/html"})).text
    told = (await client.get(f"/api/v1/{panel.edition.slug}/committee/board")).json()

    assert words in page.replace("\u00a0", " ")
    votes = next(case["votes"] for case in told if case["id"] == panel.films[0][0])
    assert {(vote["name"], vote["apart"]) for vote in votes} == {("Ann", "unseen"), ("Cy", "unseen")}


@pytest.mark.parametrize(("lang", "words"), [("fr", "non mesuré"), ("en", "not measured")])
async def test_a_vote_from_before_measuring_counts_and_says_so(client, lang, words) -> None:
    panel = await Panel().vote()
    await rows("UPDATE review SET seen = NULL WHERE submission = {} RETURNING id", panel.films[0][0])
    await sign_in(client, panel.chair)
    place = f"/{lang}/{panel.edition.slug}/committee"

    board = (await client.get(f"{place}/decisions")).text
    room = (await client.get(f"{place}/submissions/{panel.films[0][0]}")).text

    assert (await panel.case()).mean == 3.0
    assert words in board
    assert room.count(words) == 4  # three votes, and the chair's own sheet


async def test_no_note_after_the_end_of_the_film(client) -> None:
    panel = await Panel().vote()
    await sign_in(client, panel.bob)
    place = f"{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/notes"

    late = await client.post(f"/api/v1/{place}", json={"at_seconds": 61.0, "text": "Après la fin."})
    never = await client.post(f"/fr/{place}", data={"at_seconds": "nan", "text": "Jamais."})
    last = await client.post(f"/api/v1/{place}", json={"at_seconds": 60.2, "text": "À la fin."})

    assert (late.status_code, late.json()["codes"]) == (422, ["at_seconds:note_beyond_film"])
    assert (never.status_code, "Jamais." in never.text) == (422, True)
    assert last.status_code == 201


async def test_what_is_too_much_for_a_form_stands_in_it_again(client) -> None:
    panel = await Panel().vote()
    await sign_in(client, panel.bob)
    place = f"/fr/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}"
    long = "mot " * 1001

    told = [
        await client.post(f"{place}/review", data={"version": 1, "act": "keep", "opinion": long, "image": 9}),
        await client.post(f"{place}/notes", data={"at_seconds": 3, "text": long}),
        await client.post(f"{place}/recusal", data={"reason": long, "sure": "yes"}),
    ]

    assert [(one.status_code, long.strip() in one.text) for one in told] == [(422, True)] * 3
    assert {f'href="{place.replace("/fr/", "/en/")}"' in one.text for one in told} == {True}
    assert (await panel.sheet_of(panel.bob))["opinion"] == POOR.opinion


async def test_a_text_of_just_the_right_length_is_not_made_longer_by_its_lines(client) -> None:
    panel = await Panel().vote()
    await sign_in(client, panel.bob)
    place = f"/fr/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}"
    text = ("Une ligne.\n" * 364)[:3999]

    told = await client.post(f"{place}/review", data={
        "version": 1, "act": "give", "opinion": text.replace("\n", "\r\n"),
        **dict.fromkeys(("writing", "image", "sound", "space"), 2),
    })

    assert told.status_code in {302, 303}
    assert (await panel.sheet_of(panel.bob))["opinion"] == text.strip()

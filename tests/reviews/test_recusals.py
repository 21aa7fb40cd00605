"""Stepping aside is seen by the chair, and lifted by another than whoever stepped aside."""

import pytest
from lxml import html

import api.pages.room
from festival.db import rows
from festival.errors import Missing, Refused
from festival.tables import Letter, Record
from reviews import board, lists, reviewing
from tests.builders import a_film, a_person, led_to, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, Jury


class Court(Jury):
    """Ann gave her sheet and then stepped aside; Cy chairs."""

    async def sit(self) -> "Court":
        await self.seat()
        await self.give(self.ann, GOOD)
        self.submission, _ = await self.film()
        await reviewing.recuse(self.submission, reason="Mon frère l'a tourné.", by=self.ann)
        return self

    def place(self, person, *, root: str = "/api/v1") -> str:
        return (
            f"{root}/{self.edition.slug}/committee/submissions/{self.submission.id}"
            f"/recusals/{person.id}/lifting"
        )

    async def letters(self) -> list[tuple[str, str]]:
        found = await Letter.objects().where(Letter.edition == self.edition.id)
        return [(one.kind, one.person) for one in found]


async def test_the_chair_lifts_a_recusal_once_with_a_reason_and_a_letter(client) -> None:
    court = await Court().sit()
    await sign_in(client, court.chair)
    listed = (await client.get(f"/api/v1/{court.edition.slug}/committee/recusals/others")).json()["recusals"]

    told = [
        await client.post(court.place(court.ann), json={"reason": reason})
        for reason in ("  ", "Un homonyme.", "Un homonyme.")
    ]

    assert [(one["name"], one["reason"], one["title"]) for one in listed] == [
        ("Ann", "Mon frère l'a tourné.", "Nuit 0")
    ]
    assert [one.status_code for one in told] == [422, 204, 404]
    assert told[0].json()["codes"] == ["reason:reason_missing"]
    assert (await court.room(client, court.ann)).status_code == 200
    assert await court.letters() == [("recusal_lifted", court.ann.id)]
    line = await Record.objects().get(
        (Record.act == "recusal_lifted") & (Record.subject == court.submission.id)
    )
    assert (line.details["person_back"], line.details["reason"]) == (court.ann.id, "Un homonyme.")


async def test_nobody_lifts_their_own_recusal_nor_one_that_they_may_not_see(client) -> None:
    court = await Court().sit()
    other = await a_person("chair", edition=court.edition, name="Di")
    elsewhere = await a_person("chair", edition=court.edition, name="Eo", sections=[
        (await rows("SELECT id FROM section WHERE edition = {} AND letter = 'S'", court.edition.id))[0]["id"]
    ])
    await reviewing.recuse(court.submission, reason="Un ami.", by=court.chair)
    answers = {}

    for person, of in ((court.ann, court.ann), (court.bob, court.ann), (court.chair, court.chair),
                       (court.chair, court.ann), (elsewhere, court.ann)):  # fmt: skip
        await sign_in(client, person)
        told = await client.post(court.place(of), json={"reason": "Un malentendu."})
        answers[person.name, of.name] = told.status_code
        others = await client.get(f"/api/v1/{court.edition.slug}/committee/recusals/others")
        assert "Nuit 0" not in others.text

    assert answers == {("Ann", "Ann"): 403, ("Bob", "Ann"): 403, ("Cy", "Cy"): 404,
                       ("Cy", "Ann"): 404, ("Eo", "Ann"): 404}  # fmt: skip
    with pytest.raises(Refused) as own:
        await reviewing.lift_recusal(
            court.submission, other.id, reason="Un malentendu.", edition=court.edition, by=other
        )
    assert own.value.codes == ("recusal_own",)
    assert await rows("SELECT id FROM recusal WHERE lifted_at IS NOT NULL AND submission = {}", court.submission.id) == []


async def test_on_the_page_a_refused_reason_stands_again_and_a_good_one_lifts(client) -> None:
    court = await Court().sit()
    await sign_in(client, court.chair)
    page = f"/fr/{court.edition.slug}/committee/recusals"
    assert "Mon frère" in (await client.get(page)).text.replace("&#39;", "'")

    long = "x" * 401
    refused = await client.post(court.place(court.ann, root="/fr"), data={"reason": long})
    done = await client.post(court.place(court.ann, root="/fr"), data={"reason": "Un homonyme."})

    assert (refused.status_code, long in refused.text) == (422, True)
    assert led_to(refused.text) == [court.place(court.ann, root="/fr")]
    assert done.status_code in {302, 303}
    assert "Personne ne s" in (await client.get(page)).text


async def test_whoever_lost_the_part_meanwhile_gets_no_letter_that_names_the_film(house) -> None:
    court = await Court().sit()
    await rows("DELETE FROM role WHERE person = {} RETURNING id", court.ann.id)

    await reviewing.lift_recusal(
        court.submission, court.ann.id, reason="Un malentendu.", edition=court.edition, by=court.chair
    )

    assert await court.letters() == []


async def test_a_chair_of_some_sections_who_reviews_all_chairs_only_theirs(client) -> None:
    """The decision, its sentence and the batch of another section stay with its own chairs."""
    court = await Jury().seat()
    competition = (await rows("SELECT id FROM section WHERE edition = {} AND letter = 'C'", court.edition.id))[0]["id"]
    both = await a_person("reviewer", edition=court.edition, name="Fe")
    await rows(
        """INSERT INTO role (id, person, edition, part, sections, created_at)
           VALUES ('chairofc' || left({}, 8), {}, {}, 'chair', jsonb_build_array({}::text), now()) RETURNING id""",
        both.id, both.id, court.edition.id, competition,
    )  # fmt: skip
    short, _ = await a_film(court.edition, court.maker, title="Un court secret", section="S", pending="accepted")
    await sign_in(client, court.chair)
    drawn = await client.post(f"/api/v1/{court.edition.slug}/announcements", json={"submissions": [short]})
    await sign_in(client, both)
    viewer = await the_viewer(both, court.edition)

    shown = [case.title for case in await board.films(viewer)]
    released = await client.post(f"/api/v1/{court.edition.slug}/announcements/{drawn.json().get('id')}/release")

    assert "Un court secret" in [film.title for film in await lists.queue(viewer)]
    assert shown == ["Nuit 0", "Nuit 1"]
    assert await lists.announcements(viewer) == []
    assert released.status_code == 404


async def test_a_sheet_of_somebody_who_stepped_aside_is_not_reopened(house) -> None:
    court = await Court().sit()
    sheet = (await rows("SELECT id FROM review WHERE submission = {}", court.submission.id))[0]["id"]
    court.submission.status = "accepted"

    with pytest.raises(Missing):
        await reviewing.reopen_sheet(
            court.submission, sheet, reason="Une erreur.", edition=court.edition, by=court.chair
        )

    assert await court.letters() == []


async def test_the_list_is_paged_and_searched_and_an_act_leads_back_to_its_page(client, monkeypatch) -> None:
    court = await Court().sit()
    await reviewing.recuse((await court.film(1))[0], reason="Une amie.", by=court.bob)
    monkeypatch.setattr(api.pages.room, "ROWS", 1)
    await sign_in(client, court.chair)
    page, told = f"/fr/{court.edition.slug}/committee/recusals", f"/api/v1/{court.edition.slug}/committee/recusals/others"

    def films(answer) -> list[str]:
        return [title for title in ("Nuit 0", "Nuit 1") if title in answer.text]

    shown = {asked: films(await client.get(f"{page}?{asked}")) for asked in ("page=1", "page=2", "page=9", "q=ann", "q=NUÏT+1", "q=quirinus")}
    found = (await client.get(f"{told}?q=bob")).json()
    second = html.fromstring((await client.get(f"{page}?page=2")).text)
    [form] = second.xpath("//form[contains(@action, '/lifting')]/@action")
    refused = await client.post(form, data={"reason": " "})
    done = await client.post(form, data={"reason": "Un homonyme."})

    assert shown == {
        "page=1": ["Nuit 1"], "page=2": ["Nuit 0"], "page=9": ["Nuit 0"],
        "q=ann": ["Nuit 0"], "q=NUÏT+1": ["Nuit 1"], "q=quirinus": [],
    }  # fmt: skip
    assert ([one["name"] for one in found["recusals"]], found["found"]) == (["Bob"], 1)
    assert (refused.status_code, films(refused), led_to(refused.text)) == (422, ["Nuit 0"], [form])
    assert done.headers["location"].startswith(f"{page}?page=2&")

"""Conflicts of interest are proposed with their reason, answered by the member and settled by another."""

import pytest
from lxml import html

from festival.db import rows
from festival.errors import Refused
from festival.people import person as person_with
from festival.tables import Section
from reviews import assignments, conflicts, lists, profiles, reviewing
from reviews.conflicts import ConflictSettled
from reviews.profiles import ProfileForm
from submissions.entries import write_credits
from submissions.tables import Film
from tests.builders import a_film, a_person, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, Jury


class Court(Jury):
    """Ann is credited on the first film; Bob belongs to the house of which its maker has told."""

    async def sit(self) -> "Court":
        await self.seat()
        await rows(
            "UPDATE person SET name = 'Anne-Cécile Durand' WHERE id = {} RETURNING id", self.ann.id
        )
        submission, _ = await self.film()
        names = ["Ousmane Quirinus", "Anne Cecile DURAND"]
        await Film.update({Film.directors: names, Film.director: ", ".join(names)}).where(
            Film.id == submission.film
        )
        await rows(
            "UPDATE person SET email = 'maker@perigee.example' WHERE id = {} RETURNING id",
            self.maker.id,
        )
        await rows(
            "UPDATE person SET email = 'bob@perigee.example' WHERE id = {} RETURNING id",
            self.bob.id,
        )
        return self

    async def suspected(self) -> dict[tuple[str, str], conflicts.SuspectedConflict]:
        found = await conflicts.suspicions(await the_viewer(self.chair, self.edition))
        return {(one.title, one.name): one for one in found.conflicts}


async def test_what_is_found_has_its_reason_and_keeps_the_film_from_being_shared_out(house) -> None:
    court = await Court().sit()

    told = await conflicts.look_for_conflicts(court.edition, by=court.chair)

    found = await court.suspected()
    assert told == {"found": 3, "new": 3, "again": 0, "gone": 0}
    assert found["Nuit 0", "Anne-Cécile Durand"].links == [
        {"kind": "name", "mine": "Anne-Cécile Durand", "theirs": "Anne Cecile DURAND"}
    ]
    assert {one for one, _ in found} == {"Nuit 0", "Nuit 1"}
    assert found["Nuit 1", "Bob"].links == [
        {"kind": "domain", "mine": "perigee.example", "theirs": "perigee.example"}
    ]
    question = await assignments.question_of(
        court.edition, await the_viewer(court.chair, court.edition), "whole"
    )
    assert (court.films[0][0], court.ann.id) in question.apart
    assert await conflicts.look_for_conflicts(court.edition, by=court.chair) == {
        "found": 3,
        "new": 0,
        "again": 0,
        "gone": 0,
    }


async def test_a_name_of_the_credits_is_kin_as_a_director_is(house) -> None:
    court = await Court().sit()
    submission, _ = await court.film(1)
    await write_credits(submission.film, {"music": ["ANNE CECILE Durand"]})

    await conflicts.look_for_conflicts(court.edition, by=court.chair)

    found = await court.suspected()
    assert [link["kind"] for link in found["Nuit 1", "Anne-Cécile Durand"].links] == ["name"]


async def test_confirmed_is_a_recusal_with_its_vote_set_apart_and_lifted_as_every_other(
    house,
) -> None:
    court = await Court().sit()
    await court.give(court.ann, GOOD)
    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    one = (await court.suspected())["Nuit 0", "Anne-Cécile Durand"]
    viewer = await the_viewer(court.chair, court.edition)

    await conflicts.settle_conflict(
        court.edition,
        one.id,
        ConflictSettled(state="confirmed", version=one.version),
        viewer,
        by=court.chair,
    )

    queue = await lists.queue(await the_viewer(court.ann, court.edition))
    assert [film.title for film in queue] == ["Nuit 1"]
    assert (await lists.votes_of([court.films[0][0]], viewer)) == {}
    assert [(absent.title, absent.person) for absent in (await lists.others_recusals(viewer)).recusals] == [
        ("Nuit 0", court.ann.id)
    ]
    submission, _ = await court.film()
    await reviewing.lift_recusal(
        submission, court.ann.id, reason="Une homonyme.", edition=court.edition, by=court.chair
    )
    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    assert ("Nuit 0", "Anne-Cécile Durand") not in await court.suspected()


async def test_dismissed_stays_dismissed_until_something_new_is_found(house) -> None:
    court = await Court().sit()
    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    one = (await court.suspected())["Nuit 0", "Bob"]
    viewer = await the_viewer(court.chair, court.edition)
    await conflicts.settle_conflict(
        court.edition, one.id, ConflictSettled(state="dismissed", note="Un stage d'été.", version=one.version), viewer,
        by=court.chair,
    )  # fmt: skip

    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    still = ("Nuit 0", "Bob") in await court.suspected()
    await profiles.set_profile(
        court.edition, court.bob.id, ProfileForm(affiliations="Ousmane Quirinus"), by=court.bob
    )
    await conflicts.look_for_conflicts(court.edition, by=court.chair)

    assert still is False
    assert {link["kind"] for link in (await court.suspected())["Nuit 0", "Bob"].links} == {
        "domain",
        "house",
    }


async def test_the_house_looks_by_itself_where_something_is_new_and_proposes_nothing_twice(house) -> None:
    court = await Court().sit()
    submission, _ = await court.film()

    first, again = [await conflicts.look_again(court.edition) for _ in range(2)]
    found = await court.suspected()
    one, viewer = found["Nuit 0", "Anne-Cécile Durand"], await the_viewer(court.chair, court.edition)
    no = ConflictSettled(state="dismissed", version=one.version)
    await conflicts.settle_conflict(court.edition, one.id, no, viewer, by=court.chair)
    await rows("INSERT INTO credit (id, film, name, role) VALUES (left(md5({}), 16), {}, 'Rose Bob', 'son') RETURNING id",
               submission.id, submission.film)
    await rows("UPDATE person SET name = 'Rose Bob' WHERE id = {} RETURNING id", court.bob.id)
    credited = await conflicts.look_again(court.edition)
    then = await court.suspected()

    assert (first, again, credited) == (True, False, True)
    assert ("Nuit 0", "Anne-Cécile Durand") not in then
    assert {link["kind"] for link in then["Nuit 0", "Rose Bob"].links} == {"domain", "name"}
    assert (len(found), len(then)) == (3, 2)
    told = await rows("SELECT person, details FROM record WHERE act = 'conflicts_sought' AND edition = {} ORDER BY at", court.edition.id)
    assert [(row["person"], row["details"]["new"], row["details"]["again"]) for row in told] == [("", 3, 0), ("", 0, 1)]
    assert await conflicts.looked_at(court.edition) is not None


async def test_the_member_is_asked_and_their_yes_is_stepping_aside(client) -> None:
    court = await Court().sit()
    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    mine = f"/api/v1/{court.edition.slug}/committee/conflicts"
    answers = {}
    for who, answer in ((court.ann, "yes"), (court.bob, "no")):
        await sign_in(client, who)
        asked = (await client.get(f"{mine}/mine")).json()
        page = (await client.get(f"/fr/{court.edition.slug}/committee/recusals")).text
        assert asked[0]["title"] in page
        told = await client.post(
            f"{mine}/{asked[0]['id']}/answer",
            json={"answer": answer, "version": asked[0]["version"]},
        )
        stolen = await client.post(
            f"{mine}/{asked[-1]['id']}/answer", json={"answer": "no", "version": 1}
        )
        answers[answer] = (
            told.status_code,
            stolen.status_code,
            len((await client.get(f"{mine}/mine")).json()),
        )

    of_ann = (await rows("SELECT id FROM conflict_of_interest WHERE person = {}", court.ann.id))[0]["id"]
    foreign = [await client.post(f"{mine}/{of_ann}/answer", json={"answer": "no", "version": n}) for n in (1, 2, 3)]
    assert [one.status_code for one in foreign] == [404, 404, 404]
    assert answers["yes"] == (201, 409, 0)
    assert answers["no"][0] == 201
    assert [
        film.title for film in await lists.queue(await the_viewer(court.ann, court.edition))
    ] == ["Nuit 1"]
    assert (await court.suspected())["Nuit 0", "Bob"].answer == "no"


async def test_in_a_blind_section_neither_the_chair_nor_the_member_reads_whose_name_it_was(
    client,
) -> None:
    court = await Court().sit()
    await Section.update({Section.is_blind: True}).where(Section.edition == court.edition.id)
    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    base = f"/{court.edition.slug}/committee"
    told = ""
    for person, pages in ((court.chair, (f"/fr{base}/conflicts", f"/api/v1{base}/conflicts")),
                          (court.bob, (f"/fr{base}/recusals", f"/api/v1{base}/conflicts/mine"))):  # fmt: skip
        await sign_in(client, person)
        for page in pages:
            answer = await client.get(page)
            assert (answer.status_code, "Nuit 0" in answer.text) == (200, True)
            told += answer.text

    assert not any(word in told for word in ("Quirinus", "DURAND", "perigee"))
    assert {link["kind"] for one in (await court.suspected()).values() for link in one.links} == {
        "name",
        "domain",
    }
    mine = await conflicts.asked_of(await the_viewer(court.bob, court.edition))
    assert [one.links for one in mine] == [[], []]


async def test_nobody_settles_their_own_and_a_chair_declares_what_they_know_of_others(
    client,
) -> None:
    court = await Court().sit()
    both = await a_person("chair", "reviewer", edition=court.edition, name="Di")
    await rows("UPDATE person SET email = 'di@perigee.example' WHERE id = {} RETURNING id", both.id)
    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    one = (await court.suspected())["Nuit 0", "Di"]
    with pytest.raises(Refused, match="conflict_own"):
        await conflicts.settle_conflict(
            court.edition, one.id, ConflictSettled(state="dismissed", version=1),
            await the_viewer(both, court.edition), by=await person_with(both.id),
        )  # fmt: skip
    await sign_in(client, court.chair)
    place = f"/api/v1/{court.edition.slug}/committee/submissions/{court.films[1][0]}/conflicts"

    told = [
        (await client.post(place, json={"person": who.id, "reason": reason})).status_code
        for who, reason in ((court.ann, "Sa sœur l'a produit."), (court.ann, "Sa sœur l'a produit."), (court.bob, " "),
                            (court.chair, "Un ami."), (court.maker, "Un ami."))
    ]  # fmt: skip

    assert told == [204, 204, 422, 422, 422]
    assert [
        film.title for film in await lists.queue(await the_viewer(court.ann, court.edition))
    ] == ["Nuit 0"]


async def test_a_declaration_that_is_refused_stands_again_under_its_film(client) -> None:
    court = await Court().sit()
    await sign_in(client, court.chair)
    base = f"/fr/{court.edition.slug}/committee"
    found = html.fromstring((await client.get(f"{base}/conflicts?film=Nuit 1")).text)
    [form] = found.xpath("//form[.//input[@name='reason']]")

    refused = await client.post(form.get("action"), data={"person": court.bob.id, "reason": "ab"})

    [again] = html.fromstring(refused.text).xpath("//form[.//input[@name='reason']]")
    assert refused.status_code == 422
    assert (again.fields["person"], again.fields["reason"]) == (court.bob.id, "ab")


async def test_the_list_is_paged_and_searched_and_an_act_leads_back_to_its_page(client, monkeypatch) -> None:
    court = await Court().sit()
    await conflicts.look_for_conflicts(court.edition, by=court.chair)
    monkeypatch.setattr(conflicts, "PAGE", 1)
    await sign_in(client, court.chair)
    base = f"{court.edition.slug}/committee/conflicts"

    async def told(asked: str) -> list[tuple[str, str]]:
        page = html.fromstring((await client.get(f"/fr/{base}?{asked}")).text)
        found = page.xpath("//section[@aria-labelledby='found']//li[.//form]")
        return [tuple(" ".join(one.xpath("string(.//span)").split()).split(" · ")[0:3:2]) for one in found]

    seen = [one for n in (1, 2, 3, 9) for one in await told(f"page={n}")]
    by_name, by_film, by_link = [
        (await client.get(f"/api/v1/{base}?q={words}")).json()["found"]
        for words in ("anne-cecile", "nuit 1", "quirinus")
    ]
    page = html.fromstring((await client.get(f"/fr/{base}?state=suspected&q=bob&page=2")).text)
    [form] = page.xpath("//section[@aria-labelledby='found']//li/form")
    done = await client.post(form.get("action"), data=dict(form.fields) | {"state": "dismissed"})

    assert (len(set(seen)), seen[3]) == (3, seen[2])
    assert (by_name, by_film, by_link) == (1, 1, 0)
    assert done.headers["location"].startswith(f"/fr/{base}?state=suspected&q=bob&page=2&")
    assert (await conflicts.suspicions(await the_viewer(court.chair, court.edition))).counts == {"suspected": 2, "dismissed": 1}
    assert [name for name, *_ in await told("state=dismissed")] == ["Bob"]


async def test_whoever_made_a_film_with_a_member_is_found_and_the_members_own_film_is_none(
    house,
) -> None:
    court = await Court().sit()
    own, _ = await a_film(court.edition, court.bob, title="À moi")
    await rows("UPDATE film SET directors = '[\"Zoé Kerguelen\"]' FROM submission s WHERE s.film = film.id AND s.id = ANY({}) RETURNING film.id",
               [own, court.films[1][0]])  # fmt: skip

    await conflicts.look_for_conflicts(court.edition, by=court.chair)

    found = await court.suspected()
    kinds = {link["kind"]: link["theirs"] for link in found["Nuit 1", "Bob"].links}
    assert kinds["crew"] == "Zoé Kerguelen"
    assert ("À moi", "Bob") not in found

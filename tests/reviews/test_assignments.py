"""Who watches what is looked at, applied to what was seen, changed by hand, mended and taken back."""

import asyncio
import re
from functools import reduce
from operator import itemgetter

import pytest

import api.v1.sharing
from festival import people
from festival.db import engine, rows
from festival.errors import Conflict, NotAllowed, Refused
from festival.tables import Edition, Letter, Role
from reviews import asking, assignments, loads, profiles, reviewing
from reviews.assignments import AssignmentByHand, SharingForm
from reviews.evidence import RUNTIME
from reviews.lists import CHAIR, IN_SCOPE, scope_values
from reviews.profiles import ProfileForm
from tests.builders import a_film, a_person, a_section, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, Jury


class Panel(Jury):
    """Two films more, and a reviewer more: four films, three reviewers, three views a film."""

    async def sit(self) -> "Panel":
        await self.seat()
        self.dan = await a_person("reviewer", edition=self.edition, name="Dan")
        self.films += [await a_film(self.edition, self.maker, title=f"Nuit {n}", section="S") for n in (2, 3)]
        return self

    async def viewer(self):
        return await the_viewer(self.chair, self.edition)

    async def share(self, kind: str = "whole", *, version: int = 0) -> str:
        return await assignments.propose_assignment(
            self.edition, SharingForm(kind=kind, version=version), await self.viewer(), by=self.chair
        )

    async def apply(self, plan: str, *, version: int = 0) -> dict[str, int]:
        return await assignments.apply_assignment(
            self.edition, plan, await self.viewer(), version=version, by=self.chair
        )

    async def held(self) -> set[tuple[str, str]]:
        found = await rows(
            """SELECT f.title, p.name FROM assignment a JOIN person p ON p.id = a.person
               JOIN submission s ON s.id = a.submission JOIN film f ON f.id = s.film WHERE s.edition = {}""",
            self.edition.id,
        )
        return {(row["title"], row["name"]) for row in found}


EVERYTHING = {(f"Nuit {n}", name) for n in range(4) for name in ("Ann", "Bob", "Dan")}


async def test_a_proposal_changes_nothing_until_it_is_applied_and_is_undone_as_a_whole(house) -> None:
    panel = await Panel().sit()

    plan = await panel.share()
    looked_at = await assignments.standing_proposal(await panel.viewer(), panel.edition)
    before = await panel.held()
    done = await panel.apply(plan)
    applied = await panel.held()
    await assignments.undo_assignment(panel.edition, await panel.viewer(), version=1, by=panel.chair)

    assert (looked_at.added, looked_at.removed, looked_at.spread, looked_at.lacks) == (12, 0, 0, [])
    assert (before, applied) == (set(), EVERYTHING)
    assert done == {"version": 1, "added": 12, "removed": 0}
    assert await panel.held() == set()
    again = await assignments.undo_assignment(panel.edition, await panel.viewer(), version=2, by=panel.chair)
    assert (again, await panel.held()) == (3, EVERYTHING)


async def test_a_proposal_tells_a_chair_nothing_of_who_watches_a_film_that_is_hidden_from_them(house) -> None:
    """Neither by what each would have to watch, nor by how much changes: a chair has made the film, or stepped aside."""
    panel = await Panel().sit()
    await reviewing.recuse((await panel.film(3))[0], reason="Un ami.", by=panel.chair)
    await panel.share()

    proposal = await assignments.standing_proposal(await panel.viewer(), panel.edition)
    shares = await assignments.member_shares(await panel.viewer(), panel.edition, proposal)

    assert (proposal.added, proposal.removed, set(proposal.loads.values())) == (9, 0, {3})
    assert {one.after for one in shares} == {3, None}


async def test_of_two_chairs_the_second_applies_nothing_that_they_did_not_see(house) -> None:
    panel = await Panel().sit()
    other = await a_person("chair", edition=panel.edition, name="Eve")
    viewer = await the_viewer(other, panel.edition)
    first = await panel.share()
    second = await assignments.propose_assignment(panel.edition, SharingForm(), viewer, by=other)

    told = await asyncio.gather(
        panel.apply(first),
        assignments.apply_assignment(panel.edition, second, viewer, version=0, by=other),
        return_exceptions=True,
    )

    refused = [one for one in told if isinstance(one, Conflict)]
    assert [one.codes for one in refused] == [("assignment_changed",)]
    assert await panel.held() == EVERYTHING
    with pytest.raises(Conflict):
        await assignments.assign_by_hand(
            panel.edition, (await panel.film())[0], AssignmentByHand(person=other.id, version=0), by=other
        )


async def test_who_steps_aside_between_the_look_and_the_yes_is_not_asked(house) -> None:
    panel = await Panel().sit()
    plan = await panel.share()
    await reviewing.recuse((await panel.film())[0], reason="Un ami.", by=panel.bob)

    done = await panel.apply(plan)

    assert done["added"] == 11
    assert await panel.held() == EVERYTHING - {("Nuit 0", "Bob")}


async def test_when_somebody_drops_out_only_their_films_move_and_what_is_given_or_by_hand_stays(house) -> None:
    panel = await Panel().sit()
    await rows("INSERT INTO committee_rules (id, edition, quorum) VALUES (left(md5({}), 16), {}, 2) RETURNING id",
               panel.edition.id, panel.edition.id)  # fmt: skip
    await panel.apply(await panel.share())
    before = await panel.held()
    await panel.give(panel.ann, GOOD, 3)
    await assignments.assign_by_hand(
        panel.edition, (await panel.film(1))[0], AssignmentByHand(person=panel.chair.id, version=1), by=panel.chair
    )
    await people.revoke(panel.bob, Role.REVIEWER, edition=panel.edition, by=panel.chair)

    plan = await panel.share("mended", version=2)
    proposal = await assignments.standing_proposal(await panel.viewer(), panel.edition)
    await panel.apply(plan, version=2)
    after = await panel.held()

    lost = {pair for pair in before if pair[1] == "Bob"}
    assert proposal.removed == len(lost)
    assert before - after == lost
    assert ("Nuit 1", "Cy") in after
    views = {title: len([one for one in after if one[0] == title]) for title, _ in after}
    assert views["Nuit 0"] == views["Nuit 2"] == 2


async def test_languages_sections_caps_and_conflicts_are_asked_of_the_rows(house) -> None:
    panel = await Panel().sit()
    await rows("UPDATE film SET languages = '[\"ja\"]' FROM submission s WHERE s.film = film.id AND s.id = {} RETURNING film.id",
               panel.films[0][0])  # fmt: skip
    await profiles.set_profile(panel.edition, panel.ann.id, ProfileForm(languages="français, anglais"), by=panel.ann)
    await profiles.set_profile(panel.edition, panel.bob.id, ProfileForm(sections=["C"], cap=1), by=panel.chair)
    await reviewing.recuse((await panel.film(1))[0], reason="Un ami.", by=panel.dan)

    plan = await panel.share()
    proposal = await assignments.standing_proposal(await panel.viewer(), panel.edition)
    await panel.apply(plan)
    held = await panel.held()

    assert ("Nuit 0", "Ann") not in held
    assert ("Nuit 1", "Dan") not in held
    assert len([one for one in held if one[1] == "Bob"]) == 1
    assert not {("Nuit 2", "Bob"), ("Nuit 3", "Bob")} & held
    lacks = {one.title: (one.missing, one.section, one.language, one.apart, one.full) for one in proposal.lacks}
    assert set(lacks) == {"Nuit 0", "Nuit 1", "Nuit 2", "Nuit 3"}
    assert lacks["Nuit 2"] == (1, 1, 0, 0, 0)
    assert lacks["Nuit 0"][2] == 1


async def test_a_chair_of_one_section_shares_out_and_takes_back_only_that(house) -> None:
    panel = await Panel().sit()
    shorts = await a_person("chair", edition=panel.edition, name="Eve", sections=[(await a_section(panel.edition, "S")).id])
    viewer = await the_viewer(shorts, panel.edition)
    plan = await assignments.propose_assignment(panel.edition, SharingForm(), viewer, by=shorts)
    await assignments.apply_assignment(panel.edition, plan, viewer, version=0, by=shorts)
    theirs = await panel.held()
    await panel.apply(await panel.share("mended", version=1), version=1)

    assert {title for title, _ in theirs} == {"Nuit 2", "Nuit 3"}
    assert await panel.held() == EVERYTHING
    sheet = await assignments.assignment_sheet(viewer, panel.edition)
    assert ([film.title for film in sheet.films], sheet.found) == (["Nuit 2", "Nuit 3"], 2)
    with pytest.raises(NotAllowed):
        await assignments.undo_assignment(panel.edition, viewer, version=2, by=shorts)


async def test_a_film_that_the_chair_stepped_aside_from_is_shared_out_and_named_to_them_nowhere(client) -> None:
    panel = await Panel().sit()
    await rows("UPDATE film SET title = 'Orbite secrete' FROM submission s WHERE s.film = film.id AND s.id = {} RETURNING film.id",
               panel.films[0][0])  # fmt: skip
    await rows("INSERT INTO committee_rules (id, edition, quorum) VALUES (left(md5({}), 16), {}, 9) RETURNING id",
               panel.edition.id, panel.edition.id)  # fmt: skip
    await reviewing.recuse((await panel.film())[0], reason="Un ami.", by=panel.chair)
    await sign_in(client, panel.chair)

    done = await panel.apply(await panel.share())
    await panel.share(version=1)

    assert done["added"] == 9
    assert len([one for one in await panel.held() if one[0] == "Orbite secrete"]) == 3
    base = f"/{panel.edition.slug}/committee/assignment"
    pages = [f"/fr{base}", f"/fr{base}/list.csv", f"/api/v1{base}", f"/api/v1{base}/films"]
    told = [await client.get(page) for page in pages]
    assert [one.status_code for one in told] == [200] * 4
    assert not any("Orbite secrete" in one.text for one in told)
    assert not any(panel.films[0][0] in one.text for one in told)
    by_hand = await client.post(
        f"/api/v1/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/assignment",
        json={"person": panel.ann.id, "version": 1},
    )
    assert by_hand.status_code == 404


async def test_the_page_walks_from_a_proposal_to_the_list_and_a_profile_is_ones_own_or_the_chairs(client) -> None:
    panel = await Panel().sit()
    base = f"/fr/{panel.edition.slug}/committee/assignment"
    await sign_in(client, panel.chair)
    proposed = await client.post(f"{base}/proposals", data={"kind": "whole", "version": "0"})
    shown = (await client.get(base)).text
    plan = (await rows("SELECT id FROM assignment_plan WHERE edition = {}", panel.edition.id))[0]["id"]
    applied = await client.post(f"{base}/proposals/{plan}/application", data={"version": "0"})
    stale = await client.post(f"{base}/proposals", data={"kind": "whole", "version": "0"})
    table = (await client.get(f"{base}/list.csv")).text
    away = await client.post(
        f"/fr/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/assignment?section=C&page=1",
        data={"person": panel.ann.id, "is_asked": "false", "version": "1"},
    )
    await sign_in(client, panel.ann)
    profile = f"/fr/{panel.edition.slug}/committee/members"
    wrong = await client.post(f"{profile}/{panel.ann.id}", data={"languages": "vénusien", "topics": "sondes", "version": "0"})
    kept = await client.post(f"{profile}/{panel.ann.id}", data={"languages": "Portugais", "sections": "C", "version": "0"})
    others = await client.get(f"{profile}/{panel.bob.id}")

    assert (proposed.status_code, applied.status_code, stale.status_code, away.status_code) == (303, 303, 409, 303)
    assert "12 de plus" in shown.replace("\u202f", " ").replace("\xa0", " ")
    assert table.count("Nuit 0") == 3
    assert away.headers["location"].endswith("&section=C&page=1#films")
    assert ("Nuit 0", "Ann") not in await panel.held()
    assert (wrong.status_code, "vénusien" in wrong.text, "sondes" in wrong.text) == (422, True, True)
    assert (kept.status_code, others.status_code) == (303, 404)
    [member] = [one for one in await profiles.members_of(panel.edition) if one.id == panel.ann.id]
    assert (member.languages, len(member.sections)) == (["pt"], 1)


async def test_members_are_read_page_by_page_and_sought_while_films_keep_their_own_page(client, monkeypatch) -> None:
    monkeypatch.setattr(assignments, "MEMBERS", 2)
    panel = await Panel().sit()
    await sign_in(client, panel.chair)
    at = f"{panel.edition.slug}/committee/assignment"

    def named(page: str) -> list[str]:
        return re.findall(r'<th scope="row">\s*<bdi>(.*?)</bdi>', page)

    shown = [(await client.get(f"/fr/{at}?members={n}&words=Nuit")).text for n in (1, 2, 9)]
    found = [(await client.get(f"/fr/{at}?q={word}")).text for word in ("b\u00f6b", "personne")]
    told = (await client.get(f"/api/v1/{at}?page=2")).json()

    assert [named(page) for page in shown] == [["Ann", "Bob"], ["Cy", "Dan"], ["Cy", "Dan"]]
    assert "?members=2&amp;section=&amp;person=&amp;words=Nuit" in shown[0]
    assert ([named(page) for page in found], "Rien de tel." in found[1]) == ([["Bob"], []], True)
    assert ([one["member"]["name"] for one in told["members"]], told["found"]) == (["Cy", "Dan"], 4)


async def test_a_program_reads_the_films_page_by_page(client, monkeypatch) -> None:
    monkeypatch.setattr(api.v1.sharing, "MOST_TOLD", 3)
    panel = await Panel().sit()
    await sign_in(client, panel.chair)
    at = f"/api/v1/{panel.edition.slug}/committee/assignment/films"

    told = [(await client.get(f"{at}?page={n}")).json() for n in (1, 2, 9)]
    beyond = [(await client.get(f"{at}?{asked}")).status_code for asked in ("page=0", "page=9999999", f"words={'x' * 81}")]

    assert [[film["title"] for film in one["films"]] for one in told] == [["Nuit 0", "Nuit 1", "Nuit 2"], ["Nuit 3"], ["Nuit 3"]]
    assert {one["found"] for one in told} == {4}
    assert beyond == [400] * 3, "bounds of an address hold"


async def test_a_wish_is_kept_once_and_heard(client) -> None:
    panel = await Panel().sit()
    await sign_in(client, panel.ann)
    place = f"/api/v1/{panel.edition.slug}/committee/submissions/{panel.films[0][0]}/wish"

    told = [await client.put(place, json={"wish": wish}) for wish in ("love", "love", "rather_not", "nonsense")]

    assert [one.status_code for one in told] == [204, 204, 204, 400]
    question = await assignments.question_of(panel.edition, await panel.viewer(), "whole")
    assert question.wishes == {(panel.films[0][0], panel.ann.id): "rather_not"}


async def test_nothing_to_share_out_and_nobody_to_share_it_with_are_told(house) -> None:
    panel = await Panel().sit()
    for person in (panel.ann, panel.bob, panel.dan):
        await people.revoke(person, Role.REVIEWER, edition=panel.edition, by=panel.chair)

    with pytest.raises(Refused) as nobody:
        await panel.share()
    with pytest.raises(Refused) as nothing:
        await assignments.undo_assignment(panel.edition, await panel.viewer(), version=0, by=panel.chair)

    assert nobody.value.codes == ("assignment_no_members",)
    assert nothing.value.codes == ("assignment_nothing_done",)


ADDED_UP = f"""SELECT a.person, count(*)::int AS films, sum({RUNTIME})::float8 AS seconds, count(r.id)::int AS given
  FROM assignment a JOIN submission s ON s.id = a.submission JOIN film f ON f.id = s.film
  JOIN section x ON x.id = s.section JOIN edition e ON e.id = s.edition
  JOIN film_file n ON n.submission = s.id AND n.state = 'released'
  LEFT JOIN review r ON r.submission = s.id AND r.person = a.person AND r.given_at IS NOT NULL
  WHERE {IN_SCOPE} GROUP BY a.person"""
"""Each load as the rows themselves have it."""
CHANGES = {
    "a length is declared": "UPDATE film SET declared_seconds = 500 WHERE id IN (SELECT film FROM submission WHERE id = {film})",
    "lengths are told as declared": "UPDATE edition SET measured_runtime = NOT measured_runtime WHERE id = {edition}",
    "a film is longer": "UPDATE film SET declared_seconds = 999 WHERE id IN (SELECT film FROM submission WHERE id = {film})",
    "lengths are told as measured": "UPDATE edition SET measured_runtime = NOT measured_runtime WHERE id = {edition}",
    "a file is longer": """UPDATE film_file SET facts = '{"duration": 77.0}' WHERE submission = {film}""",
    "a file goes": "UPDATE film_file SET state = 'replaced' WHERE submission = {film}",
    "a file comes": """INSERT INTO film_file (id, submission, number, state, name, size, facts)
      VALUES ('fresh', {film}, 2, 'released', 'f.mp4', 9, '{"duration": 33.0}')""",
    "a file is removed": "DELETE FROM film_file WHERE id = 'fresh'",
    "a file is back": "UPDATE film_file SET state = 'released' WHERE submission = {film}",
    "a film changes its section": "UPDATE submission SET section = NULL WHERE id = {film}",
    "it is of one again": """UPDATE submission SET section = (SELECT id FROM section WHERE edition = {edition} LIMIT 1)
      WHERE id = {film}""",
    "a film is withdrawn": "UPDATE submission SET status = 'withdrawn' WHERE id = {film}",
    "it comes back": "UPDATE submission SET status = 'submitted' WHERE id = {film}",
    "a sheet is taken away": "UPDATE review SET given_at = NULL WHERE submission = {film}",
    "a sheet is given": "UPDATE review SET given_at = now() WHERE submission = {film}",
    "a sheet goes": "DELETE FROM review WHERE submission = {film}",
    "a film is another's": "UPDATE assignment SET person = {chair} WHERE submission = {film} AND person = {ann}",
    "nobody watches it": "DELETE FROM assignment WHERE submission = {film}",
    "another film goes": "DELETE FROM submission WHERE id = {other}",
}


async def test_loads_are_those_of_the_rows_whatever_changes(house) -> None:
    panel = await Panel().sit()
    await panel.apply(await panel.share())
    await panel.give(panel.ann, GOOD)
    film = panel.films[0][0]
    told = {"film": film, "other": panel.films[3][0], "edition": panel.edition.id, "chair": panel.chair.id, "ann": panel.ann.id}

    async def compared(viewer) -> list[dict]:
        edition = await Edition.objects().get(Edition.id == panel.edition.id)
        kept = [one for one in (await loads.loads_of(viewer, edition)).values() if one["films"]]
        found = await rows(ADDED_UP, *scope_values(viewer, CHAIR))
        assert sorted(kept, key=itemgetter("person")) == sorted(found, key=itemgetter("person"))
        return found

    before = await compared(await panel.viewer())
    for name, change in CHANGES.items():
        await run(reduce(lambda sql, word: sql.replace(f"{{{word}}}", f"'{told[word]}'"), told, change))
        after = await compared(await panel.viewer())
        assert after != before or name == "a length is declared", name
        before = after
    await reviewing.recuse((await panel.film(1))[0], reason="Un ami.", by=panel.chair)
    assert await compared(await panel.viewer()) != before
    shorts = await a_person("chair", edition=panel.edition, name="Eve", sections=[(await a_section(panel.edition, "S")).id])
    assert [one["films"] for one in await compared(await the_viewer(shorts, panel.edition))] == [1, 1, 1]


async def run(change: str) -> None:
    """As it is written, braces and all."""
    connection = await engine().get_new_connection()
    try:
        await connection.execute(change)
    finally:
        await connection.close()


async def letters_to(person: str) -> list[Letter]:
    return await Letter.objects().where((Letter.person == person) & (Letter.kind == "films_asked"))


async def test_whoever_is_asked_reads_it_in_one_letter_whose_link_plays_the_first_film(house) -> None:
    panel = await Panel().sit()
    plan = await panel.share()
    assert await letters_to(panel.ann.id) == []
    await panel.apply(plan)

    (told,) = await letters_to(panel.ann.id)
    await assignments.undo_assignment(panel.edition, await panel.viewer(), version=1, by=panel.chair)
    is_true = await asking.still_true(told)
    for number, version in ((0, 2), (1, 3)):
        by_hand = AssignmentByHand(person=panel.ann.id, version=version)
        await assignments.assign_by_hand(panel.edition, (await panel.film(number))[0], by_hand, by=panel.chair)

    assert told.link == "/committee/next"
    assert "4 films" in told.body
    assert "Nuit" not in told.subject + told.body
    assert is_true is False
    assert ["4 films" in one.body for one in await letters_to(panel.ann.id)] == [True, False]

"""The clock opens and closes what members may see, score, change and read; nobody has to press anything."""

from datetime import timedelta

import pytest

from festival.access import Act, Openness, PhaseRights, Watching, may
from festival.clock import now
from festival.db import rows
from festival.errors import Refused
from festival.viewers import rights_of
from reviews import assignments, lists, phases, reviewing
from reviews.assignments import AssignmentByHand
from reviews.phases import CommitteePhaseForm, CommitteeRulesForm
from reviews.tables import CommitteePhase
from tests.builders import a_person, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, POOR, Jury

NAMES = {"fr": "Premier tour", "en": "First round"}


async def a_phase(
    jury: Jury, *, opens: float = -1, closes: float | None = 1, watching: str = "all", votes: str = "after", **given
) -> CommitteePhase:
    """A phase that opened and closes so many days from now."""
    form = CommitteePhaseForm(
        names=NAMES, opens_at=now() + timedelta(days=opens),
        closes_at=None if closes is None else now() + timedelta(days=closes),
        watching=Watching(watching), votes=Openness(votes),
        **{"scores": True, "changes": True, "votes_named": True, **given},
    )  # fmt: skip
    made = await phases.add_phase(jury.edition, form, by=jury.chair)
    return await phases.phase_in(jury.edition, made)


async def pass_by(jury: Jury) -> None:
    """Every phase has closed a moment ago; nobody did anything."""
    await rows(
        "UPDATE committee_phase SET closes_at = now() - interval '1 second' WHERE edition = {} RETURNING id",
        jury.edition.id,
    )


@pytest.mark.unit
@pytest.mark.parametrize(("open_ones", "has_phases", "expected"), [
    ([], False, PhaseRights()),
    ([], True, PhaseRights(watching=Watching.NONE, scores=False, changes=False, discusses=False,
                           votes=Openness.NEVER, votes_named=False)),
    ([("assigned", True, "never", False), ("none", False, "always", False)], True,
     PhaseRights(watching=Watching.ASSIGNED, scores=True, changes=False, discusses=False, votes=Openness.ALWAYS,
                 votes_named=False)),
])  # fmt: skip
def test_phases_that_overlap_allow_together_what_either_allows(open_ones, has_phases, expected) -> None:
    rows_open = [
        {"watching": watching, "scores": scores, "changes": False, "discusses": False, "votes": votes, "votes_named": named}
        for watching, scores, votes, named in open_ones
    ]

    assert rights_of(rows_open, has_phases=has_phases, waits=False) == expected


async def test_a_score_after_the_end_is_refused_by_the_phases_name_and_what_was_given_stands(client) -> None:
    jury = await Jury().seat()
    await a_phase(jury)
    version = await jury.give(jury.ann, GOOD)
    await sign_in(client, jury.bob)
    await pass_by(jury)
    await a_phase(jury, scores=False, changes=False)  # now they only look

    sheet = {**GOOD.scores, "opinion": GOOD.opinion}
    place = f"/api/v1/{jury.edition.slug}/committee/submissions/{jury.films[0][0]}/review"
    late = await client.put(place, json={"sheet": sheet, "version": 0, "give": True})
    with pytest.raises(Refused) as changed:
        await jury.give(jury.ann, POOR, version=version)
    room = await jury.room(client, jury.bob)

    assert (late.status_code, late.json()["codes"]) == (422, ["phase_over"])
    assert "Premier tour" in late.json()["words"]["fr"][0]
    assert "First round" in late.json()["words"]["en"][0]
    assert changed.value.codes == ("phase_changes_over",)
    assert (room.status_code, room.json()["is_closed"]) == (200, True)
    kept = await rows("SELECT scores->>'image' AS image FROM review WHERE submission = {}", jury.films[0][0])
    assert kept == [{"image": "5"}]


async def test_before_it_opens_nobody_scores_and_is_told_when(house) -> None:
    jury = await Jury().seat()
    await a_phase(jury, opens=2, closes=9)

    with pytest.raises(Refused) as refused:
        await jury.give(jury.bob, GOOD)

    assert refused.value.codes == ("phase_not_open",)


async def test_members_see_what_the_phase_shows_and_the_chair_always_sees(client) -> None:
    """All films, then those that they were assigned, then none: in lists and at the door of each film."""
    jury = await Jury().seat()
    (first, _), (second, _) = jury.films
    await assignments.assign_by_hand(
        jury.edition, (await jury.film())[0], AssignmentByHand(person=jury.bob.id), by=jury.chair
    )
    seen = {}
    for watching in ("all", "assigned", "none"):
        phase = await a_phase(jury, watching=watching)
        for person in (jury.ann, jury.bob, jury.chair):
            queue = {film.id for film in await lists.queue(await the_viewer(person, jury.edition))}
            doors = {n for n in range(2) if (await jury.room(client, person, n)).status_code == 200}
            assert queue == {jury.films[n][0] for n in doors}
            seen[watching, person.name] = doors
        await phases.remove_phase(jury.edition, phase.id, version=1, by=jury.chair)

    everything: set[int] = {0, 1}
    assert seen == {
        ("all", "Ann"): everything, ("all", "Bob"): everything, ("all", "Cy"): everything,
        ("assigned", "Ann"): set(), ("assigned", "Bob"): {0}, ("assigned", "Cy"): everything,
        ("none", "Ann"): set(), ("none", "Bob"): set(), ("none", "Cy"): everything,
    }  # fmt: skip
    assert {first, second} == {film.id for film in await lists.queue(await the_viewer(jury.ann, jury.edition))}


async def test_others_sheets_are_closed_independent_or_open_as_the_phase_says_and_signed_or_not(client) -> None:
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)
    await jury.give(jury.bob, POOR)
    dan = await a_person("reviewer", edition=jury.edition, name="Dan")
    read = {}
    for votes, named in (("never", True), ("after", True), ("after", False), ("always", False)):
        phase = await a_phase(jury, votes=votes, votes_named=named)
        for person in (jury.bob, dan, jury.chair):
            told = (await jury.room(client, person)).json()["votes"]
            read[votes, named, person.name] = sorted(one["name"] for one in told)
        await phases.remove_phase(jury.edition, phase.id, version=1, by=jury.chair)

    chairs = ["Ann", "Bob"]
    assert read == {
        ("never", True, "Bob"): [], ("never", True, "Dan"): [], ("never", True, "Cy"): chairs,
        ("after", True, "Bob"): ["Ann", "Bob"], ("after", True, "Dan"): [], ("after", True, "Cy"): chairs,
        ("after", False, "Bob"): ["", "Bob"], ("after", False, "Dan"): [], ("after", False, "Cy"): chairs,
        ("always", False, "Bob"): ["", "Bob"], ("always", False, "Dan"): ["", ""], ("always", False, "Cy"): chairs,
    }  # fmt: skip


async def test_a_chair_reads_votes_without_having_scored_unless_the_edition_makes_chairs_wait(client) -> None:
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)
    at_once = (await jury.room(client, jury.chair)).json()["votes"]

    await phases.set_rules(jury.edition, CommitteeRulesForm(chair_waits=True), by=jury.chair)

    waiting = (await jury.room(client, jury.chair)).json()["votes"]
    await jury.give(jury.chair, POOR)
    after = (await jury.room(client, jury.chair)).json()["votes"]
    assert [len(one) for one in (at_once, waiting, after)] == [1, 0, 2]


async def test_discussing_is_for_whoever_reads_the_sheets_while_the_phase_is_for_it(house) -> None:
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)
    told = {}
    for discusses in (True, False):
        phase = await a_phase(jury, discusses=discusses)
        for person in (jury.ann, jury.bob):
            viewer = await the_viewer(person, jury.edition)
            subject = await lists.subject_of(jury.films[0][0], viewer)
            told[discusses, person.name] = may(viewer, Act.DISCUSS, subject)
        await phases.remove_phase(jury.edition, phase.id, version=1, by=jury.chair)

    assert told == {(True, "Ann"): True, (True, "Bob"): False, (False, "Ann"): False, (False, "Bob"): False}


async def test_a_sheet_that_the_chair_has_opened_again_goes_by_no_phase(house) -> None:
    jury = await Jury().seat()
    version = await jury.give(jury.ann, GOOD)
    submission, _ = await jury.film()
    await rows("UPDATE submission SET status = 'accepted' WHERE id = {} RETURNING id", submission.id)
    await a_phase(jury, opens=-9, closes=-1)
    sheet = (await rows("SELECT id FROM review WHERE submission = {}", submission.id))[0]["id"]
    submission.status = "accepted"
    await reviewing.reopen_sheet(submission, sheet, reason="Une erreur.", edition=jury.edition, by=jury.chair)

    assert await jury.give(jury.ann, POOR, version=version) == version + 1


async def test_the_page_keeps_what_was_typed_and_only_the_whole_editions_chair_sets_it(client) -> None:
    jury = await Jury().seat()
    page = f"/fr/{jury.edition.slug}/operator/phases"
    typed = {"name_fr": "Premier tour", "name_en": "First round", "opens_day": "2027-03-02", "opens_hour": "9:00",
             "closes_day": "2027-03-01", "watching": "assigned", "votes": "after", "scores": "yes"}  # fmt: skip
    await sign_in(client, jury.chair)
    refused = await client.post(page, data=typed)
    made = await client.post(page, data={**typed, "closes_day": "2027-03-09"})
    rules = await client.post(
        f"/fr/{jury.edition.slug}/operator/committee-rules",
        data={"quorum": "4", "quorum_S": "2", "cap": "60", "version": "0"},
    )
    shown = (await client.get(page)).text
    await sign_in(client, await a_person("chair", edition=jury.edition, sections=[
        (await rows("SELECT id FROM section WHERE edition = {} AND letter = 'S'", jury.edition.id))[0]["id"]
    ]))  # fmt: skip
    elsewhere = await client.get(page)

    assert (refused.status_code, 'value="2027-03-02"' in refused.text) == (422, True)
    assert (made.status_code, rules.status_code, elsewhere.status_code) == (303, 303, 403)
    assert "Premier tour" in shown
    told = (await rows("SELECT quorum, cap, quorums FROM committee_rules WHERE edition = {}", jury.edition.id))[0]
    assert (told["quorum"], told["cap"], list(told["quorums"].values())) == (4, 60, [2])
    [phase] = await phases.phases_of(jury.edition)
    assert (phase.watching, phase.scores, phase.changes) == ("assigned", True, False)

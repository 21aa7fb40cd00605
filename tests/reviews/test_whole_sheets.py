"""What a sheet says besides scores: how sure, which flags, how long an opinion; and saying nothing, with a reason."""

import pytest

from festival.db import rows
from festival.errors import Refused
from reviews import lists, reviewing
from reviews.scoring import Rubric, ScoreCriterion, Sheet, faults
from tests.builders import has_seen, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, POOR, Jury

SURE = {"scores": {"writing": 4, "image": 4, "sound": 4, "space": 4}, "opinion": "Un film qui tient sa promesse."}


def place(jury: Jury, n: int = 0, *, way: str = "") -> str:
    return f"/api/v1/{jury.edition.slug}/committee/submissions/{jury.films[n][0]}{way}"


async def test_an_abstention_takes_the_film_from_the_queue_and_is_no_vote(client) -> None:
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)
    await sign_in(client, jury.bob)

    kept = await client.post(place(jury, way="/abstention"), json={"reason": "Je connais mal ce cinéma."})

    viewer = await the_viewer(jury.bob, jury.edition)
    room = (await client.get(place(jury))).json()
    assert kept.json() == {"version": 2}
    assert (room["review"]["abstained"], room["review"]["abstention"]) == (True, "Je connais mal ce cinéma.")
    assert room["votes"] == []
    assert (await lists.ahead(viewer, "")).left == 1
    assert {film.id: film.abstained for film in await lists.queue(viewer, ("given",))} == {jury.films[0][0]: True}
    seen = await lists.votes_of([jury.films[0][0]], await the_viewer(jury.ann, jury.edition))
    assert [vote.name for vote in seen[jury.films[0][0]]] == ["Ann"]


async def test_a_sheet_that_is_given_later_ends_the_abstention(house) -> None:
    jury = await Jury().seat()
    submission, file = await jury.film()
    version = await reviewing.abstain(submission, file, reason="pas le temps", version=0, by=jury.bob)

    await jury.give(jury.bob, POOR, version=version)

    held = await rows("SELECT abstained_at, abstention, given_at IS NOT NULL AS given FROM review")
    assert [row for row in held if row["given"]][-1] == {"abstained_at": None, "abstention": "", "given": True}


async def test_a_given_vote_is_not_abstained_from_and_a_reason_is_asked_for(house) -> None:
    jury = await Jury().seat()
    submission, file = await jury.film()
    version = await jury.give(jury.bob, POOR)

    with pytest.raises(Refused, match="abstention_after_vote"):
        await reviewing.abstain(submission, file, reason="trop tard", version=version, by=jury.bob)
    with pytest.raises(Refused, match="reason_missing"):
        await reviewing.abstain(submission, file, reason=" ", version=0, by=jury.ann)


async def test_the_film_waits_again_when_an_abstention_ends(client) -> None:
    jury = await Jury().seat()
    await sign_in(client, jury.bob)
    await client.post(place(jury, way="/abstention"), json={"reason": "pas le temps"})

    ended = await client.delete(place(jury, way="/abstention"))

    assert ended.status_code == 204
    assert (await lists.ahead(await the_viewer(jury.bob, jury.edition), "")).left == 2


async def test_confidence_and_flags_are_kept_and_an_own_list_stays_ones_own(client) -> None:
    jury = await Jury().seat()
    await has_seen(jury.ann, jury.films[0][1])
    await sign_in(client, jury.ann)
    sheet = {**SURE["scores"], "opinion": SURE["opinion"]}

    kept = await client.put(
        place(jury, way="/review"),
        json={"sheet": sheet, "give": True, "confidence": 3, "flags": ["list", "heart"]},
    )
    await jury.give(jury.bob, POOR)
    own = (await client.get(place(jury))).json()["review"]
    wrong = await client.put(place(jury, way="/review"), json={"sheet": sheet, "version": 1, "confidence": 4})

    assert kept.status_code == 200
    assert (own["confidence"], own["flags"]) == (3, ["heart", "list"])
    assert wrong.status_code == 400
    votes = await lists.votes_of([jury.films[0][0]], await the_viewer(jury.bob, jury.edition))
    told = {vote.name: (vote.confidence, vote.flags) for vote in votes[jury.films[0][0]]}
    assert told == {"Ann": (3, ("heart",)), "Bob": (None, ())}


async def test_a_form_gives_and_leads_to_the_next_film_which_plays(client) -> None:
    jury = await Jury().seat()
    for _, file in jury.films:
        await has_seen(jury.ann, file)
    await sign_in(client, jury.ann)
    form = {**{key: str(score) for key, score in SURE["scores"].items()}, "opinion": SURE["opinion"], "act": "next",
            "confidence": "2", "discuss": "yes"}  # fmt: skip
    rooms = [f"/fr/{jury.edition.slug}/committee/submissions/{film}" for film, _ in jury.films]

    first = await client.post(f"{rooms[0]}/review", data=form, follow_redirects=False)
    drawn = await client.get(first.headers["location"])
    last = await client.post(f"{rooms[1]}/review", data=form, follow_redirects=False)

    assert first.headers["location"].startswith(f"{rooms[1]}?play=1")
    assert "data-play-now" in drawn.text
    assert last.headers["location"].startswith(f"/fr/{jury.edition.slug}/committee?")
    kept = await rows("SELECT confidence, flags FROM review WHERE person = {}", jury.ann.id)
    assert kept == [{"confidence": 2, "flags": ["discuss"]}] * 2


async def test_a_letter_leads_to_the_next_film_and_to_the_queue_when_none_is_left(client) -> None:
    jury = await Jury().seat()
    await sign_in(client, jury.ann)
    at = f"/fr/{jury.edition.slug}/committee"

    first = await client.get(f"{at}/next", follow_redirects=False)
    for n in range(2):
        await jury.give(jury.ann, GOOD, n)
    none = await client.get(f"{at}/next", follow_redirects=False)

    assert first.headers["location"] in [f"{at}/submissions/{film}?play=1" for film, _ in jury.films]
    assert none.headers["location"] == at


async def test_a_refused_form_keeps_how_sure_one_was_and_the_flags(client) -> None:
    jury = await Jury().seat()
    await sign_in(client, jury.ann)
    room = f"/fr/{jury.edition.slug}/committee/submissions/{jury.films[0][0]}"

    drawn = await client.post(f"{room}/review", data={"act": "next", "confidence": "1", "heart": "yes", "opinion": "Oui."})
    again = await client.post(f"{room}/abstention", data={"reason": "", "version": "0"})

    assert drawn.status_code == again.status_code == 422
    assert drawn.text.count("checked") >= 2
    assert "abstention" in again.text


@pytest.mark.unit
def test_an_opinion_is_as_long_as_the_sheet_asks() -> None:
    rubric = Rubric(criteria=(ScoreCriterion(key="a"),), least_opinion=5)

    assert faults(Sheet(a=1, opinion="abcd "), rubric) == ["opinion:opinion_short"]
    assert faults(Sheet(a=1, opinion="abcde"), rubric) == []
    assert faults(Sheet(a=1), Rubric(criteria=rubric.criteria, least_opinion=0)) == []


async def test_only_the_chair_lets_names_go_from_the_picture(client) -> None:
    jury = await Jury().seat()
    rule = f"/api/v1/{jury.edition.slug}/committee/mark"
    room = f"/fr/{jury.edition.slug}/committee/submissions/{jury.films[0][0]}"
    await sign_in(client, jury.ann)
    before = await client.get(room)
    assert (await client.put(rule, json={"allowed": True})).status_code == 403
    await sign_in(client, jury.chair)

    assert (await client.put(rule, json={"allowed": True})).status_code == 204
    assert (await client.put(rule, json={"allowed": True})).status_code == 204

    await sign_in(client, jury.ann)
    after = await client.get(room)
    assert ("data-overlay" in before.text, "data-overlay" in after.text) == (False, True)
    told = await rows("SELECT act FROM record WHERE edition = {} AND act LIKE 'mark%'", jury.edition.id)
    assert [row["act"] for row in told] == ["mark_let_go"]

"""Nobody learns another's vote before giving their own; who steps aside sees the film no more."""

import pytest

from festival.db import rows
from festival.errors import Conflict, Refused
from festival.people import person as person_with
from festival.tables import Section
from keeping import erasure
from reviews import board, lists, reviewing
from reviews.scoring import Sheet
from reviews.tables import CommitteeRules, Review
from submissions.lists import submission_in
from submissions.tables import Film, FilmFile
from tests.builders import a_film, a_person, an_edition, has_seen, sign_in, the_viewer

GOOD = Sheet(writing=5, image=5, sound=5, space=5, opinion="Un film qui tient sa promesse.")
POOR = Sheet(writing=1, image=1, sound=1, space=1, opinion="Un film que je ne retiens pas.")


class Jury:
    """An edition with two films, two reviewers and a chair."""

    async def seat(self) -> "Jury":
        self.edition = await an_edition()
        self.maker = await a_person("filmmaker", edition=self.edition)
        self.ann = await a_person("reviewer", edition=self.edition, name="Ann")
        self.bob = await a_person("reviewer", edition=self.edition, name="Bob")
        self.chair = await a_person("chair", edition=self.edition, name="Cy")
        self.films = [await a_film(self.edition, self.maker, title=f"Nuit {n}") for n in range(2)]
        return self

    async def film(self, n: int = 0):
        submission, file = self.films[n]
        return await submission_in(self.edition, submission), await FilmFile.objects().get(
            FilmFile.id == file
        )

    async def give(
        self,
        person,
        sheet: Sheet,
        n: int = 0,
        *,
        version: int = 0,
        give: bool = True,
        seen: float = 1.0,
    ) -> int:
        submission, file = await self.film(n)
        await has_seen(person, file.id, seen)
        return await reviewing.review(
            submission, file, sheet, version=version, give=give, by=person
        )

    async def room(self, client, person, n: int = 0):
        await sign_in(client, person)
        return await client.get(
            f"/api/v1/{self.edition.slug}/committee/submissions/{self.films[n][0]}"
        )


async def test_another_vote_is_seen_only_after_ones_own(client) -> None:
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)

    before = await jury.room(client, jury.bob)
    kept = await jury.give(jury.bob, POOR, give=False)
    drafted = await jury.room(client, jury.bob)
    await jury.give(jury.bob, POOR, version=kept)
    after = await jury.room(client, jury.bob)

    assert (before.json()["votes"], drafted.json()["votes"]) == ([], [])
    assert GOOD.opinion not in before.text + drafted.text
    assert {(v["name"], v["total"]) for v in after.json()["votes"]} == {("Ann", 5.0), ("Bob", 1.0)}


async def test_the_queue_is_the_same_whatever_others_gave(house) -> None:
    jury = await Jury().seat()
    viewer = await the_viewer(jury.bob, jury.edition)
    for person, n in ((jury.ann, 0), (jury.chair, 0), (jury.ann, 1)):
        await has_seen(person, jury.films[n][1])
    before = await lists.queue(viewer)

    await jury.give(jury.ann, POOR, 0)
    await jury.give(jury.chair, POOR, 0)
    await jury.give(jury.ann, GOOD, 1)

    assert await lists.queue(viewer) == before
    assert {film.id for film in before} == {film for film, _ in jury.films}


async def test_who_decides_sees_the_votes_without_having_scored(client) -> None:
    """On the board and in the room; of a film of their own, or one that they stepped aside from, nothing."""
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)
    viewer = await the_viewer(jury.chair, jury.edition)

    before = next(one for one in await board.films(viewer) if one.id == jury.films[0][0])
    room = await jury.room(client, jury.chair)
    await reviewing.recuse((await jury.film())[0], reason="Un ami.", by=jury.chair)
    viewer = await the_viewer(jury.chair, jury.edition)

    assert (len(before.votes), before.mean, before.is_open) == (1, 5.0, True)
    assert [vote["name"] for vote in room.json()["votes"]] == ["Ann"]
    assert [one.id for one in await board.films(viewer)] == [jury.films[1][0]]
    assert (await jury.room(client, jury.chair)).status_code == 404


async def test_where_votes_are_closed_to_the_chair_the_board_tells_not_even_their_number(
    house,
) -> None:
    """Neither in a row, nor by where a row stands, nor by what a filter finds."""
    jury = await Jury().seat()
    await CommitteeRules(edition=jury.edition.id, chair_waits=True).save()
    viewer = await the_viewer(jury.chair, jury.edition)
    queries = [
        board.BoardQuery(sort=sort, flag=flag)
        for sort in board.SORTS
        for flag in ("", *board.FLAGS)
    ]
    before = [await board.cards(viewer, query) for query in queries]
    counted = [await board.shares(viewer, query) for query in queries]
    await jury.give(jury.ann, GOOD)
    await jury.give(jury.bob, POOR, seen=0.2)
    await jury.give(jury.ann, POOR, 1)

    assert [await board.cards(viewer, query) for query in queries] == before
    assert [await board.shares(viewer, query) for query in queries] == counted
    await jury.give(jury.chair, POOR)
    after = next(one for one in await board.films(viewer) if one.id == jury.films[0][0])
    assert (len(after.votes), after.mean, after.is_open) == (3, 3.0, True)


async def test_who_steps_aside_sees_the_film_no_more(client) -> None:
    jury = await Jury().seat()
    assert (await jury.room(client, jury.bob)).status_code == 200

    await reviewing.recuse((await jury.film())[0], reason="Un ami.", by=jury.bob)

    viewer = await the_viewer(jury.bob, jury.edition)
    assert [film.id for film in await lists.queue(viewer)] == [jury.films[1][0]]
    assert (await jury.room(client, jury.bob)).status_code == 404


async def test_stepping_aside_is_once_and_the_chair_may_end_it(house) -> None:
    jury = await Jury().seat()
    submission, _ = await jury.film()
    for _ in range(2):
        await reviewing.recuse(submission, reason="Un ami.", by=jury.bob)

    await reviewing.lift_recusal(
        submission, jury.bob.id, reason="Un malentendu.", edition=jury.edition, by=jury.chair
    )

    viewer = await the_viewer(jury.bob, jury.edition)
    assert len(await lists.queue(viewer)) == 2


async def test_nobody_judges_their_own_film(client) -> None:
    jury = await Jury().seat()
    own, _ = await a_film(jury.edition, jury.bob, title="À moi")
    viewer = await the_viewer(jury.bob, jury.edition)
    await sign_in(client, jury.bob)

    answer = await client.get(f"/api/v1/{jury.edition.slug}/committee/submissions/{own}")

    assert own not in [film.id for film in await lists.queue(viewer)]
    assert answer.status_code == 404


async def test_an_unfinished_sheet_is_kept_but_not_given(house) -> None:
    jury = await Jury().seat()

    with pytest.raises(Refused) as refused:
        await jury.give(jury.bob, Sheet(writing=3))
    kept = await jury.give(jury.bob, Sheet(writing=3), give=False)

    assert refused.value.codes == (
        "image:score_missing", "sound:score_missing", "space:score_missing", "opinion:opinion_short",
    )  # fmt: skip
    assert kept == 1


async def test_a_given_sheet_is_never_emptied(house) -> None:
    jury = await Jury().seat()
    version = await jury.give(jury.bob, GOOD)

    with pytest.raises(Refused):
        await jury.give(jury.bob, Sheet(writing=3), version=version, give=False)

    kept = await Review.objects().get(
        (Review.submission == jury.films[0][0]) & (Review.person == jury.bob.id)
    )
    assert (kept.opinion, kept.version) == (GOOD.opinion, 1)


async def test_of_two_tabs_the_second_is_told(house) -> None:
    jury = await Jury().seat()
    version = await jury.give(jury.bob, GOOD)
    await jury.give(jury.bob, POOR, version=version)

    for stale in (0, version):
        with pytest.raises(Conflict):
            await jury.give(jury.bob, GOOD, version=stale)

    kept = await Review.objects().get(
        (Review.submission == jury.films[0][0]) & (Review.person == jury.bob.id)
    )
    assert (kept.opinion, kept.version) == (POOR.opinion, 2)


async def test_in_a_blind_section_the_board_names_no_director_before_the_chair_has_scored(
    house,
) -> None:
    jury = await Jury().seat()
    await Section.update({Section.is_blind: True}).where(Section.edition == jury.edition.id)
    viewer = await the_viewer(jury.chair, jury.edition)
    before = [case.director for case in await board.films(viewer)]

    await jury.give(jury.chair, GOOD)

    after = sorted(case.director for case in await board.films(viewer))
    assert before == ["", ""]
    assert (after[0], after[1] != "") == ("", True)


async def test_a_note_without_words_is_refused_and_one_that_is_not_there_leaves_no_trace(
    house,
) -> None:
    jury = await Jury().seat()
    submission, file = await jury.film()

    with pytest.raises(Refused) as refused:
        await reviewing.note(submission, file, reviewing.Remark(text="  \n"), by=jury.ann)
    await reviewing.remove_note(submission, "nothing", by=jury.ann)

    assert refused.value.codes == ("text:note_empty",)
    assert await rows("SELECT id FROM record WHERE subject = 'nothing'") == []


@pytest.mark.parametrize(("place", "shows"), [
    ("/fr/{e}/committee", True), ("/fr/{e}/committee/submissions/{s}", True),
    ("/fr/{e}/committee/decisions", True), ("/api/v1/{e}/committee/queue", True),
    ("/api/v1/{e}/committee/submissions/{s}", False), ("/api/v1/{e}/submissions/{s}", False),
    ("/fr/{e}/submissions/{s}", False),
])  # fmt: skip
async def test_in_a_blind_section_no_page_names_one_of_several_directors(
    client, place: str, shows: bool
) -> None:
    jury = await Jury().seat()
    submission, _ = await jury.film()
    names = ["Ousmane Quirinus", "Wilhelmine Xanthe"]
    await Film.update({Film.directors: names, Film.director: ", ".join(names)}).where(
        Film.id == submission.film
    )
    where = place.format(e=jury.edition.slug, s=submission.id)
    await sign_in(client, jury.chair)

    seen = (await client.get(where)).text
    await Section.update({Section.is_blind: True}).where(Section.edition == jury.edition.id)
    blind = (await client.get(where)).text

    assert all((name in seen) == shows for name in names)
    assert not any(name in blind for name in names)


async def test_ones_own_plan_of_leaving_tells_neither_of_opinions_nor_of_films_that_are_not_out(client) -> None:
    """Whoever takes the name of somebody else finds nothing by it."""
    jury = await Jury().seat()
    await rows("UPDATE person SET name = 'Ludwine Ostrakan' WHERE id = {} RETURNING id", jury.maker.id)
    maker = await person_with(jury.maker.id)
    other, _ = await a_film(jury.edition, jury.chair, title="Caché")
    await Film.update({Film.director: "Ludwine Ostrakan"}).where(
        Film.id == (await submission_in(jury.edition, other)).film
    )
    await jury.give(jury.ann, Sheet(**GOOD.scores, opinion="Ludwine Ostrakan tient sa promesse."))
    await sign_in(client, maker)

    told = (await client.get(f"/api/v1/{jury.edition.slug}/me/erasure")).json()
    known = await erasure.plan_for(maker)

    assert told["elsewhere"] == []
    assert {mention.table for mention in known.elsewhere} == {"review", "film"}

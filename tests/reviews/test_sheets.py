"""Score sheets are the edition's own: what is asked changes, and no score is lost or changes its meaning."""

import asyncio
import re
from html import unescape

import pytest

from festival.db import rows
from festival.errors import Conflict, Refused
from festival.tables import Edition, Phase
from reviews import lists, reviewing, sheets
from reviews.reviewing import review
from reviews.rubrics import rubrics_of
from reviews.scoring import Sheet
from reviews.sheets import CriterionAgain, CriterionForm, ScaleForm
from reviews.tables import CommitteeRules, Criterion, ScoreSheet
from submissions.lists import submission_in
from submissions.tables import FilmFile
from tests.builders import (
    a_film,
    a_person,
    a_section,
    an_edition,
    has_seen,
    led_to,
    sign_in,
    the_viewer,
)

WORDS = "Vu jusqu’au bout, deux fois, et sans hésiter."
NAMES = {"fr": "Musique", "en": "Music"}


class Committee:
    """An edition under selection, a chair and two members, and films that they score."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    @classmethod
    async def sits(cls) -> "Committee":
        made = cls(await an_edition(phase=Phase.SELECTION))
        made.operator = await a_person("operator", edition=made.edition, name="Op")
        made.chair = await a_person("chair", edition=made.edition, name="Chair")
        made.ada = await a_person("reviewer", edition=made.edition, name="Ada")
        made.maker = await a_person("filmmaker", edition=made.edition, name="Maker")
        return made

    async def film(self, title: str = "Nuit claire", section: str = "C") -> str:
        return (await a_film(self.edition, self.maker, title=title, section=section))[0]

    async def gives(self, person, film: str, *, give: bool = True, version: int = 0, **scores: int) -> int:
        submission = await submission_in(self.edition, film)
        file = await FilmFile.objects().get(FilmFile.submission == film)
        await has_seen(person, file.id)
        sheet = Sheet(opinion=WORDS, **scores)
        return await review(submission, file, sheet, version=version, give=give, by=person)

    async def votes(self, film: str) -> list[float]:
        found = await lists.votes_of([film], await the_viewer(self.chair, self.edition))
        return sorted(vote.total for vote in found.get(film, ()))

    async def sheet(self, letter: str = "") -> ScoreSheet:
        """The sheet of this place, made its own."""
        section = (await a_section(self.edition, letter)).id if letter else None
        made = await sheets.begin(self.edition, section, by=self.operator)
        return await ScoreSheet.objects().get(ScoreSheet.id == made)

    async def criterion(self, sheet: ScoreSheet, key: str) -> Criterion:
        return await Criterion.objects().get((Criterion.sheet == sheet.id) & (Criterion.key == key))

    async def keys(self, letter: str = "C") -> list[str]:
        section = (await a_section(self.edition, letter)).id
        return [one.key for one in (await rubrics_of(self.edition.id)).rubric(section).open]


@pytest.fixture
async def committee(house) -> Committee:
    return await Committee.sits()


ALL = {"writing": 5, "image": 1, "sound": 1, "space": 5}


# -- whose sheet it is


async def test_an_edition_that_says_nothing_is_scored_by_the_sheet_of_the_house(committee) -> None:
    film = await committee.film()

    await committee.gives(committee.ada, film, **ALL)

    assert await committee.votes(film) == [3.4]


async def test_a_sheet_of_its_own_begins_as_the_one_above_and_moves_no_score(committee) -> None:
    film, short = await committee.film(), await committee.film("Courte", "S")
    await committee.gives(committee.ada, film, **ALL)
    await committee.gives(committee.ada, short, **ALL)

    everywhere, shorts = await committee.sheet(), await committee.sheet("S")
    again = await committee.sheet("S")

    assert (again.id, everywhere.id != shorts.id) == (shorts.id, True)
    assert await committee.keys("S") == await committee.keys("C") == ["writing", "image", "sound", "space"]
    assert [await committee.votes(one) for one in (film, short)] == [[3.4], [3.4]]


async def test_a_section_is_scored_by_its_own_sheet_and_the_others_by_the_editions(committee) -> None:
    shorts = await committee.sheet("S")
    added = await sheets.add_criterion(shorts, CriterionForm(names=NAMES, weight=10), by=committee.operator)
    key = (await Criterion.objects().get(Criterion.id == added)).key
    film, short = await committee.film(), await committee.film("Courte", "S")

    with pytest.raises(Refused) as refused:
        await committee.gives(committee.ada, short, **ALL)
    await committee.gives(committee.ada, short, **ALL, **{key: 5})
    await committee.gives(committee.ada, film, **ALL)
    with pytest.raises(Refused) as unknown:
        await committee.gives(committee.chair, film, **ALL, **{key: 5})

    assert refused.value.codes == (f"{key}:score_missing",)
    assert unknown.value.codes == (f"{key}:criterion_closed",)
    assert await committee.votes(film) == [3.4]
    assert await committee.votes(short) == [pytest.approx((34 + 50) / 20)]


async def test_a_scale_of_ten_is_refused_beyond_it_and_told_with_the_mean(client, committee) -> None:
    sheet = await committee.sheet("S")
    labels = {"1": {"fr": "faible", "en": "weak"}, "10": {"fr": "exceptionnel", "en": "outstanding"}}
    await sheets.set_scale(sheet, ScaleForm(steps=10, labels=labels, version=1), by=committee.operator)
    short = await committee.film("Courte", "S")

    await committee.gives(committee.chair, short, writing=10, image=8, sound=8, space=10)
    with pytest.raises(Refused) as beyond:
        await committee.gives(committee.ada, await committee.film(), writing=6, image=1, sound=1, space=1)

    assert beyond.value.codes == ("writing:score_beyond",)
    await sign_in(client, committee.chair)
    [case] = [
        one for one in (await client.get(f"/api/v1/{committee.edition.slug}/committee/board")).json()
        if one["id"] == short
    ]  # fmt: skip
    assert (case["mean"], case["out_of"]) == (pytest.approx(9.2), 10)
    room = await client.get(f"/en/{committee.edition.slug}/committee/submissions/{short}")
    told = (await client.get(f"/api/v1/{committee.edition.slug}/committee/submissions/{short}")).json()
    assert "outstanding" in room.text
    assert 'value="10"' in room.text
    assert told["sheet"]["steps"] == 10


# -- no score is lost, none changes its meaning


async def test_what_is_added_is_asked_from_now_on_and_given_sheets_keep_their_total(committee) -> None:
    film = await committee.film()
    version = await committee.gives(committee.ada, film, **ALL)
    sheet = await committee.sheet()

    added = await sheets.add_criterion(sheet, CriterionForm(names=NAMES, weight=5), by=committee.operator)

    assert await committee.votes(film) == [3.4]
    with pytest.raises(Refused):
        await committee.gives(committee.ada, film, version=version, **ALL)
    key = (await Criterion.objects().get(Criterion.id == added)).key
    await committee.gives(committee.ada, film, version=version, **ALL, **{key: 5})
    assert await committee.votes(film) == [pytest.approx((34 + 25) / 15)]


async def test_what_was_scored_is_closed_and_never_removed(committee) -> None:
    film = await committee.film()
    version = await committee.gives(committee.ada, film, **ALL)
    begun = await committee.gives(committee.chair, film, give=False, image=2)
    sheet = await committee.sheet()
    image = await committee.criterion(sheet, "image")

    with pytest.raises(Refused) as scored:
        await sheets.remove_criterion(image, version=1, by=committee.operator)
    await sheets.close_criterion(image, version=1, by=committee.operator)

    assert scored.value.codes == ("criterion_scored",)
    assert await committee.votes(film) == [3.4]
    assert await committee.keys() == ["writing", "sound", "space"]
    # A begun sheet keeps its score beside the rest, for when the criterion opens again.
    await committee.gives(committee.chair, film, give=False, version=begun, writing=4)
    [row] = await rows(
        "SELECT scores FROM review WHERE given_at IS NULL AND submission = {}", film
    )
    assert row["scores"] == {"image": 2, "writing": 4}
    # A given one that is given again says what it is asked now; what it said stays in its older version.
    await committee.gives(committee.ada, film, version=version, writing=5, sound=1, space=5)
    assert await committee.votes(film) == [4.0]
    with pytest.raises(Refused):
        await sheets.remove_criterion(image, version=2, by=committee.operator)


async def test_what_nobody_scored_is_removed_and_one_that_counts_must_stay(committee) -> None:
    sheet = await committee.sheet()
    for key in ("writing", "image", "sound"):
        await sheets.remove_criterion(
            await committee.criterion(sheet, key), version=1, by=committee.operator
        )
    space = await committee.criterion(sheet, "space")

    for act in (
        sheets.remove_criterion(space, version=1, by=committee.operator),
        sheets.close_criterion(space, version=1, by=committee.operator),
        sheets.amend_criterion(
            space, CriterionAgain(names=NAMES, weight=0, version=1), by=committee.operator
        ),
    ):
        with pytest.raises(Refused) as refused:
            await act
        assert refused.value.codes == ("sheet_weightless",)


async def test_a_scale_that_carries_scores_stays_and_says_what_to_do_instead(committee) -> None:
    film = await committee.film()
    await committee.gives(committee.ada, film, give=False, writing=4)
    sheet, shorts = await committee.sheet(), await committee.sheet("S")

    with pytest.raises(Refused) as refused:
        await sheets.set_scale(sheet, ScaleForm(steps=10, version=1), by=committee.operator)
    labels = {"5": {"fr": "exceptionnel", "en": "outstanding"}}
    await sheets.set_scale(sheet, ScaleForm(steps=5, labels=labels, version=1), by=committee.operator)
    await sheets.set_scale(shorts, ScaleForm(steps=10, version=1), by=committee.operator)
    with pytest.raises(Refused) as used:
        await sheets.drop(sheet, version=2, by=committee.operator)

    assert refused.value.codes == ("steps:scale_scored",)
    assert used.value.codes == ("sheet_scored",)
    assert refused.value.values == used.value.values == {}  # a chair may not know how many
    found = await rubrics_of(committee.edition.id)
    assert (found.rubric(None).steps, found.rubric(None).labels) == (5, labels)


async def test_who_scores_while_the_scale_changes_finds_one_or_the_other(committee) -> None:
    """Never a score of one scale on a sheet of the other."""
    sheet = await committee.sheet()
    film = await committee.film()

    await asyncio.gather(
        committee.gives(committee.ada, film, writing=5, image=5, sound=5, space=5),
        sheets.set_scale(sheet, ScaleForm(steps=3, version=1), by=committee.operator),
        return_exceptions=True,
    )

    steps = (await rubrics_of(committee.edition.id)).rubric(None).steps
    assert (steps, await committee.votes(film)) in [(5, [5.0]), (3, [])]


async def test_another_version_than_was_seen_changes_nothing(committee) -> None:
    sheet = await committee.sheet()
    image = await committee.criterion(sheet, "image")
    again = CriterionAgain(names=NAMES, weight=9, version=1)
    await sheets.amend_criterion(image, again, by=committee.operator)

    with pytest.raises(Conflict):
        await sheets.amend_criterion(image, again, by=committee.operator)


# -- weights: only after their effect was read


async def two_films(committee: Committee) -> tuple[str, str]:
    """One is strong in writing, the other in its pictures; the chair has given a vote on both."""
    written, seen = await committee.film("Écrit"), await committee.film("Vu")
    await committee.gives(committee.chair, written, writing=5, image=1, sound=3, space=3)
    await committee.gives(committee.chair, seen, writing=1, image=5, sound=3, space=3)
    return written, seen


async def test_another_weight_is_set_only_by_who_has_read_what_it_changes(client, committee) -> None:
    await two_films(committee)
    sheet = await committee.sheet()
    image = await committee.criterion(sheet, "image")
    place = f"/api/v1/{committee.edition.slug}/operator/sheets/criteria/{image.id}"
    await sign_in(client, committee.chair)
    body = {"names": {"fr": "Image", "en": "Picture"}, "weight": 10, "version": 1}

    unseen = await client.put(place, json=body)
    effect = (await client.post(f"{place}/effect", json={"weight": 10})).json()
    other = await client.put(place, json=body | {"seen": effect["mark"], "weight": 9})
    set_ = await client.put(place, json=body | {"seen": effect["mark"]})

    assert (unseen.status_code, other.status_code, set_.status_code) == (422, 422, 200)
    assert unseen.json()["codes"] == ["weight_unseen"]
    assert not re.search(r"\b2\b", unseen.json()["detail"])  # how many sheets is told where they may be read
    assert (effect["given"], effect["is_shown"]) == (2, True)
    moved = {one["title"]: one["rank"] for one in effect["moves"]}
    assert moved == {"Écrit": [1, 2], "Vu": [2, 1]}
    [line] = await rows(
        "SELECT details FROM record WHERE act = 'criterion_changed' AND subject = {}", image.id
    )
    assert line["details"]["changes"] == {"weight": [2, 10]}


async def test_operators_read_how_many_sheets_and_nothing_of_what_they_say(client, committee) -> None:
    await two_films(committee)
    sheet = await committee.sheet()
    image = await committee.criterion(sheet, "image")
    await sign_in(client, committee.operator)
    place = f"/api/v1/{committee.edition.slug}/operator/sheets"

    effect = (await client.post(f"{place}/criteria/{image.id}/effect", json={"weight": 10})).json()
    standing = (await client.get(place)).json()
    page = await client.post(
        f"/en/{committee.edition.slug}/operator/sheets/criteria/{image.id}",
        data={"name_fr": "Image", "name_en": "Picture", "weight": "10", "version": "1"},
    )

    assert (effect["given"], effect["is_shown"], effect["moves"]) == (2, False, [])
    assert (standing[0]["given"], standing[0]["begun"]) == (2, 0)
    assert page.status_code == 422
    assert "2 sheets that were given would weigh otherwise." in page.text
    for word in ("Écrit", "Vu", "→"):
        assert word not in unescape(page.text).split("What this weight would change")[1].split("</section>")[0]


async def test_where_chairs_wait_they_read_no_rank_of_a_film_that_they_have_not_scored(client, committee) -> None:
    await CommitteeRules(edition=committee.edition.id, chair_waits=True).save()
    await two_films(committee)
    hidden = await committee.film("Caché")
    await committee.gives(committee.ada, hidden, writing=1, image=5, sound=1, space=1)
    sheet = await committee.sheet()
    image = await committee.criterion(sheet, "image")
    await sign_in(client, committee.chair)

    told = await client.post(
        f"/api/v1/{committee.edition.slug}/operator/sheets/criteria/{image.id}/effect", json={"weight": 10}
    )

    assert "Caché" not in told.text


async def test_who_reviews_only_sets_no_sheet_and_a_chair_only_that_of_their_sections(client, committee) -> None:
    sheet, shorts = await committee.sheet(), await committee.sheet("S")
    theirs = (await a_section(committee.edition, "S")).id
    limited = await a_person("chair", edition=committee.edition, name="Far", sections=[theirs])
    place = f"/api/v1/{committee.edition.slug}/operator/sheets"
    form = {"names": NAMES}

    await sign_in(client, limited)
    mine = await client.post(f"{place}/{shorts.id}/criteria", json=form)
    not_mine = await client.post(f"{place}/{sheet.id}/criteria", json=form)
    page = await client.get(f"/fr/{committee.edition.slug}/operator/sheets")
    told = (await client.get(place)).json()
    await sign_in(client, committee.ada)
    reviewer = await client.get(place)
    abroad = await an_edition()
    await sign_in(client, await a_person("operator", edition=abroad))
    other = await client.post(f"/api/v1/{abroad.slug}/operator/sheets/{shorts.id}/criteria", json=form)

    assert [one.status_code for one in (mine, not_mine, page, reviewer, other)] == [201, 403, 200, 403, 404]
    assert [one["section"] for one in told] == ["S"]


# -- the page


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_a_sheet_is_set_up_on_its_page_from_nothing(client, committee, lang: str) -> None:
    await sign_in(client, committee.operator)
    place = f"/{lang}/{committee.edition.slug}/operator/sheets"
    begun = await client.post(place, data={"section": "S"})
    [sheet] = await ScoreSheet.objects().where(ScoreSheet.edition == committee.edition.id)

    wrong = await client.post(
        f"{place}/{sheet.id}/criteria", data={"section": "S", "name_fr": "Musique", "weight": "11"}
    )
    added = await client.post(
        f"{place}/{sheet.id}/criteria",
        data={"section": "S", "name_fr": "Musique", "name_en": "Music", "help_en": "And silence", "weight": "4"},
    )
    scale = await client.post(
        f"{place}/{sheet.id}/scale",
        data={"section": "S", "steps": "7", "version": "1", "label_7_fr": "rare", "label_7_en": "rare"},
    )
    made = await Criterion.objects().get((Criterion.sheet == sheet.id) & (Criterion.weight == 4))
    moved = await client.post(f"{place}/criteria/{made.id}/move", data={"section": "S", "way": "up"})
    page = await client.get(f"{place}?section=S")
    preview = await client.get(f"{place}/preview?section=S")

    assert [one.status_code for one in (begun, wrong, added, scale, moved)] == [303, 422, 303, 303, 303]
    assert moved.headers["location"].endswith("section=S")
    assert 'value="Musique"' in wrong.text
    assert set(led_to(wrong.text)) == {f"{place}/{sheet.id}/criteria"}
    assert page.status_code == preview.status_code == 200
    names = [{"fr": "Récit", "en": "Story"}[lang], {"fr": "Musique", "en": "Music"}[lang]]
    assert preview.text.index(names[0]) < preview.text.index(names[1])
    assert preview.text.count('type="radio"') == 7 * 5
    assert "And silence" in preview.text
    assert await committee.keys("S") == ["writing", "image", "sound", made.key, "space"]


async def test_the_room_asks_what_the_sheet_asks_and_keeps_what_was_typed(client, committee) -> None:
    sheet = await committee.sheet()
    added = await sheets.add_criterion(sheet, CriterionForm(names=NAMES, weight=2), by=committee.operator)
    key = (await Criterion.objects().get(Criterion.id == added)).key
    film = await committee.film()
    await sign_in(client, committee.ada)
    place = f"/fr/{committee.edition.slug}/committee/submissions/{film}"

    wrong = await client.post(f"{place}/review", data={"act": "give", key: "4", "version": "0"})
    beyond = await client.post(f"{place}/review", data={"act": "keep", key: "9", "version": "0"})
    odd = await client.post(f"{place}/review", data={"act": "keep", key: "x", "version": "0"})
    kept = await client.post(
        f"{place}/review", data={"act": "keep", key: "4", "writing": "2", "version": "0"}
    )

    assert [one.status_code for one in (wrong, beyond, odd, kept)] == [422, 422, 422, 303]
    assert "Musique" in wrong.text
    assert 'href="#f-writing"' in wrong.text
    assert "checked" in wrong.text.split(f'name="{key}"')[4].split("/>")[0]
    assert (await rows("SELECT scores FROM review WHERE submission = {}", film))[0]["scores"] == {key: 4, "writing": 2}


@pytest.mark.parametrize(("sheet", "codes"), [
    ({"self": 3}, ["self:criterion_closed"]), ({"writing": 0}, None), ({"writing": 11}, None), ({"writing": 2.5}, None),
    ({"writing": True}, None), ({"writing": "4"}, ["writing:field_invalid"]), ({"opinion": 4}, ["opinion:field_invalid"]),
    ({"writing": 6}, ["writing:score_beyond"]), ({"give": 1, "version": 2}, ["give:criterion_closed", "version:criterion_closed"]),
])  # fmt: skip
async def test_a_sheet_of_a_program_is_read_strictly(client, committee, sheet: dict, codes: list | None) -> None:
    film = await committee.film()
    await sign_in(client, committee.ada)

    told = await client.put(
        f"/api/v1/{committee.edition.slug}/committee/submissions/{film}/review", json={"sheet": sheet, "version": 0}
    )

    assert 400 <= told.status_code < 500
    if codes is not None:
        assert (told.status_code, told.json()["codes"]) == (422, codes)
    assert await rows("SELECT id FROM review WHERE submission = {}", film) == []


async def test_a_number_that_begins_like_a_score_is_none(client, committee) -> None:
    sheet = await committee.sheet()
    await sheets.set_scale(sheet, ScaleForm(steps=10, version=1), by=committee.operator)
    film = await committee.film()
    await sign_in(client, committee.ada)

    told = await client.post(
        f"/fr/{committee.edition.slug}/committee/submissions/{film}/review",
        data={"act": "keep", "writing": "100", "version": "0"},
    )

    assert told.status_code == 422
    assert await rows("SELECT id FROM review WHERE submission = {}", film) == []


@pytest.mark.unit
@pytest.mark.parametrize(("name", "taken", "key"), [
    ("Music", (), "music"), ("Score & sound design", (), "score_sound_desi"), ("Éclat", (), "eclat"),
    ("Music", ("music",), None), ("Opinion", (), None), ("音楽", (), None),
])  # fmt: skip
def test_a_criterion_is_called_by_its_name_where_that_is_free(name: str, taken: tuple, key: str | None) -> None:
    made = sheets.key_for({"fr": "x", "en": name}, taken)

    assert made == key if key else len(made) == 16


async def test_the_record_says_who_changed_what_of_a_sheet(client, committee) -> None:
    sheet = await committee.sheet()
    image = await committee.criterion(sheet, "image")
    again = CriterionAgain(names={"fr": "Images", "en": "Pictures"}, weight=3, version=1)
    await sheets.amend_criterion(image, again, by=committee.chair)
    await sign_in(client, committee.operator)

    page = await client.get(f"/fr/{committee.edition.slug}/operator/record?about={image.id}")

    assert "a changé un critère de notation" in page.text
    assert "<del>2</del>" in page.text
    assert "<ins>3</ins>" in page.text
    assert reviewing.LEAST_REASON

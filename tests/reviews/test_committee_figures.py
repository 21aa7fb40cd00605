"""Figures, lists and dossiers of the committee: of the chair's films alone, and of votes that the chair reads."""

import csv
import io
import json
import random
from datetime import timedelta
from statistics import fmean

import pytest

from festival.clock import now
from festival.db import rows
from festival.tables import Section
from reviews import committee_figures as figures
from reviews import reviewing
from reviews.committee_figures import MemberLoad, judged
from reviews.rubrics import rubrics_of
from reviews.standing import name_of_films, standing_of
from reviews.tables import CommitteeRules
from submissions.tables import EntryAnswer, Question
from tests.builders import a_film, a_person, sign_in, the_viewer
from tests.reviews.test_blindness import GOOD, POOR, Jury


async def told(jury: Jury, person=None) -> figures.CommitteeFigures:
    return await figures.figures(jury.edition, await the_viewer(person or jury.chair, jury.edition))


def load(given: int, asked: int, pace: float = 0.0, days: float | None = None) -> MemberLoad:
    ready = None if days is None else now() + timedelta(days=days)
    return MemberLoad(person="x", name="x", asked=asked, given=given, pace=pace, watched_seconds=0,
                      left_seconds=0, ready_at=ready)  # fmt: skip


@pytest.mark.unit
def test_late_is_who_ends_after_the_end_or_stands_far_behind() -> None:
    end = now() + timedelta(days=10)
    by_end = judged(
        [load(5, 5), load(4, 9, 3, days=9), load(4, 9, 3, days=11), load(0, 9)], until=end
    )
    without = judged([load(8, 10), load(6, 10), load(2, 10), load(0, 0)], until=None)

    assert [one.is_late for one in by_end] == [False, False, True, True]
    assert [one.is_late for one in without] == [False, False, True, False]


async def test_load_and_choice_of_the_chairs_films(house) -> None:
    jury = await Jury().seat()
    for n, sheet in ((0, GOOD), (1, POOR)):
        await jury.give(jury.ann, sheet, n)
    await jury.give(jury.bob, GOOD)
    await rows(
        "UPDATE submission SET pending = 'accepted' WHERE id = {} RETURNING id", jury.films[0][0]
    )

    found = await told(jury)

    assert {one.name: (one.given, one.asked, one.left) for one in found.members} == {
        "Ann": (2, 2, 0), "Bob": (1, 2, 1)}  # fmt: skip
    assert next(one for one in found.members if one.name == "Ann").pace == 1.0
    [section] = found.sections
    assert (section.key, section.films, section.accepted, section.votes) == ("C", 2, 1, 3)
    assert [(one.key, one.films) for one in found.countries] == [("FR", 2)]
    assert found.hidden == 0


async def test_the_choice_counts_what_the_ranks_say_film_by_film(house) -> None:
    jury, chance = await Jury().seat(), random.Random(73)
    jury.films += [await a_film(jury.edition, jury.maker, title=f"Jour {n}") for n in range(4)]
    for person in (jury.ann, jury.bob):
        for n in chance.sample(range(6), 4):
            await jury.give(person, chance.choice((GOOD, POOR)), n, seen=chance.choice((0.1, 1.0)))
    await rows(
        """UPDATE film SET countries = jsonb_build_array('FR', 'JP') WHERE id IN (
             SELECT film FROM submission WHERE id = ANY({})) RETURNING id""",
        [film for film, _ in jury.films[:3]],
    )

    found, standing = (
        await told(jury),
        await standing_of(jury.edition, await the_viewer(jury.chair, jury.edition)),
    )

    for share, of in ((found.sections[0], jury.films), (found.countries[-1], jury.films[:3])):
        ranks = [standing.films[film] for film, _ in of if film in standing.films]
        assert (share.films, share.voted, share.votes) == (
            len(of),
            len(ranks),
            sum(one.votes for one in ranks),
        )
        means = [(one.mean - 1) / (one.out_of - 1) for one in ranks]
        assert share.level == (
            pytest.approx(fmean(means)) if len(means) >= figures.FEWEST else None
        )
    assert [one.key for one in found.countries] == ["FR", "JP"]


async def test_the_choice_and_the_ranks_call_the_films_whose_votes_are_open_the_same(house) -> None:
    jury = await Jury().seat()
    await CommitteeRules(edition=jury.edition.id, chair_waits=True).save()
    await jury.give(jury.chair, GOOD)
    viewer = await the_viewer(jury.chair, jury.edition)

    opened, _ = await figures.by_section_and_country(viewer, await rubrics_of(jury.edition.id))

    assert opened == await name_of_films(viewer)
    assert opened[0] == 1


async def test_who_waits_for_their_own_sheet_reads_no_figure_of_votes(client) -> None:
    jury = await Jury().seat()
    await CommitteeRules(edition=jury.edition.id, chair_waits=True).save()
    places = [f"/api/v1/{jury.edition.slug}/committee/{one}" for one in ("figures", "sheets")]
    await sign_in(client, jury.chair)
    before = [(await client.get(place)).text for place in places]

    await jury.give(jury.ann, GOOD)
    after = [(await client.get(place)).text for place in places]

    assert after == before
    assert json.loads(before[0])["hidden"] == 2


async def test_declared_answers_are_counted_and_none_that_identifies_in_a_blind_section(
    house,
) -> None:
    jury = await Jury().seat()
    options = [{"key": key, "names": {"fr": key}} for key in ("f", "m", "x")]
    asked = [
        Question(
            edition=jury.edition.id,
            kind="choice",
            labels={"fr": "Genre"},
            options=options,
            identifies=identifies,
        )
        for identifies in (False, True)
    ]
    for question in asked:
        await question.save()
        for (film, _), value in zip(jury.films, ("f", "m"), strict=True):
            await EntryAnswer(submission=film, question=question.id, value=json.dumps(value)).save()
    seen = await told(jury)
    await Section.update({Section.is_blind: True}).where(Section.edition == jury.edition.id)
    blind = await told(jury)

    assert [[(one.key, one.films) for one in answer.shares] for answer in seen.answers] == [
        [("f", 1), ("m", 1)]
    ] * 2
    assert [answer.question for answer in blind.answers] == [asked[0].id]


async def test_lists_go_out_without_makers_and_are_on_the_record(client) -> None:
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)
    await jury.give(jury.bob, POOR)
    await reviewing.recuse((await jury.film())[0], reason="Un ami.", by=jury.bob)
    await sign_in(client, jury.chair)
    place = f"/fr/{jury.edition.slug}/committee/exports"

    made = {kind: await client.get(f"{place}/sheets.{kind}") for kind in ("csv", "xlsx", "json")}
    refused = [
        (await client.get(f"{place}/{name}")).status_code for name in ("sheets.exe", "films.csv")
    ]

    heads, *lines = csv.reader(io.StringIO(made["csv"].content.decode("utf-8-sig")))
    assert [line[heads.index("Membre")] for line in lines] == ["Ann"]
    assert [one["member"] for one in made["json"].json()] == ["Ann"]
    assert made["xlsx"].content[:2] == b"PK"
    assert all(jury.maker.email not in one.text for one in (made["csv"], made["json"]))
    assert refused == [404, 404]
    out = await rows(
        "SELECT details FROM record WHERE act = 'committee_exported' AND edition = {}",
        jury.edition.id,
    )
    assert sorted(one["details"]["kind"] for one in out) == ["csv", "json", "xlsx"]


async def test_a_dossier_is_paper_for_the_films_chair_alone(client) -> None:
    jury = await Jury().seat()
    await jury.give(jury.ann, GOOD)
    place = f"/fr/{jury.edition.slug}/committee/submissions/{jury.films[0][0]}/dossier.pdf"
    other = await a_person("chair", edition=jury.edition, name="Eo", sections=[
        (await rows("SELECT id FROM section WHERE edition = {} AND letter = 'S'", jury.edition.id))[0]["id"]
    ])  # fmt: skip
    told = {}
    for person in (jury.chair, other, jury.ann):
        await sign_in(client, person)
        told[person.name] = await client.get(place)

    assert {name: one.status_code for name, one in told.items()} == {
        "Cy": 200,
        "Eo": 404,
        "Ann": 403,
    }
    assert told["Cy"].content.startswith(b"%PDF-")

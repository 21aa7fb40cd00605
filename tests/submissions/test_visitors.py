"""Makers say who comes with their film: once it is chosen, until the festival begins."""

from datetime import timedelta

import pytest

from festival.clock import now
from festival.db import rows
from festival.errors import Conflict, Missing, Refused
from festival.sweeping import sweep
from submissions import visitors
from submissions.lists import submission_in
from submissions.tables import Submission
from submissions.visitors import MOST_VISITORS, VisitorChange, VisitorForm
from tests.builders import a_film, a_person, an_edition

ADA = VisitorForm(name=" Ada Lune ", qualities={"fr": "réalisatrice"}, arrives=900, leaves=3000)


@pytest.fixture
async def world(house):
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status="accepted")
    return edition, maker, await submission_in(edition, film)


async def test_who_comes_is_kept_changed_and_taken_back(world) -> None:
    edition, maker, film = world
    made = await visitors.add_visitor(film, ADA, edition=edition, by=maker)
    [kept] = await visitors.visitors_of(film)
    change = VisitorChange(name="Ada Lune", arrives=1000, step_free=True, version=1)
    version = await visitors.change_visitor(film, made, change, edition=edition, by=maker)
    [told] = await visitors.visitors_in(edition)

    assert (kept.name, kept.qualities, kept.arrives, kept.leaves) == (
        "Ada Lune", {"fr": "réalisatrice"}, 900, 3000,
    )  # fmt: skip
    assert (version, told.arrives, told.leaves, told.step_free, told.title) == (
        2, 1000, None, True, "Nuit claire",
    )  # fmt: skip
    with pytest.raises(Conflict):
        await visitors.change_visitor(film, made, change, edition=edition, by=maker)
    await visitors.remove_visitor(film, made, version=2, edition=edition, by=maker)
    assert await visitors.visitors_in(edition) == []


@pytest.mark.parametrize("status", ["draft", "submitted", "waitlisted", "declined", "withdrawn"])
async def test_nobody_is_asked_before_the_film_is_chosen_and_announced(world, status: str) -> None:
    edition, maker, film = world
    await Submission.update({Submission.status: status, Submission.pending: "accepted"}).where(
        Submission.id == film.id
    )

    with pytest.raises(Missing):
        await visitors.add_visitor(film, ADA, edition=edition, by=maker)
    assert await visitors.visitors_in(edition) == []


async def test_once_the_festival_has_begun_only_the_team_changes_anything(house) -> None:
    edition = await an_edition(first_day=now().date())
    maker = await a_person("filmmaker", edition=edition)
    film = await submission_in(edition, (await a_film(edition, maker, status="accepted"))[0])

    with pytest.raises(Refused, match="visitors_closed"):
        await visitors.add_visitor(film, ADA, edition=edition, by=maker)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        (VisitorForm(name=" \u200b "), "name:field_missing"),
        (VisitorForm(name="Ada", arrives=900, leaves=900), "leaves:leaves_before_arriving"),
        (VisitorForm(name="Ada", leaves=0), "leaves:leaves_before_arriving"),
        (VisitorForm(name="Ada", qualities={"xx": "?"}), "qualities:language_unspoken"),
    ],
)
async def test_what_cannot_be_meant_is_refused(world, form: VisitorForm, code: str) -> None:
    edition, maker, film = world

    with pytest.raises(Refused) as told:
        await visitors.add_visitor(film, form, edition=edition, by=maker)

    assert told.value.codes == (code,)


async def test_a_film_has_so_many_visitors_and_no_more(world) -> None:
    edition, maker, film = world
    for _ in range(MOST_VISITORS):
        await visitors.add_visitor(film, ADA, edition=edition, by=maker)

    with pytest.raises(Refused, match="visitors_many"):
        await visitors.add_visitor(film, ADA, edition=edition, by=maker)


async def test_a_visitor_of_another_film_is_none_of_this_one(world) -> None:
    edition, maker, film = world
    other = await submission_in(edition, (await a_film(edition, maker, status="accepted"))[0])
    theirs = await visitors.add_visitor(other, ADA, edition=edition, by=maker)

    with pytest.raises(Missing):
        await visitors.remove_visitor(film, theirs, version=1, edition=edition, by=maker)


async def test_a_month_after_the_festival_nobody_knows_who_travelled_when(world) -> None:
    edition, maker, film = world
    await visitors.add_visitor(film, ADA, edition=edition, by=maker)
    stays = (await sweep())["visitor"]
    await rows(
        "UPDATE edition SET first_day = {} WHERE id = {} RETURNING id",
        now().date() - timedelta(days=40),
        edition.id,
    )

    assert (stays, (await sweep())["visitor"]) == (0, 1)

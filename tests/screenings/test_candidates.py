"""Plan before deciding: would an undecided film fit, at which price; and its pencil."""

import pytest
from lxml import html

import api.pages.fitting
from festival.access import Viewer
from festival.errors import Missing, Refused
from festival.tables import Phase
from reviews.tables import Recusal
from screenings import candidates
from screenings.candidates import PencilPlace, UndecidedFilm, fit_of
from screenings.lists import items, placed_in, working_grid
from screenings.problem import problem_of
from screenings.tables import Programme
from submissions.tables import Submission
from tests.builders import a_film, a_person, sign_in, the_viewer
from tests.screenings.world import World


async def undecided(world: World, title: str = "Candidate", **given) -> str:
    film, _ = await a_film(world.edition, world.maker, title=title, **given)
    return film


async def programmer(world: World) -> Viewer:
    return await the_viewer(world.by, world.edition)


async def test_a_film_that_fits_gets_hours_screens_and_what_the_plan_would_cost_more(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 12 * 60)
    film = await undecided(world)

    fit = await fit_of(world.edition, film)

    assert (fit.verdict, fit.minutes) == ("fits", 26)  # one minute of film, 5 before it and 20 after
    assert {place.day for place in fit.places} == {0, 1, 2}
    assert all(place.screen == world.screen and place.seats == 300 for place in fit.places)
    assert all(place.price >= 0 for place in fit.places)
    assert len(await placed_in(await working_grid(world.edition))) == 1  # nothing was written
    assert len((await problem_of(world.edition)).programmes) == 1


async def test_no_place_that_is_told_breaks_a_rule(house) -> None:
    world = await World().build("accepted")
    await world.place(0, 12 * 60)
    film = await undecided(world)
    fit = await fit_of(world.edition, film)

    for place in fit.places[:2]:
        made = await candidates.pencil_in(
            world.edition, await programmer(world), film,
            PencilPlace(screen=place.screen, start=place.start), by=world.by,
        )  # fmt: skip
        placed = {p.programme for p in await placed_in(await working_grid(world.edition))}
        from screenings.clashes import clashes_of

        assert made in placed
        assert await clashes_of(world.edition, await working_grid(world.edition)) == []
        break


async def test_where_every_hour_is_taken_or_none_would_do_the_answer_says_so(house) -> None:
    world = await World().build("accepted")
    film = await undecided(world)
    from festival.db import rows

    # the screen is open just as long as one screening lasts
    await rows(
        "UPDATE screen SET hours = '[[600, 630], null, null]' WHERE id = {} RETURNING id", world.screen
    )
    await world.place(0, 600)
    taken = await fit_of(world.edition, film)
    await rows(
        "UPDATE screen SET hours = '[[600, 610], null, null]' WHERE id = {} RETURNING id", world.screen
    )
    never = await fit_of(world.edition, film)

    assert (taken.verdict, taken.free, taken.places) == ("taken", 0, [])
    assert (never.verdict, never.places) == ("never", [])


async def test_a_film_whose_programme_promises_no_showing_yet_is_asked_about_all_the_same(house) -> None:
    world = await World().build("accepted")
    await Programme.update({Programme.showings: 0}).where(Programme.id == world.programmes[0])

    fit = await fit_of(world.edition, world.films[0])

    assert (fit.verdict, fit.minutes) == ("fits", 26)


async def found(world: World, viewer: Viewer) -> list[UndecidedFilm]:
    sheet = await candidates.candidates_sought(world.edition, viewer, words="", section="", number=1, of=60)
    return sheet.films


async def test_only_what_is_undecided_is_a_candidate(house) -> None:
    world = await World().build("accepted")
    there = await undecided(world, "A")
    waiting = await undecided(world, "B", status="waitlisted")
    for given in (
        {"status": "draft"}, {"status": "declined"}, {"status": "withdrawn"}, {"pending": "declined"},
        {"pending": "accepted"}, {"status": "accepted"},
    ):  # fmt: skip
        await undecided(world, "No", **given)
    stepped = await undecided(world, "C")
    await Recusal(submission=stepped, person=world.by.id, reason="ami").save()

    assert [one.id for one in await found(world, await programmer(world))] == [there, waiting]
    for other in (stepped, world.films[0]):
        with pytest.raises(Missing):
            await candidates.pencil_in(
                world.edition, await programmer(world), other, PencilPlace(), by=world.by
            )


async def test_a_pencil_makes_a_programme_that_cannot_be_published(house) -> None:
    world = await World().build()
    film = await undecided(world, "Peut-être")
    viewer = await programmer(world)

    made = await candidates.pencil_in(world.edition, viewer, film, PencilPlace(), by=world.by)

    [item] = await items(world.edition)
    assert (item.id, item.title("fr"), item.is_pencilled) == (made, "Peut-être", True)
    assert await found(world, viewer) == []
    with pytest.raises(Missing):
        await candidates.pencil_in(world.edition, viewer, film, PencilPlace(), by=world.by)


async def test_a_pencil_leads_back_to_the_page_where_it_was_put(client, monkeypatch) -> None:
    world = await World().build()
    for title in ("Aube", "Brume", "Cime"):
        await undecided(world, title)
    monkeypatch.setattr(api.pages.fitting, "ROWS", 1)
    await sign_in(client, world.by)
    place = f"/fr/{world.edition.slug}/programmer/candidates"
    page = html.fromstring((await client.get(f"{place}?q=e&page=3")).text)
    [form] = page.xpath("//td//form")

    done = await client.post(form.get("action"), data=dict(form.fields))

    assert done.headers["location"].startswith(f"{place}?q=e&page=3&")
    assert "Brume" in (await client.get(done.headers["location"])).text, "beyond the last page is the last one"


async def test_half_a_place_is_none_and_a_bad_one_leaves_nothing(house) -> None:
    world = await World().build()
    film = await undecided(world)
    viewer = await programmer(world)

    with pytest.raises(Refused, match="place_unclear"):
        await candidates.pencil_in(
            world.edition, viewer, film, PencilPlace(screen=world.screen), by=world.by
        )
    with pytest.raises(Missing):
        await candidates.pencil_in(
            world.edition, viewer, film, PencilPlace(screen="none", start=720), by=world.by
        )
    assert await items(world.edition) == []


async def test_the_committee_reads_hours_and_prices_and_no_word_of_another_film(client) -> None:
    world = await World().build("accepted", "submitted")
    world.edition.phase = Phase.SELECTION
    await world.edition.save()
    await world.place(0, 12 * 60)
    film = await undecided(world, "Moi")
    chair = await a_person("chair", edition=world.edition, name="Chair")
    reviewer = await a_person("reviewer", edition=world.edition, name="Rev")
    base = f"/{world.edition.slug}/committee/submissions/{film}/fit"
    await sign_in(client, chair)
    page = await client.get(f"/fr{base}")
    told = (await client.get(f"/api/v1{base}")).json()
    board = (await client.get(f"/fr/{world.edition.slug}/committee/decisions")).text
    hidden = await client.get(f"/fr/{world.edition.slug}/programmer/candidates")
    await sign_in(client, reviewer)
    refused = await client.get(f"/fr{base}")
    await Submission.update({Submission.section: None}).where(Submission.id == film)

    assert (page.status_code, told["verdict"]) == (200, "fits")
    assert "Moi" in page.text
    assert "Nuit 0" not in page.text + str(told)
    assert "Nuit 1" not in page.text + str(told)
    assert f"/committee/submissions/{film}/fit" in board
    assert (hidden.status_code, refused.status_code) == (403, 403)


async def test_programmers_try_a_place_and_take_it_in_pencil(client) -> None:
    world = await World().build("accepted")
    film = await undecided(world, "Peut-être")
    await sign_in(client, world.by)
    base = f"/fr/{world.edition.slug}/programmer/candidates"
    listed = (await client.get(base)).text
    page = (await client.get(f"{base}/{film}")).text
    told = (await client.get(f"/api/v1/{world.edition.slug}/candidates?q=PEUT&page=9")).json()
    [first, *_] = (await fit_of(world.edition, film)).places
    taken = await client.post(
        f"{base}/{film}", data={"screen": first.screen, "start": str(first.start)}
    )
    door = (await client.get(f"/fr/{world.edition.slug}/programmer/programmes")).text

    assert "Peut-être" in listed
    assert ([one["id"] for one in told["films"]], told["found"]) == ([film], 1)
    assert f'name="start" value="{first.start}"' in page
    assert taken.status_code == 303
    [placed] = await placed_in(await working_grid(world.edition))
    assert placed.screen == world.screen
    assert "/programmer/candidates" in door

"""What a grid would mean: who can see what, who starts late, and the pages of the planner's runs."""

import pytest
from lxml import html

from festival.db import rows
from screenings import accepting, audiences
from screenings.lists import placed_in, working_grid
from screenings.programmes import ProgrammeForm, add_programme
from screenings.tables import Audience
from tests.builders import sign_in
from tests.screenings.runs import where, worked
from tests.screenings.world import World

EVENING = 18 * 60


@pytest.fixture
async def world(house) -> World:
    """Two films one after the other on the first evening, one on the second."""
    world = await World().build("accepted", "accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, EVENING + 100)
    await world.place(2, 1440 + EVENING)
    return world


async def shown(client, world: World, path: str, lang: str = "fr") -> html.HtmlElement:
    answer = await client.get(f"/{lang}/{world.edition.slug}/programmer/{path}")
    assert answer.status_code == 200
    return html.fromstring(answer.content)


def text_of(page: html.HtmlElement) -> str:
    return " ".join(page.text_content().split())


async def test_every_festival_has_its_visitors_and_the_least_served_comes_first(client, world) -> None:
    await sign_in(client, world.by)

    page = await shown(client, world, "audiences")

    names = page.xpath("//li[@class='visitor']//h2/bdi/text()")
    assert set(names) == {"Une famille", "Un spectateur sourd, en français", "Une étudiante venue pour un jour",
                          "Une journaliste qui ne lit que l’anglais"}  # fmt: skip
    told = (await client.get(f"/api/v1/{world.edition.slug}/audiences")).json()
    assert [len(one["reach"]["seen"]) for one in told] == sorted(len(one["reach"]["seen"]) for one in told)
    student = next(one for one in told if one["kind"] == "student")
    assert {p["programme"] for p in student["reach"]["seen"]} == {world.programmes[2]}
    assert student["reach"]["best"]


async def test_a_visitor_of_ones_own_is_added_changed_against_stale_eyes_and_removed(client, world) -> None:
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    address = f"/fr/{world.edition.slug}/programmer/audiences"
    form = {"name": "Ma tante", "understands": "français, English", "earliest": "14:00", "latest_end": "23:30",
            "most_a_day": "2", "must": world.programmes[:1], "days": ["0", "1"]}  # fmt: skip

    added = await client.post(address, data=proof | form)
    row = await Audience.objects().where(Audience.edition == world.edition.id).first()
    page = await shown(client, world, "audiences")
    changed = await client.post(f"{address}/{row.id}", data=proof | form | {"name": "Ma cousine", "version": "1"})
    stale = await client.post(f"{address}/{row.id}", data=proof | form | {"name": "Mon oncle", "version": "1"})

    assert (added.status_code, changed.status_code, stale.status_code) == (303, 303, 409)
    assert (row.understands, row.earliest, row.latest_end, row.must) == (["fr", "en"], 840, 1410, world.programmes[:1])
    assert "Ma tante" in text_of(page)
    assert "voit 1 programme sur 1" in text_of(page)
    assert 'value="Mon oncle"' in stale.text
    assert (await Audience.objects().get(Audience.id == row.id)).name == "Ma cousine"
    await client.post(f"{address}/{row.id}/removal", data=proof | {"version": "2"})
    assert await Audience.count().where(Audience.edition == world.edition.id) == 0

    [gone] = (await client.get(f"/api/v1/{world.edition.slug}/removals")).json()
    back = await client.post(address.replace("audiences", "removals/audience"), data=proof | {"line": gone["line"]})
    assert back.headers["location"] == f"{address}?done=rooms.done.brought_back"
    [row] = await Audience.objects().where(Audience.edition == world.edition.id)
    assert (row.name, row.must, row.version > 1) == ("Ma cousine", world.programmes[:1], True)


async def test_a_visitor_that_cannot_be_read_keeps_what_was_typed(client, world) -> None:
    await sign_in(client, world.by)
    proof = {"_csrf": client.headers["x-csrf-token"]}
    form = {"name": "Lui", "understands": "klingonais", "pause": "15"}

    answer = await client.post(f"/fr/{world.edition.slug}/programmer/audiences", data=proof | form)

    assert answer.status_code == 422
    assert "klingonais" in answer.text
    page = html.fromstring(answer.content)
    assert page.xpath("//input[@name='pause' and @id='f-pause']/@value") == ["15"]


async def test_subtitles_for_the_deaf_are_those_that_a_maker_has_confirmed(world) -> None:
    for film, language in zip(world.films[:2], ("fr", "en"), strict=True):
        await rows(
            """INSERT INTO subtitle (id, submission, language, kind, name, text, encoding, cues, bad, late, created_at,
                 confirmed_at) VALUES ({}, {}, {}, 'sdh', '', '', '', 1, 0, 0, now(), now()) RETURNING id""",
            film[:12] + "sdh", film, language,
        )  # fmt: skip

    [deaf] = [one for one in await audiences.reaches(world.edition) if one.kind == "deaf"]

    assert [p.programme for p in deaf.reach.seen] == world.programmes[:1]


async def test_late_starts_are_told_worst_first_with_what_would_help_and_the_way_there(client, world) -> None:
    form = ProgrammeForm(titles={"fr": "Débat"}, section="C", films=[world.films[0]], debate=20, intro=0)
    long = (await add_programme(world.edition, form, by=world.by)).id
    world.programmes.append(long)
    await world.place(3, 2 * 1440 + EVENING)
    form = ProgrammeForm(kind="event", titles={"fr": "Après"}, own_minutes=30, debate=0, intro=0)
    world.programmes.append((await add_programme(world.edition, form, by=world.by)).id)
    stands = {p.programme: p for p in await placed_in(await working_grid(world.edition))}[long]
    await world.place(4, 2 * 1440 + EVENING + int((stands.clears_at - stands.starts_at).total_seconds() // 60))
    await sign_in(client, world.by)

    page = await shown(client, world, "robustness")

    first = page.xpath("//ol[@class='risks']/li")[0]
    assert "Après" in text_of(first)
    assert "après « Débat »" in text_of(first)
    block = {p.programme: p.id for p in await placed_in(await working_grid(world.edition))}[world.programmes[4]]
    assert first.xpath(".//h3/a/@href")[0].endswith(f"/programmer/grid#{block}")
    told = (await client.get(f"/api/v1/{world.edition.slug}/grid/lateness")).json()
    assert [one["chance"] for one in told] == sorted((one["chance"] for one in told), reverse=True)


@pytest.mark.parametrize("lang", ["fr", "en"])
async def test_the_picture_and_the_list_speak_of_the_same(client, house, lang) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, EVENING + 10)
    run = await worked(world, seconds=60, kind="repair")
    await sign_in(client, world.by)

    page = await shown(client, world, f"plans/{run.id}", lang)

    [line] = page.xpath("//section[contains(@class, 'proposal')]//ol/li")
    name = line.xpath(".//input[@name='only']/@value")[0]
    drawn = page.xpath(f"//div[@role='img']//*[@data-name='{name}']")
    looks = sorted(one.get("class") for one in drawn)
    assert looks == ["ev new", "ev old", "n new", "n old"]
    assert {one.xpath("string(.//text)") for one in drawn if one.get("class").startswith("n ")} == {"1"}
    assert page.xpath("//*[contains(@class, 'total')]//*[@class='from']") == []
    assert ("votre brouillon avait" if lang == "fr" else "your draft had") in text_of(page)
    act = await accepting.apply(world.edition, run, by=world.by)
    page = await shown(client, world, f"plans/{run.id}", lang)
    assert page.xpath("//input[@name='only']") == []
    await accepting.undo(world.edition, act, by=world.by)
    assert (await where(world))[world.programmes[0], 0].start == EVENING

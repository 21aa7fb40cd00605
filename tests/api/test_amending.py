"""What is frozen in an entry, at both doors of the operators."""

from datetime import timedelta

import pytest
from lxml import html

from festival.clock import now
from festival.db import rows
from submissions import answers, entries
from tests.builders import sign_in
from tests.submissions.test_amending import World


@pytest.fixture
async def world(client) -> World:
    one = await World().build()
    await sign_in(client, one.by)
    return one


def place(world: World, lang: str = "fr") -> str:
    return f"/{lang}/{world.edition.slug}/operator/entries/{world.id}"


@pytest.mark.parametrize(
    ("lang", "did"), [("fr", "change ce qui est figé"), ("en", "changes what is frozen")]
)
async def test_the_page_shows_what_is_frozen_changes_it_and_keeps_what_was(client, world, lang, did) -> None:
    statement = await world.question("Statement")
    await answers.write_values(await world.entry(), {statement: "Old"}, by=world.maker)
    await world.freeze("title", "countries", f"q_{statement}")
    page = html.fromstring((await client.get(place(world, lang))).text)
    [form] = [one for one in page.forms if "reason" in one.fields]
    fields = dict(form.fields)
    assert fields.keys() >= {"title", "countries", f"q_{statement}", "reason", "version"}
    assert "year" not in fields

    refused = await client.post(place(world, lang), data=fields | {"title": "Autre Lune", "countries": "Nulland"})
    done = await client.post(
        place(world, lang),
        data=fields | {"title": "Autre Lune", f"q_{statement}": "New", "reason": "They wrote to us."},
    )
    after = (await client.get(place(world, lang))).text
    record = (await client.get(f"/{lang}/{world.edition.slug}/operator/record?about={world.id}")).text

    assert (refused.status_code, done.status_code) == (422, 303)
    assert 'value="Autre Lune"' in refused.text
    assert 'value="Nulland"' in refused.text
    entry = await entries.entry_of(await world.entry())
    assert (entry.title, entry.countries, entry.year) == ("Autre Lune", ["FR"], 2026)
    assert "They wrote to us." in after
    assert "<del>Old</del>" in after
    assert did in record
    assert ("Statement ?" if lang == "fr" else "<dt>Statement</dt>") in record


async def test_a_premiere_that_nobody_says_anew_stays_when_something_else_is_changed(client, world) -> None:
    await rows("UPDATE film SET premiere = 'european' WHERE id = {} RETURNING id", (await world.entry()).film)
    await world.freeze("title", "premiere")
    [form] = [one for one in html.fromstring((await client.get(place(world))).text).forms if "reason" in one.fields]

    done = await client.post(place(world), data=dict(form.fields) | {"title": "Autre Lune", "reason": "They wrote to us."})

    entry = await entries.entry_of(await world.entry())
    assert (done.status_code, entry.title, entry.premiere) == (303, "Autre Lune", "european")


async def test_a_late_form_sees_what_stands_beside_what_was_typed(client, world) -> None:
    await world.freeze("title")
    await world.amend(title="Une")

    late = await client.post(place(world), data={"title": "Deux", "reason": "Because", "version": "1"})

    assert late.status_code == 409
    assert 'value="Deux"' in late.text
    assert "Une" in late.text
    assert 'name="version" value="2"' in late.text


async def test_a_program_reads_what_is_closed_and_changes_it(client, world) -> None:
    await world.freeze("title")
    door = f"/api/v1/{world.edition.slug}/operator/entries/{world.id}"

    stands = (await client.get(door)).json()
    given = {"fields": {"title": "Autre"}, "reason": "Typed wrongly.", "version": stands["version"]}
    done = await client.patch(door, json=given)
    late = await client.patch(door, json=given)
    shut = await client.patch(door, json=given | {"fields": {"year": 2020}, "version": 2})

    assert stands["fields"] == {"title": "La Lune"}
    assert (done.status_code, done.json()) == (200, {"version": 2})
    assert (late.status_code, late.json()["codes"]) == (409, ["changed_meanwhile"])
    assert (shut.status_code, shut.json()["codes"]) == (422, ["year:field_open"])


async def test_a_persons_file_leads_there(client, world) -> None:
    file = (await client.get(f"/fr/{world.edition.slug}/operator/people/{world.maker.id}")).text

    assert f"/operator/entries/{world.id}" in file
    assert await rows("SELECT id FROM letter WHERE about = {}", world.id) == []


async def test_a_mending_that_a_co_maker_was_faster_with_is_not_lost(client) -> None:
    world = await World().build(status="submitted")
    await sign_in(client, world.by)
    due = (now() + timedelta(days=9)).date().isoformat()
    wanted = {"field": "synopses", "why": "Plus court, s’il vous plaît.", "due": due}
    fix = (await client.post(f"/api/v1/{world.edition.slug}/operator/entries/{world.id}/fixes", json=wanted)).json()["id"]
    await sign_in(client, world.maker)
    page = f"/fr/{world.edition.slug}/submissions/{world.id}/fixes/{fix}"
    [form] = html.fromstring((await client.get(page)).text).xpath("//form[.//textarea[@name='synopsis_fr']]")
    given = dict(form.fields) | {"synopsis_en": "A moon, and nobody on it."}

    first = await client.post(page, data=given | {"synopsis_fr": "Une lune, et personne dessus.", "_once": "one"})
    late = await client.post(page, data=given | {"synopsis_fr": "Une lune déserte, sous son orage.", "_once": "two"})

    assert (first.status_code, late.status_code) == (303, 409)
    assert "Une lune déserte, sous son orage." in late.text

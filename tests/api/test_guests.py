"""The rooms of guests and of what is shared: their pages, their forms, and what makers say on theirs."""

import pytest
from lxml import html

from festival.clock import now
from festival.db import rows
from festival.tables import Phase
from screenings import guests, shared
from screenings.guests import GuestForm
from screenings.problem import problem_of
from screenings.shared import JuryForm
from screenings.stays import OPEN_END
from tests.builders import a_film, a_person, an_edition, sign_in
from tests.screenings.world import World

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def world(client):
    world = await World().build("accepted", "accepted")
    await sign_in(client, world.by)
    return world


def at(world: World, path: str, lang: str = "fr") -> str:
    return f"/{lang}/{world.edition.slug}/programmer{path}"


async def post(client, place: str, **given):
    return await client.post(place, data=given, headers=FORM, follow_redirects=False)


async def test_a_guest_is_added_with_days_and_hours_and_changed_in_place(client, world) -> None:
    one, other = world.programmes
    added = await post(
        client, at(world, "/guests"), name="Ada Lune", kind="guest", quality_fr="réalisatrice",
        programmes=[one, other], arrives_day="0", arrives_hour="14h30", leaves_day="2",
        leaves_hour="09:00", gap_day=["1", ""], gap_hour=["20:00", ""], gap_end_day=["", ""],
        gap_end_hour=["22:30", ""], step_free="yes",
    )  # fmt: skip
    [guest] = await guests.kept_guests(world.edition)
    listed = await client.get(at(world, "/guests"))
    shown = (await client.get(at(world, f"/guests/{guest.id}", "en"))).text
    changed = await post(
        client, at(world, f"/guests/{guest.id}"), name="Ada Lune", kind="moderator", version="1"
    )

    assert (added.status_code, changed.status_code) == (303, 303)
    assert guest.windows == [[870, 2640], [2790, 3420]]
    assert (guest.programmes, guest.step_free) == ([one, other], True)
    assert "Ada Lune" in listed.text
    assert "sans marches" in listed.text
    assert 'value="14:30"' in shown
    assert 'value="20:00"' in shown
    [again] = await guests.kept_guests(world.edition)
    assert (again.kind, again.windows, again.programmes) == ("moderator", [], [])


async def test_a_refused_form_keeps_what_was_typed_and_says_everything_at_once(
    client, world
) -> None:
    answer = await post(
        client, at(world, "/guests"), name="", quality_fr="actrice", programmes=world.programmes[0],
        arrives_day="2", arrives_hour="midi", leaves_day="1", gap_day="1", gap_hour="20:00",
    )  # fmt: skip

    assert answer.status_code == 422
    assert 'value="actrice"' in answer.text
    assert 'value="midi"' in answer.text
    for field in ("name", "arrives", "leaves", "gaps"):
        assert f'href="#f-{field}"' in answer.text
    assert f'value="{world.programmes[0]}" checked' in " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=lune", {"Ada Lune"}),
        ("?q=NUIT 0", {"Ada Lune"}),
        ("?state=no_window", {"Bé"}),
        ("?state=missed", {"Ada Lune"}),
        ("?state=moderator", {"Bé"}),
        ("?state=said", set()),
        ("", {"Ada Lune", "Bé"}),
    ],
)
async def test_the_list_is_searched_and_filtered(client, world, query, names) -> None:
    await world.place(0, 12 * 60)
    late = GuestForm(name="Ada Lune", windows=[(1440, OPEN_END)], programmes=[world.programmes[0]])
    for form in (late, GuestForm(name="Bé", kind="moderator")):
        await guests.add_guest(world.edition, form, by=world.by)

    page = (await client.get(at(world, "/guests") + query)).text

    assert {name for name in ("Ada Lune", "Bé") if f"<bdi>{name}</bdi>" in page} == names


async def test_what_makers_say_is_shown_and_taken_over_by_one_click(client, world) -> None:
    film = f"/fr/{world.edition.slug}/submissions/{world.films[0]}/visitors"
    await sign_in(client, world.maker)
    asked = (await client.get(film)).text
    wrong = await post(client, film, name="Io", arrives_day="1")
    said = await post(
        client, film, name="Io", quality_fr="cheffe op", arrives_day="1", arrives_hour="10:00",
        step_free="yes",
    )  # fmt: skip
    again = (await client.get(film)).text
    films = (await client.get(f"/fr/{world.edition.slug}/submissions")).text
    await sign_in(client, world.by)
    listed = (await client.get(at(world, "/guests?state=said"))).text
    [visitor] = [g.id for g in (await problem_of(world.edition)).guests]
    page = (await client.get(at(world, f"/guests/{visitor}"))).text
    taken = await post(client, at(world, f"/guests/visitors/{visitor}"))

    assert "Qui vient présenter le film" in asked
    assert (wrong.status_code, 'value="Io"' in wrong.text) == (422, True)
    assert said.status_code == 303
    assert "cheffe op" in again
    assert f"{film}" in films
    assert "annoncé par les auteurs" in listed
    assert "Nuit 0" in page
    assert "10:00" in page
    assert taken.status_code == 303
    [guest] = await guests.kept_guests(world.edition)
    assert (guest.name, guest.windows, guest.step_free) == ("Io", [[2040, OPEN_END]], True)


async def test_what_is_spoken_on_stage_and_the_wish_for_a_debate_go_from_maker_to_planner(client, world) -> None:
    film = f"/fr/{world.edition.slug}/submissions/{world.films[0]}/visitors"
    hours = {"arrives_day": "1", "arrives_hour": "10:00", "leaves_day": "2", "leaves_hour": "18:00"}
    await sign_in(client, world.maker)
    wrong = await post(client, film, name="Io", languages="volapuk de Mars")
    await post(client, film, name="Io", languages="français, anglais", **hours)
    [visitor] = (await client.get(f"/api/v1/{world.edition.slug}/submissions/{world.films[0]}/visitors")).json()
    await sign_in(client, world.by)
    await post(client, at(world, f"/guests/visitors/{visitor['id']}"))
    [guest] = await guests.kept_guests(world.edition)
    listed = (await client.get(at(world, "/guests"))).text
    await sign_in(client, world.maker)
    await post(client, f"{film}/{visitor['id']}", name="Io", languages="anglais", joins_debate="yes", version="1", **hours)
    await sign_in(client, world.by)
    changed = (await client.get(at(world, f"/guests/{guest.id}"))).text
    [planned] = (await problem_of(world.edition)).guests

    assert (wrong.status_code, "volapuk de Mars" in wrong.text) == (422, True)
    assert (visitor["languages"], visitor["joins_debate"]) == (["fr", "en"], False)
    assert (guest.languages, guest.joins_debate) == (["fr", "en"], False)
    assert "pas au débat" in listed
    assert "français, anglais" in changed  # what the programmers keep, beside what is said now
    assert (planned.windows, planned.programmes) == ([(2040, 3960)], [world.programmes[0]])
    await sign_in(client, world.maker)
    await post(client, f"{film}/{visitor['id']}/removal", version="2")
    assert [one.id for one in await guests.kept_guests(world.edition)] == [guest.id]  # until programmers let them go


async def test_makers_are_asked_of_their_own_film_once_it_is_chosen_and_in_time(client) -> None:
    edition = await an_edition(phase=Phase.SELECTION)
    maker, other = [await a_person("filmmaker", edition=edition, name=n) for n in ("Ada", "Bo")]
    waiting, _ = await a_film(edition, maker, status="submitted", pending="accepted")
    chosen, _ = await a_film(edition, maker, status="accepted")
    place = f"/api/v1/{edition.slug}/submissions/{{}}/visitors"
    await sign_in(client, maker)
    before = await client.get(place.format(waiting))
    made = await client.post(place.format(chosen), json={"name": "Io"})
    await sign_in(client, other)
    theirs = await client.get(place.format(chosen))
    await sign_in(client, maker)
    await rows(
        "UPDATE edition SET first_day = {} WHERE id = {} RETURNING id", now().date(), edition.id
    )
    late = await client.post(place.format(chosen), json={"name": "Io"})
    page = await client.get(f"/fr/{edition.slug}/submissions/{chosen}/visitors")

    assert (before.status_code, made.status_code, theirs.status_code) == (404, 201, 404)
    assert (late.status_code, late.json()["codes"]) == (422, ["visitors_closed"])
    assert "Io" in page.text
    assert f'action="/fr/{edition.slug}/submissions' not in page.text


async def test_a_jury_a_crew_and_a_resource_are_set_up_by_their_forms(client, world) -> None:
    for kind, given in [
        (
            "jury",
            {
                "name": "Grand jury",
                "pause": "30",
                "most_a_day": "3",
                "programmes": world.programmes,
            },
        ),
        ("crew", {"name": "Cabine", "rest_hours": "9:30", "screens": [world.screen]}),
        ("resource", {"name": "Micros", "at_once": "2", "counted": "debate", "numbers": ["0"]}),
    ]:
        assert (await client.get(at(world, f"/shared/{kind}/new"))).status_code == 200
        assert (await post(client, at(world, f"/shared/{kind}"), **given)).status_code == 303
    page = (await client.get(at(world, "/shared"))).text
    [jury] = (await shared.all_shared(world.edition))["jury"]
    one = (await client.get(at(world, f"/shared/jury/{jury.id}"))).text
    wrong = await post(
        client, at(world, f"/shared/jury/{jury.id}"), name="", pause="x", version="1"
    )
    bad_rest = await post(client, at(world, "/shared/crew"), name="Nuit", rest_hours="neuf")
    problem = await problem_of(world.edition)

    assert all(name in page for name in ("Grand jury", "Cabine", "Micros"))
    assert 'value="30"' in one
    assert (wrong.status_code, 'href="#f-pause"' in wrong.text) == (422, True)
    assert (bad_rest.status_code, 'value="neuf"' in bad_rest.text) == (422, True)
    assert (problem.juries[0].pause, problem.crews[0].rest, problem.resources[0].limit) == (
        30,
        570,
        2,
    )
    assert (await client.get(at(world, "/shared/choir/new"))).status_code == 404


async def test_programs_set_up_the_same(client, world) -> None:
    base = f"/api/v1/{world.edition.slug}"
    made = await client.post(f"{base}/shared", json={"kind": "jury", "name": "Jury", "pause": 20})
    place = f"{base}/shared/jury/{made.json()['id']}"
    change = {"shared": {"kind": "jury", "name": "Jury B"}, "version": 1}
    changed = await client.put(place, json=change)
    stale = await client.put(place, json=change | {"shared": {"kind": "jury", "name": "Jury C"}})
    read = (await client.get(f"{base}/shared")).json()
    guest = await client.post(f"{base}/guests", json={"name": "Io", "windows": [[600, 900]]})
    listed = (await client.get(f"{base}/guests")).json()

    assert (made.status_code, changed.json(), stale.status_code) == (201, {"version": 2}, 409)
    assert [one["name"] for one in read["jury"]] == ["Jury B"]
    assert (listed[0]["id"], listed[0]["windows"]) == (guest.json()["id"], [[600, 900]])


async def test_what_was_changed_goes_back_and_what_was_removed_comes_back(client, world) -> None:
    jury = await shared.add_shared(world.edition, JuryForm(name="Jury"), by=world.by)
    place = at(world, f"/shared/jury/{jury}")
    await post(client, place, name="Grand jury", version="1")
    page = (await client.get(place)).text
    line = page.partition('name="line" value="')[2].partition('"')[0]
    undone = await post(client, f"{place}/undoing", line=line)
    await post(client, f"{place}/removal", version="3")
    listed = (await client.get(at(world, "/shared"))).text
    gone = listed.partition('name="line" value="')[2].partition('"')[0]
    back = await post(client, at(world, "/shared/jury/putting-back"), line=gone)

    assert (undone.status_code, back.status_code) == (303, 303)
    assert [j.name for j in (await shared.all_shared(world.edition))["jury"]] == ["Jury"]


async def test_a_form_that_came_late_keeps_its_words_and_is_taken_when_it_is_sent_again(client, world) -> None:
    guest = await guests.add_guest(world.edition, GuestForm(name="Ada"), by=world.by)
    jury = await shared.add_shared(world.edition, JuryForm(name="Jury"), by=world.by)
    film = f"{world.edition.slug}/submissions/{world.films[0]}/visitors"
    await sign_in(client, world.maker)
    visitor = (await client.post(f"/api/v1/{film}", json={"name": "Io"})).json()["id"]

    async def late(place: str) -> tuple[int, str, int]:
        await post(client, place, name="Bé", version="1")
        refused = await post(client, place, name="Cé", version="1")
        [form] = html.fromstring(refused.text).xpath(f"//form[@action='{place}']")
        again = await post(client, place, name=form.fields["name"], version=form.fields["version"])
        return refused.status_code, form.fields["name"], again.status_code

    await sign_in(client, world.by)
    unread = await post(client, at(world, f"/guests/{guest.id}"), name="", version="7")
    assert 'name="version" value="7"' in unread.text, "whoever only mistyped has not been told of what changed meanwhile"
    await sign_in(client, world.maker)
    of_maker = await late(f"/fr/{film}/{visitor}")
    await sign_in(client, world.by)
    of_programmer = [await late(at(world, path)) for path in (f"/guests/{guest.id}", f"/shared/jury/{jury}")]

    assert [of_maker, *of_programmer] == [(409, "Cé", 303)] * 3


async def test_shared_audiences_are_shown_with_why_and_corrected(client, world) -> None:
    one, other = sorted(world.programmes)
    empty = (await client.get(at(world, "/pairs"))).text
    set_ = await post(
        client, at(world, "/pairs"), one=other, other=one, weight="4", version="0"
    )
    page = (await client.get(at(world, "/pairs", "en"))).text
    pairs = (await problem_of(world.edition)).pairs
    mode = await post(client, at(world, "/pairs/mode"), audiences="none", version="1")
    back = await post(
        client, at(world, "/pairs/putting-back"), one=one, other=other, version="1"
    )
    alone = await post(client, at(world, "/pairs"), one=one, other=one, weight="4", version="0")

    kept = html.fromstring(alone.text).xpath("//select[@name='one' or @name='other' or @name='weight']/option[@selected]/@value")

    assert kept == [one, one, "4"]
    assert "Aucun public commun" in empty
    assert (set_.status_code, mode.status_code, back.status_code) == (303, 303, 303)
    assert "set by hand" in page
    assert pairs == [(one, other, 4)]
    assert (await problem_of(world.edition)).pairs == []
    assert alone.status_code == 422

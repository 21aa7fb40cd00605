"""The rules of the plan: read in words, changed one at a time, and put back; what they say is obeyed."""

import pytest

from festival.db import rows
from screenings import rulebook
from screenings.clashes import clashes_of
from screenings.lists import working_grid
from screenings.planner.model import Measures, Setting
from screenings.problem import problem_of
from screenings.rulebook import GROUPS, NUMBERS, RULE_CODES
from tests.builders import sign_in
from tests.screenings.world import World

NOON = 12 * 60


async def a_desk(client) -> tuple[World, str, dict[str, str]]:
    """A grid with a programmer before it: `(world, address of the rules, headers)`."""
    world = await World().build("accepted", "accepted")
    headers = await sign_in(client, world.by)
    return world, f"/fr/{world.edition.slug}/programmer/rules", headers


def form(**more: str) -> dict[str, str]:
    return {"version": "1", "mode": "hard", "weight": "1", **more}


def test_every_rule_of_the_planner_stands_on_the_page_once() -> None:
    shown = [code for _, codes in GROUPS for code in codes]

    assert sorted(shown) == sorted(RULE_CODES)
    assert len(set(shown)) == len(shown)


def test_every_number_that_a_festival_may_choose_stands_in_a_rule() -> None:
    told = {name for names in NUMBERS.values() for name in names}

    assert told - rulebook.COLUMNS == set(Measures.__struct_fields__)


async def test_the_page_says_of_each_rule_how_often_the_grid_offends_it(client) -> None:
    world, page, headers = await a_desk(client)
    await world.place(0, NOON)
    await world.place(1, NOON + 5)

    text = (await client.get(page, headers=headers)).text
    lines = {line.code: line for line in await rulebook.lines(world.edition)}

    assert (lines["H2"].times, lines["H1"].times) == (1, 0)
    assert "Un film par salle à la fois" in text
    assert "1 fois dans la grille" in text


async def test_a_rule_switched_off_says_nothing_any_more(client) -> None:
    world, page, headers = await a_desk(client)
    await world.place(0, 9 * 60)  # an hour before the house opens

    async def codes() -> list[str]:
        grid = await working_grid(world.edition)
        return [clash.code for clash in await clashes_of(world.edition, grid)]

    assert await codes() == ["outside_hours"]
    await client.post(f"{page}/H4", data=form(mode="off", step="15"), headers=headers)
    assert await codes() == []


async def test_a_rule_made_soft_costs_and_only_warns(client) -> None:
    world, page, headers = await a_desk(client)
    await world.place(0, 9 * 60)

    await client.post(f"{page}/H4", data=form(mode="soft", weight="7", step="10"), headers=headers)

    problem = await problem_of(world.edition)
    [clash] = await clashes_of(world.edition, await working_grid(world.edition))
    assert problem.settings == {"H4": Setting(hard=False, weight=7)}
    assert problem.step == 10
    assert clash.level == "warn"


NUMBERS_TYPED = [
    ("S1", {"band0_weight": "4", "band1_from": "18:00", "band1_weight": "0", "prestige_of_repeats": "3"},
     {"bands": ((0, 4), (1080, 0)), "prestige_of_repeats": 3}),
    ("S2", {"divisor": "1,5"}, {"divisor": 15}),
    ("S8", {"meal_from": "12:30", "meal_to": "14:30", "meal_need": "40", "late": "00:30", "morning": "09:30"},
     {"meal": (750, 870, 40), "late": 1470, "morning": 570}),
    ("S14", {"long_debate": "25", "slack": "10", "free_slot": "90"},
     {"long_debate": 25, "slack": 10, "free_slot": 90}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "typed", "kept"), NUMBERS_TYPED, ids=[n[0] for n in NUMBERS_TYPED])
async def test_numbers_are_typed_as_people_write_them_and_reach_the_planner(
    client, code, typed, kept
) -> None:
    world, page, headers = await a_desk(client)

    answer = await client.post(f"{page}/{code}", data=form(mode="soft", **typed), headers=headers)

    measures = (await problem_of(world.edition)).measures
    assert answer.status_code == 303
    assert {name: getattr(measures, name) for name in kept} == kept


async def test_what_is_as_usual_leaves_nothing_behind(client) -> None:
    world, page, headers = await a_desk(client)
    await client.post(f"{page}/S2", data=form(mode="off", divisor="2"), headers=headers)
    await client.post(
        f"{page}/S2", data=form(version="2", mode="soft", divisor="1,6"), headers=headers
    )

    [kept] = await rows(
        "SELECT settings, measures, version FROM plan_rules WHERE edition = {}", world.edition.id
    )
    assert kept == {"settings": {}, "measures": {}, "version": 3}


@pytest.mark.parametrize(
    ("code", "typed", "told"),
    [
        ("S1", {"band0_weight": "3", "band1_from": "midi", "band1_weight": "beaucoup"}, "midi"),
        ("S8", {"meal_from": "14:00", "meal_to": "12:00", "meal_need": "30", "late": "00:00", "morning": "10:00"},
         "Le repas finit avant de commencer."),
        ("H2", {"mode": "off"}, "Cette règle ne se relâche pas."),
        ("S4", {"mode": "hard"}, "Cette règle ne peut pas interdire, seulement coûter."),
        ("H13", {"visa_screenings": "9999999", "visa_days": "3"}, "9999999"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_and_stays_in_its_form(client, code, typed, told) -> None:
    world, page, headers = await a_desk(client)

    answer = await client.post(
        f"{page}/{code}", data=form(**({"mode": "soft"} | typed)), headers=headers
    )

    assert answer.status_code == 422
    assert told in answer.text
    assert f'<details id="{code}" open>' in answer.text
    assert (await problem_of(world.edition)).settings == {}


async def test_whoever_saw_an_older_version_overwrites_nothing(client) -> None:
    world, page, headers = await a_desk(client)
    await client.post(f"{page}/S10", data=form(mode="soft", stroll="20"), headers=headers)

    answer = await client.post(f"{page}/S10", data=form(mode="soft", stroll="30"), headers=headers)

    assert answer.status_code == 409
    assert (await problem_of(world.edition)).measures.stroll == 20


async def test_the_last_change_is_shown_and_can_be_put_back(client) -> None:
    world, page, headers = await a_desk(client)
    await client.post(f"{page}/S10", data=form(mode="soft", stroll="20"), headers=headers)
    text = (await client.get(page, headers=headers)).text
    line = text.partition('name="line" value="')[2].partition('"')[0]

    await client.post(f"{page}/back", data={"line": line}, headers=headers)

    problem = await problem_of(world.edition)
    assert "Dernier changement" in text
    assert (problem.settings, problem.measures) == ({}, Measures())


async def test_a_program_reads_and_changes_the_same_rules(client) -> None:
    world, _, headers = await a_desk(client)
    api = f"/api/v1/{world.edition.slug}/grid/rules"

    read = (await client.get(api, headers=headers)).json()
    change = {"version": 1, "mode": "soft", "weight": 3, "numbers": {"stroll": 25}}
    answer = await client.put(f"{api}/S10", json=change, headers=headers)

    assert {rule["code"] for rule in read["rules"]} == set(RULE_CODES)
    assert answer.json() == {"version": 2}
    assert (await problem_of(world.edition)).settings == {"S10": Setting(weight=3)}

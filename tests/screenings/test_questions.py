"""What a programmer asks of the working grid, answered from the database and changing nothing."""

import asyncio
import threading
from collections.abc import Callable

import pytest

from festival.errors import Busy, Missing
from screenings import acts, grid, questions
from screenings.clashes import clashes_of
from screenings.grid import ScreenStart
from screenings.lists import placed_in, working_grid
from screenings.planner.answers.shapes import Explanation
from screenings.questions import about, proposal, why_not
from tests.screenings.world import World

EVENING = 18 * 60


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(3000):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_every_legal_place_has_its_price(house) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, EVENING)
    await world.place(1, 21 * 60)

    why, cells = await about(world.edition, placed)

    assert (why.placement.start, why.costs["S1"]) == (EVENING, 0)
    assert cells
    assert all(cell.price >= 0 for cell in cells)


async def test_what_waits_in_the_tray_has_prices_and_no_reasons(house) -> None:
    world = await World().build("accepted", "accepted")
    placed = await world.place(0, EVENING)

    standing = await questions.prices(world.edition, (world.programmes[0], 0))
    waiting = await questions.prices(world.edition, (world.programmes[1], 0))

    _, cells = await about(world.edition, placed)
    told = {
        (run.screen, start, run.price)
        for run in standing.runs
        for start in range(run.first, run.last + 1, standing.step)
    }
    assert told == {(cell.screen, cell.start, cell.price) for cell in cells}
    assert (waiting.why, bool(waiting.runs)) == (None, True)
    with pytest.raises(Missing):
        await questions.prices(world.edition, (world.programmes[0], 7))


async def test_every_way_out_of_a_conflict_ends_it(house) -> None:
    world = await World().build("accepted", "accepted")
    first = await world.place(0, EVENING)
    second = await world.place(1, EVENING + 20)
    names = [(programme, 0) for programme in world.programmes]

    ways = await questions.ways_out(world.edition, names)

    assert [way.kind for way in ways] == ["move", "move", "tray"]
    assert {way.programme for way in ways[:2]} == set(world.programmes)
    ids = dict(zip(world.programmes, (first, second), strict=True))
    for way in ways[:2]:
        version = await world.version()
        where = ScreenStart(screen=way.screen, start=way.start)
        done = await grid.move(world.edition, ids[way.programme], where, version=version, by=world.by)
        assert await clashes_of(world.edition, await working_grid(world.edition)) == []
        await acts.undo(world.edition, done, by=world.by)
    await grid.lock(world.edition, first, locked=True, by=world.by)
    ways = await questions.ways_out(world.edition, names)
    assert [(way.kind, way.programme) for way in ways] == [("move", world.programmes[1])] * 2 + [
        ("tray", world.programmes[1])
    ]


async def test_an_unknown_screening_is_missing(house) -> None:
    world = await World().build("accepted")

    with pytest.raises(Missing):
        await about(world.edition, "nobody")


async def test_a_festival_with_room_is_possible(house) -> None:
    world = await World().build("accepted", "accepted")

    assert (await why_not(world.edition)).verdict == "possible"


async def test_a_closed_screen_is_mended_on_paper_only(house) -> None:
    world = await World().build("accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, 1440 + EVENING)
    grid = await working_grid(world.edition)
    before = await placed_in(grid)

    found = await proposal(world.edition, screen=world.screen, day=0)

    assert [(m.change, m.programme) for m in found.diff] == [("moved", world.programmes[0])]
    assert (found.moves_proved, found.moves) == (True, 1)
    assert await placed_in(grid) == before


async def test_an_unknown_screen_cannot_close(house) -> None:
    world = await World().build("accepted")

    with pytest.raises(Missing):
        await proposal(world.edition, screen="nowhere", day=0)


async def test_thinking_is_bounded_and_the_same_question_is_thought_about_once(house, monkeypatch) -> None:
    worlds = [await World().build(*["accepted"] * n) for n in (1, 2, 3)]
    began, go, asked = threading.Semaphore(0), threading.Event(), []

    def slow(question, *, should_stop) -> Explanation:
        asked.append(question)
        began.release()
        go.wait(30)
        return Explanation("possible")

    monkeypatch.setattr(questions, "explained", slow)
    first = asyncio.create_task(why_not(worlds[0].edition, by="ada"))
    await asyncio.to_thread(began.acquire)
    with pytest.raises(Busy, match="thinking_already"):
        await why_not(worlds[1].edition, by="ada")
    second = asyncio.create_task(why_not(worlds[1].edition, by="bo"))
    await asyncio.to_thread(began.acquire)
    with pytest.raises(Busy, match="thinking_full"):
        await why_not(worlds[2].edition, by="cy")
    same = asyncio.create_task(why_not(worlds[0].edition, by="cy"))
    go.set()

    told = [one.verdict for one in await asyncio.gather(first, second, same)]
    kept = await why_not(worlds[0].edition, by="ada")

    assert (told, kept.verdict, len(asked)) == (["possible"] * 3, "possible", 2)


async def test_a_question_lives_as_long_as_somebody_waits_for_it(house, monkeypatch) -> None:
    world = await World().build("accepted")
    began, told = threading.Semaphore(0), threading.Event()

    def slow(question, *, should_stop) -> Explanation:
        began.release()
        while not told.wait(0.01):
            should_stop()
        return Explanation("possible")

    monkeypatch.setattr(questions, "explained", slow)
    first = asyncio.create_task(why_not(world.edition, by="ada"))
    await asyncio.to_thread(began.acquire)
    second = asyncio.create_task(why_not(world.edition, by="bo"))
    await until(lambda: any(thinking.askers == 2 for thinking in questions._thinking.values()))
    first.cancel()
    told.set()

    assert (await second).verdict == "possible"
    assert not questions._thinking


async def test_prices_wait_for_their_turn_and_not_for_ever(house, monkeypatch) -> None:
    world = await World().build("accepted")
    placed = await world.place(0, EVENING)
    at_once, most, go = 0, 0, threading.Event()

    def slow(problem, placements, answer):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        go.wait(30)
        at_once -= 1
        return None, []

    monkeypatch.setattr(questions, "answered", slow)
    monkeypatch.setattr(questions, "LONGEST_WAIT", 0.5)
    first = [asyncio.create_task(about(world.edition, placed)) for _ in range(questions.MOST_PRICED)]
    await until(lambda: at_once == questions.MOST_PRICED)
    with pytest.raises(Busy, match="thinking_full"):
        await about(world.edition, placed)
    monkeypatch.setattr(questions, "LONGEST_WAIT", 30)
    late = asyncio.create_task(about(world.edition, placed))
    go.set()

    assert [cells for _, cells in await asyncio.gather(*first, late)] == [[]] * 3
    assert most == questions.MOST_PRICED

"""Variants: a copy of the grid under a name, compared, merged as one act, refused where it must be."""

import pytest

from festival import desk
from festival.errors import Conflict, Refused
from screenings import accepting, grid, publication, variants
from screenings.acts import Place
from screenings.grid import ScreenStart
from screenings.lists import placed_in, working_grid
from screenings.variants import NewVariant, VariantChange
from tests.screenings.runs import where
from tests.screenings.world import World

EVENING = 18 * 60


@pytest.fixture
async def world(house) -> World:
    """Two films on the first evening, a third in the tray; saved as a variant, and then moved."""
    world = await World().build("accepted", "accepted", "accepted")
    await world.place(0, EVENING)
    await world.place(1, EVENING + 120)
    world.variant = await variants.keep(world.edition, NewVariant(name="Soirée"), by=world.by)
    return world


def name(world: World, n: int) -> tuple[str, int]:
    return world.programmes[n], 0


async def shown(world: World, n: int) -> str:
    placed = await placed_in(await working_grid(world.edition))
    return next(p.id for p in placed if p.programme == world.programmes[n])


async def move(world: World, n: int, start: int) -> None:
    to = ScreenStart(screen=world.screen, start=start)
    await grid.move(world.edition, await shown(world, n), to, version=await world.version(), by=world.by)


async def merge(world: World, *ns: int, **more) -> int:
    asked = {"seen": await world.version(), "only": [name(world, n) for n in ns] if ns else None} | more
    return await variants.merge(world.edition, world.variant, by=world.by, **asked)


async def test_a_variant_keeps_its_places_whatever_becomes_of_the_grid(world) -> None:
    saved = await where(world)
    await grid.lock(world.edition, await shown(world, 0), locked=True, by=world.by)
    second = await variants.keep(world.edition, NewVariant(name="Verrou"), by=world.by)
    await grid.lock(world.edition, await shown(world, 0), locked=False, by=world.by)
    await move(world, 1, 1440 + EVENING)

    assert await variants.places_of(world.edition, f"variant:{world.variant}") == saved
    locked = await variants.places_of(world.edition, f"variant:{second}")
    assert locked[name(world, 0)] == Place(screen=world.screen, start=EVENING, locked=True)


async def test_what_stands_otherwise_is_listed_with_the_points_of_both(world) -> None:
    await move(world, 1, 1440 + EVENING)
    await grid.remove(world.edition, await shown(world, 0), version=await world.version(), by=world.by)
    await world.place(2, 2 * 1440 + EVENING)

    found = await variants.compared(world.edition, "working", f"variant:{world.variant}")

    assert {(m.programme, m.change) for m in found.moves} == {
        (world.programmes[0], "added"), (world.programmes[1], "moved"), (world.programmes[2], "dropped"),
    }  # fmt: skip
    assert [m.after.start if m.after else None for m in found.moves] == [EVENING, EVENING + 120, None]
    assert (found.here.screenings, found.there.screenings) == (2, 2)
    assert found.seen == await world.version()
    assert found.there.cost == sum(found.there.by_rule.values())
    again = await variants.compared(world.edition, f"variant:{world.variant}", f"variant:{world.variant}")
    assert again.moves == []


async def test_a_merge_is_one_act_and_is_undone_whole(world) -> None:
    saved = await where(world)
    await move(world, 1, 1440 + EVENING)
    await grid.remove(world.edition, await shown(world, 0), version=await world.version(), by=world.by)
    await world.place(2, 2 * 1440 + EVENING)
    before = await where(world)

    act = await merge(world)

    assert await where(world) == saved
    assert await variants.last_merge(world.edition, world.variant) == act
    await accepting.undo(world.edition, act, by=world.by)
    assert await where(world) == before
    assert await variants.last_merge(world.edition, world.variant) is None
    with pytest.raises(Refused, match="nothing_ticked"):
        await merge(world, only=[])


async def test_ticks_take_over_nothing_else(world) -> None:
    await move(world, 0, 1440 + EVENING)
    await move(world, 1, 1440 + EVENING + 120)

    await merge(world, 0)

    assert {one.start for one in (await where(world)).values()} == {EVENING, 1440 + EVENING + 120}
    await merge(world)
    with pytest.raises(Refused, match="variant_same"):
        await merge(world)


async def test_what_is_locked_or_was_touched_since_stays(world) -> None:
    await move(world, 0, 1440 + EVENING)
    seen = await world.version()
    await move(world, 0, 1440 + EVENING + 60)

    with pytest.raises(Conflict, match="screening_moved_meanwhile"):
        await merge(world, seen=seen)
    await grid.lock(world.edition, await shown(world, 0), locked=True, by=world.by)
    with pytest.raises(Refused, match="plan_moves_locked"):
        await merge(world)

    assert (await where(world))[name(world, 0)].start == 1440 + EVENING + 60


async def test_new_conflicts_are_refused_unless_they_are_wanted(world) -> None:
    await move(world, 0, 1440 + EVENING)
    await move(world, 1, EVENING)

    with pytest.raises(Refused, match="variant_makes_clashes"):
        await merge(world, 0)
    await merge(world, 0, despite=True)

    assert {one.start for one in (await where(world)).values()} == {EVENING}


async def test_a_publication_and_a_variant_become_variants_too(world) -> None:
    saved = await where(world)
    await publication.publish(world.edition, version=await world.version(), by=world.by)
    await move(world, 1, 1440 + EVENING)
    kept = []
    for title, source in [("Publiée", "publication:1"), ("Copie", f"variant:{world.variant}")]:
        new = NewVariant(name=title, source=source)
        kept.append(await variants.keep(world.edition, new, by=world.by))

    for one in kept:
        assert await variants.places_of(world.edition, f"variant:{one}") == saved


async def test_it_is_renamed_removed_and_brought_back_with_its_places(world) -> None:
    saved = await where(world)
    change = VariantChange(name="Soirée longue", note="Pour le vendredi.", version=1)
    assert await variants.amend(world.edition, world.variant, change, by=world.by) == 2
    with pytest.raises(Conflict):
        await variants.amend(world.edition, world.variant, change, by=world.by)
    with pytest.raises(Refused, match="name:variant_exists"):
        await variants.keep(world.edition, NewVariant(name="soirée LONGUE"), by=world.by)
    [made] = await variants.variants(world.edition)

    await variants.remove(world.edition, world.variant, version=2, by=world.by)
    [line] = await desk.removals(world.edition, "variant_removed")
    assert await variants.bring_back(world.edition, line.line, by=world.by) == world.variant

    [back] = await variants.variants(world.edition)
    assert {**back, "version": 0} == {**made, "version": 0}
    assert await variants.places_of(world.edition, f"variant:{world.variant}") == saved

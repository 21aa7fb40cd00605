"""The programmer's hand on the grid: every act can be taken back, and what is refused is told to the eye."""

from playwright.sync_api import Page, expect

from tests.browser.world import World, sign_in


def opened(page: Page, world: World) -> None:
    sign_in(page, world, "programmer")
    page.goto(f"{world.site.base_url}/fr/{world.slug}/programmer/grid")
    page.locator(".lane .ev").first.click()
    expect(page.locator("#inspect form")).to_be_visible()


def standing(world: World) -> list[tuple[str, str, str]]:
    grid = world.doors["programmer"].get("/grid")
    return sorted((s["programme"], s["screen"], s["starts_at"]) for s in grid["screenings"])


def until_it_stands(page: Page, world: World, wanted: list[tuple[str, str, str]]) -> None:
    for _ in range(50):
        if standing(world) == wanted:
            return
        page.wait_for_timeout(100)
    assert standing(world) == wanted


def test_a_move_is_taken_back_by_the_keyboard(page: Page, world: World) -> None:
    opened(page, world)
    before = standing(world)
    expect(page.locator("#undo")).to_be_hidden()

    page.locator("#inspect [name=start]").fill("13:05")
    page.locator("#inspect .primary").click()
    expect(page.locator("#undo")).to_be_visible()
    moved = standing(world)
    page.locator("h1").click()
    page.keyboard.press("Control+z")

    expect(page.locator("#undo")).to_be_hidden()
    assert moved != before
    until_it_stands(page, world, before)


def test_a_screening_taken_out_comes_back(page: Page, world: World) -> None:
    opened(page, world)
    before = standing(world)

    page.locator("#inspect [data-out]").click()
    expect(page.locator("#undo")).to_be_visible()
    assert len(standing(world)) == len(before) - 1
    page.locator("#undo").click()

    expect(page.locator("#undo")).to_be_hidden()
    until_it_stands(page, world, before)


def test_a_refused_act_is_told_to_the_eye_and_changes_nothing(page: Page, world: World) -> None:
    opened(page, world)
    before = standing(world)
    page.evaluate("document.querySelector('festival-grid').data.version = 0")

    page.locator("#inspect [name=start]").fill("13:05")
    page.locator("#inspect .primary").click()

    expect(page.locator(".toast:not(.vh)")).not_to_be_empty()
    assert standing(world) == before

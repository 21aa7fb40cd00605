"""A screen is closed for a day by keyboard alone, what that breaks is said at once, and one key puts it back."""

from playwright.sync_api import Page, expect

from tests.browser.world import World, sign_in


def test_a_day_is_closed_and_put_back_without_a_mouse_or_a_script(page: Page, world: World) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, world, "programmer")
    place = f"{world.site.base_url}/fr/{world.slug}/programmer/screens/{world.names['screen_id']}"
    page.goto(place)
    days = page.locator("input[name^=closed_]")
    expect(days).to_have_count(3)

    for day in range(3):
        days.nth(day).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Enregistrer", exact=True).focus()
    page.keyboard.press("Enter")

    expect(page.locator(".troubles")).to_contain_text("hors des heures")
    expect(page.locator("[role=status]")).to_contain_text("Enregistré")
    assert page.locator("input[name^=closed_]:checked").count() == 3
    page.get_by_role("button", name="Remettre comme avant").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text("Remis comme avant")
    expect(page.locator(".troubles")).to_have_count(0)
    assert page.locator("input[name^=closed_]:checked").count() == 0

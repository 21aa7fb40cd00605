"""The public programme without a network, after one visit; nothing of whoever has signed in is kept."""

import time

from playwright.sync_api import Page

from tests.browser.world import World, sign_in

KEPT = "caches.keys().then(async names => (await Promise.all(names.map(async name => (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname + new URL(one.url).search)))).flat())"


def kept(page: Page, wanted: str) -> list[str]:
    """Once that is there."""
    for _ in range(120):
        found: list[str] = page.evaluate(KEPT)
        if wanted in found:
            return found
        time.sleep(0.5)
    raise AssertionError(found)


def test_the_programme_is_read_without_a_network(page: Page, world: World) -> None:
    base, begins = world.site.base_url, f"/fr/{world.slug}/"
    film = f"{begins}films/{world.names['programme_id']}"
    page.goto(base + begins)
    kept(page, f"{begins}?kept")
    page.locator("[data-keep]").first.check(force=True)
    page.context.set_offline(True)
    try:
        page.goto(base + film)
        title = page.locator("h1").inner_text()
        font = page.evaluate("getComputedStyle(document.querySelector('h1')).letterSpacing")
        page.goto(f"{base}{begins}selection")
        mine = page.locator(".s.mine").count()
    finally:
        page.context.set_offline(False)

    assert title
    assert font != "normal"
    assert mine == 1


def test_no_page_of_somebody_who_has_signed_in_is_kept(page: Page, world: World) -> None:
    base, begins = world.site.base_url, f"/fr/{world.slug}/"
    sign_in(page, world, "programmer")
    page.goto(base + begins)
    found = kept(page, f"{begins}?kept")
    page.goto(f"{base}{begins}programmer/grid")
    page.goto(base + begins)
    own = page.locator(".topbar form").count()
    text = page.evaluate(f"caches.match('{begins}').then(one => one.text())")

    assert own == 1
    assert "sign-out" not in text
    assert [one for one in found if "/programmer/" in one or "/account" in one] == []

"""A thumb in the dark: what is tapped on one phone is seen on the next, and one tap takes it back."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest
from playwright.sync_api import Page, expect

from festival.clock import PARIS
from tests.browser.axe import breaches
from tests.browser.world import World, sign_in

TARGET = 48
TOO_SMALL = f"""[...document.querySelectorAll('main .btn, main summary, main input:not([type=hidden]), main select')]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < {TARGET})
  .map(e => e.outerHTML)"""


@pytest.fixture
def evening(world: World) -> Iterator[None]:
    """The hour of the published screening, in a rehearsal."""
    document = world.doors["operator"].get("/programme")
    starts = datetime.fromisoformat(document["screenings"][0]["starts_at"]).astimezone(PARIS)
    day = (starts.date() - date.fromisoformat(document["first_day"])).days
    operator = world.doors["operator"]
    operator.call("PUT", "/live/rehearsal", {"day": day, "hour": starts.strftime("%H:%M")})
    yield
    operator.call("DELETE", "/live/rehearsal", None)


def test_one_tap_is_seen_on_every_phone_and_taken_back(page: Page, world: World, evening: None) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, world, "programmer")
    address = f"{world.site.base_url}/fr/{world.slug}/programmer/live"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    expect(page.locator(".show.due")).to_be_visible()
    assert page.evaluate(TOO_SMALL) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert breaches(page) == []

    page.get_by_role("button", name="Commencée").first.click()

    expect(page.locator(".show.running")).to_be_visible()
    expect(other.locator(".show.running")).to_be_visible(timeout=40_000)
    page.get_by_role("button", name="+10 min").click()
    expect(page.locator(".late")).to_have_text("fin 10 min plus tard")
    page.wait_for_load_state()
    assert page.evaluate(TOO_SMALL) == []
    page.locator(".show").get_by_role("button", name="Revenir").click()
    expect(page.locator(".late")).to_have_count(0)
    expect(page.locator(".show.running")).to_be_visible()
    other.close()

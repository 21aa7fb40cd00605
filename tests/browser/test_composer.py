"""A programmer composes blocks with the hand and with the keyboard, takes them, and changes one in place."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from festival.tables import new_id
from tests.browser.axe import breaches
from tests.browser.test_grid import House


class Bench(House):
    """An edition with chosen shorts of ten minutes and more: their files are of no matter here."""

    def __init__(self, site: Any, count: int = 4) -> None:
        super().__init__(site)
        section = new_id()
        site.sql(
            """INSERT INTO section (id, edition, letter, names, position, least_seconds, most_seconds, is_blind)
               VALUES ($1, $2, 'S', '{"fr": "Courts", "en": "Shorts"}', 0, 0, 20000, false)""",
            section, self.edition,
        )
        for n in range(count):
            film = new_id()
            site.sql(
                "INSERT INTO film (id, title, directors, director, declared_seconds) VALUES ($1, $2, $3::jsonb, $4, $5)",
                film, f"Court {n}", f'["D{n}"]', f"D{n}", 600 + 60 * n,
            )
            site.sql(
                "INSERT INTO submission (id, edition, film, section, status) VALUES ($1, $2, $3, $4, 'accepted')",
                new_id(), self.edition, film, section,
            )


@pytest.fixture
def bench(site: Any) -> Iterator[Bench]:
    made = Bench(site)
    yield made
    made.door.http.close()


def order(page: Page, number: int) -> list[str]:
    return page.locator(f"[data-block='{number}'] [data-short] b").all_inner_texts()


def test_blocks_are_composed_by_hand_and_by_keys_taken_and_changed(page: Page, bench: Bench) -> None:
    page.context.add_cookies([{"name": "session", "value": bench.cookies["Ada"], "url": bench.site.base_url}])
    place = f"{bench.site.base_url}/fr/{bench.slug}/programmer"
    page.goto(f"{place}/blocks")
    expect(page.locator(".free .count")).to_have_text("4")
    page.get_by_label("Minutes, au moins").fill("0")
    page.get_by_label("au plus", exact=True).fill("25")
    page.get_by_role("button", name="Proposer").click()
    expect(page.locator(".block")).to_have_count(2)
    assert sorted(order(page, 0) + order(page, 1)) == ["Court 0", "Court 1", "Court 2", "Court 3"]
    assert breaches(page) == []

    moved, stays = order(page, 0)[0], order(page, 1)
    page.locator("[data-block='0'] [data-short]").first.drag_to(page.locator("[data-drop='1'] [data-short]").first, target_position={"x": 20, "y": 4})
    expect(page.locator("[data-block='1'] [data-short]")).to_have_count(3)
    assert order(page, 1) == [moved, *stays]

    page.get_by_role("button", name=f"Descendre {moved}").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-block='1'] [data-short] b").nth(1)).to_have_text(moved)
    assert moved in page.evaluate("document.activeElement.textContent")

    page.get_by_role("button", name="Retenir ces blocs").click()
    expect(page.locator(".flash")).to_contain_text("programmes")
    assert breaches(page) == []

    page.locator("[data-block='1']").get_by_role("link", name="Modifier").click()
    expect(page.locator(".films li")).to_have_count(3)
    page.get_by_label("Public attendu").fill("beaucoup")
    page.get_by_label("Pas avant", exact=True).fill("22h30")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("#f-demand")).to_have_value("beaucoup")
    page.get_by_label("Public attendu").fill("450")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".last")).to_contain_text("22:30")
    page.get_by_role("button", name="Annuler ce changement").click()
    expect(page.locator("#f-demand")).to_have_value("200")
    assert breaches(page) == []

"""Who comes with a film: its maker says it, a programmer takes it over and rules an evening out, by keyboard."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.world import World, sign_in

SHOTS = os.environ.get("SHOTS", "")
"""A folder for pictures of these pages, for whoever looks at them."""


def shoot(page: Page, world: World, name: str, *paths: str) -> None:
    if not SHOTS:
        return
    for path in paths:
        for lang in ("fr", "en"):
            for width in (1440, 390):
                page.set_viewport_size({"width": width, "height": 900})
                page.goto(f"{world.site.base_url}/{lang}/{world.slug}{path}")
                called = f"{name}{path.replace('/', '-')}-{lang}-{width}.png"
                page.screenshot(path=Path(SHOTS) / called, full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_what_a_maker_says_becomes_a_guest_whom_a_programmer_keeps(
    page: Page, world: World
) -> None:
    film, at = world.names["submission_id"], f"{world.site.base_url}/fr/{world.slug}"
    sign_in(page, world, "filmmaker")
    page.goto(f"{at}/submissions")
    page.get_by_role("link", name="Qui vient").click()
    page.get_by_label("Nom").fill("Io Marlow")
    page.get_by_label("Arrive, jour").select_option(index=1)
    page.get_by_label("Arrive, heure").fill("9h30")
    page.get_by_role("button", name="Annoncer").click()
    expect(page.get_by_role("heading", name="Io Marlow")).to_be_visible()
    shoot(page, world, "maker", f"/submissions/{film}/visitors")

    sign_in(page, world, "programmer")
    page.goto(f"{at}/programmer/guests?state=said")
    expect(page.get_by_text("annoncé par les auteurs")).to_be_visible()
    shoot(page, world, "said", "/programmer/guests")
    page.goto(f"{at}/programmer/guests?state=said")
    page.get_by_role("button", name="Reprendre ce qu’ils disent Io Marlow").press("Enter")
    expect(page.get_by_label("Nom", exact=True)).to_have_value("Io Marlow")
    expect(page.get_by_label("Arrive, heure")).to_have_value("09:30")

    page.get_by_label("Début de l’absence 1, jour").select_option(index=2)
    page.get_by_label("Début de l’absence 1, heure").fill("19:00")
    page.get_by_label("Fin de l’absence 1, heure").fill("22:00")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.get_by_label("Fin de l’absence 1, heure")).to_have_value("22:00")
    expect(page.locator(".stay .there")).to_have_count(2)
    guest = page.url.rpartition("/")[2].partition("?")[0]
    shoot(page, world, "guest", f"/programmer/guests/{guest}")
    shoot(
        page, world, "shared", "/programmer/shared", "/programmer/shared/jury/new",
        "/programmer/shared/resource/new", "/programmer/pairs", "/programmer/candidates",
        f"/programmer/candidates/{film}",
    )  # fmt: skip
    page.goto(f"{at}/programmer/guests/{guest}")
    page.get_by_role("button", name="Remettre comme avant").press("Enter")
    expect(page.locator(".stay .there")).to_have_count(1)
    page.get_by_role("button", name="Retirer").press("Enter")  # who changes it puts it back
    expect(page.get_by_text("Retiré ;")).to_be_visible()

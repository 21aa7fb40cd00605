"""A passkey in a real browser, with an authenticator of Chromium's own: added, and the only key to the door."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from festival.sessions import digest
from tests.browser.axe import breaches


@pytest.fixture
def phone(context: BrowserContext) -> Iterator[Page]:
    """A page before whose browser stands an authenticator that asks its person, and hears a yes."""
    page = context.new_page()
    cdp = context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                     "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}},
    )  # fmt: skip
    yield page
    page.close()


def test_a_passkey_is_added_and_opens_the_door_without_anything_typed(site: Any, phone: Page) -> None:
    edition, slug = site.an_edition("k")
    token = site.person(f"nora.{slug}@example.org", edition=edition, parts=["filmmaker"], name="Nora")
    site.sql("UPDATE session SET proved_at = now(), proved_by = 'link' WHERE id = $1", digest(token))
    here = f"http://localhost:{site.base_url.rpartition(':')[2]}"
    home = f"{here}/fr/{slug}/account"
    phone.context.add_cookies([{"name": "session", "value": token, "url": here}])

    phone.goto(f"{home}/passkeys")
    phone.fill("#f-name", "Téléphone de Nora")
    phone.click("text=Ajouter une clé d’accès")
    expect(phone.locator(".codes li")).to_have_count(10)
    assert breaches(phone) == []
    phone.click("text=Je les ai gardés, continuer")
    expect(phone.locator(".held.keys")).to_contain_text("Téléphone de Nora")
    assert breaches(phone) == []
    phone.click("text=Ajouter une clé d’accès")
    expect(phone.locator("[role=alert]")).to_contain_text("a déjà une clé d’accès")

    phone.context.clear_cookies()
    phone.goto(f"{home}/sign-in?next=/fr/{slug}/account")
    phone.click("text=Entrer avec une clé d’accès")
    expect(phone).to_have_url(re.compile("/account$"))
    expect(phone.locator("h1")).to_have_text("Nora")

    elsewhere = f"{site.base_url}/fr/{slug}/account/sign-in"
    phone.goto(elsewhere)
    phone.click("text=Entrer avec une clé d’accès")
    expect(phone.locator("[role=alert]")).to_contain_text("Les clés d’accès sont faites pour http://localhost:")

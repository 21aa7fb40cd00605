"""From `./run --empty` to an edition that is open for entries, without another word in a terminal."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.empty import EmptyHouse


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmptyHouse]:
    house = EmptyHouse(tmp_path_factory.mktemp("empty"))
    yield house
    house.close()


@pytest.fixture(scope="session")
def base_url(empty_house: EmptyHouse) -> str:
    """The only house that pages of this file may speak with."""
    return empty_house.says(r"http://127\.0\.0\.1:\d+")


def test_an_empty_house_is_founded_in_the_browser(
    page: Page, base_url: str, empty_house: EmptyHouse
) -> None:
    link, front = empty_house.says(r"http://\S+/fr/founding/\S+"), base_url
    page.goto(f"{front}/fr")
    assert "Le festival se prépare" in page.inner_text("h1")

    page.goto(link)
    for field, typed in {
        "person": "Maud Ferrand", "email": "maud@example.org", "password": "treize lettres et plus",
        "name": "Cinéma for Space 2031", "slug": "2031", "first_day": "2031-11-21",
    }.items():  # fmt: skip
        page.fill(f"#f-{field}", typed)
    page.click("main button.primary")

    assert page.url.startswith(f"{front}/fr/2031/operator/edition")
    assert "Cinéma for Space 2031" in page.inner_text("h1")
    page.click("text=Ouvrir les inscriptions >> nth=1")
    assert "Les inscriptions sont ouvertes." in page.inner_text("body")
    page.click("text=Montrer cette édition en page d’accueil")
    page.goto(front)
    assert page.url == f"{front}/en/2031/"  # as this browser likes it best
    spent = page.goto(link)
    assert spent is not None
    assert spent.status == 404
    assert link not in (empty_house.var / "logs" / "api.log").read_text()

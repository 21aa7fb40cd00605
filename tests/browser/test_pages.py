"""Every page that the router knows, for whoever it is for: readable by all, on a desk and a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api.app import pages
from tests.browser.axe import breaches
from tests.browser.world import World, sign_in

WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
NO_PAGES = ("/programme.ics", ".pdf", ".atom", ".jpg", ".zip", "/screenings/{name}", "/account/home",
            ".csv", "/data.zip", "/exports/{name}",
            "/out/{name}", "/laurel/{name}")  # calendars, a redirection, paper, lists, pictures
READERS = {"/submissions": "filmmaker", "/committee": "chair", "/programmer": "programmer",
           "/operator": "operator"}
OWN = ("/account/leaving", "/account/addresses", "/account/merges", "/account/second-factor",
       "/account/passkeys", "/account/invitations")
ROOTS = sorted(
    route.path_format.removeprefix("/{lang}/{edition}")
    for route in pages().routes
    if "GET" in getattr(route, "methods", ()) and not route.path_format.endswith(NO_PAGES)
)
NAMES = ("La Nuit des antennes", "The Night of the Dishes", "Ada Morel")
RENAMED = """([names, word]) => {
  const renamed = text => names.reduce((said, name) => said.replaceAll(name, word), text)
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (texts.nextNode()) texts.currentNode.data = renamed(texts.currentNode.data)
  for (const field of document.querySelectorAll('input[type=text], textarea')) field.value = renamed(field.value)
}"""
"""Wherever a film or its director is named, there stands another name."""


@pytest.fixture(scope="module")
def reading(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[BrowserContext]:
    """One browser for all who read: it knows styles, scripts and letters from the page before."""
    with browser.new_context(**browser_context_args) as context:
        yield context


@pytest.fixture
def context(reading: BrowserContext) -> Iterator[BrowserContext]:
    """Nobody's, as a new one would be."""
    reading.clear_cookies()
    yield reading
    for page in reading.pages:
        page.close()


def reader_of(path: str) -> str:
    if path == "/account" or path.startswith(OWN):
        return "filmmaker"
    return next((part for start, part in READERS.items() if path.startswith(start)), "")


def test_the_router_knows_pages_of_every_reader() -> None:
    assert {reader_of(path) for path in ROOTS} == {"", *READERS.values()}


@pytest.fixture
def blindness(world: World, path: str) -> Iterator[None]:
    """What is hidden by hand has a page where the film's section is blind."""
    blind = "UPDATE section SET is_blind = $2 WHERE id = $1"
    if is_of_blind := path.endswith("/blind"):
        world.site.sql(blind, world.section, True)
    yield
    if is_of_blind:
        world.site.sql(blind, world.section, False)


@pytest.mark.parametrize("path", ROOTS)
def test_a_page_is_readable_by_all(page: Page, world: World, blindness: None, path: str) -> None:
    """As a phone opens it, and then on a desk, where the same page has more room, and more to see.

    Colours are the same on both: of a phone's own parts they are looked at on the page of components.
    """
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS["phone"], strict=True)))
    if part := reader_of(path):
        sign_in(page, world, part)

    answer = page.goto(f"{world.site.base_url}/fr/{world.slug}{path.format(**world.names)}")

    assert answer is not None
    assert answer.status == 200
    assert page.locator("h1").count() == 1
    for name, (width, height) in reversed(WIDTHS.items()):
        page.set_viewport_size({"width": width, "height": height})

        assert breaches(page, without=("color-contrast",) if name == "phone" else ()) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.evaluate(RENAMED, [list(NAMES), "Donaudampfschifffahrtsgesellschaftskapitaensmuetzenabzeichenverordnungsblatt"])
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "a word of 76 letters"


@pytest.mark.parametrize("theme", ["office", "screening"])
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_component_is_readable_in_both_languages_and_themes(
    page: Page, world: World, lang: str, theme: str
) -> None:
    for width, height in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{world.site.base_url}/{lang}/{world.slug}/components?theme={theme}")

        assert breaches(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("part", ["operator", "programmer", "chair"])
def test_the_rooms_of_the_bar_keep_their_words_apart_on_a_phone(
    page: Page, world: World, part: str, lang: str
) -> None:
    """The row scrolls where it is longer than a phone; no name is squeezed under the next one."""
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, world, part)
    page.goto(f"{world.site.base_url}/{lang}/{world.slug}/account")

    squeezed = page.evaluate(
        """[...document.querySelectorAll('.topbar nav a')]
           .filter(a => a.scrollWidth > a.clientWidth).map(a => a.textContent)"""
    )

    assert page.locator(".topbar nav a").count() > 1
    assert squeezed == []


def decoded(page: Page) -> dict[str, float]:
    return page.evaluate(
        """() => { const v = document.querySelector('video');
           return {at: v.currentTime, width: v.videoWidth, frames: v.webkitDecodedFrameCount,
                   sound: v.webkitAudioDecodedByteCount}; }"""
    )


@pytest.mark.parametrize(("part", "path"), [
    ("reviewer", "/committee/submissions/{submission_id}"),
    ("filmmaker", "/submissions/{submission_id}/file"),
])
def test_the_copy_plays_with_picture_and_sound(page: Page, world: World, part: str, path: str) -> None:
    sign_in(page, world, part)
    page.goto(f"{world.site.base_url}/fr/{world.slug}{path.format(**world.names)}")
    page.wait_for_timeout(500)

    page.evaluate("document.querySelector('video').play()")
    for _ in range(50):
        page.wait_for_timeout(200)
        played = decoded(page)
        if played["at"] > 1 and played["sound"] > 0:
            break

    assert played["at"] > 1
    assert played["width"] > 0
    assert played["frames"] > 10
    assert played["sound"] > 0

"""The public's pages over pictures and words that nobody here has chosen."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.axe import breaches
from tests.browser.test_pages import WIDTHS
from tests.browser.world import World, sign_in
from tests.clips import Clips
from tests.clips import film as clip

OVER_THE_STILL = "h1 bdi, .by, .facts > span, .facts strong, .topbar nav a, .topbar .end a, .brand"
TITLES = ["Koyaanisqatsi", "Donaudampfschifffahrtsgesellschaft", "W" * 76, "宇宙映画祭" * 8]


def white(size: tuple[int, int] = (1280, 720)) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "white").save(drawn, "PNG")
    return drawn.getvalue()


def luminance(colour: tuple[int, ...]) -> float:
    """Relative luminance of sRGB 0..255, as WCAG reckons it."""
    parts = [c / 255 for c in colour[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrasts(page: Page) -> dict[str, float]:
    """Of each text over the still: its colour against the brightest point behind it."""
    texts = page.evaluate(
        """chosen => [...document.querySelectorAll(chosen)].map(one => {
             const at = one.getBoundingClientRect(), colour = getComputedStyle(one).color
             one.style.color = 'transparent'
             one.querySelectorAll('.tag b').forEach(badge => { badge.style.visibility = 'hidden' })
             return {name: one.className || one.localName, colour: colour.match(/[0-9]+/g).slice(0, 3).map(Number),
                     box: [at.left, at.top, at.right, at.bottom].map(Math.round)}
           }).filter(one => one.box[2] > one.box[0])""",
        OVER_THE_STILL,
    )
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    found = {}
    for text in texts:
        behind = seen.crop(text["box"])
        brightest = max(luminance(colour) for _, colour in behind.getcolors(1 << 24))
        found[text["name"]] = (luminance(tuple(text["colour"])) + 0.05) / (brightest + 0.05)
    return found


def open_film(page: Page, world: World, width: str) -> None:
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    page.route("**/stills/*.jpg", lambda route: route.fulfill(body=white(), content_type="image/png"))
    page.goto(f"{world.site.base_url}/fr/{world.slug}/films/{world.names['programme_id']}")


@pytest.mark.parametrize("width", WIDTHS)
def test_words_over_a_white_still_can_be_read(page: Page, world: World, width: str) -> None:
    open_film(page, world, width)
    page.wait_for_function("document.querySelector('.plate').naturalWidth > 0")

    found = contrasts(page)

    assert {"by", "bdi"} <= set(found)
    assert {name: ratio for name, ratio in found.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("title", TITLES)
def test_no_word_of_a_title_leaves_the_screen(
    page: Page, world: World, title: str, width: str
) -> None:
    from api.pages.public import longest_word

    open_film(page, world, width)
    page.evaluate(
        """([title, letters]) => { const h1 = document.querySelector('h1')
           h1.dataset.longest = letters; h1.firstElementChild.textContent = title }""",
        [title, longest_word(title)],
    )

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(
        """() => { const box = document.querySelector('h1 bdi').getBoundingClientRect()
           return box.left >= 0 && box.right <= window.innerWidth }"""
    )


def test_a_trailer_is_sent_shown_and_taken_away(page: Page, world: World, tmp_path: Path) -> None:
    """By its maker, on the page of pictures, which follows what becomes of it; and seen by everybody meanwhile."""
    small = Clips(tmp_path).draw(clip(seconds=2, sound=None, size="192x144", rate="24"))
    own = f"{world.site.base_url}/fr/{world.slug}/submissions/{world.names['submission_id']}/pictures"
    public = f"{world.site.base_url}/fr/{world.slug}/films/{world.names['programme_id']}"
    sign_in(page, world, "filmmaker")
    page.goto(own)
    page.set_input_files("[data-part=input]", small)
    ready = page.locator("article.trailer.ready")
    expect(ready).to_be_visible(timeout=60_000)
    assert breaches(page) == []
    page.goto(public)
    expect(page.locator("film-trailer")).to_have_count(0)

    page.goto(own)
    ready.get_by_role("button", name="La montrer au public").click()
    expect(page.locator("article.trailer.released")).to_be_visible()
    page.goto(public)
    page.get_by_role("button", name="Regarder la bande-annonce").click()
    video = page.locator("film-trailer video")
    expect(video).to_be_visible()
    expect(video).to_have_js_property("videoWidth", 192)
    assert breaches(page) == []
    master = page.locator("film-trailer").get_attribute("data-src")
    assert page.request.get(f"{world.site.base_url}{master}").status == 200

    page.goto(own)
    page.locator("article.trailer").get_by_role("button", name="Retirer").click()
    expect(page.locator("article.trailer")).to_have_count(0)
    page.goto(public)
    expect(page.locator("film-trailer")).to_have_count(0)
    assert page.request.get(f"{world.site.base_url}{master}").status == 404

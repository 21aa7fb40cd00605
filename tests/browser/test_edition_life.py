"""One edition from an empty house to its archive, by pages alone: founded, set up, entered, kept, let go, closed.

Each click, each field that is typed or ticked is counted: that is what it costs a person.
"""

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.empty import EmptyHouse

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PATIENCE_S = 240
MAKER = "Nadia Orbit"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # a house is opened, a film is copied


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[EmptyHouse]:
    house = EmptyHouse(tmp_path)
    yield house
    house.close()


@pytest.fixture(scope="session")
def base_url() -> str:
    """Each walk has a house of its own; its address is known once it is open."""
    return "http://127.0.0.1:"


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that the festival's own rules take."""
    path = tmp_path_factory.mktemp("clips") / "orbite.mov"
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=24:d=12",
            "-f", "lavfi", "-i", "anoisesrc=c=pink:a=0.2:r=48000:d=12",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-b:v", "12M", "-colorspace", "bt709",
            "-color_primaries", "bt709", "-color_trc", "bt709", "-c:a", "aac", "-b:a", "320k", "-ac", "2", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path


class Hand:
    """A person before a page: what they do is counted, and each page that they reach is looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = self.fields = 0
        self.seen: set[str] = set()

    def go(self, address: str) -> None:
        """Typed into the bar, or the link of a letter."""
        self.page.goto(address)
        self.look()

    def click(self, what: str) -> None:
        self.page.locator(what).first.click()
        self.page.wait_for_load_state()
        self.clicks += 1
        self.look()

    def fill(self, **typed: str) -> None:
        for name, text in typed.items():
            at = name.replace("__", ":")
            self.page.locator(f"main [id='f-{at}'], main [name='{at}']").first.fill(text)
            self.fields += 1

    def pick(self, name: str, value: str) -> None:
        self.page.locator(f"main [id='f-{name}']").first.select_option(value)
        self.fields += 1

    def tick(self, what: str) -> None:
        self.page.locator(what).first.check()
        self.fields += 1

    def look(self) -> None:
        """Readable by all; each address once."""
        place = re.sub(r"[?#].*", "", self.page.url)
        if place in self.seen:
            return
        self.seen.add(place)
        found = Axe().run(self.page, options={"runOnly": RULES})
        assert found.violations_count == 0, f"{place}\n{found.generate_report()}"
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            place
        )

    def until(self, what: str, *, by: str = "") -> None:
        """Look again until it is there."""
        ends = time.monotonic() + PATIENCE_S
        while not self.page.locator(what).count():
            assert time.monotonic() < ends, self.page.inner_text("main")
            self.page.wait_for_timeout(1000)
            self.page.reload()
        self.look()

    @property
    def costs(self) -> tuple[int, int]:
        return self.clicks, self.fields


def room(name: str) -> str:
    return f"nav.rooms a[href$='/operator/{name}']"


def bar(name: str) -> str:
    return f".topbar nav a[href$='/operator/{name}']"


def form(place: str) -> str:
    return f"form[action$='{place}'] button"


def found_the_house(hand: Hand, link: str) -> None:
    hand.go(link)
    hand.fill(
        person="Maud Ferrand", email="maud@example.org", password="treize lettres et plus",
        name="Cinéma for Space 2031", slug="2031", first_day="2031-11-21",
    )  # fmt: skip
    hand.click("main button.primary")


def set_it_up(hand: Hand) -> None:
    """A section with a rule, an early deadline, a letter in the edition's own words, an invitation."""
    hand.click(room("sections"))
    hand.click("main a.btn.primary")
    hand.fill(letter="X", name_fr="Essais", name_en="Essays")
    hand.pick("weight_year", "refused")
    hand.fill(rule_year="2025")
    hand.click("main form.set-up button.primary")
    hand.click(room("deadlines"))
    hand.pick("kind:new", "early")
    hand.fill(at_day__new="2031-06-30", fee__new="20")
    hand.click(form("/operator/deadlines"))
    hand.click(room("texts"))
    hand.click("main a[href$='/operator/texts/submitted']")
    hand.fill(subject_fr="Votre film est bien là", subject_en="Your film is here")
    hand.click("form.wording button.primary:not([formaction])")
    hand.click(bar("people"))
    hand.click("#invite summary")
    hand.fill(email="ines@example.org", name="Inès Varda")
    hand.tick("#invite input[value=reviewer]")
    hand.click("#invite button.primary")


def open_for_entries(hand: Hand) -> None:
    hand.click(bar("edition"))
    hand.click(form("/operator/edition/phase"))
    hand.click(form("/operator/front-page"))


def enter_a_film(hand: Hand, house: EmptyHouse, home: str, clip: Path) -> None:
    """Somebody who has never been here: an account by letter, an entry, the film, and it is filed."""
    hand.go(f"{home}/account/registration")
    hand.fill(name=MAKER, email="nadia@example.org")
    hand.click("main button.primary")
    hand.go(house.letter("nadia@example.org", r"http://\S+/account/links/[\w-]+"))
    hand.click("main button.primary")
    hand.go(f"{home}/submissions/new")
    hand.fill(title="Orbite basse", title_en="Low Orbit")
    hand.tick("input[name=section][value=X]")
    hand.click("main form.sheet button.primary")
    entry = hand.page.url.partition("?")[0]
    hand.page.set_input_files("[data-part=input]", clip)
    hand.fields += 1
    hand.fill(year="2026", runtime="0:12")
    hand.tick("#f-never_shown")
    hand.click("#onward button")
    hand.fill(directors=MAKER, countries="France")
    hand.click("#onward button")
    hand.fill(
        synopsis_fr="Une station tourne autour de la Terre, et quelqu’un y attend une lettre depuis longtemps.",
        synopsis_en="A station turns around the Earth, and somebody there has been waiting for a letter.",
    )  # fmt: skip
    hand.click("#onward button")
    hand.tick("#f-no_dialogue")
    hand.tick("#f-no_subtitles")
    hand.click("#onward button")
    hand.tick("#f-rights_confirmed")
    expect(hand.page.locator("[data-part=line]")).to_contain_text(
        re.compile("100|arrivé en entier|arrived"), timeout=PATIENCE_S * 1000
    )
    hand.click("#onward button")
    hand.go(f"{entry}/file")
    hand.until("form[action$='/release']")
    hand.click(form("/release"))
    hand.click("main a[href$='/filing']")
    hand.click(form("/filing"))


def keep_it(hand: Hand, folder: Path) -> None:
    """An archive is made on the page, and downloaded."""
    hand.click(bar("edition"))
    hand.click(room("archive"))
    hand.click("main form[action$='/operator/archive'] button")
    hand.until("main a[href$='/file']")
    with hand.page.expect_download() as waits:
        hand.page.locator("main a[href$='/file']").first.click()
    hand.clicks += 1
    waits.value.save_as(folder / "edition.tar.age")


def erase_the_maker(hand: Hand) -> None:
    hand.click(room("privacy"))
    hand.fill(name=MAKER)
    hand.click(form("/operator/privacy/search"))
    hand.click(form("/operator/privacy/requests"))
    hand.click(form("/carrying-out"))
    hand.go(hand.page.url.partition("/operator/")[0] + "/operator/privacy")


def archive_it(hand: Hand) -> None:
    hand.click(bar("edition"))
    hand.click("main a[href$='/operator/edition/archiving']")
    hand.click(form("/operator/edition/archiving"))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_edition_lives_and_is_let_go_by_pages_alone(
    page: Page, browser: Browser, empty_house: EmptyHouse, clip: Path, tmp_path: Path, lang: str
) -> None:
    link = empty_house.says(r"http://\S+/fr/founding/\S+").replace("/fr/", f"/{lang}/")
    home = f"{link.partition(f'/{lang}/')[0]}/{lang}/2031"
    operator = Hand(page)
    costs: dict[str, tuple[int, int]] = {}

    found_the_house(operator, link)
    costs["founded"] = operator.costs
    set_it_up(operator)
    costs["set up"] = operator.costs
    open_for_entries(operator)
    costs["open"] = operator.costs

    context = browser.new_context()
    maker = Hand(context.new_page())
    enter_a_film(maker, empty_house, home, clip)
    costs["entered by a maker"] = maker.costs

    keep_it(operator, tmp_path)
    costs["kept"] = operator.costs
    erase_the_maker(operator)
    operator.until(f"main:not(:has-text('{MAKER}'))")
    costs["erased"] = operator.costs
    archive_it(operator)
    costs["archived"] = operator.costs

    assert (tmp_path / "edition.tar.age").read_bytes().startswith(b"age-encryption.org/v1")
    expect(page.locator("p.archived")).to_be_visible()
    visitor = context.new_page()
    visitor.goto(f"{home}/")
    expect(visitor.locator("p.archived")).to_be_visible()
    assert costs == {
        "founded": (1, 6), "set up": (12, 19), "open": (15, 19), "entered by a maker": (11, 16),
        "kept": (19, 19), "erased": (23, 20), "archived": (26, 20),
    }  # fmt: skip

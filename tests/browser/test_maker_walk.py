"""The whole way of an entry in a real browser: an account, six steps, a film cut three times on its way, a defect and its
repair, release, filing, a correction, another film that leaves, the choice, guests, materials, screening, certificate.

With `WALK_PICTURES=FOLDER` every page on the way is kept there as a picture, at both widths.
"""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from festival.tables import new_id
from ops.client import Door
from tests.browser.axe import breaches
from tests.browser.test_student_walk import letter_to
from tests.browser.test_upload import SLOW, choose, percent, slow, until
from tests.browser.world import World
from tests.site import Site

__all__ = ["slow"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PICTURES = os.environ.get("WALK_PICTURES", "")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SECONDS = 8
NOISE = f"nullsrc=s=320x240:r=25:d={SECONDS},geq=random(1)*255"
DARK = f"{NOISE},drawbox=t=fill:color=black:enable='between(t,0,4)'"
LOUD = f"aevalsrc='1.4*sin(330*2*PI*t)':s=48000:d={SECONDS}"


def day(ahead: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=ahead)).isoformat()


class Festival(World):
    """An edition that begins in some days, with a house and everybody who works for it; its film comes from the walk."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.edition, self.slug = site.an_edition("k", first_day=day(9), two_person_release=False)
        self.cookies: dict[str, str] = {}
        self.doors: dict[str, Door] = {}
        self.found()
        for part, scope in {
            "chair": "committee",
            "programmer": "programme",
            "operator": "operate",
        }.items():
            self.meet(part, scope)

    def move_to(self, phase: str) -> None:
        self.site.sql("UPDATE edition SET phase = $2 WHERE id = $1", self.edition, phase)

    def begin(self) -> None:
        """Time passes: the first day was yesterday."""
        self.site.sql(
            "UPDATE edition SET first_day = $2::text::date WHERE id = $1", self.edition, day(-1)
        )


class Walker:
    """A maker's browser; what they do, they do at the width that was chosen, and each page is read at both."""

    def __init__(self, page: Page, house: Festival, lang: str, size: dict[str, int]) -> None:
        self.page, self.house, self.lang, self.size = page, house, lang, size
        self.base = f"{house.site.base_url}/{lang}/{house.slug}"
        page.set_viewport_size(size)

    def at(self, path: str) -> None:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok, path

    def read(self, name: str) -> None:
        """Nothing wrong for axe, nothing beside the screen, and a tree that a screen reader can walk: one main heading,
        and a name for whatever can be pressed or filled in.
        """
        self.page.wait_for_load_state()
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)
            assert self.page.evaluate("document.documentElement.lang") == self.lang
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
                name,
                size,
            )
            assert breaches(self.page) == [], (name, size)
            if PICTURES:
                self.page.screenshot(
                    path=Path(PICTURES) / f"{name}-{self.lang}-{size['width']}.png", full_page=True
                )
        tree = self.page.locator("body").aria_snapshot()
        assert len(re.findall(r"- heading .*\[level=1\]", tree)) == 1, (name, tree)
        assert not re.findall(
            r"- (?:button|link|textbox|checkbox|combobox)(?: \[.*\])?:?$", tree, re.MULTILINE
        ), (name, tree)
        self.page.set_viewport_size(self.size)

    def press(self, what: Locator, key: str = "Enter") -> None:
        """By the keyboard alone."""
        what.focus()
        expect(what).to_be_focused()
        self.page.keyboard.press(key)

    def on(self, what: Locator) -> None:
        before = self.page.url
        self.press(what)
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()

    def fill(self, **typed: str) -> None:
        for name, text in typed.items():
            self.page.locator(f"main [name={name}]").first.focus()
            self.page.keyboard.type(text)


def drawn(path: Path, picture: str, sound: str) -> Path:
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound, "-c:v", "libx264",
         "-preset", "ultrafast", "-b:v", "6M", "-c:a", "aac", "-ac", "2", "-y", str(path)], check=True,
    )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A film that begins in the dark and is too loud, and one that is sound."""
    folder = tmp_path_factory.mktemp("films")
    tone = f"sine=f=330:r=48000:d={SECONDS}"
    return {
        "dark": drawn(folder / "dark.mp4", DARK, LOUD),
        "sound": drawn(folder / "sound.mp4", NOISE, tone),
    }


@pytest.fixture(params=[("fr", DESK), ("en", PHONE)], ids=["fr-desk", "en-phone"])
def maker(request: pytest.FixtureRequest, site: Site, page: Page) -> Iterator[Walker]:
    house = Festival(site)
    yield Walker(page, house, *request.param)
    house.close()


def test_from_an_account_to_a_certificate(
    maker: Walker, films: dict[str, Path], slow: Callable[[int], None]
) -> None:
    register(maker)
    entry = begin(maker)
    send(maker, films["dark"], slow)
    fill_in(maker)
    see_and_replace(maker, entry, films["sound"])
    release_and_file(maker, entry)
    correct(maker, entry)
    withdraw_another(maker)
    choose_it(maker.house, entry)
    guests_and_materials(maker, entry)
    programme_it(maker.house)
    agree_to_screening(maker, entry)
    certificate(maker, entry)


def register(maker: Walker) -> None:
    address = f"{new_id()}@example.org"
    maker.at("/")
    maker.read("front")
    maker.on(maker.page.locator("main .enter a"))
    maker.read("registration")
    maker.fill(name="Nadia Orbit", email=address)
    maker.press(maker.page.locator("main button.primary"))
    maker.page.goto(letter_to(address))
    maker.on(maker.page.locator("main button.primary"))


def begin(maker: Walker, title: str = "Orbite basse", title_en: str = "Low Orbit") -> str:
    """The address of a new entry, in its edition."""
    maker.at("/submissions/new")
    maker.fill(title=title, title_en=title_en)
    maker.press(maker.page.locator("main [name=section]").first, "Space")
    maker.on(maker.page.locator("main form.sheet button.primary").first)
    maker.page.wait_for_url(re.compile(r"/submissions/[0-9A-Za-z]{16}"))
    found = re.search(r"/submissions/[0-9A-Za-z]{16}", maker.page.url)
    assert found
    return found[0]


def send(maker: Walker, film: Path, slow: Callable[[int], None]) -> None:
    """Cut by the network, by a reload, and by a door that is killed."""
    page, site = maker.page, maker.house.site
    slow(SLOW)
    choose(page, film)
    until(page, 5)
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    slow(SLOW)
    until(page, 10)
    maker.read("upload")

    page.reload()
    expect(page.locator("[data-part=line]")).to_contain_text(film.name)
    kept = percent(page)
    assert kept > 0
    slow(SLOW)
    choose(page, film)
    until(page, min(kept + 5, 60))

    site.kill_door()
    page.wait_for_timeout(1500)
    site.open_door()
    slow(-1)
    until(page, 100)


def fill_in(maker: Walker) -> None:
    page = maker.page
    onward = page.locator("#onward button")
    maker.fill(year="2026", runtime="0:08")
    maker.press(page.locator("main [name=never_shown]"), "Space")
    maker.read("step-film")
    maker.on(onward)
    maker.fill(directors="Nadia Orbit", countries="France")
    maker.read("step-makers")
    maker.on(onward)
    maker.fill(
        synopsis_fr="Une station tourne autour de la Terre.",
        synopsis_en="A station turns around the Earth.",
    )
    maker.read("step-synopsis")
    maker.on(onward)
    maker.press(page.locator("main [name=no_dialogue]"), "Space")
    maker.read("step-file")
    maker.on(onward)
    maker.press(page.locator("main [name=rights_confirmed]"), "Space")
    maker.read("step-rights")
    maker.on(onward)
    maker.read("step-reading")


def see_and_replace(maker: Walker, entry: str, film: Path) -> None:
    """What was found is shown on the film; another file takes its place."""
    page = maker.page
    maker.at(f"{entry}/file")
    there = page.locator("a.spot").first
    ends = datetime.now(UTC) + timedelta(seconds=150)
    while not (there.count() and page.locator("film-copy video").count()):
        assert datetime.now(UTC) < ends, page.locator("main").inner_text()
        page.wait_for_timeout(1000)
        page.reload()
    maker.read("report")
    maker.press(there)
    expect(page.locator("[data-caption]")).to_be_visible()
    at = float(there.get_attribute("data-at") or 0)
    ends = datetime.now(UTC) + timedelta(seconds=60)
    while (
        abs(float(page.evaluate("document.querySelector('film-copy video').currentTime")) - at) > 4
    ):
        assert datetime.now(UTC) < ends
        page.wait_for_timeout(200)

    maker.at(entry)
    choose(page, film)
    expect(page.locator("[data-part=name]")).to_contain_text(film.name)
    until(page, 100)


def release_and_file(maker: Walker, entry: str) -> None:
    page = maker.page
    ready = page.locator("#news .ready")
    expect(ready).to_be_visible(timeout=150_000)
    maker.at(f"{entry}/file")
    expect(page.locator("a.spot")).to_have_count(0)
    maker.read("copy")
    maker.on(page.locator("form[action$='/release'] button"))
    maker.at(f"{entry}/filing")
    maker.read("filing")
    maker.press(page.locator("form[action$='/filing'] button"))
    page.wait_for_url(re.compile(r"/submissions\?"))
    maker.read("films")


def correct(maker: Walker, entry: str) -> None:
    """The office asks for one field; that one is open, and nothing beside it."""
    operator = maker.house.doors["operator"]
    asked = operator.post(
        f"/operator/entries/{entry.rpartition('/')[2]}/fixes",
        {"field": "synopses", "why": "One sentence more, please.", "due": day(3)},
    )
    maker.at(f"{entry}/fixes/{asked['id']}")
    maker.read("fix")
    assert sorted(maker.page.locator("main form textarea").evaluate_all("all => all.map(one => one.name)")) == [
        "synopsis_en", "synopsis_fr",
    ]  # fmt: skip
    maker.fill(synopsis_en=" And nobody answers.")
    maker.press(maker.page.locator("main form.set-up button.primary"))
    expect(maker.page.locator("dl.changes ins")).to_contain_text("And nobody answers.")


def withdraw_another(maker: Walker) -> None:
    other = begin(maker, "Une autre nuit", "Another Night")
    maker.at(f"{other}/withdrawal")
    maker.read("withdrawal")
    maker.press(maker.page.locator("main form[action$='/withdrawal'] button"))
    maker.page.wait_for_url(re.compile(r"/submissions(\?|$)"))


def choose_it(house: Festival, entry: str) -> None:
    film = entry.rpartition("/")[2]
    house.move_to("selection")
    chair = house.doors["chair"]
    chair.post(f"/committee/submissions/{film}/acceptance", {"note": "En réunion."})
    batch = chair.post("/announcements", {"submissions": [film]})["id"]
    chair.post(f"/announcements/{batch}/release")
    house.move_to("programme")
    words = {
        "labels": {"fr": "Biographie", "en": "Biography"},
        "accepts": "text",
        "is_required": True,
    }
    house.doors["operator"].post("/operator/materials", words)


def programme_it(house: Festival) -> None:
    """Once yesterday morning, and once tomorrow night."""
    house.begin()
    programmer = house.doors["programmer"]
    venue = programmer.post("/venues", {"name": "Palais"})["id"]
    screen = programmer.post(
        "/screens", {"venue": venue, "name": "Salle 1", "seats": 300, "hours": [[0, 1440]] * 3}
    )["id"]
    programme = programmer.post("/programmes/from-selection")["ids"][0]
    house.site.sql("UPDATE programme SET showings = 2 WHERE id = $1", programme)
    for number, start in enumerate((600, 2 * 1440 + 1200)):
        state = programmer.post(
            "/grid/screenings",
            {"programme": programme, "number": number, "screen": screen, "start": start},
        )
    programmer.post("/grid/publication", {"version": state["version"]})


def guests_and_materials(maker: Walker, entry: str) -> None:
    page = maker.page
    maker.at(f"{entry}/materials")
    maker.read("materials")
    page.locator("main textarea").first.focus()
    page.keyboard.type("Née à Dakar.")
    maker.press(page.locator("main form:has(textarea) button").first)
    expect(
        page.locator("main .material.brought, main .material.done, main .material").first
    ).to_be_visible()
    maker.at(f"{entry}/visitors")
    maker.fill(name="Nadia Orbit")
    maker.read("visitors")
    maker.press(page.locator("main form:has([name=name]) button.primary").last)
    expect(page.locator("main")).to_contain_text("Nadia Orbit")


def agree_to_screening(maker: Walker, entry: str) -> None:
    page = maker.page
    maker.at(f"{entry}/screenings")
    maker.read("screenings")
    agreed = page.locator("main form:has([name=answer][value=confirmed])")
    asked = agreed.count()
    with page.expect_navigation():
        maker.press(agreed.first.locator("button"))
    expect(agreed).to_have_count(asked - 1)


def certificate(maker: Walker, entry: str) -> None:
    maker.at(f"{entry}/honours")
    maker.read("honours")
    assert maker.page.locator("ul.laurels img").count() >= 2
    paper = maker.page.request.get(f"{maker.base}{entry}/honours/certificate.pdf")
    assert paper.ok
    assert paper.body().startswith(b"%PDF")

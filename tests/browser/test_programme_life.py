"""Two programmers take a grid from a file to its right form: brought in, repaired, optimised, locked, impossible, mended.

With `WALK_PICTURES=FOLDER` every page on the way is kept there as a picture, at both widths, light and dark.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.axe import breaches
from tests.browser.test_grid import opened, until
from tests.site import Site

PUBLISHED = [up / "shared" / "data" / "docpoint-2026-grid.json" for up in Path(__file__).parents[3:5]]
PICTURES = os.environ.get("WALK_PICTURES", "")
PATIENCE_MS = 120_000
THINKING_MS = 240_000
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LANGUAGES = ("fr", "en")
SHUTS = "Kinopalatsi 9"
NAMES = {"Ada": "Ada Lovric", "Bo": "Bo Nkemelu"}
SMALL = """titre;salle;début;durée
Aube;Kinopalatsi 9;2026-02-03 14:00;90
Brume;Kinopalatsi 9;2026-02-03 15:00;90
Cendre;Kinopalatsi 9;2026-02-03 17:00;100
Dune;Kinopalatsi 9;2026-02-03 19:00;80
Écume;Maxim 1;2026-02-03 14:00;90
Falaise;Maxim 1;2026-02-03 16:00;75
Givre;Maxim 1;2026-02-04 18:00;90
Houle;Maxim 2;2026-02-04 18:00;110
Île;Maxim 2;2026-02-04 20:00;110
Jasmin;Maxim 2;2026-02-04 21:00;60
"""
REPAIR = {
    "fr": re.compile(r"Réparer \(\d+ déplacements?, prouvé le minimum\)"),
    "en": re.compile(r"Repair \(\d+ moves?, proved (to be )?the (fewest|minimum|least)\)"),
}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # a whole festival is planned, twice


class Festival:
    """Six days of an edition that has two programmers and nothing else."""

    def __init__(self, site: Site, lang: str) -> None:
        self.site, self.lang = site, lang
        self.edition, self.slug = site.an_edition("l", phase="selection", first_day="2026-02-03",
                                                  two_person_release=False)  # fmt: skip
        site.sql("UPDATE edition SET days = 6 WHERE id = $1", self.edition)
        self.cookies = {
            short: site.person(f"{short.lower()}.{self.slug}@example.org", edition=self.edition,
                               parts=["programmer"], name=name)
            for short, name in NAMES.items()
        }  # fmt: skip
        self.home = f"{site.base_url}/{lang}/{self.slug}/programmer"

    def grid_of(self, page: Page) -> dict[str, Any]:
        """The working grid, as JSON, by the page's own session."""
        return dict(page.request.get(f"{self.site.base_url}/api/v1/{self.slug}/grid").json())


class Programmer:
    """A person before a page: what they see is looked at, measured, and kept as pictures."""

    def __init__(self, page: Page, festival: Festival, name: str, bad: list[str]) -> None:
        self.page, self.festival, self.name, self.bad = page, festival, name, bad
        self.taken = 0
        page.on("console", self.hear)
        page.set_default_timeout(PATIENCE_MS)
        page.set_viewport_size(DESK)
        opened(page, festival, name, bad, festival.lang)

    def hear(self, message: Any) -> None:
        """A refusal is an answer, and its number is in the console whether or not the page reads it."""
        if message.type == "error" and "409 (Conflict)" not in message.text:
            self.bad.append(message.text)

    def go(self, place: str) -> None:
        self.page.goto(f"{self.festival.home}/{place}")

    def on_the_grid(self) -> None:
        self.go("grid")
        expect(self.page.locator("festival-grid .grid")).to_be_visible()

    def state(self) -> dict[str, Any]:
        return self.festival.grid_of(self.page)

    def clashes(self) -> list[str]:
        return [one["code"] for one in self.state()["clashes"]]

    def places(self) -> dict[tuple[str, int], tuple[str, int]]:
        return {(s["programme"], s["number"]): (s["screen"], s["start"]) for s in self.state()["screenings"]}

    def look(self, name: str) -> None:
        """Readable by all and no wider than the window: at both widths, light and dark.

        Colours are the same on both: on a phone they are not asked again.
        """
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)
            for theme in ("office", "screening"):
                self.page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                if size is DESK:
                    assert breaches(self.page) == [], f"{name} {theme}"
                elif theme == "office":
                    assert breaches(self.page, without=("color-contrast",)) == [], f"{name} on a phone"
                self.keep(f"{name}-{self.festival.lang}-{size['width']}-{theme}")
            assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
        self.page.evaluate("document.documentElement.dataset.theme = 'office'")
        self.page.set_viewport_size(DESK)

    def keep(self, name: str) -> None:
        if PICTURES:
            Path(PICTURES).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)

    def wait_for_run(self) -> None:
        expect(self.page.locator("plan-run")).not_to_have_attribute("data-going", "", timeout=THINKING_MS)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """Nothing here is in a hurry."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=30_000)


@pytest.fixture(params=LANGUAGES)
def festival(site: Site, request: pytest.FixtureRequest) -> Festival:
    return Festival(site, request.param)


@pytest.fixture
def bad() -> Iterator[list[str]]:
    """What pages have thrown, or have said to their console."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def theirs(browser: Any) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def brought(folder: Path) -> Path:
    """The grid of a real festival, where it lies beside the project; else a small one."""
    for path in PUBLISHED:
        if path.exists():
            return path
    path = folder / "grille.csv"
    path.write_text(SMALL, encoding="utf-8")
    return path


def bring_the_grid(ada: Programmer, file: Path) -> None:
    page = ada.page
    ada.go("exchange")
    ada.look("01-exchange")
    page.locator("#f-file").set_input_files(file)
    page.locator("[aria-labelledby=in] button.primary").click()
    expect(page.locator("[aria-labelledby=try]")).to_be_visible()
    ada.look("02-import-read")
    page.locator("[name=new_screens]").check()
    page.locator("[name=new_programmes]").check()
    page.locator("form.columns button").click()
    expect(page.locator(".told-clashes li").first).to_be_visible()
    ada.look("03-import-tried")
    page.locator("[aria-labelledby=try] button.primary").click()
    expect(page.locator("[aria-labelledby=done]")).to_be_visible()
    ada.look("04-import-done")
    page.locator("[aria-labelledby=done] a.primary").click()
    expect(page.locator("#conf li").first).to_be_visible()


def shows_of(programmer: Programmer) -> list[dict[str, Any]]:
    """What stands in the grid and clashes with nothing, in its order."""
    state = programmer.state()
    clashing = {tuple(name) for clash in state["clashes"] for name in clash["screenings"]}
    free = [s for s in state["screenings"] if (s["programme"], s["number"]) not in clashing and not s["locked"]]
    return sorted(free, key=lambda s: (s["start"], s["screen"]))


def pick(programmer: Programmer, show: dict[str, Any]) -> Locator:
    """Its card is open, whatever else has the same title."""
    programmer.page.evaluate(
        """id => { const grid = document.querySelector('festival-grid');
                   const show = grid.state.shows().find(one => one.id === id);
                   show.box.scrollIntoView({ block: 'center', inline: 'center' }); show.box.dataset.walk = id }""",
        show["id"],
    )
    programmer.page.locator(f"[data-walk='{show['id']}']").click()
    start = programmer.page.locator("#inspect [name=start]")
    expect(start).to_be_visible()
    return start


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def move(programmer: Programmer, show: dict[str, Any], by: int) -> None:
    start = show["start"] + by
    pick(programmer, show).fill(clock(start))
    programmer.page.locator("#inspect .primary").click()
    until(programmer.page, lambda: place_of(programmer, show), (show["screen"], start))


def place_of(programmer: Programmer, show: dict[str, Any]) -> tuple[str, int] | None:
    return programmer.places().get((show["programme"], show["number"]))


def see_each_other(ada: Programmer, bo: Programmer) -> None:
    """Bo's name is on what he holds; his moves arrive; what Ada typed meanwhile is refused in words, and kept."""
    show = shows_of(ada)[0]
    pick(bo, show).fill(clock(show["start"] + 5))
    expect(ada.page.locator(".ev .who")).to_have_text(NAMES["Bo"])
    ada.keep(f"06-held-{ada.festival.lang}")
    bo.page.locator("#inspect .primary").click()
    until(ada.page, lambda: place_of(ada, show), (show["screen"], show["start"] + 5))
    expect(ada.page.locator(f".ev[title*='{clock(show['start'] + 5)}']").first).to_be_visible()
    expect(ada.page.locator(".ev .who")).to_have_count(0)

    moved = {**show, "start": show["start"] + 5}
    typed = pick(ada, moved)
    ada.page.evaluate("document.querySelector('festival-grid').news.close()")
    typed.fill(clock(show["start"] + 30))
    move(bo, moved, 5)
    ada.page.locator("#inspect .primary").click()
    expect(ada.page.locator(".toast:not(.vh)")).to_contain_text(NAMES["Bo"])
    expect(typed).to_have_value(clock(show["start"] + 30))
    assert place_of(ada, show) == (show["screen"], show["start"] + 10)
    ada.keep(f"07-stale-{ada.festival.lang}")
    bo.page.locator("h1").click()
    bo.press("Control+z", "Control+z")
    until(bo.page, lambda: place_of(bo, show), (show["screen"], show["start"]))


def ask_for_repair(ada: Programmer) -> None:
    ada.on_the_grid()
    button = ada.page.locator("#repair button")
    expect(button).to_have_text(REPAIR[ada.festival.lang], timeout=THINKING_MS)
    button.click()
    ada.wait_for_run()


def repair(ada: Programmer) -> None:
    """One line of the first proposal, the whole of the second; then nothing clashes."""
    page, before = ada.page, len(ada.clashes())
    assert before > 1
    ask_for_repair(ada)
    ada.look("08-repair")
    boxes = page.locator("input[name=only]")
    for at in range(1, boxes.count()):
        boxes.nth(at).uncheck()
    page.locator(".sum-up .primary").click()
    expect(page.locator(".flash")).to_be_visible()
    assert 0 < len(ada.clashes()) < before
    ask_for_repair(ada)
    page.locator(".sum-up [name=all]").click()
    expect(page.locator(".flash")).to_be_visible()
    ada.look("09-repaired")
    assert ada.clashes() == []


def focused(ada: Programmer, selector: str) -> None:
    """It has the focus, and an eye sees that."""
    expect(ada.page.locator(f"{selector}:focus-visible")).to_have_count(1)
    width = ada.page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    assert width >= 2, selector


def tab_to(ada: Programmer, selector: str, key: str = "Tab") -> None:
    for _ in range(40):
        if ada.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            focused(ada, selector)
            return
        ada.press(key)
    raise AssertionError(f"forty tabs, and no {selector}")


def by_keyboard(ada: Programmer) -> None:
    """No hand on the mouse: out of the grid, into it again, along, locked, and all of it back and forth."""
    page = ada.page
    ada.on_the_grid()
    tab_to(ada, ".lane .ev")
    name = page.evaluate("document.activeElement.show.name")
    programme, _, number = name.rpartition(":")
    key = (programme, int(number))
    stood = ada.places()[key]
    ada.press("Enter", "Escape")
    focused(ada, ".lane .ev")
    tab_to(ada, "#inspect [data-out]")
    ada.press("Enter")
    until(page, lambda: key in ada.places(), False)
    focused(ada, "#tray .ev")
    ada.press("Enter", "ArrowRight", "ArrowDown", "ArrowUp")
    ada.keep(f"10-carried-{ada.festival.lang}")
    ada.press("Enter")
    until(page, lambda: ada.places().get(key, ("", 0))[1], 605)
    focused(ada, ".lane .ev")
    ada.press("Enter", "Shift+ArrowRight", "Enter")
    until(page, lambda: ada.places()[key][1], 635)
    focused(ada, ".lane .ev")
    ada.look("10-by-keyboard")
    tab_to(ada, "#inspect [data-hold=hour]")
    ada.press("Space")
    until(page, lambda: len(ada.state()["holds"]), 1)
    ada.press("Control+z")
    until(page, lambda: ada.state()["holds"], [])
    tab_to(ada, "#inspect [data-lock]", "Shift+Tab")
    ada.press("Enter")
    expect(page.locator(".lane .ev.locked")).to_have_count(1)
    for _ in range(4):
        before = ada.state()["version"]
        ada.press("Control+z")
        until(page, lambda: ada.state()["version"] > before, True)  # noqa: B023  # asked at once
    until(page, lambda: ada.places().get(key), stood)
    for _ in range(4):
        before = ada.state()["version"]
        ada.press("Control+Shift+Z")
        until(page, lambda: ada.state()["version"] > before, True)  # noqa: B023  # asked at once
    until(page, lambda: ada.places()[key][1], 635)
    expect(page.locator(".lane .ev.locked")).to_have_count(1)


def put_badly(bo: Programmer) -> None:
    """Three to ten in the morning of the first day, each in its own room."""
    bo.on_the_grid()
    shows = shows_of(bo)
    rooms = {show["screen"]: show for show in shows if show["start"] > 1440 or show["start"] > 1000}
    for show in [*rooms.values()][-3:]:
        pick(bo, show).fill("10:00")
        bo.page.locator("#inspect [name=day]").select_option("0")
        bo.page.locator("#inspect .primary").click()
        until(bo.page, lambda: place_of(bo, show), (show["screen"], 600))  # noqa: B023  # asked at once


def optimise(ada: Programmer) -> None:
    """Asked for in a small form, taken whole, taken back whole, and done again from the grid."""
    page, before = ada.page, ada.places()
    ada.on_the_grid()
    page.locator("#optimise").click()
    expect(page.locator("#new-run")).to_be_visible()
    ada.look("11-optimise")
    page.locator("#new-run [name=seconds]").fill("10")
    page.locator("#new-run .primary").click()
    expect(page.locator("plan-run")).to_be_visible()
    ada.keep(f"12-thinking-{ada.festival.lang}")
    ada.wait_for_run()
    ada.look("13-optimised")
    page.locator(".sum-up [name=all]").click()
    expect(page.locator(".flash")).to_be_visible()
    after = ada.places()
    assert after != before
    assert ada.clashes() == []
    page.locator("form[action$='/undoing'] button").click()
    expect(page.locator(".flash")).to_be_visible()
    assert ada.places() == before
    ada.on_the_grid()
    ada.press("Control+Shift+Z")
    until(page, ada.places, after)


def close_a_room(ada: Programmer) -> None:
    """Two are locked there; the room shuts for the day on which it has most, and all find another."""
    page = ada.page
    room = next(one["id"] for one in ada.state()["screens"] if one["name"] == SHUTS)
    shows = [show for show in shows_of(ada) if show["screen"] == room]
    days = [(show["start"] - 240) // 1440 for show in shows]
    day = max(days, key=lambda one: (days.count(one), one))
    ada.on_the_grid()
    for show in [show for show, on in zip(shows, days, strict=True) if on == day][:2]:
        pick(ada, show)
        page.locator("#inspect [data-lock]").click()
        expect(page.locator(f"[data-walk='{show['id']}']")).to_have_class(re.compile("locked"))
    ada.look("14-locked")
    ada.go("happenings")
    ada.look("15-happenings")
    form = page.locator("form:has(input[value=closing])")
    form.locator("[name=screen]").select_option(room)
    form.locator("[name=day]").select_option(str(day))
    form.locator("button.primary").click()
    ada.wait_for_run()
    ada.look("16-room-closed")
    page.locator(".sum-up [name=all]").click()
    expect(page.locator(".flash")).to_be_visible()
    assert ada.clashes() == []
    assert not [place for place in ada.places().values() if place[0] == room and (place[1] - 240) // 1440 == day]


def send_a_guest_away(ada: Programmer) -> None:
    """She leaves an hour after she came: her film has no place, the rules say why, one click ends it."""
    page = ada.page
    ada.go("guests/new")
    ada.look("17-guest")
    page.locator("[name=name]").fill("Nora Ikonen")
    page.locator("[name=programmes]").first.check()
    page.locator("main form button.primary").last.click()
    expect(page.locator(".flash")).to_be_visible()
    ada.look("18-guests")
    ada.go("happenings")
    form = page.locator("form:has(input[value=stay])")
    form.locator("[name=guest]").select_option(label="Nora Ikonen")
    for end, hour in (("arrives", "20:00"), ("leaves", "21:00")):
        form.locator(f"[name={end}_day]").select_option("4")
        form.locator(f"[name={end}]").fill(hour)
    form.locator("button.primary").click()
    ada.wait_for_run()
    expect(page.locator(".core > li")).not_to_have_count(0)
    expect(page.locator(".scale")).to_be_visible()
    ada.look("19-impossible")
    page.locator(".core .btn.primary").click()
    expect(page.locator(".flash")).to_be_visible()
    ada.look("20-healed")


def test_two_programmers_bring_a_grid_to_its_right_form(
    page: Page, festival: Festival, theirs: BrowserContext, tmp_path: Path, bad: list[str]
) -> None:
    ada = Programmer(page, festival, "Ada", bad)
    bring_the_grid(ada, brought(tmp_path))
    ada.look("05-grid-brought")
    bo = Programmer(theirs.new_page(), festival, "Bo", bad)
    see_each_other(ada, bo)

    repair(ada)
    by_keyboard(ada)
    put_badly(bo)
    optimise(ada)
    close_a_room(ada)
    send_a_guest_away(ada)

    ada.on_the_grid()
    expect(ada.page.locator("#conf li")).to_have_count(0)
    assert ada.clashes() == []
    ada.look("21-right")
    bo.go("plans")
    bo.look("22-runs")

"""The public's days, walked as people walk them: a visitor with a keyboard, without scripts, without a network;
an operator in a cellar; two people before one publication.

With `WALK_PICTURES=FOLDER` every page on the way is kept there as a picture.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from festival.language import t
from tests.browser.axe import breaches
from tests.browser.days import GRID, LONG, Days
from tests.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
LANGUAGES = ("fr", "en")
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCREENS = [(size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark")]
PICTURES = os.environ.get("WALK_PICTURES", "")
FIRST, SECOND, THIRD, QUIET = (title for title, _, _ in GRID[:4])
ROLES = re.compile(r'^\s*- (?P<role>[a-z]+)(?: "(?P<name>(?:[^"\\]|\\.)*)")?(?P<more>[^:]*)(?P<inside>:?.*)$')
NAMED = {"link", "button", "checkbox", "textbox", "searchbox", "combobox", "navigation", "img", "spinbutton", "region"}
KEPT = """caches.keys().then(async names => (await Promise.all(names.map(
  async name => (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname + new URL(one.url).search)
))).flat())"""


class Tree:
    """What a screen reader is told of a page, in its order."""

    def __init__(self, page: Page) -> None:
        self.said = page.locator("body").aria_snapshot()
        self.parts = [
            (found["role"], found["name"] or "", found["more"])
            for line in self.said.splitlines()
            if (found := ROLES.match(line))
        ]

    def names(self, role: str) -> list[str]:
        return [name for known, name, _ in self.parts if known == role]

    def levels(self) -> list[int]:
        return [int(re.search(r"level=(\d)", more)[1]) for role, _, more in self.parts if role == "heading"]  # type: ignore[index]

    def promises(self) -> list[str]:
        """What is not as it should be."""
        levels, wrong = self.levels(), []
        wrong += [] if levels.count(1) == 1 else [f"{levels.count(1)} headings of the first level"]
        wrong += [
            f"a heading of level {two} after one of {one}"
            for one, two in pairwise(levels)
            if two > one + 1
        ]
        wrong += [f"a {role} without a name" for role, name, _ in self.parts if role in NAMED and not name]
        for role, least in {"banner": 1, "main": 1, "contentinfo": 0}.items():  # a foyer's screen has no foot
            count = len(self.names(role))
            wrong += [] if least <= count <= 1 else [f"{count} × {role}"]
        ways = self.names("navigation")
        wrong += [f"two ways with one name: {name}" for name in {*ways} if ways.count(name) > 1]
        return wrong


class Walker:
    """One browser of somebody; `at` opens a page of the festival and reads it as all of them should be."""

    def __init__(self, context: BrowserContext, days: Days, lang: str, *, hears: bool = True) -> None:
        self.page, self.days, self.lang, self.hears = context.new_page(), days, lang, hears
        self.base = f"{days.site.base_url}/{lang}/{days.slug}"
        self.page.set_default_timeout(60_000)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def at(self, path: str) -> Page:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok
        self.read()
        return self.page

    def read(self) -> None:
        page = self.page
        assert Tree(page).promises() == [], page.url
        if self.hears:
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
            assert breaches(page) == [], page.url
            assert page.evaluate("document.documentElement.lang") == self.lang
        if PICTURES:
            size = page.viewport_size or {}
            name = re.sub(r"\W+", "-", urlsplit(page.url).path.removeprefix(urlsplit(self.base).path))[:40]
            page.screenshot(path=Path(PICTURES) / f"{self.lang}-{size.get('width')}-{name}.png", full_page=True)

    def tab_to(self, selector: str) -> Locator:
        for _ in range(250):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("chosen => document.activeElement.matches(chosen)", selector):
                return self.page.locator(":focus")
        raise AssertionError(f"no key leads to {selector}")

    def says(self, key: str, **values: Any) -> str:
        return t(self.lang, key, **values)


@pytest.fixture(scope="module")
def days(site: Site) -> Iterator[Days]:
    made = Days(site)
    yield made
    made.close()


Opened = Callable[..., Walker]


@pytest.fixture
def opened(browser: Browser, days: Days) -> Iterator[Opened]:
    """Browsers of people who were never here."""
    contexts: list[BrowserContext] = []
    walkers: list[Walker] = []

    def open_one(lang: str, *, who: str = "", scripts: bool = True, **given: Any) -> Walker:
        context = browser.new_context(java_script_enabled=scripts, **given)
        contexts.append(context)
        if who:
            context.add_cookies([{"name": "session", "value": days.cookies[who], "url": days.site.base_url}])
        walkers.append(Walker(context, days, lang, hears=scripts))
        return walkers[-1]

    yield open_one
    for context in contexts:
        context.close()
    assert [fault for walker in walkers for fault in walker.faults] == []


@pytest.fixture
def evening(days: Days) -> Iterator[None]:
    """Nothing has been said of it yet."""
    yield
    for table in ("live_act", "live_screening"):
        days.site.sql(f"DELETE FROM {table} WHERE edition = $1", days.edition)


def keep_two_that_cross(visitor: Walker) -> None:
    """With keys alone: to a film, its disc, back, and the disc of the next."""
    page, days = visitor.page, visitor.days
    visitor.at("/")
    visitor.tab_to(f'a[href$="/films/{days.films[FIRST]}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/films/{days.films[FIRST]}")
    visitor.read()
    visitor.tab_to("[data-keep]")
    page.keyboard.press("Space")
    expect(page.locator("[data-keep]").first).to_be_checked()
    visitor.at("/")
    expect(page.locator(f'[data-keep="{days.shows[0]}"]')).to_be_checked()
    visitor.tab_to(f'[data-keep="{days.shows[1]}"]')
    page.keyboard.press("Space")
    expect(page.locator(".strip [data-count]")).to_have_text("2")
    page.keyboard.press("Shift+Tab")


def read_the_selection(visitor: Walker) -> tuple[str, str]:
    """Addresses of the list to share, and of the calendar."""
    page = visitor.at("/selection")
    expect(page.locator(".s:visible")).to_have_count(2)
    expect(page.locator(".note.clash")).to_contain_text(FIRST if visitor.lang == "fr" else "Perihelion")
    return (page.locator("[data-share]").get_attribute("href") or "", page.locator("[data-ics]").get_attribute("href") or "")


def read_what_was_shared(friend: Walker, list_at: str, diary_at: str) -> None:
    page = friend.page
    page.goto(f"{friend.days.site.base_url}{urlsplit(list_at).path}?{urlsplit(list_at).query}")
    friend.read()
    assert page.locator(".s").count() == 2
    assert page.locator(".note.clash").count() == 1
    diary = f"{friend.days.site.base_url}{urlsplit(diary_at).path}?{urlsplit(diary_at).query}"
    one, two = (page.request.get(diary).body() for _ in "ab")
    assert one == two
    assert len(Calendar.from_ical(one).walk("VEVENT")) == 2


def search_without_accents(visitor: Walker) -> None:
    page = visitor.at("/")
    page.locator("[data-find] [name=q]").fill("OEIL D'EOLE" if visitor.lang == "fr" else "eye aeolus")
    expect(page.locator(".s:visible")).to_have_count(2)
    expect(page.locator("[data-shown]")).to_contain_text("2")
    visitor.at("/search?q=angstrom")
    assert page.locator(".s").count() == len(GRID)


def see_what_runs(visitor: Walker) -> None:
    page = visitor.at("/now")
    expect(page.locator(".s:visible .note.running")).to_have_count(1)
    expect(page.locator(f"#s-{visitor.days.shows[1]} .note.at")).not_to_be_empty()


def ask_for_a_festival(visitor: Walker) -> None:
    page = visitor.at("/my-festival")
    page.locator("[data-wishes] [name=go]").click()
    expect(page.locator("#h-found")).to_be_visible(timeout=120_000)
    visitor.read()
    shown = page.locator(".result .s").count()
    assert shown >= 3
    assert len(parse_qs(urlsplit(page.url).query)) >= 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_visitor_finds_keeps_shares_and_plans(opened: Opened, lang: str) -> None:
    for size, scheme in SCREENS:
        visitor = opened(lang, viewport=size, color_scheme=scheme)
        keep_two_that_cross(visitor)
        shared = read_the_selection(visitor)
        search_without_accents(visitor)
        see_what_runs(visitor)
        if scheme == "light":
            ask_for_a_festival(visitor)
            read_what_was_shared(opened(lang, viewport=size), *shared)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_of_the_public_reads_well_aloud(opened: Opened, days: Days, lang: str) -> None:
    """Of films without a still and a synopsis, with words from the right, with a word of 48 letters, too."""
    films = [days.films[title] for title in ("Retour", "ليل الفضاء الطويل", LONG)]
    places = [*(f"/films/{film}" for film in films), "/sections/C", "/changes", "/foyer", "/search", "/search?q=xyz"]
    for size, scheme in SCREENS:
        visitor = opened(lang, viewport=size, color_scheme=scheme)
        for place in places:
            visitor.at(place)
        tree = Tree(visitor.page)
        assert tree.names("banner") == [""]
        other = "en" if lang == "fr" else "fr"
        assert visitor.page.locator(f'a[hreflang="{other}"]').get_attribute("lang") == other


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_of_it_works_without_scripts(opened: Opened, days: Days, lang: str) -> None:
    for size in (PHONE, DESK):
        visitor = opened(lang, viewport=size, scripts=False)
        page = visitor.at("/")
        for show in days.shows[:2]:
            page.locator(f'[data-keep="{show}"]').check(force=True)
        page.locator("#picked button").click()
        visitor.read()
        assert page.locator(".note.clash").count() == 1
        diary = page.locator(".acts a.primary").get_attribute("href") or ""
        assert page.request.get(days.site.base_url + diary).ok
        visitor.at("/")
        page.locator("[name=q]").fill("eole" if lang == "fr" else "aeolus")
        page.locator("[data-find] button").click()
        visitor.read()
        assert page.locator(".s").count() == 2
        visitor.at("/now")
        assert page.locator(".s:visible").count() == len(GRID)
        visitor.at("/selection")
        visitor.at("/my-festival")
        page.locator("[name=go]").click()
        expect(page.locator("#h-found")).to_be_visible(timeout=120_000)
        visitor.read()


def until_kept(page: Page, wanted: str) -> None:
    for _ in range(120):
        if wanted in page.evaluate(KEPT):
            return
        time.sleep(0.5)
    raise AssertionError(page.evaluate(KEPT))


def test_what_was_kept_says_of_when_it_is_and_is_renewed(opened: Opened, days: Days) -> None:
    """A number is published, and taken back, while somebody is in the underground."""
    visitor = opened("fr", viewport=PHONE)
    page, old = visitor.at("/"), visitor.page.locator("[data-old]")
    until_kept(page, f"/fr/{days.slug}/?kept")
    expect(old).to_be_hidden()
    event = {"kind": "event", "title_fr": "Table ronde", "title_en": "Panel", "own_minutes": 40, "intro": 0, "debate": 0}
    made = days.door.post("/programmes", event)["id"]
    days.door.post("/grid/screenings", {"programme": made, "screen": days.screens[0], "start": 2 * 1440 + 600})
    page.context.set_offline(True)
    try:
        number = days.publish()
        visitor.at("/")
        expect(old).to_be_visible()
        expect(page.get_by_text("Table ronde")).to_have_count(0)
        visitor.at(f"/films/{days.films[FIRST]}")
        expect(old).to_be_visible()
        visitor.at("/")
    finally:
        page.context.set_offline(False)
    expect(page.get_by_text("Table ronde").first).to_be_visible()
    expect(old).to_be_hidden()
    until_kept(page, f"/fr/{days.slug}/films/{made}")

    days.door.post(f"/grid/publications/{number}/withdrawal", {"reason": "Trop tôt."})
    visitor.at("/")

    expect(page.get_by_text("Table ronde")).to_have_count(0)
    for _ in range(60):
        if f"/fr/{days.slug}/films/{made}" not in page.evaluate(KEPT):
            break
        time.sleep(0.5)
    assert f"/fr/{days.slug}/films/{made}" not in page.evaluate(KEPT)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_evening_is_run_from_a_cellar(opened: Opened, days: Days, evening: None, lang: str) -> None:
    office = opened(lang, who="ada", viewport=PHONE)
    page = office.at("/programmer/live")
    foyer = opened(lang, viewport=DESK)
    foyer.at("/foyer")
    first, second = (page.locator(f"#film-{days.shows[n]}") for n in (0, 1))
    changed = foyer.page.locator(".changes")

    first.get_by_role("button", name=office.says("live.begun")).first.click()
    expect(first).to_have_class(re.compile("running"))
    first.locator(".number [name=minutes]").fill("12")
    first.locator(".number button").click()
    expect(first.locator(".late")).to_have_text(office.says("live.late", n=12))
    office.read()
    second.locator("summary").click()
    second.locator(f"input[name$={lang}]").fill("Panne." if lang == "fr" else "Power cut.")
    second.locator("button.danger").click()
    expect(changed).to_contain_text("Panne." if lang == "fr" else "Power cut.", timeout=60_000)
    foyer.read()
    expect(page.locator(".said li").first).to_contain_text(office.says("live.kind.cancelled"))
    page.locator(".said li").first.locator("button").click()
    expect(changed.locator(".cancelled")).to_have_count(0, timeout=60_000)
    expect(changed.locator("li.later")).to_have_count(1)  # what began twenty minutes late is told as long as it runs

    wait_in_the_dark(office, page.locator(f"#film-{days.shows[0]}"))


def wait_in_the_dark(office: Walker, first: Locator) -> None:
    """What is tapped without a network is said not to be sent, outlives the page, and is done once."""
    page, said = office.page, office.page.locator(".said li:not(.undone)")
    before, waiting = said.count(), page.locator("[data-waiting]")
    page.context.set_offline(True)
    first.get_by_role("button", name=office.says("live.more", n=5)).click()
    expect(waiting).to_be_visible()
    expect(waiting.locator("li")).to_have_count(1)
    office.read()
    sent: list[int] = []

    def lost(route: Any) -> None:
        """It arrives, and its answer does not."""
        sent.append(route.fetch(max_redirects=0).status)
        route.abort() if len(sent) == 1 else route.continue_()

    page.route("**/late", lost)
    page.context.set_offline(False)
    expect(first.locator(".late")).to_have_text(office.says("live.late", n=17))
    expect(waiting).to_be_hidden()
    expect(said).to_have_count(before + 1)
    assert len(sent) >= 2
    page.unroute("**/late")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_two_people_before_one_publication(opened: Opened, days: Days, lang: str) -> None:
    """Whoever comes second is told, and what was typed is still there."""
    ada, bo = (opened(lang, who=who, viewport=size) for who, size in (("ada", PHONE), ("bo", DESK)))
    event = {"kind": "event", "title_fr": f"Débat {lang}", "title_en": f"Debate {lang}", "own_minutes": 30,
             "intro": 0, "debate": 0}  # fmt: skip
    made = days.door.post("/programmes", event)["id"]
    start = 2 * 1440 + (700 if lang == "fr" else 800)
    days.door.post("/grid/screenings", {"programme": made, "screen": days.screens[0], "start": start})
    for one in (ada, bo):
        one.at("/programmer/publication")
    later = (days.at + timedelta(days=1)).date().isoformat()
    ada.page.locator(".later summary").click()
    ada.page.locator("[name=due_at]").fill(later)
    ada.page.locator("[name=due_hour]").fill("18:00")

    bo.page.locator(".go form").first.locator("button.primary").click()
    bo.page.wait_for_url("**/programmer/grid*")
    other = days.door.post("/programmes", event | {"title_fr": f"Verre {lang}", "title_en": f"Drink {lang}"})["id"]
    days.door.post("/grid/screenings", {"programme": other, "screen": days.screens[0], "start": start + 50})
    with ada.page.expect_response("**/planned") as answer:
        ada.page.locator(".later button").click()

    assert answer.value.status == 409, ada.page.locator(".summary").inner_text()
    expect(ada.page.locator(".summary")).to_be_visible()
    expect(ada.page.locator("[name=due_at]")).to_have_value(later)
    expect(ada.page.locator("[name=due_hour]")).to_have_value("18:00")
    ada.read()
    bo.at("/programmer/publications")
    days.publish()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_office_s_new_pages_read_well_aloud(opened: Opened, lang: str) -> None:
    for size in (PHONE, DESK):
        office = opened(lang, who="ada", viewport=size)
        for place in ("/programmer/visas", "/programmer/papers", "/programmer/publications", "/programmer/live"):
            office.at(place)

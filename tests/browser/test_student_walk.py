"""A student who has never been here, with one good file: from the front page to filed, by the keyboard alone."""

import os
import re
import sys
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from festival.tables import new_id
from tests.browser.axe import breaches
from tests.browser.test_entry import SECTION_OF
from tests.browser.test_upload import clip

__all__ = ["clip"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # a film is copied

MOST_PAGES = 6
MOST_FIELDS = 12
PATIENCE_MS = 150_000


class Student:
    """What they press and fill in is counted, and so is each page that they see."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = self.fields = 0
        self.pages: list[str] = []
        self.began = time.monotonic()

    def look(self, *, name: str = "") -> None:
        """A page is an address without its words; a step of the entry, the last one too, is none of its own."""
        place = re.sub(r"(/filing)?([?#].*)?$", "", name or self.page.url)
        if place not in self.pages:
            self.pages.append(place)
        assert breaches(self.page) == [], place
        assert self.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            place
        )

    def press(self, what: Locator, key: str = "Enter") -> None:
        what.focus()
        expect(what).to_be_focused()
        self.page.keyboard.press(key)
        self.presses += 1

    def on(self, what: Locator) -> None:
        """To the next page."""
        before = self.page.url
        self.press(what)
        self.page.wait_for_url(lambda url: url != before)
        self.page.wait_for_load_state()
        self.look()

    def fill(self, **typed: str) -> None:
        for name, text in typed.items():
            field = self.page.locator(f"main [name={name}]")
            field.focus()
            self.page.keyboard.type(text)
            self.fields += 1

    def tick(self, name: str, **values: str) -> None:
        self.press(self.page.locator(f"main [name={name}]{values.get('which', '')}"), "Space")
        self.fields += 1

    def step(self) -> None:
        """On to the next step."""
        self.on(self.page.locator("#onward button"))


def letter_to(address: str) -> str:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        for file in sorted(Path(os.environ["MAILBOX"]).glob("*.eml"), reverse=True):
            letter = message_from_bytes(file.read_bytes(), policy=default)
            if address in str(letter["To"]):
                found = re.search(
                    r"http://\S+/account/links/[\w-]+",
                    str(letter.get_body(("plain",)).get_content()),
                )
                if found:
                    return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no letter to {address}")


@pytest.fixture(params=[("fr", 1440), ("en", 390)], ids=["fr-desk", "en-phone"])
def front(request: pytest.FixtureRequest, site: Any, page: Page) -> str:
    lang, width = request.param
    page.set_viewport_size({"width": width, "height": 900})
    edition, slug = site.an_edition("w")
    site.sql(SECTION_OF, new_id(), edition)
    return f"{site.base_url}/{lang}/{slug}/"


def test_a_first_entry_costs_six_pages_and_twelve_fields(
    page: Page, front: str, clip: Path, site: Any
) -> None:
    student, address = Student(page), f"{new_id()}@example.org"
    page.goto(front)
    student.look()

    student.on(page.locator("main .enter a"))
    student.fill(name="Nadia Orbit", email=address)
    with page.expect_navigation():  # where they wanted to waits in a cookie of its answer
        student.press(page.locator("main button.primary"))
    page.goto(letter_to(address))
    student.look(name="letter")
    introduced = student.fields

    student.on(page.locator("main button.primary"))
    assert page.url.endswith("/submissions/new")
    student.fill(title="Orbite basse", title_en="Low Orbit")
    student.tick("section")
    student.on(page.locator("main form.sheet button.primary").first)
    page.locator("[data-part=input]").focus()
    page.set_input_files("[data-part=input]", clip)
    student.fill(year="2026", runtime="0:04")
    student.tick("never_shown")
    student.step()
    student.fill(directors="Nadia Orbit", countries="France")
    student.step()
    student.fill(
        synopsis_fr="Une station tourne autour de la Terre, et quelqu’un y attend une lettre.",
        synopsis_en="A station turns around the Earth, and somebody there waits for a letter.",
    )
    student.step()
    student.tick("no_dialogue")
    student.step()
    student.tick("rights_confirmed")
    student.step()
    needed = student.fields - introduced
    expect(page.locator("#reading .lacks li")).to_have_count(
        1
    )  # the film, whose copy is being made

    watch = page.locator("#news a")
    expect(page.locator("#news .ready")).to_be_visible(timeout=PATIENCE_MS)
    student.on(watch)
    student.on(page.locator("form[action$='/release'] button"))
    student.on(page.locator("main a[href$='/filing']").first)
    expect(page.locator("#reading .lacks")).to_have_count(0)
    student.press(page.locator("form[action$='/filing'] button"))
    page.wait_for_url(re.compile(r"/submissions\?"))

    minutes = (time.monotonic() - student.began) / 60
    sys.stdout.write(
        f"\n{minutes:.1f} minutes, {student.presses} presses, {needed} fields, {len(student.pages)} pages\n"
    )
    [filed] = site.sql("SELECT s.status FROM submission s JOIN member m ON m.submission = s.id "
                       "JOIN person p ON p.id = m.person WHERE p.email = $1", address)  # fmt: skip
    assert filed["status"] == "submitted"
    assert len(student.pages) <= MOST_PAGES, student.pages
    assert needed <= MOST_FIELDS

"""An entry that is typed: nothing is lost by a reload, by a second window, or by a stream that dies."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, expect

from festival.tables import new_id
from tests.browser.test_upload import SLOW, choose, clip, entry, percent, slow, until

__all__ = ["clip", "entry", "slow"]


def step(page: Page, name: str) -> None:
    page.click(f"#tasks [data-to={name}]")


def test_what_is_typed_is_kept_without_a_button_and_through_a_reload(
    page: Page, entry: str
) -> None:
    page.goto(entry)
    page.fill("#f-title_en", "Dawn")
    page.reload()
    expect(page.locator("#f-title_en")).to_have_value("Dawn")

    page.fill("#f-shown", "2026, Busan, south korea")
    step(page, "makers")
    page.fill("#f-countries", "UK, USA")
    expect(page.locator("[name=version]")).not_to_have_value("1")
    page.reload()
    expect(page.locator("#f-countries")).to_have_value("Royaume-Uni, États-Unis")
    page.go_back()
    expect(page.locator("#f-shown")).to_have_value("2026, Busan, Corée du Sud")
    expect(page.locator("#premiere-told")).to_have_text(re.compile("Première européenne"))
    page.go_forward()

    page.fill("#f-countries", "Frnace")
    expect(page.locator("#e-countries")).to_contain_text("peut-être")
    page.reload()
    expect(page.locator("#f-countries")).to_have_value("Frnace")
    expect(page.locator("#summary")).to_contain_text("Frnace")

    page.fill("#f-countries", "France")
    expect(page.locator("#summary")).to_have_count(0)


def test_what_could_not_be_sent_comes_back_with_the_window(page: Page, entry: str) -> None:
    page.goto(f"{entry}?step=synopsis")
    page.route("**/fields", lambda route: route.abort())
    page.fill("#f-synopsis_fr", "Une nuit au-dessus de la mer.")
    expect(page.locator("#saved")).to_contain_text("Pas encore enregistré")
    page.unroute("**/fields")

    page.reload()

    expect(page.locator("#f-synopsis_fr")).to_have_value("Une nuit au-dessus de la mer.")
    expect(page.locator("[name=version]")).not_to_have_value("1")


def test_what_is_typed_before_the_script_is_there_is_kept_too(page: Page, entry: str) -> None:
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/entry.js", hold)
    page.goto(entry, wait_until="commit")
    page.fill("#f-title_en", "Dawn")
    expect(page.locator("[name=version]")).to_have_value("1")
    for script in late:
        script.continue_()
    page.wait_for_load_state()
    page.unroute("**/entry.js")

    page.reload()

    expect(page.locator("#f-title_en")).to_have_value("Dawn")
    expect(page.locator("[name=version]")).not_to_have_value("1")


def test_what_the_browser_puts_back_after_the_script_is_kept_too(page: Page, entry: str) -> None:
    """Chromium fills a page again in a task of its own, at times behind the script, and says no word of it."""
    late = "document.addEventListener('DOMContentLoaded', () => document.getElementById('f-title_en').value = 'Dawn')"
    page.add_init_script(late)
    page.goto(entry)
    expect(page.locator("[name=version]")).not_to_have_value("1")


def test_why_nothing_is_saved_is_told_and_nothing_typed_is_lost(
    page: Page, entry: str, site: Any
) -> None:
    page.goto(entry)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.fill("#f-title_en", "Dawn")
    expect(page.locator("#saved")).to_contain_text("Connectez-vous pour continuer")
    page.context.add_cookies(cookies)
    page.reload()
    expect(page.locator("[name=version]")).not_to_have_value("1")
    expect(page.locator("#f-title_en")).to_have_value("Dawn")

    site.sql("UPDATE submission SET status = 'withdrawn' WHERE id = $1", entry.rpartition("/")[2])
    page.fill("#f-title_en", "Dusk")

    expect(page.locator("#saved")).to_contain_text("Ce film est retiré")
    expect(page.locator("#f-title_en")).to_have_value("Dusk")


def test_two_windows_show_both_and_ask(page: Page, entry: str) -> None:
    page.goto(entry)
    other = page.context.new_page()
    other.goto(entry)
    other.fill("#f-title", "Le Zénith")
    expect(other.locator("[name=version]")).to_have_value("2")

    page.fill("#f-title_en", "Dawn")
    expect(page.locator("#f-title")).to_have_value("Le Zénith")
    other.fill("#f-title", "Le Nadir")
    expect(other.locator("[name=version]")).to_have_value("4")
    page.fill("#f-title", "L’Apogée")

    expect(page.locator("[data-theirs=title]")).to_contain_text("Le Nadir")
    expect(page.locator("#f-title")).to_have_value("L’Apogée")
    page.get_by_role("button", name="Garder le mien").click()
    expect(page.locator("[data-theirs=title]")).to_have_count(0)
    expect(page.locator("[name=version]")).to_have_value("5")
    other.reload()
    expect(other.locator("#f-title")).to_have_value("L’Apogée")
    other.close()


def test_what_was_done_is_said_once(page: Page, entry: str) -> None:
    page.goto(f"{entry}?done=filmmaker.done.opened")
    expect(page.locator(".flash")).to_have_text("Le dossier est ouvert.")
    page.wait_for_url(entry)

    page.reload()

    expect(page.locator(".flash")).to_have_count(0)


def test_the_entry_follows_its_film_to_the_end_even_when_the_stream_is_dead(
    page: Page, entry: str, clip: Path
) -> None:
    def dead(route: Route) -> Any:
        route.abort()

    page.route("**/events", dead)
    page.goto(entry)
    choose(page, clip)

    expect(page.locator("#news")).to_contain_text(re.compile("contrôle|copie"), timeout=60_000)
    page.reload()
    expect(page.locator("#news")).to_contain_text("La copie est prête", timeout=150_000)
    expect(page.locator("#news a")).to_have_text("Regarder la copie")
    expect(page.locator("#tasks")).to_be_visible()


def test_a_film_goes_on_being_sent_from_step_to_step(
    page: Page, entry: str, clip: Path, slow: Any
) -> None:
    """Next, Back, Forward and the task list load nothing; the address holds the step."""
    page.goto(entry)
    slow(SLOW)
    choose(page, clip)
    until(page, 10)
    for name in ("makers", "synopsis", "file", "rights", "filing"):
        page.locator("#onward button").click()
        page.wait_for_url(f"{entry}?step={name}")
        expect(page.locator(f"#{name} h2")).to_be_focused()
    expect(page.locator("#onward button")).to_be_hidden()
    page.go_back()
    expect(page.locator("#rights")).to_be_visible()
    page.go_forward()
    expect(page.locator("#filing")).to_be_visible()
    sent = percent(page)
    slow(-1)
    expect(page.locator("[data-part=line]")).to_contain_text("arrivé en entier", timeout=30_000)
    assert sent >= 10

    page.locator(".lacks a[href$='#f-directors']").click()
    expect(page.locator("#f-directors")).to_be_focused()
    page.fill("#f-directors", "Ada Morel")
    step(page, "filing")
    expect(page.locator("#reading")).to_contain_text("Ada Morel")
    page.goto(f"{entry}#f-synopsis_fr")
    expect(page.locator("#f-synopsis_fr")).to_be_visible()


SECTION = """INSERT INTO section (id, edition, letter, names, position, least_seconds, most_seconds, is_blind)
             SELECT $1, edition, $2, '{"fr": "Section", "en": "Section"}', 0, 0, 20000, false
             FROM submission WHERE id = $3"""
SECTION_OF = """INSERT INTO section (id, edition, letter, names, position, least_seconds, most_seconds, is_blind)
                VALUES ($1, $2, 'S', '{"fr": "Courts", "en": "Shorts"}', 0, 0, 20000, false)"""
ASKED = """INSERT INTO question (id, edition, position, kind, labels, helps, options, asks, sections, wanted,
             accepts, identifies, version, created_at, frozen_from)
           SELECT $1, s.edition, 9, 'line', '{"fr": "Téléphone", "en": "Phone"}', '{}', '[]', 'makers',
             jsonb_build_array(x.id), 'optional', '', false, 1, now(), NULL
           FROM submission s JOIN section x ON x.edition = s.edition AND x.letter = $2 WHERE s.id = $3"""


def test_another_section_asks_its_own_questions_and_a_day_that_comes_freezes_them(
    page: Page, entry: str, site: Any
) -> None:
    film = entry.rpartition("/")[2]
    for letter in "CS":
        site.sql(SECTION, new_id(), letter, film)
    page.goto(entry)
    letter = page.locator("[name=section]").last.get_attribute("value")
    question = "browserquestion1"
    site.sql(ASKED, question, letter, film)
    page.fill("#f-title_en", "Dawn")
    page.locator(f"[name=section][value={letter}]").check()
    expect(page.locator(f"#f-q_{question}")).to_have_count(1)
    expect(page.locator("#f-title_en")).to_have_value("Dawn")
    step(page, "rights")
    with page.expect_response("**/fields"):  # "saved" stands there already, for the section
        page.fill(f"#f-q_{question}", "+33 1 23 45 67 89")
        page.locator(f"#f-q_{question}").blur()
    page.reload()
    expect(page.locator(f"#f-q_{question}")).to_have_value("+33 1 23 45 67 89")

    site.sql("UPDATE question SET frozen_from = now() WHERE id = $1", question)
    page.fill(f"#f-q_{question}", "Trop tard")

    expect(page.locator("#summary")).to_contain_text("ne change plus")
    expect(page.locator(f"#f-q_{question}")).to_have_value("Trop tard")
    page.reload()
    expect(page.locator(f"[name=q_{question}]")).to_have_count(0)
    expect(page.locator("#rights .stood")).to_have_text("+33 1 23 45 67 89")

"""The screening room in a browser: what is counted, what stops, what is never lost."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from festival.tables import new_id
from media.storage import LocalStore
from tests.browser.axe import breaches
from tests.browser.copies import draw_copy
from tests.browser.world import World

SECONDS = 120
PLAYED = "document.querySelector('video').currentTime"


def until(page: Page, truth: str, patience: float = 120) -> None:
    """The strict policy of our pages lets no expression be evaluated within them: ask from outside."""
    deadline = time.monotonic() + patience
    while not page.evaluate(truth):
        assert time.monotonic() < deadline, truth
        page.wait_for_timeout(100)


@pytest.fixture(scope="session")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of two minutes."""
    return draw_copy(tmp_path_factory.mktemp("reel"), SECONDS)


class Booth:
    """A filed film with that copy, and a reviewer of its own."""

    def __init__(self, world: World, reel: Path) -> None:
        self.world, self.site = world, world.site
        self.film, self.file = new_id(), new_id()
        work = new_id()
        sql = self.site.sql
        sql("""INSERT INTO film (id, title, titles, synopses, year, countries, languages, subtitles,
               director, premiere) VALUES ($1, 'Périhélie', '{"en": "Perihelion"}', '{"fr": "Un retour.", "en": "A return."}', 2026, '["FR"]',
               '["fr"]', '[]', 'Marta Okafor', 'none')""", work)
        sql("""INSERT INTO submission (id, edition, film, section, status, rights_confirmed, waivers, version,
                 created_at, changed_at, filed_at)
               SELECT $1, $2::varchar, $3, id, 'submitted', true, '[]', 1, now(), now(), now()
               FROM section WHERE edition = $2::varchar LIMIT 1""", self.film, world.edition, work)
        facts = json.dumps({"duration": float(SECONDS)})
        sql("""INSERT INTO film_file (id, submission, number, state, name, size, facts, created_at)
               VALUES ($1, $2, 1, 'released', 'p.mp4', 9, $3::jsonb, now())""", self.file, self.film, facts)
        store = LocalStore(self.site.var / "media")
        folder = store.work_folder(self.file)
        shutil.copytree(reel, folder, dirs_exist_ok=True)
        store.publish(folder, self.file)
        self.email = f"r.{self.film}@example.org"
        self.cookie = self.site.person(self.email, edition=world.edition, parts=["reviewer"])

    def place(self, lang: str = "fr") -> str:
        return f"{self.site.base_url}/{lang}/{self.world.slug}/committee/submissions/{self.film}"

    def enter(self, page: Page, lang: str = "fr") -> Page:
        page.context.add_cookies([{"name": "session", "value": self.cookie, "url": self.site.base_url}])
        page.goto(self.place(lang))
        until(page, "document.querySelector('video').readyState >= 1")
        return page

    def meet_maker(self, page: Page) -> str:
        """Signs the film's maker in; their address."""
        email = f"m.{self.film}@example.org"
        cookie = self.site.person(email, edition=self.world.edition, parts=["filmmaker"])
        self.site.sql("INSERT INTO member (id, submission, person) SELECT $1, $2, id FROM person WHERE email = $3",
                      new_id(), self.film, email)
        page.context.add_cookies([{"name": "session", "value": cookie, "url": self.site.base_url}])
        return email

    def seen(self) -> float:
        found = self.site.sql("SELECT seconds FROM viewing WHERE file = $1", self.file)
        return float(found[0]["seconds"]) / SECONDS if found else 0.0

    def until_told(self, page: Page, at_least: float) -> float:
        """Waits within the browser's loop: our watch over its requests runs there, too."""
        deadline = time.monotonic() + 180
        while self.seen() < at_least and time.monotonic() < deadline:
            page.wait_for_timeout(300)
        return self.seen()


@pytest.fixture
def booth(world: World, reel: Path) -> Iterator[Booth]:
    made = Booth(world, reel)
    yield made
    made.site.sql("UPDATE submission SET status = 'withdrawn' WHERE id = $1", made.film)


def play_until(page: Page, seconds: float) -> None:
    page.evaluate("() => { document.querySelector('video').play() }")
    until(page, f"{PLAYED} >= {seconds}")


def ahead(page: Page) -> float:
    """Seconds that the browser holds beyond the picture that it shows."""
    return page.evaluate("""() => { const v = document.querySelector('video')
      return v.buffered.end(v.buffered.length - 1) - v.currentTime }""")


def seek(page: Page, seconds: float) -> None:
    page.evaluate("at => { document.querySelector('screener-player').seek(at) }", seconds)


def test_skipping_to_the_end_is_not_watching(page: Page, booth: Booth) -> None:
    booth.enter(page)
    play_until(page, 3)
    seek(page, 110)
    play_until(page, 111.5)
    page.evaluate("document.querySelector('video').pause()")

    share = booth.until_told(page, 0.025)
    page.reload()

    assert 0.025 <= share <= 0.06
    expect(page.locator("[data-seen] span")).to_contain_text("Vu")
    assert 2 <= int("".join(c for c in page.locator("[data-seen] span").inner_text() if c.isdigit())) <= 6


@pytest.mark.slow
def test_double_speed_counts_and_sixteen_fold_does_not(page: Page, booth: Booth) -> None:
    booth.enter(page)
    page.evaluate("document.querySelector('video').playbackRate = 16")
    play_until(page, 20)
    page.evaluate("document.querySelector('video').pause()")
    for _ in range(2):  # one question may be on its way already; the next one tells what was played
        with page.expect_response(lambda told: told.request.method in {"HEAD", "PUT"}, timeout=120_000):
            pass
    fast = booth.seen()

    page.evaluate("document.querySelector('video').playbackRate = 2")
    seek(page, 60)
    play_until(page, 74)  # a busy machine may drop a tick here and there, and never adds one
    page.evaluate("document.querySelector('video').pause()")

    assert fast == 0
    assert booth.until_told(page, 0.05) >= 0.05


def pictures_after(page: Page, stop: Callable[[], float]) -> float:
    """Seconds of film that still play once the right has ended, which was at the time that `stop`
    returns, in seconds of this machine's clock: however late it looks, and however busy it is.
    """
    page.evaluate("""() => { const v = document.querySelector('video')
      window.__played = [[Date.now() / 1000, v.currentTime]]
      v.addEventListener('timeupdate', () => {
        if (v.readyState) window.__played.push([Date.now() / 1000, v.currentTime]) }) }""")
    ended = stop()
    expect(page.locator("[data-stopped='404']:visible, [data-stopped='401']:visible")).to_be_visible(timeout=180_000)
    played = page.evaluate("window.__played")
    when, at = max(one for one in played if one[0] <= ended)
    later = [seconds for moment, seconds in played if moment > ended]
    return max(0.0, max(later) - min(at + ended - when, *later)) if later else 0.0


def is_dark(page: Page) -> bool:
    return page.evaluate("""() => { const v = document.querySelector('video')
      return !v.hasAttribute('src') && !v.hasAttribute('poster') && v.buffered.length === 0 && v.videoWidth === 0 }""")


def test_stepping_aside_in_another_tab_stops_the_film(page: Page, booth: Booth) -> None:
    booth.enter(page)
    play_until(page, 4)
    other = page.context.new_page()
    booth.enter(other)
    other.locator("summary", has_text="Me déporter").click()
    other.fill("#f-reason", "Mon frère l'a tourné.")
    other.check("[name=sure]")
    page.bring_to_front()

    def step_aside() -> float:
        other.locator("button", has_text="Me déporter").click()
        other.wait_for_url("**/committee/recusals**", timeout=180_000)
        return float(booth.site.sql(
            "SELECT extract(epoch FROM created_at)::float8 AS at FROM recusal WHERE submission = $1", booth.film)[0]["at"])

    more = pictures_after(page, step_aside)

    assert more <= 10
    assert is_dark(page)
    expect(page.locator("[data-stopped='404']")).to_contain_text("ne vous est plus ouvert")
    expect(other.locator(".panel")).to_contain_text("Mon frère")
    other.close()


def test_a_part_taken_away_empties_a_paused_player_in_full_screen(page: Page, booth: Booth) -> None:
    booth.enter(page)
    play_until(page, 2)
    page.evaluate("document.querySelector('video').pause()")
    page.locator("screener-player").press("f")
    until(page, "document.fullscreenElement !== null")

    def take_away() -> float:
        booth.site.sql("DELETE FROM role WHERE person = (SELECT id FROM person WHERE email = $1)", booth.email)
        return time.time()

    more = pictures_after(page, take_away)

    assert (more, is_dark(page)) == (0, True)


def test_an_ended_session_stops_the_film_and_says_so(page: Page, booth: Booth) -> None:
    booth.enter(page)
    play_until(page, 2)

    def end_session() -> float:
        booth.site.sql("DELETE FROM session WHERE person = (SELECT id FROM person WHERE email = $1)", booth.email)
        return time.time()

    more = pictures_after(page, end_session)

    assert more <= 10
    assert is_dark(page)
    expect(page.locator("[data-stopped='401'] a")).to_be_visible()


@pytest.mark.parametrize("right", [pytest.param("session", marks=pytest.mark.slow), "member"])
def test_the_makers_own_copy_is_lent_as_the_committees_is(page: Page, booth: Booth, right: str) -> None:
    email = booth.meet_maker(page)
    page.goto(f"{booth.site.base_url}/fr/{booth.world.slug}/submissions/{booth.film}/file")
    play_until(page, 8)
    assert 0 < ahead(page) <= 10

    def end() -> float:
        booth.site.sql(f"DELETE FROM {right} WHERE person = (SELECT id FROM person WHERE email = $1)", email)
        return time.time()

    more = pictures_after(page, end)

    assert more <= 10
    assert is_dark(page)
    told = {"session": "Votre session est finie", "member": "ne vous est plus ouverte"}[right]
    expect(page.locator("film-copy [role=alert]")).to_contain_text(told)
    expect(page.locator("film-copy a:visible")).to_have_count(1)


def test_what_was_found_is_heard_on_the_makers_own_copy_by_hand_and_by_keys(page: Page, booth: Booth) -> None:
    verdict = {"outcome": "remarks", "findings": [
        {"code": "TRUE_PEAK_OVER", "severity": "warn", "measured": "+0.5 dBTP", "limit": "0 dBTP",
         "where": [{"start": 30, "end": 31}, {"start": 80, "end": 81}]}]}  # fmt: skip
    booth.site.sql("UPDATE film_file SET verdict = $1::jsonb WHERE id = $2", json.dumps(verdict), booth.file)
    booth.meet_maker(page)
    page.goto(f"{booth.site.base_url}/en/{booth.world.slug}/submissions/{booth.film}/file?at=78&finding=1")
    until(page, "document.querySelector('video').readyState >= 1")
    begins = page.evaluate(PLAYED)

    page.get_by_role("link", name="Hear it at 0:30").first.click()
    until(page, f"{PLAYED} > 28 && {PLAYED} < 40 && !document.querySelector('video').paused")
    said = page.locator("[data-caption]").inner_text()
    page.keyboard.press("n")
    until(page, f"{PLAYED} >= 78")

    assert begins == 78
    assert all(words in said for words in ("The sound clips", "0:30", "1 of 2"))
    expect(page.locator("[data-caption]")).to_contain_text("2 of 2")
    assert not breaches(page)


def test_no_more_than_ten_seconds_are_held_ahead(page: Page, booth: Booth) -> None:
    booth.enter(page)
    play_until(page, 3)
    page.evaluate("document.querySelector('video').pause()")
    page.wait_for_timeout(3000)

    assert 0 < ahead(page) <= 10


def test_a_picture_that_bears_the_name_plays_on_from_segment_to_segment(page: Page, booth: Booth) -> None:
    burns = "UPDATE edition SET burns_mark = $1 WHERE id = $2"
    booth.site.sql(burns, True, booth.world.edition)
    try:
        booth.enter(page)
        expect(page.locator("[data-mark]")).to_be_hidden()
        seek(page, 4.5)
        page.locator("screener-player").focus()
        page.keyboard.press("k")
        until(page, f"{PLAYED} > 7 && document.querySelector('video').videoHeight === 180")
    finally:
        booth.site.sql(burns, False, booth.world.edition)


def test_full_screen_takes_bar_notes_and_keys_along(page: Page, booth: Booth) -> None:
    booth.enter(page)
    page.locator("screener-player").focus()
    page.keyboard.press("f")
    until(page, "document.fullscreenElement?.tagName === 'SCREENER-PLAYER'")

    page.keyboard.press("k")
    until(page, f"{PLAYED} > 1")
    page.keyboard.press("l")
    until(page, f"{PLAYED} > 10")
    page.keyboard.press("k")
    until(page, "document.querySelector('video').paused")
    page.keyboard.press("n")
    page.keyboard.type("Un beau plan.")
    page.keyboard.press("Enter")

    expect(page.locator("#notes .said")).to_have_text("Un beau plan.")
    expect(page.locator(".ctl")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("f")
    until(page, "document.fullscreenElement === null")
    assert page.evaluate("document.querySelector('screener-player').contains(document.activeElement)")


def test_a_notes_time_is_frozen_only_while_its_text_stands(page: Page, booth: Booth) -> None:
    booth.enter(page)
    note, shown = page.locator("[data-note-text]"), page.locator("[data-notetime]")
    seek(page, 41)
    expect(shown).to_have_text("0:41")

    note.press_sequentially("x")
    note.press("Backspace")
    seek(page, 70)
    expect(shown).to_have_text("1:10")
    note.press_sequentially("y")
    note.press("Escape")
    expect(note).to_have_value("")
    seek(page, 80)
    note.press_sequentially("Au bon moment.")
    seek(page, 20)
    note.press("Enter")

    expect(page.locator("#notes .at")).to_have_text("1:20")
    expect(page.locator(".pin")).to_have_count(1)


def test_a_stretch_is_marked_by_keys_and_pins_that_lie_close_are_one(
    page: Page, booth: Booth
) -> None:
    booth.enter(page)
    player = page.locator("screener-player")
    for place, key in ((41, "i"), (52, "o")):
        seek(page, place)
        player.focus()
        page.keyboard.press(key)
    expect(page.locator("[data-notetime]")).to_have_text("0:41 – 0:52")
    page.keyboard.type("Un plan séquence.")
    page.keyboard.press("Enter")
    expect(page.locator("#notes .at")).to_have_text("0:41 – 0:52")
    for place, text in ((42, "Tout près."), (100, "Loin.")):
        seek(page, place)
        page.locator("[data-note-text]").press_sequentially(text)
        page.keyboard.press("Enter")
        expect(page.locator("#notes .said")).to_contain_text([text])

    pins = page.locator(".pin")
    expect(pins).to_have_count(2)
    expect(pins.first).to_have_accessible_name("2 notes, de 0:41 à 0:42")
    pins.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("toolbar").get_by_role("button", name="Un plan séquence.")).to_be_focused()
    assert breaches(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    until(page, f"Math.abs({PLAYED} - 42) < 0.1")
    page.keyboard.press("Escape")
    expect(pins.first).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(pins.last).to_be_focused()

    page.locator("#notes .mend summary").first.click()
    page.get_by_role("button", name="Sans fin").first.click()
    page.locator("#notes .mend").first.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#notes .at").first).to_have_text("0:41")


def test_conflicts_of_interest_are_looked_for_by_a_worker_of_the_house(booth: Booth) -> None:
    sql, line = booth.site.sql, new_id()
    sql("UPDATE film SET directors = '[\"Marta Okafor\"]' WHERE id = (SELECT film FROM submission WHERE id = $1)", booth.film)
    sql("UPDATE person SET name = 'Marta Okafor' WHERE email = $1", booth.email)

    sql("INSERT INTO outbox (id, task, queue) VALUES ($1, 'look_for_conflicts', 'control')", line)

    deadline = time.monotonic() + 60
    while not sql("SELECT 1 FROM outbox WHERE id = $1 AND done_at IS NOT NULL", line):
        assert time.monotonic() < deadline, sql("SELECT fault FROM outbox WHERE id = $1", line)
        time.sleep(0.2)
    assert sql("SELECT state FROM conflict_of_interest WHERE submission = $1", booth.film)[0]["state"] == "suspected"


def test_offline_nothing_that_was_typed_is_lost(page: Page, booth: Booth) -> None:
    booth.enter(page)
    page.context.set_offline(True)
    page.fill("[data-note-text]", "Une note hors ligne.")
    page.locator("[data-note-text]").press("Enter")
    expect(page.locator("[data-note-said]")).to_contain_text("Hors ligne")
    page.fill("#f-opinion", "Un avis écrit dans un tunnel.")
    page.locator("button[value=keep]").click()
    expect(page.locator("[data-state]")).to_contain_text("Hors ligne")
    assert page.url == booth.place()
    page.context.set_offline(False)

    page.reload()
    expect(page.locator("[data-note-text]")).to_have_value("Une note hors ligne.")
    page.locator("[data-take]").click()
    expect(page.locator("#f-opinion")).to_have_value("Un avis écrit dans un tunnel.")
    expect(page.locator("[data-state]")).to_contain_text("Enregistré à")
    page.locator("[data-note-text]").press("Enter")

    expect(page.locator("#notes .said")).to_have_text("Une note hors ligne.")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert booth.site.sql("SELECT opinion FROM review WHERE submission = $1", booth.film)[0]["opinion"] == "Un avis écrit dans un tunnel."


def test_a_sheet_is_kept_while_it_grows_and_sign_out_leaves_nothing(page: Page, booth: Booth) -> None:
    booth.enter(page)
    page.fill("#f-opinion", "Une vraie tenue de cadre.")
    expect(page.locator("[data-state]")).to_contain_text("Enregistré à")
    page.goto(f"{booth.site.base_url}/fr/{booth.world.slug}/committee")
    booth.enter(page)
    expect(page.locator("#f-opinion")).to_have_value("Une vraie tenue de cadre.")
    page.evaluate("localStorage.setItem('sheet:somebody:film', '{}')")

    page.locator("form[action$='/account/sign-out'] button").click()
    page.wait_for_url("**/fr/*/")

    assert page.evaluate("Object.keys(localStorage).length") == 0


def fill(page: Page, value: int, opinion: str) -> None:
    for name in ("writing", "image", "sound", "space"):
        page.locator(f"#f-{name} span", has_text=str(value)).click()
    page.fill("#f-opinion", opinion)


def test_of_two_tabs_both_sheets_are_shown_and_one_is_chosen(page: Page, booth: Booth) -> None:
    booth.enter(page)
    fill(page, 4, "Le premier onglet, assez long.")
    page.locator("button[value=give]").click()
    expect(page.locator(".flash")).to_be_visible()
    other = page.context.new_page()
    booth.enter(other)
    fill(page, 5, "Le premier onglet, une seconde fois.")
    page.locator("button[value=give]").click()
    expect(page.locator(".flash")).to_be_visible()

    fill(other, 1, "Le second onglet, qui ne sait rien.")
    other.locator("button[value=give]").click()
    expect(other.locator(".other")).to_contain_text("Le premier onglet, une seconde fois.")
    expect(other.locator("#f-opinion")).to_have_value("Le second onglet, qui ne sait rien.")
    kept = booth.site.sql("SELECT opinion, version FROM review WHERE submission = $1", booth.film)[0]
    other.locator(".other button").click()
    expect(other.locator(".flash")).to_be_visible()

    assert kept["opinion"] == "Le premier onglet, une seconde fois."
    expect(other.locator("#f-opinion")).to_have_value("Le second onglet, qui ne sait rien.")
    other.locator(".earlier summary").first.click()
    expect(other.locator(".earlier li").first).to_contain_text("une seconde fois")
    other.close()


def test_a_refused_sheet_names_its_criteria_and_takes_the_focus(page: Page, booth: Booth) -> None:
    booth.enter(page)
    page.locator("#f-image span", has_text="3").click()
    page.locator("button[value=give]").click()

    expect(page.locator(".summary")).to_be_focused()
    expect(page.locator(".summary")).to_contain_text("Récit")
    expect(page.locator("fieldset.wrong")).to_have_count(3)
    expect(page.locator("#f-opinion")).to_have_attribute("aria-invalid", "true")


def test_after_giving_the_next_film_is_one_link_away(page: Page, booth: Booth, reel: Path) -> None:
    following = Booth(booth.world, reel)
    booth.enter(page)
    fill(page, 4, "Une vraie tenue de cadre, jusqu'au bout.")
    page.locator("button[value=give]").click()

    page.locator(".next a").click()

    page.wait_for_url("**/committee/submissions/*")
    assert page.url != booth.place()
    following.site.sql("UPDATE submission SET status = 'withdrawn' WHERE id = $1", following.film)


def test_the_english_room_bears_the_english_title(page: Page, booth: Booth) -> None:
    booth.enter(page, "en")

    expect(page.locator("h1")).to_have_text("Perihelion")
    expect(page).to_have_title("Perihelion, screening room · Cinéma for Space")


def test_what_was_written_when_the_sheet_closed_is_shown_to_be_copied(page: Page, booth: Booth) -> None:
    booth.enter(page)
    page.fill("#f-opinion", "Un premier jet.")
    expect(page.locator("[data-state]")).to_contain_text("Enregistré à")
    booth.site.sql("UPDATE submission SET status = 'accepted' WHERE id = $1", booth.film)
    page.fill("#f-opinion", "Un premier jet, et ce qui manquait.")
    expect(page.locator("[data-state]")).to_contain_text("closes")

    page.reload()

    expect(page.locator("[data-unkept]")).to_have_text("Un premier jet, et ce qui manquait.")
    expect(page.locator("#f-opinion")).to_have_value("Un premier jet.")
    page.locator("[data-drop]").click()
    page.reload()
    expect(page.locator("[data-offer]")).to_be_hidden()


def test_given_by_keys_and_the_next_film_plays_at_one_click(page: Page, booth: Booth, reel: Path) -> None:
    """The page is not left, and the first seconds of the next film were there before."""
    following = Booth(booth.world, reel)
    booth.enter(page)
    page.evaluate("window.stays = true")
    page.locator("screener-player").focus()
    page.keyboard.type("4444")
    page.fill("#f-opinion", "Une vraie tenue de cadre, jusqu'au bout.")
    expect(page.locator("[data-total]")).to_have_text("4,0")
    first = page.locator("screener-player").get_attribute("data-src")

    page.locator("[data-next]").click()

    until(page, f"document.querySelector('screener-player')?.dataset.src !== '{first}'")
    until(page, f"{PLAYED} > 0.3 && !document.querySelector('video').paused")
    assert page.evaluate("window.stays") is True
    assert page.url != booth.place()
    expect(page.locator("[data-sheet] :checked")).to_have_count(0)
    given = booth.site.sql("SELECT given_at, scores FROM review WHERE submission = $1", booth.film)[0]
    assert given["given_at"] is not None
    following.site.sql("UPDATE submission SET status = 'withdrawn' WHERE id = $1", following.film)

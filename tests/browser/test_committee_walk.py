"""The committee's whole way in real browsers: films are shared out, watched, scored, talked about, decided at a table
with three windows, announced, called back, announced again; one leaves, and the first who waits takes its place.

With `WALK_PICTURES=FOLDER` every page on the way is kept there as a picture, at both widths.
"""

import os
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from festival.clock import now
from festival.language import t
from tests.browser.axe import breaches
from tests.browser.panel import FILMS, Panel
from tests.site import Site

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PICTURES = os.environ.get("WALK_PICTURES", "")
FIRST = FILMS[0][0]
PLAYS = "() => { const v = document.querySelector('video'); return Boolean(v) && !v.paused && v.currentTime > 0.3 }"
AT_TABLE = 20
LIES_STILL = """how => document.querySelectorAll('.announce, .jump').forEach(one => { one.style.position = how })"""
OPINION = "Une vraie tenue de cadre ; la fin emporte tout."


class Member:
    """Somebody's browser: `hands` counts their clicks and keys, but for those of a sentence."""

    def __init__(self, browser: Browser, panel: Panel, name: str, size: dict[str, int] = DESK) -> None:
        self.panel, self.name, self.lang, self.size = panel, name, panel.languages[name], size
        self.context = browser.new_context(viewport=size, reduced_motion="reduce")
        cookie = {"name": "session", "value": panel.cookies[name], "url": panel.site.base_url}
        self.context.add_cookies([cookie])
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.base = f"{panel.site.base_url}/{self.lang}/{panel.slug}"
        self.hands, self.faults = 0, []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def says(self, key: str, **values: Any) -> str:
        return t(self.lang, key, **values)

    def at(self, path: str) -> Page:
        answer = self.page.goto(self.base + path)
        assert answer is not None
        assert answer.ok
        return self.page

    def read(self, name: str) -> None:
        """As the page stands: nothing wrong for axe, nothing beside the screen, at both widths. What sticks to an
        edge lies in its own place meanwhile: what it happens to cover is one turn of the wheel away.
        """
        self.page.wait_for_load_state()
        self.page.evaluate(LIES_STILL, "static")
        for size in (DESK, PHONE):
            self.page.set_viewport_size(size)
            assert self.page.evaluate("document.documentElement.lang") == self.lang
            assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (name, size)
            assert breaches(self.page) == [], (name, size)
            if PICTURES:
                place = Path(PICTURES) / f"{name}-{self.lang}-{size['width']}.png"
                self.page.screenshot(path=place, full_page=True)
        self.page.set_viewport_size(self.size)
        self.page.evaluate(LIES_STILL, "")

    def click(self, one: Locator) -> None:
        self.hands += 1
        one.click()

    def press(self, key: str) -> None:
        self.hands += 1
        self.page.keyboard.press(key)

    def button(self, key: str, within: Page | Locator | None = None, **values: Any) -> Locator:
        return (within or self.page).get_by_role("button", name=self.says(key, **values)).first

    def until(self, truth: str, patience: float = 120) -> None:
        """The strict policy of our pages lets no expression be evaluated within them: ask from outside."""
        deadline = time.monotonic() + patience
        while not self.page.evaluate(truth):
            assert time.monotonic() < deadline, (self.page.url, truth)
            self.page.wait_for_timeout(100)


class Committee:
    def __init__(self, browser: Browser, panel: Panel) -> None:
        self.browser, self.panel = browser, panel
        self.opened: list[Member] = []
        self.solene, self.idris = self.sits("solene"), self.sits("idris")
        self.helene, self.jun, self.femi = (self.sits(one) for one in ("helene", "jun", "femi"))

    def sits(self, name: str, size: dict[str, int] = DESK) -> Member:
        self.opened.append(Member(self.browser, self.panel, name, size))
        return self.opened[-1]


@pytest.fixture(params=["fr", "en"])
def table(request: pytest.FixtureRequest, browser: Browser, site: Site, tmp_path: Path) -> Iterator[Committee]:
    made = Committee(browser, Panel(site, tmp_path, request.param))
    yield made
    for one in made.opened:
        one.context.close()
    assert [fault for one in made.opened for fault in one.faults] == []


def test_from_films_on_the_pile_to_a_place_that_is_given_on(table: Committee) -> None:
    share_out(table)
    watch_and_give(table)
    talk(table)
    pencil_on_the_board(table)
    meet(table)
    announce(table)
    give_a_place_on(table)
    tell_the_maker(table)
    read_the_rest(table)


def share_out(table: Committee) -> None:
    """Looked at before it holds; one film more by hand; each member reads so in a letter."""
    chair, panel = table.solene, table.panel
    chair.at("/committee/assignment")
    chair.button("assignment.do.whole").click()
    proposal = chair.page.locator("#proposal, .proposal").first
    expect(proposal).to_contain_text(chair.says("assignment.proposal.whole"))
    chair.read("assignment-proposal")
    assert panel.site.sql("SELECT 1 FROM assignment a JOIN submission s ON s.id = a.submission WHERE s.edition = $1", panel.edition) == []
    chair.button("assignment.do.apply", proposal).click()
    expect(chair.page.locator("[role=status]").first).to_contain_text(chair.says("assignment.done.applied"))
    shares = panel.site.sql(
        """SELECT a.person, count(*)::int AS films FROM assignment a JOIN submission s ON s.id = a.submission
           WHERE s.edition = $1 GROUP BY a.person""", panel.edition)
    assert [one["films"] for one in shares] == [16, 16, 16]
    lacking = chair.page.locator(f"#film-{panel.films[FIRST]}")
    by_hand = lacking.locator("select[name=person]")
    third = next(name for name in ("helene", "jun", "femi")
                 if lacking.locator(f"input[value='{panel.people[name]}']").count() == 0)
    by_hand.select_option(panel.people[third])
    lacking.locator("form.ask button").click()
    expect(lacking.locator(".asked li")).to_have_count(3)
    chair.read("assignment")


def watch_and_give(table: Committee) -> None:
    """From the letter to a film that plays: one click, the letter's own. From a given sheet to the next: one."""
    reviewer, panel = table.helene, table.panel
    address = panel.letter_to("helene", "16 films")
    reviewer.hands += 1  # the link of the letter
    reviewer.page.goto(address)
    reviewer.until(PLAYS)
    assert reviewer.hands <= 2
    assert urlsplit(reviewer.page.url).path.endswith(panel.films[FIRST])
    reviewer.read("room")
    watch_to_the_end(reviewer)
    fill_by_keys(reviewer, "4354")
    reviewer.page.evaluate("window.stays = true")
    first, before = reviewer.page.locator("screener-player").get_attribute("data-src"), reviewer.hands
    reviewer.click(reviewer.page.locator("[data-next]"))
    reviewer.until(f"() => document.querySelector('screener-player')?.dataset.src !== '{first}'")
    reviewer.until(PLAYS)
    assert reviewer.hands - before == 1
    assert reviewer.page.evaluate("window.stays") is True
    for member, keys in ((table.jun, "5455"), (table.femi, "2221")):
        member.at("/committee")
        member.read("queue")
        member.page.goto(f"{member.base}/committee/submissions/{panel.films[FIRST]}?play=1")
        member.until(PLAYS)
        watch_to_the_end(member)
        fill_by_keys(member, keys)
        member.page.locator("button[value=give]").click()
        expect(member.page.locator(".flash")).to_be_visible()
    seen = panel.site.sql("SELECT seen FROM review WHERE submission = $1 AND given_at IS NOT NULL", panel.films[FIRST])
    assert [one["seen"] >= 0.9 for one in seen] == [True] * 3


def watch_to_the_end(reviewer: Member) -> None:
    """The strip says how much; the house believes no more than was handed out and could have been seen."""
    film, panel = reviewer.panel.films[FIRST], reviewer.panel
    reviewer.page.evaluate("() => { document.querySelector('video').play() }")
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        seen = panel.site.sql("SELECT seconds FROM viewing WHERE submission = $1 AND person = $2", film, panel.people[reviewer.name])
        if seen and seen[0]["seconds"] >= 11.4:
            return
        if reviewer.page.evaluate("document.querySelector('video').ended"):
            reviewer.page.wait_for_timeout(500)
        reviewer.page.wait_for_timeout(300)
    raise AssertionError(f"{reviewer.name} has seen {seen}")


def fill_by_keys(reviewer: Member, keys: str) -> None:
    """1 to 5, criterion by criterion, with the focus in the player."""
    reviewer.page.locator("screener-player").focus()
    for key in keys:
        reviewer.press(key)
    reviewer.page.fill("#f-opinion", OPINION)
    expect(reviewer.page.locator("[data-state]")).to_contain_text(re.compile(r"\d\d:\d\d"))
    expect(reviewer.page.locator("[data-sheet] fieldset[data-criterion] :checked")).to_have_count(4)


def talk(table: Committee) -> None:
    """Each after their own sheet; one calls another, who reads so."""
    place = f"/committee/submissions/{table.panel.films[FIRST]}/talk"
    table.helene.at(place)
    table.helene.page.locator("form.say textarea").fill("@Femi, la dernière bobine vaut mieux que deux sur cinq ?")
    table.helene.button("talk.say").click()
    expect(table.helene.page.locator(".said li")).to_have_count(1)
    table.femi.at("/committee/talk")
    expect(table.femi.page.locator("main")).to_contain_text(FIRST if table.femi.lang == "fr" else "Perihelion")
    table.femi.read("talk")
    table.femi.at(place)
    expect(table.femi.page.locator(".said .chip.warn")).to_contain_text(table.femi.says("talk.calls_you"))
    table.femi.page.locator("form.say textarea").fill("Revue : je reste seule, et je le dis.")
    table.femi.button("talk.say").click()
    expect(table.femi.page.locator(".said li")).to_have_count(2)
    table.femi.read("film-talk")


def pencil_on_the_board(table: Committee) -> None:
    """What a move would do is told before it is made; in pencil it looks like pencil."""
    table.panel.others_score()
    chair, film = table.solene, table.panel.films[FIRST]
    chair.at("/committee/decisions")
    chair.read("board")
    card, kept = chair.page.locator(f"#film-{film}"), chair.page.locator("#budget .line b")
    before = kept.inner_text()
    card.locator(".move summary").click()
    expect(card.locator(".effect")).to_contain_text("h")
    chair.read("board-move")
    card.locator(".move summary").focus()
    chair.press("1")
    card.locator("textarea").fill("Unanime, ou presque.")
    chair.press("Enter")
    expect(chair.page.locator(f"#accepted #film-{film}.pend")).to_be_visible()
    expect(kept).not_to_have_text(before)
    expect(chair.page.locator("#announce h2")).to_contain_text("1")
    chair.read("board-pencil")


def meet(table: Committee) -> None:
    """One writes, all windows follow by themselves; twenty films with two keys each, beside the sentences."""
    scribe, other, wall = table.solene, table.idris, table.sits("solene", PHONE)
    scribe.at("/committee/meeting")
    scribe.read("meeting-begin")
    for box in scribe.page.locator("[name=people]").all():
        box.check()
    scribe.button("committee.meeting.begin_do").click()
    expect(scribe.page.locator("#decide")).to_be_visible()
    windows = [scribe, other, wall]
    for window in (other, wall):
        window.at("/committee/meeting")
        expect(window.page.locator("[data-meeting]")).to_be_visible()
    scribe.read("meeting")
    other.read("meeting-watched")
    for window in windows:
        window.page.evaluate("window.stays = true")
        window.hands = 0
    for turn in range(AT_TABLE):
        decide_at_the_table(scribe, turn)
        if turn in (0, AT_TABLE - 1):
            lies_there = on_the_table(scribe)
            for window in windows:
                expect(window.page.locator("[data-meeting]")).to_have_attribute("data-film", lies_there)
                expect(window.page.locator(".minutes")).to_contain_text(f"Décidé n° {turn + 1}.")
    assert scribe.hands <= 2 * AT_TABLE
    assert [window.page.evaluate("window.stays") for window in windows] == [True] * 3
    assert [window.hands for window in (other, wall)] == [0, 0]
    scribe.read("meeting-run")
    end_the_meeting(scribe)


def on_the_table(window: Member) -> str:
    return str(window.page.evaluate("document.querySelector('[data-meeting]').dataset.film"))


def decide_at_the_table(scribe: Member, turn: int) -> None:
    """The first by a show of hands; half are chosen, the others wait or go."""
    film = on_the_table(scribe)
    scribe.press("1" if turn % 2 == 0 else "2" if turn % 4 == 1 else "3")
    scribe.page.keyboard.insert_text(f"Décidé n° {turn + 1}.")
    if turn == 0:
        for name, hands in (("votes_for", 3), ("votes_against", 1), ("abstained", 1)):
            scribe.page.fill(f"#decide [name={name}]", str(hands))
    scribe.press("Enter")
    expect(scribe.page.locator("[data-meeting]")).not_to_have_attribute("data-film", film)


def end_the_meeting(scribe: Member) -> None:
    scribe.button("committee.meeting.end").click()
    scribe.page.wait_for_url("**/committee/meetings/*")
    lines = scribe.page.locator(".minutes > li")
    expect(lines).to_have_count(AT_TABLE)
    expect(lines.first).to_contain_text(scribe.says("committee.meeting.counted", a=3, b=1, c=1))
    scribe.read("minutes")
    paper = scribe.page.request.get(scribe.page.url.partition("?")[0] + "/minutes.pdf", timeout=120_000)
    assert paper.ok
    assert paper.body().startswith(b"%PDF")
    if PICTURES:
        (Path(PICTURES) / f"minutes-{scribe.lang}.pdf").write_bytes(paper.body())


def draw_up(chair: Member) -> None:
    chair.at("/committee/announcements")
    for box in chair.page.locator("[name=outcomes]").all():
        box.check()
    chair.button("committee.announce.draw").click()
    expect(chair.page.locator("main a[href$='/letters']")).to_have_count(1)


def announce(table: Committee) -> None:
    """One draws it up; another reads, puts a word in, releases; it is called back, and released again."""
    chair, second = table.solene, table.idris
    chair.at("/committee/announcements")
    chair.read("announcements-new")
    draw_up(chair)
    expect(chair.page.locator("form[action$='/release']")).to_have_count(0)
    chair.read("announcements-waits")
    second.at("/committee/announcements")
    second.page.locator("main a[href$='/letters']").click()
    second.page.wait_for_url("**/letters")
    second.read("letters")
    words = second.page.locator("form[action$='/words']").first
    second.page.locator("details:has(form[action$='/words']) summary").first.click()
    body = words.locator("textarea")
    body.fill(body.input_value() + "\n\nPS : Le comité vous lit.")
    words.locator("button").click()
    expect(second.page.locator(".letter", has_text="Le comité vous lit.").first).to_be_visible()
    second.at("/committee/announcements")
    release_tomorrow(second)
    second.read("announcements-due")
    assert table.panel.status(FIRST) == "submitted"
    chair.at("/committee/announcements")
    chair.button("committee.announce.call_back").click()
    expect(chair.page.locator(".due")).to_have_count(0)
    chair.read("announcements-called-back")
    release(second, told=FIRST)
    sent = table.panel.site.sql(
        "SELECT kind, body FROM letter WHERE edition = $1 AND kind IN ('accepted', 'waitlisted', 'declined')", table.panel.edition)
    assert len(sent) == AT_TABLE + 1
    assert sum("Le comité vous lit." in one["body"] for one in sent if one["kind"] == "accepted") > 0


def release_tomorrow(second: Member) -> None:
    """Where nobody names a moment it is ten minutes, of which this house of tests has none."""
    moment = second.page.locator("details.later")
    moment.locator("summary").click()
    moment.locator("[name=due_day], [name=due_at]").fill((now() + timedelta(days=1)).date().isoformat())
    moment.locator("button").click()
    expect(second.page.locator(".due")).to_be_visible()


def release(second: Member, *, told: str) -> None:
    """At once, and what is `told` is so."""
    second.at("/committee/announcements")
    second.page.locator("form[action$='/release'] button").click()
    expect(second.page.locator("form[action$='/release']")).to_have_count(0)
    assert second.panel.status(told) == "accepted"


def give_a_place_on(table: Committee) -> None:
    """A chosen film leaves: the first who waits in its section is proposed, a chair says yes, and its maker reads so."""
    panel, chair, second = table.panel, table.solene, table.idris
    waits = panel.site.sql(
        """SELECT s.section, f.title FROM submission s JOIN film f ON f.id = s.film
           WHERE s.edition = $1 AND s.status = 'waitlisted'""", panel.edition)
    of_section = {one["section"] for one in waits}
    leaves = panel.site.sql(
        """SELECT s.id, m.person FROM submission s JOIN member m ON m.submission = s.id
           WHERE s.edition = $1 AND s.status = 'accepted' AND s.section = ANY($2) AND s.id <> $3
           LIMIT 1""", panel.edition, sorted(of_section), panel.films[FIRST])[0]
    panel.door(leaves["person"], "entries").post(f"/submissions/{leaves['id']}/withdrawal")
    chair.at("/committee/decisions")
    proposal = chair.page.locator(".promotion")
    expect(proposal).to_have_count(1)
    chair.read("board-promotion")
    coming = proposal.locator("[name=submission]").input_value()
    title = next(title for title, film in panel.films.items() if film == coming)
    chair.button("committee.promotion.yes", proposal).click()
    expect(chair.page.locator(f"#accepted #film-{coming}.pend")).to_be_visible()
    chair.at("/committee/announcements")
    for box in chair.page.locator("[name=outcomes]").all():
        box.check()
    chair.button("committee.announce.draw").click()
    release(second, told=title)
    told = panel.site.sql("SELECT 1 FROM letter WHERE edition = $1 AND kind = 'accepted' AND about = $2", panel.edition, coming)
    assert len(told) == 1
    chair.at("/committee/decisions")
    expect(chair.page.locator(f"#accepted #film-{coming}")).to_be_visible()
    chair.read("board-announced")


def tell_the_maker(table: Committee) -> None:
    """Where a chair allows it a maker reads how many watched how much, and shows it to anybody."""
    panel = table.panel
    panel.door(panel.people["solene"], "committee").call("PUT", "/committee/receipts", {"is_on": True, "version": 0})
    maker = table.sits(panel.meet_maker(FIRST))
    maker.at(f"/submissions/{panel.films[FIRST]}/receipts")
    maker.button("receipts.ask").click()
    expect(maker.page.locator("main .panel")).to_have_count(1)
    maker.read("receipt")
    maker.page.locator("main .panel a").click()
    maker.page.wait_for_url("**/receipts?code=*")
    maker.read("receipt-checked")


def read_the_rest(table: Committee) -> None:
    """Pages beside the way, as they stand at its end: nothing is left to watch, all is told."""
    film = f"/committee/submissions/{table.panel.films[FIRST]}"
    for path, name in (
        ("/committee/figures", "figures"), ("/committee/conflicts", "conflicts"), (f"{film}/change", "change"),
        (f"{film}/opinions", "opinions"), ("/committee/announcements", "announcements-out"), ("/operator/phases", "phases"),
        (f"/committee/members/{table.panel.people['helene']}", "profile"), ("/committee/assignment", "assignment-over"),
    ):
        table.solene.at(path)
        table.solene.read(name)
    for path, name in (("/committee", "queue-empty"), ("/committee/recusals", "recusals"), (film, "room-given")):
        table.helene.at(path)
        table.helene.read(name)

"""Programmers at work on one grid: two browsers, and nobody loses what is theirs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from festival.sessions import digest, new_token
from festival.tables import new_id
from ops.client import Door
from tests.browser.world import World, sign_in

FIRST = "2027-11-26"


class House:
    """An edition with two rooms, three days, and programmes that are events: quick to make."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.edition, self.slug = site.an_edition(
            "g", phase="selection", first_day=FIRST, two_person_release=False
        )
        self.cookies = {name: self.meet(name) for name in ("Ada", "Bo", "Io")}
        self.door = self.key("Io")
        venue = self.door.post("/venues", {"name": "Palais"})["id"]
        self.rooms = [
            self.door.post("/screens", {"venue": venue, "name": name, "seats": seats, "hours": [[600, 1440]] * 3})["id"]
            for name, seats in (("Lumière", 900), ("Buñuel", 300))
        ]
        self.venue = venue

    def meet(self, name: str) -> str:
        return str(self.site.person(self.address(name), edition=self.edition, parts=["programmer"], name=name))

    def address(self, name: str) -> str:
        return f"{name.lower()}.{self.slug}@example.org"

    def key(self, name: str) -> Door:
        secret = "cfs_" + new_token()
        self.site.sql(
            """INSERT INTO token (id, person, edition, digest, name, scopes, created_at, expires_at)
               SELECT $1, id, $2, $3, 'browser', $4::jsonb, now(), now() + interval '1 day'
               FROM person WHERE email_key = $5""",
            new_id(), self.edition, digest(secret), json.dumps(["programme"]), self.address(name),
        )
        return Door(self.site.base_url, self.slug, secret)

    def event(self, title: str, *, minutes: int = 90, start: int | None = None, room: int = 0, day: int = 0) -> str:
        """An event, in the grid if it has a start."""
        made = self.door.post("/programmes", {
            "kind": "event", "title_fr": title, "title_en": f"{title} EN", "own_minutes": minutes, "intro": 0, "debate": 0,
        })["id"]
        if start is not None:
            where = {"programme": made, "screen": self.rooms[room], "start": day * 1440 + start}
            self.door.post("/grid/screenings", where)
        return str(made)

    def state(self) -> dict[str, Any]:
        return dict(self.door.get("/grid"))

    def starts(self) -> dict[str, tuple[int, str]]:
        known = self.state()
        return {
            known["programmes"][s["programme"]]["titles"]["fr"]: (s["start"], s["screen"])
            for s in known["screenings"]
        }

    def screening(self, title: str) -> str:
        known = self.state()
        return next(
            s["id"] for s in known["screenings"]
            if known["programmes"][s["programme"]]["titles"]["fr"] == title
        )

    def move(self, title: str, start: int, *, by: Door | None = None, room: int = 0) -> None:
        door = by or self.door
        body = {"screen": self.rooms[room], "start": start}
        known = self.state()
        door.call("PUT", f"/screenings/{self.screening(title)}/placement", body, **{"if-match": str(known["version"])})


@pytest.fixture
def house(site: Any) -> Iterator[House]:
    made = House(site)
    yield made
    made.door.http.close()


@pytest.fixture
def bad() -> Iterator[list[str]]:
    """What pages have thrown."""
    found: list[str] = []
    yield found
    assert found == []


def opened(page: Page, house: House, name: str, bad: list[str], lang: str = "fr") -> Page:
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.context.add_cookies([{"name": "session", "value": house.cookies[name], "url": house.site.base_url}])
    page.goto(f"{house.site.base_url}/{lang}/{house.slug}/programmer/grid")
    expect(page.locator("festival-grid .grid")).to_be_visible()
    return page


@pytest.fixture
def ada(page: Page, house: House, bad: list[str]) -> Page:
    """Her page is watched for the CSP and strangers too; open it again when the house is furnished."""
    return opened(page, house, "Ada", bad)


@pytest.fixture
def bos(browser: Any) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()


def block(page: Page, title: str) -> Any:
    return page.locator(".ev:not(.card)").filter(has_text=title)


def until(page: Page, look: Any, wanted: Any) -> None:
    for _ in range(150):
        if look() == wanted:
            return
        page.wait_for_timeout(100)
    assert look() == wanted, page.locator("#live").inner_text()


def lane(page: Page, house: House, room: int, day: int) -> Any:
    return page.locator(".lane").nth(day * len(house.rooms) + room)


def test_a_publication_after_an_edit_asks_once_and_publishes(house: House, page: Page, bad: list[str]) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    block(page, "Aube").click()
    page.locator("#inspect [name=start]").fill("13:05")
    page.locator("#inspect .primary").click()
    until(page, lambda: house.starts()["Aube"][0], 785)

    page.get_by_role("link", name="Publier…").click()
    expect(page.locator("main")).to_contain_text("13:05, Lumière")
    page.get_by_role("button", name="Publier le n° 1").click()

    expect(page.locator(".flash")).to_contain_text("publiée")
    assert house.door.get("/programme")["number"] == 1
    page.get_by_role("link", name="Publier…").click()
    expect(page.locator("main")).to_contain_text("Rien à publier")
    expect(page.get_by_role("button", name="Publier le n°")).to_have_count(0)


def test_a_colleagues_edit_before_publishing_is_shown_before_it_goes_out(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    page.get_by_role("link", name="Publier…").click()
    expect(page.locator("main")).to_contain_text("11:00, Lumière")
    house.move("Aube", 720)

    page.get_by_role("button", name="Publier le n° 1").click()
    expect(page.locator(".summary")).to_contain_text("La grille a changé")
    expect(page.locator("main")).to_contain_text("12:00, Lumière")
    page.get_by_role("button", name="Publier le n° 1").click()

    expect(page.locator(".flash")).to_contain_text("publiée")


def test_a_colleagues_new_programme_and_room_come_to_my_open_grid(
    house: House, page: Page, bos: BrowserContext, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    bo = opened(bos.new_page(), house, "Bo", bad)
    bo.goto(f"{house.site.base_url}/fr/{house.slug}/programmer/programmes")
    bo.fill("#f-title_fr", "Crépuscule")
    bo.fill("#f-title_en", "Dusk")
    bo.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.locator("#tray .ev")).to_contain_text(["Crépuscule"])

    bo.goto(f"{house.site.base_url}/fr/{house.slug}/programmer/grid")
    block(bo, "Crépuscule").click()
    bo.locator("#inspect [name=start]").fill("15:00")
    bo.locator("#inspect .primary").click()
    expect(page.locator(".lane .ev")).to_have_count(2)
    room = {"venue": house.venue, "name": "Vega", "seats": 90, "hours": [[600, 1440]] * 3}
    house.door.post("/screens", room)

    expect(page.locator(".row")).to_have_count(9)
    expect(page.locator(".lane .ev")).to_have_count(2)


def test_two_unrelated_moves_at_once_both_stand(
    house: House, page: Page, bos: BrowserContext, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    house.event("Brume", start=660, room=1)
    opened(page, house, "Ada", bad)
    bo = opened(bos.new_page(), house, "Bo", bad)
    for one, title, hour in ((page, "Aube", "13:00"), (bo, "Brume", "14:00")):
        one.evaluate("document.querySelector('festival-grid').news.close()")
        block(one, title).click()
        one.locator("#inspect [name=start]").fill(hour)

    page.locator("#inspect .primary").click()
    bo.locator("#inspect .primary").click()

    until(page, lambda: {title: start for title, (start, _) in house.starts().items()}, {"Aube": 780, "Brume": 840})


def test_an_open_form_says_that_its_block_moved_and_keeps_what_was_typed(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    block(page, "Aube").click()
    start = page.locator("#inspect [name=start]")
    house.move("Aube", 720)
    expect(start).to_have_value("12:00")

    start.fill("16:00")
    house.move("Aube", 780)
    expect(page.locator("#inspect [data-note]")).to_contain_text("13:00")

    expect(start).to_have_value("16:00")
    page.locator("#inspect .primary").click()
    until(page, lambda: house.starts()["Aube"][0], 960)


def test_an_undo_never_takes_back_what_a_colleague_did_since(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    block(page, "Aube").click()
    page.locator("#inspect [name=start]").fill("17:00")
    page.locator("#inspect .primary").click()
    until(page, lambda: house.starts()["Aube"][0], 1020)
    house.move("Aube", 960, by=house.key("Bo"))
    page.locator("h1").click()
    page.keyboard.press("Control+z")

    expect(page.locator(".toast:not(.vh)")).to_contain_text("Bo")
    assert house.starts()["Aube"][0] == 960


def test_a_screening_taken_out_comes_back(house: House, page: Page, bad: list[str]) -> None:
    house.event("Aube", start=660)
    before = house.starts()
    opened(page, house, "Ada", bad)
    expect(page.locator("#undo")).to_be_hidden()
    block(page, "Aube").click()

    page.locator("#inspect [data-out]").click()
    expect(block(page, "Aube")).to_be_focused()
    assert house.starts() == {}
    page.locator("#undo").click()

    expect(page.locator("#undo")).to_be_hidden()
    until(page, house.starts, before)


def test_a_refused_act_is_told_to_the_eye_and_changes_nothing(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    page.evaluate("document.querySelector('festival-grid').news.close()")
    block(page, "Aube").click()
    house.move("Aube", 720, by=house.key("Bo"))

    page.locator("#inspect [name=start]").fill("13:05")
    page.locator("#inspect .primary").click()

    expect(page.locator(".toast:not(.vh)")).to_contain_text("Bo")
    expect(page.locator("#inspect [name=start]")).to_have_value("13:05")
    assert house.starts()["Aube"][0] == 720


def test_an_undo_outlives_a_reload(house: House, page: Page, bad: list[str]) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    block(page, "Aube").click()
    page.locator("#inspect [name=start]").fill("17:00")
    page.locator("#inspect .primary").click()
    until(page, lambda: house.starts()["Aube"][0], 1020)

    page.reload()
    page.locator("#undo").click()

    until(page, lambda: house.starts()["Aube"][0], 660)


def test_a_lock_is_seen_by_the_colleague(house: House, page: Page, bad: list[str]) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)

    house.door.post(f"/screenings/{house.screening('Aube')}/lock")

    expect(page.locator(".lane .ev.locked")).to_have_count(1)


def test_a_drop_lands_under_the_pointer_however_much_was_scrolled_meanwhile(
    house: House, page: Page, bad: list[str]
) -> None:
    for n in range(8):
        house.door.post("/screens", {"venue": house.venue, "name": f"Salle {n}", "seats": 100 - n, "hours": [[600, 1440]] * 3})
    house.event("Aube", start=660)
    page.set_viewport_size({"width": 1200, "height": 600})
    opened(page, house, "Ada", bad)
    box = block(page, "Aube").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 90, steps=4)
    expect(page.locator(".card")).to_contain_text(":")
    page.mouse.wheel(0, 500)
    page.wait_for_timeout(400)
    under = page.evaluate(
        """([x, y]) => { const lane = document.elementsFromPoint(x, y).find(e => e.classList.contains('lane'));
           const known = document.querySelector('festival-grid').picture.lanes.find(l => l.lane === lane);
           return [known.day, known.screen.id] }""", [box["x"] + 60, box["y"] + 90],
    )
    page.mouse.up()

    until(page, lambda: [(s["start"] - 240) // 1440 for s in house.state()["screenings"]] + [s["screen"] for s in house.state()["screenings"]], under)
    expect(block(page, "Aube")).to_be_focused()


def test_a_drag_to_the_edge_scrolls_there(house: House, page: Page, bad: list[str]) -> None:
    for n in range(8):
        house.door.post("/screens", {"venue": house.venue, "name": f"Salle {n}", "seats": 100 - n, "hours": [[600, 1440]] * 3})
    house.event("Aube", start=660)
    page.set_viewport_size({"width": 1200, "height": 600})
    opened(page, house, "Ada", bad)
    box, wrap = block(page, "Aube").bounding_box(), page.locator(".gridwrap").bounding_box()
    assert box is not None
    assert wrap is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, wrap["y"] + wrap["height"] - 6, steps=6)
    until(page, lambda: page.evaluate("(w => w.scrollTop > 0 && w.scrollTop + w.clientHeight > w.scrollHeight - 3)(document.querySelector('.gridwrap'))"), True)
    page.mouse.move(box["x"] + 40, wrap["y"] + wrap["height"] - 70, steps=3)
    page.mouse.up()

    until(page, lambda: [(s["start"] - 240) // 1440 for s in house.state()["screenings"]], [2])


def held_back(page: Page, address: str) -> list[Route]:
    """The next request to an address waits, until whoever reads the list lets it go on.

    Those after it go through: a route that ended with the first would end just as the second one is asked.
    """
    late: list[Route] = []

    def hold(route: Route) -> None:
        if late:
            route.continue_()
        else:
            late.append(route)

    page.route(address, hold)
    return late


def moved_and_unanswered(house: House, page: Page, bad: list[str]) -> list[Route]:
    """Ada has carried Aube from 11:00 to 11:05, beside Brume in the other room; the act waits (`held_back`)."""
    house.event("Aube", start=660)
    house.event("Brume", start=660, room=1)
    opened(page, house, "Ada", bad)
    late = held_back(page, "**/placement")
    block(page, "Aube").focus()
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    until(page, lambda: len(late), 1)
    return late


def test_focus_stays_on_the_block_through_drops_escapes_and_colleagues(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    house.event("Brume", start=660, room=1)
    opened(page, house, "Ada", bad)
    block(page, "Aube").focus()
    for _ in range(3):
        before = house.starts()["Aube"][0]
        page.keyboard.press("Enter")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        until(page, lambda: house.starts()["Aube"][0], before + 5)
        expect(block(page, "Aube")).to_be_focused()

    page.keyboard.press("Enter")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Escape")
    expect(block(page, "Aube")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Abandon.")
    house.move("Brume", 800, room=1)
    until(page, lambda: page.locator(".ev[aria-label*='13:20']").count(), 1)

    expect(block(page, "Aube")).to_be_focused()
    expect(page.locator("#live")).to_have_text("Abandon.")


def test_a_late_answer_neither_talks_over_the_hand_nor_makes_it_stale(
    house: House, page: Page, bad: list[str]
) -> None:
    late = moved_and_unanswered(house, page, bad)

    for key in ("Enter", "Shift+ArrowRight", "Escape", "ArrowDown", "ArrowUp", "Enter", "ArrowRight"):
        page.keyboard.press(key)
    said = page.locator("#live").inner_text()
    late[0].continue_()
    until(page, lambda: house.starts()["Aube"][0], 665)
    expect(page.locator("#version")).to_have_text(str(house.state()["version"]))

    expect(page.locator("#live")).to_have_text(said)
    expect(block(page, "Aube")).to_be_focused()
    page.keyboard.press("Enter")
    until(page, lambda: house.starts()["Aube"][0], 670)


def test_a_hand_that_is_faster_than_the_door_is_obeyed_in_its_order(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    late = held_back(page, "**/placement")
    block(page, "Aube").focus()
    for _ in range(3):
        for key in ("Enter", "ArrowRight", "Enter"):
            page.keyboard.press(key)
    until(page, lambda: len(late), 1)

    page.locator("[data-lock]").click()

    late[0].continue_()

    until(page, lambda: (house.starts()["Aube"][0], house.state()["screenings"][0]["locked"]), (675, True))


def test_news_of_a_colleague_do_not_put_back_what_the_door_has_not_answered(
    house: House, page: Page, bad: list[str]
) -> None:
    late = moved_and_unanswered(house, page, bad)

    house.move("Brume", 700, room=1)
    expect(block(page, "Brume")).to_contain_text("11:40")
    expect(block(page, "Aube")).to_contain_text("11:05")
    for key in ("Enter", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    late[0].continue_()

    until(page, lambda: house.starts()["Aube"][0], 670)


def test_the_tray_is_one_tab_away_from_a_full_grid(house: House, page: Page, bad: list[str]) -> None:
    for n in range(6):
        house.event(f"Film {n}", start=660 + 100 * n)
    house.event("Au repos")
    opened(page, house, "Ada", bad)
    block(page, "Film 0").focus()
    page.keyboard.press("ArrowRight")
    expect(block(page, "Film 1")).to_be_focused()

    tabs = 0
    while not page.evaluate("!!document.activeElement.closest('#tray')") and tabs < 12:
        page.keyboard.press("Tab")
        tabs += 1

    expect(block(page, "Au repos")).to_be_focused()
    assert tabs <= 5


def test_two_at_once_are_both_seen_reached_and_named(house: House, page: Page, bad: list[str]) -> None:
    house.event("Aube", start=660)
    house.event("Brume", start=700)
    house.event("Cendre", start=1440 + 660)
    house.event("Dune", start=1440 + 670)
    opened(page, house, "Ada", bad)

    for title in ("Aube", "Brume", "Cendre", "Dune"):
        block(page, title).click()
        expect(page.locator("#inspect h2")).to_have_text(title)
    lines = page.locator("#conf li").all_inner_texts()

    assert len(set(lines)) == len(lines) == 2
    assert ["Aube" in lines[0], "Brume" in lines[0], "ven. 26" in lines[0], "11:40" in lines[0], "Lumière" in lines[0]] == [True] * 5
    assert "Cendre" in lines[1]


def test_a_repair_says_its_moves_is_drawn_chosen_from_and_taken_back_whole(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    house.event("Brume", start=700)
    before = house.starts()
    opened(page, house, "Ada", bad)

    page.get_by_role("button", name="Réparer (1 déplacement, prouvé le minimum)").click(timeout=60_000)
    main = page.locator("main")
    expect(main).to_contain_text("c’est prouvé", timeout=60_000)
    box = page.locator("input[name=only]")
    drawn = page.locator(f'.picture .ev.new[data-name="{box.get_attribute("value")}"]')
    expect(drawn).to_be_visible()
    expect(page.locator(".picture .n.new text")).to_have_text("1")
    box.uncheck()
    expect(drawn).to_have_class("ev new maybe")
    expect(page.locator("[data-sum]")).to_contain_text("Cochées : 0 sur 1")
    page.locator("[data-others] a").click()
    expect(box).not_to_be_checked()
    page.locator("[data-others] button").last.click()
    expect(page.locator(".flash")).to_contain_text("la grille, non")
    assert house.starts() == before
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".picture")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Tout accepter").click()
    expect(page.locator(".flash")).to_be_visible()
    assert house.state()["clashes"] == []
    page.get_by_role("button", name="Annuler tout").click()

    expect(page.locator(".flash")).to_contain_text("comme avant")
    assert house.starts() == before


def test_a_finger_scrolls_over_blocks_and_lifts_them_after_a_long_press(
    house: House, browser: Any, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    context = browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 1024, "height": 768})
    tablet = opened(context.new_page(), house, "Ada", bad)
    finger = context.new_cdp_session(tablet)
    block(tablet, "Aube").evaluate("box => box.scrollIntoView({ block: 'center', inline: 'center' })")
    box = block(tablet, "Aube").bounding_box()
    assert box is not None
    x, y = box["x"] + 15, box["y"] + 12

    def touch(kind: str, at_x: float, at_y: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": at_x, "y": at_y}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", x, y)
    for step in range(1, 6):
        touch("touchMove", x - 20 * step, y)
    touch("touchEnd", 0, 0)
    tablet.wait_for_timeout(500)
    assert house.starts()["Aube"][0] == 660

    block(tablet, "Aube").evaluate("box => box.scrollIntoView({ block: 'center', inline: 'center' })")
    box = block(tablet, "Aube").bounding_box()
    assert box is not None
    x, y = box["x"] + 15, box["y"] + 12
    touch("touchStart", x, y)
    expect(tablet.locator(".card")).to_be_visible()
    for step in range(1, 8):
        touch("touchMove", x + 10 * step, y)
        tablet.wait_for_timeout(30)
    touch("touchEnd", 0, 0)

    until(tablet, lambda: house.starts()["Aube"][0] > 660, True)
    context.close()


@pytest.mark.slow
def test_no_page_throws_when_the_stream_only_keeps_alive(house: House, page: Page, bad: list[str]) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)

    page.wait_for_timeout(17_000)

    expect(page.locator(".lane .ev")).to_have_count(1)


def test_a_film_that_is_taken_back_turns_red_in_the_open_grid(page: Page, world: World, bad: list[str]) -> None:
    sign_in(page, world, "programmer")
    page.on("pageerror", lambda error: bad.append(str(error)))
    page.goto(f"{world.site.base_url}/fr/{world.slug}/programmer/grid")
    expect(page.locator(".lane .ev")).not_to_have_count(0)
    expect(page.locator(".lane .ev.bad")).to_have_count(0)
    film = world.names["submission_id"]
    world.site.sql("UPDATE submission SET status = 'withdrawn' WHERE id = $1", film)
    try:
        expect(page.locator(".lane .ev.bad.gone")).to_have_count(1)
        expect(page.locator("#conf")).to_contain_text("a été retiré")
        expect(page.locator("#repair")).to_be_hidden()
        page.locator(".lane .ev.gone").click()
        expect(page.locator("#inspect [data-gone]")).to_contain_text("Retirez la séance")
        expect(page.locator("#inspect [data-out]")).to_be_visible()
    finally:
        world.site.sql("UPDATE submission SET status = 'accepted' WHERE id = $1", film)
    expect(page.locator(".lane .ev.gone")).to_have_count(0)


def test_what_stands_before_the_opening_or_on_a_day_that_is_gone_stays_in_sight(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=300, day=1)
    house.event("Brume", start=660, day=2)
    opened(page, house, "Ada", bad)
    box, row = block(page, "Aube").bounding_box(), lane(page, house, 0, 1).bounding_box()
    assert box is not None
    assert row is not None
    assert box["x"] >= row["x"]

    house.site.sql("UPDATE edition SET days = 2 WHERE id = $1", house.edition)

    expect(page.locator(".day")).to_have_count(2)
    expect(page.locator("#tray .ev")).to_contain_text(["hors des jours du festival"])


def test_a_hand_drops_nothing_past_the_end_of_a_day(house: House, page: Page, bad: list[str]) -> None:
    night = {"venue": house.venue, "name": "Nuit", "seats": 90, "hours": [[1200, 1800]] * 3}
    house.door.post("/screens", night)
    house.event("Aube", start=1380)
    opened(page, house, "Ada", bad)
    block(page, "Aube").focus()
    page.keyboard.press("Enter")
    for _ in range(16):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#live")).to_contain_text("03:55")
    page.keyboard.press("Enter")

    until(page, lambda: house.starts()["Aube"][0], 1675)


def test_placing_what_a_colleague_has_removed_says_so_and_loses_no_focus(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    gone = house.event("Bal")
    opened(page, house, "Ada", bad)
    page.evaluate("document.querySelector('festival-grid').news.close()")
    block(page, "Bal").click()
    house.door.call("DELETE", f"/programmes/{gone}")

    page.locator("#inspect .primary").click()

    expect(page.locator(".toast:not(.vh)")).to_contain_text("n’est pas, ou plus, au programme")
    expect(block(page, "Aube")).to_be_focused()


def test_a_conflict_is_ended_by_one_click_and_that_is_undone_and_done_again_after_a_reload(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    house.event("Brume", start=700)
    before = house.starts()
    opened(page, house, "Ada", bad)

    page.locator("#conf [data-clash]").click()
    expect(page.locator("#conf [data-clash]")).to_be_focused()
    expect(page.locator(".ways button")).to_have_count(3)
    page.locator(".ways button").first.click()
    expect(page.locator("#conf li")).to_have_count(0)
    mended = house.starts()
    page.reload()
    page.keyboard.press("Control+z")
    until(page, house.starts, before)
    page.reload()
    expect(page.locator("#redo")).to_be_visible()
    page.keyboard.press("Control+Shift+Z")

    until(page, house.starts, mended)
    expect(page.locator("#redo")).to_be_hidden()


def test_a_carried_block_shows_prices_and_its_name_to_colleagues(
    house: House, page: Page, bos: BrowserContext, bad: list[str]
) -> None:
    house.event("Aube", start=660)
    opened(page, house, "Ada", bad)
    bo = opened(bos.new_page(), house, "Bo", bad)
    box = block(page, "Aube").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 400, box["y"] + 10, steps=6)

    expect(page.locator(".dragging .heat").first).to_be_visible()
    expect(page.locator(".card")).to_contain_text("Lumière · ")
    ghost, card = page.locator(".ghost").bounding_box(), page.locator(".card").bounding_box()
    assert ghost is not None
    assert card is not None
    assert card["y"] >= ghost["y"] + ghost["height"]
    expect(block(bo, "Aube").locator(".who")).to_have_text("Ada")
    page.keyboard.press("Escape")
    page.mouse.up()

    expect(bo.locator(".who")).to_have_count(0)
    expect(page.locator(".heat")).to_have_count(0)


def test_the_address_is_the_view_and_filters_only_fade(house: House, page: Page, bad: list[str]) -> None:
    house.event("Aube", start=660)
    house.event("Brume", start=660, room=1, day=1)
    opened(page, house, "Ada", bad)
    page.get_by_role("button", name="Jour", exact=True).click()
    page.locator("[data-day='1']").click()
    page.get_by_label("Agrandir").click()
    page.locator("[name=room]").select_option(house.rooms[0])
    expect(block(page, "Brume")).to_have_class("ev faded")

    page.reload()

    expect(page.locator(".day:visible")).to_have_count(1)
    expect(page.locator("output")).to_have_text("125 %")
    expect(block(page, "Brume")).to_have_class("ev faded")
    expect(block(page, "Brume")).to_be_visible()
    page.get_by_role("button", name="Tout montrer").click()
    expect(page.locator(".faded")).to_have_count(0)
    page.get_by_role("button", name="Festival").click()
    assert page.url.endswith("/programmer/grid?zoom=1.25")


def test_a_phone_has_days_as_lists_and_the_card_at_its_foot(
    house: House, page: Page, bad: list[str]
) -> None:
    house.event("Brume", start=800)
    house.event("Aube", start=660, room=1)
    page.set_viewport_size({"width": 390, "height": 844})
    opened(page, house, "Ada", bad)
    expect(page.locator(".lane")).to_have_count(0)
    expect(page.locator(".list .ev")).to_have_text(["Aube 11:00 · Buñuel", "Brume 13:20 · Lumière"])

    block(page, "Brume").click()
    expect(page.locator("#inspect .primary")).to_be_in_viewport()
    page.locator("#inspect [name=start]").fill("10:05")
    page.locator("#inspect .primary").click()

    expect(page.locator(".list .ev").first).to_have_text("Brume 10:05 · Lumière")
    expect(block(page, "Brume")).to_be_focused()

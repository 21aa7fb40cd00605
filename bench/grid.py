"""How quick the grid's page is: shown, dragged, judged and priced, in Chromium before a real house.

    ./run bench grid [FILE] [--moves 30] [--rounds 3]      (../shared/data/docpoint-2026-grid.json)

Two grids: the 187 screenings of a real festival, with the goals that hold of it,
and a seeded one of 60 screens and ten days, to tell whether it can still be used. Milliseconds.
Of several rounds each figure has its best: a machine that does other things at the same time only slows it.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from festival.tables import new_id
from tests.screenings.planner.human_grid import PUBLISHED, human_grid
from tests.services import ROOT, Services
from tests.site import Site

GOALS = {"page shown": 300, "drag frame": 17, "conflict answer": 100, "prices of a block": 50}
SHOWN = """addEventListener('DOMContentLoaded', () => { const look = () =>
  document.querySelector('.lane .ev') ? requestAnimationFrame(() => { window.shown = performance.now() })
    : requestAnimationFrame(look); look() })"""
SEEN = """() => new Promise(done => { const look = () => window.shown ? done(window.shown) : setTimeout(look, 20);
  look() })"""
FRAMES = """window.frames = []; { let last = 0; const tick = now => { if (last) window.frames.push(now - last);
  last = now; requestAnimationFrame(tick) }; requestAnimationFrame(tick) }"""


class Show(NamedTuple):
    programme: int
    number: int
    screen: str
    start: int


class Festival(NamedTuple):
    """`minutes` by programme; titles beside them. Starts are minutes after the first day's midnight."""

    first_day: str
    days: int
    titles: list[str]
    minutes: list[int]
    shows: list[Show]


def published(file: Path) -> Festival:
    """A real festival's published grid."""
    found = human_grid(file)
    if found is None:
        sys.exit(f"  {file} is not there: name a grid.")
    problem, placements = found
    at = {programme.id: n for n, programme in enumerate(problem.programmes)}
    shows = [Show(at[p.programme], p.number, p.screen, p.start) for p in placements]
    titles = [programme.title.title() for programme in problem.programmes]
    return Festival("2026-02-03", 6, titles, [p.film_minutes for p in problem.programmes], shows)


def large(seed: int = 1, *, screens: int = 60, days: int = 10) -> Festival:
    """Every screen is filled, one film after the other, with 15 minutes between two."""
    dice = random.Random(seed)
    minutes = [dice.choice((60, 75, 90, 100, 110, 130, 180, 240)) for _ in range(500)]
    bag = [(n, number) for n in range(500) for number in range(3)]
    dice.shuffle(bag)
    shows = []
    for day in range(days):
        for screen in range(screens):
            start = 600 + 15 * dice.randrange(8)
            while bag and start < 1320 and len(shows) < (day * screens + screen + 1) * 2.5:
                n, number = bag.pop()
                shows.append(Show(n, number, f"Salle {screen + 1:02}", day * 1440 + start))
                start += minutes[n] + 15 + 15 * dice.randrange(8)
    titles = [f"{dice.choice(('La Nuit', 'Le Voyage', 'Orbite', 'Silence'))} {n}" for n in range(500)]
    return Festival("2027-05-14", days, titles, minutes, shows)


def furnish(site: Site, festival: Festival) -> tuple[str, str, str]:
    """An edition with that grid; its id, its slug, and the cookie of its programmer."""
    edition, slug = site.an_edition("g", phase="selection", first_day=festival.first_day)
    site.sql("UPDATE edition SET days = $1 WHERE id = $2", festival.days, edition)
    cookie = site.person(f"{slug}@example.org", edition=edition, parts=["programmer"], name="Ada")
    venue, grid = new_id(), new_id()
    site.sql("INSERT INTO venue (id, edition, name) VALUES ($1, $2, 'Palais')", venue, edition)
    site.sql("INSERT INTO grid (id, edition) VALUES ($1, $2)", grid, edition)
    names = sorted({show.screen for show in festival.shows})
    rooms = {name: new_id() for name in names}
    site.sql(
        """INSERT INTO screen (id, edition, venue, name, seats, hours, turnaround, position)
           SELECT id, $1, $2, name, 80 + 10 * n, $3::jsonb, 0, n
           FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS r (id, name, n)""",
        edition, venue, json.dumps([[600, 1560]] * festival.days), list(rooms.values()), names,
    )  # fmt: skip
    sections = [new_id() for _ in "CDSP"]
    site.sql(
        """INSERT INTO section (id, edition, letter, names, position, least_seconds, most_seconds, is_blind)
           SELECT id, $1, letter, jsonb_build_object('fr', name, 'en', name), n, 0, 20000, false
           FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS r (id, letter, name, n)""",
        edition, sections, list("CDSP"), ["Compétition", "Documentaire", "Courts", "Patrimoine"],
    )  # fmt: skip
    programmes = [new_id() for _ in festival.titles]
    promised = [max(s.number for s in festival.shows if s.programme == n) + 1 if any(
        s.programme == n for s in festival.shows) else 1 for n in range(len(programmes))]
    site.sql(
        """INSERT INTO programme (id, edition, kind, titles, section, own_minutes, intro, debate, demand,
             showings)
           SELECT id, $1, 'event', jsonb_build_object('fr', title, 'en', title), section, minutes, 0, 0, 100, n
           FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::int[])
             AS r (id, title, section, minutes, n)""",
        edition, programmes, festival.titles, [sections[n % 4] for n in range(len(programmes))],
        festival.minutes, promised,
    )  # fmt: skip
    ends = [show.start + festival.minutes[show.programme] for show in festival.shows]
    site.sql(
        """INSERT INTO screening (id, stable, grid, programme, number, screen, starts_at, film_ends_at,
             ends_at, clears_at)
           SELECT id, id, $1, programme, number, screen, midnight + starts * interval '1 min',
             midnight + ends * interval '1 min', midnight + ends * interval '1 min',
             midnight + ends * interval '1 min'
           FROM unnest($2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::int[])
             AS r (id, programme, number, screen, starts, ends),
             (SELECT first_day::timestamp AT TIME ZONE zone AS midnight FROM edition WHERE id = $8) AS day""",
        grid, [new_id() for _ in festival.shows], [programmes[s.programme] for s in festival.shows],
        [s.number for s in festival.shows], [rooms[s.screen] for s in festival.shows],
        [s.start for s in festival.shows], ends, edition,
    )  # fmt: skip
    return edition, slug, cookie


@contextmanager
def open_house() -> Iterator[Site]:
    services = Services()
    try:
        with Site(services.var, ROOT) as site:
            yield site
    finally:
        services.stop()


def opened(browser: Browser, site: Site, slug: str, cookie: str) -> tuple[Page, list[float]]:
    """The page, and how long it took to show its blocks, five times after a first one."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": "session", "value": cookie, "url": site.base_url}])
    page = context.new_page()
    page.add_init_script(SHOWN)
    took = []
    for _ in range(6):
        page.goto(f"{site.base_url}/fr/{slug}/programmer/grid", timeout=180_000)
        took.append(page.evaluate(SEEN))
        page.wait_for_timeout(300)
    return page, took[1:]


def dragged(page: Page) -> list[float]:
    """Frames while a block is carried across the page, edges and scrolling with it."""
    box = page.locator(".lane .ev").nth(3).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 12, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 40, steps=3)
    page.wait_for_timeout(700)
    page.evaluate(FRAMES)
    dice = random.Random(1)
    for _ in range(12):
        page.mouse.move(200 + dice.random() * 800, 200 + dice.random() * 600, steps=15)
    found = page.evaluate("window.frames")
    page.keyboard.press("Escape")
    page.mouse.up()
    return [float(one) for one in found]


ASKED = """async ([method, path, body, version]) => {
  const api = document.querySelector('festival-grid').state.data.api;
  const began = performance.now();
  const answer = await fetch(api + path, { method, body: body && JSON.stringify(body), headers: {
    'content-type': 'application/json', 'if-match': `"${version}"`,
    'x-csrf-token': document.querySelector('meta[name=csrf]').content } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(told));
  return [performance.now() - began, told.version ?? version] }"""


def judged(page: Page, moves: int) -> tuple[list[float], list[float]]:
    """Moves of five minutes there and back, each with all clashes; and all prices of a block."""
    known = page.evaluate("document.querySelector('festival-grid').state.data.screenings")
    version = page.evaluate("document.querySelector('festival-grid').state.data.version")
    picked = random.Random(2).sample(known, min(moves, len(known)))
    took, prices = [], []
    for one in picked:
        where = {"screen": one["screen"], "start": one["start"] + 5}
        asked = ["PUT", f"/screenings/{one['id']}/placement", where, version]
        lasted, version = page.evaluate(ASKED, asked)
        took.append(lasted)
        asked_of = f"/grid/prices?programme={one['programme']}&number={one['number']}"
        prices.append(page.evaluate(ASKED, ["GET", asked_of, None, version])[0])
    return took, prices


def door_seconds(site: Site) -> float:
    """What the door has worked so far: the machine may do other things at the same time."""
    told = Path(f"/proc/{site.parts['api'].pid}/stat").read_text().rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1]


def measure(
    browser: Browser, site: Site, festival: Festival, moves: int, rounds: int
) -> dict[str, list[float]]:
    """Of each figure the round with the lowest 95th percentile."""
    _, slug, cookie = furnish(site, festival)
    best: dict[str, list[float]] = {}
    for number in range(rounds):
        page, shown = opened(browser, site, slug, cookie)
        frames = dragged(page)
        began = door_seconds(site)
        answers, prices = judged(page, moves)
        worked = 1000 * (door_seconds(site) - began) / len(answers)
        print(
            f"  round {number + 1}: an answer and its prices are {worked:.0f} ms of the door's own work, "
            f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
            flush=True,
        )
        page.context.close()
        for what, found in zip(GOALS, (shown, frames, answers, prices), strict=True):
            best[what] = min(best.get(what, found), found, key=p95)
    return best


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run bench grid", description=__doc__)
    reader.add_argument("--moves", type=int, default=30)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("file", nargs="?", type=Path, default=PUBLISHED)
    given = reader.parse_args()
    broken = 0
    with open_house() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, festival in ((given.file.stem, published(given.file)), ("60 screens × 10 days", large())):
            print(f"{name}: {len(festival.shows)} screenings", flush=True)
            began = time.monotonic()
            found = measure(browser, site, festival, given.moves, given.rounds)
            for what, took in found.items():
                goal = GOALS[what] if name == given.file.stem else None
                broken += goal is not None and p95(took) > goal
                print(
                    f"  {what:<20} median {statistics.median(took):7.1f}   p95 {p95(took):7.1f}"
                    + (f"   ≤ {goal} {'kept' if p95(took) <= goal else 'BROKEN'}" if goal else ""),
                    flush=True,
                )
            print(f"  measured in {time.monotonic() - began:.0f} s")
        browser.close()
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

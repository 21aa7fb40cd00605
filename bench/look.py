"""How soon the public sees its pages, and whether anything jumps: LCP and CLS, as Chromium itself measures them.

    ./run bench look [--turns 3] [--cpu 4] [--line]

187 screenings, each film with a still; every page is opened by a browser that knows nothing yet, on a processor
that is four times slower, at the width of a desk and of a phone. In turn with it a bare page is opened: the same
words and pictures, compressed alike, without styles and scripts, from a bare Litestar. `--line` slows the line,
too (150 ms, 1.6 Mbit/s). LCP is when the largest thing of the screen stands there, in milliseconds; CLS is what
jumps, once the page has been scrolled to its end. Goals: CLS ≤ 0.02, LCP ≤ 2500 ms and ≤ 3 × the bare page's;
milliseconds depend on the machine, and the ratio says what our dress costs.
"""

import argparse
import asyncio
import io
import os
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any

import brotli
import httpx
import msgspec
from PIL import Image, ImageFilter
from playwright.sync_api import Browser, sync_playwright

from bench.public import prepared, publish
from media.storage import LocalStore
from ops.pictures import ARGS
from tests.doors import Door
from tests.services import Services

WIDTHS = {1440: 900, 390: 844}
JUMPS, SOON, DRESS = 0.02, 2500.0, 3.0
"""CLS at most; LCP, which everybody who measures pages calls good; and how often the bare page's LCP it may be."""
SLOW_LINE = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 94_000}
WATCH = """window.__look = {lcp: 0, what: '', cls: 0, jumped: []}
let from = 0, last = 0, sum = 0
const named = node => node ? [node.localName ?? '#text', ...(node.classList ?? [])].join('.') : ''
new PerformanceObserver(list => {
  for (const one of list.getEntries()) Object.assign(window.__look, {lcp: one.startTime, what: named(one.element)})
}).observe({type: 'largest-contentful-paint', buffered: true})
new PerformanceObserver(list => {
  for (const one of list.getEntries()) {
    if (one.hadRecentInput) continue
    if (one.startTime - last > 1000 || one.startTime - from > 5000) [from, sum] = [one.startTime, 0]
    last = one.startTime
    sum += one.value
    window.__look.cls = Math.max(window.__look.cls, sum)
    window.__look.jumped.push(...one.sources.map(source => named(source.node)))
  }
}).observe({type: 'layout-shift', buffered: true})"""
SCROLLED = """async () => {
  for (let at = 0; at < document.documentElement.scrollHeight && at < 12000; at += innerHeight) {
    scrollTo(0, at)
    await new Promise(done => setTimeout(done, 60))
  }
}"""
STYLED = re.compile(r'<link[^>]*rel="(?:stylesheet|preload)"[^>]*>|<script.*?</script>', re.DOTALL)
POSTERS = re.compile(r'src="[^"]*/poster\.jpg"')


class BareLook(Door):
    APP = "bench.bare_look:app"


class Look(msgspec.Struct):
    lcp: float
    what: str
    cls: float
    jumped: list[str]


def still() -> bytes:
    """As heavy as a still of a film: a sky with some dust."""
    chance = Random(7)
    small = Image.new("RGB", (64, 36))
    small.putdata([tuple(chance.randrange(90) for _ in "rgb") for _ in range(64 * 36)])
    drawn = io.BytesIO()
    small.resize((1280, 720)).filter(ImageFilter.GaussianBlur(3)).save(drawn, "JPEG", quality=88)
    return drawn.getvalue()


def laid_bare(page: str, folder: Path, name: str) -> None:
    """The same words and pictures, and nothing that dresses or moves them."""
    words = POSTERS.sub('src="/still.jpg"', STYLED.sub("", page))
    (folder / f"{name}.html").write_bytes(brotli.compress(words.encode(), quality=5))


def looked_at(browser: Browser, url: str, width: int, given: argparse.Namespace) -> Look:
    """By somebody who was never there."""
    context = browser.new_context(
        viewport={"width": width, "height": WIDTHS[width]}, service_workers="block"
    )
    page = context.new_page()
    page.add_init_script(WATCH)
    line = context.new_cdp_session(page)
    line.send("Emulation.setCPUThrottlingRate", {"rate": given.cpu})
    if given.line:
        line.send("Network.enable")
        line.send("Network.emulateNetworkConditions", SLOW_LINE)
    page.goto(url, wait_until="load", timeout=120_000)
    page.wait_for_function("window.__look.lcp > 0", timeout=60_000)
    page.wait_for_timeout(600)
    first: dict[str, Any] = page.evaluate("({...window.__look})")
    page.evaluate(SCROLLED)
    page.wait_for_timeout(300)
    seen = msgspec.convert(page.evaluate("window.__look"), Look)
    context.close()
    return msgspec.structs.replace(seen, lcp=first["lcp"], what=first["what"])


def measured(browser: Browser, house: str, bare: str, pages: dict[str, str], given: argparse.Namespace) -> bool:
    kept = True
    print(f"  {'page':<14} {'width':>5} {'LCP ms':>8} {'bare ms':>8} {'ratio':>6} {'CLS':>7}  largest; what jumped")
    for name, at in pages.items():
        for width in WIDTHS:
            ours, theirs = [], []
            for _ in range(given.turns):
                ours.append(looked_at(browser, house + at, width, given))
                theirs.append(looked_at(browser, f"{bare}/{name}.html", width, given))
            lcp, other = (statistics.median(look.lcp for look in looks) for looks in (ours, theirs))
            jumps = max(look.cls for look in ours)
            jumped = sorted({what for look in ours for what in look.jumped})[:4]
            ratio = lcp / max(other, 1)
            goals = {"CLS": jumps <= JUMPS, "LCP": lcp <= SOON, "ratio": ratio <= DRESS}
            missed = [goal for goal, is_kept in goals.items() if not is_kept]
            kept &= not missed
            print(f"  {name:<14} {width:5} {lcp:8.0f} {other:8.0f} {ratio:6.2f} {jumps:7.4f}"
                  f"  {ours[-1].what}; {' '.join(jumped) or 'nothing'}"
                  f"{'  MISSED: ' if missed else ''}{', '.join(missed)}", flush=True)
    return kept


async def measure(given: argparse.Namespace, folder: Path) -> bool:
    films, people = await prepared(given)
    store = LocalStore(Path(os.environ["MEDIA_ROOT"]))
    picture = still()
    (folder / "still.jpg").write_bytes(picture)
    for film in films:
        copy = store.work_folder(film)
        (copy / "poster.jpg").write_bytes(picture)
        store.publish(copy, film)
    house = Door(folder / "house.log", {"MODE": "development", "PUBLIC_CHECK_SECONDS": "1", "LOG_LEVEL": "WARNING"})
    bare = BareLook(folder / "bare.log", {"PAGES": str(folder)})
    await house.open()
    try:
        await publish(house, people[0])
        pages = {"programme": "/", "film": f"/films/{films[0]}", "section": "/sections/C", "selection": "/selection",
                 "now": "/now", "my-festival": "/my-festival", "search": "/search?q=face", "changes": "/changes",
                 "foyer": "/foyer"}  # fmt: skip
        async with httpx.AsyncClient(base_url=f"{house.url}/fr/public", timeout=60) as client:
            for name, at in pages.items():
                laid_bare((await client.get(at)).raise_for_status().text, folder, name)
        await bare.open()
        return await asyncio.to_thread(shown, house, bare, pages, given)
    finally:
        for door in (house, bare):
            door.kill()


def shown(house: Door, bare: Door, pages: dict[str, str], given: argparse.Namespace) -> bool:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        looked_at(browser, f"{bare.url}/film.html", 390, given)  # a browser that has just started is slow by itself
        return measured(browser, f"{house.url}/fr/public", bare.url, pages, given)


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run bench look", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--turns", type=int, default=3)
    reader.add_argument("--cpu", type=float, default=4.0)
    reader.add_argument("--line", action="store_true")
    given = reader.parse_args()
    given.chairs, given.films, given.people, given.readers, given.scores, given.uploads = 1, 1, 2, 2, 0, 1
    services = Services()
    try:
        with tempfile.TemporaryDirectory(prefix="cfs-look-") as folder:
            return 0 if asyncio.run(measure(given, Path(folder))) else 1
    finally:
        services.stop()


if __name__ == "__main__":
    sys.exit(main())

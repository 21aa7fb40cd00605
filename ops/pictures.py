"""Screenshots of the running house, as each kind of person sees it.

./run pictures [FOLDER]        all pages, both languages, both widths, into FOLDER
./run pictures                 those of the README, into docs/pictures: the head of each page, small
"""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from festival import people
from festival.pool import pool
from festival.sessions import open_session
from ops.client import Door

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EDITION = "2027"
README = {"programme": "#d1", "film": ""}
POSTER = "Périhélie"
SMALL: ViewportSize = {"width": 1200, "height": 760}
WHO = {
    "filmmaker": "marta.okafor@films.example",
    "reviewer": "helene.marchand@cinema-for-space.example",
    "chair": "solene.garrec@cinema-for-space.example",
    "programmer": "camille.aubry@cinema-for-space.example",
    "operator": "operateur@cinema-for-space.example",
}


async def sessions() -> dict[str, str]:
    tokens = {}
    async with pool(size=2):
        for part, email in WHO.items():
            tokens[part] = await open_session(await people.person_with(email))
    return tokens


def places(base: str, tokens: dict[str, str], browser: Browser) -> list[tuple[str, str, str]]:
    """(name, part, path): the fixed pages, and one of each that has a film in its address."""
    programmes = Door(base, EDITION).get("/programme")["programmes"]
    shown = next((p for p in programmes if p["titles"]["fr"] == POSTER), programmes[0])
    pages = [
        ("programme", "", "/"), ("film", "", f"/films/{shown['id']}"),
        ("entrer", "", "/account/sign-in"), ("inscription", "", "/account/registration"),
        ("films", "filmmaker", "/submissions"), ("compte", "filmmaker", "/account"),
        ("nouveau", "filmmaker", "/submissions/new"),
        ("file", "reviewer", "/committee?state=all"), ("decisions", "chair", "/committee/decisions"),
        ("annonces", "chair", "/committee/announcements"), ("grille", "programmer", "/programmer/grid"),
        ("programmes", "programmer", "/programmer/programmes"),
        ("salles", "programmer", "/programmer/venues"), ("machines", "operator", "/operator/queue"),
        ("equipe", "operator", "/operator/people"),
        ("reglement", "operator", "/operator/policy?policy=festival"), ("courrier", "operator", "/operator/mailbox"),
    ]  # fmt: skip
    for name, part, listing, pattern, more in [
        ("dossier", "filmmaker", "/submissions", ".film h2 a", ""),
        ("rapport", "filmmaker", "/submissions", ".film h2 a", "/file"),
        ("salle", "reviewer", "/committee?state=all", "th.film a", ""),
    ]:
        page = browser.new_context().new_page()
        page.context.add_cookies([{"name": "session", "value": tokens[part], "url": base}])
        page.goto(f"{base}/fr/{EDITION}{listing}")
        href = page.locator(pattern).first.get_attribute("href") or ""
        pages.append((name, part, href.removeprefix(f"/fr/{EDITION}") + more))
        page.context.close()
    return pages


def shoot(browser: Browser, url: str, token: str, path: Path, width: int) -> None:
    base = os.environ["PUBLIC_URL"]
    context = browser.new_context(viewport={"width": width, "height": 900}, device_scale_factor=1)
    if token:
        context.add_cookies([{"name": "session", "value": token, "url": base}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(700)
    wide = page.evaluate("document.documentElement.scrollWidth") - width
    if path.suffix == ".jpg":
        page.set_viewport_size(SMALL)
        page.screenshot(path=path, type="jpeg", quality=72)
    else:
        page.screenshot(path=path, full_page=True)
    note = f"  {wide} px too wide" if wide > 0 else ""
    print(f"{path.name}{note} {' | '.join(faults)[:300]}", flush=True)
    context.close()


def main() -> None:
    base, tokens = os.environ["PUBLIC_URL"], asyncio.run(sessions())
    everything = len(sys.argv) > 1
    folder = Path(sys.argv[1]) if everything else Path("docs/pictures")
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=ARGS)
        for name, part, path in places(base, tokens, browser):
            if not everything and name not in README:
                continue
            for lang in ("fr", "en") if everything else ("fr",):
                for width in (1440, 390) if everything else (1440,):
                    suffix = f"-{lang}-{width}" if everything else ""
                    shoot(
                        browser,
                        f"{base}/{lang}/{EDITION}{path}{'' if everything else README[name]}",
                        tokens.get(part, ""),
                        folder / f"{name}{suffix}.{'png' if everything else 'jpg'}",
                        width,
                    )


if __name__ == "__main__":
    main()

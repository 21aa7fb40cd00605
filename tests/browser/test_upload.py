"""A film on its way: it outlives a pause, a cut, a reload and a save of the form."""

import random
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from festival.tables import new_id

SLOW = 400_000


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real film of some four megabytes: noise does not compress."""
    path = tmp_path_factory.mktemp("clips") / "aube.mp4"
    subprocess.run(
        [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "nullsrc=s=320x240:r=25:d=4,geq=random(1)*255",
            "-f",
            "lavfi",
            "-i",
            "sine=f=330:r=48000:d=4",
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-b:v",
            "8M",
            "-c:a",
            "aac",
            "-ac",
            "2",
            "-y",
            str(path),
        ],
        check=True,
    )
    return path


@pytest.fixture
def entry(site: Any, page: Page) -> str:
    """The address of a draft, in the browser of its maker."""
    edition, slug = site.an_edition("b")
    token = site.person(f"{edition}@example.org", edition=edition, parts=["filmmaker"])
    page.context.add_cookies([{"name": "session", "value": token, "url": site.base_url}])
    page.goto(f"{site.base_url}/fr/{slug}/submissions/new")
    page.fill("#f-title", "L’Aube")
    page.get_by_role("button", name="Ouvrir le dossier").click()
    return page.url.partition("?")[0]


@pytest.fixture
def slow(page: Page) -> Iterator[Any]:
    """The line of a hotel room, by the browser's own throttle."""
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")

    def speed(bytes_a_second: int) -> None:
        line.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 0,
                "downloadThroughput": -1,
                "uploadThroughput": bytes_a_second,
            },
        )

    yield speed
    speed(-1)


def percent(page: Page) -> int:
    return int(page.locator("[data-part=strip]").get_attribute("aria-valuenow") or 0)


def until(page: Page, least: int) -> None:
    ends = time.monotonic() + 30
    while percent(page) < least:
        assert time.monotonic() < ends, f"stands at {percent(page)} %"
        page.wait_for_timeout(50)


def choose(page: Page, clip: Path) -> None:
    page.set_input_files("[data-part=input]", clip)


def test_a_film_outlives_a_pause_a_save_and_a_reload(
    page: Page, entry: str, clip: Path, slow: Any
) -> None:
    page.goto(entry)
    page.fill("#f-declared_seconds", "5 min")
    slow(SLOW)
    choose(page, clip)
    expect(page.locator("#read")).to_contain_text("320 × 240")
    expect(page.locator("#read")).to_contain_text("vous aviez écrit 5 min")
    page.get_by_role("button", name="Retenir 0:04").click()
    expect(page.locator("#read")).not_to_contain_text("vous aviez écrit")
    until(page, 10)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-part=line]")).to_contain_text("En pause")
    paused = percent(page)
    page.wait_for_timeout(600)
    assert percent(page) == paused

    page.get_by_role("button", name="Reprendre").click()
    page.get_by_role("button", name="Continuer vers le générique").click()
    page.fill("#f-directors", "Marta Okafor")
    page.get_by_role("button", name="Continuer vers le synopsis").click()
    expect(page.locator("[name=version]")).not_to_have_value("1")
    until(page, min(paused + 5, 90))

    page.get_by_role("button", name="Pause").click()
    page.reload()
    expect(page.locator("[data-part=line]")).to_contain_text("Choisissez le même fichier")
    expect(page.locator("#f-directors")).to_have_value("Marta Okafor")
    kept = percent(page)
    assert kept > 0
    slow(-1)
    choose(page, clip)
    expect(page.locator("[data-part=line]")).to_contain_text("arrivé en entier", timeout=30_000)
    assert percent(page) == 100

    page.get_by_role("link", name="Voir le rapport").first.click()
    expect(page.locator("#v")).to_contain_text(
        re.compile("Le film est bon|La copie est"), timeout=90_000
    )


def test_a_cut_mends_itself_and_is_shown(page: Page, entry: str, clip: Path) -> None:
    line = {"is_cut": True}

    def cut(route: Route) -> None:
        is_lost = line["is_cut"] and route.request.method in {"PATCH", "HEAD"}
        route.abort("internetdisconnected") if is_lost else route.fallback()

    page.goto(entry)
    page.route("**/uploads/*", cut)
    choose(page, clip)
    expect(page.locator("[data-part=line]")).to_contain_text("Coupure", timeout=15_000)

    line["is_cut"] = False

    expect(page.locator("[data-part=line]")).to_contain_text("arrivé en entier", timeout=45_000)
    expect(page.locator("[data-part=scale] text")).to_contain_text("coupure")


def test_what_is_no_film_is_doubted_before_the_first_byte(
    page: Page, entry: str, tmp_path: Path
) -> None:
    letter, fake = tmp_path / "lettre.pdf", tmp_path / "film.mov"
    letter.write_bytes(b"%PDF-1.7 " + b"x" * 900)
    fake.write_bytes(b"%PDF-1.7 " + b"x" * 900)
    page.goto(entry)

    choose(page, letter)
    expect(page.locator("[data-part=fault]")).to_contain_text("n’a pas l’air d’un film")
    choose(page, fake)
    expect(page.locator("[data-part=fault]")).to_contain_text("Le début de «\u00a0film.mov")

    page.get_by_role("button", name="Envoyer quand même").click()
    expect(page.locator("[data-part=fault]")).to_contain_text("Exportez en MOV")


@pytest.fixture
def wanted(site: Any, entry: str) -> str:
    """The address of what an accepted film is to bring: a package."""
    film = entry.rpartition("/")[2]
    site.sql("UPDATE submission SET status = 'accepted' WHERE id = $1", film)
    site.sql(
        """INSERT INTO material (id, edition, labels, helps, kind, accepts, most, is_required, sections, position,
             version, created_at)
           SELECT $1, edition, '{"fr": "Copie", "en": "Print"}', '{}', 'exhibition', 'package', 1, true, '[]', 0,
             1, now() FROM submission WHERE id = $2""",
        new_id(),
        film,
    )
    return f"{entry}/materials"


def test_a_package_goes_on_from_its_folder_after_a_reload_and_its_report_is_drawn_by_itself(
    page: Page, wanted: str, slow: Any, tmp_path: Path
) -> None:
    folder, other = tmp_path / "Nuit_FTR", tmp_path / "Photos"
    image = random.randbytes(900_000)
    for one in (folder, other):
        one.mkdir()
        (one / "image.mxf").write_bytes(image)
    (folder / "ASSETMAP.xml").write_text("<AssetMap/>")
    page.goto(wanted)
    page.set_input_files("[data-part=folder]", other)
    expect(page.locator("[data-part=fault]")).to_contain_text("il n’a pas d’ASSETMAP")

    slow(SLOW)
    page.set_input_files("[data-part=folder]", folder)
    expect(page.locator("[data-part=line]")).to_contain_text("sur 903")
    while page.locator("[data-part=bar]").evaluate("bar => bar.value") < 0.2:
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator("[data-part=state]")).to_contain_text("Ce qui est arrivé est gardé")
    page.reload()
    expect(page.locator(".receiving")).to_contain_text("sont arrivés et gardés")
    expect(page.locator(".receiving")).not_to_contain_text("0 octet")
    slow(-1)
    (folder / "image.mxf").write_bytes(bytes(1000))
    page.set_input_files("[data-part=folder]", folder)
    expect(page.get_by_role("button", name="Recommencer avec celui-ci")).to_be_visible()
    (folder / "image.mxf").write_bytes(image)
    page.set_input_files("[data-part=folder]", folder)

    expect(page.locator(".material")).to_contain_text("Refusé, à renvoyer", timeout=60_000)
    expect(page.locator(".reasons")).to_contain_text("ASSETMAP")


@pytest.mark.parametrize(
    ("kind", "picture", "sound", "told"),
    [
        ("mp4", ["-c:v", "libx264", "-pix_fmt", "yuv420p"], [], "Il n’y a pas de son"),
        ("mkv", ["-c:v", "libx264", "-pix_fmt", "yuv420p"], [], "Il n’y a pas de son"),
        ("mp4", [], ["-c:a", "aac"], "Il n’y a pas d’image"),
        (
            "mov",
            ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
            ["-c:a", "aac"],
            "ce codec d’image : mjpeg",
        ),
        ("mkv", ["-c:v", "mpeg4", "-s", "160x90"], ["-c:a", "aac"], "160 × 90, il faut 144 lignes"),
        ("mp4", ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-t", "0.5"], ["-c:a", "aac"], ""),
    ],
)
def test_what_the_headers_admit_is_told_before_the_first_byte(
    page: Page,
    entry: str,
    tmp_path: Path,
    kind: str,
    picture: list[str],
    sound: list[str],
    told: str,
) -> None:
    clip = tmp_path / f"film.{kind}"
    inputs = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=24:d=3"] if picture else []
    inputs += ["-f", "lavfi", "-i", "sine=r=48000:d=3"] if sound else []
    subprocess.run(["ffmpeg", "-v", "error", *inputs, *picture, *sound, "-y", clip], check=True)
    sent: list[str] = []
    page.on(
        "request", lambda request: sent.append(request.url) if "/uploads" in request.url else None
    )
    page.goto(entry)

    choose(page, clip)

    if told:
        expect(page.locator("[data-part=fault]")).to_contain_text(told)
        expect(page.get_by_role("button", name="Envoyer quand même")).to_be_visible()
        assert sent == []
    else:
        expect(page.locator("[data-part=line]")).to_contain_text("arrivé en entier", timeout=30_000)


def test_subtitles_are_brought_and_taken_away_beside_the_film(
    page: Page, entry: str, clip: Path, tmp_path: Path
) -> None:
    page.goto(entry)
    choose(page, clip)
    expect(page.locator("[data-part=line]")).to_contain_text("arrivé en entier", timeout=60_000)
    lines, letter = tmp_path / "aube.srt", tmp_path / "lettre.srt"
    lines.write_bytes("1\n00:00:01,000 --> 00:00:02,000\nA café at dawn.\n".encode("cp1252"))
    letter.write_text("Cher comité")
    page.goto(f"{entry}/file")
    expect(page.locator("#v")).to_contain_text(
        re.compile("Le film est bon|La copie est"), timeout=120_000
    )

    def bring(file: Path) -> None:
        page.fill("#f-language", "anglais")
        page.select_option("#f-kind", "sdh")
        page.set_input_files("#f-subtitles", file)
        page.get_by_role("button", name="Ajouter").click()

    bring(letter)
    expect(page.locator("#e-subtitles")).to_contain_text("Aucune réplique n’est lisible")
    bring(lines)
    expect(page.locator("#subtitles .versions li").first).to_contain_text(
        "anglais (sourds et malentendants)"
    )
    page.get_by_role("button", name="C’est bien lu").click()
    expect(page.locator("#subtitles .first")).to_have_count(0)
    expect(page.locator("film-copy track")).to_have_attribute(
        "label", "anglais (sourds et malentendants)"
    )

    page.get_by_role("button", name="Retirer : anglais").click()
    expect(page.locator("#subtitles li")).to_have_count(0)


ASKED = """INSERT INTO question (id, edition, position, kind, labels, helps, options, asks, sections, wanted,
             accepts, identifies, version, created_at)
           SELECT $1, edition, 9, 'file', '{"fr": "Une photo", "en": "A still"}', '{}', '[]', 'makers', '[]',
             'optional', 'picture', false, 1, now() FROM submission WHERE id = $2"""


def test_several_files_are_told_apart_and_go_one_after_another(
    page: Page, entry: str, clip: Path, site: Any, tmp_path: Path
) -> None:
    site.sql(ASKED, new_id(), entry.rpartition("/")[2])
    lines, still, list_ = (tmp_path / name for name in ("aube.en.srt", "photo.jpg", "notes.txt"))
    lines.write_text("1\n00:00:01,000 --> 00:00:02,000\nA café at dawn, far from here.\n")
    still.write_bytes(b"\xff\xd8\xff" + b"x" * 900 + b"\xff\xd9")
    list_.write_text("rien")
    page.goto(entry)
    page.set_input_files("[data-part=input]", [clip, lines, still, list_])
    rows = page.locator("file-queue li")
    kinds = rows.locator("[data-part=kind] option:checked")

    assert kinds.all_text_contents() == [
        "Le film",
        "Des sous-titres",
        "Une photo",
        "Ne pas envoyer",
    ]
    assert rows.nth(1).locator("[data-part=tongue]").input_value() == "anglais"
    page.get_by_role("button", name="Enlever notes.txt").click()
    rows.nth(1).locator("[data-part=tongue]").fill("klingonais")
    page.get_by_role("button", name="C’est bien cela").click()
    expect(rows.nth(1)).to_contain_text("Dites dans quelle langue")
    rows.nth(1).locator("[data-part=tongue]").fill("Anglais")
    page.get_by_role("button", name="C’est bien cela").click()

    expect(rows.nth(2)).to_contain_text("arrivé")
    expect(rows.nth(0)).to_contain_text("arrivé")
    expect(rows.nth(1)).to_contain_text(re.compile("attend que le film|arrivé"))
    page.click("#tasks [data-to=rights]")
    expect(page.locator("#asked-files")).to_contain_text("photo.jpg")


REFUSED = """{"outcome": "refused", "policy": "demo", "findings":
  [{"code": "VIDEO_RES_LOW", "severity": "reject", "measured": "160 × 100", "limit": "144"}]}"""


def test_a_film_refused_while_its_line_was_cut_is_not_sent_again(
    page: Page, entry: str, clip: Path, site: Any
) -> None:
    line = {"is_cut": True}
    asked: list[str] = []

    def cut(route: Route) -> None:
        asked.append(route.request.method)
        is_lost = line["is_cut"] and route.request.method in {"PATCH", "HEAD"}
        route.abort("internetdisconnected") if is_lost else route.fallback()

    page.goto(entry)
    page.route("**/uploads/*", cut)
    page.on(
        "request", lambda one: asked.append(one.method) if one.url.endswith("/uploads") else None
    )
    choose(page, clip)
    expect(page.locator("[data-part=line]")).to_contain_text("Coupure", timeout=15_000)
    site.sql(
        "UPDATE film_file SET state = 'faulty', verdict = $2::jsonb WHERE submission = $1",
        entry.rpartition("/")[2],
        REFUSED,
    )

    line["is_cut"] = False
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator("[data-part=fault]")).to_contain_text("il faut 144 lignes", timeout=45_000)
    expect(page.get_by_role("button", name="Reprendre")).to_be_hidden()
    assert asked.count("POST") == 1

    choose(page, clip)
    expect(page.locator("[data-part=line]")).to_contain_text("arrivé en entier", timeout=45_000)
    assert asked.count("POST") == 2


def test_a_film_that_went_elsewhere_meanwhile_does_not_begin_anew(
    page: Page, entry: str, clip: Path, site: Any
) -> None:
    line = {"is_cut": True}
    asked: list[str] = []

    def cut(route: Route) -> None:
        is_lost = line["is_cut"] and route.request.method in {"PATCH", "HEAD"}
        route.abort("internetdisconnected") if is_lost else route.fallback()

    page.goto(entry)
    page.route("**/uploads/*", cut)
    page.on(
        "request", lambda one: asked.append(one.method) if one.url.endswith("/uploads") else None
    )
    choose(page, clip)
    expect(page.locator("[data-part=line]")).to_contain_text("Coupure", timeout=15_000)
    site.sql(
        "UPDATE film_file SET state = 'replaced', expires_at = now() - interval '1 day' WHERE submission = $1",
        entry.rpartition("/")[2],
    )

    line["is_cut"] = False
    page.evaluate("dispatchEvent(new Event('online'))")

    expect(page.locator("[data-part=fault]")).to_contain_text("recommencez", timeout=45_000)
    assert asked.count("POST") == 1

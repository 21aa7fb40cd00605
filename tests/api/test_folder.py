"""The site in a folder: every link of it leads to a file of it, whatever a film is called, and nothing in it is not public."""

import io
import re
import zipfile
from posixpath import dirname, join, normpath
from urllib.parse import urldefrag

import pytest
from lxml import html

from api.frozen import Frozen, printed_page
from api.hues import hue_sheet
from festival.db import rows
from reviews.tables import Review
from screenings import publication
from tests.api.test_frozen_pages import published
from tests.builders import a_film, a_person, sign_in
from tests.screenings.hostile import HOSTILE, hostile_world
from tests.screenings.world import World

LINKED = {"a": "href", "link": "href", "img": "src", "script": "src", "form": "action", "source": "src"}
IN_A_SHEET = re.compile(r"url\(\"?([^\")]+)")
SCHEME = re.compile(r"[a-z]+:")


async def a_site(app, client) -> tuple[World, zipfile.ZipFile]:
    """Hostile films, published; its paper lies on the shelf, for a printer takes seconds."""
    world = await hostile_world()
    await published(app, world)
    await paper(app, world)
    await sign_in(client, world.by)
    return world, await taken(client, world)


async def paper(app, world: World) -> None:
    held = await app.state.shelf.held(world.edition.slug)
    for place in [f"/{lang}/{world.edition.slug}/{name}.pdf" for lang in ("fr", "en") for name in ("booklet", "days")]:
        made = printed_page(place, b"%PDF of " + place.encode(), "application/pdf")
        held.pages[place] = Frozen(made, https=False)


async def taken(client, world: World) -> zipfile.ZipFile:
    answer = await client.get(f"/api/v1/{world.edition.slug}/programme/site.zip")
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


def leads_to(name: str, body: bytes) -> list[str]:
    """Every address in a page or a sheet, but what begins with a scheme."""
    if name.endswith(".css"):
        found = IN_A_SHEET.findall(body.decode())
    elif name.endswith(".html"):
        page = html.document_fromstring(body.decode(), parser=html.HTMLParser(encoding="utf-8"))
        found = [one.get(LINKED[one.tag]) for one in page.iter(*LINKED) if one.get(LINKED[one.tag]) is not None]
    else:
        return []
    return [one for one in found if not SCHEME.match(one)]


async def test_every_link_leads_to_a_file_of_the_folder(app, client) -> None:
    world, site = await a_site(app, client)
    root = f"{world.edition.slug}-1/"
    files = {name.removeprefix(root): site.read(name) for name in site.namelist()}

    lost = [
        (name, there)
        for name, body in files.items()
        for there in leads_to(name, body)
        if there.startswith("/") or (not there.startswith("#")
        and normpath(join(dirname(name), urldefrag(there)[0])) not in files)
    ]

    assert lost == []
    assert len(site.namelist()) == len(set(site.namelist()))
    assert all(name.startswith(root) and ".." not in name for name in site.namelist())
    film = world.programmes[0]
    assert {
        "index.html", "fr/index.html", "en/index.html", f"fr/films/{film}.html", f"en/films/{film}.html",
        "fr/now.html", f"fr/venues/{world.venue}.html", "fr/sections/C.html", "fr/programme.ics", "fr/booklet.pdf", "css/sections.css", "sheets/all.public.film.css",
        "vendor/inter-latin.woff2", "fr/exports/schedule.xml", "programme.json", f"programme/films/{film}.json",
        f"stills/{await file_of(world, 0)}.jpg",
    } <= set(files)  # fmt: skip
    assert any(name.startswith("fr/screenings/") for name in files)
    assert files["css/sections.css"] == await hue_sheet(world.edition)
    for n, title in enumerate(HOSTILE):
        page = html.document_fromstring(files[f"fr/films/{world.programmes[n]}.html"].decode())
        assert title in page.xpath("//h1")[0].text_content()
    is_a_copy({name: body.decode() for name, body in files.items() if name.endswith(".html")}, world.edition.slug)


def is_a_copy(pages: dict[str, str], slug: str) -> None:
    """Each page says so, leads to the standing one, and asks nothing of a house."""
    for name, text in pages.items():
        if "/" in name:
            assert f'<a href="http://127.0.0.1:8000/{name.split("/")[0]}/{slug}' in text
        assert not re.search(r'type="module"|<form[^>]*action|data-keep|sign-in|serviceWorker|name="csrf"', text), name


async def file_of(world: World, n: int) -> str:
    [row] = await rows("SELECT id FROM film_file WHERE submission = {}", world.films[n])
    return row["id"]


async def test_what_is_not_public_changes_no_byte_of_it(app, client) -> None:
    world, before = await a_site(app, client)
    planted = ["Filmtenusecret", "Notedujury", "Piasecrete"]
    secret, copy = await a_film(world.edition, world.maker, title=planted[0], status="accepted", pending="accepted")
    await Review(submission=secret, file=copy, person=world.by.id, opinion=planted[1]).save()
    await rows("UPDATE person SET name = {} WHERE id = {} RETURNING id", planted[2], world.by.id)
    people = await rows("SELECT email FROM person WHERE id = ANY({})", [world.by.id, world.maker.id])

    site = await taken(client, world)

    words = [word.encode() for word in (*planted, copy, secret, *(one["email"] for one in people))]
    for name in site.namelist():
        body = site.read(name)
        assert [word for word in words if word in body or word.decode() in name] == [], name
        assert not re.search(rb"screener|\.m3u8|@example|/committee|/programmer", body), name
    assert before.fp.getvalue() == site.fp.getvalue()
    assert len({info.date_time for info in site.infolist()}) == 1
    await a_lost_still(app, client, world)


async def a_lost_still(app, client, world: World) -> None:
    """Its place is empty, as where there never was one."""
    lost = await file_of(world, 1)
    app.state.store.discard_copy(lost)

    site = await taken(client, world)

    assert [name for name in site.namelist() if lost in name and not name.endswith(".json")] == []
    assert lost.encode() not in site.read(f"{world.edition.slug}-1/fr/films/{world.programmes[1]}.html")


@pytest.mark.parametrize(("role", "status"), [("operator", 200), ("filmmaker", 403), ("reviewer", 403)])
async def test_the_office_takes_it_and_nobody_else(app, client, role: str, status: int) -> None:
    world = await World().build("accepted")
    await world.place(0, 720)
    await publication.publish(world.edition, version=await world.version(), by=world.by)
    await paper(app, world)
    await sign_in(client, await a_person(role, edition=world.edition))

    answer = await client.get(f"/fr/{world.edition.slug}/programmer/publications/site.zip")

    assert answer.status_code == status


async def test_before_a_number_is_read_there_is_nothing_to_take(client) -> None:
    world = await World().build("accepted")
    await sign_in(client, world.by)

    answer = await client.get(f"/api/v1/{world.edition.slug}/programme/site.zip")

    assert (answer.status_code, answer.json()["codes"]) == (404, ["programme_not_published"])


def test_a_page_passes_as_it_stands_but_for_its_addresses() -> None:
    from api.folder import Relinking

    page = (
        '<!doctype html>\n<html lang="fr"><!-- href="/a" --><p title="&#34; href=&#34;/b">1 &lt; 2 &amp; 3&#8239;: href="/c"'
        '<script type="application/json">{"a": " href=\\"/d\\" </p>"}</script><svg viewBox="0 0 1 1"><path d="M0 0"/></svg>'
    )
    assert Relinking(lambda tag, given: f"{tag}!{given}").done(page) == page
    assert Relinking(lambda tag, _: "x&y").done('<a  href="/q?a=1&amp;b=2">') == '<a  href="x&amp;y">'

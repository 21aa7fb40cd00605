"""What is published lies ready as bytes: whole, the same for everybody, gone as soon as it is not true."""

import asyncio
import gzip
import re
from datetime import timedelta

import brotli
import pytest

from api.app import create_app
from api.frozen import coding_of, tags_in
from festival import site
from festival.clock import now
from festival.db import rows
from festival.settings import Settings
from festival.site import NewText, SiteKind
from festival.tables import Edition
from screenings import publication
from submissions.tables import Submission
from tests.builders import a_person, sign_in
from tests.screenings.world import World


async def a_programme(app, *, films: int = 2) -> World:
    """Published by the house's own press."""
    world = await World().build(*["accepted"] * films)
    for n in range(films):
        await world.place(n, 720 + 240 * n)
    await published(app, world)
    return world


async def published(app, world: World) -> int:
    version, press = await world.version(), app.state.shelf
    return await publication.publish(world.edition, version=version, by=world.by, press=press)


def addresses(world: World) -> list[str]:
    """One of each kind."""
    home, film = f"/fr/{world.edition.slug}", world.programmes[0]
    return [
        home, f"{home}/films/{film}", f"{home}/programme.ics",
        f"{home}/days/2027-11-26/programme.ics", f"{home}/venues/{world.venue}/programme.ics",
        f"{home}/exports/grid.csv", f"{home}/exports/grid.xlsx", f"{home}/exports/schedule.xml",
        f"/api/v1/{world.edition.slug}/programme", f"/api/v1/{world.edition.slug}/programme/films/{film}",
    ]  # fmt: skip


async def printed_paths(world: World) -> set[str]:
    kept = await rows("SELECT path FROM printed_page WHERE edition = {}", world.edition.id)
    return {row["path"] for row in kept}


async def test_publishing_prints_everything_that_the_public_reads(app, client) -> None:
    world = await a_programme(app)
    paths = await printed_paths(world)

    for address in addresses(world):
        assert address in paths
        assert (await client.get(address)).status_code == 200
    assert await printed_paths(world) == paths, "a reader had to wait for a page that was not ready"


async def test_a_page_is_the_same_bytes_in_every_coding(app, client) -> None:
    world = await a_programme(app)
    for address in addresses(world):
        plain = await client.get(address, headers={"accept-encoding": "identity"})
        for coding, opened in {"br": brotli.decompress, "gzip": gzip.decompress}.items():
            async with client.stream("GET", address, headers={"accept-encoding": coding}) as answer:
                raw = b"".join([piece async for piece in answer.aiter_raw()])
                if answer.headers.get("content-encoding") is None:
                    assert raw == plain.content
                    continue
                assert answer.headers["content-encoding"] == coding
                assert opened(raw) == plain.content
                assert answer.headers["etag"] != plain.headers["etag"], "one tag, two codings"


async def test_who_has_the_page_is_sent_nothing_again(app, client) -> None:
    world = await a_programme(app)
    for address in addresses(world):
        first = await client.get(address)
        again = await client.get(address, headers={"if-none-match": first.headers["etag"]})
        weak = await client.get(address, headers={"if-none-match": f'"x", W/{first.headers["etag"]}'})
        head = await client.head(address)

        assert not first.headers["etag"].startswith("W/")
        assert [(one.status_code, one.content) for one in (again, weak)] == [(304, b"")] * 2
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])
        assert first.headers["cache-control"] == again.headers["cache-control"] == "public, no-cache"
        assert "accept-encoding" in first.headers["vary"]
        assert "default-src 'none'" in first.headers["content-security-policy"]


async def test_another_house_prints_the_same_bytes(app) -> None:
    """A second process, or a machine to which everything was restored."""
    world = await a_programme(app)
    kept = await rows("SELECT path, key, tag FROM printed_page WHERE edition = {}", world.edition.id)
    await rows("DELETE FROM printed_page WHERE edition = {} RETURNING id", world.edition.id)
    other = create_app(Settings.read()).state.shelf

    held = await other.held(world.edition.slug)
    key, pages = await other.print(held.public)

    made = {(page.path, key, page.tag) for page in pages if not page.path.endswith(".xlsx")}
    assert made == {(k["path"], k["key"], k["tag"]) for k in kept if not k["path"].endswith(".xlsx")}


async def test_what_is_taken_back_is_gone_at_once(app, client) -> None:
    world = await a_programme(app)
    gone = [a for a in addresses(world) if world.programmes[0] in a]
    before = {address: (await client.get(address)).text for address in addresses(world)}
    assert "Nuit 0" in before[f"/fr/{world.edition.slug}"]

    await Submission.update({Submission.status: "withdrawn"}).where(Submission.id == world.films[0])

    for address in addresses(world):
        answer = await client.get(address)
        assert "Nuit 0" not in answer.text
        assert answer.status_code == (404 if address in gone else 200)


async def test_words_of_the_site_reach_the_page_without_a_new_number(app, client) -> None:
    world = await a_programme(app)
    place = f"/fr/{world.edition.slug}"
    before = await client.get(place)
    operator = await a_person("operator", edition=world.edition)

    await site.write_text(world.edition, SiteKind.TAGLINE, NewText(texts={"fr": "Trois nuits."}), by=operator)
    await Edition.update({Edition.places: {"fr": "Palais neuf"}}).where(Edition.id == world.edition.id)
    after = await client.get(place, headers={"if-none-match": before.headers["etag"]})

    assert (after.status_code, "Trois nuits." in after.text, "Palais neuf" in after.text) == (200, True, True)
    assert (await client.get(f"/api/v1/{world.edition.slug}/programme")).json()["number"] == 1


async def test_before_the_opening_nothing_is_read_and_nothing_was_printed(app, client) -> None:
    world = await World().build("accepted")
    await Edition.update({Edition.opens_at: now() + timedelta(days=1)}).where(Edition.id == world.edition.id)
    world.edition = await Edition.objects().get(Edition.id == world.edition.id)
    await world.place(0, 720)
    await published(app, world)

    pages = await rows("SELECT * FROM printed_page WHERE edition = {}", world.edition.id)
    shown = [gzip.decompress(page["gzip"]) if page["gzip"] else page["plain"] for page in pages]
    assert len(shown) > 0
    assert [page for page in shown if b"Nuit 0" in page] == []
    for address in addresses(world)[1:]:
        assert (await client.get(address)).status_code == 404
    await sign_in(client, world.by)
    inside = await client.get(addresses(world)[0])
    assert ("Nuit 0" in inside.text, inside.headers["cache-control"]) == (True, "private, no-store")


async def test_who_has_signed_in_never_gets_nor_leaves_a_page_of_everybody(app, client) -> None:
    world = await a_programme(app)
    place = addresses(world)[0]
    app.state.shelf.fresh = 60.0  # what lies ready is handed out at once
    try:
        anonymous = await client.get(place)
        await sign_in(client, world.by)
        own = await client.get(place)
        client.cookies.clear()
        again = await client.get(place)
    finally:
        app.state.shelf.fresh = 0.0

    assert ("Pia" in own.text, own.headers["cache-control"]) == (True, "private, no-store")
    assert ("Pia" in anonymous.text, again.content == anonymous.content) == (False, True)


async def test_an_act_at_this_door_is_true_at_once_however_fresh_the_page(app, client) -> None:
    world = await a_programme(app)
    place = addresses(world)[0]
    app.state.shelf.fresh = 60.0
    try:
        before = await client.get(place)
        await sign_in(client, world.by)
        await client.post(f"/api/v1/{world.edition.slug}/grid/publications/1/withdrawal", json={"reason": "Une salle était fermée."})
        client.cookies.clear()
        after = await client.get(place)
    finally:
        app.state.shelf.fresh = 0.0

    assert ("Nuit 0" in before.text, "Nuit 0" in after.text) == (True, False)


async def test_the_first_page_after_publishing_is_drawn_by_nobody(app, client, monkeypatch) -> None:
    world = await a_programme(app)
    monkeypatch.setattr("api.shelf.drawn", lambda *_: pytest.fail("a reader waits for a drawing"))

    answers = [await client.get(address) for address in addresses(world)]

    assert {answer.status_code for answer in answers} == {200}


async def test_a_diary_of_one_film_is_drawn_for_its_first_reader_and_kept(app, client) -> None:
    world = await a_programme(app)
    address = f"/fr/{world.edition.slug}/films/{world.programmes[0]}/programme.ics"
    assert address not in await printed_paths(world)

    first, again = await client.get(address), await client.get(address)

    assert (first.status_code, first.content) == (200, again.content)
    assert address in await printed_paths(world)


async def test_twins_that_ask_for_a_page_nobody_has_draw_it_once(app, client) -> None:
    world = await a_programme(app)
    await rows("DELETE FROM printed_page WHERE edition = {} RETURNING id", world.edition.id)
    app.state.shelf.editions.clear()

    answers = await asyncio.gather(*(client.get(addresses(world)[1]) for _ in range(8)))

    assert len({answer.content for answer in answers}) == 1
    assert len(await printed_paths(world)) == 1


async def test_addresses_and_ids_stay_through_moves_and_absences(app, client) -> None:
    world = await a_programme(app)
    first = (await client.get(f"/api/v1/{world.edition.slug}/programme")).json()
    ids = {one["id"]: one["programme"] for one in first["screenings"]}

    await sign_in(client, world.by)
    grid = f"/api/v1/{world.edition.slug}/grid"
    stood = (await client.get(grid)).json()
    moved = next(one for one in stood["screenings"] if one["programme"] == world.programmes[0])
    out = await client.delete(f"/api/v1/{world.edition.slug}/screenings/{moved['id']}",
                              headers={"if-match": f'"{stood["version"]}"'})  # fmt: skip
    assert out.status_code < 300, out.text
    await published(app, world)
    assert len((await client.get(f"/api/v1/{world.edition.slug}/programme")).json()["screenings"]) == 1
    await world.place(0, 900)
    await published(app, world)

    last = (await client.get(f"/api/v1/{world.edition.slug}/programme")).json()
    assert {one["id"]: one["programme"] for one in last["screenings"]} == ids


@pytest.mark.unit
@pytest.mark.parametrize(("accepted", "coding"), [
    (b"gzip, deflate, br", "br"), (b"gzip", "gzip"), (b"", ""), (b"br;q=0, gzip", "gzip"), (b"*", "br"),
    (b"br;q=0.000, *;q=0", ""), (b"identity", ""), (b"GZIP;q=0.5", "gzip"), (b"*;q=0, gzip;q=1", "gzip"),
    (b"\xff\xfe", ""), (b"zstd", ""),
])  # fmt: skip
def test_a_reader_gets_a_coding_that_they_take(accepted: bytes, coding: str) -> None:
    assert coding_of(accepted) == coding


@pytest.mark.unit
def test_tags_are_read_one_by_one() -> None:
    assert tags_in(b'"a", W/"b" ,"c-br"') == {'"a"', '"b"', '"c-br"'}


def uids(text: str) -> set[str]:
    return set(re.findall(r"UID:(\S+)", text.replace("\r\n ", "")))


async def test_a_calendar_names_its_events_by_the_editions_own_domain_for_ever(app, client, monkeypatch) -> None:
    world = await a_programme(app)
    before = uids((await client.get(addresses(world)[2])).text)
    monkeypatch.setattr(app.state.shelf, "url", "https://autre.example.org")
    await world.move(0, 1080)
    await published(app, world)
    after = uids((await client.get(addresses(world)[2])).text)

    assert {one.partition("@")[2] for one in before} == {f"{world.edition.slug}.cinema-for-space"}
    assert (len(after), after) == (2, before)

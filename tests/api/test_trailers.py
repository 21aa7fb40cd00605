"""A trailer beside an entry: its makers' alone until they release it, public only where its film is, never the film."""

import base64
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from festival import leases
from festival.db import later, rows
from festival.leases import Heartbeat
from festival.progress import News
from festival.settings import Settings
from festival.tables import Edition, Outbox
from keeping import erasure, retention
from media.storage import LocalStore
from submissions import trailers
from submissions.lists import current_file
from submissions.tables import Trailer
from tests.api.test_frozen_pages import a_programme
from tests.builders import a_film, a_person, an_edition, sign_in
from tests.clips import Clips
from tests.clips import film as clip

pytestmark = pytest.mark.asyncio(loop_scope="session")


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


async def send(client: httpx.AsyncClient, edition: Edition, film: str, raw: bytes, **more: str) -> httpx.Response:
    """By the protocol of films, in one piece."""
    known = {"submission": film, "filename": "trailer.mp4", "kind": "trailer"} | more
    headers = {
        "tus-resumable": "1.0.0", "upload-length": str(len(raw)), "content-type": "application/offset+octet-stream",
        "upload-metadata": ",".join(f"{key} {b64(value)}" for key, value in known.items()),
    }  # fmt: skip
    return await client.post(f"/api/v1/{edition.slug}/uploads", content=raw, headers=headers)


async def work(task: str, trailer: str) -> None:
    """As a worker takes the line."""
    [line] = [one for one in await Outbox.objects().where((Outbox.task == task) & Outbox.done_at.is_null())
              if one.args["trailer"] == trailer]  # fmt: skip
    lease = await leases.take(line.id, worker="w")
    assert lease is not None
    ids, settings = (trailer, line.args["edition"]), Settings.read()
    if task == "make_trailer":
        news = News(Redis.from_url(settings.redis_url))
        await trailers.make(*ids, lease=lease, heartbeat=Heartbeat(lease), news=news, settings=settings)
        await news.redis.aclose()
    else:
        await trailers.discard(*ids, store=LocalStore(settings.media_root))
    await leases.finish(lease)


async def a_trailer(edition: Edition, film: str, state: str = "ready") -> Trailer:
    """With a copy of a few bytes on the disk."""
    made = Trailer(edition=edition.id, submission=film, state=state, name="t.mp4", size=9)
    await made.save()
    store = LocalStore(Settings.read().media_root)
    folder = store.work_folder(made.id)
    (folder / "master.m3u8").write_bytes(b"#EXTM3U")
    (folder / "seg.m4s").write_bytes(b"published")
    store.publish(folder, made.id)
    return made


async def listed(client: httpx.AsyncClient, edition: Edition, film: str) -> list[dict[str, Any]]:
    return (await client.get(f"/api/v1/{edition.slug}/submissions/{film}/trailers")).json()


@pytest.mark.parametrize(("sound", "seconds", "state"), [(None, 2, "ready"), (None, 302, "faulty")])
async def test_a_trailer_goes_through_the_booth_and_is_no_version_of_the_film(
    client, tmp_path: Path, sound: str | None, seconds: float, state: str
) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, file = await a_film(edition, maker, status="accepted")
    await sign_in(client, maker)
    drawn = clip(seconds=seconds, sound=sound, size="192x144", rate="24" if seconds < 10 else "1")

    begun = await send(client, edition, film, Clips(tmp_path).draw(drawn).read_bytes())
    trailer = begun.headers["location"].rpartition("/")[2]
    await work("make_trailer", trailer)
    [there] = await listed(client, edition, film)
    standing = await current_file(film)
    store = LocalStore(Settings.read().media_root)
    copy = await client.get(f"/api/v1/{edition.slug}/trailers/{trailer}/copy/master.m3u8")

    assert begun.status_code == 201
    assert there["state"] == state, there
    assert ("DURATION_LONG" in [one["code"] for one in there["findings"]]) == (state == "faulty")
    assert copy.status_code == (200 if state == "ready" else 404)
    assert standing is not None
    assert standing.id == file
    assert not store.master_path(trailer).exists()  # what was sent is kept nowhere


async def coming(client: httpx.AsyncClient, tmp_path: Path) -> tuple[Edition, str, str, bytes]:
    """A trailer that has come whole, and waits for the booth."""
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status="accepted")
    await sign_in(client, maker)
    raw = Clips(tmp_path).draw(clip(seconds=1, sound=None, size="192x144", rate="24")).read_bytes()
    begun = await send(client, edition, film, raw)
    return edition, film, begun.headers["location"].rpartition("/")[2], raw


async def test_one_that_is_taken_away_in_the_booth_leaves_nothing(client, tmp_path: Path, monkeypatch) -> None:
    """Its copy is published already, and nothing is on its row yet: removed there, or cut off there and done again."""
    edition, film, trailer, _ = await coming(client, tmp_path)
    store = LocalStore(Settings.read().media_root)
    keep = trailers._keep

    async def removed_before(*args: Any, **more: Any) -> None:
        assert store.is_published(trailer)
        [there] = await listed(client, edition, film)
        at = f"/api/v1/{edition.slug}/submissions/{film}/trailers/{trailer}/removal"
        assert (await client.post(at, json={"version": there["version"]})).status_code == 204
        await work("discard_trailer", trailer)
        late = store.work_folder("attempt2")
        (late / "master.m3u8").write_bytes(b"#EXTM3U")
        store.publish(late, trailer)  # by a worker that is slow
        raise OSError("cut off")

    monkeypatch.setattr(trailers, "_keep", removed_before)
    with pytest.raises(OSError, match="cut off"):
        await work("make_trailer", trailer)
    monkeypatch.setattr(trailers, "_keep", keep)
    await rows("UPDATE outbox SET leased_until = now() - interval '1 s' WHERE args->>'trailer' = {} RETURNING id", trailer)
    await work("make_trailer", trailer)

    assert await listed(client, edition, film) == []
    assert (store.is_published(trailer), store.master_path(trailer).exists()) == (False, False)


async def test_a_second_upload_takes_the_place_of_one_that_is_under_way(client, tmp_path: Path) -> None:
    edition, film, first, raw = await coming(client, tmp_path)

    second = (await send(client, edition, film, raw)).headers["location"].rpartition("/")[2]
    await work("make_trailer", first)
    await work("discard_trailer", first)

    assert [one["id"] for one in await listed(client, edition, film)] == [second]
    store = LocalStore(Settings.read().media_root)
    assert [store.master_path(one).exists() for one in (first, second)] == [False, True]


async def test_the_office_sees_a_trailer_and_takes_it_down_with_a_reason(app, client) -> None:
    world = await a_programme(app, films=1)
    [film] = world.films
    made, edition = await a_trailer(world.edition, film, "released"), world.edition
    await sign_in(client, await a_person("operator", edition=edition, name="Maud"))
    page, api = f"/fr/{edition.slug}/operator/entries/{film}", f"/api/v1/{edition.slug}/operator/entries/{film}"
    public = f"/api/v1/{edition.slug}/programme/trailers/{made.id}/seg.m4s"

    there = (await client.get(page)).text, (await client.get(f"{api}/trailers/{made.id}/copy/seg.m4s")).status_code
    bare = await client.post(f"{api}/trailers/{made.id}/takedown", json={"reason": " ", "version": 1})
    late = await client.post(f"{api}/trailers/{made.id}/takedown", json={"reason": "Elle dit la fin.", "version": 9})
    stood = (await client.get(public)).status_code
    done = await client.post(f"{api}/trailers/{made.id}/takedown", json={"reason": "Elle dit la fin.", "version": 1})
    told = await rows("SELECT body FROM letter WHERE about = {} AND kind = 'trailer_taken_down'", film)

    assert (made.id in there[0], there[1]) == (True, 200)
    assert (bare.status_code, late.status_code, stood, done.status_code) == (422, 409, 200, 204)
    assert (await client.get(public)).status_code == 404
    assert ["Elle dit la fin." in letter["body"] for letter in told] == [True]
    assert "retire une bande-annonce" in (await client.get(f"{page}/timeline")).text


async def test_a_word_that_nobody_knows_does_not_pass_for_a_film(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status="draft")
    await sign_in(client, maker)

    answer = await send(client, edition, film, b"x", kind="poster")

    assert (answer.status_code, answer.json()["codes"]) == (400, ["upload_metadata_invalid"])


@pytest.mark.parametrize("part", ["reviewer", "chair", "programmer", "operator", "filmmaker"])
async def test_nobody_but_its_makers_sees_a_trailer_that_is_not_public(client, part: str) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status="submitted")
    made = await a_trailer(edition, film, "released")
    await sign_in(client, await a_person(part, edition=edition, name="Other"))
    api = f"/api/v1/{edition.slug}"

    doors = [
        f"{api}/submissions/{film}/trailers", f"{api}/trailers/{made.id}/copy/seg.m4s",
        f"{api}/files/{made.id}/screener/seg.m4s", f"{api}/operator/entries/{film}/trailers/{made.id}/copy/seg.m4s",
    ]  # fmt: skip

    told = [(await client.get(door)).status_code for door in doors]
    assert told == [404, 404, 404, 200 if part == "operator" else 403]  # the office sees what may go out
    assert (await client.get(f"{api}/programme/trailers/{made.id}/seg.m4s")).status_code == 404


async def test_a_released_trailer_is_public_beside_its_film_and_leaves_with_it(app, client) -> None:
    world = await a_programme(app)
    film, other = world.films
    first, second = await a_trailer(world.edition, film), await a_trailer(world.edition, other)
    await sign_in(client, world.maker)
    api = f"/api/v1/{world.edition.slug}"
    at, public = f"{api}/submissions/{film}/trailers", f"{api}/programme/trailers"

    async def seen(trailer: Trailer) -> int:
        return (await client.get(f"{public}/{trailer.id}/seg.m4s")).status_code

    unreleased = await seen(first)
    late = await client.post(f"{at}/{first.id}/release", json={"version": 9})
    shown = await client.post(f"{at}/{first.id}/release", json={"version": 1})
    foreign = await client.post(f"{at}/{second.id}/release", json={"version": 1})
    public_then = await seen(first)
    next_one = await a_trailer(world.edition, film)
    await client.post(f"{at}/{next_one.id}/release", json={"version": 1})
    replaced = (await seen(first), await seen(next_one))
    await work("discard_trailer", first.id)
    await rows("UPDATE submission SET status = 'withdrawn' WHERE id = {} RETURNING id", film)
    left = await seen(next_one)
    gone = await client.post(f"{at}/{next_one.id}/removal", json={"version": 2})

    assert (unreleased, late.status_code, shown.status_code, foreign.status_code) == (404, 409, 201, 404)
    assert (public_then, replaced, left, gone.status_code) == (200, (404, 200), 404, 204)
    assert not LocalStore(Settings.read().media_root).is_published(first.id)
    assert await listed(client, world.edition, film) == []


async def test_pages_show_a_trailer_to_its_makers_and_to_the_public_once_it_is_released(app, client) -> None:
    world = await a_programme(app, films=1)
    [film] = world.films
    made = await a_trailer(world.edition, film)
    home = f"/fr/{world.edition.slug}"
    own, public = f"{home}/submissions/{film}/pictures", f"{home}/films/{world.programmes[0]}"
    await sign_in(client, world.maker)
    proof = {"csrf": client.headers["x-csrf-token"], "version": "1"}

    before = (await client.get(own)).text, (await client.get(public)).text
    pressed = await client.post(f"{home}/submissions/{film}/trailers/{made.id}/release", data=proof)
    late = await client.post(f"{home}/submissions/{film}/trailers/{made.id}/removal", data=proof)
    after = (await client.get(public)).text
    await rows("DELETE FROM trailer WHERE id = {} RETURNING id", made.id)
    left = (await client.get(public)).text

    assert f"/trailers/{made.id}/copy/master.m3u8" in before[0]
    assert "Regardez-la, puis montrez-la" in before[0]
    assert (pressed.status_code, late.status_code) == (303, 409)
    assert [made.id in text for text in (before[1], after, left)] == [False, True, False]


async def test_a_trailer_goes_with_its_film_by_the_calendar_and_when_a_person_is_forgotten() -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    store = LocalStore(Settings.read().media_root)
    chosen, _ = await a_film(edition, maker, status="accepted")
    refused, file = await a_film(edition, maker, status="declined")
    stays, goes = await a_trailer(edition, chosen, "released"), await a_trailer(edition, refused, "released")
    await rows("UPDATE trailer SET screener = jsonb_build_object() WHERE edition = {} RETURNING id", edition.id)
    [film] = await rows("SELECT film FROM submission WHERE id = {}", refused)

    known = await erasure.files_of([film["film"]])
    copies, due = await retention.due_copies(edition), await retention.would_go(edition, "copies", 0)
    await retention.RULES["copies"].act(edition, due, store)
    await work("discard_trailer", goes.id)

    assert sorted(known) == sorted([file, goes.id])
    assert goes.id in {row["id"] for row in due}
    assert not {stays.id, goes.id} & {row["id"] for row in copies}
    assert stays.id not in {row["id"] for row in due}
    assert [store.is_published(one.id) for one in (stays, goes)] == [True, False]


async def test_a_trailer_that_could_not_be_made_is_told_to_its_makers_and_to_the_office(client) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, title="Nuit", status="accepted")
    made = Trailer(edition=edition.id, submission=film, state="making", name="t.mp4", size=9)
    await made.save()
    line = await later("make_trailer", trailer=made.id, edition=edition.id)
    lease = await leases.take(line, worker="w")
    assert lease is not None

    await leases.fail(lease, fault="no ffmpeg", permanent=True)
    for _ in range(2):
        await trailers.give_up(lease, "no ffmpeg")

    letters = await rows("SELECT subject, link FROM letter WHERE kind = 'trailer_failed' AND about = {}", film)
    told = await rows("SELECT act FROM record WHERE subject = {} AND act = 'trailer_failed'", film)
    assert [one["link"] for one in letters] == [f"/submissions/{film}/pictures#h-trailers"]
    assert ("Nuit" in letters[0]["subject"], len(told)) == (True, 1)
    await sign_in(client, await a_person("operator", edition=edition))
    queue = (await client.get(f"/api/v1/{edition.slug}/operator/queue")).json()
    assert [(one["title"], one["file_name"]) for one in queue if one["id"] == line] == [("Nuit", "t.mp4")]
    failed = (await client.get(f"/fr/{edition.slug}/operator/entries?verdict=failed")).text
    assert ("Nuit" in failed, "bande-annonce en panne" in failed) == (True, True)

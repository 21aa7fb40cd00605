"""A door whose masters and copies lie in a bucket: what it has confirmed is kept here until it is there."""

import asyncio
import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest

from festival.clock import now
from festival.db import rows
from festival.settings import Settings, Unsafe
from festival.tables import Person
from media.bucket import BucketStore
from submissions import trailers
from submissions import uploads as uploading
from submissions.tables import FilmFile, Trailer
from tests.api.test_trailers import send
from tests.api.test_uploads import FILM, Uploads, a_draft, the_file
from tests.builders import a_film, a_person, an_edition, sign_in

HASH = hashlib.sha256(FILM).hexdigest()


@pytest.fixture
async def far(app, bucket, tmp_path: Path):
    """The bucket, behind the same door."""
    before = app.state.store
    app.state.store = BucketStore(tmp_path / "door", bucket)
    yield app.state.store
    app.state.store = before


@pytest.fixture
async def uploads(client, far) -> Uploads:
    return await a_draft(client, await an_edition())


async def handed_over() -> None:
    await asyncio.gather(*uploading.HAND_OVERS.values())


async def whole(uploads: Uploads) -> FilmFile:
    """An upload whose last piece was confirmed."""
    answer = await uploads.send(await uploads.begin(), FILM, 0)
    assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(len(FILM)))
    (found,) = await FilmFile.objects().where(FilmFile.submission == uploads.submission)
    return found


async def state(file: FilmFile) -> str:
    now_is = await uploading.as_it_stands(file)
    file.sha256 = now_is.sha256
    return now_is.state


async def test_a_whole_upload_is_handed_over_after_it_was_confirmed(uploads: Uploads, far: BucketStore) -> None:
    file = await whole(uploads)

    await handed_over()

    assert await state(file) == "received"
    assert file.sha256 == HASH
    assert far.is_arriving(file.id) is False
    master = far.open_master(file.id)
    assert master.path.read_bytes() == FILM
    master.close()


async def test_a_trailer_is_handed_over_behind_its_request_or_by_the_next_sweep(
    client, far: BucketStore, app
) -> None:
    nobody = BucketStore(far.root, msgspec.structs.replace(far.bucket, endpoint="http://127.0.0.1:1"))
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    film, _ = await a_film(edition, maker, status="draft")
    await sign_in(client, maker)
    app.state.store = nobody

    sent = (await send(client, edition, film, FILM)).headers["location"].rpartition("/")[2]
    await handed_over()
    waiting = await Trailer.objects().get(Trailer.id == sent)
    await trailers.sweep(store=far)
    there = await Trailer.objects().get(Trailer.id == sent)

    assert (waiting.state, there.state, there.sha256) == ("receiving", "received", HASH)
    assert (far.is_arriving(sent), far.master_size(sent)) == (False, len(FILM))
    await trailers.discard(sent, edition.id, store=far)
    assert far.master_size(sent) == len(FILM)  # its row stands
    await rows("DELETE FROM trailer WHERE id = {} RETURNING id", sent)
    await trailers.discard(sent, edition.id, store=far)
    with pytest.raises(FileNotFoundError):
        far.size(sent)


async def test_an_upload_under_way_is_told_from_this_disk(uploads: Uploads, far: BucketStore) -> None:
    place = await uploads.begin()
    await uploads.send(place, FILM[:100], 0)

    assert await uploads.offset(place) == 100
    assert far.is_arriving((await the_file(place)).id) is True


async def test_while_the_bucket_is_away_nothing_is_lost_and_the_sweep_tries_again(
    uploads: Uploads, far: BucketStore, app
) -> None:
    nobody = msgspec.structs.replace(far.bucket, endpoint="http://127.0.0.1:1")
    app.state.store = BucketStore(far.root, nobody)
    file = await whole(uploads)
    await handed_over()
    assert (await state(file), far.size(file.id)) == ("receiving", len(FILM))
    file.expires_at = now() - timedelta(days=1)
    await file.save()
    await uploading.sweep(store=app.state.store)
    assert (await state(file), far.size(file.id)) == ("receiving", len(FILM))

    await uploading.sweep(store=far)

    assert (await state(file), file.sha256, far.is_arriving(file.id)) == ("received", HASH, False)


async def test_a_door_that_fell_hands_over_when_it_stands_again(uploads: Uploads, far: BucketStore) -> None:
    place = await uploads.begin()
    file = await the_file(place)
    with far.writer(file.id, 0) as writer:
        writer.write(FILM)

    await uploading.sweep(store=BucketStore(far.root, far.bucket))

    assert (await state(file), far.master_size(file.id)) == ("received", len(FILM))


async def test_an_upload_let_go_while_it_is_handed_over_leaves_nothing(uploads: Uploads, far) -> None:
    file = await the_file(await uploads.begin())
    with far.writer(file.id, 0) as writer:
        writer.write(FILM)
    maker = await Person.objects().get(Person.id == file.person)
    await uploading.abandon(file, by=maker, store=BucketStore(far.root / "aside", far.bucket))

    await uploading.patiently(file.id, partial(uploading.finish, file, store=far))

    assert (await state(file), far.is_arriving(file.id)) == ("replaced", False)
    with pytest.raises(FileNotFoundError):
        far.size(file.id)


async def test_a_host_without_the_upload_lets_nothing_expire(uploads: Uploads, far, tmp_path: Path) -> None:
    file = await the_file(await uploads.begin())
    file.expires_at = now() - timedelta(days=1)
    await file.save()

    await uploading.sweep(store=BucketStore(tmp_path / "elsewhere", far.bucket))
    assert await state(file) == "receiving"

    await uploading.sweep(store=far)
    assert (await state(file), far.is_arriving(file.id)) == ("replaced", False)


async def test_a_copy_is_served_out_of_the_bucket_in_ranges(client, far: BucketStore) -> None:
    edition = await an_edition()
    maker = await a_person("filmmaker", edition=edition)
    _, file = await a_film(edition, maker)
    folder = far.work_folder("attempt1")
    (folder / "main.m3u8").write_bytes(bytes(range(200)))
    far.publish(folder, file)
    await sign_in(client, maker)
    place = f"/api/v1/{edition.slug}/files/{file}/screener/main.m3u8"

    part = await client.get(place, headers={"range": "bytes=10-19"})

    assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
    assert part.headers["content-range"] == "bytes 10-19/200"
    assert (await client.get(place)).content == bytes(range(200))
    assert (await client.get(place.replace("main", "other"))).status_code == 404
    far.discard_copy(file)
    assert (await client.get(place)).status_code == 404


@pytest.mark.parametrize(("given", "told"), [
    ({"STORAGE": "ftp"}, "STORAGE must be local or s3"),
    ({"STORAGE": "s3", "S3_ENDPOINT": "https://s3.example"}, "S3_BUCKET is missing: STORAGE=s3 needs it"),
    ({"STORAGE": "s3", "S3_BUCKET": "films"}, "S3_REGION is missing: without S3_ENDPOINT the bucket is"),
    ({"STORAGE": "s3", "S3_BUCKET": "films", "S3_ENDPOINT": "s3.example"}, "S3_ENDPOINT must begin with"),
    ({"STORAGE": "s3", "S3_BUCKET": "films", "S3_REGION": "x", "S3_ACCESS_KEY": "a"}, "go together"),
    ({"STORAGE": "s3", "S3_BUCKET": "films", "S3_ENDPOINT": "http://s3.example", "MODE": "production"},
     "films would travel in clear"),
])  # fmt: skip
def test_settings_that_cannot_be_meant_are_told(given: dict[str, str], told: str) -> None:
    with pytest.raises(Unsafe, match=told):
        Settings.read({"MODE": "development", **given})


def test_whoever_starts_with_the_wrong_bucket_is_told(bucket, tmp_path: Path) -> None:
    place = {"STORAGE": "s3", "S3_BUCKET": "others", "S3_ENDPOINT": bucket.endpoint,
             "MEDIA_ROOT": str(tmp_path), "S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret"}  # fmt: skip

    asked = subprocess.run([sys.executable, "-m", "submissions.store"], env={**os.environ, **place},
                           capture_output=True, text=True, check=False)  # fmt: skip

    assert asked.returncode == 1
    assert asked.stderr == f"S3_BUCKET: there is no bucket others at {bucket.endpoint}\n"

"""The store, whichever it is: uploads that only grow, masters kept whole, copies seen whole or not at all."""

import hashlib
import resource
import shutil
import signal
from pathlib import Path
from uuid import uuid4

import boto3
import msgspec
import obstore
import pytest

from media import storage
from media.bucket import Bucket, BucketStore, evict_old
from media.storage import (
    BadStorageSettings,
    LocalStore,
    NotPublished,
    StorageFull,
    StorageUnavailable,
    Store,
    UploadLocked,
    WrongOffset,
    sha256_of,
)
from tests.objects import put_bucket

NOBODY = Bucket(name="films", endpoint="http://127.0.0.1:1", access_key="key", secret_key="secret")


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return LocalStore(tmp_path)
    return BucketStore(tmp_path, request.getfixturevalue("bucket"))


@pytest.fixture
def far(bucket: Bucket, tmp_path: Path) -> BucketStore:
    return BucketStore(tmp_path, bucket)


@pytest.fixture
def key() -> str:
    return uuid4().hex


def an_upload(store: Store, key: str, said: bytes = b"film") -> None:
    store.create(key)
    with store.writer(key, 0) as writer:
        writer.write(said)


def a_copy(store: Store, name: str = "attempt1", *, said: bytes = b"first") -> Path:
    folder = store.work_folder(name)
    (folder / "v0").mkdir()
    (folder / "v0" / "part.m4s").write_bytes(said)
    (folder / "poster.jpg").write_bytes(b"poster")
    return folder


def elsewhere(store: BucketStore, folder: Path) -> BucketStore:
    """The same bucket, seen from a host that shares nothing else."""
    return BucketStore(folder, store.bucket)


def objects(store: BucketStore, place: str) -> set[str]:
    found = [one["path"] for listed in obstore.list(store.objects, place) for one in listed]
    return {path.removeprefix(place) for path in found}


def test_an_upload_grows_from_where_it_stands(store: Store, key: str) -> None:
    store.create(key)
    with store.writer(key, 0) as writer:
        writer.write(b"abc")
    with store.writer(key, 3) as writer:
        writer.write(b"def")

    assert store.size(key) == 6
    assert store.upload_path(key).read_bytes() == b"abcdef"


@pytest.mark.parametrize("offset", [0, 2, 4])
def test_a_wrong_offset_is_told_the_right_one_and_writes_nothing(store, key, offset: int) -> None:
    an_upload(store, key, b"abc")

    with pytest.raises(WrongOffset) as refused, store.writer(key, offset) as writer:
        writer.write(b"x")

    assert refused.value.actual == 3
    assert store.upload_path(key).read_bytes() == b"abc"


def test_two_writers_of_one_upload_never_meet(store: Store, key: str) -> None:
    store.create(key)

    with store.writer(key, 0), pytest.raises(UploadLocked), store.writer(key, 0):
        pass


def test_beginning_an_upload_again_keeps_what_came(store: Store, key: str) -> None:
    an_upload(store, key, b"abc")

    store.create(key)

    assert store.size(key) == 3


@pytest.mark.parametrize("is_aside", [False, True])
def test_a_full_disk_leaves_what_was_confirmed(store: Store, key: str, is_aside: bool) -> None:
    store.create(key)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with store.writer(key, 0) as writer, store.aside(key) as aside:
            aside.write(b"y" * 1000)
            writer.write(b"x" * 1000)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
            with pytest.raises(StorageFull):
                writer.take(aside, 1000) if is_aside else writer.write(b"y" * 1000)
            assert writer.offset == 1000
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)

    assert store.upload_path(key).read_bytes() == b"x" * 1000


def test_finished_twice_is_finished_once(store: Store, key: str) -> None:
    an_upload(store, key)
    known = hashlib.sha256(b"film").hexdigest()

    assert store.finish(key, known) == store.finish(key, known) == known

    assert store.upload_path(key).exists() is False
    assert store.size(key) == 4
    master = store.open_master(key)
    assert master.path.read_bytes() == b"film"
    master.close()


def test_a_discarded_master_is_gone(store: Store, key: str) -> None:
    an_upload(store, key)
    store.finish(key)

    store.discard_master(key)
    store.discard_master(key)

    with pytest.raises(FileNotFoundError):
        store.size(key)


def test_what_never_came_has_no_size(store: Store, key: str) -> None:
    with pytest.raises(FileNotFoundError):
        store.size(key)


def test_a_copy_is_seen_whole_or_not_at_all(store: Store, key: str) -> None:
    folder = a_copy(store)
    store.prepare(folder, key)
    assert store.is_published(key) is False
    with pytest.raises(NotPublished):
        store.published(key, "v0/part.m4s")

    store.publish(folder, key)

    assert store.is_published(key) is True
    assert store.published(key, "v0/part.m4s").read_bytes() == b"first"
    assert folder.exists() is False


def test_a_second_attempt_does_not_replace_a_published_copy(store: Store, key: str) -> None:
    store.publish(a_copy(store), key)

    store.publish(late := a_copy(store, "attempt2", said=b"second"), key)

    assert store.published(key, "v0/part.m4s").read_bytes() == b"first"
    assert late.exists() is False


@pytest.mark.parametrize("name", ["../../uploads/x", "/etc/passwd", "manifest.json", "v0", ""])
def test_only_names_of_the_manifest_are_served(store: Store, key: str, name: str) -> None:
    store.publish(a_copy(store), key)

    with pytest.raises(NotPublished):
        store.published(key, name)


@pytest.mark.parametrize("bad", ["../abcdef", "ABCDEF", "short", "a" * 41, "abcdef/g"])
def test_a_key_that_is_not_ours_reaches_no_path(store: Store, bad: str) -> None:
    for act in (store.upload_path, store.open_master, store.is_published, store.discard_copy, store.finish):
        with pytest.raises(NotPublished):
            act(bad)


@pytest.mark.parametrize(("start", "count"), [(0, 30), (0, 10), (7, 9), (29, 1), (0, 0)])
async def test_a_part_of_a_file_comes_in_pieces(store, key, monkeypatch, start, count) -> None:
    monkeypatch.setattr("media.bucket.PIECE_BYTES", 4)
    monkeypatch.setattr(storage, "PIECE_BYTES", 16)
    said = bytes(range(30))
    store.publish(a_copy(store, said=said), key)
    kept = store.published(key, "v0/part.m4s")

    pieces = [piece async for piece in await kept.pieces(start, count)]

    assert kept.size == 30
    assert b"".join(pieces) == said[start : start + count]
    assert all(len(piece) <= 4 for piece in pieces)


def test_a_copy_is_fetched_as_it_was_made(store: Store, key: str, tmp_path: Path) -> None:
    store.publish(a_copy(store), key)

    store.fetch(key, tmp_path / "fetched-copy")

    found = {str(p.relative_to(tmp_path / "fetched-copy")): p for p in (tmp_path / "fetched-copy").rglob("*")}
    assert set(found) == {"v0", "v0/part.m4s", "poster.jpg"}
    assert found["v0/part.m4s"].read_bytes() == b"first"


def test_a_discarded_copy_is_gone_and_may_be_made_again(store: Store, key: str, tmp_path: Path) -> None:
    store.publish(a_copy(store), key)
    assert store.published(key, "poster.jpg").read_bytes() == b"poster"

    store.discard_copy(key)
    store.discard_copy(key)

    assert store.is_published(key) is False
    for act in (lambda: store.published(key, "poster.jpg"), lambda: store.fetch(key, tmp_path / "none")):
        with pytest.raises(NotPublished):
            act()
    store.publish(a_copy(store, "attempt2", said=b"second"), key)
    assert store.published(key, "v0/part.m4s").read_bytes() == b"second"


def test_a_hash_is_of_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"abc")

    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_of_what_is_forgotten_nothing_stays_and_of_others_all(store: Store, key: str) -> None:
    """Master, its copies under longer keys, an attempt that died, and an upload that is not whole."""
    near = f"{uuid4().hex}a"
    for one in (key, near):
        an_upload(store, one)
        store.finish(one)
        store.open_master(one).close()
        for kind in ("", "early", "p1"):
            store.publish(a_copy(store), f"{one}{kind}")
        an_upload(store, f"{one}arrives")
    store.prepare(a_copy(store, f"{key}attempt"), f"{key}p2")

    store.forget(key)
    store.forget(key)

    assert left_of(store, key) == []
    assert store.size(near) == 4
    assert all(store.is_published(f"{near}{kind}") for kind in ("", "early", "p1"))
    assert store.size(f"{near}arrives") == 4
    with pytest.raises(FileNotFoundError):
        store.hash_master(key)


def left_of(store: Store, key: str) -> list[str]:
    """Places whose name has this key in it, on this disk and out there; locks are empty."""
    here = [str(path) for path in store.root.rglob("*") if key in str(path) and path.suffix != ".lock"]
    there = objects(store, "masters/") | objects(store, "copies/") if isinstance(store, BucketStore) else ()
    return [*here, *(place for place in there if key in place)]


@pytest.mark.parametrize("said", [b"filn", b"fil", b"film!", b""])
def test_a_master_that_was_harmed_has_another_hash(store: Store, key: str, said: bytes) -> None:
    an_upload(store, key)
    store.finish(key)
    assert store.hash_master(key) == hashlib.sha256(b"film").hexdigest()

    if isinstance(store, BucketStore):
        obstore.put(store.objects, f"masters/{key}/source", said)
    else:
        store.master_path(key).write_bytes(said)

    assert store.hash_master(key) == hashlib.sha256(said).hexdigest()


# The bucket alone


@pytest.mark.parametrize("left", [None, b"", b"{", b"\xff{}"])
def test_a_master_or_a_copy_without_its_manifest_is_none(far: BucketStore, key: str, left: bytes | None) -> None:
    an_upload(far, key)
    far.finish(key)
    far.publish(a_copy(far), key)
    for kind in ("masters", "copies"):
        if left is None:
            obstore.delete(far.objects, f"{kind}/{key}/manifest.json")
        else:
            obstore.put(far.objects, f"{kind}/{key}/manifest.json", left)

    for act in (far.hash_master, far.open_master, far.master_size):
        with pytest.raises(FileNotFoundError):
            act(key)
    assert far.is_published(key) is False


def test_a_long_master_that_was_cut_short_has_another_hash(far: BucketStore, key: str, monkeypatch) -> None:
    monkeypatch.setattr("media.bucket.RANGE_BYTES", 8)
    an_upload(far, key, b"a comet, seen from Cannes")
    far.finish(key)

    obstore.put(far.objects, f"masters/{key}/source", b"a comet,")

    assert far.hash_master(key) == hashlib.sha256(b"a comet,").hexdigest()


def test_a_film_of_more_than_a_thousand_objects_is_forgotten_whole(far: BucketStore, key: str) -> None:
    """The store tells, and takes away, a thousand at a time."""
    for number in range(1003):
        obstore.put(far.objects, f"copies/{key}/attempt/{number}", b"x")

    far.forget(key)

    assert left_of(far, key) == []


def test_a_master_that_is_gone_is_lent_by_no_host_for_longer_than_an_hour(far, key, tmp_path, monkeypatch) -> None:
    an_upload(far, key)
    far.finish(key)
    other = elsewhere(far, tmp_path / "host")
    for host in (far, other):
        host.open_master(key).close()

    far.discard_master(key)
    assert not (far.cache / key).exists()
    evict_old(other.cache)
    assert (other.cache / key).exists()
    monkeypatch.setattr("media.bucket.UNUSED_SECONDS", -1)
    evict_old(other.cache)

    assert not (other.cache / key).exists()


@pytest.mark.parametrize("state", ["Enabled", "Suspended"])
def test_a_bucket_that_keeps_old_versions_must_be_meant(bucket: Bucket, tmp_path: Path, state: str) -> None:
    """What was erased could be asked for there by whoever has the keys."""
    at = boto3.client("s3", endpoint_url=bucket.endpoint, region_name=bucket.region,
                      aws_access_key_id="key", aws_secret_access_key="secret")
    name = f"versions-{uuid4().hex}"
    put_bucket(bucket.endpoint, name)
    at.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": state})
    keeping = msgspec.structs.replace(bucket, name=name)

    if state == "Enabled":
        with pytest.raises(BadStorageSettings, match=f"S3_BUCKET: {name} at .* keeps old versions"):
            BucketStore(tmp_path, keeping).check()
    else:
        BucketStore(tmp_path, keeping).check()
    BucketStore(tmp_path, msgspec.structs.replace(keeping, may_keep_versions=True)).check()


def test_a_large_master_is_the_same_on_another_host(far: BucketStore, key: str, tmp_path: Path) -> None:
    said = bytes(range(256)) * 160_000  # three parts out there, five ranges back
    an_upload(far, key, said)
    known = far.finish(key)

    master = elsewhere(far, tmp_path / "host").open_master(key)

    assert known == hashlib.sha256(said).hexdigest()
    assert sha256_of(master.path) == known
    master.close()


def test_a_master_that_came_back_other_than_sent_stays_here_too(far: BucketStore, key: str) -> None:
    an_upload(far, key)

    with pytest.raises(StorageUnavailable):
        far.finish(key, hashlib.sha256(b"what was received").hexdigest())

    assert far.upload_path(key).read_bytes() == b"film"
    with pytest.raises(FileNotFoundError):
        far.master_size(key)
    assert far.finish(key) == hashlib.sha256(b"film").hexdigest()


def test_an_upload_stays_here_while_the_store_is_away(far: BucketStore, key: str, tmp_path: Path) -> None:
    away = BucketStore(tmp_path, NOBODY)
    an_upload(away, key)

    with pytest.raises(StorageUnavailable):
        away.finish(key)

    assert away.size(key) == 4
    assert far.finish(key) == hashlib.sha256(b"film").hexdigest()


def test_nobody_hands_over_what_somebody_writes(far: BucketStore, key: str) -> None:
    far.create(key)

    with far.writer(key, 0), pytest.raises(UploadLocked):
        far.finish(key)


def test_a_harmed_master_is_not_lent(far: BucketStore, key: str) -> None:
    an_upload(far, key)
    far.finish(key)
    obstore.put(far.objects, f"masters/{key}/source", b"fill")

    with pytest.raises(StorageUnavailable):
        far.open_master(key)

    assert list((far.root / "fetched").glob(f"{key}*")) == [far.root / "fetched" / f"{key}.lock"]


def test_room_is_made_with_masters_that_nobody_uses(far: BucketStore, monkeypatch) -> None:
    first, second, third = (uuid4().hex for _ in range(3))
    for key in (first, second, third):
        an_upload(far, key)
        far.finish(key)
    far.open_master(first).close()
    in_use = far.open_master(second)
    monkeypatch.setattr("media.bucket.UNUSED_SECONDS", -1)

    far.open_master(third).close()

    kept = {path.name for path in (far.root / "fetched").iterdir() if not path.suffix}
    assert kept == {second, third}
    in_use.close()


def test_no_room_is_said_before_a_master_is_fetched(far: BucketStore, key: str, monkeypatch) -> None:
    an_upload(far, key)
    far.finish(key)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 7, 3))

    with pytest.raises(StorageFull):
        far.open_master(key)


def test_what_a_dead_attempt_left_goes_with_the_next_publication(far: BucketStore, key: str) -> None:
    far.prepare(a_copy(far, "attempt1"), key)

    far.publish(a_copy(far, "attempt2"), key)

    assert objects(far, f"copies/{key}/") == {"manifest.json", "attempt2/poster.jpg", "attempt2/v0/part.m4s"}


async def test_a_copy_discarded_by_another_host_is_missed_before_the_first_byte(far, key, tmp_path) -> None:
    far.publish(a_copy(far), key)
    kept = far.published(key, "poster.jpg")

    elsewhere(far, tmp_path / "host").discard_copy(key)

    with pytest.raises(NotPublished):
        await kept.pieces(0, kept.size)


def test_a_bucket_that_is_there_and_ours_is_fine(far: BucketStore) -> None:
    far.check()

    assert far.answers() is True
    assert objects(far, "check/") == set()


def test_a_bucket_that_is_not_there_is_named(far: BucketStore, tmp_path: Path) -> None:
    wrong = BucketStore(tmp_path, msgspec.structs.replace(far.bucket, name="others"))

    with pytest.raises(BadStorageSettings, match="S3_BUCKET: there is no bucket others"):
        wrong.check()


def test_a_store_that_does_not_answer_is_away(tmp_path: Path) -> None:
    away = BucketStore(tmp_path, NOBODY)

    with pytest.raises(StorageUnavailable):
        away.check()

    assert away.answers() is False

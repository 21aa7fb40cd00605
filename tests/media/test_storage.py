"""The store: uploads that only grow, one rename for a whole copy."""

import resource
import signal
from pathlib import Path

import pytest

from media.storage import Busy, LocalStore, NotPublished, StorageFull, WrongOffset, sha256_of

KEY = "abcdef123456"


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path)


def a_copy(store: LocalStore, name: str = "attempt1", *, said: bytes = b"first") -> Path:
    folder = store.work_folder(name)
    (folder / "v0").mkdir()
    (folder / "v0" / "part.m4s").write_bytes(said)
    return folder


def test_an_upload_grows_from_where_it_stands(store: LocalStore) -> None:
    store.create(KEY)
    with store.writer(KEY, 0) as writer:
        writer.write(b"abc")
    with store.writer(KEY, 3) as writer:
        writer.write(b"def")

    assert store.size(KEY) == 6
    assert store.upload_path(KEY).read_bytes() == b"abcdef"


@pytest.mark.parametrize("offset", [0, 2, 4])
def test_a_wrong_offset_is_told_the_right_one_and_writes_nothing(store, offset: int) -> None:
    store.create(KEY)
    with store.writer(KEY, 0) as writer:
        writer.write(b"abc")

    with pytest.raises(WrongOffset) as refused, store.writer(KEY, offset) as writer:
        writer.write(b"x")

    assert refused.value.actual == 3
    assert store.upload_path(KEY).read_bytes() == b"abc"


def test_two_writers_of_one_upload_never_meet(store: LocalStore) -> None:
    store.create(KEY)

    with store.writer(KEY, 0), pytest.raises(Busy), store.writer(KEY, 0):
        pass


def test_beginning_an_upload_again_keeps_what_came(store: LocalStore) -> None:
    store.create(KEY)
    with store.writer(KEY, 0) as writer:
        writer.write(b"abc")

    store.create(KEY)

    assert store.size(KEY) == 3


def test_a_full_disk_leaves_what_was_confirmed(store: LocalStore) -> None:
    store.create(KEY)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with store.writer(KEY, 0) as writer:
            writer.write(b"x" * 1000)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
            with pytest.raises(StorageFull):
                writer.write(b"y" * 1000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)

    assert store.upload_path(KEY).read_bytes() == b"x" * 1000


def test_finished_twice_is_finished_once(store: LocalStore) -> None:
    store.create(KEY)
    with store.writer(KEY, 0) as writer:
        writer.write(b"film")

    first, second = store.finish(KEY), store.finish(KEY)

    assert first == second
    assert second.read_bytes() == b"film"
    assert store.upload_path(KEY).exists() is False
    assert store.size(KEY) == 4


def test_a_copy_is_seen_whole_or_not_at_all(store: LocalStore) -> None:
    folder = a_copy(store)
    assert store.is_published(KEY) is False
    with pytest.raises(NotPublished):
        store.published(KEY, "v0/part.m4s")

    store.publish(folder, KEY)

    assert store.is_published(KEY) is True
    assert store.published(KEY, "v0/part.m4s").read_bytes() == b"first"
    assert folder.exists() is False


def test_a_second_attempt_does_not_replace_a_published_copy(store: LocalStore) -> None:
    store.publish(a_copy(store), KEY)

    store.publish(late := a_copy(store, "attempt2", said=b"second"), KEY)

    assert store.published(KEY, "v0/part.m4s").read_bytes() == b"first"
    assert late.exists() is False


@pytest.mark.parametrize("name", ["../../uploads/x", "/etc/passwd", "manifest.json", "v0", ""])
def test_only_names_of_the_manifest_are_served(store: LocalStore, name: str) -> None:
    store.publish(a_copy(store), KEY)

    with pytest.raises(NotPublished):
        store.published(KEY, name)


@pytest.mark.parametrize("key", ["../abcdef", "ABCDEF", "short", "a" * 41, "abcdef/g"])
def test_a_key_that_is_not_ours_reaches_no_path(store: LocalStore, key: str) -> None:
    with pytest.raises(NotPublished):
        store.upload_path(key)


def test_a_hash_is_of_every_byte(tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(b"abc")

    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

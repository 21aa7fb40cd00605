"""Masters and copies as objects of an S3 bucket; uploads grow on this host until they are handed over.

There is no rename out there: a manifest, written last, is what makes a master whole and a copy visible.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, TextIO
from uuid import uuid4

import msgspec
import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import S3Store

from media.storage import (
    MANIFEST,
    PIECE_BYTES,
    BadStorageSettings,
    MasterFile,
    NotPublished,
    PublishedFile,
    StorageFull,
    StorageUnavailable,
    Store,
    checked,
    files_of,
    lock_exclusive,
    sha256_of,
)

RANGE_BYTES = 8 * PIECE_BYTES
LEAST_PART, MOST_PARTS = 16 * PIECE_BYTES, 9000
PARALLEL = 4
MANIFESTS_CACHED = 256
MANIFEST_CACHE_SECONDS = 60
UNUSED_SECONDS = 3600


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Where a bucket is, and the keys to it; without an endpoint it is Amazon's own."""

    name: str
    endpoint: str = ""
    region: str = ""
    access_key: str = ""
    secret_key: str = ""
    may_keep_versions: bool = False


class File(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a published key holds, and under which attempt's name its objects lie."""

    folder: str
    files: dict[str, File]


@contextmanager
def storage_errors() -> Iterator[None]:
    """What the store's client says in one word, and in one line."""
    try:
        yield
    except BaseError as error:
        raise StorageUnavailable(str(error).partition("\n")[0][:300]) from None


def opened(bucket: Bucket) -> S3Store:
    place: dict[str, Any] = {
        "endpoint": bucket.endpoint,
        "region": bucket.region,
        "access_key_id": bucket.access_key,
        "secret_access_key": bucket.secret_key,
    }
    return S3Store(
        bucket.name,
        **{name: value for name, value in place.items() if value},
        checksum_algorithm="SHA256",
        virtual_hosted_style_request=not bucket.endpoint,
        client_options={
            "allow_http": bucket.endpoint.startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(seconds=60),
        },
        retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
    )


def ranges(size: int) -> list[tuple[int, int]]:
    return [(start, min(RANGE_BYTES, size - start)) for start in range(0, size, RANGE_BYTES)]


def in_parallel(act: Callable[[Any], object], things: Iterable[Any]) -> None:
    """A few at a time; the first fault ends it."""
    with ThreadPoolExecutor(PARALLEL) as hands:
        for _ in hands.map(act, things):
            pass


class RemoteFile(PublishedFile):
    """One object of a published copy."""

    def __init__(self, objects: S3Store, place: str, size: int) -> None:
        self.objects, self.place, self.size = objects, place, size

    def read_bytes(self) -> bytes:
        with storage_errors():
            return bytes(obstore.get(self.objects, self.place).bytes())

    async def pieces(self, start: int, count: int) -> AsyncIterator[bytes]:
        return self._pieces(await self._range(start, count), start, count)

    async def _pieces(self, piece: bytes, start: int, count: int) -> AsyncIterator[bytes]:
        end = start + count
        while piece:
            yield piece
            start += len(piece)
            piece = await self._range(start, end - start)

    async def _range(self, start: int, count: int) -> bytes:
        if not count:
            return b""
        with storage_errors():
            try:
                piece = await obstore.get_range_async(
                    self.objects, self.place, start=start, length=min(PIECE_BYTES, count)
                )
            except FileNotFoundError:
                raise NotPublished(self.place) from None
        return bytes(piece)


class FetchedMaster(MasterFile):
    """A master that was fetched to this host; while it is open, nobody evicts it."""

    def __init__(self, path: Path, lock: TextIO) -> None:
        super().__init__(path)
        self.lock = lock

    def close(self) -> None:
        self.lock.close()


class BucketStore(Store):
    """`masters/<key>/source` and `copies/<key>/<attempt>/…`, each with its `manifest.json`."""

    is_remote = True

    def __init__(self, root: Path, bucket: Bucket) -> None:
        super().__init__(root)
        self.bucket, self.objects = bucket, opened(bucket)
        self.cache = self.folder("fetched")
        self.manifest_cache: dict[str, tuple[float, Manifest]] = {}

    def check(self) -> None:
        where = f"{self.bucket.name} at {self.bucket.endpoint or 'Amazon S3'}"
        place = f"check/{uuid4().hex}"
        try:
            kept = obstore.put(self.objects, place, b"")
            obstore.delete(self.objects, place)
        except FileNotFoundError:
            raise BadStorageSettings(f"S3_BUCKET: there is no bucket {where}") from None
        except (PermissionDeniedError, UnauthenticatedError):
            raise BadStorageSettings(
                f"S3_ACCESS_KEY, S3_SECRET_KEY: they do not let us write to the bucket {where}"
            ) from None
        except BaseError as error:
            raise StorageUnavailable(f"{where}: {str(error).partition(chr(10))[0][:300]}") from None
        if kept["version"] not in {None, "null"} and not self.bucket.may_keep_versions:
            raise BadStorageSettings(
                f"S3_BUCKET: {where} keeps old versions, and with them whatever is erased: suspend its "
                "versioning, or give it a rule that ends them and set S3_KEEPS_VERSIONS=true"
            )

    def answers(self) -> bool:
        try:
            obstore.head(self.objects, "check")
        except FileNotFoundError:
            return True
        except BaseError:
            return False
        return True

    # Masters

    def finish(self, key: str, sha256: str = "") -> str:
        """The upload is kept here until it was read back from there, byte by byte, and found the same."""
        if (known := self.manifest_of(f"masters/{checked(key)}")) is None:
            known = self._hand_over(key, sha256)
        self.discard_upload(key)
        return known.files["source"].sha256

    def _hand_over(self, key: str, sha256: str) -> Manifest:
        source, place = self.upload_path(key), f"masters/{key}/source"
        with source.open("rb") as held:
            lock_exclusive(held.fileno())
            file = File(os.fstat(held.fileno()).st_size, sha256 or sha256_of(source))
            self.put_file(source, place)
            if self.hash_of(place, file.size) != file.sha256:
                raise StorageUnavailable(f"{place} came back other than it was sent")
            manifest = Manifest("", {"source": file})
            with storage_errors():
                obstore.put(
                    self.objects, f"masters/{key}/{MANIFEST}", msgspec.json.encode(manifest)
                )
        return manifest

    def hash_of(self, place: str, size: int) -> str:
        digest = hashlib.sha256()
        with storage_errors():
            for start, count in ranges(size):
                digest.update(obstore.get_range(self.objects, place, start=start, length=count))
        return digest.hexdigest()

    def put_file(self, path: Path, place: str) -> None:
        """In parts when it is large, each with its own hash on the way."""
        size = path.stat().st_size
        part = max(LEAST_PART, -(-size // MOST_PARTS))
        with storage_errors():
            obstore.put(self.objects, place, path, chunk_size=part, max_concurrency=PARALLEL)

    def master_size(self, key: str) -> int:
        return self._master(key).size

    def _master(self, key: str) -> File:
        if (known := self.manifest_of(f"masters/{checked(key)}")) is None:
            raise FileNotFoundError(f"masters/{key}")
        return known.files["source"]

    def discard_master(self, key: str) -> None:
        with storage_errors():
            obstore.delete(
                self.objects, [f"masters/{checked(key)}/{MANIFEST}", f"masters/{key}/source"]
            )
        (self.cache / key).unlink(missing_ok=True)

    def hash_master(self, key: str) -> str:
        """As much as lies there, be it more or less than was kept; without its manifest it is no master."""
        self._master(key)
        place = f"masters/{key}/source"
        with storage_errors():
            size = obstore.head(self.objects, place)["size"]
        return self.hash_of(place, size)

    def forget(self, key: str) -> None:
        """The store lists by whole folders: whatever begins with this key is looked for by name."""
        super().forget(key)
        with storage_errors():
            for kind in ("masters", "copies"):
                folders = obstore.list_with_delimiter(self.objects, kind)["common_prefixes"]
                for place in (one for one in folders if one.startswith(f"{kind}/{checked(key)}")):
                    self.manifest_cache.pop(place, None)
                    self._delete(place)

    def open_master(self, key: str) -> MasterFile:
        """Fetched once to each host, however many work on it there; kept for the next for a while."""
        path = self.cache / checked(key)
        lock = path.with_suffix(".lock").open("w")
        while True:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                self._download(key, path)
            os.utime(path)
            fcntl.flock(lock, fcntl.LOCK_SH)
            if path.exists():  # between the two locks somebody may have made room
                return FetchedMaster(path, lock)

    def _download(self, key: str, path: Path) -> None:
        file = self._master(key)
        self.evict(file.size)
        arriving = path.with_suffix(".part")
        try:
            self.get_file(f"masters/{key}/source", file, arriving)
            arriving.rename(path)
        finally:
            arriving.unlink(missing_ok=True)

    def evict(self, size: int) -> None:
        """Fetched masters go when nobody has used them for long, or when there is no room."""
        evict_old(self.cache)
        kept = [path for path in self.cache.iterdir() if not path.suffix]
        for path in sorted(kept, key=lambda path: path.stat().st_mtime):
            if self.free_bytes() < size * 1.1:
                evict_unused(path)
        if self.free_bytes() < size * 1.1:
            raise StorageFull("storage_full")

    def get_file(self, place: str, file: File, target: Path) -> None:
        """Whole and unharmed, or not at all."""
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)

        def get(part: tuple[int, int]) -> None:
            start, count = part
            piece = obstore.get_range(self.objects, place, start=start, length=count)
            os.pwrite(descriptor, piece, start)

        try:
            with storage_errors():
                in_parallel(get, ranges(file.size))
        finally:
            os.close(descriptor)
        if target.stat().st_size != file.size or sha256_of(target) != file.sha256:
            raise StorageUnavailable(f"{place} came other than it was kept")

    # Copies

    def prepare(self, folder: Path, key: str) -> None:
        sources = files_of(folder)
        place = f"copies/{checked(key)}/{checked(folder.name)}"
        in_parallel(lambda pair: self.put_file(pair[1], f"{place}/{pair[0]}"), sources.items())
        files = {name: File(path.stat().st_size, sha256_of(path)) for name, path in sources.items()}
        (folder / MANIFEST).write_bytes(msgspec.json.encode(Manifest(folder.name, files)))

    def publish(self, folder: Path, key: str) -> None:
        """The manifest is written if there is none: whoever comes second has worked in vain."""
        if not (folder / MANIFEST).exists():
            self.prepare(folder, key)
        place = f"copies/{checked(key)}"
        with storage_errors(), suppress(AlreadyExistsError):
            obstore.put(
                self.objects, f"{place}/{MANIFEST}", (folder / MANIFEST).read_bytes(), mode="create"
            )
        shutil.rmtree(folder, ignore_errors=True)
        if standing := self.manifest_of(place):
            self._delete(place, but=standing.folder)

    def discard_copy(self, key: str) -> None:
        place = f"copies/{checked(key)}"
        self.manifest_cache.pop(place, None)
        with storage_errors():
            obstore.delete(self.objects, [f"{place}/{MANIFEST}"])
        self._delete(place)

    def _delete(self, place: str, *, but: str = "") -> None:
        """All that lies there, or all that other attempts have left there."""
        kept = (f"{place}/{but}/", f"{place}/{MANIFEST}") if but else ()
        with storage_errors():
            for listed in obstore.list(self.objects, f"{place}/"):
                gone = [entry["path"] for entry in listed if not entry["path"].startswith(kept)]
                if gone:
                    obstore.delete(self.objects, gone)

    def is_published(self, key: str) -> bool:
        return self.manifest_of(f"copies/{checked(key)}") is not None

    def manifest_of(self, place: str) -> Manifest | None:
        """None where there is none, or one that was harmed: what it stood for is not whole."""
        with storage_errors():
            try:
                content = obstore.get(self.objects, f"{place}/{MANIFEST}").bytes()
            except FileNotFoundError:
                return None
        try:
            return msgspec.json.decode(content, type=Manifest)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def published(self, key: str, name: str) -> PublishedFile:
        place = f"copies/{checked(key)}"
        manifest = self._cached_manifest(place)
        if manifest is None or (file := manifest.files.get(name)) is None:
            raise NotPublished(f"{key}/{name}")
        return RemoteFile(self.objects, f"{place}/{manifest.folder}/{name}", file.size)

    def _cached_manifest(self, place: str) -> Manifest | None:
        """A film is a thousand requests: its manifest is read once a minute, not at each."""
        until, manifest = self.manifest_cache.get(place, (0.0, None))
        if manifest is None or until < time.monotonic():
            self.manifest_cache.pop(place, None)
            if (manifest := self.manifest_of(place)) is not None:
                while len(self.manifest_cache) >= MANIFESTS_CACHED:
                    self.manifest_cache.pop(next(iter(self.manifest_cache)), None)
                self.manifest_cache[place] = (time.monotonic() + MANIFEST_CACHE_SECONDS, manifest)
        return manifest

    def fetch(self, key: str, target: Path) -> None:
        place = f"copies/{checked(key)}"
        if (manifest := self.manifest_of(place)) is None:
            raise NotPublished(key)
        for name, file in manifest.files.items():
            self.get_file(f"{place}/{manifest.folder}/{name}", file, target / name)


def evict_old(cache: Path) -> None:
    """Masters that were fetched to this host go when nobody has used them for long."""
    for path in [path for path in cache.glob("*") if not path.suffix]:
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > UNUSED_SECONDS:
                evict_unused(path)


def evict_unused(path: Path) -> None:
    with path.with_suffix(".lock").open("w") as lock, suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink(missing_ok=True)

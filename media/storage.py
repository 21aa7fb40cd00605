"""One narrow interface to the bytes: uploads that only grow, masters, and published copies.

The offset of an upload is the length of its file, never a counter beside it.
Uploads and work always lie on this host's disk; masters and copies where the kind of store says.
"""

import asyncio
import ctypes
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import struct
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Protocol

LIBC = ctypes.CDLL(None)
KEY = re.compile(r"[a-z0-9]{6,40}")
PIECE_BYTES = 1024 * 1024
MANIFEST = "manifest.json"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
BEGIN = 2  # SYNC_FILE_RANGE_WRITE
# `struct flock` of Linux on 64 bits: kind, whence, start, length, process.
FLOCK = struct.Struct("hhqqi4x")


class StorageFull(OSError):
    """No room is left; what was confirmed before stays."""


class WrongOffset(Exception):
    """The caller and the file disagree about how much has arrived."""

    def __init__(self, actual: int) -> None:
        super().__init__(actual)
        self.actual = actual


class UploadLocked(Exception):
    """Another process is writing this upload just now."""


class NotPublished(Exception):
    """No such published file, or a name that no manifest holds."""


class StorageUnavailable(ConnectionError):
    """The store cannot be reached, or does not keep what it is given: later, and nobody is to blame."""


class BadStorageSettings(Exception):
    """The settings name a store that is not there, or not ours; the message says what to mend."""


def checked(key: str) -> str:
    """Keys are ours, never a filmmaker's: anything else is a mistake or an attack."""
    if not KEY.fullmatch(key):
        raise NotPublished(key)
    return key


def sync_to_disk(path: Path) -> None:
    """A file's bytes, or a folder's names."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def begin_to_disk(descriptor: int, start: int, count: int) -> None:
    """Let the disk begin with these bytes, and wait for nothing: `fsync` then finds most of its work done.

    Only a wish: whether they lie there, and every fault of the disk, is for `fsync` to tell.
    """
    LIBC.sync_file_range(descriptor, ctypes.c_int64(start), ctypes.c_int64(count), BEGIN)


def lock_exclusive(descriptor: int) -> None:
    """Whoever holds an upload holds it alone: one that writes, or one that hands it over."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UploadLocked from None


def request_handover(descriptor: int) -> None:
    """Let the holder of an upload know that somebody waits for it, in whichever process it lives.

    The request is a byte-range lock of the kernel beside the one that holds: it ends with its process.
    """
    fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, FLOCK.pack(fcntl.F_RDLCK, os.SEEK_SET, 0, 1, 0))


def is_handover_requested(descriptor: int) -> bool:
    """Whether anybody else asks for this upload."""
    asked = FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0)
    kind, *_ = FLOCK.unpack(fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, asked))
    return bool(kind != fcntl.F_UNLCK)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as film:
        while piece := film.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()


class Writer:
    """Appends to one upload; nothing counts as kept before `sync` has returned."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.offset = 0

    def hold(self) -> None:
        """From here on nobody else writes, in any process; UploadLocked while somebody does.

        FileNotFoundError when the upload was let go.
        """
        lock_exclusive(self.descriptor)
        self.check_there()
        self.offset = os.lseek(self.descriptor, 0, os.SEEK_END)

    def request_handover(self) -> None:
        """Ask whoever holds the upload for it, until it is held or closed."""
        request_handover(self.descriptor)

    def is_handover_requested(self) -> bool:
        """Whether somebody else asks for this upload."""
        return is_handover_requested(self.descriptor)

    def check_there(self) -> None:
        if not os.fstat(self.descriptor).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "the upload was let go meanwhile")

    def write(self, piece: bytes) -> None:
        """Append, whole or not at all: a full disk leaves the length that was there before."""
        view = memoryview(piece)
        with self._whole_or_not_at_all():
            while view:
                written = os.write(self.descriptor, view)
                self.offset += written
                view = view[written:]

    def take(self, aside: BinaryIO, count: int) -> None:
        """Append the first `count` bytes of what lies aside, whole or not at all; the kernel copies them."""
        taken = 0
        with self._whole_or_not_at_all():
            while taken < count:
                taken += (
                    more := os.sendfile(self.descriptor, aside.fileno(), taken, count - taken)
                )
                self.offset += more

    @contextmanager
    def _whole_or_not_at_all(self) -> Iterator[None]:
        before = self.offset
        self.check_there()
        try:
            yield
        except OSError as error:
            if error.errno not in FULL:
                raise
            self.rollback_to(before)
            raise StorageFull(error.errno, "storage_full") from error
        begin_to_disk(self.descriptor, before, self.offset - before)

    def head(self, length: int) -> bytes:
        """The first bytes that are here."""
        return os.pread(self.descriptor, length, 0)

    def rollback_to(self, offset: int) -> None:
        os.ftruncate(self.descriptor, offset)
        os.lseek(self.descriptor, offset, os.SEEK_SET)
        self.offset = offset

    def sync(self) -> None:
        os.fsync(self.descriptor)

    def close(self) -> None:
        os.close(self.descriptor)


class PublishedFile(Protocol):
    """One published file, wherever it lies."""

    size: int

    def read_bytes(self) -> bytes: ...

    async def pieces(self, start: int, count: int) -> AsyncIterator[bytes]:
        """A part of it, piece by piece; NotPublished before the first when it is gone."""
        ...


class LocalFile(PublishedFile):
    """A file of this disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size

    def read_bytes(self) -> bytes:
        return self.path.read_bytes()

    async def pieces(self, start: int, count: int) -> AsyncIterator[bytes]:
        return self._pieces(start, count)

    async def _pieces(self, start: int, count: int) -> AsyncIterator[bytes]:
        with await asyncio.to_thread(self.path.open, "rb") as film:
            film.seek(start)
            while piece := await asyncio.to_thread(film.read, min(PIECE_BYTES // 4, count)):
                yield piece
                count -= len(piece)


class MasterFile:
    """A master as a file of this host, until `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def close(self) -> None:
        """Nobody needs it any more in this attempt."""


class Store(ABC):
    """What lies on this host's disk in any case: `uploads/<key>` as they grow, and `work/`."""

    is_remote = False  # then the end of an upload is too long for the request that brings it

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        for name in ("uploads", "work"):
            self.folder(name)

    def folder(self, name: str) -> Path:
        made = self.root / name
        made.mkdir(mode=0o700, parents=True, exist_ok=True)
        return made

    def upload_path(self, key: str) -> Path:
        return self.root / "uploads" / checked(key)

    def create(self, key: str) -> None:
        descriptor = os.open(self.upload_path(key), os.O_CREAT | os.O_WRONLY, 0o600)
        os.fsync(descriptor)
        os.close(descriptor)
        sync_to_disk(self.root / "uploads")

    def is_arriving(self, key: str) -> bool:
        """Whether the upload grows on this very disk."""
        return self.upload_path(key).exists()

    def size(self, key: str) -> int:
        """How much is safely kept; synced before it is told."""
        try:
            descriptor = os.open(self.upload_path(key), os.O_RDONLY)
        except FileNotFoundError:
            return self.master_size(key)
        try:
            os.fsync(descriptor)
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def opened(self, key: str) -> Writer:
        """An upload that nobody holds yet; FileNotFoundError where there is none."""
        return Writer(os.open(self.upload_path(key), os.O_RDWR))

    @contextmanager
    def writer(self, key: str, offset: int) -> Iterator[Writer]:
        """For whoever does not wait: UploadLocked while somebody else writes."""
        writer = self.opened(key)
        try:
            writer.hold()
            if writer.offset != offset:
                raise WrongOffset(writer.offset)
            yield writer
        finally:
            writer.close()

    @contextmanager
    def aside(self, key: str) -> Iterator[BinaryIO]:
        """Room beside an upload for what is not certain yet; nothing of it outlives its use."""
        path = self.upload_path(key).with_suffix(".aside")
        with path.open("w+b", buffering=0) as file:
            path.unlink()
            yield file

    def arrived(self, key: str) -> tuple[int, float] | None:
        """Bytes that have come of an upload to this disk, and seconds since the last of them, or since
        it began; nothing where it lies elsewhere.
        """
        try:
            known = self.upload_path(key).stat()
        except FileNotFoundError:
            return None
        return known.st_size, time.time() - known.st_mtime

    def silent_uploads(self, seconds: float) -> list[str]:
        """Uploads on this disk to which nothing has come for so long."""
        before = time.time() - seconds
        found = []
        for path in (self.root / "uploads").iterdir():
            with suppress(FileNotFoundError):
                if KEY.fullmatch(path.name) and path.stat().st_mtime < before:
                    found.append(path.name)
        return found

    def head(self, key: str, length: int) -> bytes:
        """What has arrived of an upload, as far as `length`; nothing where it lies elsewhere."""
        try:
            with self.upload_path(key).open("rb") as film:
                return film.read(length)
        except FileNotFoundError:
            return b""

    def discard_upload(self, key: str) -> None:
        self.upload_path(key).unlink(missing_ok=True)

    def work_folder(self, name: str) -> Path:
        """An empty folder for one attempt of one job."""
        folder = self.root / "work" / checked(name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return folder

    def forget(self, key: str) -> None:
        """Everything that lies here under this key: upload, master, copies, and what was made on the way.

        Keys are sixteen letters of ours and begin no other; done twice, it is done once.
        """
        for name in ("uploads", "fetched"):
            for path in (self.root / name).glob(f"{checked(key)}*"):
                path.unlink(missing_ok=True)
        self.forget_work(key)

    def forget_work(self, line: str) -> None:
        """What attempts of a job have left in their folders."""
        for folder in (self.root / "work").glob(f"{checked(line)}*"):
            shutil.rmtree(folder, ignore_errors=True)

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free

    def check(self) -> None:  # noqa: B027
        """BadStorageSettings when the settings are wrong; StorageUnavailable when nobody answers."""

    def answers(self) -> bool:
        """Whether masters and copies can be reached now."""
        return True

    @abstractmethod
    def finish(self, key: str, sha256: str = "") -> str:
        """The upload becomes the master; done twice, it is done once. What is known of its hash."""

    @abstractmethod
    def master_size(self, key: str) -> int:
        """FileNotFoundError when there is no master."""

    @abstractmethod
    def discard_master(self, key: str) -> None:
        """Only for a film that nobody was told to have received."""

    @abstractmethod
    def hash_master(self, key: str) -> str:
        """The SHA-256 of a master, every byte read where it lies; FileNotFoundError when there is none."""

    @abstractmethod
    def open_master(self, key: str) -> MasterFile:
        """The master as a file that ffmpeg can open."""

    @abstractmethod
    def prepare(self, folder: Path, key: str) -> None:
        """All of the long work before `publish`: nothing of it shows yet."""

    @abstractmethod
    def publish(self, folder: Path, key: str) -> None:
        """The whole copy becomes visible at once; a copy that is there already stays."""

    @abstractmethod
    def discard_copy(self, key: str) -> None:
        """Out of sight at once, then away."""

    @abstractmethod
    def is_published(self, key: str) -> bool: ...

    @abstractmethod
    def published(self, key: str, name: str) -> PublishedFile:
        """A published file; names come from the manifest alone."""

    @abstractmethod
    def fetch(self, key: str, target: Path) -> None:
        """Every file of a published copy, in a folder of its own on this host."""


class LocalStore(Store):
    """Folders of one disk: `masters/<key>/source`, `copies/<key>/…`; a rename is what publishes."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for name in ("masters", "copies"):
            self.folder(name)

    def master_path(self, key: str) -> Path:
        return self.root / "masters" / checked(key) / "source"

    def finish(self, key: str, sha256: str = "") -> str:
        source, target = self.upload_path(key), self.master_path(key)
        if not target.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            try:
                sync_to_disk(source)
                source.rename(target)
            except FileNotFoundError:
                if not target.exists():  # else another door did it in the same instant
                    raise
        for folder in (target.parent, self.root / "masters", self.root / "uploads"):
            sync_to_disk(folder)  # again when done twice: the first may have died before it
        return sha256

    def master_size(self, key: str) -> int:
        return self.master_path(key).stat().st_size

    def discard_master(self, key: str) -> None:
        shutil.rmtree(self.master_path(key).parent, ignore_errors=True)
        sync_to_disk(self.root / "masters")

    def hash_master(self, key: str) -> str:
        return sha256_of(self.master_path(key))

    def forget(self, key: str) -> None:
        super().forget(key)
        for name in ("masters", "copies"):
            for folder in (self.root / name).glob(f"{checked(key)}*"):
                shutil.rmtree(folder, ignore_errors=True)
            sync_to_disk(self.root / name)

    def open_master(self, key: str) -> MasterFile:
        return MasterFile(self.master_path(key))

    def prepare(self, folder: Path, key: str) -> None:
        checked(key)
        write_manifest(folder)
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                sync_to_disk(path)
            else:
                sync_to_disk(path)
        sync_to_disk(folder)

    def publish(self, folder: Path, key: str) -> None:
        target = self.root / "copies" / checked(key)
        if target.exists():
            shutil.rmtree(folder, ignore_errors=True)
        else:
            if not (folder / MANIFEST).exists():
                self.prepare(folder, key)
            folder.rename(target)
        sync_to_disk(target.parent)

    def discard_copy(self, key: str) -> None:
        folder, gone = self.root / "copies" / checked(key), self.root / "work" / f"{key}gone"
        if folder.exists():
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)
            sync_to_disk(folder.parent)
        shutil.rmtree(gone, ignore_errors=True)

    def is_published(self, key: str) -> bool:
        return (self.root / "copies" / checked(key) / MANIFEST).exists()

    def published(self, key: str, name: str) -> LocalFile:
        folder = self.root / "copies" / checked(key)
        manifest = folder / MANIFEST
        if not manifest.exists() or name not in json.loads(manifest.read_text()):
            raise NotPublished(f"{key}/{name}")
        return LocalFile(folder / name)

    def fetch(self, key: str, target: Path) -> None:
        """Linked, for nobody writes to a published file again."""
        if not self.is_published(key):
            raise NotPublished(key)
        shutil.copytree(
            self.root / "copies" / key,
            target,
            copy_function=os.link,
            ignore=shutil.ignore_patterns(MANIFEST),
        )


def early_key(key: str) -> str:
    """Where the small copy lies that may be watched while the whole one is made."""
    return f"{key}early"


def files_of(folder: Path) -> dict[str, Path]:
    return {
        str(path.relative_to(folder)): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def described(folder: Path) -> dict[str, dict[str, int | str]]:
    """Size and hash of every file by its name."""
    return {
        name: {"size": path.stat().st_size, "sha256": sha256_of(path)}
        for name, path in files_of(folder).items()
    }


def write_manifest(folder: Path) -> None:
    (folder / MANIFEST).write_text(json.dumps(described(folder)))

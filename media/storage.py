"""One narrow interface to the bytes: uploads that only grow, masters, and published copies.

The offset of an upload is the length of its file, never a counter beside it.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEY = re.compile(r"[a-z0-9]{6,40}")
PIECE = 1024 * 1024
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class StorageFull(OSError):
    """No room is left; what was confirmed before stays."""


class WrongOffset(Exception):
    """The caller and the file disagree about how much has arrived."""

    def __init__(self, actual: int) -> None:
        super().__init__(actual)
        self.actual = actual


class Busy(Exception):
    """Another process is writing this upload just now."""


class NotPublished(Exception):
    """No such published file, or a name that no manifest holds."""


def checked(key: str) -> str:
    """Keys are ours, never a filmmaker's: anything else is a mistake or an attack."""
    if not KEY.fullmatch(key):
        raise NotPublished(key)
    return key


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as film:
        while piece := film.read(PIECE):
            digest.update(piece)
    return digest.hexdigest()


class Writer:
    """Appends to one upload; nothing counts as kept before `sync` has returned."""

    def __init__(self, descriptor: int, offset: int) -> None:
        self.descriptor = descriptor
        self.offset = offset

    def write(self, piece: bytes) -> None:
        """Append, whole or not at all: a full disk leaves the length that was there before."""
        before, view = self.offset, memoryview(piece)
        if not os.fstat(self.descriptor).st_nlink:
            raise FileNotFoundError(errno.ENOENT, "the upload was let go meanwhile")
        try:
            while view:
                written = os.write(self.descriptor, view)
                self.offset += written
                view = view[written:]
        except OSError as error:
            if error.errno not in FULL:
                raise
            self.rollback_to(before)
            raise StorageFull(error.errno, "storage_full") from error

    def head(self, length: int) -> bytes:
        """The first bytes that are here."""
        return os.pread(self.descriptor, length, 0)

    def rollback_to(self, offset: int) -> None:
        os.ftruncate(self.descriptor, offset)
        os.lseek(self.descriptor, offset, os.SEEK_SET)
        self.offset = offset

    def sync(self) -> None:
        os.fsync(self.descriptor)


class LocalStore:
    """Folders of one disk: `uploads/<key>`, `masters/<key>/source`, `copies/<key>/…`, `work/`."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        for name in ("uploads", "masters", "copies", "work"):
            (self.root / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def upload_path(self, key: str) -> Path:
        return self.root / "uploads" / checked(key)

    def master_path(self, key: str) -> Path:
        return self.root / "masters" / checked(key) / "source"

    def create(self, key: str) -> None:
        descriptor = os.open(self.upload_path(key), os.O_CREAT | os.O_WRONLY, 0o600)
        os.fsync(descriptor)
        os.close(descriptor)
        sync_folder(self.root / "uploads")

    def size(self, key: str) -> int:
        """How much is safely kept; synced before it is told."""
        path = self.upload_path(key)
        if not path.exists():
            return self.master_path(key).stat().st_size
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    @contextmanager
    def writer(self, key: str, offset: int) -> Iterator[Writer]:
        descriptor = os.open(self.upload_path(key), os.O_RDWR)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Busy(key) from None
            actual = os.fstat(descriptor).st_size
            if actual != offset:
                raise WrongOffset(actual)
            os.lseek(descriptor, offset, os.SEEK_SET)
            yield Writer(descriptor, offset)
        finally:
            os.close(descriptor)

    def finish(self, key: str) -> Path:
        """The upload becomes the master; done twice, it is done once."""
        source, target = self.upload_path(key), self.master_path(key)
        if not target.exists():
            target.parent.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(source, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
            source.rename(target)
        for folder in (target.parent, self.root / "masters", self.root / "uploads"):
            sync_folder(folder)  # again when done twice: the first may have died before it
        return target

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

    def publish(self, folder: Path, key: str) -> None:
        """One rename makes the whole copy visible; a copy that is there already stays."""
        target = self.root / "copies" / checked(key)
        if target.exists():
            shutil.rmtree(folder, ignore_errors=True)
            sync_folder(target.parent)
            return
        write_manifest(folder)
        for path in sorted(folder.rglob("*")):
            if path.is_dir():
                sync_folder(path)
                continue
            descriptor = os.open(path, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        sync_folder(folder)
        folder.rename(target)
        sync_folder(target.parent)

    def discard_copy(self, key: str) -> None:
        """Out of sight by one rename, then away."""
        folder, gone = self.root / "copies" / checked(key), self.root / "work" / f"{key}gone"
        if folder.exists():
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)
            sync_folder(folder.parent)
        shutil.rmtree(gone, ignore_errors=True)

    def is_published(self, key: str) -> bool:
        return (self.root / "copies" / checked(key) / "manifest.json").exists()

    def published(self, key: str, name: str) -> Path:
        """The path of a published file; names on disk come from its manifest alone."""
        folder = self.root / "copies" / checked(key)
        manifest = folder / "manifest.json"
        if not manifest.exists() or name not in json.loads(manifest.read_text()):
            raise NotPublished(f"{key}/{name}")
        return folder / name

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free


def early_key(key: str) -> str:
    """Where the small copy lies that may be watched while the whole one is made."""
    return f"{key}early"


def write_manifest(folder: Path) -> None:
    names = {
        str(path.relative_to(folder)): {"size": path.stat().st_size, "sha256": sha256_of(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "manifest.json"
    }
    (folder / "manifest.json").write_text(json.dumps(names))

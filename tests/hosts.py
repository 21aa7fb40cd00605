"""Hosts of one heavy worker each: network namespaces with a disk and a core of their own.

A host reaches three addresses, the bucket's, Redis's and PostgreSQL's, and nothing else; the folders of
this machine's house, and of the other hosts, are covered by empty ones.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
from redis import Redis

from festival.tables import new_id
from media import scan, windows
from media.bucket import Bucket, BucketStore
from media.sandbox import Sandbox
from media.tools import find_tools
from ops.process import die_with_parent
from tests.site import Site

POSTGRES_PORT, REDIS_PORT, OBJECTS_PORT = 5432, 6379, 9000


class NoNamespaces(Exception):
    """This machine does not let us make hosts."""


def ip(*argv: str) -> None:
    if not shutil.which("ip"):
        raise NoNamespaces("the program ip is missing (package iproute2)")
    done = subprocess.run(["ip", *argv], check=False, capture_output=True, text=True, timeout=20,
                          stdin=subprocess.DEVNULL)  # fmt: skip
    if done.returncode:
        raise NoNamespaces(f"ip {' '.join(argv)}: {done.stderr.strip()}")


class Host:
    """One worker; `start` and `stop` as often as wanted, the disk stays."""

    def __init__(self, number: int, *, folder: Path, hidden: list[Path], core: int) -> None:
        self.name, self.number, self.core = f"cfs{os.getpid()}h{number}", number, core
        self.door, self.address = f"10.213.{number}.1", f"10.213.{number}.2"
        self.hosts, self.disk = folder, folder / f"host{number}"
        self.hidden = hidden
        self.log = folder.with_name(f"{folder.name}-host{number}.log")
        self.disk.mkdir(parents=True)
        self.worker: subprocess.Popen[bytes] | None = None
        self.wires: subprocess.Popen[bytes] | None = None

    def connect(self, ends: dict[int, str]) -> None:
        """One cable to the door, and on it only what `ends` names."""
        outer, inner = f"cfs{os.getpid() % 100000}o{self.number}", f"cfs{os.getpid() % 100000}i{self.number}"
        ip("netns", "add", self.name)
        ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", self.name)
        ip("addr", "add", f"{self.door}/30", "dev", outer)
        ip("link", "set", outer, "up")
        ip("-n", self.name, "addr", "add", f"{self.address}/30", "dev", inner)
        ip("-n", self.name, "link", "set", inner, "up")
        ip("-n", self.name, "link", "set", "lo", "up")
        told = [f"{self.door}:{port}={end}" for port, end in ends.items()]
        self.wires = subprocess.Popen(
            [sys.executable, "-m", "tests.wire", *told], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            preexec_fn=die_with_parent(),
        )  # fmt: skip
        assert self.wires.stdout is not None
        with self.wires.stdout as said:
            is_ready = said.readline() == b"ready\n"
        if not is_ready:
            raise NoNamespaces("the wires could not be laid")

    def env(self, bucket: Bucket, given: dict[str, str]) -> dict[str, str]:
        known, redis = urlsplit(os.environ["DATABASE_URL"]), urlsplit(os.environ["REDIS_URL"])
        return {
            **{name: value for name, value in os.environ.items() if name not in {"MAILBOX", "MAIL_FROM"}},
            "DATABASE_URL": f"postgresql://{known.username}@{self.door}:{POSTGRES_PORT}{known.path}",
            "REDIS_URL": f"redis://:{redis.password}@{self.door}:{REDIS_PORT}{redis.path}",
            "MEDIA_ROOT": str(self.disk),
            "STORAGE": "s3",
            "S3_BUCKET": bucket.name,
            "S3_ENDPOINT": f"http://{self.door}:{OBJECTS_PORT}",
            "S3_REGION": bucket.region,
            "S3_ACCESS_KEY": bucket.access_key,
            "S3_SECRET_KEY": bucket.secret_key,
            **given,
        }

    def start(self, root: Path, env: dict[str, str]) -> None:
        """Its disk is bound aside, all folders of the house covered, and its own laid back."""
        aside = "/run"
        covered = " && ".join(f"mount -t tmpfs none '{path}'" for path in [self.hosts, *self.hidden])
        script = (
            f"mount -t tmpfs none {aside} && mkdir {aside}/own && mount --bind '{self.disk}' {aside}/own && "
            f"{covered} && mkdir -p '{self.disk}' && mount --bind {aside}/own '{self.disk}' && "
            'exec "$@"'
        )
        worker = [
            sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-Q", "heavy", "-c", "1",
            "-n", f"heavy{self.number}@{self.name}", "--without-gossip", "--without-mingle",
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self.worker = subprocess.Popen(
                ["ip", "netns", "exec", self.name, "taskset", "-c", str(self.core), "sh", "-c", script, "host", *worker],
                env=env, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=die_with_parent(),
            )  # fmt: skip

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """A program of this host, seen from its cable only."""
        return subprocess.run(
            ["ip", "netns", "exec", self.name, *argv], check=False, capture_output=True, text=True,
            timeout=20, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def sees(self, folder: Path) -> list[str]:
        """What the worker finds there."""
        assert self.worker is not None
        found = Path(f"/proc/{self.worker.pid}/root{folder}")
        return sorted(path.name for path in found.iterdir())

    def cpu(self) -> float:
        """Seconds of the worker, its child, and every program that they have waited for."""
        assert self.worker is not None
        ticks = os.sysconf("SC_CLK_TCK")
        return sum(sum(spent(pid)) for pid in [self.worker.pid, *children(self.worker.pid)]) / ticks

    def stop(self) -> None:
        if self.worker:
            self.worker.terminate()
            self.worker.wait(30)
        self.worker = None

    def leave(self) -> None:
        self.stop()
        if self.wires:
            self.wires.terminate()
            self.wires.wait(10)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)


def spent(pid: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]]


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextmanager
def hosts(count: int, *, folder: Path, hidden: list[Path], bucket: Bucket) -> Iterator[list[Host]]:
    """So many hosts, each on a core in turn; NoNamespaces where they are refused."""
    cores = sorted(os.sched_getaffinity(0))
    made: list[Host] = []
    database = parse_qs(urlsplit(os.environ["DATABASE_URL"]).query)["host"][0]
    ends = {
        POSTGRES_PORT: f"{database}/.s.PGSQL.5432",
        REDIS_PORT: f"127.0.0.1:{urlsplit(os.environ['REDIS_URL']).port}",
        OBJECTS_PORT: f"127.0.0.1:{urlsplit(bucket.endpoint).port}",
    }
    try:
        for number in range(1, count + 1):
            host = Host(number, folder=folder, hidden=hidden, core=cores[(number - 1) % len(cores)])
            made.append(host)
            host.connect(ends)
        yield made
    finally:
        for host in made:
            host.leave()


def reaches(host: Host, port: int, address: str) -> bool:
    asked = "import socket,sys; s=socket.socket(); s.settimeout(2); sys.exit(s.connect_ex((sys.argv[1], int(sys.argv[2]))))"
    return host.run(sys.executable, "-c", asked, address, str(port)).returncode == 0


class Festival:
    """An edition whose films are made by the hosts that are awake."""

    def __init__(self, site: Site, made: list[Host], bucket: Bucket, clip: Path, folder: Path) -> None:
        self.site, self.hosts, self.bucket, self.clip, self.folder = site, made, bucket, clip, folder
        self.door = BucketStore(folder / "door", bucket)
        self.edition, _ = site.an_edition("h")
        work = folder / "look"
        work.mkdir(mode=0o700)
        sandbox = Sandbox(tools=find_tools(), source=clip, work=work)
        self.facts = msgspec.json.encode(windows.look(sandbox, scan.inspect(sandbox))).decode()

    def wake(self, *chosen: Host, **given: str) -> None:
        """These and no others, once the house has heard them."""
        for host in self.hosts:
            if host in chosen and host.worker is None:
                host.start(self.site.root, host.env(self.bucket, {"SHARE_FROM_SECONDS": "60", **given}))
            elif host not in chosen:
                host.stop()
        assert until(lambda: self.heard() == {f"heavy{host.number}@{host.name}" for host in chosen}, patience=90)

    def heard(self) -> set[str]:
        with Redis.from_url(os.environ["REDIS_URL"]) as redis:
            return {key.decode().removeprefix("pulse.worker.") for key in redis.scan_iter("pulse.worker.heavy*")}

    def made(self) -> tuple[str, Path]:
        """A film through the door, and its copy as it lies in the bucket."""
        film_id, submission, file = new_id(), new_id(), new_id()
        sql = self.site.sql
        sql("INSERT INTO film (id, title) VALUES ($1, 'Nuit')", film_id)
        sql("INSERT INTO submission (id, edition, film, status) VALUES ($1, $2, $3, 'draft')",
            submission, self.edition, film_id)
        self.door.create(file)
        with self.door.writer(file, 0) as writer:
            writer.write(self.clip.read_bytes())
        self.door.finish(file)
        sql("""INSERT INTO film_file (id, submission, state, name, size, policy, facts)
               VALUES ($1, $2, 'sound', 'film.mp4', $3, 'demo', $4::jsonb)""",
            file, submission, self.clip.stat().st_size, self.facts)
        sql("""INSERT INTO outbox (id, task, queue, args)
               VALUES ($1, 'make_screener', 'heavy', jsonb_build_object('file', $2::text))""", new_id(), file)
        assert until(lambda: self.state(file) == "ready", patience=1200), self.state(file)
        self.door.fetch(file, self.folder / file)
        return file, self.folder / file

    def state(self, file: str) -> str:
        return self.site.sql("SELECT state FROM film_file WHERE id = $1", file)[0]["state"]

    def makers(self, file: str, task: str) -> set[str]:
        told = self.site.sql(
            "SELECT worker FROM outbox WHERE task = $1 AND args->>'file' = $2", task, file
        )
        return {row["worker"].partition("@")[2] for row in told}


def until(fact: Callable[[], bool], *, patience: float) -> bool:
    end = time.monotonic() + patience
    while not fact():
        if time.monotonic() > end:
            return False
        time.sleep(0.2)
    return True

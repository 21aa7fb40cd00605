"""The house of docker-compose.yml without an engine: each service by its own command, in a namespace of its own.

The commands, their environment and their health checks are read from the compose file, and the packages are
those that the Dockerfile installs, by its lines. What an image's entry point would do (make a cluster, name a
bucket) is done here. Objects and mail are stand-ins of the tests.
"""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from ops.postgres import Postgres
from ops.process import die_with_parent
from ops.redis import find_redis
from tests.objects import put_bucket
from tests.services import ROOT

DOMAIN = "cinema.localhost"
USER = 10001  # as the Dockerfile's
HOUSE = ("relay", "worker-fast", "worker-letters", "worker-plans", "worker-heavy", "beat")
DOORS = ("api1", "api2", "public", "freight")
DOOR, BACK = "172.30.27", "10.213.200"
ADDRESSES = {name: number for number, name in enumerate(
    ["proxy", "postgres", "redis", "objects", "mail", "api1", "api2", "migrate", *HOUSE, "public", "freight"], start=2)}  # fmt: skip
VARIABLES = {
    "POSTGRES_PASSWORD": "owners-word", "HOUSE_PASSWORD": "houses-word", "DOMAIN": DOMAIN,
    "SECRET_KEY": "k" * 48, "SMTP_URL": "smtp://mail:2525", "SMTP_ALLOW_CLEAR": "true",
    "MAIL_FROM": "Cinéma for Space <bonjour@cinema.example>", "STORAGE": "s3", "S3_BUCKET": "films",
    "S3_ENDPOINT": "http://objects:7070", "S3_REGION": "eu-west-3", "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": "secret", "S3_ALLOW_HTTP": "true",
}  # fmt: skip


BECOMING = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", "--"]


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def alone() -> Iterator[None]:
    """One rehearsal at a time on a machine, for the nets are the same. What a killed one left is taken away:
    its wires would lead our questions to nobody.
    """
    with Path("/var/tmp/cinema-rehearsal.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            raise AssertionError("another rehearsal is under way on this machine: wait for its end") from held
        sweep_wires()
        yield


def sweep_wires() -> None:
    for space in sorted(Path("/etc/netns").glob("cfs*-*")):
        for pid in told("ip", "netns", "pids", space.name):
            os.kill(int(pid), signal.SIGKILL)
        subprocess.run(["ip", "netns", "del", space.name], capture_output=True, check=False)
        shutil.rmtree(space, ignore_errors=True)
    for line in told("ip", "-br", "link", "show", "type", "bridge", by_line=True):
        if re.match(r"cfs\d+[db]\b", line):
            ip("link", "del", line.split()[0])


def told(*words: str, by_line: bool = False) -> list[str]:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() if by_line else done.stdout.split()


def filled(text: str) -> str:
    """`${NAME:-usual}` and `${NAME:?why}` of a compose file, from VARIABLES."""
    return re.sub(
        r"\$\{(\w+)(?::([-?])([^}]*))?\}",
        lambda m: VARIABLES.get(m[1], (m[3] or "") if m[2] == "-" else ""), text,
    )  # fmt: skip


class Image:
    """A revision of the tree with the packages that its Dockerfile installs."""

    def __init__(self, revision: str, folder: Path) -> None:
        self.revision, self.tree = revision, folder / revision
        self.tree.mkdir(parents=True)
        archive = subprocess.run(["git", "archive", revision], cwd=ROOT, capture_output=True, check=True)
        subprocess.run(["tar", "-x"], cwd=self.tree, input=archive.stdout, check=True)
        shutil.copytree(ROOT / "api" / "static" / "vendor", self.tree / "api" / "static" / "vendor", dirs_exist_ok=True)
        env = {**os.environ, "UV_LINK_MODE": "copy"}
        for words in self.installs():
            subprocess.run(words, cwd=self.tree, env=env, check=True, capture_output=True)
        self.compose = yaml.safe_load((self.tree / "docker-compose.yml").read_text())["services"]

    def installs(self) -> list[list[str]]:
        """The lines that make `.venv`, as the Dockerfile has them."""
        lines = re.findall(r"^(?:RUN| &&) (uv (?:venv|pip install).*?)(?: \\)?$",
                           (self.tree / "Dockerfile").read_text(), re.MULTILINE)
        made, packages = lines[0].split(), lines[1].split()
        return [[*made, "--python", "/usr/bin/python3"], packages]

    @property
    def environment(self) -> dict[str, str]:
        """What the Dockerfile says of every process."""
        return {
            "PATH": f"{self.tree}/.venv/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "PICCOLO_CONF": "piccolo_conf",
            "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1", "XDG_CACHE_HOME": "/tmp", "HOME": "/tmp",
        }  # fmt: skip

    def service(self, name: str) -> dict[str, Any]:
        return dict(self.compose[name])

    def has(self, part: str) -> bool:
        """A house of before may have had fewer parts."""
        return ("api" if part.startswith("api") else part) in self.compose


class Composed:
    """Namespaces on two bridges, and the processes in them."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tag = folder, f"cfs{os.getpid() % 100000}"
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.postgres = Postgres(folder / "pg")
        self.films = folder / "films"
        self.films.mkdir()
        os.chown(self.films, USER, USER)

    # The wires

    def lay(self) -> None:
        for bridge, net in (("d", DOOR), ("b", BACK)):
            ip("link", "add", self.tag + bridge, "type", "bridge")
            ip("addr", "add", f"{net}.254/24", "dev", self.tag + bridge)
            ip("link", "set", self.tag + bridge, "up")
        for name, number in ADDRESSES.items():
            space = self.space(name)
            ip("netns", "add", space)
            ip("-n", space, "link", "set", "lo", "up")
            for bridge, net in (("d", DOOR), ("b", BACK)):
                outer, inner = f"{self.tag}{bridge}{number}", f"{bridge}{number}"
                ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", space)
                ip("link", "set", outer, "master", self.tag + bridge, "up")
                ip("-n", space, "addr", "add", f"{net}.{number}/24", "dev", inner)
                ip("-n", space, "link", "set", inner, "up")
            own = Path("/etc/netns") / space
            own.mkdir(parents=True)
            (own / "hosts").write_text(self.hosts())

    def hosts(self) -> str:
        """Names as the engine would give them: people's doors have one, and it stands for either."""
        names = {name: "api" if name.startswith("api") else name for name in ADDRESSES}
        told = [f"{DOOR if name in DOORS else BACK}.{number} {names[name]}" for name, number in ADDRESSES.items()]
        return "\n".join(["127.0.0.1 localhost", *told, ""])

    def space(self, name: str) -> str:
        return f"{self.tag}-{name}"

    def inside(self, name: str, *words: str, user: bool = True) -> list[str]:
        """These words as a process of this service: its network, its name, its /tmp, its user."""
        script = f'hostname {name} && mount -t tmpfs -o mode=1777 none /tmp && exec "$@"'
        return ["ip", "netns", "exec", self.space(name), "unshare", "--uts", "--mount", "sh", "-c", script, "sh",
                *(BECOMING if user else []), *words]

    def beside(self, name: str, *words: str) -> list[str]:
        """`docker exec`: these words where the part's own process is."""
        return ["nsenter", "--target", str(self.parts[name].pid), "--mount", "--uts", "--net", "--wd", *BECOMING, *words]

    # The parts

    def start(self, name: str, image: Image) -> None:
        service = image.service("api" if name.startswith("api") else name)
        command = [filled(str(word)) for word in service["command"]]
        self.run_part(name, command, self.env_of(service, image), cwd=image.tree)

    def env_of(self, service: dict[str, Any], image: Image) -> dict[str, str]:
        given = {key: filled(str(value)) for key, value in service["environment"].items()}
        return {**image.environment, **given, "MEDIA_ROOT": str(self.films)}

    def run_part(self, name: str, command: list[str], env: dict[str, str], *, cwd: Path, user: bool = True) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.parts[name] = subprocess.Popen(
                self.inside(name, *command, user=user), cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, preexec_fn=die_with_parent(),
            )  # fmt: skip

    def stop(self, name: str, image: Image) -> None:
        """As the engine does: its stop signal, then its grace."""
        service = image.service("api" if name.startswith("api") else name)
        part = self.parts.pop(name)
        part.send_signal(getattr(signal, service.get("stop_signal", "SIGTERM")))
        try:
            part.wait(60)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait(10)

    def await_health(self, name: str, image: Image, *, patience: float = 180) -> None:
        """By the service's own health check, run where the service runs."""
        service = image.service("api" if name.startswith("api") else name)
        test = [filled(str(word)) for word in service["healthcheck"]["test"][1:]]
        end = time.monotonic() + patience
        while time.monotonic() < end:
            done = subprocess.run(self.beside(name, *test), cwd=image.tree, env=self.env_of(service, image),
                                  capture_output=True, check=False)
            if done.returncode == 0:
                return
            assert self.parts[name].poll() is None, (name, (self.folder / f"{name}.log").read_text()[-3000:])
            time.sleep(0.5)
        raise AssertionError((name, (self.folder / f"{name}.log").read_text()[-3000:]))

    def migrate(self, image: Image) -> None:
        service = image.service("migrate")
        words = self.inside("migrate", *[filled(str(word)) for word in service["command"]])
        done = subprocess.run(words, cwd=image.tree, env=self.env_of(service, image), capture_output=True,
                              text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]

    def program(self, image: Image, *words: str) -> str:
        """`docker compose exec api python -m …`: what it says."""
        env = self.env_of(image.service("api"), image)
        done = subprocess.run(self.beside("api1", "python", "-m", *words), cwd=image.tree, env=env,
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip()

    def ask(self, query: str) -> list[list[str]]:
        env = {**os.environ, "PGPASSWORD": VARIABLES["POSTGRES_PASSWORD"]}
        done = subprocess.run(
            [str(self.postgres.bin / "psql"), "-h", f"{BACK}.{ADDRESSES['postgres']}", "-U", "cinema", "-d", "cinema",
             "-Atc", query], env=env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [line.split("|") for line in done.stdout.splitlines()]

    # What other images would bring

    def start_postgres(self, image: Image) -> None:
        server, service = self.postgres, image.service("postgres")
        word = server.folder / "word"
        word.write_text(VARIABLES["POSTGRES_PASSWORD"])
        as_postgres = server.ownership()
        if server.user:
            os.chown(word, server.user.pw_uid, server.user.pw_gid)
        subprocess.run(
            [str(server.bin / "initdb"), "-D", str(server.data), "-U", "cinema", "-A", "scram-sha-256",
             f"--pwfile={word}", *service["environment"]["POSTGRES_INITDB_ARGS"].split()],
            cwd=server.folder, capture_output=True, check=True, **as_postgres,
        )  # fmt: skip
        with (server.data / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 0.0.0.0/0 scram-sha-256\n")
        program, *options = service["command"]
        command = [str(server.bin / program), "-D", str(server.data), "-k", str(server.folder),
                   "-c", "listen_addresses=*", *options]
        with (self.folder / "postgres.log").open("wb") as log:
            self.parts["postgres"] = subprocess.Popen(
                ["ip", "netns", "exec", self.space("postgres"), "setpriv",
                 *(f"--re{kind}={number}" for kind, number in self.postgres_ids()), "--clear-groups", *command],
                stdout=log, stderr=log, cwd=server.folder, preexec_fn=die_with_parent(),
            )  # fmt: skip
        self.until(lambda: self.ask_server("SELECT 1") is not None)
        self.ask_server("CREATE DATABASE cinema OWNER cinema")

    def postgres_ids(self) -> list[tuple[str, int]]:
        user = self.postgres.user
        return [("uid", user.pw_uid), ("gid", user.pw_gid)] if user else []

    def ask_server(self, query: str) -> str | None:
        env = {**os.environ, "PGPASSWORD": VARIABLES["POSTGRES_PASSWORD"]}
        done = subprocess.run(
            [str(self.postgres.bin / "psql"), "-h", f"{BACK}.{ADDRESSES['postgres']}", "-U", "cinema", "-d", "postgres",
             "-Atc", query], env=env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout if done.returncode == 0 else None

    def start_others(self, image: Image) -> None:
        """The broker, objects, mail and the proxy."""
        _, *options = image.service("redis")["command"]
        broker = self.folder / "redis"
        broker.mkdir()
        env = dict(os.environ)
        self.run_part("redis", [find_redis(), *options, "--dir", str(broker), "--protected-mode", "no"],
                      env, cwd=self.folder, user=False)
        self.run_part("objects", [sys.executable, "-m", "moto.server", "-H", "0.0.0.0", "-p", "7070"], env,
                      cwd=self.folder, user=False)
        self.run_part("mail", [sys.executable, "-m", "aiosmtpd", "-n", "-l", "0.0.0.0:2525",
                               "-c", "aiosmtpd.handlers.Mailbox", str(self.folder / "mail")], env,
                      cwd=self.folder, user=False)
        self.start_proxy(image)
        self.until(lambda: put_bucket(f"http://{BACK}.{ADDRESSES['objects']}:7070") is None)
        self.until(self.authority.exists)

    def start_proxy(self, image: Image) -> None:
        env = {**os.environ, "XDG_DATA_HOME": str(self.folder / "caddy"), "DOMAIN": DOMAIN}
        self.run_part("proxy", ["caddy", "run", "--adapter", "caddyfile", "--config",
                                str(image.tree / "ops" / "compose" / "Caddyfile")], env, cwd=self.folder, user=False)

    def renew_proxy(self, image: Image) -> None:
        """By its new rules; lines that it holds are cut, as when its container is made again."""
        self.parts["proxy"].kill()
        self.parts.pop("proxy").wait(20)
        self.start_proxy(image)

    @property
    def authority(self) -> Path:
        """The proxy's own, of which our browser asks that it has signed the house's certificate."""
        return self.folder / "caddy" / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    @staticmethod
    def until(fact: Any, patience: float = 60) -> None:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                if fact():
                    return
            except (OSError, subprocess.CalledProcessError):
                pass
            time.sleep(0.2)
        raise AssertionError("it never came about")

    def leave(self) -> None:
        for part in self.parts.values():
            part.kill()
            part.wait(20)
        for name in ADDRESSES:
            subprocess.run(["ip", "netns", "del", self.space(name)], capture_output=True, check=False)
            shutil.rmtree(Path("/etc/netns") / self.space(name), ignore_errors=True)
        for bridge in ("d", "b"):
            subprocess.run(["ip", "link", "del", self.tag + bridge], capture_output=True, check=False)
        self.postgres.remove()


@contextmanager
def composed(folder: Path, image: Image) -> Iterator[Composed]:
    """The whole house of a revision, open behind its proxy."""
    with alone():
        made = Composed(folder)
        try:
            made.lay()
            made.start_postgres(image)
            made.start_others(image)
            made.migrate(image)
            parts = [name for name in (*DOORS, *HOUSE) if image.has(name)]
            for name in parts:
                made.start(name, image)
            for name in parts:
                made.await_health(name, image)
            yield made
        finally:
            made.leave()

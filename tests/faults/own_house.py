"""A house of a test's own, each part of which may be killed: PostgreSQL, Redis, doors, relay, workers."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from ops.postgres import Postgres
from ops.process import die_with_parent, free_port
from ops.redis import RedisServer
from tests.services import ROOT, lay_out

WORKER = ["celery", "-A", "workers.app", "worker", "-c", "1", "--without-gossip", "--without-mingle"]


class OwnHouse:
    """`with OwnHouse(folder) as house`: servers run, parts are started by name, with more variables."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder, self.variables = folder, variables
        self.postgres = Postgres(folder / "pg")
        self.redis = RedisServer(folder / "redis", free_port())
        self.ports = {name: free_port() for name in ("door1", "door2")}
        self.smtp_port = free_port()
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.serving: ExitStack | None = None

    def __enter__(self) -> "OwnHouse":
        lay_out(self.postgres)
        self.start_postgres()
        self.redis.prepare()
        self.start("redis")
        while not self.redis.is_up():
            time.sleep(0.05)
        return self

    def __exit__(self, *_: object) -> None:
        for part in self.parts.values():
            part.kill()
            part.wait(20)
        self.stop_postgres()
        self.postgres.remove()

    @property
    def env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.postgres.url,
            "DATABASE_OWNER_URL": self.postgres.owner_url,
            "REDIS_URL": self.redis.url,
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "MEDIA_ROOT": str(self.folder / "media"),
            **self.variables,
        }

    def command(self, part: str) -> list[str]:
        if part == "redis":
            return self.redis.argv
        if part in self.ports:
            return [sys.executable, "-m", "uvicorn", "api.app:app", "--port", str(self.ports[part]),
                    "--timeout-graceful-shutdown", "2", "--http", "api.line:Line", "--no-proxy-headers"]
        if part == "relay":
            return [sys.executable, "-m", "workers.relay"]
        queues = {"letters": "control,letters"}.get(part, part)
        return [sys.executable, "-m", *WORKER, "-Q", queues, "-n", f"{part}@%h"]

    def start(self, part: str) -> None:
        with (self.folder / f"{part}.log").open("ab") as log:
            self.parts[part] = subprocess.Popen(
                self.command(part), cwd=ROOT, env=self.env, stdout=log, stderr=log, preexec_fn=die_with_parent()
            )

    def kill(self, part: str, how: signal.Signals = signal.SIGKILL) -> None:
        self.parts[part].send_signal(how)
        self.parts[part].wait(30)

    def start_postgres(self) -> None:
        self.serving = ExitStack()
        self.serving.enter_context(self.postgres.serving(end=signal.SIGQUIT))

    def stop_postgres(self) -> None:
        """At once: what was not confirmed is lost, what was is recovered."""
        if self.serving is not None:
            self.serving.close()
            self.serving = None

    def url(self, door: str = "door1") -> str:
        return f"http://127.0.0.1:{self.ports[door]}"

    def await_door(self, door: str = "door1", *, patience: float = 120) -> None:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                if httpx.get(f"{self.url(door)}/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError((self.folder / f"{door}.log").read_text()[-3000:])

    def seed(self, world: str) -> dict[str, Any]:
        """Rows of a world of `tests.faults.worlds`, made in a process that knows this database."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.worlds", world],
            cwd=ROOT, env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[-3000:])
        return dict(json.loads(done.stdout))

    def ask(self, query: str) -> list[list[str]]:
        """What the database says, as lines of words."""
        done = subprocess.run(
            [str(self.postgres.bin / "psql"), "-h", str(self.postgres.folder), "-U", "cinema", "-d", "cinema",
             "-Atc", query], capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [line.split("|") for line in done.stdout.splitlines()]

"""The whole house as processes: uvicorn, workers, relay and the mail sink."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from festival.jobs import WORKERS
from festival.sessions import digest, new_token
from festival.tables import new_id


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Site:
    """Started once a session; `base_url` is where a browser goes."""

    def __init__(self, var: Path, root: Path) -> None:
        self.var, self.root = var, root
        self.port, self.smtp_port = free_port(), free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            "PUBLIC_URL": self.base_url,
            "SMTP_URL": f"smtp://127.0.0.1:{self.smtp_port}",
            "PYTHONWARNINGS": "default",
        }
        self.parts: dict[str, subprocess.Popen[bytes]] = {}

    COMMANDS = {
        "mailbox": ["ops.mailbox"],
        "relay": ["workers.relay"],
        **{
            name: ["celery", "-A", "workers.app", "worker", "-Q", ",".join(worker.queues), "-c", "1",
                   "-n", f"{name}@%h", "--without-gossip", "--without-mingle"]
            for name, worker in WORKERS.items()
        },
    }

    def __enter__(self) -> "Site":
        self.forget_what_tests_left()
        for name, command in self.COMMANDS.items():
            self.start(name, command)
        self.open_door()
        return self

    def open_door(self) -> None:
        self.start("api", ["uvicorn", "api.app:app", "--host", "127.0.0.1", "--port",
                           str(self.port), "--timeout-graceful-shutdown", "2",
                           "--http", "api.line:Line", "--no-proxy-headers"])
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.base_url}/ready", timeout=5).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        log = (self.var / "api.log").read_text()[-3000:]
        raise RuntimeError(f"the house did not open: {log}")

    def kill_door(self) -> None:
        """As when memory is short: nothing is said, nothing is saved."""
        os.killpg(self.parts["api"].pid, signal.SIGKILL)
        self.parts["api"].wait(8)

    def start(self, name: str, command: list[str]) -> None:
        env = {**self.env, "MAILBOX_PORT": str(self.smtp_port)}
        log = (self.var / f"{name}.log").open("ab")
        self.parts[name] = subprocess.Popen(
            [sys.executable, "-m", *command], env=env, cwd=self.root, stdout=log, stderr=log,
            start_new_session=True,
        )

    def __exit__(self, *_: object) -> None:
        """At once, with all children: nobody will ask this house again."""
        for part in self.parts.values():
            with suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGKILL)
        for part in self.parts.values():
            part.wait(8)

    def forget_what_tests_left(self) -> None:
        """Tests without workers leave letters to everybody by the ten thousand; these workers would send
        them beside every browser.
        """
        self.sql("UPDATE outbox SET done_at = now() WHERE done_at IS NULL")

    def sql(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Ask the database from outside any event loop."""

        async def ask() -> list[dict[str, Any]]:
            connection = await asyncpg.connect(os.environ["DATABASE_URL"])
            try:
                return [dict(row) for row in await connection.fetch(query, *values)]
            finally:
                await connection.close()

        return in_thread(ask())

    def an_edition(self, letter: str, *, phase: str = "entries", first_day: str = "2027-11-26",
                   two_person_release: bool = True) -> tuple[str, str]:
        """Three days that are not the current edition's; its id, and its slug, which begins with `letter`."""
        edition = new_id()
        slug = f"{letter}{edition[:8]}"
        self.sql(
            """INSERT INTO edition (id, slug, name, phase, first_day, days, deadline_at, policy,
                 is_current, measured_runtime, two_person_release, created_at)
               VALUES ($1, $2, 'Cinéma for Space', $3, $4::text::date, 3, now() + interval '9 days',
                 'demo', false, true, $5, now())""",
            edition, slug, phase, first_day, two_person_release,
        )
        return edition, slug

    def person(self, email: str, *, edition: str, parts: list[str], name: str = "") -> str:
        """Somebody with these parts; returns a session token for the cookie."""
        known = self.sql("SELECT id FROM person WHERE email_key = $1", email)
        person = known[0]["id"] if known else new_id()
        if not known:
            self.sql("INSERT INTO person (id, email, email_key, name) VALUES ($1, $2, $2, $3)",
                     person, email, name or email)
        for part in parts:
            self.sql("""INSERT INTO role (id, person, edition, part, sections)
                        VALUES ($1, $2, $3, $4, '[]') ON CONFLICT DO NOTHING""",
                     new_id(), person, edition, part)
        token = new_token()
        self.sql("""INSERT INTO session (id, person, content, expires_at)
                    VALUES ($1, $2, '{}', now() + interval '1 day')""", digest(token), person)
        return token


def in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    result: list[Any] = []
    thread = threading.Thread(target=lambda: result.append(asyncio.run(work)))
    thread.start()
    thread.join()
    return result[0]

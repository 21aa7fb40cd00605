"""Doors as processes: real uvicorn, real sockets, one database and one store for all of them."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from ops.process import die_with_parent
from tests.site import free_port

ROOT = Path(__file__).parents[1]


class Door:
    """One API process; it may be killed and stood up again at the same address."""

    APP = "api.app:app"

    def __init__(self, log: Path, env: Mapping[str, str]) -> None:
        self.log, self.env = log, {**os.environ, **env}
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def words(self) -> list[str]:
        return ["uvicorn", self.APP, "--port", str(self.port), "--timeout-graceful-shutdown", "2",
                "--http", "api.line:Line", "--no-proxy-headers"]  # fmt: skip

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.words],
                env=self.env, cwd=ROOT, stdout=log, stderr=log, preexec_fn=die_with_parent(),
            )  # fmt: skip

    async def open(self) -> None:
        self.start()
        async with httpx.AsyncClient(base_url=self.url) as client:
            for _ in range(600):
                try:
                    if (await client.get("/health")).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
        raise RuntimeError(self.log.read_text()[-3000:])

    def kill(self) -> None:
        """As the kernel does when memory is short: nothing is said, nothing is saved."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(10)


@asynccontextmanager
async def doors(folder: Path, *envs: Mapping[str, str]) -> AsyncIterator[list[Door]]:
    """One door for each set of variables."""
    made = [Door(folder / f"door{number}.log", env) for number, env in enumerate(envs)]
    try:
        await asyncio.gather(*(door.open() for door in made))
        yield made
    finally:
        for door in made:
            door.kill()


class Line:
    """One connection whose bytes are sent by hand, and which may fall silent."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, door: Door) -> "Line":
        return cls(*await asyncio.open_connection("127.0.0.1", door.port))

    async def send(self, content: bytes) -> None:
        self.writer.write(content)
        await self.writer.drain()

    async def begin(self, client: httpx.AsyncClient, method: str, path: str, **headers: object) -> None:
        """The head of a request as this person's browser sends it; the body is up to the caller."""
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        told = {"host": "127.0.0.1", "cookie": cookie, "x-csrf-token": client.headers["x-csrf-token"],
                **{name.replace("_", "-"): value for name, value in headers.items()}}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """(number, headers, body) of what comes back."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return int(head[0].split()[1]), headers, body

    async def has_ended(self) -> bool:
        """Whether the other side closes the connection."""
        try:
            return not await self.reader.read()
        except ConnectionError:
            return True

    def close(self) -> None:
        self.writer.close()

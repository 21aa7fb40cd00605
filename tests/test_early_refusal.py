"""A film that cannot pass, over a slow line, with the official client: one refusal, one letter, no second try."""

import asyncio
import json
import os
import random
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from festival.tables import new_id
from tests.site import free_port

ROOT = Path(__file__).parents[1]
NODE = ROOT / ".venv" / "bin" / "node"
SLOW = 500_000  # bytes a second
SECONDS = 60


@pytest.fixture(scope="module")
def low(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 100 lines whose headers come first; some ten megabytes, for noise does not compress."""
    path = tmp_path_factory.mktemp("low") / "aube.mp4"
    noise = random.Random(1).randbytes(160 * 100 * 25 * 20)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "gray", "-s", "160x100", "-r", "25",
         "-i", "-", "-f", "lavfi", "-i", "sine=r=48000:d=20", "-c:v", "libx264", "-preset", "ultrafast",
         "-qp", "1", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart", path],
        check=True, input=noise,
    )  # fmt: skip
    assert path.stat().st_size > 8_000_000
    return path


@contextmanager
def slow_line(port: int) -> Iterator[int]:
    """The same door at the end of a line that brings half a megabyte a second; its port."""
    here = free_port()
    loop = asyncio.new_event_loop()

    async def pour(source: asyncio.StreamReader, target: asyncio.StreamWriter, rate: float) -> None:
        with suppress(OSError, asyncio.CancelledError):
            while piece := await source.read(16384):
                target.write(piece)
                await target.drain()
                await asyncio.sleep(len(piece) / rate)
        target.close()

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pour(reader, far[1], SLOW), pour(far[0], writer, 1e9))

    async def serve() -> None:
        server = await asyncio.start_server(joined, "127.0.0.1", here, limit=32768)
        await server.serve_forever()

    serving = loop.create_task(serve())
    thread = threading.Thread(target=lambda: suppressed(loop, serving))
    thread.start()
    try:
        yield here
    finally:
        loop.call_soon_threadsafe(serving.cancel)
        thread.join(10)


def suppressed(loop: asyncio.AbstractEventLoop, serving: "asyncio.Task[None]") -> None:
    with suppress(asyncio.CancelledError):
        loop.run_until_complete(serving)
    for task in asyncio.all_tasks(loop):
        task.cancel()
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)
    loop.close()


class Maker:
    """Somebody with a draft, at a real house."""

    def __init__(self, site: Any) -> None:
        self.site = site
        self.edition, self.slug = site.an_edition("e")
        token = site.person(f"{self.edition}@example.org", edition=self.edition, parts=["filmmaker"])
        self.headers = {"cookie": f"session={token}", "x-csrf-token": proof(token)}
        self.submission, film = new_id(), new_id()
        person = site.sql("SELECT id FROM person WHERE email_key = $1", f"{self.edition}@example.org")[0]["id"]
        site.sql("INSERT INTO film (id, title) VALUES ($1, 'Aube')", film)
        site.sql("INSERT INTO submission (id, edition, film, status) VALUES ($1, $2, $3, 'draft')",
                 self.submission, self.edition, film)
        site.sql("INSERT INTO member (id, submission, person) VALUES ($1, $2, $3)",
                 new_id(), self.submission, person)

    def sends(self, film: Path, port: int) -> dict[str, Any]:
        done = subprocess.run(
            [NODE, ROOT / "tests" / "tus_client.cjs", ROOT / "api" / "static" / "js" / "sending.js", film,
             f"http://127.0.0.1:{port}/api/v1/{self.slug}/uploads", self.submission,
             json.dumps(self.headers), str(SECONDS)],
            check=True, capture_output=True, text=True, timeout=SECONDS + 30,
            env={**os.environ, "NODE_PATH": str(ROOT / "node_modules")},
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def files(self) -> list[dict[str, Any]]:
        return self.site.sql("SELECT state, sha256 FROM film_file WHERE submission = $1", self.submission)

    def letters(self) -> int:
        found = self.site.sql("SELECT count(*) AS n FROM letter WHERE about = $1", self.submission)
        return int(found[0]["n"])


def proof(token: str) -> str:
    import hashlib
    import hmac

    from festival.settings import Settings

    key = Settings.read().secret_key.encode()
    return hmac.new(key, f"csrf:{token}".encode(), hashlib.sha256).hexdigest()


def a_round(site: Any, low: Path) -> list[list[Any]]:
    maker = Maker(site)
    with slow_line(site.port) as port:
        told = maker.sends(low, port)

    assert told["end"] == ["VIDEO_RES_LOW"], told
    assert [status for _, status in told["heard"]].count(422) == 1, told
    assert [method for method, _ in told["heard"]].count("POST") == 1, told
    assert ([one["state"] for one in maker.files()], maker.letters()) == (["faulty"], 1)
    heard: list[list[Any]] = told["heard"]
    return heard


@pytest.mark.timeout(240)
def test_an_early_refusal_is_heard_once_and_costs_one_letter(site: Any, low: Path) -> None:
    a_round(site, low)


@pytest.mark.timeout(240)
def test_a_client_that_sends_the_same_film_again_costs_no_second_letter(site: Any, low: Path) -> None:
    maker = Maker(site)
    with slow_line(site.port) as port:
        told = [maker.sends(low, port)["end"] for _ in range(2)]

    assert told == [["VIDEO_RES_LOW"]] * 2
    assert ([one["state"] for one in maker.files()], maker.letters()) == (["faulty"] * 2, 1)


@pytest.mark.slow
@pytest.mark.timeout(3000)
def test_twenty_early_refusals_are_heard_once_each(site: Any, low: Path) -> None:
    rounds = [a_round(site, low) for _ in range(20)]

    os.write(2, f"\n20 early refusals: {rounds.count([['POST', 201], ['PATCH', 422]])} by one 201 and one 422\n".encode())

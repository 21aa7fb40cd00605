"""The house's door is three processes: whoever is named, or sends a film, keeps nobody waiting who is not."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from api.handing import is_bare, names_somebody
from ops.door import COURTESY
from ops.process import die_with_parent, free_port

pytestmark = pytest.mark.unit
ROOT = Path(__file__).parents[2]
ANSWERS = """
import asyncio, os, sys, time
from ops.door import Doorkeeper, ready

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        return await send({"type": "lifespan.shutdown.complete"})
    late = scope["path"].endswith("/late")
    while late and os.path.exists(sys.argv[2]):
        await asyncio.sleep(0.01)
    size, more = 0, True
    while more:
        message = await receive()
        came = len(message.get("body", b""))
        size, more = max(size, came) if late else size + came, message.get("more_body", False)
    if scope["path"] == "/board":
        open(sys.argv[2], "w").close()
        while os.path.exists(sys.argv[2]):
            time.sleep(0.01)
    body = f"{os.getpid()} {scope['client'][1]} {size}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})

if __name__ == "__main__":
    sys.exit(Doorkeeper(ready(app), int(sys.argv[1])).keep())
"""
SIGNED = {"Cookie": "session=abc"}


class ThreeDoors:
    """Each answers with its own process, the port of who asked, and the bytes that it was sent.

    At an address that ends with `/late` it begins to read when `busy` is gone, and tells the longest piece.
    """

    def __init__(self, folder: Path) -> None:
        self.port, self.busy = free_port(), folder / "busy"
        self.process = subprocess.Popen(
            [sys.executable, "-c", ANSWERS, str(self.port), str(self.busy)], cwd=ROOT, env={**os.environ, "MODE": "development"},
            preexec_fn=die_with_parent(),
        )  # fmt: skip

    def line(self) -> http.client.HTTPConnection:
        ends = time.monotonic() + 60
        while True:
            made = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            with suppress(ConnectionRefusedError):
                made.connect()
                return made
            assert time.monotonic() < ends
            time.sleep(0.02)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ThreeDoors]:
    made = ThreeDoors(tmp_path_factory.mktemp("doors"))
    yield made
    made.process.terminate()
    assert made.process.wait(60) == 0


def told(line: http.client.HTTPConnection, method: str = "GET", path: str = "/", **given: object) -> list[int]:
    line.request(method, path, **given)  # type: ignore[arg-type]
    answer = line.getresponse()
    assert answer.status == 200
    return [int(word) for word in answer.read().split()]


def test_one_line_goes_to_and_fro_and_keeps_its_address(house) -> None:
    line = house.line()
    public = told(line)
    port = line.sock.getsockname()[1]
    people = told(line, headers=SIGNED)
    key = told(line, headers={"Authorization": "Bearer x"})
    again = told(line)

    assert public == again == [public[0], port, 0]
    assert people == key == [people[0], port, 0]
    assert len({public[0], people[0], house.process.pid}) == 3


def test_a_long_body_arrives_whole_at_peoples_door(house) -> None:
    line = house.line()
    public = told(line)[0]
    sent = told(line, "POST", "/", body=b"x" * 3_000_000)
    behind = told(line, "PATCH", "/", body=b"y" * 5)

    assert sent[0] != public
    assert sent[2] == 3_000_000
    assert behind == [sent[0], sent[1], 5]


def test_a_film_has_a_door_of_its_own_and_its_line_comes_back_from_there(house) -> None:
    line, film = house.line(), "/api/v1/2027/uploads/01H"
    public, port = told(line)[0], line.sock.getsockname()[1]
    opened = told(line, "POST", "/api/v1/2027/uploads", body=b"x")
    freight = told(line, "PATCH", film, body=b"x" * 3_000_000, headers=SIGNED)
    again = told(line, "PATCH", film, body=b"y" * 7, headers=SIGNED)
    page = told(line, headers=SIGNED)

    assert freight[1:] == [port, 3_000_000]
    assert [os.getpriority(os.PRIO_PROCESS, door) for door in (public, opened[0], freight[0])] == [0, 0, COURTESY]
    assert again == [freight[0], port, 7]
    assert page == [opened[0], port, 0]
    assert len({public, opened[0], freight[0], house.process.pid}) == 4


def test_a_film_that_comes_faster_than_it_is_read_waits_outside_the_house(house) -> None:
    line, film = house.line(), "/api/v1/2027/uploads/01H"
    told(line, "PATCH", film, body=b"x" * 3_000_000)  # from here on the kernel takes much at once
    public = told(line)[0]
    house.busy.touch()
    os.kill(public, signal.SIGSTOP)  # what is handed on is as long as can be
    sends = threading.Thread(target=line.request, args=("PATCH", f"{film}/late", b"x" * 48_000_000))
    sends.start()
    time.sleep(0.1)
    os.kill(public, signal.SIGCONT)
    sends.join(0.3)
    house.busy.unlink()
    sends.join()

    longest = int(line.getresponse().read().split()[2])
    assert longest < 1_000_000


def test_what_looks_like_a_film_within_a_form_stays_with_its_form(house) -> None:
    line, film = house.line().sock, b"PATCH /api/v1/2027/uploads/01H HTTP/1.1\r\nhost: x\r\n\r\n"
    line.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(film))
    time.sleep(0.05)
    line.sendall(film)

    heard = b""
    while not heard.endswith(b" %d" % len(film)):
        heard += line.recv(65536)
    assert heard.count(b"HTTP/1.1") == 1


def test_a_question_in_pieces_is_answered_once_and_whole(house) -> None:
    line = house.line().sock
    for piece in (b"GET /a HTT", b"P/1.1\r\nhost: x\r\n", b"\r\nGET /b HTTP/1.1\r\nhost: x\r\n\r\n"):
        line.sendall(piece)
        time.sleep(0.05)
    heard = b""
    while heard.count(b"HTTP/1.1 200") < 2 or not heard.endswith(b" 0"):
        heard += line.recv(65536)
    assert heard.count(b"HTTP/1.1 200") == 2


def test_a_board_keeps_no_visitor_waiting(house) -> None:
    chair, visitor = house.line(), house.line()
    chair.request("GET", "/board", headers=SIGNED)
    while not house.busy.exists():
        time.sleep(0.01)
    read = [told(visitor)[0] for _ in range(50)]
    house.busy.unlink()
    people = int(chair.getresponse().read().split()[0])

    assert len(set(read)) == 1
    assert people not in read


@pytest.mark.parametrize("signed", [True, False])
def test_a_door_that_is_killed_is_followed_and_the_other_stands(house, signed: bool) -> None:
    headers: list[dict[str, str]] = [SIGNED, {}] if signed else [{}, SIGNED]
    falls, stands = (told(house.line(), headers=one)[0] for one in headers)
    os.kill(falls, signal.SIGKILL)
    follower, still = (told(house.line(), headers=one)[0] for one in headers)

    assert still == stands
    assert follower not in {falls, stands}


def test_whose_app_does_not_open_ends_the_whole_door(tmp_path: Path) -> None:
    broken = ANSWERS.replace('"lifespan.startup.complete"', '"lifespan.startup.failed"')
    done = subprocess.run([sys.executable, "-c", broken, str(free_port()), "-"], cwd=ROOT, env={**os.environ, "MODE": "development"}, timeout=60, check=False)
    assert done.returncode == 3


def test_only_a_bare_question_of_nobody_is_the_publics() -> None:
    def public(question: str) -> bool:
        asked = question.replace("\n", "\r\n").lower().encode()
        return is_bare(asked) and not names_somebody(asked)

    assert public("GET /fr/2027 HTTP/1.1\nHost: x\n\n")
    assert public("HEAD /fr/2027 HTTP/1.1\nHost: x\nCookie: lang=fr\n\n")
    for other in (
        "GET /fr/2027 HTTP/1.1\nHost: x\n",
        "POST /fr/2027 HTTP/1.1\nHost: x\n\n",
        "GET /fr/2027 HTTP/1.1\nHost: x\nCookie: a=b; __Host-session=1\n\n",
        "GET /api/v1/2027 HTTP/1.1\nAUTHORIZATION: Bearer x\n\n",
        "GET /fr/2027 HTTP/1.1\nContent-Length: 4\n\n",
        "GET /fr/2027 HTTP/1.1\nTransfer-Encoding: chunked\n\n",
        "GET /fr/2027 HTTP/1.1\nHost: x\n\nGET /b HTTP/1.1\n\n",
    ):
        assert not public(other), other


def test_no_room_left_is_said_at_once() -> None:
    from api.handing import Inbox

    inbox, (line, other) = Inbox(), socket.socketpair()
    taken = 0
    while inbox.put(line.fileno(), b"GET / HTTP/1.1\r\n\r\n"):
        taken += 1
        assert taken < 100_000
    assert taken > 50
    given = inbox.take()
    assert given is not None
    assert given[1] == b"GET / HTTP/1.1\r\n\r\n"
    for one in (given[0], line, other, inbox.near, inbox.far):
        one.close()

"""The door as a process that waits for its turn: `python -m ops.door PORT TURN`.

Reading the door's code takes longer than a festival likes to wait for a door that was killed.
So the launcher keeps two of these. Each reads everything first; whoever holds the lock of the file
TURN serves, the other stands ready, and the kernel gives the lock away the moment its holder is gone.

Who serves divides: the public's door, people's and the freight's (`api/handing.py`) are forked from what was
read, and share its memory. One that is killed is forked again, while the port stays open and what was asked waits.
"""

import asyncio
import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import uvicorn

from api.handing import DOORS, FREIGHT, PUBLIC, HandedLine, Inbox
from units.parents import end_with_parent

BACKLOG = 2048
BREATH_S = 0.2  # before a door is forked again
COURTESY = 3  # of the freight's: whoever reads a page goes first; encoders (5) come after films on their way


@contextmanager
def turn(file: Path) -> Iterator[None]:
    """Waits until nobody else serves; the file then tells who does."""
    with file.open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


def ready(app: Any = "api.app:app") -> uvicorn.Config:
    """All but the port: the code is read and the app is made."""
    config = uvicorn.Config(
        app,
        http=HandedLine,
        timeout_graceful_shutdown=5,
        proxy_headers=False,
        access_log=False,
        server_header=False,
        log_level="warning",
    )
    config.load()
    return config


class Server(uvicorn.Server):
    """uvicorn's, which is also given lines that came in at another door."""

    def __init__(self, config: uvicorn.Config, inbox: Inbox) -> None:
        super().__init__(config)
        self.inbox = inbox

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        asyncio.get_running_loop().add_reader(self.inbox.near, self.take_in)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().remove_reader(self.inbox.near)
        await super().shutdown(sockets)

    def take_in(self) -> None:
        tasks = self.server_state.tasks
        while given := self.inbox.take():
            task = asyncio.get_running_loop().create_task(self.seat(*given))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

    async def seat(self, line: socket.socket, said: bytes) -> None:
        def opened() -> HandedLine:
            made = HandedLine(
                config=self.config, server_state=self.server_state, app_state=self.lifespan.state
            )
            made.said = said
            return made

        try:
            await asyncio.get_running_loop().connect_accepted_socket(opened, line)
        except OSError:
            line.close()  # they have left meanwhile


class Doorkeeper:
    """Who forks the doors and answers nobody: it holds the port, and what waits for each."""

    def __init__(self, config: uvicorn.Config, port: int) -> None:
        self.config = config
        self.inboxes = {name: Inbox() for name in DOORS}
        self.port = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
        self.doors: dict[int, str] = {}
        self.is_closing = False

    def keep(self) -> int:
        """Until all are gone; returns the number with which a door ended by itself."""
        signal.signal(signal.SIGTERM, lambda *_: self.close())
        for name in DOORS:
            self.open(name)
        code = 0
        while self.doors:
            pid, status = os.wait()
            name = self.doors.pop(pid)
            if os.WIFSIGNALED(status):
                time.sleep(0 if self.is_closing else BREATH_S)
                if not self.is_closing:
                    self.open(name)
            else:
                code = code or os.WEXITSTATUS(status)
                self.close()
        return code

    def close(self) -> None:
        self.is_closing = True
        for pid in self.doors:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def open(self, name: str) -> None:
        keeper = os.getpid()
        if pid := os.fork():
            self.doors[pid] = name
            if self.is_closing:  # said while there was nobody yet to tell
                self.close()
            return
        code = 1
        try:
            end_with_parent()
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if os.getppid() == keeper:
                self.serve(name)
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        finally:
            os._exit(code)

    def serve(self, name: str) -> None:
        """In the process of this door."""
        HandedLine.here, HandedLine.inboxes = name, self.inboxes
        if name == FREIGHT:
            os.nice(COURTESY)
        listening = [self.port] if name == PUBLIC else []
        if not listening:
            self.port.close()
        Server(self.config, self.inboxes[name]).run(listening)


def main(port: str, file: str) -> int:
    config = ready()
    with turn(Path(file)):
        return Doorkeeper(config, int(port)).keep()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The door as a process that waits for its turn: `python -m ops.door PORT TURN`.

Reading the door's code takes longer than a festival likes to wait for a door that was killed.
So the launcher keeps two of these. Each reads everything first; whoever holds the lock of the file
TURN serves, the other stands ready, and the kernel gives the lock away the moment its holder is gone.
"""

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn


@contextmanager
def turn(file: Path) -> Iterator[None]:
    """Waits until nobody else serves; the file then tells who does."""
    with file.open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield


def server(port: int) -> uvicorn.Server:
    """Ready but for its port: the code is read and the app is made."""
    config = uvicorn.Config(
        "api.app:app",
        host="127.0.0.1",
        port=port,
        timeout_graceful_shutdown=5,
        http="api.line:Line",
        proxy_headers=False,
        access_log=False,
        server_header=False,
        log_level="warning",
    )
    config.load()
    return uvicorn.Server(config)


def main(port: str, file: str) -> None:
    ready = server(int(port))
    with turn(Path(file)):
        ready.run()


if __name__ == "__main__":
    main(*sys.argv[1:])

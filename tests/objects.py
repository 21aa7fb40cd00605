"""An object store as a process of its own, spoken to over HTTP."""

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from media.bucket import Bucket
from tests.site import free_port

NAME = "films"


def put_bucket(endpoint: str, name: str = NAME) -> None:
    """Its maker signs with whatever key: this server asks for none."""
    signed = "AWS4-HMAC-SHA256 Credential=key/20270101/us-east-1/s3/aws4_request"
    asked = urllib.request.Request(f"{endpoint}/{name}", method="PUT", headers={"Authorization": signed})
    urllib.request.urlopen(asked, timeout=10).close()


@contextmanager
def running_objects(log: Path, *, host: str = "127.0.0.1") -> Iterator[Bucket]:
    """The bucket `films` of a new server."""
    port = free_port()
    with log.open("ab") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", host, "-p", str(port)],
            stdin=subprocess.DEVNULL, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        until_open(port)
        put_bucket(f"http://127.0.0.1:{port}")
        yield Bucket(
            name=NAME, endpoint=f"http://127.0.0.1:{port}", region="eu-west-3",
            access_key="key", secret_key="secret",
        )  # fmt: skip
    finally:
        server.terminate()
        server.wait(10)


def until_open(port: int, *, patience: float = 30) -> None:
    deadline = time.monotonic() + patience
    with socket.socket() as asked:
        while asked.connect_ex(("127.0.0.1", port)):
            assert time.monotonic() < deadline
            time.sleep(0.05)

"""A real SMTP server for this machine: every letter becomes a file in the mailbox folder.

MAILBOX=folder MAILBOX_PORT=2525 python -m ops.mailbox
"""

import os
import signal
import threading
import time
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Mailbox:
    """Writes each letter whole, or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content or b""
        name = f"{time.time_ns():020d}.eml"
        draft = self.folder / f"{name}.part"  # a name that no reader looks for
        draft.write_bytes(content if isinstance(content, bytes) else content.encode())
        draft.rename(self.folder / name)
        return "250 kept"


def main() -> None:
    sink = Controller(
        Mailbox(Path(os.environ["MAILBOX"])),
        hostname="127.0.0.1",
        port=int(os.environ["MAILBOX_PORT"]),
    )
    sink.start()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()
    sink.stop()


if __name__ == "__main__":
    main()

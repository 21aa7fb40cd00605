"""A house of its own that nobody has founded yet, and what its terminal says."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from tests.site import free_port

ROOT = Path(__file__).parents[2]
OF_THE_TESTS = {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "SMTP_URL", "MAILBOX_PORT", "MAILBOX"}
PATIENCE_S = 180


class EmptyHouse:
    """A house of its own, and what its terminal has said so far."""

    def __init__(self, folder: Path) -> None:
        self.log, self.var = folder / "terminal.txt", folder / "house"
        env = {name: value for name, value in os.environ.items() if name not in OF_THE_TESTS}
        with self.log.open("wb") as terminal:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops.launcher", "open", "--empty"], cwd=ROOT,
                env={**env, "VAR": str(self.var), "PORT": str(free_port())},
                stdout=terminal, stderr=terminal,
            )  # fmt: skip

    def says(self, pattern: str) -> str:
        return self.until(pattern, self.log.read_text)

    def letter(self, to: str, pattern: str) -> str:
        """What stands in a letter to somebody, once it lies in the house's own mailbox."""
        return self.until(pattern, lambda: "\n".join(self.letters(to)))

    def letters(self, to: str) -> list[str]:
        """The newest first."""
        found = sorted((self.var / "mailbox").glob("*.eml"), reverse=True)
        read = [message_from_bytes(one.read_bytes(), policy=default) for one in found]
        return [str(one.get_body(("plain",)).get_content()) for one in read if to in str(one["To"])]

    def until(self, pattern: str, read: Callable[[], str]) -> str:
        deadline = time.monotonic() + PATIENCE_S
        while not (found := re.search(pattern, read())):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, read()
            time.sleep(0.2)
        return found[0]

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(60)

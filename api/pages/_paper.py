"""Pages as paper: HTML of ours into PDF, without asking anybody for anything.

The printer is a process of its own (`api/printer.py`): fifty pages take many seconds of a core and much
memory, and whoever asks at the door meanwhile is not to wait for them.
"""

import asyncio
import base64
import subprocess
import sys
import threading
from pathlib import Path

from festival.errors import Busy

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
AT_ONCE = 2
places = threading.Semaphore(AT_ONCE)


def inline(bytes_: bytes, *, kind: str = "image/jpeg") -> str:
    """A picture or a font as part of the page: the only address that paper may follow."""
    return f"data:{kind};base64,{base64.b64encode(bytes_).decode()}"


def paper_of(html: str) -> bytes:
    """Waits for the printer; Busy where it does not end in time."""
    command = [sys.executable, "-m", "api.printer"]
    with places:
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                input=html.encode(),
                capture_output=True,
                timeout=PATIENCE_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Busy("printer_slow") from None
    if done.returncode:
        raise RuntimeError(f"no paper: {done.stderr.decode(errors='replace')[-400:]}")
    return done.stdout


async def printed(html: str) -> bytes:
    return await asyncio.to_thread(paper_of, html)

"""Pages as paper: HTML of ours into PDF, without asking anybody for anything.

The printer is a process of its own (`api/printer.py`): fifty pages take many seconds of a core and much
memory, and whoever asks at the door meanwhile is not to wait for them. It ends with whoever asked.
"""

import asyncio
import base64
import sys
from contextlib import suppress
from pathlib import Path

from festival.errors import Busy

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120.0
AT_ONCE = 2
places = asyncio.Semaphore(AT_ONCE)


def inline(picture: bytes) -> str:
    """A picture as part of the page: the only address that paper may follow."""
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


async def printed(html: str) -> bytes:
    """Busy where the printer does not end in time; a fault of its own is raised as it told it."""
    async with places:
        printer = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "api.printer", cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(PATIENCE_S):
                paper, fault = await printer.communicate(html.encode())
        except TimeoutError:
            raise Busy("printer_slow") from None
        finally:
            with suppress(ProcessLookupError):
                printer.kill()
            await printer.wait()
    if printer.returncode:
        raise RuntimeError(f"no paper: {fault.decode(errors='replace')[-400:]}")
    return paper

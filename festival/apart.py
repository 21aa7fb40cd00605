"""Work that is done for a door or a worker in a process of its own: an order goes in, an answer comes back."""

import asyncio
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE_S = 300.0


async def answered(module: str, order: bytes) -> bytes:
    """What `python -m module` says to an order; raises `RuntimeError` where it came to nothing, `TimeoutError` where
    it takes too long.
    """
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            said, faults = await process.communicate(order)
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(f"{module} came to nothing: {faults.decode(errors='replace')[-400:]}")
    return said

"""A message from the mailbox of returned letters: the letter that it is about is marked.

    ./run bounce < MESSAGE

For the pipe of a mail server. What is no notice, or is about no letter of this house, is let go with
the same calm: 0 but for a database that is away (75: the mail server tries again).
"""

import asyncio
import sys

import asyncpg

from festival import bounces
from festival.bounces import MOST_BYTES, BounceOutcome
from festival.pool import pool
from festival.settings import Settings

TRY_AGAIN = 75  # EX_TEMPFAIL, as mail servers know it


async def take(raw: bytes) -> BounceOutcome:
    async with pool(size=1):
        return await bounces.take(raw, settings=Settings.read())


def main() -> int:
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        outcome = asyncio.run(take(raw))
    except (OSError, asyncpg.PostgresError) as error:
        print(error, file=sys.stderr)
        return TRY_AGAIN
    print(outcome.value)
    return 0


if __name__ == "__main__":
    sys.exit(main())

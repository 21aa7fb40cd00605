"""Judge every measured file of an edition again, under another policy, without the files.

    ./run rejudge EDITION POLICY [--apply EMAIL]

Prints what would change. With `--apply` and the address of an operator, it is done.
"""

import argparse
import asyncio
import sys

from festival import people
from festival.errors import FestivalError
from festival.pool import pool
from festival.tables import Edition
from submissions import rejudging
from submissions.rejudging import VerdictChange


def told(change: VerdictChange) -> str:
    codes = [*(f"−{code}" for code in change.lost), *(f"+{code}" for code in change.found)]
    return f"  {change.title:<32} {change.before or '–'} → {change.after}  {' '.join(codes)}"


async def work(slug: str, name: str, email: str) -> int:
    async with pool(size=2):
        edition = await Edition.objects().get(Edition.slug == slug)
        if edition is None:
            print(f"no edition {slug}", file=sys.stderr)
            return 2
        if not email:
            changes = await rejudging.preview(edition, name)
        else:
            by = await people.by_email(email)
            if by is None:
                print(f"nobody has the address {email}", file=sys.stderr)
                return 2
            changes = await rejudging.apply(edition, name, by=by)
        print("\n".join(map(told, changes)) or "  nothing changes")
        return 0


def main() -> int:
    reader = argparse.ArgumentParser(
        prog="./run rejudge", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    reader.add_argument("edition")
    reader.add_argument("policy")
    reader.add_argument("--apply", default="", metavar="EMAIL")
    given = reader.parse_args()
    try:
        return asyncio.run(work(given.edition, given.policy, given.apply))
    except FestivalError as error:
        print(", ".join(error.codes), error.values.get("told", ""), file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

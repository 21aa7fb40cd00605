"""The first operator, and anybody else by hand.

    ./run person add EMAIL --role ROLE [--edition SLUG] [--name NAME]

Founds the edition when there is none, and prints a sign-in link.
"""

import argparse
import asyncio

from festival import people
from festival.db import transaction
from festival.editions import found
from festival.pool import pool
from festival.settings import Settings
from festival.tables import Edition, Role


async def add(email: str, part: Role, *, slug: str, name: str) -> str:
    settings = Settings.read()
    async with pool(size=2):
        newest = (
            await Edition.objects()
            .where(Edition.is_current.eq(True))
            .order_by(Edition.created_at, ascending=False)
            .first()
        )
        edition = await found(slug or "2027") if slug or newest is None else newest
        async with transaction():
            person = await people.meet(email, name=name)
            await people.grant(person, part, edition=edition, by=None)
            token = await people.new_link(person, kind="invitation")
    return f"{settings.public_url}/fr/{edition.slug}/account/links/{token}"


def main() -> None:
    reader = argparse.ArgumentParser(prog="./run person", description=__doc__)
    acts = reader.add_subparsers(dest="act", required=True)
    adding = acts.add_parser("add")
    adding.add_argument("email")
    adding.add_argument("--role", required=True, choices=[part.value for part in Role])
    adding.add_argument("--edition", default="")
    adding.add_argument("--name", default="")
    given = reader.parse_args()
    print(
        asyncio.run(add(given.email, Role(given.role), slug=given.edition or "", name=given.name))
    )


if __name__ == "__main__":
    main()

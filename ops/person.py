"""The first operator, and anybody else by hand.

    ./run person add EMAIL --role ROLE [--edition SLUG] [--name NAME]
    ./run person first

`add` prints a sign-in link; it founds the edition when there is none, in preparation and beside the
front page. `first` prints the link by which an empty house gets its first operator in the browser.
"""

import argparse
import asyncio

from festival import people
from festival.db import transaction
from festival.editions import current_edition, found_called, newest_edition
from festival.errors import Refused
from festival.first import new_first_key
from festival.pool import pool
from festival.settings import Settings
from festival.tables import Edition, Role


async def edition_for(slug: str) -> Edition:
    """The named one; else the front page's, else the newest, else the first."""
    known = None if slug else await current_edition() or await newest_edition()
    return known or await found_called(slug or "2027")


async def first() -> str:
    """The address of the page by which the first operator comes in; good once, for a day."""
    settings = Settings.read()
    async with pool(size=2):
        token = await new_first_key()
    return f"{settings.public_url}/fr/founding/{token}"


async def add(email: str, part: Role, *, slug: str, name: str) -> str:
    settings = Settings.read()
    async with pool(size=2):
        edition = await edition_for(slug)
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
    founding = acts.add_parser("first")
    founding.add_argument("--quiet", action="store_true", help="no words where there is no link")
    given = reader.parse_args()
    if given.act == "first":
        try:
            print(asyncio.run(first()))
        except Refused:
            if not given.quiet:
                reader.exit(1, "This house has an operator already: operators invite each other.\n")
        return
    print(
        asyncio.run(add(given.email, Role(given.role), slug=given.edition or "", name=given.name))
    )


if __name__ == "__main__":
    main()

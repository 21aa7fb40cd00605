"""Forget a person from the terminal, as the operators' page does it.

    ./run erase EMAIL [--plan|--do]                what would go and what would stay, and why; or do it
    ./run erase --name NAME [--plan|--do]          where others have written a name; or put it out of sight
                  [--edition SLUG] [--but WHERE,…]  in one edition only; but for these rows (`table.row`)

The plan is shown unless --do is given. What the public has read of a film is left out unless --published.
"""

import argparse
import asyncio

from festival import people
from festival.db import rows
from festival.editions import edition_called
from festival.errors import FestivalError
from festival.language import size, t
from festival.pool import pool
from festival.settings import Settings
from festival.tables import Edition
from keeping import erasure, mentions
from keeping.mentions import Mention
from keeping.tables import Erasure
from submissions.store import store_of

LANGUAGE = "en"


def told(plan: erasure.Plan) -> list[str]:
    """The plan, line by line."""
    lines = [f"{plan.name} <{plan.email}>"]
    for film in plan.films:
        fate = "goes" if film.goes else f"stays: {t(LANGUAGE, f'privacy.why.{film.why}')}"
        lines.append(
            f"  film      {film.title or '-'} ({film.edition}, {film.status}, {film.files} files, "
            f"{size(LANGUAGE, film.size)}): {fate}"
        )
    for word, found in (("goes", plan.goes), ("stays", plan.stays)):
        for line in found:
            why = f": {t(LANGUAGE, f'privacy.why.{line.why}')}" if line.why else ""
            lines.append(
                f"  {word:<9} {line.count} x {t(LANGUAGE, f'privacy.table.{line.table}')}{why}"
            )
    lines += [f"  elsewhere {of_mention(mention)}" for mention in plan.elsewhere]
    until = f"{plan.backups_until:%Y-%m-%d}" if plan.backups_until else "never"
    return [*lines, f"  jobs to be stopped: {plan.jobs}; in backups until: {until}"]


def of_mention(mention: Mention) -> str:
    public = " (published)" if mention.is_public else ""
    return f"{mention.where}{public}: {mention.around or '…'}"


def picked(found: list[Mention], given: argparse.Namespace) -> list[str]:
    left = set(filter(None, given.but.split(",")))
    return [
        mention.where
        for mention in found
        if mention.where not in left and (given.published or not mention.is_public)
    ]


async def erase_account(given: argparse.Namespace, settings: Settings) -> int:
    person = await people.person_with(given.email)
    plan = await erasure.plan_for(person)
    print("\n".join(told(plan)))
    if not given.do:
        return 0
    asked = await erasure.ask_by_hand(person, also=picked(plan.elsewhere, given))
    await asyncio.sleep(erasure.STOPPING.total_seconds())
    await erasure.erase(asked, settings=settings, store=store_of(settings))
    done = await Erasure.objects().get(Erasure.id == asked)
    print(f"  done: {done.told if done else ''}")
    return 0


async def erase_name(given: argparse.Namespace, edition: Edition | None) -> int:
    found = await mentions.search([given.name], edition=str(edition.id) if edition else None)
    for mention in found:
        print(f"  {of_mention(mention)}")
    print(f"  {len(found)} places")
    if given.do:
        changed = await mentions.redact(
            [mention for mention in found if mention.where in picked(found, given)],
            [given.name], by="", why="by hand", edition=str(edition.id) if edition else "",
        )  # fmt: skip
        print(f"  put out of sight in {changed}")
    return 0


async def act(given: argparse.Namespace) -> int:
    settings = Settings.read()
    async with pool(size=2):
        await rows("SELECT 1 AS one")
        edition = await edition_called(given.edition) if given.edition else None
        try:
            return await (
                erase_name(given, edition) if given.name else erase_account(given, settings)
            )
        except FestivalError as error:
            print(" ".join(t(LANGUAGE, f"error.{code}", **error.values) for code in error.codes))
            return 1


def main() -> int:
    reader = argparse.ArgumentParser(
        prog="./run erase",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reader.add_argument("email", nargs="?", default="")
    reader.add_argument("--name", default="")
    reader.add_argument("--edition", default="")
    reader.add_argument("--but", default="")
    reader.add_argument("--published", action="store_true")
    reader.add_argument("--plan", action="store_true")
    reader.add_argument("--do", action="store_true")
    given = reader.parse_args()
    if bool(given.email) == bool(given.name):
        reader.error("an address, or --name")
    return asyncio.run(act(given))


if __name__ == "__main__":
    raise SystemExit(main())

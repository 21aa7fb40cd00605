"""Send any film on disk through the front door and print its technical report.

    ./run submit FILM… [--title T] [--policy festival|demo] [--json]

Exits 0 when every film passed, 2 when one is refused, 3 when the house failed.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from festival import people
from festival.db import transaction
from festival.editions import Rules, change, found_called
from festival.pool import pool
from festival.tables import Phase, Role
from ops.client import Door, DoorRefused, spend

SENDER = "cabine@cinema-for-space.example"


async def invitation(policy: str) -> tuple[str, str]:
    """A link for the sender, in the edition of this policy: `essai-demo`, `essai-festival`."""
    async with pool(size=2):
        slug = f"essai-{policy}"
        edition = await found_called(slug)
        sender = await people.meet(SENDER, name="Cabine")
        async with transaction():
            await people.grant(sender, Role.FILMMAKER, edition=edition, by=None)
            await change(edition, Rules(policy=policy, phase=Phase.ENTRIES), by=sender)
            token = await people.new_link(sender)
    return slug, token


def send(door: Door, film: Path, title: str) -> dict[str, Any]:
    if not film.is_file():
        raise SystemExit(f"{film}: no such file")
    made = door.post("/submissions", {"title": title or film.stem[:200]})
    try:
        door.upload(film, made["id"])
    except DoorRefused as refusal:
        if refusal.status != 422:
            raise
    return door.wait_for_report(made["id"], patience=3 * 3600)


def told(film: Path, report: dict[str, Any]) -> str:
    """The report as a technician reads it."""
    facts = report["facts"] or {}
    picture = (facts.get("pictures") or [{}])[0]
    sound = (facts.get("sounds") or [{}])[0]
    rate = picture.get("rate") or [0, 1]
    lines = [f"{film.name}: {report['outcome'] or report['state']}"]
    if picture:
        lines.append(f"  durée      {facts['duration']:.3f} s")
        lines.append(
            f"  image      {picture['codec']} {picture['width']}×{picture['height']}, "
            f"{rate[0]}/{rate[1]} = {rate[0] / max(rate[1], 1):.3f} i/s, {picture['frames']} images"
        )
    if sound:
        loudness = sound.get("loudness")
        lines.append(
            f"  son        {sound['codec']}, {sound['channels']} canaux, "
            f"{'–' if loudness is None else f'{loudness:.1f} LUFS'}"
        )
    if report["sandbox"]:
        lines.append(f"  cellule    {report['sandbox']}")
    for finding in report["findings"]:
        lines.append(f"  {finding['severity']:<10} {finding['code']}: {finding['fr']['words']}")
        lines.append(f"             {finding['fr']['repair']}")
    return "\n".join(lines)


def main() -> int:
    reader = argparse.ArgumentParser(prog="./run submit", description=__doc__)
    reader.add_argument("films", nargs="+", type=Path)
    reader.add_argument("--title", default="")
    reader.add_argument("--policy", default="festival", choices=["festival", "demo"])
    reader.add_argument("--json", action="store_true")
    given = reader.parse_args()
    slug, token = asyncio.run(invitation(given.policy))
    base = os.environ["PUBLIC_URL"]
    _, key = spend(
        base, f"{base}/fr/{slug}/account/links/{token}", scopes=["entries"], name="submit"
    )
    door = Door(base, slug, key)
    reports = []
    for film in given.films:
        report = send(door, film, given.title)
        reports.append({"film": str(film), **report})
        if not given.json:
            print(told(film, report), flush=True)
    if given.json:
        print(json.dumps(reports if len(reports) > 1 else reports[0], ensure_ascii=False, indent=2))
    if any(report["state"] == "failed" for report in reports):
        return 3
    return 0 if all(report["state"] in {"ready", "released"} for report in reports) else 2


if __name__ == "__main__":
    sys.exit(main())

"""Whose copy a leaked clip was taken from, by its invisible mark.

    ./run trace CLIP [--film ENTRY] [--edition SLUG] [--json]

CLIP is any file with pictures; a minute and a half names one viewer, ten minutes mostly two who have mixed
theirs. Without --film (the number in the entry's address) every marked film is tried, the latest first.
A name is given only where the chance that it is anybody innocent is below one in a million, whatever was
done to the clip; else nobody is named. That it was asked stands in the record.
Ends with 0 when somebody was named, 1 when nobody was, 2 when the clip is from no marked film.
"""

import argparse
import asyncio
import sys
import tempfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from festival.db import rows
from festival.pool import pool
from festival.settings import Settings
from media import graph, hls
from media.mark import making, reading
from media.mark.codes import Suspicion
from media.mark.reading import LegibleMark, MarkedReference, NotFromHere, PlainRendition
from media.sandbox import Sandbox
from media.storage import Store
from media.tools import find_tools
from reviews import tracing
from submissions.store import store_of
from submissions.verdicts import facts_of

SHOWN = 3


class MarkedFilm(msgspec.Struct, frozen=True, kw_only=True):
    """A film of which marked copies were made."""

    file: str
    edition: str
    title: str
    key: str
    segments: int
    facts: Any


async def marked_films(given: argparse.Namespace) -> list[MarkedFilm]:
    found = await rows(
        """SELECT n.id AS file, e.id AS edition, f.title, m.key, m.segments, n.facts
           FROM marked_copy m JOIN film_file n ON n.id = m.file JOIN submission s ON s.id = n.submission
             JOIN film f ON f.id = s.film JOIN edition e ON e.id = s.edition
           WHERE ({} = '' OR s.id = {}) AND ({} = '' OR e.slug = {}) AND n.copy_gone_at IS NULL
           ORDER BY m.made_at DESC""",
        given.film, given.film, given.edition, given.edition,
    )  # fmt: skip
    return [MarkedFilm(**row) for row in found]


def laid_out(film: MarkedFilm, store: Store, work: Path) -> MarkedReference:
    """The unmarked copy's smallest size, in the work folder; what it is compared by."""
    facts = facts_of(film.facts)
    picture = graph.known_picture(facts) if facts else None
    if picture is None:
        raise NotFromHere(0.0)
    rung = graph.ladder(picture)[-1].name
    (work / rung).mkdir()
    playlist = work / rung / "playlist.m3u8"
    playlist.write_bytes(store.published(film.file, f"{rung}/playlist.m3u8").read_bytes())
    for name in ("init.mp4", *(name for name, _ in hls.durations(playlist))):
        (work / rung / name).write_bytes(store.published(film.file, f"{rung}/{name}").read_bytes())
    rate: Fraction = graph.cadence(picture)
    return MarkedReference(
        copy=PlainRendition(rung, rate, graph.segment(picture)),
        rate=rate,
        frames_of_segment=making.frames_of_segment(picture),
        segments=film.segments,
        key=bytes.fromhex(film.key),
    )


def read_beside(clip: Path, film: MarkedFilm, settings: Settings, *, is_quiet: bool) -> LegibleMark:
    """In a sandbox of its own: the clip is a stranger's file."""

    def progress(share: float) -> None:
        if not is_quiet:
            sys.stderr.write(f"\r{film.title}: {share:4.0%} ")

    with tempfile.TemporaryDirectory(dir=settings.media_root) as folder:
        work = Path(folder)
        sandbox = Sandbox(
            tools=find_tools(),
            source=clip,
            work=work,
            allow_fallback=settings.allow_unsandboxed or not settings.in_production,
        )
        return reading.read(sandbox, laid_out(film, store_of(settings), work), on_progress=progress)


async def traced(given: argparse.Namespace) -> int:
    settings = Settings.read()
    async with pool(size=2):
        for film in await marked_films(given):
            try:
                clip = await asyncio.to_thread(
                    read_beside, given.clip, film, settings, is_quiet=given.json
                )
            except NotFromHere as other:
                told(given, f"{film.title}: not from here (alike {other.correlation:.0%})")
                continue
            suspects = await tracing.traced(film.file, film.edition, clip, film.segments)
            who = dict(await tracing.viewers_of(film.file))
            report(given, film, clip, suspects, who)
            return 0 if any(one.is_named for one in suspects) else 1
    told(given, "The clip is from no marked film of this house.")
    return 2


def report(
    given: argparse.Namespace,
    film: MarkedFilm,
    clip: LegibleMark,
    suspects: list[Suspicion],
    who: dict[str, tracing.Viewed],
) -> None:
    if given.json:
        sys.stdout.write(
            msgspec.json.encode({"film": film.file, "clip": clip, "suspects": suspects}).decode()
            + "\n"
        )
        return
    legible = sum(bit is not None for bit in clip.bits)
    begins = f"{int(clip.starts) // 60}:{int(clip.starts) % 60:02}"
    sys.stdout.write(
        f"\r{film.title}, from {begins}: {legible} of {len(clip.bits)} segments legible\n"
    )
    named = [one for one in suspects if one.is_named]
    for one in named or suspects[:SHOWN]:
        viewed = who[one.viewer]
        verdict = "NAMED" if one.is_named else "not named"
        beside = f", with {who[one.beside].name or who[one.beside].email}" if one.beside else ""
        sys.stdout.write(
            f"  {verdict:<9} {viewed.name} <{viewed.email}>: {one.own} of {one.read} segments are theirs"
            f"{beside}; an innocent would look so once in 10^{max(0.0, one.odds):.0f}\n"
        )
    if not named:
        sys.stdout.write("  Nobody is named: the evidence does not exclude chance.\n")


def told(given: argparse.Namespace, line: str) -> None:
    if not given.json:
        sys.stderr.write(f"\r{line}\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./run trace",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clip", type=Path)
    parser.add_argument("--film", default="", help="the number in the entry's address")
    parser.add_argument("--edition", default="")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.clip.is_file():
        parser.error(f"there is no file {given.clip}")
    return asyncio.run(traced(given))


if __name__ == "__main__":
    sys.exit(main())

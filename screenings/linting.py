"""What the linter reads: the working grid with its films, guests and papers, as they stand."""

from typing import Any

import msgspec

from festival.clock import at, festival_day, now, zone
from festival.db import rows
from festival.tables import Edition
from screenings import linter
from screenings.guests import guests_holding, windows_in
from screenings.linter import (
    LintFilm,
    LintFinding,
    LintGuest,
    LintProgramme,
    LintScreening,
    ProofSheet,
)
from screenings.lists import Item, Placed, items, placed_in, seconds_long, whole_minutes
from screenings.tables import Grid
from screenings.visas import ahead_of, papers_of


async def findings_of(edition: Edition, grid: Grid) -> list[LintFinding]:
    """Everything that the linter has to say of what would be published, the gravest first."""
    return linter.findings(await proof_of(edition, grid))


async def stops_of(edition: Edition, grid: Grid) -> list[LintFinding]:
    """What keeps this grid from the public."""
    return linter.stops(await proof_of(edition, grid))


async def proof_of(edition: Edition, grid: Grid) -> ProofSheet:
    placed = await placed_in(grid)
    shown = {p.programme for p in placed}
    known = [item for item in await items(edition) if item.id in shown]
    return ProofSheet(
        today=festival_day(now()),
        ahead=(await ahead_of(edition))[0],
        films=await films_of(edition, known),
        programmes={item.id: programme_of(item, edition) for item in known},
        screenings=[screening_of(p) for p in placed],
        guests=await guests_of(edition, shown),
    )


def programme_of(item: Item, edition: Edition) -> LintProgramme:
    long = sum(seconds_long(film, measured=edition.measured_runtime) for film in item.films)
    return LintProgramme(
        id=item.id,
        kind=item.kind,
        titles=item.titles,
        subtitles=item.subtitles,
        is_measured=item.minutes == max(1, whole_minutes(long)),
        films=[film["submission"] for film in item.films],
    )


def screening_of(placed: Placed) -> LintScreening:
    return LintScreening(
        programme=placed.programme,
        number=placed.number,
        day=festival_day(placed.starts_at),
        starts_at=placed.starts_at.astimezone(zone()),
        film_ends_at=placed.film_ends_at.astimezone(zone()),
        ends_at=placed.ends_at.astimezone(zone()),
    )


async def films_of(edition: Edition, known: list[Item]) -> dict[str, LintFilm]:
    wanted = sorted({film["submission"] for item in known for film in item.films})
    papers = {one.submission: one for one in await papers_of(edition, wanted)}
    selected = await rows(
        """SELECT s.id AS submission, f.title, f.titles, f.synopses, f.director, f.languages,
             f.subtitles, coalesce(f.declared_seconds, 0) AS declared,
             coalesce((n.facts->>'duration')::float, 0) AS measured, n.id AS file,
             EXISTS (SELECT FROM film_picture p WHERE p.submission = s.id) AS has_picture,
             n.checked_at IS NOT NULL AS is_checked, n.rotten_at IS NOT NULL AS is_damaged
           FROM submission s JOIN film f ON f.id = s.film
           LEFT JOIN film_file n ON n.submission = s.id AND n.state = 'released'
           WHERE s.edition = {} AND s.id = ANY({}) ORDER BY f.title, s.id""",
        edition.id,
        wanted,
    )
    return {row["submission"]: film_of(row, papers[row["submission"]], edition) for row in selected}


def film_of(row: dict[str, Any], papers: Any, edition: Edition) -> LintFilm:
    read = {
        "papers": papers,
        "has_still": row["file"] is not None or row["has_picture"],
        "is_checked": bool(row["is_checked"]),
        "is_damaged": bool(row["is_damaged"]),
        "seconds": seconds_long(row, measured=edition.measured_runtime),
    }
    return msgspec.convert({**row, **read}, LintFilm)


async def guests_of(edition: Edition, shown: set[str]) -> list[LintGuest]:
    """Everybody who is expected at something that is shown."""
    return [
        LintGuest(
            id=str(guest.id),
            name=guest.name,
            programmes=list(guest.programmes),
            stays=[
                (at(edition.first_day, comes), at(edition.first_day, goes))
                for comes, goes in windows_in(guest)
            ],
        )
        for guest in await guests_holding(edition)
        if shown & set(guest.programmes)
    ]

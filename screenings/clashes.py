"""What is wrong with the working grid: films that have left it, lengths that have changed, broken rules."""

from collections.abc import Collection

from festival.db import rows
from festival.tables import Edition
from festival.texts import own_title
from screenings.lists import GONE, Item, Placed, is_gone, items, placed_in
from screenings.planner import model
from screenings.planner.rules import clashes as rules_clashes
from screenings.planner.rules.facts import intro
from screenings.problem import placement_of, problem_with
from screenings.tables import Grid
from submissions.twins import twins_among


async def clashes_of(edition: Edition, grid: Grid) -> list[model.Clash]:
    """What is wrong with the working grid: films that have left it, then the planner's rules."""
    return await clashes_among(edition, await items(edition), await placed_in(grid))


async def clashes_among(
    edition: Edition,
    known: list[Item],
    placed: list[Placed],
    *,
    problem: model.Problem | None = None,
) -> list[model.Clash]:
    """The same, of programmes and screenings that somebody has read already, or only thinks of: what
    those ask of the planner is then another `problem` than the edition's.
    """
    problem = problem or await problem_with(edition, known, with_prices=False)
    shown = {item.id: item for item in known}
    return [
        *await departures(shown, placed),
        *longer_or_shorter(shown, placed),
        *await twins_in(shown, placed),
        *rules_clashes(problem, [placement_of(p, edition) for p in placed]),
    ]


async def departures(known: dict[str, Item], placed: list[Placed]) -> list[model.Clash]:
    """Films in the grid that may not be shown any more: who took them back, and when."""
    gone = {
        (film["submission"], (p.programme, p.number)): film
        for p in placed
        for film in known[p.programme].films
        if is_gone(film)
    }
    acts = await departures_of({submission for submission, _ in gone}) if gone else {}
    return [
        model.Clash(
            "film_withdrawn" if film["status"] == "withdrawn" else "film_declined",
            "block",
            [name],
            {"film": own_title(film), **acts.get(submission, {})},
        )
        for (submission, name), film in gone.items()
    ]


async def departures_of(submissions: set[str]) -> dict[str, dict[str, int | str]]:
    return await last_moves(submissions, GONE)


async def last_moves(submissions: set[str], to: Collection[str]) -> dict[str, dict[str, int | str]]:
    """By whom and when each came to one of these states last; ISO, in UTC."""
    selected = await rows(
        """SELECT DISTINCT ON (r.subject) r.subject, coalesce(p.name, '') AS by, r.at
           FROM record r LEFT JOIN person p ON p.id = r.person
           WHERE r.subject = ANY({}) AND r.act = 'submission_moved'
             AND r.details->>'to' = ANY({})
           ORDER BY r.subject, r.at DESC""",
        sorted(submissions),
        sorted(to),
    )
    return {row["subject"]: {"by": row["by"], "when": row["at"].isoformat()} for row in selected}


def longer_or_shorter(known: dict[str, Item], placed: list[Placed]) -> list[model.Clash]:
    """A new version of a film plays longer or shorter than the place that was made for it."""
    clashes = []
    for p in placed:
        item = known[p.programme]
        was = round((p.film_ends_at - p.starts_at).total_seconds() / 60) - intro(item, p.number)
        if was != item.minutes:
            name, lengths = (p.programme, p.number), {"was": was, "now": item.minutes}
            clashes.append(model.Clash("length_changed", "warn", [name], dict(lengths)))
    return clashes


async def twins_in(known: dict[str, Item], placed: list[Placed]) -> list[model.Clash]:
    """Two entries with the very same file, both in the grid: the same film twice?"""
    where: dict[str, list[tuple[str, int]]] = {}
    titles = {}
    for p in placed:
        for film in known[p.programme].films:
            where.setdefault(film["submission"], []).append((p.programme, p.number))
            titles[film["submission"]] = own_title(film)
    twins = await twins_among(sorted(where)) if where else {}
    return [
        model.Clash(
            "film_twin",
            "warn",
            sorted({*where[first], *where[second]}),
            {"film": titles[first], "twin": titles[second]},
        )
        for first, others in twins.items()
        for second in others
        if first < second
    ]

"""What whoever releases an announcement should know first: films that nobody watched or voted on."""

from typing import Any

import msgspec

from festival.db import rows
from festival.texts import film_title
from reviews.evidence import FilmCoverage, heard

WHOLE = 0.9  # of a film: less is not called watched in a letter


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """`unwatched`: nobody played it; `half_watched`: nobody as far as a vote needs; `unvoted`: no
    vote on it counts.
    """

    code: str
    films: list[dict[str, Any]]

    def titles(self, language: str) -> list[str]:
        return [film_title(language, film) for film in self.films]


async def known_of(films: list[dict[str, Any]]) -> dict[str, FilmCoverage]:
    return await heard([film["id"] for film in films])


def cautions(
    films: list[dict[str, Any]], known: dict[str, FilmCoverage], open_ones: set[str]
) -> list[Caution]:
    """With the films that each is about, in their order; none where all was heard. Of votes only where they are open
    to the reader.
    """
    by_code: dict[str, list[dict[str, Any]]] = {"unwatched": [], "half_watched": [], "unvoted": []}
    for film in films:
        for code in codes_of(
            known.get(film["id"], FilmCoverage()), is_open=film["id"] in open_ones
        ):
            by_code[code].append({name: film[name] for name in ("id", "title", "titles")})
    return [Caution(code=code, films=some) for code, some in by_code.items() if some]


def codes_of(film: FilmCoverage, *, is_open: bool) -> list[str]:
    codes = []
    if not film.watched:
        codes.append("unwatched")
    elif not film.whole:
        codes.append("half_watched")
    if is_open and not film.votes:
        codes.append("unvoted")
    return codes


async def watched_among(films: list[str]) -> set[str]:
    """Of which a letter may say so: somebody who could still hear it saw all but its credits."""
    return {
        film
        for film, one in (await heard(films) if films else {}).items()
        if one.whole > 0 and max(one.shares, default=0.0) >= WHOLE
    }


async def letters_of(batches: list[str]) -> dict[str, int]:
    """How many letters a release writes: one for each member of each film, not for each film."""
    selected = await rows(
        """SELECT l.announcement, count(*) AS n FROM announcement_line l
           JOIN member m ON m.submission = l.submission
           WHERE l.announcement = ANY({}) GROUP BY l.announcement""",
        batches,
    )
    return {row["announcement"]: int(row["n"]) for row in selected}

"""A film that its makers have taken back: the other side of the house is told, and where it stood."""

from datetime import datetime
from functools import partial
from typing import Any

from festival import letters
from festival.db import rows
from festival.language import evening, hour, moment, t
from festival.people import person as person_of
from festival.tables import Edition
from screenings.lists import departures_of, working_grid
from submissions.tables import Film, Submission

TOLD = ["chair", "programmer"]


async def tell(submission_id: str) -> None:
    """One letter to each chair and programmer; a film that has come back meanwhile costs none."""
    submission = await Submission.objects().get(Submission.id == submission_id)
    if submission is None or submission.status != "withdrawn":
        return
    edition = await Edition.objects().get(Edition.id == submission.edition)
    film = await Film.objects().get(Film.id == submission.film)
    act = (await departures_of({submission_id})).get(submission_id, {})
    if edition is None or film is None or "when" not in act:
        return
    stood = await places_of(edition, submission_id)
    when = datetime.fromisoformat(str(act["when"]))
    for row in await rows(
        """SELECT DISTINCT p.id FROM person p JOIN role r ON r.person = p.id
           WHERE r.edition = {} AND r.part = ANY({}) AND p.disabled_at IS NULL""",
        edition.id,
        TOLD,
    ):
        await letters.write(
            "film_withdrawn",
            await person_of(row["id"]),
            occasion=f"withdrawn:{submission_id}:{act['when']}:{row['id']}",
            edition=edition,
            about=submission_id,
            link="/programmer/grid",
            title=film.title or film.title_en,
            by=act["by"],
            when=partial(moment, when=when),
            places=partial(places_in, stood=stood),
        )


async def places_of(edition: Edition, submission_id: str) -> list[dict[str, Any]]:
    grid = await working_grid(edition)
    return await rows(
        """SELECT s.starts_at, c.name AS room FROM screening s JOIN screen c ON c.id = s.screen
           JOIN programme_film q ON q.programme = s.programme
           WHERE s.grid = {} AND q.submission = {} ORDER BY s.starts_at""",
        grid.id,
        submission_id,
    )


def places_in(language: str, *, stood: list[dict[str, Any]]) -> str:
    """A line for each screening that stands empty now."""
    if not stood:
        return t(language, "letter.withdrawn.nowhere")
    return "\n".join(
        t(
            language,
            "letter.withdrawn.place",
            day=evening(language, one["starts_at"]),
            hour=hour(one["starts_at"]),
            room=one["room"],
        )
        for one in stood
    )

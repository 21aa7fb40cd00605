"""What others did to films of the grid: chair and programmers are told, and where the films stand."""

from datetime import datetime
from functools import partial
from typing import Any

from festival import letters
from festival.db import rows
from festival.language import evening, hour, moment, t
from festival.people import person as person_of
from festival.tables import Edition, Person
from festival.texts import film_title
from screenings.clashes import departures_of, last_moves, longer_or_shorter
from screenings.lists import Item, items, placed_in, working_grid
from submissions.tables import Film, Submission


async def tell(submission_id: str) -> None:
    """A film that was taken back, refused or put back on the table, as it stands by now.

    A film that has come back meanwhile costs no letter.
    """
    submission = await Submission.objects().get(Submission.id == submission_id)
    if submission is None:
        return
    edition = await Edition.objects().get(Edition.id == submission.edition)
    film = await Film.objects().get(Film.id == submission.film)
    if edition is None or film is None:
        return
    stood = await places_of(edition, submission_id)
    if submission.status == "withdrawn":
        await tell_of_withdrawal(submission, film, edition, stood)
    elif submission.status in ("submitted", "draft") and await has_left_before(submission_id):
        await tell_of_return(submission, film, edition)
    elif stood and (submission.pending or submission.status) != "accepted":
        await tell_of_doubt(submission, film, edition, stood)


async def tell_of_withdrawal(
    submission: Submission, film: Film, edition: Edition, stood: list[dict[str, Any]]
) -> None:
    act = (await departures_of({submission.id})).get(submission.id, {})
    if "when" not in act:
        return
    for reader in await readers(edition, "chair", "programmer"):
        await letters.write(
            "film_withdrawn",
            reader,
            occasion=f"withdrawn:{submission.id}:{act['when']}:{reader.id}",
            edition=edition,
            about=submission.id,
            link="/programmer/grid",
            title=partial(film_title, film=film),
            by=act["by"],
            when=partial(moment, when=datetime.fromisoformat(str(act["when"]))),
            places=partial(places_in, stood=stood),
        )


async def has_left_before(submission_id: str) -> bool:
    """Whether anybody was told that it had left: of a film that came back before that, nobody hears."""
    told = await rows(
        "SELECT 1 FROM letter WHERE kind = 'film_withdrawn' AND about = {} LIMIT 1", submission_id
    )
    return bool(told)


async def tell_of_return(submission: Submission, film: Film, edition: Edition) -> None:
    back = (await last_moves({submission.id}, {submission.status}))[submission.id]
    for reader in await readers(edition, "chair", "programmer"):
        await letters.write(
            "film_returned",
            reader,
            occasion=f"returned:{submission.id}:{back['when']}:{reader.id}",
            edition=edition,
            about=submission.id,
            link="/programmer/grid",
            title=partial(film_title, film=film),
            by=back["by"],
            when=partial(moment, when=datetime.fromisoformat(str(back["when"]))),
        )


async def tell_of_doubt(
    submission: Submission, film: Film, edition: Edition, stood: list[dict[str, Any]]
) -> None:
    """The committee has changed its mind; who of them did, and why, stays with it."""
    acts = await rows(
        """SELECT at FROM record WHERE subject = {} AND act IN ('decision_proposed', 'decision_taken_back')
           ORDER BY at DESC LIMIT 1""",
        submission.id,
    )
    if not acts:
        return
    is_refused = (submission.pending or submission.status) == "declined"
    for reader in await readers(edition, "programmer"):
        await letters.write(
            "film_declined" if is_refused else "film_waits",
            reader,
            occasion=f"doubt:{submission.id}:{acts[0]['at'].isoformat()}:{reader.id}",
            edition=edition,
            about=submission.id,
            link="/programmer/grid",
            title=partial(film_title, film=film),
            when=partial(moment, when=acts[0]["at"]),
            places=partial(places_in, stood=stood, how="declined" if is_refused else "waits"),
        )


async def tell_of_lengths(edition_id: str) -> None:
    """The house counts lengths otherwise: one letter names all that plays longer or shorter."""
    edition = await Edition.objects().get(Edition.id == edition_id)
    if edition is None:
        return
    known = {item.id: item for item in await items(edition)}
    grid = await working_grid(edition)
    changed = longer_or_shorter(known, await placed_in(grid))
    if not changed:
        return
    changes = {clash.screenings[0][0]: clash.details for clash in changed}
    for reader in await readers(edition, "programmer"):
        await letters.write(
            "lengths_changed",
            reader,
            occasion=f"lengths:{grid.id}:{grid.version}:{edition.measured_runtime}:{reader.id}",
            edition=edition,
            link="/programmer/grid",
            lines=partial(
                lengths_in, changes=[(known[name], changes[name]) for name in sorted(changes)]
            ),
        )


def lengths_in(language: str, *, changes: list[tuple[Item, dict[str, int | str]]]) -> str:
    return "\n".join(
        t(language, "letter.lengths.line", title=item.title(language), **details)
        for item, details in changes
    )


async def readers(edition: Edition, *parts: str) -> list[Person]:
    selected = await rows(
        """SELECT DISTINCT p.id FROM person p JOIN role r ON r.person = p.id
           WHERE r.edition = {} AND r.part = ANY({}) AND p.disabled_at IS NULL""",
        edition.id,
        list(parts),
    )
    return [await person_of(row["id"]) for row in selected]


async def places_of(edition: Edition, submission_id: str) -> list[dict[str, Any]]:
    grid = await working_grid(edition)
    return await rows(
        """SELECT s.starts_at, c.name AS room FROM screening s JOIN screen c ON c.id = s.screen
           JOIN programme_film q ON q.programme = s.programme
           WHERE s.grid = {} AND q.submission = {} ORDER BY s.starts_at""",
        grid.id,
        submission_id,
    )


def places_in(language: str, *, stood: list[dict[str, Any]], how: str = "withdrawn") -> str:
    """A line for each screening that is concerned: empty now, or in doubt."""
    if not stood:
        return t(language, "letter.withdrawn.nowhere")
    return "\n".join(
        t(
            language,
            f"letter.{how}.place",
            day=evening(language, lost["starts_at"]),
            hour=hour(lost["starts_at"]),
            room=lost["room"],
        )
        for lost in stood
    )

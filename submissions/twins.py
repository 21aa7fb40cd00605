"""The same film twice: other entries with the very same file, told to those who may know of both."""

from collections.abc import Callable

import msgspec

from festival.access import Act, Subject, Viewer, is_member, may
from festival.db import rows
from festival.texts import ANY_TITLE
from submissions.lists import subject_of


class Twin(msgspec.Struct, frozen=True):
    """Another entry of this edition whose file has the same SHA-256."""

    id: str
    title: str


async def twins_for_maker(submission: str, viewer: Viewer) -> list[Twin]:
    """Only among the maker's own films: of a stranger's, nothing is ever said."""
    return await _twins(submission, viewer, lambda other: is_member(viewer, other))


async def twins_for_committee(submission: str, viewer: Viewer) -> list[Twin]:
    """Only among the films that this member may watch."""
    return await _twins(submission, viewer, lambda other: may(viewer, Act.WATCH, other))


async def _twins(
    submission: str, viewer: Viewer, may_know: Callable[[Subject], bool]
) -> list[Twin]:
    selected = await rows(
        """SELECT DISTINCT s.id, """
        + ANY_TITLE
        + """ AS title
           FROM film_file own JOIN film_file other ON other.sha256 = own.sha256
             AND other.sha256 <> '' AND other.submission <> own.submission
           JOIN submission s ON s.id = other.submission JOIN film f ON f.id = s.film
           WHERE own.submission = {} AND s.edition = {} AND s.status <> 'withdrawn'
             AND own.state <> 'replaced' AND other.state <> 'replaced' ORDER BY title, s.id""",
        submission,
        viewer.edition,
    )
    twins = msgspec.convert(selected, list[Twin])
    return [twin for twin in twins if may_know(await subject_of(twin.id, viewer))]


async def twins_among(submissions: list[str]) -> dict[str, list[str]]:
    """Which of these entries share a file with which others of them; for whoever may see them all."""
    selected = await rows(
        """SELECT DISTINCT own.submission AS one, other.submission AS another
           FROM film_file own JOIN film_file other ON other.sha256 = own.sha256
             AND other.sha256 <> '' AND other.submission <> own.submission
           WHERE own.submission = ANY({}) AND other.submission = ANY({})
             AND own.state <> 'replaced' AND other.state <> 'replaced' ORDER BY 1, 2""",
        submissions,
        submissions,
    )
    twins_of: dict[str, list[str]] = {}
    for pair in selected:
        twins_of.setdefault(pair["one"], []).append(pair["another"])
    return twins_of

"""Letters to whoever acts for a film."""

from collections.abc import Callable
from functools import partial
from typing import Any

from festival import letters
from festival.people import person as person_of
from festival.tables import Edition
from festival.texts import film_title
from submissions.tables import Film, Member, Submission

OccasionWords = Callable[[str, str], tuple[str, str, bool] | None]
"""To a language and a person: subject and body of this one occasion, and whether they stand as they are."""


async def tell_members(
    submission: Submission,
    kind: str,
    *,
    edition: Edition,
    occasion: str,
    link: str = "",
    words: OccasionWords | None = None,
    **values: Any,
) -> None:
    """One letter for each member, in their language, once for each occasion; in the occasion's own words
    where it has some.
    """
    film = await Film.objects().get(Film.id == submission.film)
    for member in await Member.objects().where(Member.submission == submission.id):
        await letters.write(
            kind,
            await person_of(member.person),
            occasion=f"{occasion}:{submission.id}:{member.person}",
            edition=edition,
            about=submission.id,
            link=link,
            title=partial(film_title, film=film) if film else "",
            words=partial(words_to, words, member.person) if words else None,
            **values,
        )


def words_to(words: OccasionWords, person: str, language: str) -> tuple[str, str, bool] | None:
    return words(language, person)

"""Letters to whoever acts for a film."""

from functools import partial
from typing import Any

from festival import letters
from festival.people import person as person_of
from festival.tables import Edition
from festival.texts import film_title
from submissions.tables import Film, Member, Submission


async def tell_members(
    submission: Submission,
    kind: str,
    *,
    edition: Edition,
    occasion: str,
    link: str = "",
    **values: Any,
) -> None:
    """One letter for each member, in their language, once for each occasion."""
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
            **values,
        )

"""The letter that asks a member to watch: how many films wait for them, and a link that plays the first.

It names no film: letters lie in mailboxes that no recusal reaches.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from festival import letters
from festival.clock import now, zone
from festival.db import rows
from festival.language import day, length, t
from festival.people import person as person_of
from festival.tables import Edition, Letter
from reviews.evidence import RUNTIME, seated
from reviews.phases import PhaseMoment, phases_now

KIND = "films_asked"
LEFT = f"""
SELECT a.person, count(*)::int AS films, sum({RUNTIME})::float8 AS seconds
FROM assignment a JOIN submission s ON s.id = a.submission JOIN film f ON f.id = s.film
JOIN edition e ON e.id = s.edition
JOIN film_file n ON n.submission = s.id AND n.state = 'released'
WHERE s.edition = {{}} AND a.person = ANY({{}}) AND s.status = 'submitted' AND {seated("a.person")}
  AND NOT EXISTS (SELECT 1 FROM review r WHERE r.submission = s.id AND r.person = a.person
    AND coalesce(r.given_at, r.abstained_at) IS NOT NULL)
GROUP BY a.person ORDER BY a.person"""


async def ask_to_watch(edition: Edition, people: Iterable[str], *, occasion: str = "") -> None:
    """A letter to each of these members, in the act that asked more of them. Without an `occasion` of its own,
    as where a chair asks film by film, it is one a day.
    """
    occasion = occasion or f"{now().astimezone(zone()).date()}:{edition.id}"
    until = (await phases_now(edition.id)).open
    for left in await rows(LEFT, edition.id, sorted(set(people))):
        await letters.write(
            KIND,
            await person_of(left["person"]),
            occasion=f"{KIND}:{occasion}:{left['person']}",
            edition=edition,
            link="/committee/next",
            films=partial(counted, left=left),
            until=partial(ending, phase=until),
        )


def counted(language: str, *, left: dict[str, Any]) -> str:
    return t(language, "asked.films", n=left["films"], time=length(language, left["seconds"]))


def ending(language: str, *, phase: PhaseMoment | None) -> str:
    return "" if phase is None else t(language, "asked.until", day=day(language, phase.at))


async def still_true(letter: Letter) -> bool:
    """Asked when it is about to go: whether anything is still asked of its reader."""
    return bool(await rows(LEFT, letter.edition, [letter.person]))

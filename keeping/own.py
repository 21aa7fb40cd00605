"""What a person reads on their account page of what is held of them."""

from typing import Any

import msgspec

from festival.consents import OF_CHOICE
from festival.db import rows
from keeping.export import exports_of


class Privacy(msgspec.Struct, frozen=True, kw_only=True):
    """`consents` as they were given; `choices`: which of those that nothing hangs on stand in this edition;
    `request`: an erasure that waits or was refused; `exports`, the newest first.
    """

    consents: list[dict[str, Any]]
    choices: dict[str, bool]
    exports: list[dict[str, Any]]
    request: dict[str, Any] | None


async def privacy_of(person_id: str, edition_id: str) -> Privacy:
    given = await consents_of(person_id)
    standing = {
        one["kind"] for one in given if one["edition_id"] == edition_id and not one["withdrawn_at"]
    }
    asked = await rows(
        """SELECT state, asked_at, due_at, reason FROM erasure WHERE person = {}
             AND state IN ('asked', 'running', 'refused') ORDER BY asked_at DESC LIMIT 1""",
        person_id,
    )
    return Privacy(
        consents=given,
        choices={kind: kind in standing for kind in OF_CHOICE},
        exports=await exports_of(person_id),
        request=asked[0] if asked else None,
    )


async def consents_of(person_id: str) -> list[dict[str, Any]]:
    """All that somebody has agreed to, the newest first: `kind`, `words`, `digest`, `title` of the film,
    `given_at`, `withdrawn_at`.
    """
    return await rows(
        """SELECT c.kind, c.words, c.digest, c.language, c.given_at, c.withdrawn_at, c.about,
             coalesce(f.title, '') AS title, coalesce(e.slug, '') AS edition, e.id AS edition_id
           FROM consent c LEFT JOIN submission s ON s.id = c.about LEFT JOIN film f ON f.id = s.film
           LEFT JOIN edition e ON e.id = c.edition
           WHERE c.person = {} ORDER BY c.given_at DESC, c.kind""",
        person_id,
    )

"""An edition is archived, and is only read from then on; reopened, it stands where it stood.

Neither is forced by anything nor forbidden: what an edition wants before is told
(`keeping/closing.py`), and whoever closes it answers for it.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from festival.db import rows, transaction
from festival.editions import phase_held
from festival.errors import Conflict, Refused
from festival.language import is_visible
from festival.record import record
from festival.tables import Edition, Person, Phase

LONGEST_REASON = 400


class WhyReopened(msgspec.Struct, frozen=True):
    """Why an archived edition is changed again."""

    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


def be_open(edition: Edition) -> None:
    """`Refused` where the edition is archived: it is only read, until an operator reopens it."""
    if edition.phase == Phase.ARCHIVED:
        raise Refused("edition_archived", name=edition.name)


async def archive(edition: Edition, *, by: Person) -> None:
    """From now on it is only read; done twice, it is done once. Its uploads under way stop there."""
    async with transaction():
        here = await phase_held(edition)
        if here is not Phase.ARCHIVED:
            await move(edition, Phase.ARCHIVED, here, act="edition_archived", by=by)
    edition.phase = Phase.ARCHIVED


async def reopen(edition: Edition, why: WhyReopened, *, by: Person) -> Phase:
    """It stands where it stood, and its work goes on; the record says why. Returns that phase."""
    if not is_visible(why.reason):
        raise Refused("reason:reopening_reason")
    async with transaction():
        here = await phase_held(edition)
        if here is not Phase.ARCHIVED:
            raise Conflict("edition_not_archived")
        stood = await phase_before(edition)
        reason = why.reason.strip()
        await move(edition, stood, here, act="edition_reopened", by=by, reason=reason)
        await rows(
            """UPDATE outbox SET rung_at = NULL WHERE edition = {} AND done_at IS NULL
                 AND parked_at IS NULL AND leased_until IS NULL RETURNING id""",
            edition.id,
        )
    edition.phase = stood
    return stood


async def move(
    edition: Edition, to: Phase, here: Phase, *, act: str, by: Person, **details: str
) -> None:
    await Edition.update({Edition.phase: to}).where(Edition.id == edition.id)
    changes = {"phase": [here.value, to.value]}
    await record(act, edition.id, by=by, edition=edition.id, changes=changes, **details)


async def phase_before(edition: Edition) -> Phase:
    """Where it stood when it was last archived, by the record."""
    found = await rows(
        """SELECT details->'changes'->'phase'->>0 AS phase FROM record
           WHERE subject = {} AND act = 'edition_archived' ORDER BY id DESC LIMIT 1""",
        edition.id,
    )
    return Phase(found[0]["phase"]) if found else Phase.PROGRAMME

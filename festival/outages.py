"""While the mail server takes nothing: one attempt for all letters, and everybody may read why."""

from datetime import datetime

import msgspec

from festival.db import rows

FIRST_PAUSE, LONGEST_PAUSE = 15, 300  # seconds; one letter tries for all, so it may be often


class MailOutage(msgspec.Struct, frozen=True):
    """Since when the post is closed, what it says, when the house tries next."""

    since: datetime
    reason: str
    next_at: datetime


async def outage() -> MailOutage | None:
    outages = await rows("SELECT since, reason, next_at FROM outage WHERE part = 'mail'")
    return MailOutage(**outages[0]) if outages else None


async def closed_for_now() -> MailOutage | None:
    """The outage, where it is too early to try again."""
    outages = await rows(
        "SELECT since, reason, next_at FROM outage WHERE part = 'mail' AND next_at > now()"
    )
    return MailOutage(**outages[0]) if outages else None


async def note_closed(reason: str) -> MailOutage:
    """A try failed: the pause grows once for each, not for each letter."""
    outages = await rows(
        f"""INSERT INTO outage (part, since, tries, next_at, reason)
            VALUES ('mail', now(), 1, now() + interval '{FIRST_PAUSE} seconds', {{}})
            ON CONFLICT (part) DO UPDATE SET reason = excluded.reason,
              tries = outage.tries + (outage.next_at <= now())::int,
              next_at = CASE WHEN outage.next_at > now() THEN outage.next_at ELSE now()
                + interval '{FIRST_PAUSE} seconds' * least({LONGEST_PAUSE // FIRST_PAUSE},
                                                          power(2, least(outage.tries, 9))) END
            RETURNING since, reason, next_at""",
        reason,
    )
    return MailOutage(**outages[0])


async def note_open() -> datetime | None:
    """The server has taken a letter; since when it had not, if it had not."""
    ended = await rows("DELETE FROM outage WHERE part = 'mail' RETURNING since")
    return ended[0]["since"] if ended else None


async def retry_now() -> None:
    """Somebody has mended something, and does not wait for the end of the pause."""
    await rows("UPDATE outage SET next_at = now() WHERE part = 'mail' RETURNING part")

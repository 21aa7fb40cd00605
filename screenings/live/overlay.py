"""A publication as it really runs: what was said on the day laid over what was printed. Pure."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from festival.clock import festival_day
from screenings.document import Document, LiveNews, PublicScreening
from screenings.live.shapes import Announced, Live, Lives, ToldLive

LATE_COUNTS = timedelta(minutes=5)
"""Whoever begins less late than this began at the hour that was told."""


def as_it_runs(document: Document, lives: Lives) -> Document:
    """The same publication where nothing was said of any of its screenings."""
    if not lives:
        return document
    return replace(
        document,
        screenings=[
            running(one, lives[one.id]) if one.id in lives else one for one in document.screenings
        ],
    )


def running(screening: PublicScreening, live: Live) -> PublicScreening:
    """Where and when it really is shown. What was said of another place than the one that is published
    now is out of date, but for a cancellation.
    """
    said = live.said if is_of(live, screening) else only_cancelled(live.said)
    starts, film_ends, ends = hours(screening, said)
    screen = said.screen or screening.screen
    expected = live.expected_at if is_awaited(said) else None
    return replace(
        screening,
        screen=screen,
        starts_at=starts,
        film_ends_at=film_ends,
        ends_at=ends,
        day=festival_day(starts).isoformat(),
        debate=ends > film_ends,
        live=LiveNews(
            cancelled=said.cancelled,
            words=said.words,
            began_at=said.began_at,
            ends_told=said.ends_at is not None,
            expected_at=expected if expected is not None and expected > starts else None,
            was_at=screening.starts_at if starts != screening.starts_at else None,
            was_in=screening.screen if screen != screening.screen else None,
            told=live.told,
            told_at=live.changed_at if live.told else None,
        ),
    )


def is_of(live: Live, screening: PublicScreening) -> bool:
    return live.announced is None or live.announced == announced(screening)


def announced(screening: PublicScreening) -> Announced:
    return Announced(screen=screening.screen, starts_at=screening.starts_at)


def only_cancelled(said: ToldLive) -> ToldLive:
    return ToldLive(cancelled=said.cancelled, words=said.words)


def is_awaited(said: ToldLive) -> bool:
    return said.began_at is None and not said.cancelled


def hours(screening: PublicScreening, said: ToldLive) -> tuple[datetime, datetime, datetime]:
    """When it begins, when its film ends, and when the last answer is given."""
    starts = said.starts_at or screening.starts_at
    if said.began_at is not None and abs(said.began_at - starts) >= LATE_COUNTS:
        starts = said.began_at
    film = screening.film_ends_at - screening.starts_at
    debate = (
        screening.ends_at - screening.film_ends_at
        if said.debate is None
        else timedelta(minutes=said.debate)
    )
    ends = said.ends_at or starts + film + debate
    return starts, max(starts, min(starts + film, ends)), max(starts, ends)


def in_a_diary(screening: PublicScreening) -> tuple[object, ...]:
    """What a diary shows of how it runs."""
    cancelled = screening.live is not None and screening.live.cancelled
    return screening.starts_at, screening.ends_at, screening.screen, cancelled

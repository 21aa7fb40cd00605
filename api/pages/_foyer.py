"""What a screen in a foyer says at one moment: what runs, what comes next, what has changed. Pure."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from festival.clock import festival_day
from festival.language import text_in
from screenings.document import Document, PublicScreening, is_cancelled

STAYS = timedelta(minutes=10)
"""So long what has just ended, or should have begun, is still told."""


class FoyerShow(msgspec.Struct, frozen=True, kw_only=True):
    """One screening; `change` is what is new of it: `cancelled`, `elsewhere`, `later`, `about`."""

    id: str
    title: str
    section: str
    screen: str
    starts_at: datetime
    ends_at: datetime
    was_at: datetime | None
    was_in: str
    expected_at: datetime | None
    running: bool
    change: str
    words: str


class FoyerRoom(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    now: FoyerShow | None
    next: FoyerShow | None


def foyer_of(
    document: Document | None, now: datetime | None, lang: str, *, venue: str = ""
) -> dict[str, Any]:
    """Of one house, or of all. On a day without screenings: the first that is to come."""
    if document is None or now is None:
        return {"rooms": [], "changes": [], "first": None, "clock": now, "houses": [], "house": ""}
    screens = [one for one in document.screens if venue in {"", one.venue}]
    inside = {one.id for one in screens}
    shows = sorted(
        (one for one in document.screenings if one.screen in inside), key=lambda s: s.starts_at
    )
    today = [one for one in shows if one.day == festival_day(now).isoformat()]
    told = [show_of(document, one, now, lang) for one in today]
    to_come = [one for one in shows if one.starts_at > now and not is_cancelled(one)]
    return {
        "rooms": [
            room for screen in screens if (room := room_of(screen.name, told, now)).now or room.next
        ],
        "changes": [one for one in told if one.change and one.ends_at > now - STAYS],
        "first": show_of(document, to_come[0], now, lang) if to_come else None,
        "clock": now,
        "houses": document.venues,
        "house": next((one.name for one in document.venues if one.id == venue), ""),
    }


def room_of(name: str, told: list[FoyerShow], now: datetime) -> FoyerRoom:
    here = [one for one in told if one.screen == name and one.change != "cancelled"]
    running = [one for one in here if one.running]
    to_come = [one for one in here if not one.running and one.ends_at > now]
    return FoyerRoom(
        name=name,
        now=running[-1] if running else None,
        next=to_come[0] if to_come else None,
    )


def show_of(document: Document, screening: PublicScreening, now: datetime, lang: str) -> FoyerShow:
    programme = next(one for one in document.programmes if one.id == screening.programme)
    rooms = {one.id: one.name for one in document.screens}
    news = screening.live
    began = news is not None and news.began_at is not None
    awaited = news is not None and news.expected_at is not None
    return FoyerShow(
        id=screening.id,
        title=text_in(lang, programme.titles),
        section=programme.section or "",
        screen=rooms.get(screening.screen, ""),
        starts_at=screening.starts_at,
        ends_at=screening.ends_at,
        was_at=news.was_at if news else None,
        was_in=rooms.get(news.was_in, "") if news and news.was_in else "",
        expected_at=news.expected_at if news else None,
        running=(began or (screening.starts_at <= now and not awaited)) and now < screening.ends_at,
        change=change_of(screening),
        words=text_in(lang, news.words) if news else "",
    )


def change_of(screening: PublicScreening) -> str:
    news = screening.live
    if news is None:
        return ""
    if news.cancelled:
        return "cancelled"
    if news.was_in:
        return "elsewhere"
    if news.expected_at:
        return "about"
    return "later" if news.was_at else ""

"""What operators type, read and written back: amounts, days and hours on the wall. Pure."""

import re
from datetime import date, datetime
from typing import Annotated

from msgspec import Meta

from festival.clock import PARIS, on_the_wall
from festival.errors import Refused
from festival.language import decimal
from units.times import DAY, DAY_TURNS, clock_face

FewSigns = Annotated[str, Meta(max_length=40)]
AMOUNT = re.compile(r"(\d{1,5})(?:[.,](\d{1,2}))?")
HOUR = re.compile(r"([01]?\d|2[0-3])(?:[:h.]([0-5]\d)?)?")
HOUR_AND_MINUTE = re.compile("([01]?[0-9]|2[0-3])[:h.]([0-5][0-9])")
LATEST = 30 * 60
"""An evening ends at 06:00 of the next morning at the latest."""


def cents_of(text: str, *, field: str) -> int:
    """`15`, `15,50`, `15.5 €` in cents; an empty one is nothing to pay."""
    bare = re.sub(r"[\s€]", "", text)
    if not bare:
        return 0
    found = AMOUNT.fullmatch(bare)
    if found is None:
        raise Refused(f"{field}:amount_unreadable")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def centimetres_of(text: str, *, field: str) -> int | None:
    """`12,5` or `12.50 m` in centimetres; nothing where nothing was typed."""
    bare = re.sub(r"[\sm]", "", text)
    if not bare:
        return None
    found = AMOUNT.fullmatch(bare)
    if (
        found is None
        or not 50 <= (side := int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))) <= 6000
    ):
        raise Refused(f"{field}:metres_unreadable")
    return side


def metres_typed(side: int | None, lang: str) -> str:
    return "" if side is None else amount_typed(side, lang)


def amount_typed(cents: int, lang: str) -> str:
    """An amount as somebody would type it."""
    whole, rest = divmod(cents, 100)
    return f"{whole}{decimal(lang, 0.5)[1]}{rest:02d}" if rest else str(whole)


def moment_of(day: str, hour: str, *, field: str) -> datetime:
    """A day as browsers send it and an hour on the clocks of Paris; `Refused` where they name no moment."""
    try:
        date_given = date.fromisoformat(day.strip())
    except ValueError:
        raise Refused(f"{field}_day:day_unreadable") from None
    found = HOUR.fullmatch(hour.strip().lower())
    if found is None:
        raise Refused(f"{field}_hour:hour_of_day_unreadable")
    minutes = int(found[1]) * 60 + int(found[2] or 0)
    return on_the_wall(date_given, minutes, field=f"{field}_hour")


def moment_or_none(day: str, hour: str, *, field: str) -> datetime | None:
    """The same, where nothing needs to be typed: a day alone lasts until its end."""
    if not day.strip() and not hour.strip():
        return None
    return moment_of(day, hour.strip() or "23:59", field=field)


def moment_typed(when: datetime | None, *, field: str) -> dict[str, str]:
    """The two fields of a moment, as they would be typed."""
    local = when.astimezone(PARIS) if when is not None else None
    return {
        f"{field}_day": local.strftime("%Y-%m-%d") if local else "",
        f"{field}_hour": local.strftime("%H:%M") if local else "",
    }


def minute_of(text: str, *, field: str) -> int:
    """`22:30` or `22h30` in minutes after midnight."""
    if not (found := HOUR_AND_MINUTE.fullmatch(text.strip())):
        raise Refused(f"{field}:hour_unreadable")
    return int(found[1]) * 60 + int(found[2])


def start_of(text: str, *, field: str) -> int:
    """The same on an evening of the festival: small hours belong to the day before."""
    minute = minute_of(text, field=field)
    return minute + (DAY if minute < DAY_TURNS else 0)


def span_of(begins: str, ends: str, *, fields: tuple[str, str]) -> tuple[int, int]:
    """Minutes after the evening's midnight: an end before the start is the next morning's."""
    start, end = start_of(begins, field=fields[0]), minute_of(ends, field=fields[1])
    while end <= start:
        end += DAY
    if end > LATEST:
        raise Refused(f"{fields[1]}:hours_too_late")
    return start, end


def starts_of(text: str, *, field: str) -> list[int]:
    """`10:00, 12h30 15:00`: hours of one evening, in their order, each once."""
    return sorted({start_of(one, field=field) for one in re.split(r"[\s,;]+", text) if one})


def starts_typed(minutes: list[int]) -> str:
    return ", ".join(clock_face(one) for one in minutes)

"""What is known of a screening on its day, and what somebody decides for it. Pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from festival.shapes import Id, SeenVersion
from festival.texts import Texts

MOST_LATE = 240
"""Minutes; what ends later than that is another evening."""


class Kind(StrEnum):
    """What one tap does; the last three are ways to go on, the planner's own names."""

    BEGUN = "begun"
    LATE = "late"
    OVER = "over"
    CANCELLED = "cancelled"
    MOVED = "moved"
    UNDONE = "undone"
    WAIT = "wait"
    SHORTEN = "shorten"
    MOVE = "move"


class ToldLive(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that people have said of a screening; nothing is as published."""

    began_at: datetime | None = None
    ends_at: datetime | None = None
    debate: int | None = None
    screen: str | None = None
    starts_at: datetime | None = None
    cancelled: bool = False
    words: Texts = {}


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """Where and when a publication shows it."""

    screen: str
    starts_at: datetime


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `LiveScreening`; version 0 is that of one of which nobody has said anything."""

    stable: str
    said: ToldLive = msgspec.field(default_factory=ToldLive)
    announced: Announced | None = None
    expected_at: datetime | None = None
    told: int = 0
    version: int = 0
    changed_at: datetime | None = None


Lives = Mapping[str, Live]


class LiveDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What a way to go on decides for one screening. Minutes after the first day's midnight, but
    `debate`, which are so many; nothing stays as it is.
    """

    screening: Id
    version: SeenVersion
    screen: Id | None = None
    start: Annotated[int, Meta(ge=0, le=20_000)] | None = None
    debate: Annotated[int, Meta(ge=0, le=600)] | None = None
    ends: Annotated[int, Meta(ge=0, le=20_000)] | None = None

"""A member's queue: how much is left and when it will be done, what comes next, and what was given."""

from datetime import date
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import COMMITTEE
from api.pages._lists import number_asked
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival.access import Viewer
from festival.language import day, text_in
from festival.tables import Edition
from reviews import lists, phases, queue
from reviews.conflicts import asked_of
from reviews.queue import ORDERS, QueueCount, QueuePace, QueueWhich

ROWS = 60
BELOW = 3
TABS = {
    "todo": ("begun", "note", "new"),
    "new": ("new",),
    "begun": ("begun",),
    "note": ("note",),
    "given": ("given",),
    "all": queue.STATES,
}
"""What a tab of the queue shows."""
OTHERS = "others"
"""One tab more: the films that were not asked of this member."""
MINUTES = (30, 60, 120)
WIDTH, HEIGHT, BASE = 50, 53, 72  # of the picture of weeks, in its own units


class WeekBar(msgspec.Struct, frozen=True, kw_only=True):
    """One week as a bar: where it stands and how high it is, in the picture's units."""

    x: int
    y: float
    height: float
    seconds: float
    label: str
    is_done: bool


def label_of(lang: str, monday: date) -> str:
    """`16 nov.`: without the name of the day."""
    return day(lang, monday, style="short").partition(" ")[2]


def bars_of(lang: str, pace: QueuePace) -> list[WeekBar]:
    most = max((week.seconds for week in pace.weeks), default=0) or 1
    return [
        WeekBar(
            x=10 + WIDTH * place, y=round(BASE - HEIGHT * week.seconds / most, 1),
            height=round(HEIGHT * week.seconds / most, 1), seconds=week.seconds, label=label_of(lang, week.monday),
            is_done=week.is_done,
        )
        for place, week in enumerate(pace.weeks)
    ]  # fmt: skip


def films_in(counts: list[QueueCount], tab: str) -> int:
    """Films of a tab: one's own, but for the tab of what others were asked."""
    states = TABS.get(tab, queue.STATES)
    return sum(
        one.films for one in counts if one.state in states and one.is_mine == (tab != OTHERS)
    )


@get("/committee", guards=COMMITTEE)
async def own_queue(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """What is left, what was begun, what was given; nothing of others but where the phase lets it be read."""
    asked = request.query_params
    state, section = asked.get("state", "todo"), asked.get("section", "")[:1]
    state = state if state in (*TABS, OTHERS) else "todo"
    minutes = next((one for one in MINUTES if str(one) == asked.get("minutes")), 0)
    order = asked.get("order", "advised") if asked.get("order") in ORDERS else "advised"
    which = QueueWhich(
        states=TABS.get(state, queue.STATES), section=section, minutes=minutes,
        order="given" if state == "given" else order, is_mine=state != OTHERS,
    )  # fmt: skip
    found = await queue.queue_sheet(
        viewer, edition_row, which, number=number_asked(request), of=ROWS, below=BELOW if state == "todo" else 0
    )  # fmt: skip
    counts, now_open = found.counts, await phases.phases_now(edition_row.id)
    left = sum(one.seconds for one in counts if one.state in TABS["todo"] and one.is_mine)
    pace = await queue.pace_of(viewer, left, now_open.open.at if now_open.open else None)
    lang = language_of(request)
    shown = [one for one in counts if section in ("", one.section_letter)]
    return page(
        request, "committee/queue.html", left=films_in(counts, "todo"), left_seconds=left, pace=pace,
        bars=bars_of(lang, pace), to_give=films_in(counts, "note"), state=state, section=section, minutes=minutes,
        order=order, orders=ORDERS, lengths=MINUTES,
        sheet=found,
        resume=await lists.begun_last(viewer), now_open=now_open,
        sections=sorted({(one.section_letter, text_in(lang, one.section_names)) for one in counts}),
        tabs=[(name, films_in(shown, name)) for name in tabs_of(counts)], has_films=bool(counts),
        given=found.given,
        given_films=films_in(counts, "given"), recused=await queue.recusals_count(viewer),
        suspected=len(await asked_of(viewer)),
    )  # fmt: skip


def tabs_of(counts: list[QueueCount]) -> list[str]:
    """The tabs; that of others' films where there are some."""
    others = [OTHERS] if any(not one.is_mine for one in counts) else []
    return [*TABS, *others]


HANDLERS: list[Any] = [own_queue]

"""The festival as it runs, for a phone in the dark: each screen now and next, and how to go on."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from msgspec import Meta

from api.grid import Names, clash_words
from api.guards import LIVE
from api.pages._foyer import foyer_of
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival import language
from festival.clock import at
from festival.errors import FestivalError
from festival.language import text_in
from festival.tables import Edition, Person
from screenings import lists
from screenings.document import PublicProgramme
from screenings.live import kept, ways
from screenings.live.acts import planned_end
from screenings.live.day import LiveDay, Reckoned, carriers, day_of, reckoned, stables, today
from screenings.live.overlay import as_it_runs
from screenings.planner.answers.shapes import Delay, Move, OnwardWay, ShortDebate
from units.times import DAY

PAGE = "/programmer/live"
STEP = 5
STEPS = (STEP, 2 * STEP, 3 * STEP)
MOST_ACTS = 12


class ShownLive(msgspec.Struct, frozen=True, kw_only=True):
    """One screening as the page tells it. `late` are minutes after the end that was published."""

    id: str
    version: int
    title: str
    section: str
    screen_id: str
    starts_at: datetime
    ends_at: datetime
    film_ends_at: datetime
    state: str
    late: int
    was_at: datetime | None
    was_in: str
    began_at: datetime | None
    expected_at: datetime | None
    words: dict[str, str]
    guests: list[str]
    undo: str = ""


class LiveRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A screen this evening: what runs or should run, what comes next, what follows, what is behind."""

    id: str
    name: str
    venue: str
    now: list[ShownLive]
    next: list[ShownLive]
    rest: list[ShownLive]


class LiveLine(msgspec.Struct, frozen=True, kw_only=True):
    """One consequence: of which film, and in which words."""

    key: str
    title: str
    values: dict[str, Any]


class LiveChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A way to go on, in words; `decisions` is what its button sends."""

    name: str
    price: int
    works: bool
    lines: list[LiveLine]
    faults: list[str]
    decisions: str
    seen: str


async def live_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    *,
    all_ways: bool = False,
    by: str = "",
) -> Response[str]:
    lang, day = language_of(request), await day_of(edition)
    known = None if day is None or not day.clock.runs else await reckoned(day)
    mode = "unpublished" if day is None else day.clock.mode
    shown: dict[str, Any] = {"rooms": [], "delays": [], "choices": [], "acts": []}
    if day is not None and known is not None:
        shown = await told_of(day, known, lang, all_ways=all_ways, by=by)
    return page(
        request,
        "programmer/live.html",
        theme="screening",
        error=error,
        at=PAGE,
        mode=mode,
        clock=None if day is None else day.clock.now,
        searched=all_ways,
        steps=STEPS,
        screens=[(one.id, one.name) for one in await lists.screens(edition)],
        days=[
            (str(n), language.day(lang, at(edition.first_day, n * DAY + DAY // 2)))
            for n in range(edition.days)
        ],
        **shown,
    )


async def told_of(
    day: LiveDay, known: Reckoned, lang: str, *, all_ways: bool, by: str
) -> dict[str, Any]:
    names = await names_of(day)
    acts = await kept.acts_of(day.edition.id, rehearsed=day.clock.rehearsed, most=MOST_ACTS)
    found = await ways.all_three(known, by=by) if all_ways else ways.at_once(known)
    offered = await ways.offered(day, known, found)
    return {
        "rooms": rooms_of(day, lang, undoable(acts)),
        "delays": [delay_line(day, known, one, lang) for one in known.delays],
        "choices": [choice_of(day, known, one, names, lang) for one in offered],
        "acts": [act_row(day, one, lang) for one in acts],
        "most_acts": MOST_ACTS,
    }


async def names_of(day: LiveDay) -> Names:
    known = {item.id: item for item in await lists.items(day.edition)}
    return Names(day.edition, known, await lists.screens(day.edition), [])


def programmes_of(day: LiveDay) -> dict[str, PublicProgramme]:
    return {one.id: one for one in day.document.programmes}


def screen_names(day: LiveDay) -> dict[str, str]:
    return {one.id: one.name for one in day.document.screens}


# Each screen


def rooms_of(day: LiveDay, lang: str, undo: dict[str, str]) -> list[LiveRoom]:
    """Only those where something is shown on this festival day."""
    runs = [day.runs(one.id) for one in day.document.screenings]
    tonight = sorted((one for one in runs if one.day == today(day)), key=lambda s: s.starts_at)
    houses = {one.id: one.name for one in day.document.venues}
    made = []
    for screen in day.document.screens:
        shows = [shown_of(day, s.id, lang, undo) for s in tonight if s.screen == screen.id]
        if not shows:
            continue
        now = [one for one in shows if one.state in {"running", "due"}]
        to_come = [one for one in shows if one.state == "next"]
        soon = to_come[:1]
        made.append(
            LiveRoom(
                id=screen.id,
                name=screen.name,
                venue=houses.get(screen.venue, ""),
                now=now,
                next=soon,
                rest=[one for one in shows if one not in now and one not in soon],
            )
        )
    return made


def shown_of(day: LiveDay, stable: str, lang: str, undo: dict[str, str]) -> ShownLive:
    published, runs, said = day.published[stable], day.runs(stable), day.said(stable)
    programme, rooms = programmes_of(day)[published.programme], screen_names(day)
    news = runs.live
    return ShownLive(
        id=stable,
        version=day.live(stable).version,
        title=text_in(lang, programme.titles),
        section=programme.section or "",
        screen_id=runs.screen,
        starts_at=runs.starts_at,
        ends_at=runs.ends_at,
        film_ends_at=runs.film_ends_at,
        state=state_of(day, stable),
        late=minutes_between(planned_end(day, stable, said), runs.ends_at),
        was_at=news.was_at if news else None,
        was_in=rooms.get(news.was_in, "") if news and news.was_in else "",
        began_at=said.began_at,
        expected_at=news.expected_at if news else None,
        words=said.words,
        guests=[guest.name for guest in programme.guests] if published.number == 0 else [],
        undo=undo.get(stable, ""),
    )


def state_of(day: LiveDay, stable: str) -> str:
    """`due`: it should be running, and nobody has said that it began."""
    runs, said, now = day.runs(stable), day.said(stable), day.clock.now
    if said.cancelled:
        return "cancelled"
    if runs.ends_at <= now:
        return "over" if said.ends_at is not None or said.began_at is None else "running"
    if said.began_at is not None:
        return "running"
    return "due" if runs.starts_at <= now else "next"


def minutes_between(before: datetime, after: datetime) -> int:
    return round((after - before).total_seconds() / 60)


def undoable(acts: Iterable[kept.ActLine]) -> dict[str, str]:
    """The newest act on each screening, where that can be taken back."""
    found: dict[str, str] = {}
    for act in acts:
        for stable in act.after:
            if stable not in found:
                found[stable] = "" if act.undone or act.kind == "undone" else act.id
    return found


# How to go on


def delay_line(day: LiveDay, known: Reckoned, late: Delay, lang: str) -> LiveLine:
    who = carriers(known, late)
    return LiveLine(
        key="waits_for" if who else "waits",
        title=title_of(day, (late.programme, late.number), lang),
        values={
            "start": language.hour(day.moment(late.start)),
            "minutes": late.minutes,
            "screen": place_name(day, known, late),
            "after": title_of(day, late.after, lang),
            "who": language.listed(lang, who),
        },
    )


def place_name(day: LiveDay, known: Reckoned, late: Delay) -> str:
    stands = known.evening.stands.get((late.programme, late.number))
    return screen_names(day).get(stands.screen, "") if stands else ""


def title_of(day: LiveDay, name: tuple[str, int], lang: str) -> str:
    programme = programmes_of(day).get(name[0])
    return "" if programme is None else text_in(lang, programme.titles)


def choice_of(
    day: LiveDay, known: Reckoned, one: ways.Offered, names: Names, lang: str
) -> LiveChoice:
    way = one.way
    return LiveChoice(
        name=way.name,
        price=way.price,
        works=way.works,
        lines=[*lines_of(day, known, way, lang)],
        faults=sorted({clash_words(clash, names, lang) for clash in way.faults}),
        decisions=msgspec.json.encode(one.decisions).decode(),
        seen=one.seen,
    )


def lines_of(day: LiveDay, known: Reckoned, way: OnwardWay, lang: str) -> Iterable[LiveLine]:
    yield from (debate_line(day, one, lang) for one in way.debates)
    yield from (delay_line(day, known, one, lang) for one in way.delays)
    yield from (move_line(day, one, lang) for one in way.moves)


def debate_line(day: LiveDay, short: ShortDebate, lang: str) -> LiveLine:
    title = title_of(day, (short.programme, short.number), lang)
    return LiveLine(key="shorter", title=title, values={"was": short.was, "minutes": short.minutes})


def move_line(day: LiveDay, move: Move, lang: str) -> LiveLine:
    title, rooms = title_of(day, (move.programme, move.number), lang), screen_names(day)
    if move.before is None or move.after is None:
        return LiveLine(key="gone", title=title, values={})
    return LiveLine(
        key="goes",
        title=title,
        values={
            "was": f"{rooms.get(move.before.screen, '')} {language.hour(day.moment(move.before.start))}",
            "screen": rooms.get(move.after.screen, ""),
            "start": language.hour(day.moment(move.after.start)),
        },
    )


def act_row(day: LiveDay, act: kept.ActLine, lang: str) -> dict[str, Any]:
    named = {stable: name for name, stable in stables(day).items()}
    titles = [title_of(day, named[one], lang) for one in act.after if one in named]
    return {
        "id": act.id,
        "kind": act.kind,
        "at": act.at,
        "by": act.by,
        "undone": act.undone,
        "titles": language.listed(lang, titles),
        "may": not act.undone and act.kind != "undone" and is_last(day, act),
    }


def is_last(day: LiveDay, act: kept.ActLine) -> bool:
    """Whether nothing was said since of what it speaks of."""
    return all(one in day.published and day.said(one) == said for one, said in act.after.items())


@get(PAGE, guards=LIVE)
async def live(
    request: AnyRequest,
    person: NamedDependency[Person],
    edition_row: NamedDependency[Edition],
    ways: FromQuery[Annotated[str, Meta(max_length=8)]] = "",
) -> Response[str]:
    """`?ways=all` looks for the fewest moves, too, which takes some seconds."""
    return await live_page(request, edition_row, all_ways=ways == "all", by=person.id)


@get(f"{PAGE}/foyer", guards=LIVE)
async def rehearsed_foyer(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    """The foyer's screen by the clock of the rehearsal, for whoever tries it."""
    day, lang = await day_of(edition_row), language_of(request)
    document = None if day is None else as_it_runs(day.document, day.lives)
    now = day.clock.now if day is not None else None
    return page(
        request,
        "public/foyer.html",
        theme="screening",
        rehearsed=day is not None and day.clock.rehearsed,
        again=0,
        **foyer_of(document, now, lang),
    )


HANDLERS: list[Any] = [live, rehearsed_foyer]

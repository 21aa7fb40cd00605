"""Who can see what: visitors of several kinds, and what the working grid lets each of them see."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from api.grid import evening_and_hour
from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.pages._shared import gone_of
from api.presence import while_there
from api.request import AnyRequest
from festival.clock import at
from festival.errors import Busy, FestivalError
from festival.language import day, listed, t, tongue
from festival.tables import Edition
from screenings import audiences, lists
from screenings.audiences import LATE, ImaginedVisitor
from submissions.lists import sections_of
from units.times import clock_face

PAGE = "/programmer/audiences"


class ToldVisitor(msgspec.Struct, frozen=True):
    """One visitor with words for who they are, what they can see by day, and what they miss.

    `count` of the `wanted` ones are seen, which are those that must be or else all.
    """

    name: str
    asks: str
    seen: list[str]
    count: int
    missed: list[str]
    wanted: int
    unsuited: int
    percent: int
    best: bool
    known: bool
    row: Any = None


async def audiences_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    sent: Mapping[str, list[str]] | None = None,
) -> Response[str]:
    lang = language_of(request)
    items = {item.id: item for item in await lists.items(edition)}
    titles = {item.id: item.title(lang) for item in items.values()}
    busy: Busy | None = None
    found: list[ImaginedVisitor] = []
    try:
        viewer = request.state["viewer"]
        found = await while_there(request, audiences.reaches(edition, by=viewer.id))
    except Busy as told:
        busy = told
    houses = {screen.id: screen.name for screen in await lists.screens(edition)}
    return planning_page(
        request,
        "programmer/audiences.html",
        error=error or busy,
        at=PAGE,
        visitors=[visitor(one, edition, titles, houses, lang) for one in found],
        typed={name: values for name, values in (sent or {}).items() if not name.startswith("_")},
        which=request.path_params.get("audience_id", "new") if error else "",
        days=[(str(n), day(lang, at(edition.first_day, n * 1440 + 720))) for n in range(edition.days)],
        sections=[(s.letter, s.names) for s in await sections_of(edition)],
        programmes=sorted(titles.items(), key=lambda pair: pair[1].lower()),
        tongues=lambda tags: ", ".join(tongue(lang, tag) for tag in tags),
        late=LATE,
        gone=await gone_of(edition, "audience_removed"),
    )  # fmt: skip


def visitor(
    one: ImaginedVisitor,
    edition: Edition,
    titles: dict[str, str],
    houses: dict[str, str],
    lang: str,
) -> ToldVisitor:
    reach = one.reach
    seen = reach.seen if reach else []
    missed = reach.missed if reach else []
    return ToldVisitor(
        name=one.name or t(lang, f"audience.{one.kind}"),
        asks=asks(one, lang, edition),
        seen=[
            f"{evening_and_hour(lang, edition, p.start)}, {houses.get(p.screen, '–')} · "
            f"{titles.get(p.programme, '–')}"
            for p in seen
        ],
        count=sum(p.programme in (one.persona.must or titles) for p in seen),
        missed=[titles.get(programme, "–") for programme in missed],
        wanted=one.wanted,
        unsuited=0 if one.persona.must else max(0, one.shown - len(missed) - len(seen)),
        percent=round(100 * one.share) if reach else 0,
        best=reach is not None and reach.best,
        known=reach is not None,
        row=one.row,
    )


def asks(one: ImaginedVisitor, lang: str, edition: Edition) -> str:
    """What they ask for, in a few words."""
    persona = one.persona
    musts = [t(lang, "audience.musts", n=len(persona.must))] if persona.must else []
    told = [*musts, t(lang, "audience.a_day", n=persona.most_a_day)]
    if persona.understands:
        told.append(
            t(lang, "audience.hears", tongues=listed(lang, (tongue(lang, tag) for tag in persona.understands)))
        )  # fmt: skip
    if persona.captions:
        told.append(
            t(lang, "audience.captioned", tongues=listed(lang, (tongue(lang, tag) for tag in persona.captions)))
        )  # fmt: skip
    if persona.days:
        named = (
            day(lang, at(edition.first_day, n * 1440 + 720), style="short") for n in persona.days
        )
        told.append(t(lang, "audience.only_days", days=listed(lang, named)))
    if persona.sections and persona.sections != ["-"]:
        told.append(t(lang, "audience.only_sections", sections=listed(lang, persona.sections)))
    if persona.earliest:
        told.append(t(lang, "audience.from", hour=clock_face(persona.earliest)))
    if persona.latest_end != LATE:
        told.append(t(lang, "audience.until", hour=clock_face(persona.latest_end)))
    if persona.pause:
        told.append(t(lang, "audience.pauses", n=persona.pause))
    return " · ".join(told)


@get(PAGE, guards=SEE)
async def who_can_see(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await audiences_page(request, edition_row)


HANDLERS: list[Any] = [who_can_see]

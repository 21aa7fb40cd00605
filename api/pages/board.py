"""The decision board: a page of each column, hours and wishes beside it, what was said under each card."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import CHAIR
from api.pages._page import language_of, page
from api.pages._strip import VoteStrip, strip_of
from api.pages.committee import ListPlace, Page, page_asked, place_of
from api.request import AnyRequest
from festival import clock
from festival.access import Act, Viewer
from festival.errors import FestivalError, Missing
from festival.language import length, text_in
from festival.tables import Edition
from festival.texts import Texts
from reviews import board, lists, waiting_list
from reviews.board import FLAGS, SORTS, BoardCut, BoardQuery, BoardShare
from reviews.decisions import ManyMoved
from reviews.lists import Case
from reviews.quotas import chairs_section, quotas_of
from reviews.reckoning import FilmRank
from reviews.scoring import BOARD
from reviews.standing import QUICK, standing_of
from screenings.capacity import HoursKept, hours_kept

AT = "/committee/decisions"
CARDS = 20
MANY = 10**9  # films: a page of so many is asked for before it is known how many there are
MOST_BOXES = 20


class TypedDecision(msgspec.Struct, frozen=True):
    """What somebody wrote about one film (or many, without an id) when it was refused: the form keeps it."""

    id: str
    act: str
    note: str
    films: list[str] = []
    column: str = ""


class QuotaShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of a section, and what is accepted of it by now; minutes without turnovers."""

    section: str
    letter: str
    names: Texts
    films: int
    minutes: int
    pencil: int
    wanted: int | None = None
    wanted_minutes: int | None = None
    version: int = 0
    may_set: bool = False

    @property
    def boxes(self) -> list[str]:
        """One for each film that is wanted or there, where that can be drawn."""
        most = max(self.wanted or 0, self.films)
        if self.wanted is None or most > MOST_BOXES:
            return []
        sure = self.films - self.pencil
        return ["in"] * sure + ["maybe"] * self.pencil + ["free"] * (most - self.films)


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a move would do, in minutes: before it is made."""

    minutes: int
    is_in: bool
    is_short: bool
    after: int
    quota: QuotaShown | None

    @property
    def films(self) -> int:
        """How many films the section would have."""
        return (self.quota.films if self.quota else 0) + (-1 if self.is_in else 1)


class BoardCard(msgspec.Struct, frozen=True, kw_only=True):
    """`trusted` is the rank once it is known who voted, where the film has one."""

    case: Case
    trusted: FilmRank | None = None
    strip: VoteStrip
    effect: Effect


class FilmColumn(msgspec.Struct, frozen=True, kw_only=True):
    """`films` are those that the query means, `pencil` how many of all are in pencil."""

    name: str
    cards: Page
    pencil: int


def quotas_shown(
    shares: list[BoardShare], kept: dict[str, Any], viewer: Viewer
) -> list[QuotaShown]:
    sections = {one.section: one for one in shares}
    shown = []
    for section, one in sections.items():
        its = [s for s in shares if s.section == section and s.col == "accepted"]
        row = kept.get(section)
        shown.append(
            QuotaShown(
                section=section,
                letter=one.letter,
                names=one.names,
                films=sum(s.films for s in its),
                minutes=round(sum(s.seconds for s in its) / 60),
                pencil=sum(s.films for s in its if s.is_pencil),
                wanted=row.films if row else None,
                wanted_minutes=row.minutes if row else None,
                version=row.version if row else 0,
                may_set=chairs_section(viewer, section),
            )
        )
    return shown


def effect_of(case: Case, hours: HoursKept, quotas: dict[str, QuotaShown]) -> Effect:
    cost = hours.cost(case.runtime)
    is_in = case.column == "accepted"
    return Effect(
        minutes=cost,
        is_in=is_in,
        is_short=cost <= -(-int(case.runtime) // 60),
        after=max(0, hours.taken + (-cost if is_in else cost)),
        quota=quotas.get(case.section_letter),
    )


def address(query: BoardQuery, **more: str) -> str:
    """The words of an address that mean this query, with others changed or added."""
    said = {"sort": query.sort, "section": query.section, "q": query.q, "flag": query.flag} | more
    if said["sort"] == SORTS[0]:
        del said["sort"]
    return urlencode({name: value for name, value in said.items() if value})


def column_asked(request: AnyRequest) -> dict[str, str]:
    """The words of an address that mean one column alone, and its page; none of the whole board."""
    only, number = (request.query_params.get(name, "") for name in ("column", "page"))
    if only not in BOARD:
        return {}
    return {"column": only} | ({"page": str(page_asked(number))} if page_asked(number) > 1 else {})


def meter(hours: HoursKept) -> list[tuple[str, float, float]]:
    """(kind, from, width), in hundredths of what the rooms have, or of what is taken where that is more."""
    whole = max(hours.open, hours.taken, 1)
    parts, at = [], 0.0
    for kind, minutes in (("in", hours.films), ("talk", hours.debates), ("rest", hours.changes)):
        width = round(100 * minutes / whole, 2)
        parts.append((kind, round(at, 2), width))
        at += width
    return parts


async def board_page(
    request: AnyRequest,
    viewer: Viewer,
    error: FestivalError | None = None,
    typed: TypedDecision | None = None,
    done: ManyMoved | None = None,
    wished: dict[str, str] | None = None,
) -> Response[str]:
    """`wished` is what stood in the form of a section's quota, with the `letter` of the section."""
    edition: Edition = request.state["edition"]
    asked = request.query_params
    query = board.query_of({name: asked.get(name, "") for name in ("section", "q", "flag", "sort")})
    drawn_at = clock.now()
    only, number = asked.get("column", ""), asked.get("page", "1")
    columns = BOARD if typed or only not in BOARD else (only,)
    ranked = await standing_of(edition, viewer, patience=QUICK) if query.sort == "rank" else None
    places = {one: rank.place for one, rank in ranked.films.items()} if ranked else {}
    if typed and typed.id:
        where = await board.place_of_film(viewer, query, typed.id, places)
        if where is None:  # the filters leave it out by now: what was typed stands under its card
            query = BoardQuery(sort=query.sort)
            where = await board.place_of_film(viewer, query, typed.id, places)
        only, number = (where[0], str(where[1] // CARDS + 1)) if where else (only, number)
    numbers = {name: number if name == only else "1" for name in columns}

    def starts_among(found: dict[str, int]) -> dict[str, ListPlace]:
        return {name: place_of(found[name], numbers[name], of=CARDS) for name in columns}

    hoped = {name: one.first for name, one in starts_among(dict.fromkeys(columns, MANY)).items()}
    cut = BoardCut(columns=columns, first=hoped, most=CARDS, places=places, is_brief=True)
    sheet = await board.board_sheet(viewer, query, cut)
    ranked = ranked or await standing_of(edition, viewer, named_now=sheet.named, patience=QUICK)
    cases, shares = sheet.cases, sheet.shares or await board.shares(viewer, query)
    found = {name: sum(one.found for one in shares if one.col == name) for name in BOARD}
    starts = starts_among(found)
    first = {name: one.first for name, one in starts.items()}
    if first != hoped:  # a page beyond the last one
        cases = await board.cards(viewer, query, msgspec.structs.replace(cut, first=first))
    hours = await hours_kept(edition, await board.pencilled_in(viewer))
    quotas = quotas_shown(shares, await quotas_of(edition.id), viewer)
    by_letter = {one.letter: one for one in quotas}
    drawn = [
        BoardCard(
            case=case,
            trusted=ranked.films.get(case.id),
            strip=strip_of(case),
            effect=effect_of(case, hours, by_letter),
        )
        for case in cases
    ]
    lang = language_of(request)
    return page(
        request,
        "committee/board.html",
        at=AT,
        error=error,
        total=sum(one.films for one in shares),
        undecided=sum(one.films for one in shares if one.col == "undecided"),
        columns=[column_of(name, starts[name], drawn, shares) for name in columns],
        found=found,
        only=only,
        typed=typed,
        done=done,
        wished=wished or {"letter": ""},
        query=query,
        sorts=SORTS,
        flags=FLAGS,
        sections=sorted({(one.letter, text_in(lang, one.names)) for one in shares}),
        said=lambda **more: address(query, **more),
        here=f"?{here}" if (here := address(query, **column_asked(request))) else "",
        hours=hours,
        meter=meter(hours),
        quotas=quotas,
        pencil={
            name: sum(one.films for one in shares if one.col == name and one.is_pencil)
            for name in BOARD[1:]
        },
        drawn_at=drawn_at.isoformat(),
        ranks_come=ranked.is_coming,
        proposals=await waiting_list.proposals(viewer),
        minutes=lambda n: length(lang, n * 60),
        api=f"/api/v1/{edition.slug}",
    )


def column_of(
    name: str, place: ListPlace, drawn: list[BoardCard], shares: list[BoardShare]
) -> FilmColumn:
    return FilmColumn(
        name=name,
        cards=place.with_rows([one for one in drawn if one.case.column == name]),
        pencil=sum(one.films for one in shares if one.col == name and one.is_pencil),
    )


@get(AT, guards=CHAIR)
async def decisions(request: AnyRequest, viewer: NamedDependency[Viewer]) -> Response[str]:
    return await board_page(request, viewer)


@get("/committee/submissions/{submission_id:str}/opinions", guards=CHAIR)
async def opinions(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """What was said of one film, and each sentence that was decided with: under its card, or alone."""
    await lists.open_film(submission_id, viewer, edition_row, Act.DECIDE)
    case = await board.card_of(viewer, submission_id)
    if case is None:
        raise Missing("submission_missing")
    return page(
        request,
        "committee/opinions.html",
        at=AT,
        case=case,
        strip=strip_of(case),
        sentences=await lists.sentences(submission_id),
    )


HANDLERS: list[Any] = [decisions, opinions]

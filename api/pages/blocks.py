"""The composer's page: shorts into blocks, their order and its steps, and the sheet for the projection booth."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._exports import own_file
from api.pages._page import language_of, page
from api.pages._programmes import hour_typed
from api.pages.programmes import PAGE as PROGRAMMES
from api.request import AnyRequest
from festival import spreadsheets
from festival.errors import FestivalError
from festival.language import t, text_in
from festival.tables import Edition
from screenings import composing, programmes, shorts
from screenings.composing import CompositionForm, DraftBlock, Paper
from screenings.running_order import ARC, order_cost, running, wanted_tone
from screenings.shorts import BlockFilm, NeighbourStep
from screenings.visas import RATINGS
from submissions.lists import sections_of

PAGE = "/programmer/blocks"
HELD = ("", "block", "place")
DEEPEST, TALLEST = 4, 36  # pixels: where the brightest and the gravest tone are drawn
TONES = 10
COLUMNS = (
    "place", "title", "director", "length", "begins", "loudness", "step", "frame", "rating", "entry",
)  # fmt: skip


class ArcDot(msgspec.Struct, frozen=True):
    """A film on the drawn arc: where it lies, and where the arc would have it. Per cent, pixels."""

    x: float
    y: float
    wanted: float


class BlockShown(msgspec.Struct, frozen=True, kw_only=True):
    """One block as it is drawn; `after` are the steps from each film to the next."""

    number: int
    block: DraftBlock
    films: list[BlockFilm]
    after: list[NeighbourStep | None]
    dots: list[ArcDot]
    minutes: int
    rating: int
    earliest: str
    cost: int
    is_short: bool
    is_long: bool
    is_new: bool
    has_news: bool
    is_stale: bool

    @property
    def tones(self) -> str:
        return ", ".join(str(film.traits.tone) for film in self.films)


def shown(paper: Paper, number: int, block: DraftBlock) -> BlockShown:
    films = paper.members(block)
    members = [film.short() for film in films]
    minutes = running(members, paper.asked.pause)
    hours = [film.traits.earliest for film in films if film.traits.earliest is not None]
    return BlockShown(
        number=number,
        block=block,
        films=films,
        after=[*shorts.steps_of(films), None] if films else [],
        dots=dots_of(films),
        minutes=minutes,
        rating=max((film.traits.rating or 0 for film in films), default=0),
        earliest=hour_typed(max(hours, default=None)),
        cost=order_cost(members, ARC) if members else 0,
        is_short=bool(films) and minutes < paper.asked.shortest,
        is_long=minutes > paper.asked.longest,
        is_new=not block.programme,
        has_news=paper.changes(block),
        is_stale=block.programme in paper.stale,
    )


def dots_of(films: Sequence[BlockFilm]) -> list[ArcDot]:
    count = len(films)
    return [
        ArcDot(
            x=round(100 * (at + 0.5) / count, 2),
            y=height_of(film.traits.tone),
            wanted=height_of(wanted_tone(at, count, ARC)),
        )
        for at, film in enumerate(films)
    ]


def height_of(tone: int) -> float:
    return round(TALLEST - (TALLEST - DEEPEST) * tone / TONES, 1)


@get(PAGE, guards=SEE)
async def blocks(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """The paper as it is: its blocks, what is free, and the last taking, which can be taken back."""
    return await blocks_page(request, edition_row)


async def blocks_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    given: dict[str, str] | None = None,
    film: str = "",
) -> Response[str]:
    """`given` is what was typed into a refused form: the composer's, or that of one `film`."""
    lang = language_of(request)
    paper = await composing.paper_of(edition)
    last = await composing.last_taking(edition)
    asked = asked_typed(paper.asked)
    return planning_page(
        request,
        "programmer/blocks.html",
        error=error,
        at=PAGE,
        paper=paper,
        blocks=[shown(paper, number, block) for number, block in enumerate(paper.blocks)],
        free=[paper.films[one] for one in paper.free],
        names=[text_in(lang, block.titles) for block in paper.blocks],
        sections=await sections_of(edition),
        asked=asked if film or given is None else asked | given,
        given=given if film and given else {},
        refused_film=film,
        ratings=RATINGS,
        held=HELD,
        themes=sorted({f.traits.theme for f in paper.films.values() if f.traits.theme}),
        hour_typed=hour_typed,
        last=last,
    )


def asked_typed(asked: CompositionForm) -> dict[str, str]:
    return {
        "section": asked.section,
        "shortest": str(asked.shortest),
        "longest": str(asked.longest),
        "count": str(asked.count or ""),
        "pause": str(asked.pause),
        "again": "yes" if asked.again else "",
    }


# The sheet


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    """A film on the sheet: when it begins after the start, in seconds, and how it follows on the one before."""

    place: int
    film: BlockFilm
    begins: int
    step: NeighbourStep | None


async def sheet_of(edition: Edition, programme_id: str) -> list[SheetLine]:
    form = await programmes.form_of(edition, programme_id)
    known = await shorts.shorts_of(edition, form.films)
    films = [known[one] for one in form.films if one in known]
    steps = [None, *shorts.steps_of(films)]
    begins, lines = 0.0, []
    for at, film in enumerate(films):
        lines.append(SheetLine(place=at + 1, film=film, begins=int(begins), step=steps[at]))
        begins += film.seconds
    return lines


@get(f"{PROGRAMMES}/{{programme_id:str}}/running-order", guards=SEE)
async def running_order(
    request: AnyRequest, programme_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """The sheet for the booth: films in their order, with each step of loudness and change of frame."""
    lines = await sheet_of(edition_row, programme_id)
    row = await programmes.programme_in(edition_row, programme_id)
    return page(
        request,
        "programmer/running_order.html",
        at=f"{PROGRAMMES}/{programme_id}/running-order",
        programme=row,
        lines=lines,
        seconds=sum(line.film.seconds for line in lines),
        rating=max((line.film.traits.rating or 0 for line in lines), default=0),
    )


@get(f"{PROGRAMMES}/{{programme_id:str}}/running-order.csv", guards=SEE)
async def running_order_list(
    request: AnyRequest, programme_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Stream:
    """The same as a list for a spreadsheet; seconds, LUFS, LU."""
    lang = language_of(request)
    lines = await sheet_of(edition_row, programme_id)

    async def cells() -> AsyncIterator[Sequence[Any]]:
        for line in lines:
            yield cells_of(line, lang)

    heads = [t(lang, f"blocks.column.{name}") for name in COLUMNS]
    return Stream(
        spreadsheets.csv_pieces(heads, cells()),
        media_type="text/csv; charset=utf-8",
        headers=own_file(f"running-order-{programme_id}.csv"),
    )


def cells_of(line: SheetLine, lang: str) -> list[Any]:
    film, step = line.film, line.step
    return [
        line.place,
        film.told(lang),
        film.director,
        round(film.seconds),
        line.begins,
        film.loudness,
        None if step is None or step.loudness is None else round(step.loudness, 1),
        film.aspect,
        film.traits.rating,
        film.id,
    ]


HANDLERS: list[Any] = [blocks, running_order, running_order_list]

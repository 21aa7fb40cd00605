"""Variants of the working grid: which there are, what each has elsewhere, and the ticks that merge it."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from api.grid import evening_and_hour
from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._page import language_of
from api.pages._shared import gone_of
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.language import t
from festival.tables import Edition
from screenings import lists, variants
from screenings.planner.answers.shapes import Change, Move
from screenings.planner.model import Placement
from screenings.variants import WORKING, Comparison, JudgedGrid

PAGE = "/programmer/variants"
SideChoices = list[tuple[str, str]]


class ChangeRow(Struct, frozen=True):
    """One screening that stands otherwise; `locked` where it is compared with."""

    name: str
    title: str
    section: str | None
    showing: int
    was: str
    now: str
    locked: bool


class RulePoints(Struct, frozen=True):
    """What a rule costs in both."""

    words: str
    here: int
    there: int


async def variants_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    sent: Mapping[str, list[str]] | None = None,
) -> Response[str]:
    lang = language_of(request)
    kept = await variants.variants(edition)
    sides = [WORKING, *(f"variant:{one['id']}" for one in kept)]
    working, *judged = await variants.judged(edition, sides)
    return planning_page(
        request, "programmer/variants.html", error=error, at=PAGE,
        working=working, variants=list(zip(kept, judged, strict=True)),
        sources=await sides_of(edition, lang), typed=typed_in(sent), most=variants.MOST,
        gone=await gone_of(edition, "variant_removed"),
    )  # fmt: skip


def typed_in(sent: Mapping[str, list[str]] | None) -> dict[str, str]:
    return {name: values[-1] for name, values in (sent or {}).items() if values}


async def sides_of(edition: Edition, lang: str, *, but: str = "") -> SideChoices:
    """The working grid, the publications and the variants, each with its name."""
    found = [(WORKING, t(lang, "variants.working"))]
    found += [
        (f"publication:{one['number']}", t(lang, "variants.publication", n=one["number"]))
        for one in await lists.published_grids(edition)
    ]
    found += [(f"variant:{one['id']}", one["name"]) for one in await variants.variants(edition)]
    return [pair for pair in found if pair[0] != but]


async def variant_page(
    request: AnyRequest,
    edition: Edition,
    variant: str,
    error: FestivalError | None = None,
    sent: Mapping[str, list[str]] | None = None,
) -> Response[str]:
    """What it has elsewhere than another grid; a refused merge keeps its ticks."""
    lang = language_of(request)
    row = await variants.variant_in(edition, variant)
    its = f"variant:{row.id}"
    sides = await sides_of(edition, lang, but=its)
    asked = request.query_params.get("against", WORKING)
    against = asked if asked in dict(sides) else WORKING
    found = await variants.compared(edition, against, its)
    is_merge = "seen" in (sent or {})
    free = [
        f"{m.programme}:{m.number}"
        for m in found.moves
        if (m.programme, m.number) not in found.locked
    ]
    return planning_page(
        request, "programmer/variant.html", error=error, at=f"{PAGE}/{row.id}",
        variant=row, sides=sides, against=against, other=dict(sides)[against], found=found,
        groups=await groups_of(edition, found, lang), rules=rules_of(found, lang),
        differs=found.there.cost - found.here.cost,
        ticked=(sent or {}).get("only", []) if is_merge else free,
        despite=is_merge and "despite" in (sent or {}),
        typed={} if is_merge else typed_in(sent),
        merged=await variants.last_merge(edition, row.id),
        maker=await maker_of(edition, row.id),
    )  # fmt: skip


async def maker_of(edition: Edition, variant: str) -> str:
    kept = await variants.variants(edition)
    return str(next(one["by"] for one in kept if one["id"] == variant))


async def groups_of(
    edition: Edition, found: Comparison, lang: str
) -> list[tuple[Change, list[ChangeRow]]]:
    items = {item.id: item for item in await lists.items(edition)}
    rooms = {screen.id: screen.name for screen in await lists.screens(edition)}

    def place(p: Placement | None) -> str:
        if p is None:
            return ""
        return f"{evening_and_hour(lang, edition, p.start)}, {rooms.get(p.screen, '–')}"

    def row(move: Move) -> ChangeRow:
        item = items.get(move.programme)
        return ChangeRow(
            name=f"{move.programme}:{move.number}",
            title=item.title(lang) if item else "–",
            section=item.section_letter if item else None,
            showing=move.number + 1,
            was=place(move.before),
            now=place(move.after),
            locked=(move.programme, move.number) in found.locked,
        )

    kinds: tuple[Change, ...] = ("moved", "added", "dropped")
    groups = [(kind, [row(move) for move in found.moves if move.change == kind]) for kind in kinds]
    return [group for group in groups if group[1]]


def rules_of(found: Comparison, lang: str) -> list[RulePoints]:
    """The rules that cost anything in either, those that differ most first."""

    def paid(judged: JudgedGrid, rule: str) -> int:
        return judged.by_rule.get(rule, 0)

    rules = found.here.by_rule.keys() | found.there.by_rule.keys()
    told = [
        RulePoints(t(lang, f"planner.rule.{rule}"), paid(found.here, rule), paid(found.there, rule))
        for rule in rules
    ]
    return sorted(told, key=lambda one: (-abs(one.there - one.here), one.words))


@get(PAGE, guards=SEE)
async def all_variants(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await variants_page(request, edition_row)


@get(f"{PAGE}/{{variant_id:str}}", guards=SEE)
async def one_variant(
    request: AnyRequest, variant_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await variant_page(request, edition_row, variant_id)


HANDLERS: list[Any] = [all_variants, one_variant]

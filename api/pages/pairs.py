"""The programmers' room of shared audiences: ranked, with why, and corrected by hand."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import SEE
from api.pages._desk import planning_page
from api.pages._lists import kept, said
from api.pages._page import language_of
from api.pages._shared import PAIRS, bare, picks_of
from api.pages.committee import sheet_of
from api.request import AnyRequest
from festival.errors import FestivalError
from festival.language import country, listed, t, text_in, tongue
from festival.tables import Edition
from festival.texts import texts_of
from screenings import lists, shared_audiences
from screenings.likeness import LEAST_POINTS, MOST_EACH, MOST_WEIGHT, POINTS
from screenings.problem import rules_of
from screenings.shared_audiences import MODES, ShownPair
from submissions.lists import sections_of

ROWS = 60
KINDS = ("section", "theme", "country", "language")


@get(PAIRS, guards=SEE)
async def pairs(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Pairs of programmes that draw the same people, those that weigh most first."""
    return await pairs_page(request, edition_row)


async def pairs_page(
    request: AnyRequest,
    edition: Edition,
    error: FestivalError | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    """`typed` is what stood in a form that is refused."""
    lang, asked = language_of(request), request.query_params
    items = {item.id: item for item in await lists.items(edition)}
    names = {one.letter: text_in(lang, texts_of(one.names)) for one in await sections_of(edition)}
    pairs = [
        pair
        for pair in await shared_audiences.shown_pairs(edition)
        if {pair.one, pair.other} <= items.keys()
    ]
    sought = asked.get("q", "").strip()[:200]

    def titles(pair: ShownPair) -> str:
        return f"{items[pair.one].title(lang)} {items[pair.other].title(lang)}"

    shown = [pair for pair in pairs if bare(sought) in bare(titles(pair))]
    rules = await rules_of(edition)
    sheet = sheet_of(shown, asked.get("page", "1"), of=ROWS)
    return planning_page(
        request,
        "programmer/pairs.html",
        error=error,
        at=PAIRS,
        sheet=sheet,
        kept=kept(sheet.number, q=sought),
        more=said(q=sought),
        typed=defaultdict(str, typed or {}),
        is_of=lambda pair: (
            {pair.one, pair.other} == {(typed or {}).get(one) for one in ("one", "other")}
        ),
        total=len(pairs),
        holding=sum(1 for pair in pairs if pair.weight and in_mode(pair, rules.audiences)),
        items=items,
        why=lambda pair: why_words(pair, names, lang),
        holds=lambda pair: in_mode(pair, rules.audiences),
        sought=sought,
        mode=rules.audiences,
        mode_version=rules.version or 1,
        modes=MODES,
        points=POINTS,
        least=LEAST_POINTS,
        each=MOST_EACH,
        weights=[str(n) for n in range(MOST_WEIGHT + 1)],
        options=[(one["id"], one["title"]) for one in picks_of(items, [], lang)],
    )


def in_mode(pair: ShownPair, mode: str) -> bool:
    """Whether the planner reckons with this pair as the edition has chosen."""
    return mode == "computed" or (mode == "hand" and pair.by_hand is not None)


def why_words(pair: ShownPair, names: dict[str, str], lang: str) -> str:
    """`même section (Compétition) · Géorgie · géorgien`."""
    told = []
    for kind in KINDS:
        values = [named(kind, value, names, lang) for one, value in pair.because if one == kind]
        if values:
            told.append(t(lang, f"audiences.why.{kind}", which=listed(lang, values)))
    return " · ".join(told)


def named(kind: str, value: str, sections: dict[str, str], lang: str) -> str:
    match kind:
        case "section":
            return sections.get(value, value)
        case "country":
            return country(lang, value)
        case "language":
            return tongue(lang, value)
    return value


HANDLERS: list[Any] = [pairs]

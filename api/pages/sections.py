"""The operators' room of sections: their order, their form, and how makers see them."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR
from api.pages import _sections
from api.pages._desk import desk_page
from api.pages._page import language_of
from api.request import AnyRequest
from festival import deadlines
from festival.errors import FestivalError
from festival.tables import Edition, Section
from submissions.candidates import ChangeEffect, terms_of
from submissions.eligibility import RULES, TIERS, RuleWeight, SectionTerms
from submissions.lists import sections_of
from submissions.sections import HUES, SectionForm, SectionUses, section_in, sections_counted

PAGE = "/operator/sections"


@get(PAGE, guards=OPERATOR)
async def all_sections(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """Every section in its order, with its entries, and the way to its form."""
    return await sections_page(request, edition_row, None)


async def sections_page(
    request: AnyRequest, edition: Edition, error: FestivalError | None
) -> Response[str]:
    lang = language_of(request)
    counted = await sections_counted(edition)
    return desk_page(
        request,
        "operator/sections.html",
        error=error,
        at=PAGE,
        lines=counted,
        asked={one["section"].id: _sections.asked_in(lang, one["terms"]) for one in counted},
        used=lambda uses: SectionUses(uses)(lang) if uses else "",
        hues=stamp(one["section"] for one in counted),
    )


@get(f"{PAGE}/new", guards=OPERATOR)
async def new_section(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    return await section_page(request, edition_row, None)


@get(f"{PAGE}/{{section_id:str}}", guards=OPERATOR)
async def one_section(
    request: AnyRequest, section_id: FromPath[str], edition_row: NamedDependency[Edition]
) -> Response[str]:
    return await section_page(request, edition_row, await section_in(edition_row, section_id))


async def section_page(
    request: AnyRequest,
    edition: Edition,
    section: Section | None,
    *,
    error: FestivalError | None = None,
    fields: dict[str, str] | None = None,
    wanted: SectionForm | None = None,
    effect: ChangeEffect | None = None,
    version: int = 1,
    touches: int = 0,
) -> Response[str]:
    """The form of one section, or of one that is none yet.

    `fields` is what was typed, `wanted` what it would be, `effect` whom that would turn away.
    """
    lang = language_of(request)
    stands = _sections.typed(section, lang) if section is not None else dict(_sections.NEW)
    shown = dict.fromkeys(_sections.names_of_fields(), "") | (fields or stands)
    return desk_page(
        request,
        "operator/section.html",
        error=error,
        at=PAGE if section is None else f"{PAGE}/{section.id}",
        section=section,
        fields=shown,
        rules=RULES,
        weights=[weight.value for weight in RuleWeight],
        tiers=TIERS,
        palette=palette(shown["hue"]),
        card=card_of(section, wanted, lang),
        effect=effect,
        version=version if section is None or fields is not None else section.version,
        touches=touches,
        hues=stamp(await sections_of(edition)),
    )


def palette(hue: str) -> list[str]:
    """The hues to choose from, the one that stands among them."""
    offered = [str(one) for one in HUES]
    return offered if hue in offered or not hue else [*offered, hue]


def card_of(
    section: Section | None, wanted: SectionForm | None, lang: str
) -> dict[str, Any] | None:
    """The section as a maker sees it: as it would be, or as it stands."""
    if wanted is not None:
        terms = SectionTerms(
            letter=wanted.letter,
            least_seconds=wanted.least_seconds,
            most_seconds=wanted.most_seconds,
            is_open=wanted.is_open,
            rules=wanted.rules,
        )
        return {"section": wanted, "asks": _sections.asked_in(lang, terms)}
    if section is None:
        return None
    return {"section": section, "asks": _sections.asked_in(lang, terms_of(section))}


def stamp(sections: Any) -> str:
    """Changes with every hue, so that whoever has changed one sees it at once."""
    return "-".join(f"{one.letter}{one.hue}" for one in sections)


async def offered(edition: Edition, lang: str, chosen: str = "") -> list[dict[str, Any]]:
    """The sections that a maker may choose from, each with what it asks and until when; one that was
    chosen before it closed stays among them.
    """
    known = await deadlines.deadlines_of(edition)
    return [
        {
            "section": section,
            "asks": _sections.asked_in(lang, terms_of(section)),
            "closing": deadlines.line_of(edition, known, section.id)[-1].at,
            "has_own": any(one.section == section.id for one in known),
        }
        for section in await sections_of(edition)
        if section.is_open or section.letter == chosen
    ]


HANDLERS: list[Any] = [all_sections, new_section, one_section]

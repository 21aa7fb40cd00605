"""The operators' room of deadlines: early, regular, late, with their fees and the rule for uploads."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages import _typed
from api.pages._desk import desk_page
from api.pages._page import language_of
from api.request import AnyRequest
from festival.deadlines import DeadlineKind, deadlines_of
from festival.errors import FestivalError
from festival.language import euro, text_in
from festival.tables import Deadline, Edition, Section
from festival.texts import texts_of
from submissions.lists import sections_of

PAGE = "/operator/deadlines"


@get(PAGE, guards=OPERATOR)
async def all_deadlines(
    request: AnyRequest, edition_row: NamedDependency[Edition]
) -> Response[str]:
    """The edition's deadlines, then those of sections that have their own."""
    return await deadlines_page(request, edition_row)


async def deadlines_page(
    request: AnyRequest,
    edition: Edition,
    *,
    error: FestivalError | None = None,
    typed: dict[str, str] | None = None,
    which: str = "",
) -> Response[str]:
    """`typed` is what a refused form said, `which` the row that it was of: `new`, `terms`, or an id."""
    lang = language_of(request)
    known = await deadlines_of(edition)
    sections = await sections_of(edition)
    return desk_page(
        request,
        "operator/deadlines.html",
        error=error,
        at=PAGE,
        which=which,
        groups=groups_of(known, sections),
        values={
            one.id: fields_of(one, lang) | (typed or {} if one.id == which else {}) for one in known
        },
        new={
            "kind": DeadlineKind.REGULAR.value,
            "section": "",
            "at_day": "",
            "at_hour": "23:59",
            "fee": "",
        }
        | (typed or {} if which == "new" else {}),
        terms={
            "grace_hours": str(edition.grace_hours),
            "fee_before_filing": "yes" if edition.fee_before_filing else "",
        }
        | ({"fee_before_filing": ""} | (typed or {}) if which == "terms" else {}),
        kinds=[kind.value for kind in DeadlineKind],
        sections=[
            (one.letter, f"{one.letter} · {text_in(lang, texts_of(one.names))}") for one in sections
        ],
        euro=partial(euro, lang),
    )


def groups_of(
    known: list[Deadline], sections: list[Section]
) -> list[tuple[Section | None, list[Deadline]]]:
    """(section, its own deadlines), the edition's first; only sections that have some."""
    own = [(section, [one for one in known if one.section == section.id]) for section in sections]
    whole = [one for one in known if one.section is None]
    return [(None, whole), *((section, lines) for section, lines in own if lines)]


def fields_of(deadline: Deadline, lang: str) -> dict[str, str]:
    """One deadline as somebody would type it."""
    moment = _typed.moment_typed(deadline.at, field="at")
    return {**moment, "fee": _typed.amount_typed(deadline.fee_cents, lang)}


HANDLERS: list[Any] = [all_deadlines]

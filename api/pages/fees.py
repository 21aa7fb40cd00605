"""The operators' rooms of fees and waiver codes."""

from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages import _typed
from api.pages._desk import desk_page
from api.pages._lists import kept, number_asked, said, words_asked
from api.pages._page import language_of
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import FestivalError
from festival.language import euro, text_in
from festival.tables import Edition
from festival.texts import texts_of
from submissions.fees import STATES, FeeState, fees_of
from submissions.lists import sections_of
from submissions.waiver_codes import GivenCode, codes_of

FEES, CODES = "/operator/fees", "/operator/codes"


@get(FEES, guards=OPERATOR)
async def fees(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """What every entry costs, and what is still due."""
    return await fees_page(request, edition_row, viewer)


def asked(request: AnyRequest) -> dict[str, str]:
    """What the list is narrowed to."""
    given = request.query_params
    state = given.get("state", "")
    return {
        "state": state if state in STATES else "",
        "words": given.get("words", "").strip()[:100],
    }


async def fees_page(
    request: AnyRequest,
    edition: Edition,
    viewer: Viewer,
    *,
    error: FestivalError | None = None,
    typed: dict[str, str] | None = None,
    which: str = "",
) -> Response[str]:
    """`typed` is what a refused form said of the entry `which`."""
    lang, narrowed = language_of(request), asked(request)
    number = request.query_params.get("page", "1")
    sheet = await fees_of(
        edition,
        viewer,
        **narrowed,
        page=int(number) if number.isdecimal() and len(number) < 7 else 1,
        also=which,
    )
    return desk_page(
        request,
        "operator/fees.html",
        error=error,
        at=FEES,
        sheet=sheet,
        asked=narrowed,
        more=said(**narrowed),
        kept=kept(sheet.number, **narrowed),
        which=which,
        values={
            line.id: {
                "state": line.state if line.state != "none" else FeeState.PAID.value,
                "amount": _typed.amount_typed(line.cents, lang),
                "note": "",
            }
            | (typed or {} if line.id == which else {})
            for line in sheet.lines
        },
        states=[one.value for one in FeeState],
        filters_of=STATES,
        euro=partial(euro, lang),
    )


@get(CODES, guards=OPERATOR)
async def codes(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Waiver codes with their uses, a page at a time."""
    return await codes_page(request, edition_row, viewer)


NEW_CODE = {
    "code": "", "label": "", "sections": (), "percent": "100", "most_uses": "1", "is_open": "yes",
    "late_until_day": "", "late_until_hour": "", "expires_at_day": "", "expires_at_hour": "",
}  # fmt: skip


async def codes_page(
    request: AnyRequest,
    edition: Edition,
    viewer: Viewer,
    *,
    error: FestivalError | None = None,
    typed: dict[str, Any] | None = None,
    which: str = "",
) -> Response[str]:
    """`typed` is what a refused form said of the code `which`, or of a `new` one."""
    lang = language_of(request)
    looked_for = words_asked(request)
    sheet = await codes_of(
        edition,
        viewer,
        words=looked_for,
        page=number_asked(request),
        also="" if which == "new" else which,
    )
    return desk_page(
        request,
        "operator/codes.html",
        error=error,
        at=CODES,
        sheet=sheet,
        sought=looked_for,
        more=said(q=looked_for),
        kept=kept(sheet.number, q=looked_for),
        which=which,
        values={
            one.id: fields_of_code(one) | (typed or {} if one.id == which else {})
            for one in sheet.codes
        },
        new=NEW_CODE | (typed or {} if which == "new" else {}),
        sections=[
            (one.letter, f"{one.letter} · {text_in(lang, texts_of(one.names))}")
            for one in await sections_of(edition)
        ],
    )


def fields_of_code(code: GivenCode) -> dict[str, Any]:
    """One code as somebody would type it."""
    return {
        "code": code.code,
        "label": code.label,
        "sections": tuple(code.letters),
        "percent": str(code.percent),
        "most_uses": str(code.most_uses),
        "is_open": "yes" if code.is_open else "",
        **_typed.moment_typed(code.late_until, field="late_until"),
        **_typed.moment_typed(code.expires_at, field="expires_at"),
    }


HANDLERS: list[Any] = [fees, codes]

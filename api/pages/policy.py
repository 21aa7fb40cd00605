"""The technical rules of the edition and of its sections: read in words, changed in a form, tried first."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages import _rules
from api.pages._desk import desk_page
from api.pages._page import language_of
from api.pages._report import decimals
from api.request import AnyRequest
from festival.errors import FestivalError, Refused
from festival.tables import Edition
from media import policy, rulebook
from submissions import rejudging, technical
from submissions.lists import sections_of
from submissions.technical import Book


async def rules_page(
    request: AnyRequest,
    edition: Edition,
    *,
    section: str = "",
    given: Mapping[str, Any] | None = None,
    is_tried: bool = False,
    base: str = "",
    error: FestivalError | None = None,
) -> Response[str]:
    """`given` are values that were typed, or drawn up: a draft. `is_tried`: with what it would change.
    `base` are other rules of the house to start from, tried as well.
    """
    lang, book = language_of(request), await technical.book_of(edition.id)
    place = book.called(section)
    standing = book.policy(place)
    draft = standing
    changes = None
    if given is not None:
        try:
            rules = technical.draft_of(book, place, dict(given))
            drafted = book.with_rules(place, rules)
            draft = drafted.policy(place)
            changes = await rejudging.changes_under(drafted, edition) if is_tried else None
        except Refused as refused:
            error = error or refused
    elif base:
        changes = await rejudging.preview(edition, base)
        draft = book.named(base).policy(place)
    values = rulebook.values(standing) | dict(given or {})
    return desk_page(
        request, "operator/policy.html", error=error, at="/operator/policy",
        sections=await sections_of(edition), section=section, layer=book.layer(place),
        groups=_rules.rows_of(lang, draft, book.below(place), values),
        owns={one: own_of(book, one) for one in ("", *book.letters.values())},
        changes=changes, base=base, bases=policy.names(),
        upheavals=sum(change.is_upheaval for change in changes or ()),
        settings=_rules.settings_told(lang, standing, draft) if changes is not None else [],
        tried=technical.mark_of(book, place, draft) if is_tried and changes is not None else "",
        told_before=_rules.told_before(lang, draft), exports=_rules.exports_told(lang, draft),
        in_words=lambda one, code: decimals(lang, one.words[code][lang]),
    )  # fmt: skip


def own_of(book: Book, letter: str) -> int:
    """How many settings a place has of its own."""
    place = book.called(letter)
    return len(rulebook.changes(book.below(place), book.policy(place)))


@get("/operator/policy", guards=OPERATOR)
async def rules(request: AnyRequest, edition_row: NamedDependency[Edition]) -> Response[str]:
    """The rules of the edition, or of one section (`section`, a letter). `policy` tries other rules of the
    house to start from; `defaults` draws up what stands below, and tries that.
    """
    asked = request.query_params
    section, base = asked.get("section", "")[:8], asked.get("policy", "")[:32]
    try:
        if asked.get("defaults"):
            book = await technical.book_of(edition_row.id)
            below = rulebook.values(book.below(book.called(section)))
            return await rules_page(
                request, edition_row, section=section, given=below, is_tried=True
            )
        return await rules_page(request, edition_row, section=section, base=base)
    except Refused as error:
        return await rules_page(request, edition_row, error=error)


HANDLERS: list[Any] = [rules]

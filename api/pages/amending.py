"""The operators' view of an entry: what its makers can no longer change, and a form that changes it for them."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import OPERATOR
from api.pages import _changes, _entry
from api.pages._answers import form_fields
from api.pages._desk import desk_page
from api.pages._page import language_of
from api.pages.office import office_of
from api.request import AnyRequest
from festival.access import Viewer
from festival.errors import Conflict, FestivalError
from festival.language import text_in
from festival.tables import Edition
from festival.texts import texts_of
from submissions import amending
from submissions.amending import ClosedEntry
from submissions.asking import CREDITS
from submissions.entry import PREMIERES
from submissions.lists import card, section_of, sections_of

PAGE = "/operator/entries/{submission_id:str}"


@get(PAGE, guards=OPERATOR)
async def entry(
    request: AnyRequest,
    submission_id: FromPath[str],
    edition_row: NamedDependency[Edition],
    viewer: NamedDependency[Viewer],
) -> Response[str]:
    """What is closed of an entry, to be changed with a reason."""
    return await entry_page(request, edition_row, submission_id, viewer)


async def entry_page(
    request: AnyRequest,
    edition: Edition,
    submission_id: str,
    viewer: Viewer,
    *,
    error: FestivalError | None = None,
    sent: Mapping[str, str] | None = None,
    of: str = "",
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    """`sent` is what was typed into a form that was refused; what others changed meanwhile stands beside it.
    `of` is how the fields of another form end that was refused, and `typed` what stood there.
    """
    lang = language_of(request)
    submission = await amending.film_to_amend(edition, submission_id, viewer)
    stands = await amending.closed(submission)
    there = typed_in(stands, lang)
    fields = there if sent is None else {name: sent.get(name, "") for name in there}
    is_late = isinstance(error, Conflict)
    return desk_page(
        request,
        "operator/entry.html",
        error=error,
        at=f"/operator/entries/{submission_id}",
        submission=submission,
        card=await card(submission_id),
        is_blind=bool((section := await section_of(submission)) and section.is_blind),
        closed=stands,
        drawn=drawn_in(stands),
        form=stands.form,
        there=there,
        fields=fields,
        others={n: text for n, text in there.items() if text != fields[n]} if is_late else {},
        reason="" if sent is None else sent.get("reason", ""),
        locked=[],
        drawn_of=form_fields,
        premieres=PREMIERES,
        credit_fields=list(CREDITS),
        sections=[
            (one.letter, f"{one.letter} · {text_in(lang, texts_of(one.names))}")
            for one in await sections_of(edition)
        ],
        of=of,
        typed=typed or {},
        **await office_of(request, edition, submission_id),
        amendments=[
            (one, _changes.changes_in(lang, one["details"]))
            for one in await amending.amendments_of(submission_id)
        ],
    )


def drawn_in(stands: ClosedEntry) -> list[str]:
    """The fields of the form that say what is closed, but for what follows from them."""
    names = stands.fields | stands.questions
    fields = [name for name in _entry.all_fields(stands.form) if name != _entry.FOLLOWS]
    return [name for name in fields if _entry.entry_field(name) in names]


def typed_in(stands: ClosedEntry, lang: str) -> dict[str, str]:
    """Those fields, as they would be typed."""
    typed = _entry.typed(stands.entry, lang, form=stands.form)
    return {name: typed[name] for name in drawn_in(stands)}


HANDLERS: list[Any] = [entry]

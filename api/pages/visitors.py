"""Who comes with an accepted film: its makers say it, until the festival begins."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER
from api.pages._form import strings, unless_late
from api.pages._page import language_of, page, prefix_of
from api.pages._stays import days_of, stay_typed, told_stay, typed_again
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import FestivalError
from festival.language import tongues
from festival.tables import Edition
from festival.texts import flat, texts_of
from screenings.stays import Stay, windows_of
from submissions import visitors
from submissions.lists import card, own
from submissions.membership import right_of
from submissions.tables import Submission, Visitor
from submissions.visitors import MOST_VISITORS

NEW = "new"


@get("/submissions/{submission_id:str}/visitors", guards=MAKER)
async def all_visitors(
    request: AnyRequest,
    submission_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """Everybody who comes with the film; before its acceptance is announced there is no such page."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await visitors_page(request, submission, edition_row)


async def visitors_page(
    request: AnyRequest,
    submission: Submission,
    edition: Edition,
    error: FestivalError | None = None,
    refused: str = "",
) -> Response[str]:
    """`refused`: the visitor whose form was not taken, or `new`; it shows what was typed."""
    lang = language_of(request)
    known = await visitors.visitors_of(submission)
    forms = {one.id: typed_visitor(one, lang) for one in known}
    forms[NEW] = typed_visitor(None, lang)
    if error is not None and refused in forms:
        forms[refused] |= unless_late(await sent_again(request), error)
    return page(
        request,
        "filmmaker/visitors.html",
        error=error,
        at=f"/submissions/{submission.id}/visitors",
        submission=submission,
        mine=await right_of(submission, request.state["viewer"].id),
        place=f"{prefix_of(request)}/submissions/{submission.id}/visitors",
        card=await card(submission.id),
        known=[
            {
                "visitor": one,
                "typed": forms[one.id],
                "stays": told_stay(
                    edition, lang, windows_of(Stay(arrives=one.arrives, leaves=one.leaves))
                ),
            }
            for one in known
        ],
        new=forms[NEW],
        refused=refused if error else "",
        is_open=visitors.is_open(edition),
        has_room=len(known) < MOST_VISITORS,
        days=days_of(edition, lang),
    )


def typed_visitor(visitor: Visitor | None, lang: str) -> dict[str, Any]:
    stay = Stay(arrives=visitor.arrives, leaves=visitor.leaves) if visitor else Stay()
    return {
        "name": visitor.name if visitor else "",
        **flat("qualities", texts_of(visitor.qualities) if visitor else {}),
        "step_free": bool(visitor and visitor.step_free),
        "languages": tongues(lang, visitor.languages) if visitor else "",
        "joins_debate": visitor is None or visitor.joins_debate,
        "version": str(visitor.version if visitor else 1),
        **stay_typed(stay),
    }


async def sent_again(request: AnyRequest) -> dict[str, Any]:
    form = await request.form()
    plain = ("name", "version", "languages", *flat("qualities", {}))
    return {
        **{name: strings(form, name)[-1] for name in plain if strings(form, name)},
        "step_free": bool(strings(form, "step_free")),
        "joins_debate": bool(strings(form, "joins_debate")),
        **typed_again(form),
    }


HANDLERS: list[Any] = [all_visitors]

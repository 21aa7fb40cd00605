"""What the office asks the makers of a film to mend: that one field, and no other."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from api.guards import MAKER
from api.pages import _entry
from api.pages._answers import form_fields
from api.pages._page import language_of, page
from api.pages.amending import drawn_in, typed_in
from api.request import AnyRequest
from festival.access import Act, Viewer
from festival.errors import Conflict, FestivalError, Missing
from festival.tables import Edition
from submissions import answers
from submissions.asking import CREDITS
from submissions.entry import PREMIERES
from submissions.lists import card, own
from submissions.membership import right_of
from submissions.office import fixes
from submissions.tables import Submission

FIX = "/submissions/{submission_id:str}/fixes/{fix_id:str}"


@get(FIX, guards=MAKER)
async def fix(
    request: AnyRequest,
    submission_id: FromPath[str],
    fix_id: FromPath[str],
    viewer: NamedDependency[Viewer],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    """What is asked for, why, until when, and the field itself; once it is done, what was made of it."""
    submission = await own(submission_id, viewer, edition_row, Act.SEE_ENTRY)
    return await fix_page(request, submission, fix_id)


async def fix_page(
    request: AnyRequest,
    submission: Submission,
    fix_id: str,
    *,
    error: FestivalError | None = None,
    sent: Mapping[str, str] | None = None,
) -> Response[str]:
    """`sent` is what was typed into a form that was refused."""
    lang = language_of(request)
    asked = await fixes.fix_of(submission.id, fix_id)
    shown: dict[str, Any] = {"drawn": [], "fields": {}, "there": {}, "form": None}
    words = {
        name: text
        for name, text in (sent or {}).items()
        if name != "version" and not name.startswith("_")
    }
    if asked.state == "open":
        _, there = await fixes.opened(submission, fix_id)
        stands = typed_in(there, lang)
        fields = stands if sent is None else {name: sent.get(name, "") for name in stands}
        shown = {
            "drawn": drawn_in(there),
            "closed": there,
            "form": there.form,
            "there": stands,
            "fields": fields,
        }
    return page(
        request,
        "filmmaker/fix.html",
        error=error,
        at=f"/submissions/{submission.id}/fixes/{fix_id}",
        submission=submission,
        card=await card(submission.id),
        fix=asked,
        label=fixes.field_label(lang, asked.field, asked.labels),
        told_now=fixes.told_field(
            lang, asked.field, asked.after, (await answers.form_of(submission))
        ),
        mine=await right_of(submission, request.state["viewer"].id),
        is_late=isinstance(error, Conflict),
        wants_tracks=asked.field == fixes.TRACKS,
        others={},
        locked=[],
        drawn_of=form_fields,
        in_vain=[] if asked.state == "open" else [text for text in words.values() if text],
        premieres=PREMIERES,
        credit_fields=list(CREDITS),
        **shown,
    )


def entry_typed(there: Any, sent: Mapping[str, str], lang: str) -> Any:
    """The entry as it would stand: the one field as it was typed, the rest as it says."""
    before = _entry.typed(there.entry, lang, form=there.form)
    drawn = {name: sent.get(name, "") for name in drawn_in(there)}
    if not drawn:
        raise Missing("fix_missing")
    return _entry.entry_from(before | drawn, there.form)


HANDLERS: list[Any] = [fix]

"""The operators' pages: letters, the record, the team, the policy, and the mailbox of development."""

from datetime import date
from functools import partial
from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from api.guards import OPERATOR
from api.pages._changes import changes_in, other_details
from api.pages._page import language_of, page
from api.request import AnyRequest
from festival.access import Viewer
from festival.language import OFFICIAL, words
from festival.settings import Settings
from festival.sink import MOST_LETTERS, letters_in, mailbox_of
from festival.tables import Edition
from submissions.lists import sections_of
from submissions.oversight import MOST_LINES, record_lines

ACT = "operator.did."


def sought(request: AnyRequest) -> str:
    return request.query_params.get("address", "").strip()[:254]


@get("/operator/record", guards=OPERATOR)
async def record(
    request: AnyRequest, viewer: NamedDependency[Viewer], edition_row: NamedDependency[Edition]
) -> Response[str]:
    """Who did what, and when: the newest first, by day, act, person or film."""
    asked = request.query_params
    chosen = {name: asked.get(name, "")[:64] for name in ("act", "who", "about", "day")}
    before = asked.get("before", "")
    lines = await record_lines(
        edition_row,
        viewer,
        act=chosen["act"],
        who=chosen["who"],
        about=chosen["about"],
        day=day_of(chosen["day"]),
        before=int(before) if before.isdecimal() and len(before) < 16 else 2**53,
        most=MOST_LINES + 1,
    )
    lines, beyond = lines[:MOST_LINES], lines[MOST_LINES:]
    letters = {one.id: one.letter for one in await sections_of(edition_row)}
    return page(
        request,
        "operator/record.html",
        lines=lines,
        is_older=bool(before),
        chosen=chosen,
        acts=[key.removeprefix(ACT) for key in sorted(words(OFFICIAL[0])) if key.startswith(ACT)],
        more=lines[-1]["id"] if beyond else None,
        changes_in=partial(changes_in, language_of(request), names=letters),
        other_details=other_details,
    )


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@get("/operator/mailbox", guards=OPERATOR)
async def mailbox(
    request: AnyRequest,
    settings: NamedDependency[Settings],
    edition_row: NamedDependency[Edition],
) -> Response[str]:
    found = await letters_in(mailbox_of(settings), edition_row, address=sought(request))
    return page(
        request, "operator/mailbox.html", letters=found, most=MOST_LETTERS, address=sought(request)
    )


HANDLERS: list[Any] = [
    record, mailbox,
]  # fmt: skip
